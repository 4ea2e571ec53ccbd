/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes through every kernel the machine runs: marks, fields, values and verdicts must be
 * those of the scalar one. The text ends SCAN_PAD bytes before a page that cannot be read, and
 * those bytes change between two runs: nothing may depend on them. Used by the kernels' test and
 * by the fuzzer.
 */
#ifndef TESTS_KERNELS_COMPARE_H
#define TESTS_KERNELS_COMPARE_H

#include "scan/kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { COMPARE_TEXT_MAX = 64 * 1024, COMPARE_PAGE = 65536 };

/* All that a kernel says of a text. */
struct said {
	struct scan_marks marks;
	uint64_t seps[COMPARE_TEXT_MAX / 64 + 3];
	uint32_t ends[COMPARE_TEXT_MAX + 2];
	uint32_t ranks[COMPARE_TEXT_MAX + 2];
	struct scan_fields fields;
	int64_t numbers[SCAN_BATCH_ROWS_MAX];
	uint64_t addresses[SCAN_BATCH_ROWS_MAX][2];
	uint64_t valid[2][SCAN_BATCH_WORDS];
	uint64_t bad[2][SCAN_BATCH_WORDS];
	uint32_t bad_count[2];
};

static uint8_t *
compare_guarded(void)
{
	static uint8_t *end; /* of what can be read */
	if (end == NULL) {
		size_t size = COMPARE_TEXT_MAX + COMPARE_PAGE;
		uint8_t *pages = mmap(NULL, size + COMPARE_PAGE, PROT_READ | PROT_WRITE,
		                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (pages == MAP_FAILED || mprotect(pages + size, COMPARE_PAGE, PROT_NONE) != 0)
			abort();
		end = pages + size;
	}
	return end;
}

static void
compare_fail(const struct scan_kernel *kernel, const char *what, uint32_t column)
{
	fprintf(stderr, "%s differs from scalar in %s, column %u\n", kernel->name, what, column);
	abort();
}

static void
compare_mark(const struct scan_kernel *kernel, const uint8_t *text, uint32_t len, struct said *said)
{
	memset(said->seps, 0, sizeof said->seps);
	said->marks = (struct scan_marks){.seps = said->seps, .ends = said->ends, .ranks = said->ranks};
	kernel->mark(text, len, &said->marks);
}

/* The lines that have this many columns, at most a batch of them. */
static uint32_t
compare_rows(const struct said *said, uint32_t columns, uint32_t *begins, uint32_t *ends)
{
	uint32_t count = 0, begin = 0, rank = 0;
	for (uint32_t i = 0; i < said->marks.end_count && count < SCAN_BATCH_ROWS_MAX; i++) {
		begins[count] = begin;
		ends[count] = said->ends[i];
		count += said->ranks[i] - rank == columns;
		begin = said->ends[i] + 1;
		rank = said->ranks[i];
	}
	return count;
}

static void
compare_column(const struct scan_kernel *kernel, const struct scan_rows *rows, uint32_t column,
               uint32_t known, int64_t max, struct said *said)
{
	memset(said->valid, 0, sizeof said->valid);
	memset(said->bad, 0, sizeof said->bad);
	kernel->find(rows, column, known, &said->fields);
	said->bad_count[0] =
		kernel->parse_int(&said->fields, max, said->numbers, said->valid[0], said->bad[0]);
	said->bad_count[1] =
		kernel->parse_ip(&said->fields, said->addresses, said->valid[1], said->bad[1]);
}

static void
compare_columns(const struct scan_kernel *kernel, const uint8_t *text, uint32_t columns,
                struct said *scalar, struct said *other)
{
	static uint32_t begins[SCAN_BATCH_ROWS_MAX], ends[SCAN_BATCH_ROWS_MAX];
	static const int64_t maxima[] = {255, 65535, INT32_MAX, INT64_MAX};
	uint32_t n = compare_rows(scalar, columns, begins, ends);
	struct scan_rows rows = {.text = text, .seps = scalar->seps, .begins = begins, .ends = ends,
	                         .row_count = n, .column_count = columns};
	struct scan_rows other_rows = rows;
	other_rows.seps = other->seps;
	for (uint32_t c = 0; n > 0 && c < columns; c++) {
		int64_t max = maxima[c % 4];
		/* on from the last column, from the one before it, from the line's beginning */
		uint32_t known = c % 3 == 0 ? SCAN_NO_COLUMN : c - 1;
		if (c % 3 == 2) { /* `other` holds the column before the last again */
			kernel->find(&other_rows, c - 2, SCAN_NO_COLUMN, &other->fields);
			known = c - 2;
		}
		compare_column(&scan_kernel_scalar, &rows, c, SCAN_NO_COLUMN, max, scalar);
		compare_column(kernel, &other_rows, c, known, max, other);
		if (memcmp(scalar->fields.begins, other->fields.begins, n * 4) != 0 ||
		    memcmp(scalar->fields.lens, other->fields.lens, n * 4) != 0)
			compare_fail(kernel, "find", c);
		if (memcmp(scalar->numbers, other->numbers, n * 8) != 0)
			compare_fail(kernel, "parse_int's values", c);
		if (memcmp(scalar->addresses, other->addresses, (size_t)n * 16) != 0)
			compare_fail(kernel, "parse_ip's values", c);
		if (memcmp(scalar->valid, other->valid, sizeof scalar->valid) != 0 ||
		    memcmp(scalar->bad, other->bad, sizeof scalar->bad) != 0 ||
		    memcmp(scalar->bad_count, other->bad_count, sizeof scalar->bad_count) != 0)
			compare_fail(kernel, "its verdicts", c);
	}
}

static void
compare_kernel(const struct scan_kernel *kernel, const uint8_t *data, uint32_t len)
{
	static struct said scalar, other;
	uint8_t *pad = compare_guarded() - SCAN_PAD, *text = pad - len;
	memcpy(text, data, len);
	memset(pad, ' ', SCAN_PAD);
	compare_mark(&scan_kernel_scalar, text, len, &scalar);
	compare_mark(kernel, text, len, &other);
	uint32_t ends = scalar.marks.end_count;
	if (ends != other.marks.end_count || scalar.marks.sep_count != other.marks.sep_count ||
	    memcmp(scalar.ends, other.ends, ends * 4) != 0 ||
	    memcmp(scalar.ranks, other.ranks, ends * 4) != 0 ||
	    memcmp(scalar.seps, other.seps, (len + 63) / 64 * 8) != 0)
		compare_fail(kernel, "mark", 0);
	/* lines of few columns and of the commonest number */
	uint32_t before = ends > 1 ? scalar.ranks[ends / 2 - 1] : 0;
	uint32_t common = ends > 0 ? scalar.ranks[ends / 2] - before : 0;
	memset(pad, '\n', SCAN_PAD / 2);
	memset(pad + SCAN_PAD / 2, '7', SCAN_PAD / 2);
	for (uint32_t columns = 1; columns <= 4; columns++)
		compare_columns(kernel, text, columns, &scalar, &other);
	if (common > 4)
		compare_columns(kernel, text, common, &scalar, &other);
}

/* Aborts where a kernel differs; texts beyond COMPARE_TEXT_MAX are cut. */
static inline void
compare_kernels(const uint8_t *data, size_t len)
{
	uint32_t cut = (uint32_t)(len < COMPARE_TEXT_MAX ? len : COMPARE_TEXT_MAX);
#ifdef SCAN_EMULATE_AVX512
	extern const struct scan_kernel scan_kernel_avx512;
	compare_kernel(&scan_kernel_avx512, data, cut);
#else
	for (int i = 0; scan_kernels[i] != NULL; i++)
		if (scan_kernel_runs(scan_kernels[i]) && scan_kernels[i] != &scan_kernel_scalar)
			compare_kernel(scan_kernels[i], data, cut);
#endif
}

#endif
