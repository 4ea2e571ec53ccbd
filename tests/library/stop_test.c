/* SPDX-License-Identifier: Apache-2.0
 *
 * stop_test who BOOTSTRAP | top BOOTSTRAP LOGS | source URL | read URL | get URL FOLDER: asks what
 * a server shall not answer, is told by a line on standard input to stop, and does so once, or
 * where BY_CALLBACK is in the environment by what its progress callback returns: the call must
 * return FLOWTOLL_ERR_INTERRUPTED. Prints how long that took, in milliseconds, and the most queries
 * that the progress told of. Run with LeakSanitizer by tests/api/test_stop.py.
 */
#include <flowtoll.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct stopping {
	struct flowtoll *ft;
	bool by_callback;
	atomic_bool stop;
	atomic_llong at_ms; /* when it was told to */
	atomic_ullong lookups;
};

static long long
now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void *
stop_once(void *arg)
{
	struct stopping *stopping = arg;
	char line[16];
	if (fgets(line, sizeof line, stdin) == NULL)
		abort();
	atomic_store(&stopping->at_ms, now_ms());
	atomic_store(&stopping->stop, true);
	if (stopping->ft != NULL && !stopping->by_callback)
		flowtoll_interrupt(stopping->ft);
	return NULL;
}

static bool
must_stop(void *ctx)
{
	return atomic_load(&((struct stopping *)ctx)->stop);
}

static bool
on_progress(void *ctx, const struct flowtoll_progress *progress)
{
	struct stopping *stopping = ctx;
	if (progress->lookups > atomic_load(&stopping->lookups) &&
	    progress->lookups <= progress->lookups_max)
		atomic_store(&stopping->lookups, progress->lookups);
	return !stopping->by_callback || !atomic_load(&stopping->stop);
}

static enum flowtoll_rc
ask(struct stopping *stopping, char **words, struct flowtoll_answer **answer,
    struct flowtoll_err *err)
{
	const char *address = "8.8.8.8", *keys = "dst.owner";
	enum flowtoll_rc rc = FLOWTOLL_OK;
	if (strcmp(words[0], "get") == 0) {
		struct flowtoll_get_counts counts;
		const struct flowtoll_get get = {
			.source = words[1], .folder = words[2], .stop = must_stop, .ctx = stopping};
		return flowtoll_get(&get, &counts, err);
	}
	if (strcmp(words[0], "who") == 0)
		return flowtoll_who(stopping->ft,
		                    &(struct flowtoll_who){.addresses = &address, .address_count = 1},
		                    answer, err);
	rc = flowtoll_add_source(stopping->ft, words[strcmp(words[0], "top") == 0 ? 2 : 1], err);
	if (rc == FLOWTOLL_OK)
		rc = flowtoll_top(stopping->ft, &(struct flowtoll_top){.keys = &keys, .key_count = 1},
		                  answer, err);
	return rc;
}

int
main(int argc, char **argv)
{
	struct stopping stopping = {.by_callback = getenv("BY_CALLBACK") != NULL};
	struct flowtoll_answer *answer = NULL;
	struct flowtoll_err err = {.code = FLOWTOLL_OK};
	const bool asks = argc > 2 && (strcmp(argv[1], "who") == 0 || strcmp(argv[1], "top") == 0);
	const struct flowtoll_settings settings = {
		.ask_registries = asks,
		.rdap_bootstraps = (const char *const *)&argv[2],
		.rdap_bootstrap_count = asks ? 1 : 0,
		.progress = on_progress,
		.progress_ctx = &stopping,
	};
	pthread_t thread;
	if (argc < 3 || (strcmp(argv[1], "get") != 0 &&
	                 flowtoll_open(&settings, &stopping.ft, &err) != FLOWTOLL_OK))
		return 2;
	if (pthread_create(&thread, NULL, stop_once, &stopping) != 0)
		return 2;
	enum flowtoll_rc rc = ask(&stopping, &argv[1], &answer, &err);
	long long took_ms = now_ms() - atomic_load(&stopping.at_ms);
	pthread_join(thread, NULL);
	if (rc == FLOWTOLL_ERR_INTERRUPTED)
		printf("%lld %llu\n", took_ms, atomic_load(&stopping.lookups));
	else
		printf("returned %d: %s\n", (int)rc, err.message);
	flowtoll_answer_free(answer);
	/* it was of that question alone */
	if (stopping.ft != NULL && flowtoll_sql(stopping.ft, "SELECT 42", &answer, &err) != FLOWTOLL_OK)
		return 3;
	flowtoll_answer_free(stopping.ft != NULL ? answer : NULL);
	flowtoll_close(stopping.ft);
	return 0;
}
