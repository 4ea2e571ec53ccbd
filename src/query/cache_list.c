/* SPDX-License-Identifier: Apache-2.0
 *
 * What registries said and is kept: a row for each range.
 */
#include "query/query.h"
#include "query/row_table.h"

#include "base/when.h"
#include "ip/ip_range.h"
#include "who/said.h"

#include <assert.h>

enum {
	CACHE_RANGE, CACHE_FIRST, CACHE_LAST, CACHE_NAME, CACHE_NETWORK, CACHE_COUNTRY, CACHE_SOURCE,
	CACHE_AS_OF, CACHE_EXPIRES, CACHE_STATE, CACHE_URL, CACHE_COLUMNS
};

static const struct result_column columns[CACHE_COLUMNS] = {
	[CACHE_RANGE] = {.name = "range", .type = RESULT_TEXT},
	[CACHE_FIRST] = {.name = "first", .type = RESULT_IP, .is_detail = true},
	[CACHE_LAST] = {.name = "last", .type = RESULT_IP, .is_detail = true},
	[CACHE_NAME] = {.name = "name", .type = RESULT_TEXT},
	[CACHE_NETWORK] = {.name = "network", .type = RESULT_TEXT},
	[CACHE_COUNTRY] = {.name = "country", .type = RESULT_TEXT, .is_detail = true},
	[CACHE_SOURCE] = {.name = "source", .type = RESULT_TEXT},
	[CACHE_AS_OF] = {.name = "as_of", .type = RESULT_TIME},
	[CACHE_EXPIRES] = {.name = "expires", .type = RESULT_TIME},
	[CACHE_STATE] = {.name = "state", .type = RESULT_TEXT},
	[CACHE_URL] = {.name = "url", .type = RESULT_TEXT, .is_detail = true},
};

struct table {
	struct row_table rows; /* first */
	const struct registry_range **ranges;
	struct who_said said; /* of the row in hand, whose cells point into it */
	char range[2 * IP_TEXT_MAX];
	struct result_cell cells[CACHE_COLUMNS];
};

/* "52.216.0.0/14", or "17.0.0.0-17.2.255.255" where it is no prefix. */
static void
print_range(const struct registry_range *range, char text[2 * IP_TEXT_MAX])
{
	struct ip_cidr cidr;
	if (ip_range_is_cidr(range->first, range->last, &cidr)) {
		ip_cidr_print(cidr, text);
		return;
	}
	size_t len = ip_print(range->first, text);
	text[len] = '-';
	ip_print(range->last, text + len + 1);
}

static struct result_cell
time_cell(int64_t seconds)
{
	return (struct result_cell){.type = RESULT_TIME, .as.time_us = seconds * WHEN_SECOND_US};
}

static enum flowtoll_rc
fill(struct row_table *rows, size_t row, struct result_cell *cells, struct flowtoll_err *err)
{
	struct table *table = (struct table *)rows;
	const struct registry_range *range = table->ranges[row];
	(void)err;
	print_range(range, table->range);
	who_said_make(&table->said, range);
	cells[CACHE_RANGE] = result_text_cell(table->range);
	cells[CACHE_FIRST] = (struct result_cell){.type = RESULT_IP, .as.ip = range->first};
	cells[CACHE_LAST] = (struct result_cell){.type = RESULT_IP, .as.ip = range->last};
	cells[CACHE_NAME] = result_text_cell(range->owner);
	cells[CACHE_NETWORK] = result_text_cell(range->name);
	cells[CACHE_COUNTRY] = result_text_cell(range->country);
	cells[CACHE_SOURCE] = result_text_cell(table->said.name);
	cells[CACHE_AS_OF] = time_cell(range->as_of_s);
	cells[CACHE_EXPIRES] = time_cell(registry_range_expires_s(range));
	cells[CACHE_STATE] = result_text_cell(!range->found  ? "unregistered"
	                                      : range->stale ? "stale" : "fresh");
	cells[CACHE_URL] = result_text_cell(range->source);
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
note_place(const struct registry *registry, size_t shown, struct answer *answer,
           struct flowtoll_err *err)
{
	const char *path = registry_cache_path(registry);
	size_t count = registry_count(registry);
	if (path == NULL)
		return answer_note(answer, err, "nothing is kept: neither XDG_CACHE_HOME nor HOME is set");
	if (count == 0)
		return answer_note(answer, err, "no answer of a registry is known from %.900s", path);
	return answer_note(answer, err, "%zu of %zu ranges that are kept in %.900s", shown, count,
	                   path);
}

static enum flowtoll_rc
make_table(const struct registry *registry, const struct registry_part *part,
           struct answer *answer, struct flowtoll_err *err)
{
	size_t count = registry_count(registry);
	struct table *table = arena_alloc(&answer->arena, sizeof *table);
	const struct registry_range **ranges =
		arena_alloc(&answer->arena, (count + 1) * sizeof *ranges);
	if (table == NULL || ranges == NULL)
		return err_memory(err, "making an answer");
	*table = (struct table){.ranges = ranges};
	for (size_t i = 0; i < count; i++)
		if (registry_part_has(part, registry_at(registry, i)))
			ranges[table->rows.count++] = registry_at(registry, i);
	row_table_give(&table->rows, columns, CACHE_COLUMNS, table->cells, fill, answer);
	return note_place(registry, table->rows.count, answer, err);
}

enum flowtoll_rc
query_cache_list(const struct registry *registry, const struct registry_part *part,
                 struct answer **out, struct flowtoll_err *err)
{
	assert(registry != NULL && out != NULL);
	struct answer *answer = NULL;
	TRY(answer_create(&answer, err));
	enum flowtoll_rc rc = make_table(registry, part, answer, err);
	if (rc == FLOWTOLL_OK)
		*out = answer;
	else
		answer_free(answer);
	return rc;
}
