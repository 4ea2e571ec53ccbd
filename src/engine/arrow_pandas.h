/* SPDX-License-Identifier: Apache-2.0
 *
 * What a schema tells pandas: integers and booleans become its types that may have missing values.
 * Without it they would become floats where one is missing, which end being exact at 2^53.
 */
#ifndef ENGINE_ARROW_PANDAS_H
#define ENGINE_ARROW_PANDAS_H

#include "engine/kept_table.h"

/* Metadata of a schema, as Arrow encodes it; free with mem_free. NULL: out of memory. */
char *arrow_pandas_metadata(const struct kept *kept);

#endif
