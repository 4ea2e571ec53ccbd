/* SPDX-License-Identifier: Apache-2.0
 *
 * The interfaces (or regional NAT gateways) that a question is about, and which of them a row is
 * of. Most rows are of none, so most of the work is one multiplication and one comparison a row:
 *
 *     eni-0123456789abcdef0     ids differ in their last bytes: those, as a word, choose a slot
 *                  '------'     of a table that is half empty at least
 *
 * Within engine only. Once filled, any thread.
 */
#ifndef ENGINE_INTERFACE_SET_H
#define ENGINE_INTERFACE_SET_H

#include "flow/flow.h"
#include "scan/scan.h"

struct interface_set;

/* Room for that many ids. */
FLOWTOLL_MUST_USE enum flowtoll_rc interface_set_create(struct interface_set **set,
                                                        size_t count_max,
                                                        struct flowtoll_err *err);
void interface_set_free(struct interface_set *set); /* NULL ok */

/* Any text, copied; of several equal ones the first is found. */
FLOWTOLL_MUST_USE enum flowtoll_rc interface_set_add(struct interface_set *set, const char *id,
                                                     size_t len, struct flowtoll_err *err);
size_t interface_set_count(const struct interface_set *set);
const char *interface_set_id(const struct interface_set *set, size_t index); /* from 0 */

/* The number of an id, from 1 in the order of adding; 0: it is none of them. */
int32_t interface_set_find(const struct interface_set *set, const char *id, size_t len);

enum { INTERFACE_MISSING = -1 };

/* The same for the ids of a batch: INTERFACE_MISSING for `-`. How many of those there are is
 * returned. */
uint32_t interface_set_match(const struct interface_set *set, const struct scan_fields *fields,
                             int32_t *numbers);

/* Is a whole line, as it stands in a file of this format, of one of the interfaces? */
bool interface_set_has_line(const struct interface_set *set, const struct flow_format *format,
                            const char *line, size_t len);

#endif
