/* SPDX-License-Identifier: Apache-2.0
 *
 * special_table FILE.csv > out.c: data/special_ranges.csv as the tables of ip/special_table.h.
 * Runs at build time, so that the program starts with nothing to parse and a wrong row stops the
 * build. Lines are CSV with quotes as in RFC 4180, or comments (#), one of them "# date: DAY".
 */
#include "ip/special_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 5, LINE_MAX_BYTES = 1024, RANGES_MAX = 2 * IP_SPECIAL_ROWS_MAX + 1 };

struct row {
	struct ip_cidr cidr;
	char name[LINE_MAX_BYTES];
	char source[LINE_MAX_BYTES];
	bool is_private;
	bool has_inner;
};

struct table {
	char date[sizeof "2026-01-31"];
	struct row rows[IP_SPECIAL_ROWS_MAX];
	size_t row_count;
	struct ip_special_range ranges[RANGES_MAX];
	size_t range_count;
};

static const char *const header[COLUMNS] = {"cidr", "name", "source", "is_private", "has_inner"};

static _Noreturn void
fail(const char *file, unsigned line, const char *what)
{
	fprintf(stderr, "%s:%u: %s\n", file, line, what);
	exit(1);
}

/* ---- read --------------------------------------------------------------------------------- */

/* Cuts the line, in place, into its fields; false if it has not exactly COLUMNS. */
static bool
split(char *line, char *fields[COLUMNS])
{
	char *at = line;
	for (int i = 0; i < COLUMNS; i++) {
		bool is_quoted = *at == '"';
		at += is_quoted;
		fields[i] = at;
		char *out = at;
		while (*at != '\0' && (is_quoted ? at[0] != '"' || at[1] == '"' : *at != ',')) {
			at += is_quoted && *at == '"'; /* the first of a pair */
			*out++ = *at++;
		}
		if (is_quoted && *at++ != '"')
			return false;
		char stop = *at++;
		*out = '\0';
		if (stop != (i < COLUMNS - 1 ? ',' : '\0'))
			return false;
	}
	return true;
}

static bool
read_bool(const char *text, bool *value)
{
	*value = strcmp(text, "yes") == 0;
	return *value || strcmp(text, "no") == 0;
}

static const char *
read_row(char *fields[COLUMNS], struct row *row)
{
	if (!ip_cidr_parse(fields[0], strlen(fields[0]), &row->cidr, NULL))
		return "not a CIDR, or host bits are set";
	if (fields[1][0] == '\0' || fields[2][0] == '\0')
		return "a name and a source are needed";
	if (!read_bool(fields[3], &row->is_private) || !read_bool(fields[4], &row->has_inner))
		return "is_private and has_inner are yes or no";
	snprintf(row->name, sizeof row->name, "%s", fields[1]);
	snprintf(row->source, sizeof row->source, "%s", fields[2]);
	return NULL;
}

static const char *
read_line(char *text, bool *has_header, struct table *table)
{
	char *fields[COLUMNS];
	if (strncmp(text, "# date: ", 8) == 0) {
		if (strlen(text + 8) != sizeof table->date - 1)
			return "the date is not like 2026-01-31";
		memcpy(table->date, text + 8, sizeof table->date);
		return NULL;
	}
	if (text[0] == '#')
		return NULL;
	if (!split(text, fields))
		return "not five CSV fields";
	if (!*has_header) {
		for (int i = 0; i < COLUMNS; i++)
			if (strcmp(fields[i], header[i]) != 0)
				return "not the header line that is expected";
		*has_header = true;
		return NULL;
	}
	if (table->row_count == IP_SPECIAL_ROWS_MAX)
		return "too many rows: raise IP_SPECIAL_ROWS_MAX";
	return read_row(fields, &table->rows[table->row_count++]);
}

static void
read_file(const char *path, struct table *table)
{
	char text[LINE_MAX_BYTES];
	bool has_header = false;
	unsigned line = 0;
	FILE *in = fopen(path, "r");
	if (in == NULL)
		fail(path, 0, "cannot be opened");
	while (fgets(text, sizeof text, in) != NULL) {
		size_t len = strcspn(text, "\r\n");
		line++;
		if (text[len] == '\0' && !feof(in))
			fail(path, line, "the line is too long");
		text[len] = '\0';
		const char *fault = read_line(text, &has_header, table);
		if (fault != NULL)
			fail(path, line, fault);
	}
	if (ferror(in) || fclose(in) != 0)
		fail(path, line, "cannot be read");
	if (table->date[0] == '\0' || table->row_count == 0)
		fail(path, line, "no date line, or no rows");
}

/* ---- cut the address space into ranges ---------------------------------------------------- */

