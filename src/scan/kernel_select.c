/* SPDX-License-Identifier: Apache-2.0
 *
 * Which kernel runs: the best the processor has, or the one that FLOWTOLL_CPU names.
 */
#include "scan/kernel.h"

#include "base/cpu.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

extern const struct scan_kernel scan_kernel_avx512, scan_kernel_avx2, scan_kernel_neon;

const struct scan_kernel *const scan_kernels[] = {
#if defined(__x86_64__)
	&scan_kernel_avx512,
	&scan_kernel_avx2,
#elif defined(__aarch64__)
	&scan_kernel_neon,
#endif
	&scan_kernel_scalar,
	NULL,
};

bool
scan_kernel_runs(const struct scan_kernel *kernel)
{
	assert(kernel != NULL);
	if (strcmp(kernel->name, "avx512") == 0)
		return cpu_has_avx512();
	if (strcmp(kernel->name, "avx2") == 0)
		return cpu_has_avx2();
	return true;
}

static void
hint_names(struct flowtoll_err *err)
{
	char names[128] = "";
	for (int i = 0; scan_kernels[i] != NULL; i++)
		if (scan_kernel_runs(scan_kernels[i])) {
			strncat(names, names[0] != '\0' ? ", " : "", sizeof names - strlen(names) - 1);
			strncat(names, scan_kernels[i]->name, sizeof names - strlen(names) - 1);
		}
	err_hint(err, "this machine runs: %s", names);
}

enum flowtoll_rc
scan_kernel_select(const struct scan_kernel **kernel, struct flowtoll_err *err)
{
	const char *forced = getenv("FLOWTOLL_CPU");
	bool free_choice = forced == NULL || forced[0] == '\0';
	for (int i = 0; scan_kernels[i] != NULL; i++) {
		if (!free_choice && strcmp(forced, scan_kernels[i]->name) != 0)
			continue;
		if (scan_kernel_runs(scan_kernels[i])) {
			*kernel = scan_kernels[i];
			return FLOWTOLL_OK;
		}
		if (!free_choice) {
			err_set(err, FLOWTOLL_ERR_USAGE, "FLOWTOLL_CPU=%s: this processor cannot run it",
			        forced);
			hint_names(err);
			return err->code;
		}
	}
	err_set(err, FLOWTOLL_ERR_USAGE, "FLOWTOLL_CPU=%s: no kernel of that name", forced);
	hint_names(err);
	return err->code;
}
