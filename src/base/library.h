/* SPDX-License-Identifier: Apache-2.0
 *
 * What libraries that are loaded when first needed have in common.
 */
#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H

#include <stdbool.h>

/* The function of that name into the pointer at `function`, of whatever type; false: it has none,
 * and the pointer is NULL. `handle` is dlopen's. */
bool library_find(void *handle, const char *name, void *function);

#endif
