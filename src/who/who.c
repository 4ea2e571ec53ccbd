/* SPDX-License-Identifier: Apache-2.0
 *
 * See who.h.
 */
#include "who/who.h"

#include "base/mem.h"
#include "ip/special.h"
#include "who/eni_kind.h"
#include "who/who_sources.h"

#include <assert.h>
#include <string.h>
#include <time.h>

enum flowtoll_rc
who_create(struct who **who, struct flowtoll_err *err)
{
	assert(who != NULL);
	struct who *made = mem_zalloc(1, sizeof *made);
	if (made == NULL)
		return err_memory(err, "starting the naming of addresses");
	enum flowtoll_rc rc =
		who_source_make(&made->intern, "IANA", ip_special_date(), true, &made->special, err);
	if (rc == FLOWTOLL_OK)
		*who = made;
	else
		who_free(made);
	return rc;
}

void
who_free(struct who *who)
{
	if (who == NULL)
		return;
	who_names_file_free(&who->names);
	asn_db_close(who->asn);
	who_inventory_free(&who->inventory);
	who_logged_names_free(&who->logged);
	who_aws_ranges_free(&who->ranges);
	who_intern_free(&who->intern);
	mem_free(who);
}

static size_t
trie_size(const struct ip_trie *trie)
{
	return trie != NULL ? ip_trie_size_bytes(trie) : 0;
}

size_t
who_size_bytes(const struct who *who)
{
	const struct who_aws_ranges *ranges = &who->ranges;
	return who->intern.arena.size_bytes + who->intern.slot_count * sizeof *who->intern.slots +
	       who_network_size_bytes(&who->inventory.network) +
	       who->inventory.cap * sizeof *who->inventory.entries + trie_size(who->inventory.trie) +
	       who->logged.cap * sizeof *who->logged.names + trie_size(who->logged.trie) +
	       who->names.cap * sizeof *who->names.rows + trie_size(who->names.trie) +
	       (ranges->trie != NULL ? ip_trie_count(ranges->trie) : 0) * sizeof *ranges->places +
	       trie_size(ranges->trie);
}

enum flowtoll_rc
who_add_inventory(struct who *who, const char *path, struct flowtoll_err *err)
{
	char day[WHO_DATE_MAX];
	assert(who != NULL && path != NULL);
	bool has_day = who_source_day_of_file(path, day);
	TRY(who_source_make(&who->intern, "inventory", has_day ? day : NULL, false,
	                    &who->inventory.from, err));
	return who_inventory_add(&who->inventory, &who->intern, path, err);
}

enum flowtoll_rc
who_add_inventory_text(struct who *who, const char *name, char *text, size_t len,
                       struct flowtoll_err *err)
{
	char day[WHO_DATE_MAX];
	assert(who != NULL && text != NULL);
	bool has_day = who_source_day((int64_t)time(NULL), day);
	TRY(who_source_make(&who->intern, "inventory", has_day ? day : NULL, false,
	                    &who->inventory.from, err));
	return who_inventory_add_text(&who->inventory, &who->intern, name, text, len, err);
}

enum flowtoll_rc
who_add_aws_ranges(struct who *who, const char *path, struct flowtoll_err *err)
{
	assert(who != NULL && path != NULL);
	return who_aws_ranges_read(&who->ranges, &who->intern, path, err);
}

enum flowtoll_rc
who_add_names_file(struct who *who, const char *path, struct flowtoll_err *err)
{
	assert(who != NULL && path != NULL);
	return who_names_file_read(&who->names, &who->intern, path, err);
}

enum flowtoll_rc
who_add_logged_name(struct who *who, struct ip ip, const char *first, const char *last,
                    uint64_t count, struct flowtoll_err *err)
{
	assert(who != NULL && who->logged.source != NULL && first != NULL && last != NULL);
	return who_logged_names_add(&who->logged, &who->intern, ip, first, last, count, err);
}

