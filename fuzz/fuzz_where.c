/* SPDX-License-Identifier: Apache-2.0
 *
 * Conditions, as --where takes them. Any text: refused with its place, or a condition and nothing
 * more, so that it means the same as an expression among others; `1=1) UNION ALL ...` must not get
 * out of its parentheses. And conditions made from the input by a small grammar: the rows they
 * choose must be those that an evaluation of our own chooses.
 */
#include "query/condition.h"

#include "base/buf.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { TEXT_MAX = 2000, ROW_COUNT = 8, DEPTH_MAX = 6, SQL_MAX = 1 << 16 };

/* SQL's three values. */
enum truth { NO, YES, UNKNOWN };

/* The records, twice; a negative number stands for a missing one. */
static const struct row {
	const char *src, *dst;
	int64_t srcport, packets, bytes;
	const char *action;
} rows[ROW_COUNT] = {
	{"10.0.0.1", "10.0.1.7", 443, 1, 40, "ACCEPT"},
	{"10.0.0.2", "10.0.1.7", 443, 10, 4000, "REJECT"},
	{"10.0.1.7", "8.8.8.8", 53, 3, 9007199254740993, "ACCEPT"},
	{"2001:db8::1", "2001:db8::2", 80, 7, 500, "ACCEPT"},
	{"192.0.2.1", NULL, 22, -1, 500, NULL},
	{NULL, "10.0.0.1", -1, 5, -1, "REJECT"},
	{"255.255.255.255", "0.0.0.0", 0, 0, 0, "ACCEPT"},
	{NULL, NULL, -1, -1, -1, NULL},
};

static struct engine *engine;

static _Noreturn void
fail(const char *condition, const char *what)
{
	fprintf(stderr, "%s: %s\n", condition, what);
	abort();
}

static const char *
or_dash(const char *text)
{
	return text != NULL ? text : "-";
}

static void
write_number(FILE *file, int64_t number)
{
	if (number < 0)
		fputs(" -", file);
	else
		fprintf(file, " %" PRId64, number);
}

/* A log of the rows, and a session over it. */
static void
begin(void)
{
	struct flowtoll_err err;
	struct result *result = NULL;
	char path[64];
	int fd = memfd_create("log", 0);
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (file == NULL)
		abort();
	fputs("srcaddr dstaddr srcport packets bytes action log-status\n", file);
	for (size_t i = 0; i < ROW_COUNT; i++) {
		fprintf(file, "%s %s", or_dash(rows[i].src), or_dash(rows[i].dst));
		write_number(file, rows[i].srcport);
		write_number(file, rows[i].packets);
		write_number(file, rows[i].bytes);
		fprintf(file, " %s OK\n", or_dash(rows[i].action));
	}
	fflush(file);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (engine_create(&engine, &(struct engine_settings){.threads = 1, .memory_bytes = 256 << 20},
	                  &err) != FLOWTOLL_OK ||
	    engine_add_source(engine, path, &err) != FLOWTOLL_OK ||
	    engine_look(engine, &err) != FLOWTOLL_OK ||
	    engine_query(engine, "SET enable_external_access = false", ENGINE_ANY_ORDER, &result,
	                 &err) != FLOWTOLL_OK)
		fail(err.message, "no session");
	result_free(result);
}

/* A bit for each row that `sql` gives the line of. *rc is how it went. */
static unsigned
chosen(const char *condition, const char *sql, enum flowtoll_rc *rc, struct flowtoll_err *err)
{
	struct result *result = NULL;
	const struct result_cell *cells = NULL;
	unsigned bits = 0;
	*rc = engine_query(engine, sql, ENGINE_FILE_ORDER, &result, err);
	if (*rc == FLOWTOLL_OK && result_column_count(result) != 1)
		fail(condition, "it changes the columns of the answer");
	while (*rc == FLOWTOLL_OK && (*rc = result_next(result, &cells, err)) == FLOWTOLL_OK &&
	       cells != NULL) {
		__int128 line = cells[0].type == RESULT_INT ? cells[0].as.integer - 2 : -1;
		if (line < 0 || line >= ROW_COUNT || (bits & 1u << line) != 0)
			fail(condition, "it adds rows to the answer");
		bits |= 1u << line;
	}
	result_free(result);
	return bits;
}

/* ---- any text ----------------------------------------------------------------------------- */

/* Running these proves nothing, and some take for ever. */
static bool
can_run(const char *condition)
{
	static const char *const words[] = {"select", "from",  "range", "repeat", "pad",  "rand",
	                                    "uuid",   "series", "query", "exp",   "[",    "list",
	                                    "array",  "bar",   "with",  "string", "fact", "now"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasestr(condition, words[i]) != NULL)
			return false;
	return true;
}

