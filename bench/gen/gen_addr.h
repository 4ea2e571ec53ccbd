/* SPDX-License-Identifier: Apache-2.0
 *
 * The addresses of a world while it is built: a table without duplicates, and the outside world
 * drawn from prefixes. Used by gen_world.c only; one thread.
 */
#ifndef GEN_ADDR_H
#define GEN_ADDR_H

#include "gen/gen_world.h"

#define GEN_IP4(a, b, c, d) \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

/* Room for all that gen_addr_add is going to add. */
bool gen_addr_reserve(struct gen_world *world, size_t count, struct gen_fault *fault);

/* The number of the new address, or GEN_NONE if it is there already. */
uint32_t gen_addr_add4(struct gen_world *world, uint32_t ip, enum gen_service service);
uint32_t gen_addr_add6(struct gen_world *world, uint64_t hi, uint64_t lo,
                       enum gen_service service);

/* A new IPv4 address among the `span` that follow `base`; span must leave room. */
uint32_t gen_addr_draw4(struct gen_world *world, struct gen_rng *rng, uint32_t base,
                        uint32_t span);

/* All remotes, class by class; those of IPv6 only where `ipv6`. */
void gen_addr_draw_remotes(struct gen_world *world, struct gen_rng *rng, unsigned remotes,
                           bool ipv6);

/* How many addresses gen_addr_draw_remotes adds at most. */
size_t gen_addr_remotes_max(unsigned remotes);

#endif
