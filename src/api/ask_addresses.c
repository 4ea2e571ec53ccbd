/* SPDX-License-Identifier: Apache-2.0
 *
 * See ask_addresses.h.
 */
#include "api/ask_addresses.h"

#include "api/ask_prefixes.h"
#include "api/learn_list.h"

#include "base/limits.h"
#include "base/mem.h"
#include "ip/special.h"

#include <stdio.h>
#include <string.h>

/* The addresses by what EC2 has to be asked for; texts of the asker's. */
struct kinds {
	const char **privates; /* IPv4 that may be an interface's own; with publics */
	const char **publics;
	const char **sixes;
	size_t private_count;
	size_t public_count;
	size_t six_count;
	bool any_private; /* used inside networks: EC2 is the one to know */
};

static enum flowtoll_rc
no_memory(struct flowtoll_err *err)
{
	return err_memory(err, "asking EC2");
}

static void
add_note(struct ask_notes *notes, const char *text)
{
	for (size_t i = 0; i < notes->count; i++)
		if (strcmp(notes->texts[i], text) == 0)
			return;
	const char *kept = notes->count < LIMIT_NOTES
	                       ? arena_dup(&notes->arena, text, strlen(text)) : NULL;
	if (kept != NULL)
		notes->texts[notes->count++] = kept;
}

/* ---- which addresses ------------------------------------------------------------------------ */

static void
sort_out(const struct flowtoll_who *asked, const struct who *who, struct kinds *kinds)
{
	for (size_t i = 0; i < asked->address_count; i++) {
		const char *text = asked->addresses[i];
		struct who_name name;
		struct ip ip;
		if (!ip_parse(text, strlen(text), &ip))
			continue;
		const struct ip_special *special = ip_special_find(ip);
		bool is_private = special != NULL && special->is_private;
		/* the user's own name for it goes before EC2's */
		bool is_named = is_private && who_find(who, ip, &name) && name.name != special->name;
		if ((special != NULL && !is_private) || is_named)
			continue;
		kinds->any_private |= special != NULL;
		if (!ip_is_v4(ip)) {
			kinds->sixes[kinds->six_count++] = text;
			continue;
		}
		kinds->privates[kinds->private_count++] = text;
		if (special == NULL)
			kinds->publics[kinds->public_count++] = text;
	}
}

/* ---- asking --------------------------------------------------------------------------------- */

struct telling {
	const struct flowtoll_inventory *whom;
	bool (*stop_session)(void *ctx);
	void *stop_ctx;
	struct ask_notes *notes;
	bool is_missing; /* something may not be asked for */
};

/* What EC2 has of each, as items of JSON. */
struct asked_lists {
	struct buf interfaces;
	struct buf delegated; /* interfaces, too */
	struct buf addresses;
	struct buf tags;
};

static enum flowtoll_rc
ask_interfaces(struct fetch_lookup *lookup, const struct kinds *kinds, struct buf *interfaces,
               struct flowtoll_err *err)
{
	static const char list[] = "NetworkInterfaces";
	TRY(fetch_lookup_items(lookup, list, "addresses.private-ip-address", kinds->privates,
	                       kinds->private_count, interfaces, err));
	TRY(fetch_lookup_items(lookup, list, "ipv6-addresses.ipv6-address", kinds->sixes,
	                       kinds->six_count, interfaces, err));
	return fetch_lookup_items(lookup, list, "addresses.association.public-ip", kinds->publics,
	                          kinds->public_count, interfaces, err);
}

/* Those that no interface has for its own may be in a prefix of one. Of public IPv4 addresses there
 * are no such prefixes. */
static enum flowtoll_rc
ask_for_prefixes(struct fetch_lookup *lookup, const struct kinds *kinds, const struct who *who,
                 struct buf *interfaces, struct flowtoll_err *err)
{
	const size_t count = kinds->private_count + kinds->six_count;
	struct ip *lost = mem_alloc((count + 1) * sizeof *lost);
	size_t lost_count = 0;
	if (lost == NULL)
		return no_memory(err);
	for (size_t i = 0; i < count; i++) {
		const char *text = i < kinds->private_count ? kinds->privates[i]
		                                            : kinds->sixes[i - kinds->private_count];
		struct ip *ip = &lost[lost_count];
		if (ip_parse(text, strlen(text), ip) && !who_in_inventory(who, *ip) &&
		    (!ip_is_v4(*ip) || ip_special_find(*ip) != NULL))
			lost_count++;
	}
	enum flowtoll_rc rc = ask_prefixes(lookup, lost, lost_count, interfaces, err);
	mem_free(lost);
	return rc;
}

static enum flowtoll_rc
ask_tags(struct fetch_lookup *lookup, const struct who *who, struct buf *tags,
         struct flowtoll_err *err)
{
	const struct who_network *network = who_network(who);
	const char **ids = mem_alloc((network->interface_count + 1) * sizeof *ids);
	size_t count = 0;
	if (ids == NULL)
		return no_memory(err);
	for (size_t i = 0; i < network->interface_count; i++)
		if (network->interfaces[i].instance_id != NULL)
			ids[count++] = network->interfaces[i].instance_id;
	enum flowtoll_rc rc =
		fetch_lookup_items(lookup, "Tags", "resource-id", ids, count, tags, err);
	mem_free(ids);
	return rc;
}

