/* SPDX-License-Identifier: Apache-2.0
 *
 * The n-th bit of a word without PDEP, which ARM lacks and AMD made slow before Zen 3: counts of
 * bits in pairs, nibbles and bytes, added up side by side, then searched from the top.
 */
#ifndef SCAN_NTH_BIT_H
#define SCAN_NTH_BIT_H

#include <stdint.h>

/* Index of the n-th bit, from 0, of a mask that has more than n. */
static inline uint32_t
scan_nth_bit(uint64_t mask, uint32_t n)
{
	uint64_t pairs = mask - ((mask >> 1) & UINT64_C(0x5555555555555555));
	uint64_t nibbles = (pairs & UINT64_C(0x3333333333333333)) +
	                   ((pairs >> 2) & UINT64_C(0x3333333333333333));
	uint64_t bytes = (nibbles + (nibbles >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	uint64_t sums = bytes * UINT64_C(0x0101010101010101); /* byte i: bits in bytes 0..i */
	/* the bytes whose sum is at most n lie below the one wanted */
	uint64_t at_most = ((n * UINT64_C(0x0101010101010101)) | UINT64_C(0x8080808080808080)) - sums;
	uint32_t byte = (uint32_t)__builtin_popcountll(at_most & UINT64_C(0x8080808080808080));
	uint32_t shift = byte * 8;
	n -= (uint32_t)((sums << 8) >> shift) & 0xff;
	uint32_t rest = (uint32_t)(mask >> shift) & 0xff;
	for (; n > 0; n--)
		rest &= rest - 1;
	return shift + (uint32_t)__builtin_ctz(rest);
}

#endif
