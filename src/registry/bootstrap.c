/* SPDX-License-Identifier: Apache-2.0
 *
 * See bootstrap.h. {"services": [[["41.0.0.0/8", ...], ["https://rdap.afrinic.net/rdap/"]], ...]}
 */
#include "registry/bootstrap.h"

#include "base/limits.h"
#include "base/mem.h"

#include <jansson.h>
#include <string.h>
#include <strings.h>

void
registry_bootstrap_free(struct registry_bootstrap *bootstrap)
{
	ip_trie_free(bootstrap->trie);
	arena_free(&bootstrap->arena);
	mem_free(bootstrap->urls);
	*bootstrap = (struct registry_bootstrap){.count = 0};
}

/* Could it be asked at all? */
static bool
is_url(const char *text, const char *scheme)
{
	size_t len = strlen(scheme);
	if (text == NULL || strncasecmp(text, scheme, len) != 0 || text[len] == '\0' ||
	    strlen(text) > LIMIT_RDAP_URL_BYTES / 2)
		return false;
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text > '~' || strchr("\"<>\\^`{}|?#", *text) != NULL)
			return false;
	return true;
}

static const char *
choose_url(const json_t *urls, bool plain_ok)
{
	static const char *const schemes[] = {"https://", "http://"};
	for (size_t s = 0; s < (plain_ok ? 2 : 1); s++)
		for (size_t i = 0; i < json_array_size(urls); i++) {
			const char *url = json_string_value(json_array_get(urls, i));
			if (is_url(url, schemes[s]))
				return url;
		}
	return NULL;
}

static enum flowtoll_rc
add_url(struct registry_bootstrap *bootstrap, const char *url, struct flowtoll_err *err)
{
	static const char what[] = "reading the list of registries";
	size_t len = strlen(url);
	if (bootstrap->count >= LIMIT_BOOTSTRAP_URLS)
		return ERR(err, FLOWTOLL_ERR_INPUT, "a list of registries has more than %d services",
		           (int)LIMIT_BOOTSTRAP_URLS);
	void *room = mem_room(bootstrap->urls, bootstrap->count, &bootstrap->cap,
	                      sizeof *bootstrap->urls);
	if (room == NULL)
		return err_memory(err, what);
	bootstrap->urls = room;
	char *copy = arena_alloc(&bootstrap->arena, len + 2);
	if (copy == NULL)
		return err_memory(err, what);
	memcpy(copy, url, len + 1);
	if (url[len - 1] != '/')
		memcpy(copy + len, "/", 2);
	bootstrap->urls[bootstrap->count++] = copy;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
add_prefix(struct registry_bootstrap *bootstrap, const json_t *prefix, uint32_t service,
           struct flowtoll_err *err)
{
	const char *text = json_string_value(prefix);
	struct ip_cidr cidr;
	if (text == NULL || !ip_cidr_parse(text, strlen(text), &cidr, NULL))
		return ERR(err, FLOWTOLL_ERR_INPUT,
		           "a list of registries has %.60s where a prefix should be",
		           text != NULL ? text : "no text");
	if (bootstrap->trie == NULL)
		TRY(ip_trie_create(&bootstrap->trie, err));
	if (ip_trie_get(bootstrap->trie, &cidr) != IP_TRIE_NONE)
		return FLOWTOLL_OK;
	return ip_trie_set(bootstrap->trie, &cidr, service, err);
}

static enum flowtoll_rc
add_service(struct registry_bootstrap *bootstrap, const json_t *service, bool plain_ok,
            struct flowtoll_err *err)
{
	const json_t *prefixes = json_array_get(service, 0);
	const json_t *urls = json_array_get(service, 1);
	if (!json_is_array(prefixes) || !json_is_array(urls))
		return ERR(err, FLOWTOLL_ERR_INPUT,
		           "a list of registries has a service without prefixes and URLs");
	const char *url = choose_url(urls, plain_ok);
	if (url == NULL || json_array_size(prefixes) == 0)
		return FLOWTOLL_OK; /* as if it were not there */
	TRY(add_url(bootstrap, url, err));
	for (size_t i = 0; i < json_array_size(prefixes); i++)
		TRY(add_prefix(bootstrap, json_array_get(prefixes, i), (uint32_t)(bootstrap->count - 1),
		               err));
	return FLOWTOLL_OK;
}

enum flowtoll_rc
registry_bootstrap_add(struct registry_bootstrap *bootstrap, const char *text, size_t len,
                       bool plain_ok, struct flowtoll_err *err)
{
	static const char hint[] = "it must be as IANA's ipv4.json: {\"services\": [[[\"41.0.0.0/8\"], "
	                           "[\"https://rdap.afrinic.net/rdap/\"]]]}";
	json_error_t error;
	enum flowtoll_rc rc = FLOWTOLL_OK;
	json_t *json = json_loadb(text, len, 0, &error);
	const json_t *services = json_object_get(json, "services");
	if (json == NULL) {
		rc = ERR(err, FLOWTOLL_ERR_INPUT, "a list of registries is not JSON: %.100s", error.text);
		err_place(err, "", error.line > 0 ? (uint64_t)error.line : 0, 0);
	} else if (!json_is_array(services)) {
		rc = ERR(err, FLOWTOLL_ERR_INPUT, "a list of registries has no services");
	}
	for (size_t i = 0; rc == FLOWTOLL_OK && i < json_array_size(services); i++)
		rc = add_service(bootstrap, json_array_get(services, i), plain_ok, err);
	if (rc == FLOWTOLL_ERR_INPUT)
		err_hint(err, "%s", hint);
	json_decref(json);
	return rc;
}

const char *
registry_bootstrap_find(const struct registry_bootstrap *bootstrap, struct ip ip)
{
	uint32_t at = bootstrap->trie != NULL ? ip_trie_find(bootstrap->trie, ip, NULL) : IP_TRIE_NONE;
	return at != IP_TRIE_NONE ? bootstrap->urls[at] : NULL;
}
