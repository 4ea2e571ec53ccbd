/* SPDX-License-Identifier: Apache-2.0
 *
 * Functions of newer C libraries, for what is linked in and expects them. Any thread.
 */
#ifndef BASE_PORTABLE_H
#define BASE_PORTABLE_H

#include <stddef.h>
#include <stdint.h>

uint32_t arc4random(void); /* uniform; from the kernel */
void arc4random_buf(void *bytes, size_t size);

#endif