static void
check_text(const char *condition)
{
	static char filter[SQL_MAX], value[SQL_MAX];
	struct flowtoll_err err = {0};
	enum flowtoll_rc filter_rc, value_rc;
	enum flowtoll_rc rc = condition_check(engine, "--where", "SELECT 1 FROM flows WHERE", condition,
	                                      &err);
	if (rc != FLOWTOLL_OK) {
		if (rc == FLOWTOLL_ERR_USAGE && (err.byte > strlen(condition) || err.line != 1))
			fail(condition, "the error is outside of it");
		if (rc == FLOWTOLL_ERR_INTERNAL || err.message[0] == '\0')
			fail(condition, err.message);
		return;
	}
	snprintf(filter, sizeof filter, "SELECT line FROM flows WHERE (%s\n)", condition);
	snprintf(value, sizeof value, "SELECT line FROM (SELECT line, CASE WHEN (%s\n) THEN 1 ELSE 0 "
	         "END AS yes FROM flows) WHERE yes = 1", condition);
	uint64_t place = 0;
	/* what is an expression where a condition stands is one elsewhere too */
	if (engine_check(engine, value, &place, &err) != FLOWTOLL_OK &&
	    strncmp(err.message, "syntax error", 12) == 0)
		fail(condition, "it is no expression");
	if (!can_run(condition))
		return;
	unsigned by_filter = chosen(condition, filter, &filter_rc, &err);
	unsigned by_value = chosen(condition, value, &value_rc, &err);
	if (filter_rc == FLOWTOLL_OK && value_rc == FLOWTOLL_OK && by_filter != by_value)
		fail(condition, "it chooses other rows than it is true for");
}

/* ---- conditions made ---------------------------------------------------------------------- */

/* Bytes of the input, as choices; zeros at its end. */
struct maker {
	const uint8_t *data;
	size_t len;
	struct buf text;
	const struct row *row;
	bool writes; /* else it only evaluates: the same choices for each row */
};

static unsigned
choose(struct maker *maker, unsigned count)
{
	if (maker->len == 0)
		return 0;
	maker->len--;
	return *maker->data++ % count;
}

static void
put(struct maker *maker, const char *text)
{
	if (maker->writes)
		buf_adds(&maker->text, text);
}

static void
put_gap(struct maker *maker)
{
	static const char *const gaps[] = {" ", "\n", "/* ' ) */", "/*/**/(*/", "-- \"(\n", "\t "};
	put(maker, gaps[choose(maker, 6)]);
}

/* How a and b compare, as the operator chosen sees it. */
static enum truth
put_compare(struct maker *maker, const char *field, const char *literal, int order, bool known)
{
	static const char *const operators[] = {"=", "<>", "<", "<=", ">", ">="};
	unsigned op = choose(maker, 6);
	put(maker, field);
	put_gap(maker);
	put(maker, operators[op]);
	put_gap(maker);
	put(maker, literal);
	const bool holds[] = {order == 0, order != 0, order < 0, order <= 0, order > 0, order >= 0};
	return !known ? UNKNOWN : holds[op] ? YES : NO;
}

static enum truth
make_number(struct maker *maker)
{
	static const char *const fields[] = {"bytes", "packets", "\"srcport\"", "flows.bytes"};
	unsigned f = choose(maker, 4);
	const struct row *row = maker->row, *other = &rows[choose(maker, ROW_COUNT)];
	const int64_t numbers[] = {row->bytes, row->packets, row->srcport, row->bytes};
	const int64_t others[] = {other->bytes, other->packets, other->srcport, other->bytes};
	int64_t value = numbers[f], literal = others[f] + (int64_t)choose(maker, 3) - 1;
	char text[32];
	snprintf(text, sizeof text, "%" PRId64, literal);
	if (choose(maker, 4) == 0) {
		put(maker, fields[f]);
		put(maker, " BETWEEN ");
		put(maker, text);
		put(maker, " AND 1000");
		return value < 0 ? UNKNOWN : value >= literal && value <= 1000 ? YES : NO;
	}
	return put_compare(maker, fields[f], text, (value > literal) - (value < literal), value >= 0);
}

