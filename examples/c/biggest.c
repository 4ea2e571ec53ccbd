/* SPDX-License-Identifier: Apache-2.0
 *
 * biggest SOURCE...: who receives the most bytes, as a program asks libflowtoll. First as a table
 * for people, then row by row out of the Arrow stream. Ctrl-C ends the question, not the program.
 *
 *     cc biggest.c $(pkg-config --cflags --libs flowtoll) -pthread -o biggest
 */
#include <flowtoll.h>
#include <flowtoll_arrow.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static bool
to_file(void *file, const char *bytes, size_t len)
{
	return fwrite(bytes, 1, len, file) == len;
}

/* A question may be stopped from any thread, but not from a signal handler. */
static void *
wait_for_interrupt(void *ft)
{
	sigset_t set;
	int signal;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	for (;;)
		if (sigwait(&set, &signal) == 0)
			flowtoll_interrupt(ft);
	return NULL;
}

static int
fail(const struct flowtoll_err *err)
{
	fprintf(stderr, "biggest: %s\n", err->message);
	if (err->file[0] != '\0')
		fprintf(stderr, "  in %s, line %llu\n", err->file, (unsigned long long)err->line);
	if (err->hint[0] != '\0')
		fprintf(stderr, "  %s\n", err->hint);
	return (int)err->code;
}

/* Rows and bytes of all batches: column 0 is dstaddr (large_utf8), column 1 bytes (int64). */
static void
add_up(struct ArrowArrayStream *stream)
{
	struct ArrowArray batch;
	long long rows = 0, bytes = 0;
	while (stream->get_next(stream, &batch) == 0 && batch.release != NULL) {
		const int64_t *values = batch.children[1]->buffers[1];
		for (int64_t i = 0; i < batch.length; i++)
			bytes += values[i];
		rows += batch.length;
		batch.release(&batch);
	}
	printf("%lld rows, %lld bytes\n", rows, bytes);
}

static enum flowtoll_rc
ask(struct flowtoll *ft, struct flowtoll_err *err)
{
	const char *keys[] = {"dstaddr"};
	const struct flowtoll_top top = {.keys = keys, .key_count = 1, .rows = 3};
	struct flowtoll_answer *answer = NULL;
	struct ArrowArrayStream stream = {.release = NULL};
	enum flowtoll_rc rc = flowtoll_top(ft, &top, &answer, err);
	if (rc == FLOWTOLL_OK)
		rc = flowtoll_answer_arrow(answer, 0, &stream, err);
	if (rc == FLOWTOLL_OK)
		rc = flowtoll_answer_write(answer, 0, "table", NULL, to_file, stdout, err);
	flowtoll_answer_free(answer);
	if (stream.release != NULL) { /* it outlives its answer */
		add_up(&stream);
		stream.release(&stream);
	}
	return rc;
}

int
main(int argc, char **argv)
{
	struct flowtoll *ft = NULL;
	struct flowtoll_err err;
	pthread_t waiter;
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	pthread_sigmask(SIG_BLOCK, &set, NULL); /* before threads are started, which inherit it */
	enum flowtoll_rc rc = flowtoll_open(NULL, &ft, &err);
	if (rc != FLOWTOLL_OK)
		return fail(&err);
	if (pthread_create(&waiter, NULL, wait_for_interrupt, ft) != 0)
		abort();
	for (int i = 1; rc == FLOWTOLL_OK && i < argc; i++)
		rc = flowtoll_add_source(ft, argv[i], &err);
	if (rc == FLOWTOLL_OK)
		rc = ask(ft, &err);
	pthread_cancel(waiter);
	pthread_join(waiter, NULL);
	flowtoll_close(ft);
	return rc == FLOWTOLL_OK ? 0 : fail(&err);
}
