/* SPDX-License-Identifier: Apache-2.0
 *
 * See asn_db.h. A file is data from outside: libmaxminddb checks every step through it, and what it
 * refuses is counted.
 */
#include "who/asn_db.h"

#include "base/limits.h"
#include "base/mem.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <maxminddb.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static const char hint_which[] =
	"an ASN database in MaxMind's format is wanted: GeoLite2-ASN.mmdb, DB-IP's ASN Lite, IPinfo's";

struct asn_db {
	MMDB_s file;
	const struct who_source *source;
	atomic_uint_fast64_t faults;
};

/* ---- values ------------------------------------------------------------------------------- */

/* False: it is not there; *fault set where the file is damaged. */
static bool
get(MMDB_entry_s *entry, const char *const path[], uint32_t type, MMDB_entry_data_s *data,
    bool *fault)
{
	int status = MMDB_aget_value(entry, data, path);
	*fault |= status != MMDB_SUCCESS && status != MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR;
	return status == MMDB_SUCCESS && data->has_data && data->type == type;
}

/* The first of these keys that has a text with something in it. */
static bool
get_text(MMDB_entry_s *entry, const char *const keys[], char *text, size_t size, bool *fault)
{
	MMDB_entry_data_s data;
	for (; *keys != NULL; keys++) {
		const char *const path[] = {*keys, NULL};
		if (!get(entry, path, MMDB_DATA_TYPE_UTF8_STRING, &data, fault))
			continue;
		size_t len = strnlen(data.utf8_string, data.data_size);
		if (len >= size) /* cut between characters */
			for (len = size - 1; len > 0 && ((unsigned char)data.utf8_string[len] & 0xc0) == 0x80;)
				len--;
		memcpy(text, data.utf8_string, len);
		text[len] = '\0';
		if (len > 0)
			return true;
	}
	return false;
}

static void
add_number(MMDB_entry_s *entry, struct asn_found *found, bool *fault)
{
	static const char *const path[] = {"autonomous_system_number", NULL};
	static const char *const text_keys[] = {"asn", NULL};
	MMDB_entry_data_s data;
	char text[16] = "";
	if (get(entry, path, MMDB_DATA_TYPE_UINT32, &data, fault))
		snprintf(text, sizeof text, "AS%" PRIu32, data.uint32);
	else
		(void)get_text(entry, text_keys, text, sizeof text, fault);
	if (text[0] != '\0')
		snprintf(found->label, sizeof found->label, "%s (%s)", found->owner, text);
	else
		memcpy(found->label, found->owner, sizeof found->owner);
}

static bool
is_letter(char c)
{
	return c >= 'A' && c <= 'Z';
}

static void
add_country(MMDB_entry_s *entry, struct asn_found *found, bool *fault)
{
	static const char *const keys[] = {"country_code", "country", NULL};
	char text[4]; /* a longer one is no code */
	found->country[0] = '\0';
	if (get_text(entry, keys, text, sizeof text, fault) && is_letter(text[0]) &&
	    is_letter(text[1]) && text[2] == '\0')
		memcpy(found->country, text, sizeof found->country);
}

static bool
read_entry(MMDB_entry_s *entry, struct asn_found *found, bool *fault)
{
	static const char *const keys[] = {"autonomous_system_organization", "as_name", NULL};
	if (!get_text(entry, keys, found->owner, sizeof found->owner, fault))
		return false;
	add_number(entry, found, fault);
	add_country(entry, found, fault);
	return true;
}

/* ---- opening ------------------------------------------------------------------------------ */

/* Of the first records that a walk through the tree meets, does any name an organisation? */
static bool
names_systems(const struct asn_db *db)
{
	enum { NODES_MAX = 1 << 14, PENDING_MAX = 130 };
	uint32_t pending[PENDING_MAX] = {0};
	size_t count = 1;
	struct asn_found found;
	bool fault = false;
	for (int visited = 0; count > 0 && visited < NODES_MAX; visited++) {
		MMDB_search_node_s node;
		if (MMDB_read_node(&db->file, pending[--count], &node) != MMDB_SUCCESS)
			continue;
		const struct {
			uint8_t type;
			uint64_t node;
			MMDB_entry_s entry;
		} sides[] = {{node.right_record_type, node.right_record, node.right_record_entry},
		             {node.left_record_type, node.left_record, node.left_record_entry}};
		for (size_t i = 0; i < 2; i++) {
			MMDB_entry_s entry = sides[i].entry;
			if (sides[i].type == MMDB_RECORD_TYPE_DATA && read_entry(&entry, &found, &fault))
				return true;
			if (sides[i].type == MMDB_RECORD_TYPE_SEARCH_NODE && count < PENDING_MAX)
				pending[count++] = (uint32_t)sides[i].node;
		}
	}
	return false;
}