/* By address, then the less specific row first. */
static int
compare_rows(const void *a, const void *b)
{
	const struct row *left = a;
	const struct row *right = b;
	int order = ip_compare(left->cidr.first, right->cidr.first);
	return order != 0 ? order : left->cidr.bits - right->cidr.bits;
}

static int
compare_ips(const void *a, const void *b)
{
	return ip_compare(*(const struct ip *)a, *(const struct ip *)b);
}

static uint8_t
most_specific(const struct table *table, struct ip ip)
{
	uint8_t best = IP_SPECIAL_ROW_NONE;
	for (size_t i = 0; i < table->row_count; i++)
		if (ip_in_cidr(ip, &table->rows[i].cidr) &&
		    (best == IP_SPECIAL_ROW_NONE ||
		     table->rows[i].cidr.bits > table->rows[best].cidr.bits))
			best = (uint8_t)i;
	return best;
}

static void
cut_ranges(struct table *table)
{
	struct ip edges[RANGES_MAX] = {{0, 0}};
	size_t edge_count = 1;
	for (size_t i = 0; i < table->row_count; i++) {
		struct ip_cidr cidr = table->rows[i].cidr;
		struct ip last = ip_last(cidr.first, cidr.bits);
		edges[edge_count++] = cidr.first;
		if (last.hi != UINT64_MAX || last.lo != UINT64_MAX)
			edges[edge_count++] = (struct ip){last.hi + (last.lo == UINT64_MAX), last.lo + 1};
	}
	qsort(edges, edge_count, sizeof edges[0], compare_ips);
	for (size_t i = 0; i < edge_count; i++) {
		uint8_t row = most_specific(table, edges[i]);
		if (i == 0 || row != table->ranges[table->range_count - 1].row)
			table->ranges[table->range_count++] = (struct ip_special_range){edges[i], row};
	}
}

static size_t
range_of(const struct table *table, struct ip ip)
{
	size_t range = table->range_count - 1;
	while (ip_compare(table->ranges[range].first, ip) > 0)
		range--;
	return range;
}

/* ---- write -------------------------------------------------------------------------------- */

static void
write_text(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
	putchar('"');
}

static void
write_rows(const struct table *table)
{
	printf("const char ip_special_day[] = \"%s\";\n", table->date);
	printf("const size_t ip_special_row_count = %zu;\n", table->row_count);
	printf("const struct ip_special ip_special_rows[] = {\n");
	for (size_t i = 0; i < table->row_count; i++) {
		const struct row *row = &table->rows[i];
		printf("\t{{{UINT64_C(%#jx), UINT64_C(%#jx)}, %u}, ", (uintmax_t)row->cidr.first.hi,
		       (uintmax_t)row->cidr.first.lo, row->cidr.bits);
		write_text(row->name);
		printf(", ");
		write_text(row->source);
		printf(", %s, %s},\n", row->is_private ? "true" : "false",
		       row->has_inner ? "true" : "false");
	}
	printf("};\n");
}

static void
write_ranges(const struct table *table)
{
	printf("const struct ip_special_range ip_special_ranges[] = {\n");
	for (size_t i = 0; i < table->range_count; i++)
		printf("\t{{UINT64_C(%#jx), UINT64_C(%#jx)}, %u},\n", (uintmax_t)table->ranges[i].first.hi,
		       (uintmax_t)table->ranges[i].first.lo, table->ranges[i].row);
	printf("};\nconst struct ip_special_bucket ip_special_buckets[IP_SPECIAL_BUCKETS] = {");
	for (unsigned i = 0; i < IP_SPECIAL_BUCKETS; i++) {
		bool is_v4 = i >= 256;
		struct ip first = is_v4 ? ip_from_v4((i - 256) << 24) : (struct ip){(uint64_t)i << 56, 0};
		struct ip last = ip_last(first, is_v4 ? IP_V4_BITS + 8 : 8);
		printf("%s{%zu, %zu},", i % 8 == 0 ? "\n\t" : " ", range_of(table, first),
		       range_of(table, last));
	}
	printf("\n};\n");
}

int
main(int argc, char **argv)
{
	static struct table table;
	if (argc != 2) {
		fprintf(stderr, "usage: special_table FILE.csv > out.c\n");
		return 2;
	}
	read_file(argv[1], &table);
	qsort(table.rows, table.row_count, sizeof table.rows[0], compare_rows);
	for (size_t i = 1; i < table.row_count; i++)
		if (compare_rows(&table.rows[i - 1], &table.rows[i]) == 0)
			fail(argv[1], 0, "two rows have the same prefix");
	cut_ranges(&table);
	printf("/* Made by tools/special_table.c; see there. */\n#include \"ip/special_table.h\"\n\n");
	write_rows(&table);
	write_ranges(&table);
	return fflush(stdout) != 0 || ferror(stdout) ? 1 : 0;
}
