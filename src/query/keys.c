/* SPDX-License-Identifier: Apache-2.0
 *
 * See keys.h.
 */
#include "query/keys.h"

#include "base/buf.h"
#include "base/suggest.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_BYTES_MAX = 128, V6_BITS_DEFAULT = 64 };

const struct key_name key_names[] = {
	{"name", "ip_name", "what the address is: an interface, a service, a range"},
	{"owner", "owner", "who answers for it"},
	{"service", "aws_service", "AWS's service, of its published ranges"},
	{"region", "aws_region", "and its Region"},
	{"source", "ip_name_source", "where the name is from"},
	{"kind", "ip_kind", "nat_gateway, instance, load_balancer, ..."},
};
const size_t key_name_count = sizeof key_names / sizeof *key_names;

static const struct {
	const char *prefix;
	enum flow_id field;
} addresses[] = {
	{"src", FLOW_srcaddr},
	{"dst", FLOW_dstaddr},
	{"pkt_src", FLOW_pkt_srcaddr},
	{"pkt_dst", FLOW_pkt_dstaddr},
};
enum { ADDRESS_COUNT = sizeof addresses / sizeof *addresses };

static const struct {
	const char *word;
	const char *sql;
} buckets[] = {
	{"minute", "date_trunc('minute', \"start\")"},
	{"hour", "date_trunc('hour', \"start\")"},
	{"day", "date_trunc('day', \"start\")"},
};
enum { BUCKET_COUNT = sizeof buckets / sizeof *buckets };

const char *
key_address_prefix(const char *column)
{
	for (int i = 0; i < ADDRESS_COUNT; i++)
		if (strcmp(flow_fields[addresses[i].field].column, column) == 0)
			return addresses[i].prefix;
	return column;
}

/* ---- errors ------------------------------------------------------------------------------- */

struct nearest {
	const char *typed;
	char word[KEY_BYTES_MAX];
	size_t distance;
};

static void
offer(struct nearest *nearest, const char *word)
{
	size_t distance = suggest_distance(nearest->typed, word);
	if (distance >= nearest->distance || !suggest_is_near(nearest->typed, word))
		return;
	snprintf(nearest->word, sizeof nearest->word, "%s", word);
	nearest->distance = distance;
}

static void
offer_names(struct nearest *nearest)
{
	char word[KEY_BYTES_MAX];
	for (int a = 0; a < ADDRESS_COUNT; a++)
		for (size_t n = 0; n < key_name_count; n++) {
			snprintf(word, sizeof word, "%s.%s", addresses[a].prefix, key_names[n].word);
			offer(nearest, word);
		}
}

static enum flowtoll_rc
no_such_key(const char *text, const struct inputs *inputs, struct flowtoll_err *err)
{
	struct nearest nearest = {.typed = text, .distance = SIZE_MAX};
	for (int i = 0; i < FLOW_FIELD_COUNT; i++)
		offer(&nearest, flow_fields[i].column);
	for (size_t i = 0; i < inputs->unknown_count; i++)
		offer(&nearest, inputs->unknown[i]);
	for (int i = 0; i < BUCKET_COUNT; i++)
		offer(&nearest, buckets[i].word);
	offer_names(&nearest);
	err_set(err, FLOWTOLL_ERR_USAGE, "no field or key is called '%s'", text);
	if (nearest.word[0] != '\0')
		err_hint(err, "did you mean %s?", nearest.word);
	else
		err_hint(err, "flowtoll help fields lists the fields; keys are also srcaddr/24, hour, "
		              "dst.owner");
	return err->code;
}

static enum flowtoll_rc
check_field(const struct engine *engine, enum flow_id field, struct flowtoll_err *err)
{
	if (engine_has_field(engine, field))
		return FLOWTOLL_OK;
	err_set(err, FLOWTOLL_ERR_INPUT, "none of these logs has the field %s",
	        flow_fields[field].name);
	err_hint(err, "it came with version %u of the record; a custom format can have it",
	         flow_fields[field].version);
	return err->code;
}

/* ---- the kinds of keys -------------------------------------------------------------------- */

