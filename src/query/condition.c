/* SPDX-License-Identifier: Apache-2.0
 *
 * See condition.h.
 */
#include "query/condition.h"

#include "base/buf.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

/* The last byte of a comment that begins at `c`, or of the text; else NULL. They nest. */
static const char *
end_of_comment(const char *c)
{
	if (c[0] == '-' && c[1] == '-')
		return c + strcspn(c, "\n") - 1;
	if (c[0] != '/' || c[1] != '*')
		return NULL;
	unsigned depth = 0;
	for (; *c != '\0'; c++) {
		bool opens = c[0] == '/' && c[1] == '*', closes = c[0] == '*' && c[1] == '/';
		depth += opens;
		depth -= closes;
		c += opens || closes;
		if (depth == 0)
			return c;
	}
	return c - 1;
}

/* Parentheses and quotes that do not close would take in what follows the condition. */
static enum flowtoll_rc
check_balance(const char *flag, const char *condition, struct flowtoll_err *err)
{
	int depth = 0;
	const char *c = condition;
	for (; *c != '\0' && depth >= 0; c++) {
		const char *comment = end_of_comment(c);
		if (comment != NULL) {
			c = comment;
			continue;
		}
		if (*c == '\'' || *c == '"') {
			const char *close = strchr(c + 1, *c);
			if (close == NULL) {
				err_set(err, FLOWTOLL_ERR_USAGE, "a quotation begins here and does not end");
				err_place(err, flag, 1, (uint64_t)(c - condition));
				return err->code;
			}
			c = close;
		}
		depth += (*c == '(') - (*c == ')');
	}
	if (depth == 0)
		return FLOWTOLL_OK;
	err_set(err, FLOWTOLL_ERR_USAGE, depth > 0 ? "a parenthesis is not closed"
	                                           : "a parenthesis closes that was not opened");
	err_place(err, flag, 1, (uint64_t)(c - condition - (depth < 0)));
	return err->code;
}

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

bool
condition_names(const char *text, const char *column)
{
	size_t len = strlen(column);
	for (const char *at = text; (at = strcasestr(at, column)) != NULL; at++)
		if ((at == text || !is_word(at[-1])) && !is_word(at[len]))
			return true;
	return false;
}

enum flowtoll_rc
condition_check(struct engine *engine, const char *flag, const char *prefix, const char *condition,
                struct flowtoll_err *err)
{
	assert(flag != NULL && prefix != NULL);
	if (condition == NULL)
		return FLOWTOLL_OK;
	if (condition[strspn(condition, " \t\n")] == '\0') {
		err_set(err, FLOWTOLL_ERR_USAGE, "the condition is empty");
		err_place(err, flag, 1, 0);
		return err->code;
	}
	TRY(check_balance(flag, condition, err));
	struct buf sql;
	buf_init(&sql, LIMIT_SQL_BYTES);
	buf_addf(&sql, "%s (", prefix);
	size_t before = sql.len, len = strlen(condition);
	buf_addf(&sql, "%s\n)", condition);
	enum flowtoll_rc rc = buf_check(&sql, "reading a condition", err);
	uint64_t place = 0;
	if (rc == FLOWTOLL_OK)
		rc = engine_check(engine, buf_text(&sql), &place, err);
	buf_free(&sql);
	if (rc == FLOWTOLL_ERR_USAGE && place >= before + len) /* it says what we put behind it */
		err_set(err, FLOWTOLL_ERR_USAGE, "the condition ends too early");
	if (rc == FLOWTOLL_ERR_USAGE)
		err_place(err, flag, 1, place < before ? 0 : place - before < len ? place - before : len);
	return rc;
}