static enum flowtoll_rc
set_source(struct asn_db *db, struct who_intern *intern, struct flowtoll_err *err)
{
	const MMDB_metadata_s *metadata = &db->file.metadata;
	const char *type = metadata->database_type;
	char day[WHO_DATE_MAX], name[64] = "ASN database";
	bool is_plain = type != NULL && type[0] != '\0' && strlen(type) < sizeof name;
	for (const char *c = type; is_plain && *c != '\0'; c++)
		is_plain = *c >= ' ' && *c < 0x7f;
	if (is_plain)
		snprintf(name, sizeof name, "%s", type);
	bool has_day = metadata->build_epoch <= INT64_MAX &&
	               who_source_day((int64_t)metadata->build_epoch, day);
	return who_source_make(intern, name, has_day ? day : NULL, true, &db->source, err);
}

static enum flowtoll_rc
refuse(const char *path, const char *what, const char *why, struct flowtoll_err *err)
{
	err_set(err, FLOWTOLL_ERR_INPUT, "%s: %s", what, why);
	err_hint(err, "%s", hint_which);
	err_place(err, path, 0, 0);
	return err->code;
}

enum flowtoll_rc
asn_db_open(const char *path, struct who_intern *intern, struct asn_db **out,
            struct flowtoll_err *err)
{
	assert(path != NULL && out != NULL);
	struct asn_db *db = mem_zalloc(1, sizeof *db);
	*out = NULL;
	if (db == NULL)
		return err_memory(err, "reading the ASN database");
	int status = MMDB_open(path, MMDB_MODE_MMAP, &db->file);
	if (status != MMDB_SUCCESS) {
		const char *why = status == MMDB_FILE_OPEN_ERROR || status == MMDB_IO_ERROR
		                      ? strerror(errno) : MMDB_strerror(status);
		mem_free(db);
		return status == MMDB_OUT_OF_MEMORY_ERROR ? err_memory(err, "reading the ASN database")
		                                          : refuse(path, "cannot read the ASN database",
		                                                   why, err);
	}
	enum flowtoll_rc rc = set_source(db, intern, err);
	if (rc == FLOWTOLL_OK && !names_systems(db))
		rc = refuse(path, "not an ASN database",
		            "its records have neither autonomous_system_organization nor as_name", err);
	if (rc == FLOWTOLL_OK)
		*out = db;
	else
		asn_db_close(db);
	return rc;
}

void
asn_db_close(struct asn_db *db)
{
	if (db == NULL)
		return;
	MMDB_close(&db->file);
	mem_free(db);
}

const struct who_source *
asn_db_source(const struct asn_db *db)
{
	return db->source;
}

uint64_t
asn_db_fault_count(const struct asn_db *db)
{
	return atomic_load(&db->faults);
}

/* ---- look-up ------------------------------------------------------------------------------ */

static MMDB_lookup_result_s
look_up(const struct asn_db *db, struct ip ip, int *status)
{
	if (ip_is_v4(ip)) {
		struct sockaddr_in v4 = {.sin_family = AF_INET,
		                         .sin_addr.s_addr = htonl((uint32_t)ip.lo)};
		return MMDB_lookup_sockaddr(&db->file, (struct sockaddr *)&v4, status);
	}
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	for (int i = 0; i < 8; i++) {
		v6.sin6_addr.s6_addr[i] = (uint8_t)(ip.hi >> (56 - 8 * i));
		v6.sin6_addr.s6_addr[8 + i] = (uint8_t)(ip.lo >> (56 - 8 * i));
	}
	return MMDB_lookup_sockaddr(&db->file, (struct sockaddr *)&v6, status);
}

/* A file of both families has IPv4 at ::/96, and counts its bits from there. */
static unsigned
bits_of(const struct asn_db *db, struct ip ip, unsigned netmask)
{
	if (!ip_is_v4(ip))
		return netmask;
	if (db->file.depth <= 32)
		return IP_V4_BITS + netmask;
	return netmask > IP_V4_BITS ? netmask : IP_V4_BITS;
}

/* Of a file that is otherwise only read. */
static void
count_fault(const struct asn_db *db)
{
	atomic_fetch_add(&((struct asn_db *)(uintptr_t)db)->faults, 1);
}

bool
asn_db_find(const struct asn_db *db, struct ip ip, struct asn_found *found)
{
	int status = MMDB_SUCCESS;
	if (!ip_is_v4(ip) && db->file.depth <= 32)
		return false;
	MMDB_lookup_result_s result = look_up(db, ip, &status);
	bool fault = status != MMDB_SUCCESS;
	bool is_found = !fault && result.found_entry && result.netmask <= 128 &&
	                read_entry(&result.entry, found, &fault);
	if (fault)
		count_fault(db);
	if (!is_found)
		return false;
	unsigned bits = bits_of(db, ip, result.netmask);
	found->cidr = (struct ip_cidr){.first = ip_first(ip, bits), .bits = (uint8_t)bits};
	return true;
}

/* ---- all of it ---------------------------------------------------------------------------- */

