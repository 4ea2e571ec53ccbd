/* SPDX-License-Identifier: Apache-2.0
 *
 * A dotted quad in one vector: each octet's digits are shuffled to the right end of a lane of
 * four bytes, checked and weighed side by side.
 *
 *     10.0.1.7    ->   0 0 1 0 | 0 0 0 0 | 0 0 0 1 | 0 0 0 7    ->   10 | 0 | 1 | 7
 *
 * Included by kernels that have SSE4.1, with TARGET and LOWEST_BIT defined.
 */
#include <smmintrin.h>
#include <stdbool.h>
#include <stdint.h>

/* Where the four octets end, a byte each; false if there are not exactly three dots. */
TARGET static inline bool
octet_ends(__m128i text, uint32_t len, uint32_t *ends)
{
	__m128i is_dot = _mm_cmpeq_epi8(text, _mm_set1_epi8('.'));
	uint32_t dots = (uint32_t)_mm_movemask_epi8(is_dot) & ((1u << len) - 1);
	if (__builtin_popcount(dots) != 3)
		return false;
	*ends = (uint32_t)LOWEST_BIT((uint64_t)dots);
	dots &= dots - 1;
	*ends |= (uint32_t)LOWEST_BIT((uint64_t)dots) << 8;
	dots &= dots - 1;
	*ends |= (uint32_t)LOWEST_BIT((uint64_t)dots) << 16 | len << 24;
	return true;
}

TARGET static inline bool
parse_v4(const uint8_t *p, uint32_t len, uint32_t *v4)
{
	const __m128i lanes = _mm_setr_epi8(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
	const __m128i from_end = _mm_set1_epi32(0x01020304);
	const __m128i weights = _mm_set1_epi32(0x010a6400);
	const __m128i nine = _mm_set1_epi8(9);
	/* the least octet of one, two and three digits: a smaller one has a leading zero */
	const __m128i least = _mm_setr_epi8(0, 0, 10, 100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	uint32_t ends;
	__m128i text = _mm_loadu_si128((const __m128i *)p);
	if (len - 7 > 8 || !octet_ends(text, len, &ends)) /* 1.2.3.4 to 255.255.255.255 */
		return false;
	uint32_t lens = ends - (ends << 8) - 0x01010100; /* of each octet; no byte borrows */
	__m128i end = _mm_shuffle_epi8(_mm_cvtsi32_si128((int)ends), lanes);
	__m128i octet_len = _mm_shuffle_epi8(_mm_cvtsi32_si128((int)lens), lanes);
	__m128i outside = _mm_cmpgt_epi8(from_end, octet_len); /* bytes before the octet */
	__m128i places = _mm_or_si128(_mm_sub_epi8(end, from_end), outside);
	__m128i digits = _mm_shuffle_epi8(_mm_sub_epi8(text, _mm_set1_epi8('0')), places);
	__m128i octets = _mm_madd_epi16(_mm_maddubs_epi16(digits, weights), _mm_set1_epi16(1));

	__m128i one_to_three = _mm_sub_epi8(octet_len, _mm_set1_epi8(1));
	__m128i bad = _mm_cmpgt_epi32(octets, _mm_set1_epi32(255));
	bad = _mm_or_si128(bad, _mm_xor_si128(_mm_max_epu8(digits, nine), nine));
	bad = _mm_or_si128(bad, _mm_xor_si128(_mm_max_epu8(one_to_three, _mm_set1_epi8(2)),
	                                      _mm_set1_epi8(2)));
	__m128i low_bytes = _mm_and_si128(octet_len, _mm_set1_epi32(0xff));
	bad = _mm_or_si128(bad, _mm_cmpgt_epi32(_mm_shuffle_epi8(least, low_bytes), octets));
	*v4 = (uint32_t)_mm_cvtsi128_si32(
		_mm_shuffle_epi8(octets, _mm_set1_epi32(0x0004080c)));
	return _mm_testz_si128(bad, bad);
}
