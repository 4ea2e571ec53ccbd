/* SPDX-License-Identifier: Apache-2.0
 *
 * AVX2 with BMI: x86-64-v3, processors since 2013 (Intel) and 2015 (AMD).
 */
#if defined(__x86_64__)
#include <immintrin.h>
#include <stdint.h>

#define KERNEL scan_kernel_avx2
#define KERNEL_NAME "avx2"
#define TARGET __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))

TARGET static inline uint64_t
equal_mask64(__m256i low, __m256i high, char c)
{
	__m256i wanted = _mm256_set1_epi8(c);
	uint32_t l = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, wanted));
	uint32_t h = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, wanted));
	return l | (uint64_t)h << 32;
}

#define BLOCK_MASKS(p, spaces, ends)                                                               \
	do {                                                                                           \
		__m256i low = _mm256_loadu_si256((const __m256i *)(p));                                    \
		__m256i high = _mm256_loadu_si256((const __m256i *)((p) + 32));                            \
		spaces = equal_mask64(low, high, ' ');                                                     \
		ends = equal_mask64(low, high, '\n');                                                      \
	} while (0)

#define LOWEST_BIT(mask) ((uint32_t)_tzcnt_u64(mask))
#define NTH_BIT(mask, n) ((uint32_t)_tzcnt_u64(_pdep_u64(UINT64_C(1) << (n), mask)))

#define HAVE_PARSE_V4

#include "scan/x86/parse_v4.h"
#include "scan/scan_template.h"
#endif
