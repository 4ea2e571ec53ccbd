/* SPDX-License-Identifier: Apache-2.0
 *
 * See cpu.h. The compiler's run-time support does CPUID and XGETBV, once and thread-safe.
 */
#include "base/cpu.h"

#include <sched.h>

bool
cpu_has_avx2(void)
{
#if defined(__x86_64__)
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
	       __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
#else
	return false;
#endif
}

bool
cpu_has_avx512(void)
{
#if defined(__x86_64__)
	return cpu_has_avx2() && __builtin_cpu_supports("avx512f") &&
	       __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
	       __builtin_cpu_supports("avx512vbmi2");
#else
	return false;
#endif
}

int
cpu_count(void)
{
	cpu_set_t set;
	if (sched_getaffinity(0, sizeof set, &set) != 0)
		return 1;
	int count = CPU_COUNT(&set);
	return count > 0 ? count : 1;
}
