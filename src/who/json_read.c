/* SPDX-License-Identifier: Apache-2.0
 *
 * See json_read.h. The NUL behind the text stops every loop, as it is part of nothing.
 */
#include "who/json_read.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <assert.h>
#include <string.h>

static_assert(LIMIT_INVENTORY_BYTES <= UINT32_MAX, "lengths have 32 bits");

void
who_json_reader_free(struct who_json_reader *reader)
{
	mem_free(reader->nodes);
	arena_free(&reader->texts);
	*reader = (struct who_json_reader){0};
}

void
who_json_forget_texts(struct who_json_reader *reader)
{
	if (reader->texts.size_bytes > 0)
		arena_free(&reader->texts);
}

bool
who_json_at_end(struct who_json_reader *reader)
{
	const char *at = reader->text + reader->at;
	while (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')
		at++;
	reader->at = (size_t)(at - reader->text);
	return reader->at == reader->len;
}

enum flowtoll_rc
who_json_cut_off(struct who_json_reader *reader, struct flowtoll_err *err)
{
	reader->at = reader->len;
	return ERR(err, FLOWTOLL_ERR_INPUT,
	           "not valid JSON: the text ends too early, as if it was cut off");
}

static enum flowtoll_rc
fail(struct who_json_reader *reader, const char *at, const char *fault, struct flowtoll_err *err)
{
	reader->at = (size_t)(at - reader->text);
	if (reader->at == reader->len)
		return who_json_cut_off(reader, err);
	return ERR(err, FLOWTOLL_ERR_INPUT, "not valid JSON: %s", fault);
}

static enum flowtoll_rc
add_node(struct who_json_reader *reader, enum who_json_type type, struct flowtoll_err *err)
{
	if (reader->count == LIMIT_JSON_VALUES)
		return ERR(err, FLOWTOLL_ERR_INPUT, "one item has more than %d values in it",
		           LIMIT_JSON_VALUES);
	struct who_json *nodes = mem_room(reader->nodes, reader->count, &reader->cap, sizeof *nodes);
	if (nodes == NULL)
		return err_memory(err, "reading JSON");
	reader->nodes = nodes;
	reader->nodes[reader->count++] = (struct who_json){.type = type, .skip = 1};
	return FLOWTOLL_OK;
}

/* ---- texts -------------------------------------------------------------------------------- */

/* Are the next eight bytes ASCII, with no control character, quote or backslash among them? */
static bool
is_plain(const char *at)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
	uint64_t word;
	memcpy(&word, at, sizeof word);
	const uint64_t quotes = word ^ ones * '"', slashes = word ^ ones * '\\';
	return ((word | ((quotes - ones) & ~quotes) | ((slashes - ones) & ~slashes) |
	         ((word - ones * 0x20) & ~word)) & highs) == 0;
}

/* The quote that ends the text which begins here. Escapes are only passed over. */
static enum flowtoll_rc
find_end(struct who_json_reader *reader, const char *at, const char **end, bool *has_escapes,
         struct flowtoll_err *err)
{
	const char *last = reader->text + reader->len;
	*has_escapes = false;
	for (;;) {
		while (last - at >= 8 && is_plain(at))
			at += 8;
		unsigned char c = (unsigned char)*at;
		if (c == '"')
			break;
		if (c == '\\') {
			*has_escapes = true;
			if (at[1] == '\0')
				return fail(reader, at + 1, "unknown escape in a text", err);
			at += at[1] == '"' || at[1] == '\\' ? 2 : 1;
		} else if (c < 0x20) {
			return fail(reader, at, "control character in a text", err);
		} else if (c < 0x80) {
			at++;
		} else {
			const char *fault;
			size_t size = utf8_size(at, &fault);
			if (size == 0)
				return fail(reader, fault, "bytes that are not UTF-8", err);
			at += size;
		}
	}
	*end = at;
	return FLOWTOLL_OK;
}

/* The four hexadecimal digits after "\u"; false: they are not there. */
static bool
read_hex(const char *at, uint32_t *code)
{
	*code = 0;
	for (int i = 0; i < 4; i++) {
		char c = at[i];
		uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
		                 : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10
		                 : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A') + 10
		                                        : 16;
		if (digit == 16)
			return false;
		*code = *code << 4 | digit;
	}
	return true;
}