enum flowtoll_rc
who_forget_logged_names(struct who *who, const char *day, struct flowtoll_err *err)
{
	who_logged_names_free(&who->logged);
	return who_source_make(&who->intern, "records", day, false, &who->logged.source, err);
}

enum flowtoll_rc
who_add_asn_db(struct who *who, const char *path, struct flowtoll_err *err)
{
	assert(who != NULL && path != NULL && who->asn == NULL);
	return asn_db_open(path, &who->intern, &who->asn, err);
}

void
who_set_registry(struct who *who, struct registry *registry, const struct registry_limits *limits)
{
	who->registry = registry;
	who->limits = limits;
}

struct registry *
who_registry(const struct who *who)
{
	return who->registry;
}

const struct registry_limits *
who_asks(const struct who *who)
{
	return who->limits;
}

uint64_t
who_asn_fault_count(const struct who *who)
{
	return who->asn != NULL ? asn_db_fault_count(who->asn) : 0;
}

/* What one source says of an address. */
struct finding {
	const char *label;
	const char *kind;
	const char *owner;
	const struct who_source *from;
	struct ip_cidr cidr;
};

/* A source's name stands only where no source before it had one; likewise the owner. */
static void
fill(struct who_name *name, const struct finding *found)
{
	if (name->name == NULL && found->label != NULL) {
		name->name = found->label;
		name->kind = found->kind;
		name->source = found->from->text;
		name->from = found->from;
		name->cidr = found->cidr;
	}
	if (name->owner == NULL)
		name->owner = found->owner;
}

static struct ip_cidr
cidr_around(struct ip ip, unsigned bits)
{
	return (struct ip_cidr){.first = ip_first(ip, bits), .bits = (uint8_t)bits};
}

static void
fill_named(const struct who *who, const struct who_named *row, const char *label,
           struct who_name *name)
{
	if (row != NULL)
		fill(name, &(struct finding){label, row->kind, row->owner, who->names.source, row->cidr});
}

static void
fill_inventory(const struct who *who, struct ip ip, const char *interface_id,
               struct who_name *name)
{
	unsigned bits;
	const struct who_entry *entry =
		who_inventory_find_at(&who->inventory, ip, interface_id, &bits);
	if (entry != NULL)
		fill(name, &(struct finding){entry->name, entry->kind, entry->owner, entry->from,
		                             cidr_around(ip, bits)});
}

static void
fill_logged(const struct who *who, struct ip ip, struct who_name *name)
{
	const char *label = who_logged_names_find(&who->logged, ip);
	if (label != NULL)
		fill(name, &(struct finding){label, "tag", NULL, who->logged.source, cidr_around(ip, 128)});
}

static void
fill_aws(const struct who *who, struct ip ip, struct who_name *name)
{
	unsigned bits;
	const struct who_place *place = who_aws_ranges_find(&who->ranges, ip, &bits);
	if (place == NULL)
		return;
	fill(name, &(struct finding){place->name, "aws", place->owner, who->ranges.source,
	                             cidr_around(ip, bits)});
	name->service = place->service;
	name->region = place->region;
}

static void
fill_asn(const struct who *who, struct ip ip, struct who_name *name)
{
	if (who->asn == NULL || !asn_db_find(who->asn, ip, &name->asn))
		return;
	fill(name, &(struct finding){name->asn.label, "asn", name->asn.owner, asn_db_source(who->asn),
	                             name->asn.cidr});
	if (name->country == NULL && name->asn.country[0] != '\0')
		name->country = name->asn.country;
}

static void
fill_registry(const struct who *who, struct ip ip, struct who_name *name)
{
	const struct registry_range *range =
		who->registry != NULL ? registry_find(who->registry, ip) : NULL;
	if (range == NULL || !range->found)
		return;
	name->registry = range;
	name->network = range->name;
	if (name->country == NULL)
		name->country = range->country;
	if (name->name == NULL)
		who_said_make(&name->said, range);
	fill(name, &(struct finding){range->owner, "network", range->owner, &name->said.source,
	                             who_said_cidr(ip, range)});
}