static enum flowtoll_rc
ask_in_turn(struct fetch_lookup *lookup, const struct telling *telling, const struct kinds *kinds,
            struct asked_lists *lists, struct who *who, struct flowtoll_err *err)
{
	TRY(ask_interfaces(lookup, kinds, &lists->interfaces, err));
	/* where interfaces may not be asked for it is not known who has none */
	if (!telling->is_missing || lists->interfaces.len > 0) {
		TRY(learn_list(who, "NetworkInterfaces", &lists->interfaces, err));
		TRY(ask_for_prefixes(lookup, kinds, who, &lists->delegated, err));
		TRY(learn_list(who, "NetworkInterfaces", &lists->delegated, err));
	}
	TRY(fetch_lookup_items(lookup, "Addresses", "public-ip", kinds->publics, kinds->public_count,
	                       &lists->addresses, err));
	TRY(learn_list(who, "Addresses", &lists->addresses, err));
	TRY(ask_tags(lookup, who, &lists->tags, err));
	return lists->tags.len > 0 ? learn_list(who, "Tags", &lists->tags, err) : FLOWTOLL_OK;
}

static enum flowtoll_rc
ask(const struct flowtoll_inventory *whom, const struct telling *telling,
    const struct kinds *kinds, struct who *who, struct flowtoll_err *err)
{
	struct fetch_lookup *lookup = NULL;
	struct asked_lists lists;
	buf_init(&lists.interfaces, LIMIT_INVENTORY_BYTES);
	buf_init(&lists.delegated, LIMIT_INVENTORY_BYTES);
	buf_init(&lists.addresses, LIMIT_INVENTORY_BYTES);
	buf_init(&lists.tags, LIMIT_INVENTORY_BYTES);
	enum flowtoll_rc rc = fetch_lookup_open(whom, &lookup, err);
	if (rc == FLOWTOLL_OK)
		rc = ask_in_turn(lookup, telling, kinds, &lists, who, err);
	fetch_lookup_close(lookup);
	buf_free(&lists.interfaces);
	buf_free(&lists.delegated);
	buf_free(&lists.addresses);
	buf_free(&lists.tags);
	return rc;
}

/* ---- what there is to tell ------------------------------------------------------------------ */

static void
tell(void *ctx, bool missing, const char *text)
{
	struct telling *telling = ctx;
	char line[2048];
	const char *hint = strchr(text, '\n');
	if (!missing) {
		if (telling->whom->tell != NULL)
			telling->whom->tell(telling->whom->ctx, missing, text);
		return;
	}
	snprintf(line, sizeof line, "%.*s%s%s", hint != NULL ? (int)(hint - text) : (int)strlen(text),
	         text, hint != NULL ? ": " : "", hint != NULL ? hint + 1 : "");
	telling->is_missing = true;
	add_note(telling->notes, line);
}

static bool
stop(void *ctx)
{
	const struct telling *telling = ctx;
	return telling->stop_session(telling->stop_ctx) ||
	       (telling->whom->stop != NULL && telling->whom->stop(telling->whom->ctx));
}

/* A remote that cannot be asked is no fault of the question. */
static enum flowtoll_rc
judge(enum flowtoll_rc rc, const struct kinds *kinds, struct ask_notes *notes,
      struct flowtoll_err *err)
{
	char line[2048];
	if (rc != FLOWTOLL_ERR_REMOTE)
		return rc;
	snprintf(line, sizeof line, "EC2 is not asked whose private addresses are: %s%s%s",
	         err->message, err->hint[0] != '\0' ? "; " : "", err->hint);
	if (kinds->any_private)
		add_note(notes, line);
	return FLOWTOLL_OK;
}

enum flowtoll_rc
ask_addresses(const struct flowtoll_inventory *whom, const struct flowtoll_who *asked,
              bool (*stop_session)(void *ctx), void *stop_ctx, struct who *who,
              struct ask_notes *notes, struct flowtoll_err *err)
{
	struct telling telling = {
		.whom = whom, .notes = notes, .stop_session = stop_session, .stop_ctx = stop_ctx};
	struct flowtoll_inventory own = *whom;
	struct kinds kinds = {0};
	const char **texts = mem_alloc((3 * asked->address_count + 1) * sizeof *texts);
	if (texts == NULL)
		return no_memory(err);
	kinds.privates = texts;
	kinds.publics = texts + asked->address_count;
	kinds.sixes = texts + 2 * asked->address_count;
	own.tell = tell;
	own.stop = stop;
	own.ctx = &telling;
	sort_out(asked, who, &kinds);
	enum flowtoll_rc rc = FLOWTOLL_OK;
	if (kinds.private_count + kinds.six_count > 0)
		rc = judge(ask(&own, &telling, &kinds, who, err), &kinds, notes, err);
	mem_free(texts);
	return rc;
}