static enum truth
make_address(struct maker *maker)
{
	static const char *const literals[] = {"10.0.0.1", "10.0.1.7", "::", "2001:db8::1",
	                                       "0.0.0.0",  "8.8.8.8",  "255.255.255.255"};
	static const char *const ranges[] = {"10.0.0.0/8", "10.0.0.0/31", "2001:db8::/32", "0.0.0.0/0",
	                                     "::/0"};
	bool is_src = choose(maker, 2) == 0;
	const char *field = is_src ? "srcaddr" : "DSTADDR";
	const char *text = is_src ? maker->row->src : maker->row->dst;
	struct ip ip = {0}, other;
	struct ip_cidr cidr;
	char quoted[64];
	if (text != NULL && !ip_parse(text, strlen(text), &ip))
		abort();
	if (choose(maker, 2) == 0) {
		const char *range = ranges[choose(maker, 5)];
		if (!ip_cidr_parse(range, strlen(range), &cidr, NULL))
			abort();
		snprintf(quoted, sizeof quoted, "in_cidr(%s, '%s')", field, range);
		put(maker, quoted);
		return text == NULL ? UNKNOWN : ip_in_cidr(ip, &cidr) ? YES : NO;
	}
	const char *literal = literals[choose(maker, 7)];
	if (!ip_parse(literal, strlen(literal), &other))
		abort();
	snprintf(quoted, sizeof quoted, "'%s'", literal);
	return put_compare(maker, field, quoted, ip_compare(ip, other), text != NULL);
}

static enum truth
make_action(struct maker *maker)
{
	static const char *const words[] = {"ACCEPT", "REJECT"};
	const char *action = maker->row->action;
	const char *word = words[choose(maker, 2)];
	bool is_it = action != NULL && strcmp(action, word) == 0;
	switch (choose(maker, 3)) {
	case 0:
		put(maker, "action IS NULL");
		return action == NULL ? YES : NO;
	case 1:
		put(maker, "action IN (");
		put_gap(maker);
		put(maker, "'");
		put(maker, word);
		put(maker, "')");
		break;
	default:
		put(maker, "action='");
		put(maker, word);
		put(maker, "'");
	}
	return action == NULL ? UNKNOWN : is_it ? YES : NO;
}

static enum truth
both(enum truth a, enum truth b)
{
	return a == NO || b == NO ? NO : a == YES && b == YES ? YES : UNKNOWN;
}

static enum truth
opposite(enum truth a)
{
	return a == UNKNOWN ? UNKNOWN : a == YES ? NO : YES;
}

static enum truth
make(struct maker *maker, unsigned depth)
{
	unsigned choice = choose(maker, depth < DEPTH_MAX ? 7 : 3);
	enum truth a, b;
	switch (choice) {
	case 0:
		return make_number(maker);
	case 1:
		return make_address(maker);
	case 2:
		return make_action(maker);
	case 3:
		put(maker, "NOT (");
		put_gap(maker);
		a = opposite(make(maker, depth + 1));
		break;
	case 4:
		put(maker, "((");
		a = make(maker, depth + 1);
		put(maker, ") IS NOT TRUE");
		a = a == YES ? NO : YES;
		break;
	default:
		put(maker, "(");
		a = make(maker, depth + 1);
		put_gap(maker);
		put(maker, choice == 5 ? "and" : "OR");
		put_gap(maker);
		b = make(maker, depth + 1);
		a = choice == 5 ? both(a, b) : opposite(both(opposite(a), opposite(b)));
	}
	put_gap(maker);
	put(maker, ")");
	return a;
}

static void
check_made(const uint8_t *data, size_t len)
{
	static char sql[SQL_MAX];
	struct flowtoll_err err = {0};
	enum flowtoll_rc rc;
	unsigned wanted = 0;
	struct buf text;
	buf_init(&text, SQL_MAX / 2);
	for (size_t i = 0; i < ROW_COUNT; i++) {
		struct maker maker = {.data = data, .len = len, .text = text, .row = &rows[i],
		                      .writes = i == 0};
		wanted |= make(&maker, 0) == YES ? 1u << i : 0;
		text = maker.text;
	}
	const char *condition = buf_text(&text);
	if (!text.failed) {
		if (condition_check(engine, "--where", "SELECT 1 FROM flows WHERE", condition, &err) !=
		    FLOWTOLL_OK)
			fail(condition, err.message);
		snprintf(sql, sizeof sql, "SELECT line FROM flows WHERE (%s\n)", condition);
		unsigned got = chosen(condition, sql, &rc, &err);
		if (rc != FLOWTOLL_OK || got != wanted)
			fail(condition, rc != FLOWTOLL_OK ? err.message : "other rows than it is true for");
	}
	buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static char text[TEXT_MAX + 1];
	if (engine == NULL)
		begin();
	if (len == 0 || len > TEXT_MAX)
		return 0;
	if (data[0] == '=') { /* the rest is choices */
		check_made(data + 1, len - 1);
		return 0;
	}
	if (memchr(data, '\0', len) != NULL)
		return 0;
	memcpy(text, data, len);
	text[len] = '\0';
	check_text(text);
	return 0;
}
