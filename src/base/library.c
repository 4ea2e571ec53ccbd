/* SPDX-License-Identifier: Apache-2.0
 *
 * See library.h.
 */
#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

/* A data pointer as one to a function: POSIX has them alike, ISO C does not say so. */
bool
library_find(void *handle, const char *name, void *function)
{
	void *found = dlsym(handle, name);
	memcpy(function, &found, sizeof found);
	return found != NULL;
}
