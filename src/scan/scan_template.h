/* SPDX-License-Identifier: Apache-2.0
 *
 * The body of every SIMD kernel, included once per instruction set by a file that defines:
 *
 *     KERNEL            name of the struct scan_kernel made here
 *     KERNEL_NAME       its name as text
 *     TARGET            function attribute that switches the instructions on, or empty
 *     BLOCK_MASKS(p, spaces, ends)  64-bit masks of ' ' and '\n' in the 64 bytes at p
 *     DOT_MASK16(p)     16-bit mask of '.' in the 16 bytes at p; or HAVE_PARSE_V4 and a parse_v4
 *     LOWEST_BIT(mask)  index of the lowest bit of a 64-bit mask; any number for 0
 *     NTH_BIT(mask, n)  index of the n-th bit, from 0, of a mask that has more than n
 *
 * Little-endian only. What makes it quick: separators are found 64 bytes at a time and kept as
 * bits, of which only those of the wanted columns are ever turned into positions; numbers and
 * octets are read as whole words whose digits are converted side by side.
 */
#include "ip/ip.h"
#include "scan/kernel.h"

#include <assert.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "SIMD kernels read digits from little-endian words"
#endif

TARGET static inline uint64_t
load64(const uint8_t *p)
{
	uint64_t word;
	memcpy(&word, p, sizeof word);
	return word;
}

TARGET static inline uint32_t
load32(const uint8_t *p)
{
	uint32_t word;
	memcpy(&word, p, sizeof word);
	return word;
}

/* A line's end is written whether or not the block has one, and counted if it has: a branch on
 * that would be a coin toss. */
TARGET static inline void
mark_block(uint64_t spaces, uint64_t ends, uint32_t base, struct scan_marks *marks)
{
	uint64_t seps = spaces | ends;
	uint32_t end_count = marks->end_count;
	do {
		uint64_t up_to = ends ^ (ends - 1);
		marks->ends[end_count] = base + LOWEST_BIT(ends);
		marks->ranks[end_count] = marks->sep_count + (uint32_t)__builtin_popcountll(seps & up_to);
		end_count += ends != 0;
		ends &= ends - 1;
	} while (__builtin_expect(ends != 0, 0));
	marks->end_count = end_count;
	marks->seps[base / 64] = seps;
	marks->sep_count += (uint32_t)__builtin_popcountll(seps);
}

TARGET static void
mark(const uint8_t *text, uint32_t len, struct scan_marks *result)
{
	assert(text != NULL && result != NULL);
	struct scan_marks marks = {result->seps, result->ends, result->ranks, 0, 0};
	uint64_t spaces, ends;
	uint32_t at = 0;
	for (; len - at >= 64; at += 64) {
		BLOCK_MASKS(text + at, spaces, ends);
		mark_block(spaces, ends, at, &marks);
	}
	if (at < len) {
		uint64_t keep = ~UINT64_C(0) >> (64 - (len - at));
		BLOCK_MASKS(text + at, spaces, ends);
		mark_block(spaces & keep, ends & keep, at, &marks);
	}
	*result = marks;
}

/* 64 bits of the separators from byte `at` of the text on; what lies past the text is any. */
TARGET static inline uint64_t
window(const uint64_t *seps, uint32_t at)
{
	uint64_t low = seps[at / 64], high = seps[at / 64 + 1];
	return low >> (at % 64) | (high << 1) << (63 - at % 64);
}

/* The byte after the n-th separator (n >= 1) from `at` on. */
TARGET static inline uint32_t
after_separator(const uint64_t *seps, uint32_t at, uint32_t n)
{
	uint64_t bits = window(seps, at);
	uint32_t count = (uint32_t)__builtin_popcountll(bits);
	while (n > count) {
		n -= count;
		at += 64;
		bits = window(seps, at);
		count = (uint32_t)__builtin_popcountll(bits);
	}
	return at + NTH_BIT(bits, n - 1) + 1;
}

/* Bytes from `at` to the next separator. */
TARGET static inline uint32_t
until_separator(const uint64_t *seps, uint32_t at)
{
	uint32_t begin = at;
	uint64_t bits = window(seps, at);
	while (__builtin_expect(bits == 0, 0)) {
		at += 64;
		bits = window(seps, at);
	}
	return at - begin + LOWEST_BIT(bits);
}

