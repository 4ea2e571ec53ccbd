/* SPDX-License-Identifier: Apache-2.0
 *
 * See json_walk.h.
 */
#include "who/json_walk.h"

#include "base/file.h"
#include "base/limits.h"
#include "who/json_read.h"

#include <assert.h>
#include <string.h>

struct walk {
	const char *path;
	struct who_json_reader reader;
	const struct who_json_visitor *visitor;
	void *ctx;
};

static uint64_t
line_of(const struct walk *walk, size_t byte)
{
	uint64_t line = 1;
	const char *at = walk->reader.text;
	const char *end = at + byte;
	while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		at++;
		line++;
	}
	return line;
}

/* Completes an error of the input with its place and with what to do. */
static enum flowtoll_rc
placed(const struct walk *walk, enum flowtoll_rc rc, size_t byte, struct flowtoll_err *err)
{
	assert(byte <= walk->reader.len);
	if (rc != FLOWTOLL_ERR_INPUT)
		return rc;
	if (err->file[0] == '\0')
		err_place(err, walk->path, line_of(walk, byte), byte);
	if (err->hint[0] == '\0')
		err_hint(err, "%s", walk->visitor->hint);
	return rc;
}

static enum flowtoll_rc
cut_off(struct walk *walk, struct flowtoll_err *err)
{
	return placed(walk, who_json_cut_off(&walk->reader, err), walk->reader.len, err);
}

static enum flowtoll_rc
read_value(struct walk *walk, const struct who_json **value, struct flowtoll_err *err)
{
	enum flowtoll_rc rc = who_json_read(&walk->reader, value, err);
	return placed(walk, rc, walk->reader.at, err);
}

static bool
at_end(struct walk *walk)
{
	return who_json_at_end(&walk->reader);
}

/* The next byte that is not space, '\0' at the end; it is not taken. */
static char
peek(struct walk *walk)
{
	return at_end(walk) ? '\0' : walk->reader.text[walk->reader.at];
}

/* Takes the next byte, which must be `one` or `other`. */
static enum flowtoll_rc
take(struct walk *walk, char one, char other, char *got, struct flowtoll_err *err)
{
	*got = peek(walk);
	if (at_end(walk))
		return cut_off(walk, err);
	if (*got == one || *got == other) {
		walk->reader.at++;
		return FLOWTOLL_OK;
	}
	if (one == other)
		ERR(err, FLOWTOLL_ERR_INPUT, "not valid JSON: '%c' expected", one);
	else
		ERR(err, FLOWTOLL_ERR_INPUT, "not valid JSON: '%c' or '%c' expected", one, other);
	return placed(walk, FLOWTOLL_ERR_INPUT, walk->reader.at, err);
}

