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
	{"network", "network_name", "its network, as the registry calls it"},
	{"interface", "ip_interface", "the network interface, by the inventory"},
	{"instance", "ip_instance", "its instance, by name and id"},
	{"subnet", "ip_subnet", "its subnet"},
	{"zone", "ip_zone", "its availability zone"},
	{"vpc", "ip_vpc", "its VPC"},
};
enum { NAMES_OF_INVENTORY = 7 }; /* those from here on are of nothing else */
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
	struct buf alias;
	buf_init(&alias, LIMIT_SQL_BYTES);
	buf_add_quoted(&alias, label, '"');
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		if (strcmp(taken[i], label) == 0) {
			buf_clear(&alias);
			buf_addf(&alias, "\"key_%s\"", label);
		}
	key->label = arena_dup(arena, label, strlen(label));
	key->alias = alias.failed ? NULL : arena_dup(arena, buf_text(&alias), alias.len);
	key->sql = arena_dup(arena, sql, strlen(sql));
	key->column = arena_dup(arena, column, strlen(column));
	buf_free(&alias);
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

enum flowtoll_rc
key_check_inventory(const struct engine *engine, const char *what, struct flowtoll_err *err)
{
	const struct who *who = engine_who(engine);
	if (who != NULL && (who_network(who)->known & WHO_KNOWS_RESOURCES) != 0)
		return FLOWTOLL_OK;
	err_set(err, FLOWTOLL_ERR_USAGE, "%s is told by an inventory, and none is given", what);
	err_hint(err, "--inventory FILE, of flowtoll inventory -o FILE, or --inventory live");
	return err->code;
}

/* The column that tells which of several interfaces with one address is meant; NULL: none has
 * to. */
static const char *
logged_column(const struct engine *engine)
{
	const struct who *who = engine_who(engine);
	bool is_needed = who != NULL && who_has_shared(who) &&
	                 engine_has_field(engine, FLOW_interface_id);
	return is_needed ? flow_fields[FLOW_interface_id].column : NULL;
}

static void
add_logged(struct buf *sql, const char *logged)
{
	if (logged != NULL)
		buf_addf(sql, ", coalesce(%s, '')", logged);
}

void
key_add_tag(struct buf *sql, const char *column, const char *tag, const char *logged)
{
	buf_adds(sql, "ip_tag(");
	buf_adds(sql, column);
	buf_adds(sql, ", ");
	buf_add_quoted(sql, tag, '\'');
	add_logged(sql, logged);
	buf_addc(sql, ')');
}

/* The address of which this is the prefix: "src"; NULL: none. */
static const struct flow_field *
address_of(const char *prefix, size_t len)
{
	for (int a = 0; a < ADDRESS_COUNT; a++)
		if (strlen(addresses[a].prefix) == len && memcmp(addresses[a].prefix, prefix, len) == 0)
			return &flow_fields[addresses[a].field];
	return NULL;
}

static enum flowtoll_rc
set_name_key(struct key *key, struct arena *arena, const char *label, const struct buf *sql,
             const struct flow_field *field, const struct engine *engine,
             struct flowtoll_err *err)
{
	TRY(check_field(engine, (enum flow_id)(field - flow_fields), err));
	TRY(buf_check(sql, "reading a key", err));
	key->is_name = true;
	key->logged = logged_column(engine);
	return set_key(key, arena, label, buf_text(sql), field->column, err);
}

/* dst.owner */
static enum flowtoll_rc
name_key(const char *text, const struct engine *engine, struct arena *arena, struct key *key,
         bool *found, struct flowtoll_err *err)
{
	const char *dot = strchr(text, '.');
	const struct flow_field *field = dot != NULL ? address_of(text, (size_t)(dot - text)) : NULL;
	size_t n = 0;
	while (field != NULL && n < key_name_count && strcmp(key_names[n].word, dot + 1) != 0)
		n++;
	if (field == NULL || n == key_name_count)
		return FLOWTOLL_OK;
	*found = true;
	if (n >= NAMES_OF_INVENTORY)
		TRY(key_check_inventory(engine, text, err));
	struct buf sql;
	buf_init(&sql, LIMIT_SQL_BYTES);
	buf_addf(&sql, "%s(\"%s\"", key_names[n].function, field->column);
	add_logged(&sql, logged_column(engine));
	buf_addc(&sql, ')');
	enum flowtoll_rc rc = set_name_key(key, arena, text, &sql, field, engine, err);
	buf_free(&sql);
	return rc;
}

static const char tag_word[] = ".tag:";