/* A place in the tree that is yet to be looked at: a node, or what is said of a range. */
struct place {
	struct ip_cidr cidr; /* bits from the root; of a file of IPv4 alone from ::ffff:0:0/96 */
	uint64_t node;
	uint32_t entry;
	bool is_range;
};

enum { PLACES_MAX = 130 }; /* two for each bit on the way down, one of which is taken up at once */

struct listing {
	const struct asn_db *db;
	struct place places[PLACES_MAX];
	size_t place_count;
	struct asn_range *ranges;
	size_t count;
	size_t cap;
};

static void
add_place(struct listing *listing, const struct place *above, unsigned side, uint8_t type,
          uint64_t node, const MMDB_entry_s *entry)
{
	bool is_range = type == MMDB_RECORD_TYPE_DATA;
	unsigned bit = 127 - above->cidr.bits;
	struct place place = {.cidr = above->cidr, .node = node, .is_range = is_range};
	if (!is_range && type != MMDB_RECORD_TYPE_SEARCH_NODE)
		return;
	if (above->cidr.bits == 128 || listing->place_count == PLACES_MAX) {
		count_fault(listing->db);
		return;
	}
	place.cidr.bits++;
	place.cidr.first.hi |= bit >= 64 ? (uint64_t)side << (bit - 64) : 0;
	place.cidr.first.lo |= bit < 64 ? (uint64_t)side << bit : 0;
	if (is_range)
		place.entry = entry->offset;
	listing->places[listing->place_count++] = place;
}

static enum flowtoll_rc
add_range(struct listing *listing, const struct place *place, struct flowtoll_err *err)
{
	struct asn_range range = {.cidr = place->cidr, .entry = place->entry};
	struct asn_found found;
	if (!asn_db_read(listing->db, &range, &found))
		return FLOWTOLL_OK;
	if (listing->count == LIMIT_ASN_RANGES)
		return ERR(err, FLOWTOLL_ERR_INPUT, "the ASN database has more than %d ranges",
		           (int)LIMIT_ASN_RANGES);
	void *ranges = mem_room(listing->ranges, listing->count, &listing->cap, sizeof range);
	if (ranges == NULL)
		return err_memory(err, "listing names");
	listing->ranges = ranges;
	struct ip first = range.cidr.first;
	if (range.cidr.bits >= IP_V4_BITS && first.hi == 0 && first.lo >> 32 == 0)
		range.cidr.first = ip_from_v4((uint32_t)first.lo);
	listing->ranges[listing->count++] = range;
	return FLOWTOLL_OK;
}

/* Does a node stand for IPv4 at a second place (::ffff:0:0/96, 2002::/16)? */
static bool
is_alias(const MMDB_s *file, const struct place *place)
{
	bool is_first = place->cidr.first.hi == 0 && place->cidr.first.lo == 0 &&
	                place->cidr.bits == IP_V4_BITS;
	return file->depth > 32 && place->node == file->ipv4_start_node.node_value && !is_first;
}

static enum flowtoll_rc
walk(struct listing *listing, struct flowtoll_err *err)
{
	const MMDB_s *file = &listing->db->file;
	/* some writers let equal parts of the tree share nodes; a damaged one may go on for ever */
	uint64_t left = file->metadata.node_count + UINT64_C(2) * LIMIT_ASN_RANGES;
	while (listing->place_count > 0) {
		struct place place = listing->places[--listing->place_count];
		MMDB_search_node_s node;
		if (place.is_range) {
			TRY(add_range(listing, &place, err));
			continue;
		}
		if (is_alias(file, &place))
			continue;
		if (left-- == 0 || MMDB_read_node(file, (uint32_t)place.node, &node) != MMDB_SUCCESS) {
			count_fault(listing->db);
			return FLOWTOLL_OK;
		}
		add_place(listing, &place, 1, node.right_record_type, node.right_record,
		          &node.right_record_entry);
		add_place(listing, &place, 0, node.left_record_type, node.left_record,
		          &node.left_record_entry);
	}
	return FLOWTOLL_OK;
}

enum flowtoll_rc
asn_db_list(const struct asn_db *db, struct asn_range **ranges, size_t *count,
            struct flowtoll_err *err)
{
	struct listing listing = {.db = db, .place_count = 1};
	if (db->file.depth <= 32)
		listing.places[0].cidr = (struct ip_cidr){.first = ip_from_v4(0), .bits = IP_V4_BITS};
	enum flowtoll_rc rc = walk(&listing, err);
	*ranges = listing.ranges;
	*count = listing.count;
	if (rc == FLOWTOLL_OK)
		return FLOWTOLL_OK;
	mem_free(listing.ranges);
	*ranges = NULL;
	return rc;
}

bool
asn_db_read(const struct asn_db *db, const struct asn_range *range, struct asn_found *found)
{
	MMDB_entry_s entry = {.mmdb = &db->file, .offset = range->entry};
	bool fault = false;
	bool is_found = read_entry(&entry, found, &fault);
	if (fault)
		count_fault(db);
	found->cidr = range->cidr;
	return is_found;
}
