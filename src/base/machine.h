/* SPDX-License-Identifier: Apache-2.0
 *
 * What the operating system gives this process. Any thread.
 */
#ifndef BASE_MACHINE_H
#define BASE_MACHINE_H

#include <stdint.h>

/* Bytes of memory that this process can have: the least of what the machine has and of what its
 * control group and the groups above that may use. 0: not known. `root` stands for / in tests;
 * else it is "". */
uint64_t machine_memory(const char *root);

#endif
