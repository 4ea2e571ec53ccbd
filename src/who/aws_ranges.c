/* SPDX-License-Identifier: Apache-2.0
 *
 * See aws_ranges.h.
 */
#include "who/aws_ranges.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "who/inventory.h"
#include "who/json_walk.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char hint_make[] =
	"get it with: curl -O https://ip-ranges.amazonaws.com/ip-ranges.json";

/* Who answers for an address, where it is not Amazon: what runs behind it is a customer's, and
 * nothing tells whose. */
static const struct {
	const char *service;
	const char *owner;
} customers[] = {
	{"EC2", "Amazon EC2 customer"},
	{"CLOUDFRONT", "CloudFront customer"},
	{"GLOBALACCELERATOR", "Global Accelerator customer"},
};

struct row {
	struct ip_cidr cidr;
	uint32_t place;   /* in the order of the file; also tells that order */
	uint32_t service; /* index in reader.services, once the rows are sorted */
};

struct service {
	const char *name;
	unsigned __int128 address_count[2]; /* covered in the file: IPv4, IPv6 */
};

struct reader {
	struct who_intern *intern;
	struct ip_trie *trie;
	struct who_place *places; /* one a row */
	struct row *rows;
	size_t count;
	size_t cap;
	struct service services[LIMIT_SERVICES];
	size_t service_count;
	const char *list;       /* the list that is read, and the key of the prefix in it */
	const char *prefix_key;
	bool has_rows;
	char date[WHO_DATE_MAX]; /* empty: not told */
};

void
who_aws_ranges_free(struct who_aws_ranges *ranges)
{
	ip_trie_free(ranges->trie);
	mem_free(ranges->places);
	*ranges = (struct who_aws_ranges){0};
}

static enum flowtoll_rc
out_of_memory(struct flowtoll_err *err)
{
	return err_memory(err, "reading AWS's ranges");
}

/* ---- rows --------------------------------------------------------------------------------- */

static enum flowtoll_rc
intern(struct reader *reader, const char *text, const char **kept, struct flowtoll_err *err)
{
	*kept = who_intern(reader->intern, text, strlen(text));
	return *kept != NULL ? FLOWTOLL_OK : out_of_memory(err);
}

static const char *
owner_of(const char *service)
{
	for (size_t i = 0; i < sizeof customers / sizeof customers[0]; i++)
		if (strcmp(service, customers[i].service) == 0)
			return customers[i].owner;
	return "Amazon";
}

static enum flowtoll_rc
make_place(struct reader *reader, const char *service, const char *region, struct who_place *place,
           struct flowtoll_err *err)
{
	char name[2 * LIMIT_JSON_TEXT_BYTES + 2];
	bool has_region = region != NULL && region[0] != '\0' && strcmp(region, "GLOBAL") != 0;
	snprintf(name, sizeof name, "%s%s%s", strcmp(service, "AMAZON") == 0 ? "AWS" : service,
	         has_region ? " " : "", has_region ? region : "");
	*place = (struct who_place){.owner = owner_of(service)};
	TRY(intern(reader, name, &place->name, err));
	TRY(intern(reader, service, &place->service, err));
	return region != NULL ? intern(reader, region, &place->region, err) : FLOWTOLL_OK;
}

