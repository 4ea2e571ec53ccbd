/* SPDX-License-Identifier: Apache-2.0
 *
 * See json_walk.h.
 */
#include "who/json_walk.h"

#include "base/file.h"
#include "base/limits.h"

#include <assert.h>
#include <string.h>

#include <jansson.h>

struct walk {
	const char *path;
	const char *text;
	size_t len;
	size_t at;
	const struct who_json_visitor *visitor;
	void *ctx;
};

static uint64_t
line_of(const struct walk *walk, size_t byte)
{
	uint64_t line = 1;
	const char *at = walk->text;
	const char *end = walk->text + byte;
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
	assert(byte <= walk->len);
	if (rc != FLOWTOLL_ERR_INPUT)
		return rc;
	if (err->file[0] == '\0')
		err_place(err, walk->path, line_of(walk, byte), byte);
	if (err->hint[0] == '\0')
		err_hint(err, "%s", walk->visitor->hint);
	return rc;
}

static enum flowtoll_rc
cut_off(const struct walk *walk, struct flowtoll_err *err)
{
	ERR(err, FLOWTOLL_ERR_INPUT, "not valid JSON: the text ends too early, as if it was cut off");
	return placed(walk, FLOWTOLL_ERR_INPUT, walk->len, err);
}

/* The next value whole. The caller frees it with json_decref. */
static enum flowtoll_rc
parse_value(struct walk *walk, json_t **value, struct flowtoll_err *err)
{
	json_error_t fault;
	size_t flags = JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY;
	*value = json_loadb(walk->text + walk->at, walk->len - walk->at, flags, &fault);
	if (*value != NULL) {
		assert(fault.position > 0);
		walk->at += (size_t)fault.position;
		return FLOWTOLL_OK;
	}
	/* jansson says nothing where its malloc failed outside of its text buffer */
	if (json_error_code(&fault) == json_error_out_of_memory || fault.text[0] == '\0')
		return err_memory(err, "reading JSON");
	size_t byte = walk->at + (fault.position > 0 ? (size_t)fault.position : 0);
	if (json_error_code(&fault) == json_error_premature_end_of_input || byte >= walk->len)
		return cut_off(walk, err);
	ERR(err, FLOWTOLL_ERR_INPUT, "not valid JSON: %s", fault.text);
	return placed(walk, FLOWTOLL_ERR_INPUT, byte, err);
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
at_end(struct walk *walk)
{
	while (walk->at < walk->len && is_space(walk->text[walk->at]))
		walk->at++;
	return walk->at == walk->len;
}

/* The next byte that is not space, '\0' at the end; it is not taken. */
static char
peek(struct walk *walk)
{
	return at_end(walk) ? '\0' : walk->text[walk->at];
}

/* Takes the next byte, which must be `one` or `other`. */
static enum flowtoll_rc
take(struct walk *walk, char one, char other, char *got, struct flowtoll_err *err)
{
	*got = peek(walk);
	if (at_end(walk))
		return cut_off(walk, err);
	if (*got == one || *got == other) {
		walk->at++;
		return FLOWTOLL_OK;
	}
	if (one == other)
		ERR(err, FLOWTOLL_ERR_INPUT, "not valid JSON: '%c' expected", one);
	else
		ERR(err, FLOWTOLL_ERR_INPUT, "not valid JSON: '%c' or '%c' expected", one, other);
	return placed(walk, FLOWTOLL_ERR_INPUT, walk->at, err);
}

static enum flowtoll_rc
walk_items(struct walk *walk, const char *key, struct flowtoll_err *err)
{
	if (at_end(walk))
		return cut_off(walk, err);
	if (peek(walk) != '[') {
		ERR(err, FLOWTOLL_ERR_INPUT, "%s is not a list", key);
		return placed(walk, FLOWTOLL_ERR_INPUT, walk->at, err);
	}
	walk->at++;
	if (peek(walk) == ']') {
		walk->at++;
		return FLOWTOLL_OK;
	}
	for (char next = ','; next == ',';) {
		size_t start = at_end(walk) ? walk->len : walk->at;
		json_t *item;
		TRY(parse_value(walk, &item, err));
		enum flowtoll_rc rc = walk->visitor->item(walk->ctx, (const struct who_json *)item, err);
		json_decref(item);
		if (rc != FLOWTOLL_OK)
			return placed(walk, rc, start, err);
		TRY(take(walk, ',', ']', &next, err));
	}
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
walk_value(struct walk *walk, const char *key, size_t key_at, struct flowtoll_err *err)
{
	bool items = false;
	enum flowtoll_rc rc = walk->visitor->key(walk->ctx, key, &items, err);
	if (rc != FLOWTOLL_OK)
		return placed(walk, rc, key_at, err);
	if (items)
		return walk_items(walk, key, err);
	json_t *value;
	TRY(parse_value(walk, &value, err));
	rc = walk->visitor->value(walk->ctx, key, json_string_value(value), err);
	json_decref(value);
	return placed(walk, rc, key_at, err);
}

static enum flowtoll_rc
walk_member(struct walk *walk, struct flowtoll_err *err)
{
	size_t key_at = walk->at;
	json_t *key;
	TRY(parse_value(walk, &key, err));
	assert(json_is_string(key));
	char colon;
	enum flowtoll_rc rc = take(walk, ':', ':', &colon, err);
	if (rc == FLOWTOLL_OK)
		rc = walk_value(walk, json_string_value(key), key_at, err);
	json_decref(key);
	return rc;
}

static enum flowtoll_rc
walk_document(struct walk *walk, struct flowtoll_err *err)
{
	char next = peek(walk);
	if (next != '{' && !at_end(walk)) {
		ERR(err, FLOWTOLL_ERR_INPUT, "not a JSON object: it does not begin with '{'");
		return placed(walk, FLOWTOLL_ERR_INPUT, walk->at, err);
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
	return placed(walk, walk->visitor->end(walk->ctx, err), walk->at, err);
}

/* Texts that are no JSON at all, for reasons that a person can do something about. */
static enum flowtoll_rc
check_start(struct walk *walk, struct flowtoll_err *err)
{
	const char *fault = NULL;
	const char *hint = walk->visitor->hint;
	if (walk->len >= 3 && memcmp(walk->text, "\xef\xbb\xbf", 3) == 0)
		walk->at = 3;
	if (walk->len >= 2 && memcmp(walk->text, "\x1f\x8b", 2) == 0) {
		fault = "this is a gzip file, not JSON";
		hint = "unpack it first, with gunzip";
	} else if (walk->len >= 2 && (memcmp(walk->text, "\xff\xfe", 2) == 0 ||
	                              memcmp(walk->text, "\xfe\xff", 2) == 0)) {
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
	return placed(walk, FLOWTOLL_ERR_INPUT, walk->at, err);
}

enum flowtoll_rc
who_json_walk(const char *path, size_t len_max, const struct who_json_visitor *visitor, void *ctx,
              struct flowtoll_err *err)
{
	static_assert(LIMIT_INVENTORY_BYTES <= INT32_MAX, "jansson tells positions as int");
	assert(len_max <= INT32_MAX);
	struct buf text;
	buf_init(&text, len_max);
	enum flowtoll_rc rc = file_read(path, &text, err);
	struct walk walk = {.path = path, .text = buf_text(&text), .len = text.len,
	                    .visitor = visitor, .ctx = ctx};
	if (rc == FLOWTOLL_OK)
		rc = check_start(&walk, err);
	if (rc == FLOWTOLL_OK)
		rc = walk_document(&walk, err);
	while (rc == FLOWTOLL_OK && !at_end(&walk)) {
		if (visitor->several) {
			rc = walk_document(&walk, err);
		} else {
			ERR(err, FLOWTOLL_ERR_INPUT, "not valid JSON: something follows its end");
			rc = placed(&walk, FLOWTOLL_ERR_INPUT, walk.at, err);
		}
	}
	buf_free(&text);
	return rc;
}

/* ---- values ------------------------------------------------------------------------------- */

/* A member of an object; NULL where it is null too. */
static const json_t *
member_of(const struct who_json *object, const char *key)
{
	const json_t *value = json_object_get((const json_t *)object, key);
	return json_is_null(value) ? NULL : value;
}

static enum flowtoll_rc
check_text(const json_t *value, const char *what, const char *key, const char **text,
           struct flowtoll_err *err)
{
	if (json_string_length(value) > LIMIT_JSON_TEXT_BYTES)
		return ERR(err, FLOWTOLL_ERR_INPUT, "%s: %s is longer than %d bytes", what, key,
		           LIMIT_JSON_TEXT_BYTES);
	*text = json_string_value(value);
	return FLOWTOLL_OK;
}

bool
who_json_is_object(const struct who_json *value)
{
	return json_is_object((const json_t *)value);
}

enum flowtoll_rc
who_json_text(const struct who_json *object, const char *key, const char *what, const char **text,
              struct flowtoll_err *err)
{
	const json_t *value = member_of(object, key);
	*text = NULL;
	if (value == NULL)
		return FLOWTOLL_OK;
	if (!json_is_string(value))
		return ERR(err, FLOWTOLL_ERR_INPUT, "%s: %s is not text", what, key);
	return check_text(value, what, key, text, err);
}

enum flowtoll_rc
who_json_flag(const struct who_json *object, const char *key, const char *what, bool *flag,
              struct flowtoll_err *err)
{
	const json_t *value = member_of(object, key);
	*flag = json_is_true(value);
	if (value != NULL && !json_is_boolean(value))
		return ERR(err, FLOWTOLL_ERR_INPUT, "%s: %s is neither true nor false", what, key);
	return FLOWTOLL_OK;
}

enum flowtoll_rc
who_json_object(const struct who_json *object, const char *key, const char *what,
                const struct who_json **inner, struct flowtoll_err *err)
{
	const json_t *value = member_of(object, key);
	*inner = (const struct who_json *)value;
	if (value != NULL && !json_is_object(value))
		return ERR(err, FLOWTOLL_ERR_INPUT, "%s: %s is not an object", what, key);
	return FLOWTOLL_OK;
}

enum flowtoll_rc
who_json_list(const struct who_json *object, const char *key, const char *what,
              struct who_json_list *list, struct flowtoll_err *err)
{
	const json_t *value = member_of(object, key);
	*list = (struct who_json_list){key, what, (const struct who_json *)value, 0};
	if (value != NULL && !json_is_array(value))
		return ERR(err, FLOWTOLL_ERR_INPUT, "%s: %s is not a list", what, key);
	return FLOWTOLL_OK;
}

static const json_t *
next_of(struct who_json_list *list)
{
	return json_array_get((const json_t *)list->list, list->next++); /* NULL past the last */
}

enum flowtoll_rc
who_json_next_object(struct who_json_list *list, const struct who_json **member,
                     struct flowtoll_err *err)
{
	const json_t *value = next_of(list);
	*member = (const struct who_json *)value;
	if (value != NULL && !json_is_object(value))
		return ERR(err, FLOWTOLL_ERR_INPUT, "%s: a member of %s is not an object", list->what,
		           list->key);
	return FLOWTOLL_OK;
}

enum flowtoll_rc
who_json_next_text(struct who_json_list *list, const char **text, struct flowtoll_err *err)
{
	const json_t *value = next_of(list);
	*text = NULL;
	if (value == NULL)
		return FLOWTOLL_OK;
	if (!json_is_string(value))
		return ERR(err, FLOWTOLL_ERR_INPUT, "%s: a member of %s is not text", list->what,
		           list->key);
	return check_text(value, list->what, list->key, text, err);
}
