/* SPDX-License-Identifier: Apache-2.0
 *
 * See kept_move.h.
 */
#include "engine/kept_move.h"

#include <assert.h>
#include <string.h>

enum { MOVED = 8192 }; /* values at a time */

/* ---- codes -------------------------------------------------------------------------------- */

uint8_t
kept_code_bytes(size_t words)
{
	/* as pandas has codes for so many categories, which then need not be copied */
	if (words < INT8_MAX)
		return 1;
	return words < INT16_MAX ? 2 : 4;
}

static void
codes_load(const void *codes, uint8_t bytes, size_t count, int32_t *numbers)
{
	if (bytes == 1)
		for (size_t i = 0; i < count; i++)
			numbers[i] = ((const int8_t *)codes)[i];
	else if (bytes == 2)
		for (size_t i = 0; i < count; i++)
			numbers[i] = ((const int16_t *)codes)[i];
	else
		memcpy(numbers, codes, count * sizeof *numbers);
}

void
kept_codes_store(const int32_t *numbers, size_t count, void *codes, uint8_t bytes)
{
	if (bytes == 1)
		for (size_t i = 0; i < count; i++)
			((int8_t *)codes)[i] = (int8_t)numbers[i];
	else if (bytes == 2)
		for (size_t i = 0; i < count; i++)
			((int16_t *)codes)[i] = (int16_t)numbers[i];
	else
		memcpy(codes, numbers, count * sizeof *numbers);
}

/* ---- moving ------------------------------------------------------------------------------- */

static void
change(const struct kept_move *move, const void *from, size_t count, void *to)
{
	int32_t numbers[MOVED];
	if (move->form != KEPT_WORD) {
		assert(move->from_bytes == sizeof(int64_t) && move->to_bytes == sizeof(__int128));
		for (size_t i = 0; i < count; i++)
			((__int128 *)to)[i] = ((const int64_t *)from)[i];
		return;
	}
	codes_load(from, move->from_bytes, count, numbers);
	for (size_t i = 0; move->renumbered != NULL && i < count; i++)
		numbers[i] = move->renumbered[numbers[i]];
	kept_codes_store(numbers, count, to, move->to_bytes);
}

bool
kept_move(const struct kept_move *move, const struct spool *from, struct spool *to)
{
	int64_t values[MOVED]; /* of those that change, the widest */
	const bool is_same = move->from_bytes == move->to_bytes && move->renumbered == NULL;
	const uint64_t count = spool_bytes(from) / move->from_bytes;
	for (uint64_t done = 0; done < count;) {
		const size_t some = count - done < MOVED ? (size_t)(count - done) : MOVED;
		void *room = spool_room(to, some * move->to_bytes);
		if (room == NULL || !spool_read(from, done * move->from_bytes, is_same ? room : values,
		                                some * move->from_bytes))
			return false;
		if (!is_same)
			change(move, values, some, room);
		spool_add(to, some * move->to_bytes);
		done += some;
	}
	return true;
}