static enum flowtoll_rc
make_room(struct reader *reader, struct flowtoll_err *err)
{
	if (reader->count == LIMIT_RANGES)
		return ERR(err, FLOWTOLL_ERR_INPUT, "more than %d ranges", LIMIT_RANGES);
	if (reader->count < reader->cap)
		return FLOWTOLL_OK;
	size_t cap = reader->cap > 0 ? reader->cap * 2 : 4096;
	struct row *rows = mem_realloc_array(reader->rows, cap, sizeof *rows);
	if (rows == NULL)
		return out_of_memory(err);
	reader->rows = rows;
	struct who_place *places = mem_realloc_array(reader->places, cap, sizeof *places);
	if (places == NULL)
		return out_of_memory(err);
	reader->places = places;
	reader->cap = cap;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_row(void *ctx, const struct who_json *item, struct flowtoll_err *err)
{
	struct reader *reader = ctx;
	const char *prefix;
	const char *service;
	const char *region;
	if (!who_json_is_object(item))
		return ERR(err, FLOWTOLL_ERR_INPUT, "a member of %s is not an object", reader->list);
	TRY(who_json_text(item, reader->prefix_key, reader->list, &prefix, err));
	TRY(who_json_text(item, "service", reader->list, &service, err));
	TRY(who_json_text(item, "region", reader->list, &region, err));
	if (prefix == NULL || service == NULL || service[0] == '\0')
		return ERR(err, FLOWTOLL_ERR_INPUT, "a member of %s has no %s", reader->list,
		           prefix == NULL ? reader->prefix_key : "service");
	TRY(make_room(reader, err));
	struct row row = {.place = (uint32_t)reader->count};
	bool host_bits = false;
	if (!ip_cidr_parse(prefix, strlen(prefix), &row.cidr, &host_bits))
		return ERR(err, FLOWTOLL_ERR_INPUT, "%s: %s \"%.64s\" is not an IP prefix%s", reader->list,
		           reader->prefix_key, prefix, host_bits ? ": it has host bits" : "");
	TRY(make_place(reader, service, region, &reader->places[reader->count], err));
	reader->rows[reader->count++] = row;
	return FLOWTOLL_OK;
}

/* ---- which row speaks ---------------------------------------------------------------------- */

static bool
is_v4(const struct ip_cidr *cidr)
{
	return cidr->bits >= IP_V4_BITS && ip_is_v4(cidr->first);
}

/* By service, then address, then the wider prefix first, then the order of the file. */
static int
compare_rows(const void *a_row, const void *b_row, void *places_of_rows)
{
	const struct row *a = a_row;
	const struct row *b = b_row;
	const struct who_place *places = places_of_rows;
	const char *a_service = places[a->place].service;
	const char *b_service = places[b->place].service;
	int order = a_service != b_service ? strcmp(a_service, b_service) : 0;
	if (order == 0)
		order = ip_compare(a->cidr.first, b->cidr.first);
	if (order == 0)
		order = (int)a->cidr.bits - (int)b->cidr.bits;
	return order != 0 ? order : (a->place < b->place ? -1 : 1);
}

static void
count_addresses(struct service *service, const struct ip_cidr *cidr)
{
	unsigned __int128 *sum = &service->address_count[is_v4(cidr) ? 0 : 1];
	unsigned __int128 all = ~(unsigned __int128)0;
	unsigned __int128 more = cidr->bits > 0 ? (unsigned __int128)1 << (128 - cidr->bits) : all;
	*sum = more > all - *sum ? all : *sum + more;
}

/* Numbers the services of the sorted rows and sums what each covers, nested prefixes once. */
static enum flowtoll_rc
count_services(struct reader *reader, struct flowtoll_err *err)
{
	struct service *service = NULL;
	const struct ip_cidr *widest = NULL; /* the last one counted: what is in it already is */
	for (size_t i = 0; i < reader->count; i++) {
		struct row *row = &reader->rows[i];
		const char *name = reader->places[row->place].service;
		if (service == NULL || strcmp(service->name, name) != 0) {
			if (reader->service_count == LIMIT_SERVICES)
				return ERR(err, FLOWTOLL_ERR_INPUT, "more than %d services", LIMIT_SERVICES);
			service = &reader->services[reader->service_count++];
			*service = (struct service){.name = name};
			widest = NULL;
		}
		row->service = (uint32_t)(reader->service_count - 1);
		if (widest != NULL && widest->bits <= row->cidr.bits && ip_in_cidr(row->cidr.first, widest))
			continue;
		widest = &row->cidr;
		count_addresses(service, widest);
	}
	return FLOWTOLL_OK;
}

static int
rank_of(const char *service)
{
	return strcmp(service, "AMAZON") == 0 ? 0 : strcmp(service, "EC2") == 0 ? 1 : 2;
}

/* Of two rows with the same prefix: whether a speaks rather than b. */
static bool
is_better(const struct reader *reader, const struct row *a, const struct row *b)
{
	const struct service *a_service = &reader->services[a->service];
	const struct service *b_service = &reader->services[b->service];
	int a_rank = rank_of(a_service->name);
	int b_rank = rank_of(b_service->name);
	if (a_rank != b_rank)
		return a_rank > b_rank;
	size_t family = is_v4(&a->cidr) ? 0 : 1;
	/* equal counts and equal services: the earlier in the order of the sort stays */
	return a_service->address_count[family] < b_service->address_count[family];
}

/* The trie maps to rows while it is filled: two rows can be compared, two places cannot. */
static enum flowtoll_rc
choose_rows(struct reader *reader, struct flowtoll_err *err)
{
	TRY(ip_trie_create(&reader->trie, err));
	for (size_t i = 0; i < reader->count; i++) {
		const struct row *row = &reader->rows[i];
		uint32_t held = ip_trie_get(reader->trie, &row->cidr);
		if (held == IP_TRIE_NONE || is_better(reader, row, &reader->rows[held]))
			TRY(ip_trie_set(reader->trie, &row->cidr, (uint32_t)i, err));
	}
	struct who_place *chosen = mem_alloc((reader->count + 1) * sizeof *chosen);
	if (chosen == NULL)
		return out_of_memory(err);
	for (size_t i = 0; i < reader->count; i++)
		chosen[i] = reader->places[reader->rows[i].place];
	mem_free(reader->places);
	reader->places = chosen;
	return FLOWTOLL_OK;
}

/* ---- the file ----------------------------------------------------------------------------- */

static enum flowtoll_rc
read_key(void *ctx, const char *key, bool *items, struct flowtoll_err *err)
{
	struct reader *reader = ctx;
	if (who_inventory_is_key(key)) {
		ERR(err, FLOWTOLL_ERR_INPUT, "this is an inventory, not AWS's ip-ranges.json");
		err_hint(err, "give it with --inventory");
		return FLOWTOLL_ERR_INPUT;
	}
	bool is_v4_list = strcmp(key, "prefixes") == 0;
	*items = is_v4_list || strcmp(key, "ipv6_prefixes") == 0;
	if (*items) {
		reader->list = is_v4_list ? "prefixes" : "ipv6_prefixes";
		reader->prefix_key = is_v4_list ? "ip_prefix" : "ipv6_prefix";
		reader->has_rows = true;
	}
	return FLOWTOLL_OK;
}

/* "2026-11-20-17-03-05" */
static bool
is_date(const char *text)
{
	for (const char *shape = "dddd-dd-dd"; *shape != '\0'; shape++, text++)
		if (*shape == 'd' ? *text < '0' || *text > '9' : *text != *shape)
			return false;
	return true;
}

static enum flowtoll_rc
read_value(void *ctx, const char *key, const char *text, struct flowtoll_err *err)
{
	struct reader *reader = ctx;
	(void)err;
	if (strcmp(key, "createDate") == 0 && text != NULL && is_date(text))
		snprintf(reader->date, sizeof reader->date, "%.10s", text);
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_end(void *ctx, struct flowtoll_err *err)
{
	struct reader *reader = ctx;
	if (!reader->has_rows)
		return ERR(err, FLOWTOLL_ERR_INPUT, "not AWS's ip-ranges.json: it has no prefixes");
	if (reader->count > 0)
		qsort_r(reader->rows, reader->count, sizeof *reader->rows, compare_rows, reader->places);
	TRY(count_services(reader, err));
	return choose_rows(reader, err);
}

enum flowtoll_rc
who_aws_ranges_read(struct who_aws_ranges *ranges, struct who_intern *intern_to, const char *path,
                    struct flowtoll_err *err)
{
	static const struct who_json_visitor visitor = {
		.hint = hint_make,
		.key = read_key,
		.item = read_row,
		.value = read_value,
		.end = read_end,
	};
	struct reader reader = {.intern = intern_to};
	const struct who_source *source = NULL;
	enum flowtoll_rc rc = who_json_walk(path, LIMIT_RANGES_BYTES, &visitor, &reader, err);
	mem_free(reader.rows);
	if (rc == FLOWTOLL_OK)
		rc = who_source_make(intern_to, "AWS ranges", reader.date[0] != '\0' ? reader.date : NULL,
		                     true, &source, err);
	struct who_aws_ranges result = {reader.trie, reader.places, source};
	if (rc == FLOWTOLL_OK) {
		struct who_aws_ranges old = *ranges;
		*ranges = result;
		result = old;
	}
	who_aws_ranges_free(&result);
	return rc;
}
