/* SPDX-License-Identifier: Apache-2.0
 *
 * AVX-512BW: one load and two compares a 64-byte block. Chosen only where VBMI2 is there too
 * (Ice Lake, Zen 4 and later): older cores lower their clock for 512-bit work.
 */
#if defined(__x86_64__) || defined(SCAN_EMULATE_AVX512)
#ifdef SCAN_EMULATE_AVX512 /* tests, on processors without it */
#include <simde/x86/avx512.h>
#define TARGET
#else
#include <immintrin.h>
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx2,bmi,bmi2,lzcnt,popcnt")))
#endif
#include <stdint.h>

#define KERNEL scan_kernel_avx512
#define KERNEL_NAME "avx512"

#define BLOCK_MASKS(p, spaces, ends)                                                               \
	do {                                                                                           \
		__m512i block = _mm512_loadu_si512((const void *)(p));                                     \
		spaces = _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8(' '));                             \
		ends = _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8('\n'));                              \
	} while (0)

#define LOWEST_BIT(mask) ((uint32_t)__builtin_ctzll((mask) | (UINT64_C(1) << 63)))
#ifdef SCAN_EMULATE_AVX512
#define NTH_BIT(mask, n) scan_nth_bit(mask, n)
#else /* PDEP is quick on all that have VBMI2 */
#define NTH_BIT(mask, n) ((uint32_t)_tzcnt_u64(_pdep_u64(UINT64_C(1) << (n), mask)))
#endif

#define HAVE_PARSE_V4

#include "scan/nth_bit.h"
#include "scan/x86/parse_v4.h"
#include "scan/scan_template.h"
#endif