/* Texts of a key: label, SQL and column. */
static enum flowtoll_rc
set_key(struct key *key, struct arena *arena, const char *label, const char *sql,
        const char *column, struct flowtoll_err *err)
{
	static const char *const taken[] = {
		"list",    "is_other",  "bytes",   "packets",   "flows",       "share",     "m_bytes",
		"m_flows", "m_packets", "all_bytes", "all_flows", "all_packets", "all_groups"};
	char alias[KEY_BYTES_MAX + 4];
	snprintf(alias, sizeof alias, "%s", label);
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		if (strcmp(taken[i], label) == 0)
			snprintf(alias, sizeof alias, "key_%s", label);
	key->label = arena_dup(arena, label, strlen(label));
	key->alias = arena_dup(arena, alias, strlen(alias));
	key->sql = arena_dup(arena, sql, strlen(sql));
	key->column = arena_dup(arena, column, strlen(column));
	if (key->label == NULL || key->alias == NULL || key->sql == NULL || key->column == NULL)
		return err_memory(err, "reading a key");
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
field_key(const char *text, const struct engine *engine, struct arena *arena, struct key *key,
          bool *found, struct flowtoll_err *err)
{
	char sql[KEY_BYTES_MAX + 2];
	const struct inputs *inputs = engine_inputs(engine);
	enum flow_id field = flow_field_find(text, strlen(text));
	*found = true;
	snprintf(sql, sizeof sql, "\"%s\"", text);
	if (field != FLOW_UNKNOWN) {
		TRY(check_field(engine, field, err));
		const char *column = flow_fields[field].column;
		snprintf(sql, sizeof sql, "\"%s\"", column);
		TRY(set_key(key, arena, column, sql, column, err));
		key->address = flow_fields[field].type == FLOW_TYPE_IP ? key->column : NULL;
		return FLOWTOLL_OK;
	}
	for (size_t i = 0; i < inputs->unknown_count; i++)
		if (strcmp(inputs->unknown[i], text) == 0)
			return set_key(key, arena, text, sql, text, err);
	if (strcmp(text, "file") == 0)
		return set_key(key, arena, text, sql, text, err);
	*found = false;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
bucket_key(const char *text, const struct engine *engine, struct arena *arena, struct key *key,
           bool *found, struct flowtoll_err *err)
{
	for (int i = 0; i < BUCKET_COUNT; i++) {
		if (strcmp(buckets[i].word, text) != 0)
			continue;
		*found = true;
		TRY(check_field(engine, FLOW_start, err));
		return set_key(key, arena, text, buckets[i].sql, "start", err);
	}
	return FLOWTOLL_OK;
}

/* dst.owner */
static enum flowtoll_rc
name_key(const char *text, const struct engine *engine, struct arena *arena, struct key *key,
         bool *found, struct flowtoll_err *err)
{
	const char *dot = strchr(text, '.');
	char sql[KEY_BYTES_MAX * 2];
	if (dot == NULL)
		return FLOWTOLL_OK;
	size_t prefix_len = (size_t)(dot - text);
	for (size_t n = 0; n < key_name_count; n++) {
		if (strcmp(key_names[n].word, dot + 1) != 0)
			continue;
		for (int a = 0; a < ADDRESS_COUNT; a++) {
			const struct flow_field *field = &flow_fields[addresses[a].field];
			if (strlen(addresses[a].prefix) != prefix_len ||
			    memcmp(addresses[a].prefix, text, prefix_len) != 0)
				continue;
			*found = true;
			TRY(check_field(engine, addresses[a].field, err));
			snprintf(sql, sizeof sql, "%s(\"%s\")", key_names[n].function, field->column);
			key->is_name = true;
			return set_key(key, arena, text, sql, field->column, err);
		}
	}
	return FLOWTOLL_OK;
}

/* srcaddr/24, srcaddr/24/64: bits of IPv4, then of IPv6 */
static enum flowtoll_rc
prefix_key(const char *text, const struct engine *engine, struct arena *arena, struct key *key,
           bool *found, struct flowtoll_err *err)
{
	const char *slash = strchr(text, '/');
	char *end, sql[KEY_BYTES_MAX * 2];
	if (slash == NULL)
		return FLOWTOLL_OK;
	*found = true;
	enum flow_id field = flow_field_find(text, (size_t)(slash - text));
	if (field == FLOW_UNKNOWN || flow_fields[field].type != FLOW_TYPE_IP)
		return ERR(err, FLOWTOLL_ERR_USAGE, "'%.*s' is no address, so it has no prefix",
		           (int)(slash - text), text);
	TRY(check_field(engine, field, err));
	unsigned long v4 = strtoul(slash + 1, &end, 10), v6 = V6_BITS_DEFAULT;
	bool is_number = slash[1] >= '0' && slash[1] <= '9';
	if (is_number && *end == '/') {
		is_number = end[1] >= '0' && end[1] <= '9';
		v6 = strtoul(end + 1, &end, 10);
	}
	if (!is_number || *end != '\0' || v4 > 32 || v6 > 128) {
		err_set(err, FLOWTOLL_ERR_USAGE, "'%s' is no prefix", text);
		err_hint(err, "such as srcaddr/24 (IPv6 by /%d then) or srcaddr/24/56", V6_BITS_DEFAULT);
		return err->code;
	}
	snprintf(sql, sizeof sql, "network(\"%s\", %lu, %lu)", flow_fields[field].column, v4, v6);
	return set_key(key, arena, text, sql, flow_fields[field].column, err);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

enum flowtoll_rc
key_parse(const char *text, size_t len, const struct engine *engine, struct arena *arena,
          struct key *key, struct flowtoll_err *err)
{
	char copy[KEY_BYTES_MAX];
	bool found = false;
	*key = (struct key){0};
	while (len > 0 && is_blank(text[len - 1]))
		len--;
	for (; len > 0 && is_blank(*text); len--)
		text++;
	if (len == 0 || len >= sizeof copy)
		return ERR(err, FLOWTOLL_ERR_USAGE, "a key is %s", len == 0 ? "empty" : "too long");
	for (size_t i = 0; i < len; i++)
		copy[i] = text[i] == '-' ? '_' : text[i];
	copy[len] = '\0';
	TRY(field_key(copy, engine, arena, key, &found, err));
	if (!found)
		TRY(bucket_key(copy, engine, arena, key, &found, err));
	if (!found)
		TRY(name_key(copy, engine, arena, key, &found, err));
	if (!found)
		TRY(prefix_key(copy, engine, arena, key, &found, err));
	return found ? FLOWTOLL_OK : no_such_key(copy, engine_inputs(engine), err);
}
