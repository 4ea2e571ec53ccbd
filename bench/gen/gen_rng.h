/* SPDX-License-Identifier: Apache-2.0
 *
 * Pseudo-random numbers that are the same on every machine: a SplitMix64 counter, integers only
 * (no floating point, whose last bit may differ between C libraries). One stream, one thread.
 */
#ifndef GEN_RNG_H
#define GEN_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct gen_rng {
	uint64_t state;
};

/* Probabilities are in millionths. */
#define GEN_PPM 1000000u

static inline uint64_t
gen_rng_next(struct gen_rng *rng)
{
	uint64_t z = rng->state += 0x9e3779b97f4a7c15u;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* 0 to bound - 1; bound > 0. */
static inline uint64_t
gen_rng_below(struct gen_rng *rng, uint64_t bound)
{
	return (uint64_t)((unsigned __int128)gen_rng_next(rng) * bound >> 64);
}

static inline bool
gen_rng_chance(struct gen_rng *rng, unsigned ppm)
{
	return gen_rng_below(rng, GEN_PPM) < ppm;
}

/* Heavy-tailed: each doubling of `min` is half as likely as the one before, so that every octave
 * up to `doublings` brings the same share of the sum. */
static inline uint64_t
gen_rng_tail(struct gen_rng *rng, uint64_t min, unsigned doublings)
{
	uint64_t coins = gen_rng_next(rng) | (uint64_t)1 << doublings;
	uint64_t low = min << __builtin_ctzll(coins);
	return low + gen_rng_below(rng, low);
}

/* A stream of its own for each part of the output, so that parts can be made in any order. */
static inline struct gen_rng
gen_rng_stream(uint64_t seed, uint64_t part)
{
	struct gen_rng rng = {seed * 0xd1342543de82ef95u + part};
	rng.state = gen_rng_next(&rng) ^ part << 32;
	return rng;
}

#endif