static char *
write_utf8(char *out, uint32_t code)
{
	int more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
	static const unsigned char marks[] = {0x00, 0xc0, 0xe0, 0xf0};
	*out++ = (char)(marks[more] | code >> (6 * more));
	while (more-- > 0)
		*out++ = (char)(0x80 | (code >> (6 * more) & 0x3f));
	return out;
}

/* An escape: what follows the backslash, all of it before `end`. */
static enum flowtoll_rc
read_escape(struct who_json_reader *reader, const char **at, const char *end, char **out,
            struct flowtoll_err *err)
{
	static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	const char *c = *at, *letter = memchr(letters, *c, sizeof letters - 1);
	uint32_t code, second;
	if (letter != NULL) {
		*(*out)++ = values[letter - letters];
		*at = c + 1;
		return FLOWTOLL_OK;
	}
	if (*c != 'u' || end - c < 5 || !read_hex(c + 1, &code))
		return fail(reader, c, "unknown escape in a text", err);
	*at = c + 5;
	if (code >= 0xd800 && code < 0xe000) {
		if (code >= 0xdc00 || end - *at < 6 || memcmp(*at, "\\u", 2) != 0 ||
		    !read_hex(*at + 2, &second) || second < 0xdc00 || second >= 0xe000)
			return fail(reader, c, "half a surrogate pair in a text", err);
		code = 0x10000 + ((code & 0x3ff) << 10 | (second & 0x3ff));
		*at += 6;
	}
	if (code == 0)
		return fail(reader, c, "a NUL in a text", err);
	*out = write_utf8(*out, code);
	return FLOWTOLL_OK;
}

