/* SPDX-License-Identifier: Apache-2.0
 *
 * For tests that ask: a session, and answers or errors as text.
 */
#ifndef TEST_ASK_H
#define TEST_ASK_H

#include "test_logs.h"

#include "flowtoll.h"

static struct flowtoll *ask_session;
static struct flowtoll_err ask_err;

/* A session with these settings and sources; the last source is NULL. */
static inline void
ask_open(const struct flowtoll_settings *settings, const char *const *sources)
{
	assert_null(ask_session);
	assert_int_equal(flowtoll_open(settings, &ask_session, &ask_err), FLOWTOLL_OK);
	for (; sources != NULL && *sources != NULL; sources++)
		assert_int_equal(flowtoll_add_source(ask_session, *sources, &ask_err), FLOWTOLL_OK);
}

static inline void
ask_close(void)
{
	flowtoll_close(ask_session);
	ask_session = NULL;
}

static inline void
assert_begins(const char *text, const char *begin)
{
	if (strncmp(text, begin, strlen(begin)) != 0)
		fail_msg("%.500s\ndoes not begin with\n%s", text, begin);
}

static inline bool
ask_take(void *ctx, const char *bytes, size_t len)
{
	buf_add(ctx, bytes, len);
	return true;
}

static inline const char *
ask_error(enum flowtoll_rc rc)
{
	static char text[1024];
	snprintf(text, sizeof text, "error %d: %s", (int)rc, ask_err.message);
	assert_int_equal(rc, ask_err.code);
	return text;
}

/* All tables of an answer, which is freed; lent until the next call. CSV goes without its first
 * line. */
static inline const char *
ask_text(struct flowtoll_answer *answer, const char *format)
{
	static struct buf text;
	static bool is_made;
	if (!is_made)
		buf_init(&text, 64 << 20);
	is_made = true;
	buf_clear(&text);
	for (size_t i = 0; i < flowtoll_answer_table_count(answer); i++) {
		size_t begin = text.len;
		enum flowtoll_rc rc = flowtoll_answer_write(answer, i, format, NULL, ask_take, &text,
		                                            &ask_err);
		if (rc != FLOWTOLL_OK) {
			flowtoll_answer_free(answer);
			return ask_error(rc);
		}
		char *end = strcmp(format, "csv") == 0 ? strchr(text.data + begin, '\n') : NULL;
		if (end != NULL) {
			size_t rest = text.len - (size_t)(end + 1 - text.data);
			memmove(text.data + begin, end + 1, rest + 1);
			text.len = begin + rest;
		}
	}
	flowtoll_answer_free(answer);
	assert_false(text.failed);
	return buf_text(&text);
}

static inline const char *
ask_sql(const char *query)
{
	struct flowtoll_answer *answer = NULL;
	enum flowtoll_rc rc = flowtoll_sql(ask_session, query, &answer, &ask_err);
	return rc == FLOWTOLL_OK ? ask_text(answer, "csv") : ask_error(rc);
}

static inline const char *
ask_json(const char *query)
{
	struct flowtoll_answer *answer = NULL;
	enum flowtoll_rc rc = flowtoll_sql(ask_session, query, &answer, &ask_err);
	return rc == FLOWTOLL_OK ? ask_text(answer, "json") : ask_error(rc);
}

static inline const char *
ask_top(const struct flowtoll_top *top)
{
	struct flowtoll_answer *answer = NULL;
	enum flowtoll_rc rc = flowtoll_top(ask_session, top, &answer, &ask_err);
	return rc == FLOWTOLL_OK ? ask_text(answer, "csv") : ask_error(rc);
}

/* Rank by these keys, all else as it is. */
static inline const char *
ask_keys(const char *keys)
{
	return ask_top(&(struct flowtoll_top){.keys = &keys, .key_count = 1});
}

static inline struct flowtoll_counts
ask_counts(void)
{
	struct flowtoll_counts counts;
	flowtoll_counts(ask_session, &counts);
	return counts;
}

/* "FILE:LINE (BYTE) MESSAGE xCOUNT", a line each, files without their folder. */
static inline const char *
ask_faults(void)
{
	static char text[65536];
	struct flowtoll_fault fault;
	size_t len = 0;
	text[0] = '\0';
	for (size_t i = 0; i < flowtoll_fault_count(ask_session); i++) {
		assert_true(flowtoll_fault_at(ask_session, i, &fault));
		const char *slash = strrchr(fault.file, '/');
		len += (size_t)snprintf(text + len, sizeof text - len, "%s:%llu (%llu) %s x%llu\n",
		                        slash != NULL ? slash + 1 : fault.file,
		                        (unsigned long long)fault.line, (unsigned long long)fault.byte,
		                        fault.message, (unsigned long long)fault.count);
		assert_true(len < sizeof text);
	}
	assert_false(flowtoll_fault_at(ask_session, flowtoll_fault_count(ask_session), &fault));
	return text;
}

static inline int
ask_teardown(void **state)
{
	ask_close();
	return logs_end(state);
}

#endif
