/* SPDX-License-Identifier: Apache-2.0
 *
 * What a registry said of a range, as JSON with the names that ipwhois has. One thread.
 */
#ifndef QUERY_WHO_REGISTRY_OBJECT_H
#define QUERY_WHO_REGISTRY_OBJECT_H

#include "base/buf.h"
#include "registry/registry.h"

/* Appends it. */
void who_registry_object(const struct registry_range *range, struct buf *json);

#endif