/* An escape is never shorter than what it stands for. */
static enum flowtoll_rc
unescape(struct who_json_reader *reader, const char *at, const char *end, struct who_json *node,
         struct flowtoll_err *err)
{
	char *text = arena_alloc(&reader->texts, (size_t)(end - at) + 1);
	char *out = text;
	if (text == NULL)
		return err_memory(err, "reading JSON");
	while (at < end) {
		if (*at != '\\') {
			*out++ = *at++;
			continue;
		}
		at++;
		TRY(read_escape(reader, &at, end, &out, err));
	}
	*out = '\0';
	node->text = text;
	node->len = (uint32_t)(out - text);
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_text(struct who_json_reader *reader, struct flowtoll_err *err)
{
	const char *begin = reader->text + reader->at + 1, *end = begin;
	bool has_escapes;
	TRY(find_end(reader, begin, &end, &has_escapes, err));
	TRY(add_node(reader, WHO_JSON_TEXT, err));
	struct who_json *node = &reader->nodes[reader->count - 1];
	if (has_escapes) {
		TRY(unescape(reader, begin, end, node, err));
	} else {
		reader->text[end - reader->text] = '\0';
		node->text = begin;
		node->len = (uint32_t)(end - begin);
	}
	reader->at = (size_t)(end - reader->text) + 1;
	return FLOWTOLL_OK;
}

/* ---- other scalars ------------------------------------------------------------------------ */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static enum flowtoll_rc
read_digits(struct who_json_reader *reader, const char **at, struct flowtoll_err *err)
{
	if (!is_digit(**at))
		return fail(reader, *at, "a digit expected", err);
	while (is_digit(**at))
		(*at)++;
	return FLOWTOLL_OK;
}

static uint32_t
small_number(const char *text, size_t len)
{
	uint64_t value = 0;
	for (size_t i = 0; i < len && value < UINT32_MAX; i++) {
		if (!is_digit(text[i]))
			return UINT32_MAX;
		value = value * 10 + (uint64_t)(text[i] - '0');
	}
	return value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}

static enum flowtoll_rc
read_number(struct who_json_reader *reader, struct flowtoll_err *err)
{
	const char *at = reader->text + reader->at;
	at += *at == '-';
	if (*at == '0' && is_digit(at[1]))
		return fail(reader, at, "a number that begins with 0", err);
	TRY(read_digits(reader, &at, err));
	if (*at == '.') {
		at++;
		TRY(read_digits(reader, &at, err));
	}
	if (*at == 'e' || *at == 'E') {
		at++;
		at += *at == '+' || *at == '-';
		TRY(read_digits(reader, &at, err));
	}
	const char *start = reader->text + reader->at;
	uint32_t value = small_number(start, (size_t)(at - start));
	reader->at = (size_t)(at - reader->text);
	TRY(add_node(reader, WHO_JSON_NUMBER, err));
	reader->nodes[reader->count - 1].len = value;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_word(struct who_json_reader *reader, struct flowtoll_err *err)
{
	static const struct {
		const char *word;
		enum who_json_type type;
	} words[] = {
		{"null", WHO_JSON_NULL}, {"false", WHO_JSON_FALSE}, {"true", WHO_JSON_TRUE}};
	const char *begin = reader->text + reader->at;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		size_t same = 0;
		while (words[i].word[same] != '\0' && begin[same] == words[i].word[same])
			same++;
		if (words[i].word[same] == '\0') {
			reader->at += same;
			return add_node(reader, words[i].type, err);
		}
		if (same > 0 && begin[same] == '\0')
			return fail(reader, begin + same, "an unknown word", err);
	}
	return fail(reader, begin, "a value expected", err);
}

/* ---- lists and objects -------------------------------------------------------------------- */

/* A key and its colon. */
static enum flowtoll_rc
read_key(struct who_json_reader *reader, struct flowtoll_err *err)
{
	(void)who_json_at_end(reader);
	if (reader->text[reader->at] != '"')
		return fail(reader, reader->text + reader->at, "'\"' expected", err);
	TRY(read_text(reader, err));
	(void)who_json_at_end(reader);
	if (reader->text[reader->at] != ':')
		return fail(reader, reader->text + reader->at, "':' expected", err);
	reader->at++;
	return FLOWTOLL_OK;
}

/* Opens a list or an object, up to its first value, or its end: then *is_open is false. */
static enum flowtoll_rc
open_node(struct who_json_reader *reader, enum who_json_type type, bool *is_open,
          struct flowtoll_err *err)
{
	if (reader->depth == LIMIT_JSON_DEPTH)
		return ERR(err, FLOWTOLL_ERR_INPUT, "not valid JSON: nested deeper than %d",
		           LIMIT_JSON_DEPTH);
	reader->open[reader->depth++] = (uint32_t)reader->count;
	TRY(add_node(reader, type, err));
	reader->at++;
	(void)who_json_at_end(reader);
	*is_open = reader->text[reader->at] != (type == WHO_JSON_LIST ? ']' : '}');
	return *is_open && type == WHO_JSON_OBJECT ? read_key(reader, err) : FLOWTOLL_OK;
}

/* After a value: up to the next one, or the end of all. */
static enum flowtoll_rc
close_nodes(struct who_json_reader *reader, struct flowtoll_err *err)
{
	while (reader->depth > 0) {
		uint32_t index = reader->open[reader->depth - 1];
		struct who_json *node = &reader->nodes[index];
		bool is_list = node->type == WHO_JSON_LIST;
		(void)who_json_at_end(reader);
		char c = reader->text[reader->at];
		if (c == ',') {
			reader->at++;
			return is_list ? FLOWTOLL_OK : read_key(reader, err);
		}
		if (c != (is_list ? ']' : '}'))
			return fail(reader, reader->text + reader->at,
			            is_list ? "',' or ']' expected" : "',' or '}' expected", err);
		reader->at++;
		reader->depth--;
		node->skip = (uint32_t)reader->count - index;
	}
	return FLOWTOLL_OK;
}

enum flowtoll_rc
who_json_read(struct who_json_reader *reader, const struct who_json **value,
              struct flowtoll_err *err)
{
	assert(reader->text[reader->len] == '\0');
	reader->count = reader->depth = 0;
	do {
		bool is_open = false;
		(void)who_json_at_end(reader);
		char c = reader->text[reader->at];
		if (c == '"')
			TRY(read_text(reader, err));
		else if (c == '{' || c == '[')
			TRY(open_node(reader, c == '[' ? WHO_JSON_LIST : WHO_JSON_OBJECT, &is_open, err));
		else if (c == '-' || is_digit(c))
			TRY(read_number(reader, err));
		else
			TRY(read_word(reader, err));
		if (!is_open)
			TRY(close_nodes(reader, err));
	} while (reader->depth > 0);
	*value = reader->nodes;
	return FLOWTOLL_OK;
}
