/* SPDX-License-Identifier: Apache-2.0
 *
 * The Arrow schema of a kept table. Any thread.
 */
#ifndef API_ARROW_SCHEMA_H
#define API_ARROW_SCHEMA_H

#include "engine/kept_table.h"

/* Arrow's format of a column's values; of a dictionary's, that of its codes. */
const char *arrow_format(const struct kept_column *column);

/* False: out of memory, and *out is released. */
bool arrow_schema_create(const struct kept *kept, struct ArrowSchema *out);

#endif