/* All but the room for texts, which is large. */
static void
clear(struct who_name *name)
{
	memset(name, 0, offsetof(struct who_name, said));
}

static bool
find(const struct who *who, struct ip ip, const char *interface_id,
     const struct ip_special *special, struct who_name *name)
{
	const struct who_named *named = who_names_file_find(&who->names, ip);
	clear(name);
	fill_named(who, named, named != NULL ? named->name : NULL, name);
	fill_inventory(who, ip, interface_id, name);
	fill_logged(who, ip, name);
	if (special != NULL) {
		fill(name, &(struct finding){special->name, "special",
		                             who_special_owner(special->is_private),
		                             who->special, special->cidr});
		name->network = special->name;
	}
	/* AWS publishes no range that anyone may use inside: spare the look-up of most addresses */
	if (special == NULL || !special->is_private)
		fill_aws(who, ip, name);
	if (special == NULL) {
		fill_asn(who, ip, name);
		fill_registry(who, ip, name);
	}
	/* a row with an owner alone leaves the name to others, if there are any */
	fill_named(who, named, named != NULL ? named->owner : NULL, name);
	return name->name != NULL;
}

bool
who_find(const struct who *who, struct ip ip, struct who_name *name)
{
	return who_find_at(who, ip, NULL, name);
}

/* The rows of a source that have the addresses, once its trie has told which. */
static void
warm(const struct ip_trie *trie, const struct ip *ips, size_t count, const void *rows,
     size_t row_size)
{
	uint32_t values[WHO_WARM];
	if (trie == NULL)
		return;
	ip_trie_find_many(trie, ips, count, values);
	for (size_t i = 0; i < count; i++)
		if (values[i] != IP_TRIE_NONE)
			__builtin_prefetch((const char *)rows + values[i] * row_size);
}

void
who_warm(const struct who *who, const struct ip *ips, size_t count)
{
	const struct who_inventory *inventory = &who->inventory;
	assert(count <= WHO_WARM);
	warm(who->names.trie, ips, count, who->names.rows, sizeof *who->names.rows);
	warm(inventory->trie, ips, count, inventory->entries, sizeof *inventory->entries);
	warm(who->logged.trie, ips, count, who->logged.names, sizeof *who->logged.names);
	warm(who->ranges.trie, ips, count, who->ranges.places, sizeof *who->ranges.places);
	if (who->registry != NULL)
		registry_warm(who->registry, ips, count);
}

bool
who_has_shared(const struct who *who)
{
	return who->inventory.has_shared;
}

struct who_label
who_attribute(const struct who *who, struct ip ip, const char *interface_id,
              enum who_attribute attribute, const char *tag)
{
	const struct who_entry *entry = who_inventory_find_at(&who->inventory, ip, interface_id, NULL);
	return entry != NULL ? who_inventory_attribute(&who->inventory, entry, attribute, tag)
	                     : (struct who_label){0};
}

bool
who_find_at(const struct who *who, struct ip ip, const char *interface_id, struct who_name *name)
{
	const struct ip_special *special = ip_special_find(ip);
	if (special != NULL && special->has_inner) {
		struct ip inner = ip_from_v4((uint32_t)ip.lo);
		if (find(who, inner, interface_id, ip_special_find(inner), name))
			return true;
	}
	return find(who, ip, interface_id, special, name);
}

bool
who_in_inventory(const struct who *who, struct ip ip)
{
	return who_inventory_find(&who->inventory, ip, NULL) != NULL;
}

bool
who_is_nat_gateway(const struct who *who, struct ip ip, const char **nat_gateway_id)
{
	const struct who_entry *entry = who_inventory_find(&who->inventory, ip, NULL);
	bool is_nat = entry != NULL && entry->kind != NULL &&
	              strcmp(entry->kind, WHO_KIND_NAT_GATEWAY) == 0;
	*nat_gateway_id = is_nat ? entry->resource_id : NULL;
	return is_nat;
}

const struct who_network *
who_network(const struct who *who)
{
	return &who->inventory.network;
}
