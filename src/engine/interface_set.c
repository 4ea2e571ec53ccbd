/* SPDX-License-Identifier: Apache-2.0
 *
 * See interface_set.h.
 */
#include "engine/interface_set.h"

#include "base/arena.h"
#include "base/mem.h"

#include <assert.h>
#include <string.h>

enum { SLOTS_LEAST_BITS = 4 };

struct slot {
	uint64_t tail;
	uint32_t len;
	int32_t number; /* 0: empty */
};

struct id {
	const char *text;
	size_t len;
};

struct interface_set {
	struct arena arena;
	size_t count, count_max;
	struct id *ids;
	struct slot *slots;
	uint32_t slot_last;
	uint32_t slot_shift;
};

enum flowtoll_rc
interface_set_create(struct interface_set **out, size_t count_max, struct flowtoll_err *err)
{
	*out = NULL;
	if (count_max > LIMIT_INTERFACES) {
		err_set(err, FLOWTOLL_ERR_USAGE, "%zu interfaces are too many for one question",
		        count_max);
		err_hint(err, "ask for at most %d", LIMIT_INTERFACES);
		return err->code;
	}
	uint32_t bits = SLOTS_LEAST_BITS;
	while ((size_t)1 << bits < 2 * count_max)
		bits++;
	struct interface_set *set = mem_zalloc(1, sizeof *set);
	if (set == NULL)
		return err_memory(err, "choosing interfaces");
	set->count_max = count_max;
	set->slot_last = (UINT32_C(1) << bits) - 1;
	set->slot_shift = 64 - bits;
	set->slots = mem_zalloc((size_t)set->slot_last + 1, sizeof *set->slots);
	set->ids = mem_zalloc(count_max + 1, sizeof *set->ids);
	if (set->slots == NULL || set->ids == NULL) {
		interface_set_free(set);
		return err_memory(err, "choosing interfaces");
	}
	*out = set;
	return FLOWTOLL_OK;
}

void
interface_set_free(struct interface_set *set)
{
	if (set == NULL)
		return;
	arena_free(&set->arena);
	mem_free(set->ids);
	mem_free(set->slots);
	mem_free(set);
}

/* The last eight bytes of an id, or all of a shorter one. */
static inline uint64_t
tail_of(const char *id, size_t len)
{
	uint64_t tail = 0;
	if (len >= sizeof tail)
		memcpy(&tail, id + len - sizeof tail, sizeof tail);
	else
		memcpy(&tail, id, len);
	return tail;
}

static inline uint32_t
slot_of(const struct interface_set *set, uint64_t tail)
{
	return (uint32_t)(tail * UINT64_C(0x9e3779b97f4a7c15) >> set->slot_shift);
}

/* Of two ids longer than a word, whose last words are the same: the words before. */
static inline bool
same_head(const char *a, const char *b, size_t len)
{
	uint64_t left, right, differ = 0;
	for (size_t at = 0; at < len - sizeof left; at += sizeof left) {
		memcpy(&left, a + at, sizeof left);
		memcpy(&right, b + at, sizeof right);
		differ |= left ^ right;
	}
	return differ == 0;
}

static inline int32_t
find(const struct interface_set *set, const char *id, size_t len)
{
	const uint64_t tail = tail_of(id, len);
	const struct slot *slot = &set->slots[slot_of(set, tail)];
	while (slot->number != 0) {
		if (slot->tail == tail && slot->len == len &&
		    (len <= sizeof tail || same_head(set->ids[slot->number - 1].text, id, len)))
			return slot->number;
		slot = slot == &set->slots[set->slot_last] ? set->slots : slot + 1;
	}
	return 0;
}

int32_t
interface_set_find(const struct interface_set *set, const char *id, size_t len)
{
	assert(set != NULL);
	return find(set, id, len);
}

enum flowtoll_rc
interface_set_add(struct interface_set *set, const char *id, size_t len, struct flowtoll_err *err)
{
	assert(set->count < set->count_max);
	const char *text = len <= LIMIT_LINE_BYTES ? arena_dup(&set->arena, id, len) : NULL;
	if (len > LIMIT_LINE_BYTES)
		return ERR(err, FLOWTOLL_ERR_USAGE, "the id of an interface is longer than any record");
	if (text == NULL)
		return err_memory(err, "choosing interfaces");
	bool is_new = find(set, id, len) == 0;
	set->ids[set->count++] = (struct id){text, len};
	if (!is_new)
		return FLOWTOLL_OK;
	const uint64_t tail = tail_of(id, len);
	uint32_t at = slot_of(set, tail);
	while (set->slots[at].number != 0)
		at = (at + 1) & set->slot_last;
	set->slots[at] = (struct slot){tail, (uint32_t)len, (int32_t)set->count};
	return FLOWTOLL_OK;
}

size_t
interface_set_count(const struct interface_set *set)
{
	return set->count;
}

const char *
interface_set_id(const struct interface_set *set, size_t index)
{
	assert(index < set->count);
	return set->ids[index].text;
}

uint32_t
interface_set_match(const struct interface_set *set, const struct scan_fields *fields,
                    int32_t *numbers)
{
	const char *text = (const char *)fields->text;
	uint32_t missing = 0;
	for (uint32_t r = 0; r < fields->row_count; r++) {
		const char *id = text + fields->begins[r];
		const uint32_t len = fields->lens[r];
		if (__builtin_expect(len == 1 && id[0] == '-', 0)) {
			numbers[r] = INTERFACE_MISSING;
			missing++;
		} else {
			numbers[r] = find(set, id, len);
		}
	}
	return missing;
}

/* A column of a line; *len is 0 where the line has too few. */
static const char *
column_of(const char *line, const char *end, int column, size_t *len)
{
	for (; column > 0; column--) {
		const char *space = memchr(line, ' ', (size_t)(end - line));
		line = space != NULL ? space + 1 : end;
	}
	const char *space = memchr(line, ' ', (size_t)(end - line));
	*len = (size_t)((space != NULL ? space : end) - line);
	return line;
}

bool
interface_set_has_line(const struct interface_set *set, const struct flow_format *format,
                       const char *line, size_t len)
{
	const int columns[] = {format->column_of[FLOW_interface_id],
	                       format->column_of[FLOW_resource_id]};
	const char *end = line + len - (len > 0 && line[len - 1] == '\r');
	for (size_t i = 0; i < 2; i++) {
		if (columns[i] < 0)
			continue;
		size_t id_len;
		const char *id = column_of(line, end, columns[i], &id_len);
		if (id_len != 1 || id[0] != '-')
			return find(set, id, id_len) != 0;
	}
	return false;
}