/* The field after the n-th separator (n >= 1) from `at` on: mostly one word holds both its ends. */
TARGET static inline uint32_t
field_after(const uint64_t *seps, uint32_t at, uint32_t n, uint32_t *len)
{
	uint64_t bits = window(seps, at);
	if (__builtin_expect((uint32_t)__builtin_popcountll(bits) > n, 1)) {
		uint32_t before = NTH_BIT(bits, n - 1);
		*len = NTH_BIT(bits, n) - before - 1;
		return at + before + 1;
	}
	at = after_separator(seps, at, n);
	*len = until_separator(seps, at);
	return at;
}

/* The last field of a line: back from its end, which is nearer than its beginning. */
TARGET static inline uint32_t
last_begin(const uint64_t *seps, uint32_t begin, uint32_t end)
{
	while (end - begin >= 64) {
		uint64_t bits = window(seps, end - 64);
		if (bits != 0)
			return end - (uint32_t)__builtin_clzll(bits);
		end -= 64;
	}
	uint64_t bits = end == begin ? 0 : window(seps, begin) << (64 - (end - begin));
	return bits == 0 ? begin : end - (uint32_t)__builtin_clzll(bits);
}

TARGET static void
find(const struct scan_rows *rows, uint32_t column, uint32_t known, struct scan_fields *fields)
{
	assert(column < rows->column_count && (known == SCAN_NO_COLUMN || known < column));
	const uint64_t *seps = rows->seps;
	const uint32_t *line_begins = rows->begins, *line_ends = rows->ends;
	const uint32_t count = rows->row_count;
	uint32_t *begins = fields->begins, *restrict lens = fields->lens;
	fields->text = rows->text;
	fields->row_count = count;
	if (column + 1 == rows->column_count) {
		for (uint32_t r = 0; r < count; r++) {
			begins[r] = last_begin(seps, line_begins[r], line_ends[r]);
			lens[r] = line_ends[r] - begins[r];
		}
		return;
	}
	if (column == 0 || known + 1 == column) {
		for (uint32_t r = 0; r < count; r++) {
			begins[r] = column == 0 ? line_begins[r] : begins[r] + lens[r] + 1;
			lens[r] = until_separator(seps, begins[r]);
		}
		return;
	}
	const uint32_t *from = known == SCAN_NO_COLUMN ? line_begins : begins;
	const uint32_t step = known == SCAN_NO_COLUMN ? column : column - known;
	for (uint32_t r = 0; r < count; r++)
		begins[r] = field_after(seps, from[r], step, &lens[r]);
}

/* `word` holds up to eight digits, the last in its highest byte, lower bytes zero, each already
 * XORed with '0'. */
TARGET static inline bool
are_digits(uint64_t word)
{
	uint64_t high = UINT64_C(0xf0f0f0f0f0f0f0f0);
	return ((word | (word + UINT64_C(0x0606060606060606))) & high) == 0;
}

TARGET static inline uint64_t
digits_value(uint64_t word)
{
	word = (word * 2561) >> 8; /* pairs: 10*a + b */
	word = ((word & UINT64_C(0x00ff00ff00ff00ff)) * 6553601) >> 16;
	return ((word & UINT64_C(0x0000ffff0000ffff)) * UINT64_C(42949672960001)) >> 32;
}

/* The last `len` (1..8) digits of a field that begins at p. */
TARGET static inline uint64_t
digits_word(const uint8_t *p, uint32_t len)
{
	return (load64(p) ^ UINT64_C(0x3030303030303030)) << (8 * (8 - len));
}

TARGET static inline bool
parse_one_int(const uint8_t *field, uint32_t len, int64_t max, int64_t *out)
{
	if (len - 1 < 8) {
		uint64_t word = digits_word(field, len);
		*out = (int64_t)digits_value(word);
		return are_digits(word) && *out <= max;
	}
	if (len - 9 < 8) {
		uint64_t head = digits_word(field, len - 8);
		uint64_t tail = digits_word(field + len - 8, 8);
		*out = (int64_t)(digits_value(head) * 100000000 + digits_value(tail));
		return are_digits(head) && are_digits(tail) && *out <= max;
	}
	if (len < 17 || len > 20)
		return false;
	int64_t value, head;
	uint64_t tail = digits_word(field + len - 8, 8);
	if (!are_digits(tail) || !parse_one_int(field, len - 8, INT64_MAX, &head) ||
	    __builtin_mul_overflow(head, 100000000, &value) ||
	    __builtin_add_overflow(value, (int64_t)digits_value(tail), &value))
		return false;
	*out = value;
	return value <= max;
}

