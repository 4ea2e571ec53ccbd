/* SPDX-License-Identifier: Apache-2.0
 *
 * A sample of files, where reading all would take too long: evenly over flow logs, and over time in
 * each. The session's thread.
 */
#ifndef ENGINE_SAMPLE_H
#define ENGINE_SAMPLE_H

#include "io/io.h"

/* What was chosen, of what. */
struct sample {
	size_t wanted; /* files; 0: all */
	size_t files, files_of;
	bool is_even; /* chosen once, out of all files: each had the same chance */
	uint64_t bytes, bytes_of;
};

/* Takes out of the list, from `begin` on, all but so many files. */
FLOWTOLL_MUST_USE enum flowtoll_rc sample_choose(struct sample *sample, struct io_list *list,
                                                 size_t begin, struct flowtoll_err *err);

#endif
