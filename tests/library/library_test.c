/* SPDX-License-Identifier: Apache-2.0
 *
 * library_test SAMPLE LOGS TIMES: the installed library as another program meets it. Interruptions
 * while LOGS are read TIMES over, from another thread and from the progress callback; two sessions
 * in two threads; a fork; answers that outlive their session, as text and as an Arrow stream. Run
 * with LeakSanitizer.
 */
#include <flowtoll.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHECK(condition)                                                                           \
	do {                                                                                           \
		if (!(condition)) {                                                                        \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
			exit(1);                                                                               \
		}                                                                                          \
	} while (0)

static struct flowtoll *
open_session(const struct flowtoll_settings *settings, const char *source, int times)
{
	struct flowtoll *ft = NULL;
	struct flowtoll_err err = {0};
	CHECK(flowtoll_open(settings, &ft, &err) == FLOWTOLL_OK);
	for (int i = 0; i < times; i++)
		CHECK(flowtoll_add_source(ft, source, &err) == FLOWTOLL_OK);
	return ft;
}

static double
now_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- interruptions ------------------------------------------------------------------------ */

struct interruption {
	struct flowtoll *ft;
	double at_s;
	uint64_t rows;
};

static void *
interrupt_later(void *arg)
{
	struct interruption *interruption = arg;
	struct flowtoll_progress progress = {0};
	while (progress.rows < 1000) {
		usleep(10 * 1000);
		flowtoll_progress(interruption->ft, &progress);
	}
	interruption->rows = progress.rows;
	interruption->at_s = now_s();
	flowtoll_interrupt(interruption->ft);
	return NULL;
}

static bool
stop_soon(void *ctx, const struct flowtoll_progress *progress)
{
	struct interruption *interruption = ctx;
	if (progress->rows < 1000)
		return true;
	if (interruption->at_s == 0)
		interruption->at_s = now_s();
	interruption->rows = progress->rows;
	return false;
}

static void
ask_and_be_stopped(struct flowtoll *ft, const char *sql, struct flowtoll_answer **answer,
                   const struct interruption *interruption, const char *who)
{
	struct flowtoll_err err = {0};
	enum flowtoll_rc rc = flowtoll_sql(ft, sql, answer, &err);
	if (rc == FLOWTOLL_OK) /* rows that come at once are read here */
		rc = flowtoll_answer_keep(*answer, &err);
	const double took_s = now_s() - interruption->at_s;
	CHECK(rc == FLOWTOLL_ERR_INTERRUPTED && err.code == rc);
	CHECK(strcmp(err.message, "interrupted") == 0);
	CHECK(interruption->at_s > 0 && took_s < 1);
	printf("interrupted %s after %llu records: ended in %.3f s\n", who,
	       (unsigned long long)interruption->rows, took_s);
	flowtoll_answer_free(*answer);
	*answer = NULL;
}

static void
check_interruptions(const char *logs, int times)
{
	static const char *const questions[] = {
		"SELECT srcaddr, dstaddr, srcport, sum(bytes) FROM flows GROUP BY ALL",
		"SELECT * FROM flows",
	};
	for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
		struct interruption by_call = {0}, by_callback = {0};
		const struct flowtoll_settings settings = {.progress = stop_soon,
		                                           .progress_ctx = &by_callback};
		struct flowtoll_answer *answer = NULL;
		pthread_t thread;
		by_call.ft = open_session(NULL, logs, times);
		CHECK(pthread_create(&thread, NULL, interrupt_later, &by_call) == 0);
		ask_and_be_stopped(by_call.ft, questions[i], &answer, &by_call, "by a thread");
		pthread_join(thread, NULL);
		flowtoll_close(by_call.ft);
		struct flowtoll *ft = open_session(&settings, logs, times);
		ask_and_be_stopped(ft, questions[i], &answer, &by_callback, "by the callback");
		flowtoll_close(ft);
	}
}

/* ---- answers ------------------------------------------------------------------------------ */

static struct flowtoll_answer *
ask(const char *source, const char *sql)
{
	struct flowtoll *ft = open_session(NULL, source, 1);
	struct flowtoll_answer *answer = NULL;
	struct flowtoll_err err = {0};
	CHECK(flowtoll_sql(ft, sql, &answer, &err) == FLOWTOLL_OK);
	CHECK(flowtoll_answer_keep(answer, &err) == FLOWTOLL_OK);
	flowtoll_close(ft);
	return answer;
}

static bool
count_bytes(void *ctx, const char *bytes, size_t len)
{
	(void)bytes;
	*(size_t *)ctx += len;
	return true;
}

