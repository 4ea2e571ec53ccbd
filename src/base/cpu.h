/* SPDX-License-Identifier: Apache-2.0
 *
 * What the processor and the operating system allow. Any thread.
 */
#ifndef BASE_CPU_H
#define BASE_CPU_H

#include <stdbool.h>

bool cpu_has_avx2(void);   /* with BMI1, BMI2, LZCNT, POPCNT */
bool cpu_has_avx512(void); /* F, BW, VL, and VBMI2: cores that keep their clock */

/* Processors this process may use (its affinity), at least 1. */
int cpu_count(void);

#endif
