/* SPDX-License-Identifier: Apache-2.0
 *
 * Who receives most, out of C:  top_destinations LOGS...
 *
 *     cc top_destinations.c $(pkg-config --cflags --libs flowtoll)
 */
#include <flowtoll.h>

#include <inttypes.h>
#include <stdio.h>

static int
say(const struct flowtoll_err *err)
{
	fprintf(stderr, "%s\n", err->message);
	if (err->hint[0] != '\0')
		fprintf(stderr, "%s\n", err->hint);
	return (int)err->code;
}

static bool
go_on(void *ctx, const struct flowtoll_progress *progress)
{
	(void)ctx; /* false would end the question */
	fprintf(stderr, "%" PRIu64 " records read\n", progress->rows);
	return true;
}

static void
print_cell(const struct flowtoll_cell *cell)
{
	if (cell->type == FLOWTOLL_IP || cell->type == FLOWTOLL_TEXT)
		printf("%.*s", (int)cell->as.text.len, cell->as.text.bytes);
	else if (cell->type == FLOWTOLL_INT)
		printf("%" PRId64, cell->as.integer);
	else if (cell->type == FLOWTOLL_DOUBLE)
		printf("%.3f", cell->as.real);
}

/* All rows, chunk by chunk. */
static enum flowtoll_rc
print_table(struct flowtoll_answer *answer, struct flowtoll_err *err)
{
	struct flowtoll_chunk chunk;
	uint64_t first = 0;
	for (;;) {
		enum flowtoll_rc rc = flowtoll_answer_chunk(answer, 0, first, &chunk, err);
		if (rc != FLOWTOLL_OK || chunk.rows == 0)
			return rc;
		for (size_t i = 0; i < chunk.rows * chunk.columns; i++) {
			print_cell(&chunk.cells[i]);
			putchar((i + 1) % chunk.columns == 0 ? '\n' : '\t');
		}
		first += chunk.rows;
	}
}

int
main(int argc, char **argv)
{
	static const char *const keys[] = {"dstaddr"};
	const struct flowtoll_settings settings = {.progress = go_on};
	struct flowtoll_err err;
	struct flowtoll *ft = NULL;
	struct flowtoll_answer *answer = NULL;
	enum flowtoll_rc rc = flowtoll_open(&settings, &ft, &err);
	for (int i = 1; rc == FLOWTOLL_OK && i < argc; i++)
		rc = flowtoll_add_source(ft, argv[i], &err);
	if (rc == FLOWTOLL_OK)
		rc = flowtoll_top(ft, &(struct flowtoll_top){.keys = keys, .key_count = 1, .rows = 5},
		                  &answer, &err);
	if (rc == FLOWTOLL_OK)
		rc = flowtoll_answer_keep(answer, &err);
	flowtoll_close(ft); /* the answer is kept */
	if (rc == FLOWTOLL_OK)
		rc = print_table(answer, &err);
	flowtoll_answer_free(answer);
	return rc == FLOWTOLL_OK ? 0 : say(&err);
}