/* Rows and bytes of a stream, of which one child is moved out of its batch, as consumers do. */
static void
read_stream(struct ArrowArrayStream *stream, int64_t *rows, int64_t *sum)
{
	struct ArrowSchema schema;
	struct ArrowArray batch;
	*rows = *sum = 0;
	CHECK(stream->get_schema(stream, &schema) == 0);
	CHECK(schema.n_children == 3 && strcmp(schema.children[1]->format, "l") == 0);
	CHECK(strcmp(schema.children[0]->format, "U") == 0);
	CHECK(strcmp(schema.children[2]->dictionary->format, "u") == 0);
	schema.release(&schema);
	while (stream->get_next(stream, &batch) == 0 && batch.release != NULL) {
		struct ArrowArray moved = *batch.children[1];
		batch.children[1]->release = NULL;
		batch.release(&batch);
		*rows += moved.length;
		const uint8_t *valid = moved.buffers[0];
		for (int64_t i = 0; i < moved.length; i++)
			if (valid == NULL || (valid[i / 8] >> i % 8 & 1) != 0)
				*sum += ((const int64_t *)moved.buffers[1])[i];
		moved.release(&moved);
	}
	stream->release(stream);
}

static void
check_answers(const char *sample)
{
	struct flowtoll_answer *answer = ask(sample, "SELECT dstaddr, bytes, action FROM flows");
	struct flowtoll_err err = {0};
	int64_t sums[2], rows[2];
	size_t written[2] = {0};
	for (int i = 0; i < 2; i++) {
		struct ArrowArrayStream stream;
		CHECK(flowtoll_answer_write(answer, 0, "csv", NULL, count_bytes, &written[i], &err) ==
		      FLOWTOLL_OK);
		CHECK(flowtoll_answer_arrow(answer, 0, &stream, &err) == FLOWTOLL_OK);
		if (i == 1)
			flowtoll_answer_free(answer); /* the stream is its own */
		read_stream(&stream, &rows[i], &sums[i]);
	}
	CHECK(written[0] > 0 && written[0] == written[1]);
	CHECK(rows[0] == 24000 && rows[1] == 24000);
	CHECK(sums[0] > 0 && sums[1] == sums[0]);
	size_t parquet = 0;
	answer = ask(sample, "SELECT dstaddr, bytes, action FROM flows LIMIT 10");
	CHECK(flowtoll_answer_write(answer, 0, "parquet", NULL, count_bytes, &parquet, &err) ==
	      FLOWTOLL_OK);
	CHECK(parquet > 100);
	flowtoll_answer_free(answer);
	printf("answers outlive their session: %lld rows, %lld bytes\n", (long long)rows[1],
	       (long long)sums[1]);
}

/* ---- threads and forks -------------------------------------------------------------------- */

static void *
ask_in_thread(void *sample)
{
	for (int i = 0; i < 3; i++)
		flowtoll_answer_free(ask(sample, "SELECT dstaddr, sum(bytes) FROM flows GROUP BY ALL"));
	return NULL;
}

static void
check_threads(char *sample)
{
	pthread_t threads[2];
	for (int i = 0; i < 2; i++)
		CHECK(pthread_create(&threads[i], NULL, ask_in_thread, sample) == 0);
	for (int i = 0; i < 2; i++)
		CHECK(pthread_join(threads[i], NULL) == 0);
	printf("two sessions in two threads\n");
}

static void
check_fork(const char *sample)
{
	struct flowtoll *ft = open_session(NULL, sample, 1);
	struct flowtoll_answer *answer = NULL;
	struct flowtoll_err err = {0};
	char spill[1024];
	int status;
	CHECK(flowtoll_spill_folder(ft) != NULL);
	snprintf(spill, sizeof spill, "%s", flowtoll_spill_folder(ft));
	pid_t child = fork();
	if (child == 0) {
		CHECK(flowtoll_sql(ft, "SELECT 1", &answer, &err) == FLOWTOLL_ERR_USAGE);
		CHECK(answer == NULL && strstr(err.message, "fork") != NULL && err.hint[0] != '\0');
		CHECK(flowtoll_add_source(ft, sample, &err) == FLOWTOLL_ERR_USAGE);
		flowtoll_close(ft);
		flowtoll_answer_free(ask(sample, "SELECT count(*) FROM flows"));
		_exit(0);
	}
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	CHECK(access(spill, F_OK) == 0); /* the child has left it alone */
	CHECK(flowtoll_sql(ft, "SELECT 1", &answer, &err) == FLOWTOLL_OK);
	flowtoll_answer_free(answer);
	flowtoll_close(ft);
	printf("a fork is refused, and opens a session of its own\n");
}

int
main(int argc, char **argv)
{
	CHECK(argc == 4);
	check_answers(argv[1]);
	check_threads(argv[1]);
	check_fork(argv[1]);
	check_interruptions(argv[2], (int)strtol(argv[3], NULL, 10));
	return 0;
}
