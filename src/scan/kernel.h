/* SPDX-License-Identifier: Apache-2.0
 *
 * The loops over bytes, once per instruction set. The scalar kernel (kernel_scalar.c) is the
 * specification: every other one gives the same marks, fields, values and verdicts on every input.
 *
 *     text   2 123456789012 eni-0a ...\n2 1234...
 *     seps   01000000000000100000010...101000...    a bit a byte: space or line end
 *     ends                             ^            position of each line end
 *     ranks                            n            separators up to and with it
 *
 * Pure; any thread. Reads may touch SCAN_PAD bytes past the text (its owner sees to it that they
 * can be read); results never depend on them.
 */
#ifndef SCAN_KERNEL_H
#define SCAN_KERNEL_H

#include "base/err.h"

enum {
	SCAN_PAD = 64,
	SCAN_BATCH_ROWS_MAX = 2048,
	SCAN_BATCH_WORDS = SCAN_BATCH_ROWS_MAX / 64
};
#define SCAN_NO_COLUMN UINT32_MAX

struct scan_marks {
	uint64_t *seps;  /* text bytes / 64 words, and two more */
	uint32_t *ends;  /* room for one a byte of text, and one more */
	uint32_t *ranks; /* likewise */
	uint32_t end_count;
	uint32_t sep_count;
};

/* Lines of one format, all with its number of columns. */
struct scan_rows {
	const uint8_t *text;
	const uint64_t *seps;
	const uint32_t *begins; /* of each line in text */
	const uint32_t *ends;   /* of its line end, or of the \r before it */
	uint32_t row_count;
	uint32_t column_count;
};

/* One column of such rows. */
struct scan_fields {
	const uint8_t *text;
	uint32_t row_count;
	uint32_t begins[SCAN_BATCH_ROWS_MAX];
	uint32_t lens[SCAN_BATCH_ROWS_MAX];
};

struct scan_kernel {
	const char *name;

	/* The marks of text[0..len). */
	void (*mark)(const uint8_t *text, uint32_t len, struct scan_marks *marks);

	/* Where the fields of a column are. `known` is an earlier column whose fields of the same rows
	 * `fields` already holds, to go on from; or SCAN_NO_COLUMN. */
	void (*find)(const struct scan_rows *rows, uint32_t column, uint32_t known,
	             struct scan_fields *fields);

	/* The values of fields. `valid` and `bad` are bit sets by row, zeroed by the caller: `valid`
	 * is set for a value, neither for `-`, `bad` for what cannot be read (its value is 0). The
	 * number of bad fields is returned. */

	/* Decimal digits, at most 20, no sign, 0..max. */
	uint32_t (*parse_int)(const struct scan_fields *fields, int64_t max, int64_t *out,
	                      uint64_t *valid, uint64_t *bad);
	/* IPv4 and IPv6 as ip_parse reads them; out[r] = {lo, hi with its top bit flipped}: signed
	 * 128-bit integers that sort as addresses do. */
	uint32_t (*parse_ip)(const struct scan_fields *fields, uint64_t (*out)[2], uint64_t *valid,
	                     uint64_t *bad);
};

extern const struct scan_kernel scan_kernel_scalar;

/* The kernels this build has, best first, NULL-terminated; scan_kernel_runs tells whether the
 * processor can run one. */
extern const struct scan_kernel *const scan_kernels[];
bool scan_kernel_runs(const struct scan_kernel *kernel);

/* The best kernel the processor runs, or the one FLOWTOLL_CPU names. */
FLOWTOLL_MUST_USE enum flowtoll_rc scan_kernel_select(const struct scan_kernel **kernel,
                                                      struct flowtoll_err *err);

static inline void
scan_set_bit(uint64_t *bits, uint32_t index)
{
	bits[index / 64] |= UINT64_C(1) << (index % 64);
}

#endif