TARGET static uint32_t
parse_int(const struct scan_fields *fields, int64_t max, int64_t *out, uint64_t *valid,
          uint64_t *bad)
{
	uint32_t bad_count = 0;
	for (uint32_t base = 0; base < fields->row_count; base += 64) {
		uint32_t end = fields->row_count - base < 64 ? fields->row_count - base : 64;
		uint64_t ok_bits = 0, bad_bits = 0;
		for (uint32_t i = 0; i < end; i++) {
			const uint8_t *field = fields->text + fields->begins[base + i];
			uint32_t len = fields->lens[base + i];
			int64_t value = 0;
			bool ok = parse_one_int(field, len, max, &value);
			bool missing = len == 1 && field[0] == '-';
			out[base + i] = ok ? value : 0;
			ok_bits |= (uint64_t)ok << i;
			bad_bits |= (uint64_t)(!ok && !missing) << i;
		}
		valid[base / 64] |= ok_bits;
		bad[base / 64] |= bad_bits;
		bad_count += (uint32_t)__builtin_popcountll(bad_bits);
	}
	return bad_count;
}

#ifndef HAVE_PARSE_V4
/* The octet of `len` digits (1..3) at p, into *octet. As a number of base 256 its digits compare
 * as the octet does, which bounds it and refuses leading zeros in one go. */
TARGET static inline bool
parse_octet(const uint8_t *p, uint32_t len, uint32_t *octet)
{
	static const uint32_t least[4] = {UINT32_MAX, 0, 0x000100, 0x010000};
	uint32_t word = (load32(p) ^ 0x30303030) << (8 * (4 - (len & 3)) & 31);
	uint32_t digits = __builtin_bswap32(word);
	*octet = (((word >> 8) * 0x640a01) >> 16) & 0xff;
	return len <= 3 && digits >= least[len & 3] && digits <= 0x020505 &&
	       ((word | (word + 0x06060606)) & 0xf0f0f0f0) == 0;
}

TARGET static inline bool
parse_v4(const uint8_t *p, uint32_t len, uint32_t *v4)
{
	if (len - 7 > 8) /* 1.2.3.4 to 255.255.255.255 */
		return false;
	uint32_t dots = (uint32_t)DOT_MASK16(p) & ((1u << len) - 1);
	if (__builtin_popcount(dots) != 3)
		return false;
	uint32_t a = (uint32_t)__builtin_ctz(dots);
	dots &= dots - 1;
	uint32_t b = (uint32_t)__builtin_ctz(dots);
	uint32_t c = (uint32_t)__builtin_ctz(dots & (dots - 1));
	uint32_t o1, o2, o3, o4;
	bool ok = parse_octet(p, a, &o1);
	ok &= parse_octet(p + a + 1, b - a - 1, &o2);
	ok &= parse_octet(p + b + 1, c - b - 1, &o3);
	ok &= parse_octet(p + c + 1, len - c - 1, &o4);
	*v4 = o1 << 24 | o2 << 16 | o3 << 8 | o4;
	return ok;
}
#endif

TARGET static uint32_t
parse_ip(const struct scan_fields *fields, uint64_t (*out)[2], uint64_t *valid, uint64_t *bad)
{
	const uint64_t flip = UINT64_C(1) << 63;
	uint32_t bad_count = 0;
	for (uint32_t base = 0; base < fields->row_count; base += 64) {
		uint32_t end = fields->row_count - base < 64 ? fields->row_count - base : 64;
		uint64_t ok_bits = 0, bad_bits = 0;
		for (uint32_t i = 0; i < end; i++) {
			const uint8_t *field = fields->text + fields->begins[base + i];
			uint32_t len = fields->lens[base + i], v4 = 0;
			struct ip ip = {0};
			bool ok = parse_v4(field, len, &v4);
			if (ok) {
				ip = ip_from_v4(v4);
			} else if (len == 1 && field[0] == '-') {
				out[base + i][0] = out[base + i][1] = 0;
				continue;
			} else {
				ok = ip_parse((const char *)field, len, &ip); /* IPv6 */
			}
			out[base + i][0] = ok ? ip.lo : 0;
			out[base + i][1] = ok ? ip.hi ^ flip : 0;
			ok_bits |= (uint64_t)ok << i;
			bad_bits |= (uint64_t)!ok << i;
		}
		valid[base / 64] |= ok_bits;
		bad[base / 64] |= bad_bits;
		bad_count += (uint32_t)__builtin_popcountll(bad_bits);
	}
	return bad_count;
}

const struct scan_kernel KERNEL = {KERNEL_NAME, mark, find, parse_int, parse_ip};