static enum flowtoll_rc
walk_items(struct walk *walk, const char *key, struct flowtoll_err *err)
{
	if (at_end(walk))
		return cut_off(walk, err);
	if (peek(walk) != '[') {
		ERR(err, FLOWTOLL_ERR_INPUT, "%s is not a list", key);
		return placed(walk, FLOWTOLL_ERR_INPUT, walk->reader.at, err);
	}
	walk->reader.at++;
	if (peek(walk) == ']') {
		walk->reader.at++;
		return FLOWTOLL_OK;
	}
	for (char next = ','; next == ',';) {
		const struct who_json *item;
		(void)at_end(walk);
		size_t start = walk->reader.at;
		who_json_forget_texts(&walk->reader);
		TRY(read_value(walk, &item, err));
		TRY(placed(walk, walk->visitor->item(walk->ctx, item, err), start, err));
		TRY(take(walk, ',', ']', &next, err));
	}
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
walk_value(struct walk *walk, const char *key, size_t key_at, struct flowtoll_err *err)
{
	bool items = false;
	TRY(placed(walk, walk->visitor->key(walk->ctx, key, &items, err), key_at, err));
	if (items)
		return walk_items(walk, key, err);
	const struct who_json *value;
	TRY(read_value(walk, &value, err));
	if (walk->visitor->object != NULL && who_json_is_object(value))
		return placed(walk, walk->visitor->object(walk->ctx, key, value, err), key_at, err);
	return placed(walk, walk->visitor->value(walk->ctx, key, value->text, err), key_at, err);
}

static enum flowtoll_rc
walk_member(struct walk *walk, struct flowtoll_err *err)
{
	size_t key_at = walk->reader.at;
	const struct who_json *key;
	char colon;
	who_json_forget_texts(&walk->reader);
	TRY(read_value(walk, &key, err));
	assert(key->type == WHO_JSON_TEXT);
	const char *name = key->text; /* the node is used again */
	TRY(take(walk, ':', ':', &colon, err));
	return walk_value(walk, name, key_at, err);
}

static enum flowtoll_rc
walk_document(struct walk *walk, struct flowtoll_err *err)
{
	char next = peek(walk);
	if (next != '{' && !at_end(walk)) {
		ERR(err, FLOWTOLL_ERR_INPUT, "not a JSON object: it does not begin with '{'");
		return placed(walk, FLOWTOLL_ERR_INPUT, walk->reader.at, err);
	}
	TRY(take(walk, '{', '{', &next, err));
	if (peek(walk) == '}')
		TRY(take(walk, '}', '}', &next, err));
	while (next != '}') {
		if (peek(walk) != '"')
			return take(walk, '"', '"', &next, err);
		TRY(walk_member(walk, err));
		TRY(take(walk, ',', '}', &next, err));
	}
	return placed(walk, walk->visitor->end(walk->ctx, err), walk->reader.at, err);
}

/* Texts that are no JSON at all, for reasons that a person can do something about. */
static enum flowtoll_rc
check_start(struct walk *walk, struct flowtoll_err *err)
{
	const char *fault = NULL;
	const char *hint = walk->visitor->hint;
	const char *text = walk->reader.text;
	size_t len = walk->reader.len;
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		walk->reader.at = 3;
	if (len >= 2 && memcmp(text, "\x1f\x8b", 2) == 0) {
		fault = "this is a gzip file, not JSON";
		hint = "unpack it first, with gunzip";
	} else if (len >= 2 &&
	           (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0)) {
		fault = "this is UTF-16 text, not UTF-8";
		hint = "save it as UTF-8; PowerShell's > writes UTF-16, | Set-Content -Encoding utf8 FILE "
		       "does not";
	} else if (at_end(walk)) {
		fault = "the file is empty";
	}
	if (fault == NULL)
		return FLOWTOLL_OK;
	ERR(err, FLOWTOLL_ERR_INPUT, "%s", fault);
	err_hint(err, "%s", hint);
	return placed(walk, FLOWTOLL_ERR_INPUT, walk->reader.at, err);
}

enum flowtoll_rc
who_json_walk_text(const char *name, char *text, size_t len,
                   const struct who_json_visitor *visitor, void *ctx, struct flowtoll_err *err)
{
	struct walk walk = {.path = name, .visitor = visitor, .ctx = ctx};
	assert(text[len] == '\0');
	walk.reader.text = text;
	walk.reader.len = len;
	enum flowtoll_rc rc = check_start(&walk, err);
	if (rc == FLOWTOLL_OK)
		rc = walk_document(&walk, err);
	while (rc == FLOWTOLL_OK && !at_end(&walk)) {
		if (visitor->several) {
			rc = walk_document(&walk, err);
		} else {
			ERR(err, FLOWTOLL_ERR_INPUT, "not valid JSON: something follows its end");
			rc = placed(&walk, FLOWTOLL_ERR_INPUT, walk.reader.at, err);
		}
	}
	who_json_reader_free(&walk.reader);
	return rc;
}

enum flowtoll_rc
who_json_walk(const char *path, size_t len_max, const struct who_json_visitor *visitor, void *ctx,
              struct flowtoll_err *err)
{
	struct buf text;
	char nothing[] = "";
	buf_init(&text, len_max);
	enum flowtoll_rc rc = file_read(path, &text, err);
	if (rc == FLOWTOLL_OK)
		rc = who_json_walk_text(path, text.len > 0 ? text.data : nothing, text.len, visitor, ctx,
		                        err);
	buf_free(&text);
	return rc;
}

/* ---- values ------------------------------------------------------------------------------- */

/* A member of an object, the first of that name; NULL where it is null too. */
static const struct who_json *
member_of(const struct who_json *object, const char *key)
{
	if (object == NULL || object->type != WHO_JSON_OBJECT)
		return NULL;
	size_t len = strlen(key);
	const struct who_json *end = object + object->skip;
	for (const struct who_json *at = object + 1; at < end;) {
		const struct who_json *value = at + 1;
		if (at->len == len && memcmp(at->text, key, len) == 0)
			return value->type != WHO_JSON_NULL ? value : NULL;
		at = value + value->skip;
	}
	return NULL;
}

static enum flowtoll_rc
check_text(const struct who_json *value, const char *what, const char *key, const char **text,
           struct flowtoll_err *err)
{
	if (value->len > LIMIT_JSON_TEXT_BYTES)
		return ERR(err, FLOWTOLL_ERR_INPUT, "%s: %s is longer than %d bytes", what, key,
		           LIMIT_JSON_TEXT_BYTES);
	*text = value->text;
	return FLOWTOLL_OK;
}

bool
who_json_is_object(const struct who_json *value)
{
	return value->type == WHO_JSON_OBJECT;
}

enum flowtoll_rc
who_json_text(const struct who_json *object, const char *key, const char *what, const char **text,
              struct flowtoll_err *err)
{
	const struct who_json *value = member_of(object, key);
	*text = NULL;
	if (value == NULL)
		return FLOWTOLL_OK;
	if (value->type != WHO_JSON_TEXT)
		return ERR(err, FLOWTOLL_ERR_INPUT, "%s: %s is not text", what, key);
	return check_text(value, what, key, text, err);
}

enum flowtoll_rc
who_json_flag(const struct who_json *object, const char *key, const char *what, bool *flag,
              struct flowtoll_err *err)
{
	const struct who_json *value = member_of(object, key);
	*flag = value != NULL && value->type == WHO_JSON_TRUE;
	if (value != NULL && !*flag && value->type != WHO_JSON_FALSE)
		return ERR(err, FLOWTOLL_ERR_INPUT, "%s: %s is neither true nor false", what, key);
	return FLOWTOLL_OK;
}

enum flowtoll_rc
who_json_count(const struct who_json *object, const char *key, const char *what, uint32_t *count,
               struct flowtoll_err *err)
{
	const struct who_json *value = member_of(object, key);
	*count = 0;
	if (value == NULL)
		return FLOWTOLL_OK;
	if (value->type != WHO_JSON_NUMBER || value->len == UINT32_MAX)
		return ERR(err, FLOWTOLL_ERR_INPUT, "%s: %s is no number of anything", what, key);
	*count = value->len;
	return FLOWTOLL_OK;
}

enum flowtoll_rc
who_json_object(const struct who_json *object, const char *key, const char *what,
                const struct who_json **inner, struct flowtoll_err *err)
{
	const struct who_json *value = member_of(object, key);
	*inner = value;
	if (value != NULL && value->type != WHO_JSON_OBJECT)
		return ERR(err, FLOWTOLL_ERR_INPUT, "%s: %s is not an object", what, key);
	return FLOWTOLL_OK;
}

enum flowtoll_rc
who_json_list(const struct who_json *object, const char *key, const char *what,
              struct who_json_list *list, struct flowtoll_err *err)
{
	const struct who_json *value = member_of(object, key);
	*list = (struct who_json_list){.key = key, .what = what};
	if (value == NULL)
		return FLOWTOLL_OK;
	if (value->type != WHO_JSON_LIST)
		return ERR(err, FLOWTOLL_ERR_INPUT, "%s: %s is not a list", what, key);
	list->next = value + 1;
	list->end = value + value->skip;
	return FLOWTOLL_OK;
}

static const struct who_json *
next_of(struct who_json_list *list)
{
	const struct who_json *value = list->next;
	if (value == list->end)
		return NULL;
	list->next += value->skip;
	return value;
}

enum flowtoll_rc
who_json_next_object(struct who_json_list *list, const struct who_json **member,
                     struct flowtoll_err *err)
{
	const struct who_json *value = next_of(list);
	*member = value;
	if (value != NULL && value->type != WHO_JSON_OBJECT)
		return ERR(err, FLOWTOLL_ERR_INPUT, "%s: a member of %s is not an object", list->what,
		           list->key);
	return FLOWTOLL_OK;
}

enum flowtoll_rc
who_json_next_text(struct who_json_list *list, const char **text, struct flowtoll_err *err)
{
	const struct who_json *value = next_of(list);
	*text = NULL;
	if (value == NULL)
		return FLOWTOLL_OK;
	if (value->type != WHO_JSON_TEXT)
		return ERR(err, FLOWTOLL_ERR_INPUT, "%s: a member of %s is not text", list->what,
		           list->key);
	return check_text(value, list->what, list->key, text, err);
}
