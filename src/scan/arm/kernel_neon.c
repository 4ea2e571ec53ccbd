/* SPDX-License-Identifier: Apache-2.0
 *
 * NEON: every 64-bit ARM (Graviton, Apple).
 */
#if defined(__aarch64__)
#include <arm_neon.h>
#include <stdint.h>

#define KERNEL scan_kernel_neon
#define KERNEL_NAME "neon"
#define TARGET

/* NEON has no movemask: keep one weighted bit a byte, then add neighbours until bits are packed. */
static inline uint64_t
pack_mask64(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d)
{
	static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
	uint8x16_t weight = vld1q_u8(weights);
	uint8x16_t ab = vpaddq_u8(vandq_u8(a, weight), vandq_u8(b, weight));
	uint8x16_t cd = vpaddq_u8(vandq_u8(c, weight), vandq_u8(d, weight));
	uint8x16_t all = vpaddq_u8(ab, cd);
	all = vpaddq_u8(all, all);
	return vgetq_lane_u64(vreinterpretq_u64_u8(all), 0);
}

static inline uint64_t
equal_mask64(const uint8x16_t block[4], uint8_t byte)
{
	uint8x16_t wanted = vdupq_n_u8(byte);
	return pack_mask64(vceqq_u8(block[0], wanted), vceqq_u8(block[1], wanted),
	                   vceqq_u8(block[2], wanted), vceqq_u8(block[3], wanted));
}

static inline uint32_t
equal_mask16(const uint8_t *p, uint8_t byte)
{
	uint8x16_t none = vdupq_n_u8(0);
	return (uint32_t)pack_mask64(vceqq_u8(vld1q_u8(p), vdupq_n_u8(byte)), none, none, none);
}

#define BLOCK_MASKS(p, spaces, ends)                                                               \
	do {                                                                                           \
		const uint8x16_t block[4] = {vld1q_u8(p), vld1q_u8((p) + 16), vld1q_u8((p) + 32),          \
		                             vld1q_u8((p) + 48)};                                          \
		spaces = equal_mask64(block, ' ');                                                         \
		ends = equal_mask64(block, '\n');                                                          \
	} while (0)

#define DOT_MASK16(p) equal_mask16((p), '.')

#define LOWEST_BIT(mask) ((uint32_t)__builtin_ctzll((mask) | (UINT64_C(1) << 63)))
#define NTH_BIT(mask, n) scan_nth_bit(mask, n)

#include "scan/nth_bit.h"
#include "scan/scan_template.h"
#endif
