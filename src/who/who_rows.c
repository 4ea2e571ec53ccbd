/* SPDX-License-Identifier: Apache-2.0
 *
 * See who_rows.h. Prefixes out of tries are written down, the rest is there as it is.
 */
#include "who/who_rows.h"

#include "base/mem.h"
#include "ip/special.h"
#include "who/who_sources.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

enum { OF_NAMES, OF_INVENTORY, OF_LOGGED, OF_SPECIAL, OF_RANGES, OF_ASN, OF_REGISTRY, OF_ALL };

struct who_rows {
	const struct who *who;
	struct ip_trie_item *inventory;
	struct ip_trie_item *logged;
	struct ip_trie_item *ranges;
	struct asn_range *asn;
	size_t counts[OF_ALL]; /* of the sources, in their order */
};

static enum flowtoll_rc
list(const struct ip_trie *trie, struct ip_trie_item **items, size_t *count,
     struct flowtoll_err *err)
{
	*count = trie != NULL ? ip_trie_count(trie) : 0;
	*items = mem_alloc((*count + 1) * sizeof **items);
	if (*items == NULL)
		return err_memory(err, "listing names");
	if (trie != NULL && ip_trie_list(trie, *items, *count) != *count)
		return ERR(err, FLOWTOLL_ERR_INTERNAL, "the prefixes are not as many as were counted");
	return FLOWTOLL_OK;
}

enum flowtoll_rc
who_rows_create(const struct who *who, struct who_rows **out, struct flowtoll_err *err)
{
	assert(who != NULL);
	struct who_rows *rows = mem_zalloc(1, sizeof *rows);
	*out = NULL;
	if (rows == NULL)
		return err_memory(err, "listing names");
	rows->who = who;
	rows->counts[OF_NAMES] = who->names.count;
	(void)ip_special_all(&rows->counts[OF_SPECIAL]);
	rows->counts[OF_REGISTRY] = who->registry != NULL ? registry_count(who->registry) : 0;
	enum flowtoll_rc rc =
		list(who->inventory.trie, &rows->inventory, &rows->counts[OF_INVENTORY], err);
	if (rc == FLOWTOLL_OK)
		rc = list(who->logged.trie, &rows->logged, &rows->counts[OF_LOGGED], err);
	if (rc == FLOWTOLL_OK)
		rc = list(who->ranges.trie, &rows->ranges, &rows->counts[OF_RANGES], err);
	if (rc == FLOWTOLL_OK && who->asn != NULL)
		rc = asn_db_list(who->asn, &rows->asn, &rows->counts[OF_ASN], err);
	if (rc == FLOWTOLL_OK)
		*out = rows;
	else
		who_rows_free(rows);
	return rc;
}

void
who_rows_free(struct who_rows *rows)
{
	if (rows == NULL)
		return;
	mem_free(rows->inventory);
	mem_free(rows->logged);
	mem_free(rows->ranges);
	mem_free(rows->asn);
	mem_free(rows);
}

size_t
who_rows_count(const struct who_rows *rows)
{
	size_t count = 0;
	for (size_t i = 0; i < sizeof rows->counts / sizeof *rows->counts; i++)
		count += rows->counts[i];
	return count;
}

static void
put_cidr(struct who_row *row, const struct ip_cidr *cidr)
{
	row->first = cidr->first;
	row->last = ip_last(cidr->first, cidr->bits);
}

static void
put_registry(struct who_row *row, const struct registry_range *range)
{
	row->first = range->first;
	row->last = range->last;
	row->name = row->owner = range->owner;
	row->kind = range->found ? "network" : NULL;
	row->network = range->name;
	row->country = range->country;
	who_said_make(&row->said, range);
	row->from = &row->said.source;
}

static void
put_asn(struct who_row *row, const struct asn_db *db, const struct asn_range *range)
{
	put_cidr(row, &range->cidr);
	row->from = asn_db_source(db);
	if (!asn_db_read(db, range, &row->asn))
		return;
	row->name = row->asn.label;
	row->kind = "asn";
	row->owner = row->asn.owner;
	row->country = row->asn.country[0] != '\0' ? row->asn.country : NULL;
}

static void
put(const struct who_rows *rows, int source, size_t index, struct who_row *row)
{
	const struct who *who = rows->who;
	size_t special_count;
	if (source == OF_NAMES) {
		const struct who_named *named = &who->names.rows[index];
		put_cidr(row, &named->cidr);
		row->name = named->name;
		row->kind = named->kind;
		row->owner = named->owner;
		row->from = who->names.source;
	} else if (source == OF_INVENTORY) {
		const struct who_entry *entry = &who->inventory.entries[rows->inventory[index].value];
		put_cidr(row, &rows->inventory[index].cidr);
		row->name = entry->name;
		row->kind = entry->kind;
		row->owner = entry->owner;
		row->from = entry->from;
	} else if (source == OF_LOGGED) {
		put_cidr(row, &rows->logged[index].cidr);
		row->name = who->logged.names[rows->logged[index].value];
		row->kind = "tag";
		row->from = who->logged.source;
	} else if (source == OF_SPECIAL) {
		const struct ip_special *special = &ip_special_all(&special_count)[index];
		put_cidr(row, &special->cidr);
		row->name = row->network = special->name;
		row->kind = "special";
		row->owner = who_special_owner(special->is_private);
		row->from = who->special;
	} else if (source == OF_RANGES) {
		const struct who_place *place = &who->ranges.places[rows->ranges[index].value];
		put_cidr(row, &rows->ranges[index].cidr);
		row->name = place->name;
		row->kind = "aws";
		row->owner = place->owner;
		row->from = who->ranges.source;
	} else if (source == OF_ASN) {
		put_asn(row, who->asn, &rows->asn[index]);
	} else {
		put_registry(row, registry_at(who->registry, index));
	}
}

void
who_rows_at(const struct who_rows *rows, size_t index, struct who_row *row)
{
	int source = OF_NAMES;
	assert(index < who_rows_count(rows));
	memset(row, 0, offsetof(struct who_row, said)); /* room for texts is large */
	while (index >= rows->counts[source])
		index -= rows->counts[source++];
	put(rows, source, index, row);
}