/* Without the quotes that it may be in; false: they do not close, or nothing is in them. */
static bool
unquote(const char *text, size_t len, struct buf *tag)
{
	bool is_quoted = len > 0 && text[0] == '"';
	if (!is_quoted) {
		buf_add(tag, text, len);
		return len > 0;
	}
	for (size_t i = 1; i < len; i++) {
		if (text[i] == '"' && i + 1 == len)
			return tag->len > 0;
		if (text[i] == '"' && text[++i] != '"')
			return false;
		buf_addc(tag, text[i]);
	}
	return false;
}

/* src.tag:Team, src.tag:"Cost, in all" */
static enum flowtoll_rc
tag_key(const char *prefix, const char *text, size_t len, const struct engine *engine,
        struct arena *arena, struct key *key, struct flowtoll_err *err)
{
	const struct flow_field *field = address_of(prefix, strlen(prefix));
	struct buf tag, label, sql;
	char column[KEY_BYTES_MAX];
	if (field == NULL) {
		err_set(err, FLOWTOLL_ERR_USAGE, "'%s.tag:' is of no address", prefix);
		err_hint(err, strcmp(prefix, "client") == 0
		                  ? "clients are those of flowtoll nat, with --tag; here it is "
		                    "src.tag:KEY or dst.tag:KEY"
		                  : "src.tag:KEY, dst.tag:KEY, or of pkt_src, pkt_dst");
		return err->code;
	}
	buf_init(&tag, LIMIT_TAG_KEY_BYTES);
	buf_init(&label, LIMIT_SQL_BYTES);
	buf_init(&sql, LIMIT_SQL_BYTES);
	bool is_right = unquote(text, len, &tag) && !tag.failed;
	buf_addf(&label, "%s%s%s", prefix, tag_word, buf_text(&tag));
	snprintf(column, sizeof column, "\"%s\"", field->column);
	key->tag = arena_dup(arena, buf_text(&tag), tag.len);
	enum flowtoll_rc rc = FLOWTOLL_OK;
	if (!is_right) {
		rc = ERR(err, FLOWTOLL_ERR_USAGE, "'%s%s%.*s' names no tag", prefix, tag_word,
		         (int)(len < KEY_BYTES_MAX ? len : KEY_BYTES_MAX), text);
		err_hint(err, "such as src.tag:Team; a key with a comma in quotes, and quotes in it "
		              "doubled: src.tag:\"Cost, in all\"");
	} else if (key->tag == NULL || label.failed) {
		rc = err_memory(err, "reading a key");
	} else {
		rc = key_check_inventory(engine, buf_text(&label), err);
		key_add_tag(&sql, column, key->tag, logged_column(engine));
	}
	if (rc == FLOWTOLL_OK)
		rc = set_name_key(key, arena, buf_text(&label), &sql, field, engine, err);
	buf_free(&tag);
	buf_free(&label);
	buf_free(&sql);
	return rc;
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

/* Where the key of a tag begins, after a prefix of an address; NULL: it is none. */
static const char *
find_tag(const char *text, size_t len)
{
	size_t word = strlen(tag_word);
	const char *dot = memchr(text, '.', len);
	size_t rest = dot != NULL ? len - (size_t)(dot - text) : 0;
	return rest >= word && memcmp(dot, tag_word, word) == 0 ? dot + word : NULL;
}

size_t
key_span(const char *text)
{
	size_t len = strcspn(text, ",");
	const char *tag = find_tag(text, len);
	if (tag == NULL || *tag != '"')
		return len;
	const char *close = strchr(tag + 1, '"');
	while (close != NULL && close[1] == '"')
		close = strchr(close + 2, '"');
	return close != NULL ? (size_t)(close - text) + strcspn(close, ",") : strlen(text);
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
	const char *tag = find_tag(text, len);
	size_t copied = tag != NULL ? (size_t)(tag - text) - strlen(tag_word) : len;
	if (len == 0 || copied >= sizeof copy)
		return ERR(err, FLOWTOLL_ERR_USAGE, "a key is %s", len == 0 ? "empty" : "too long");
	for (size_t i = 0; i < copied; i++)
		copy[i] = text[i] == '-' ? '_' : text[i];
	copy[copied] = '\0';
	if (tag != NULL)
		return tag_key(copy, tag, len - (size_t)(tag - text), engine, arena, key, err);
	TRY(field_key(copy, engine, arena, key, &found, err));
	if (!found)
		TRY(bucket_key(copy, engine, arena, key, &found, err));
	if (!found)
		TRY(name_key(copy, engine, arena, key, &found, err));
	if (!found)
		TRY(prefix_key(copy, engine, arena, key, &found, err));
	return found ? FLOWTOLL_OK : no_such_key(copy, engine_inputs(engine), err);
}
