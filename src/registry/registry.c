/* SPDX-License-Identifier: Apache-2.0
 *
 * See registry.h: a registry is opened and closed, and what is known is found.
 */
#include "registry/registry.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "registry/registry_shared.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NOTICE_BYTES = 4096, PATH_BYTES = 4096 };

void
registry_notice(struct registry *registry, const char *format, ...)
{
	char text[NOTICE_BYTES];
	va_list args;
	if (registry->notice == NULL)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	registry->notice(registry->ctx, text);
}

bool
registry_must_stop(struct registry *registry)
{
	return registry->stop != NULL && registry->stop(registry->ctx);
}

int64_t
registry_clock_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
registry_now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
registry_now_s(const struct registry *registry)
{
	return registry->has_now ? registry->now_s : registry_now_ms() / 1000;
}

/* A copy of a text, or of the other where it is NULL; false: out of memory. */
static bool
set_text(char **own, const char *text, const char *other, const char *end)
{
	struct buf buf;
	buf_init(&buf, PATH_BYTES);
	text = text != NULL ? text : other;
	if (text == NULL)
		return true;
	buf_adds(&buf, text);
	if (strcmp(end, "/") != 0 || buf.len == 0 || buf.data[buf.len - 1] != '/')
		buf_adds(&buf, end);
	*own = buf_take(&buf);
	buf_free(&buf);
	return *own != NULL;
}

/* The folder where nobody names one: absolute, as the XDG rules want it. */
static void
default_folder(struct buf *folder)
{
	const char *cache = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");
	if (cache != NULL && cache[0] == '/')
		buf_addf(folder, "%s/flowtoll", cache);
	else if (home != NULL && home[0] == '/')
		buf_addf(folder, "%s/.cache/flowtoll", home);
}

static enum flowtoll_rc
set_up(struct registry *registry, const struct registry_settings *settings,
       struct flowtoll_err *err)
{
	struct registry_cache *cache = &registry->cache;
	struct buf folder;
	buf_init(&folder, PATH_BYTES - 64);
	if (settings->folder != NULL)
		buf_adds(&folder, settings->folder);
	else
		default_folder(&folder);
	bool ok = !folder.failed;
	if (ok && !settings->keep_nothing && folder.len > 0)
		ok = set_text(&cache->folder, buf_text(&folder), NULL, "") &&
			set_text(&cache->path, buf_text(&folder), NULL, "/ranges.sqlite");
	buf_free(&folder);
	ok = ok && set_text(&registry->bootstrap_url, settings->bootstrap_url,
	                    "https://data.iana.org/rdap/", "/") &&
		set_text(&registry->aws_ranges_url, settings->aws_ranges_url,
	             "https://ip-ranges.amazonaws.com/ip-ranges.json", "") &&
		set_text(&registry->ca_bundle, settings->ca_bundle, NULL, "");
	cache->now_s = registry->now_s;
	cache->notice = settings->notice;
	cache->ctx = settings->ctx;
	return ok ? FLOWTOLL_OK : err_memory(err, "preparing to ask registries");
}

static enum flowtoll_rc
read_bootstrap(struct registry *registry, const char *path, struct flowtoll_err *err)
{
	struct buf text;
	buf_init(&text, LIMIT_BOOTSTRAP_BYTES);
	enum flowtoll_rc rc = file_read(path, &text, err);
	if (rc == FLOWTOLL_OK) {
		rc = registry_bootstrap_add(&registry->bootstrap, buf_text(&text), text.len, true, err);
		if (rc == FLOWTOLL_ERR_INPUT)
			err_place(err, path, err->line, 0);
	}
	buf_free(&text);
	return rc;
}

enum flowtoll_rc
registry_open(const struct registry_settings *settings, struct registry **registry,
              struct flowtoll_err *err)
{
	struct registry *made = mem_zalloc(1, sizeof *made);
	*registry = NULL;
	if (made == NULL)
		return err_memory(err, "preparing to ask registries");
	made->offline = settings->offline;
	made->own_bootstrap = settings->bootstrap_count > 0;
	made->has_pace = settings->pace != NULL;
	if (made->has_pace)
		made->pace = *settings->pace;
	made->notice = settings->notice;
	made->stop = settings->stop;
	made->ctx = settings->ctx;
	made->progress = settings->progress;
	made->has_now = settings->now_s != 0;
	made->now_s = made->has_now ? settings->now_s : registry_now_ms() / 1000;
	enum flowtoll_rc rc = set_up(made, settings, err);
	for (size_t i = 0; rc == FLOWTOLL_OK && i < settings->bootstrap_count; i++)
		rc = read_bootstrap(made, settings->bootstraps[i], err);
	if (rc == FLOWTOLL_OK)
		rc = registry_cache_load(&made->cache, &made->ranges, err);
	if (rc != FLOWTOLL_OK)
		registry_close(made);
	else
		*registry = made;
	return rc;
}

void
registry_close(struct registry *registry)
{
	if (registry == NULL)
		return;
	registry_ranges_free(&registry->ranges);
	registry_cache_close(&registry->cache);
	registry_bootstrap_free(&registry->bootstrap);
	mem_free(registry->bootstrap_url);
	mem_free(registry->aws_ranges_url);
	mem_free(registry->aws_path);
	mem_free(registry->ca_bundle);
	mem_free(registry);
}

const struct registry_range *
registry_find(const struct registry *registry, struct ip ip)
{
	struct ip subject;
	if (!registry_subject(ip, &subject))
		return NULL;
	return registry_ranges_find(&registry->ranges, subject);
}

void
registry_warm(const struct registry *registry, const struct ip *ips, size_t count)
{
	registry_ranges_warm(&registry->ranges, ips, count);
}

size_t
registry_count(const struct registry *registry)
{
	return registry->ranges.count;
}

const struct registry_range *
registry_at(const struct registry *registry, size_t index)
{
	return registry->ranges.sorted[index];
}

const char *
registry_cache_path(const struct registry *registry)
{
	return registry->cache.path;
}

enum flowtoll_rc
registry_cache_clear(struct registry *registry, const struct registry_part *part, size_t *count,
                     struct flowtoll_err *err)
{
	if (registry->cache.path == NULL) {
		*count = 0;
		return ERR(err, FLOWTOLL_ERR_USAGE, "there is no folder in which anything is kept");
	}
	if (!registry_cache_forget(&registry->cache, part, count)) {
		err_set(err, FLOWTOLL_ERR_OUTPUT, "cannot forget what is kept in %.400s",
		        registry->cache.path);
		err_hint(err, "the file may be deleted: it has nothing but this");
		return err->code;
	}
	registry_ranges_clear(&registry->ranges);
	return registry_cache_load(&registry->cache, &registry->ranges, err);
}
