/* SPDX-License-Identifier: Apache-2.0
 *
 * What is known as lines of JSON, and back. A line is
 *
 *     {"first":"52.216.0.0","last":"52.219.255.255","found":true,"as_of":"2026-11-20T10:00:00Z",
 *      "registry":"arin","source":"https://...","name":"AMAZO-4","owner":"Amazon.com, Inc.",...}
 */
#include "registry/cache_text.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/when.h"
#include "registry/ranges.h"
#include "registry/registry_shared.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PIECE_BYTES = 64 * 1024 };

/* ---- out ---------------------------------------------------------------------------------- */

static bool
set(json_t *object, const char *key, const char *text)
{
	return text == NULL || json_object_set_new(object, key, json_string(text)) == 0;
}

static json_t *
object_of(const struct registry_range *range)
{
	char first[IP_TEXT_MAX], last[IP_TEXT_MAX], when[WHEN_TEXT_MAX];
	json_t *object = json_object();
	ip_print(range->first, first);
	ip_print(range->last, last);
	when_print(range->as_of_s * WHEN_SECOND_US, when);
	bool ok = set(object, "first", first) && set(object, "last", last) &&
		json_object_set_new(object, "found", json_boolean(range->found)) == 0 &&
		set(object, "as_of", when);
#define CACHE_TEXT_SET(text) ok = ok && set(object, #text, range->text);
	REGISTRY_TEXTS(CACHE_TEXT_SET)
#undef CACHE_TEXT_SET
	if (ok)
		return object;
	json_decref(object);
	return NULL;
}

/* Where jansson's pieces go. */
struct sink {
	flowtoll_write_fn *write;
	void *ctx;
	bool failed;
};

static int
take_piece(const char *bytes, size_t len, void *ctx)
{
	struct sink *sink = ctx;
	sink->failed = sink->failed || !sink->write(sink->ctx, bytes, len);
	return sink->failed ? -1 : 0;
}

enum flowtoll_rc
cache_text_write(const struct registry_range *range, flowtoll_write_fn *write, void *ctx,
                 struct flowtoll_err *err)
{
	struct sink sink = {.write = write, .ctx = ctx};
	json_t *object = object_of(range);
	int code = object == NULL ? -1 : json_dump_callback(object, take_piece, &sink,
	                                                    JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(object);
	if (code == 0)
		code = take_piece("\n", 1, &sink);
	if (sink.failed)
		return ERR(err, FLOWTOLL_ERR_OUTPUT, "what is kept could not be written");
	return code == 0 ? FLOWTOLL_OK : err_memory(err, "writing what is kept");
}

enum flowtoll_rc
registry_cache_export(const struct registry *registry, const struct registry_part *part,
                      flowtoll_write_fn *write, void *ctx, size_t *count, struct flowtoll_err *err)
{
	*count = 0;
	for (size_t i = 0; i < registry->ranges.count; i++) {
		const struct registry_range *range = registry->ranges.sorted[i];
		if (!registry_part_has(part, range))
			continue;
		TRY(cache_text_write(range, write, ctx, err));
		++*count;
	}
	return FLOWTOLL_OK;
}

/* ---- in ----------------------------------------------------------------------------------- */

static enum flowtoll_rc
get_ip(const json_t *object, const char *key, struct ip *ip, struct flowtoll_err *err)
{
	const char *text = json_string_value(json_object_get(object, key));
	if (text != NULL && ip_parse(text, strlen(text), ip))
		return FLOWTOLL_OK;
	return ERR(err, FLOWTOLL_ERR_INPUT, "%s is no address", key);
}

static enum flowtoll_rc
get_text(const json_t *object, const char *key, const char **text, struct flowtoll_err *err)
{
	const json_t *value = json_object_get(object, key);
	*text = json_string_value(value);
	if (value == NULL || json_is_null(value))
		return FLOWTOLL_OK;
	if (*text == NULL)
		return ERR(err, FLOWTOLL_ERR_INPUT, "%s is no text", key);
	if (strlen(*text) > LIMIT_RDAP_REMARK_BYTES)
		return ERR(err, FLOWTOLL_ERR_INPUT, "%s has more than %d bytes", key,
		           (int)LIMIT_RDAP_REMARK_BYTES);
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
range_of(const json_t *object, struct registry_range *range, struct flowtoll_err *err)
{
	struct flowtoll_err no_date;
	const json_t *found = json_object_get(object, "found");
	const char *as_of = json_string_value(json_object_get(object, "as_of"));
	int64_t at_us;
	*range = (struct registry_range){.found = json_is_true(found)};
	if (!json_is_object(object))
		return ERR(err, FLOWTOLL_ERR_INPUT, "the line is no JSON object");
	TRY(get_ip(object, "first", &range->first, err));
	TRY(get_ip(object, "last", &range->last, err));
	if (!json_is_boolean(found))
		return ERR(err, FLOWTOLL_ERR_INPUT, "found is neither true nor false");
	if (as_of == NULL || when_parse(as_of, 0, &at_us, &no_date) != FLOWTOLL_OK)
		return ERR(err, FLOWTOLL_ERR_INPUT, "as_of is no time such as 2026-11-20T10:00:00Z");
	range->as_of_s = at_us / WHEN_SECOND_US;
#define CACHE_TEXT_GET(text) TRY(get_text(object, #text, &range->text, err));
	REGISTRY_TEXTS(CACHE_TEXT_GET)
#undef CACHE_TEXT_GET
	if (!registry_range_ok(range))
		return ERR(err, FLOWTOLL_ERR_INPUT, "first and last are no range that anyone holds");
	return FLOWTOLL_OK;
}

enum flowtoll_rc
cache_text_line(const char *line, size_t len,
                enum flowtoll_rc (*take)(void *ctx, const struct registry_range *range,
                                         struct flowtoll_err *err),
                void *ctx, struct flowtoll_err *err)
{
	struct registry_range range;
	json_error_t error;
	json_t *object = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
	enum flowtoll_rc rc = object != NULL ? range_of(object, &range, err)
		: ERR(err, FLOWTOLL_ERR_INPUT, "the line is not JSON: %.100s", error.text);
	if (rc == FLOWTOLL_OK)
		rc = take(ctx, &range, err);
	json_decref(object);
	return rc;
}

/* A file that comes in. */
struct import {
	struct registry *registry;
	struct buf line;
	uint64_t number;
	uint64_t begins; /* where the line does, in bytes */
	size_t count;
};

static enum flowtoll_rc
put(void *ctx, const struct registry_range *range, struct flowtoll_err *err)
{
	struct import *import = ctx;
	struct registry_cache *cache = &import->registry->cache;
	if (++import->count > LIMIT_KEPT_RANGES)
		return ERR(err, FLOWTOLL_ERR_INPUT, "more than %d ranges", (int)LIMIT_KEPT_RANGES);
	registry_cache_put(cache, range);
	if (cache->db == NULL || cache->read_only)
		return ERR(err, FLOWTOLL_ERR_OUTPUT, "cannot write %.400s", cache->path);
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
end_line(struct import *import, struct flowtoll_err *err)
{
	const char *text = buf_text(&import->line);
	size_t len = import->line.len;
	import->number++;
	enum flowtoll_rc rc = strspn(text, " \t\r") == len ? FLOWTOLL_OK
		: cache_text_line(text, len, put, import, err);
	if (rc == FLOWTOLL_OK)
		import->begins += len + 1;
	buf_clear(&import->line);
	return rc;
}

static enum flowtoll_rc
take_bytes(struct import *import, const char *bytes, size_t len, struct flowtoll_err *err)
{
	while (len > 0) {
		const char *end = memchr(bytes, '\n', len);
		size_t part = end != NULL ? (size_t)(end - bytes) : len;
		bool is_long = part > import->line.len_max - import->line.len;
		buf_add(&import->line, bytes, part);
		if (is_long) {
			import->number++;
			return ERR(err, FLOWTOLL_ERR_INPUT, "a line of more than %d bytes",
			           (int)LIMIT_KEPT_LINE_BYTES);
		}
		TRY(buf_check(&import->line, "reading what was kept", err));
		bytes += part + (end != NULL);
		len -= part + (end != NULL);
		if (end != NULL)
			TRY(end_line(import, err));
	}
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_lines(struct import *import, int fd, const char *path, struct flowtoll_err *err)
{
	char piece[PIECE_BYTES];
	enum flowtoll_rc rc = FLOWTOLL_OK;
	for (;;) {
		ssize_t got = file_read_some(fd, piece, sizeof piece);
		if (got < 0)
			rc = ERR(err, FLOWTOLL_ERR_INPUT, "cannot read %.300s", path);
		if (got <= 0)
			break;
		rc = take_bytes(import, piece, (size_t)got, err);
		if (rc != FLOWTOLL_OK)
			break;
	}
	if (rc == FLOWTOLL_OK && import->line.len > 0)
		rc = end_line(import, err);
	if (rc == FLOWTOLL_ERR_INPUT) {
		err_place(err, path, import->number, import->begins);
		err_hint(err, "nothing of it was taken in; such a file is what `flowtoll who --cache "
		              "export` writes");
	}
	return rc;
}

enum flowtoll_rc
registry_cache_import(struct registry *registry, const char *path, size_t *count,
                      struct flowtoll_err *err)
{
	struct registry_cache *cache = &registry->cache;
	struct import import = {.registry = registry};
	bool is_stdin = strcmp(path, "-") == 0;
	*count = 0;
	if (cache->path == NULL)
		return ERR(err, FLOWTOLL_ERR_USAGE, "there is no folder to keep them in");
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		err_set(err, FLOWTOLL_ERR_INPUT, "cannot open %.300s: %m", path);
		err_place(err, path, 0, 0);
		return err->code;
	}
	enum flowtoll_rc rc = registry_cache_begin(cache) ? FLOWTOLL_OK
		: ERR(err, FLOWTOLL_ERR_OUTPUT, "cannot write %.400s", cache->path);
	buf_init(&import.line, LIMIT_KEPT_LINE_BYTES);
	if (rc == FLOWTOLL_OK)
		rc = read_lines(&import, fd, is_stdin ? "standard input" : path, err);
	if (!registry_cache_commit(cache, rc == FLOWTOLL_OK) && rc == FLOWTOLL_OK)
		rc = ERR(err, FLOWTOLL_ERR_OUTPUT, "cannot write %.400s", cache->path);
	buf_free(&import.line);
	if (!is_stdin)
		close(fd);
	if (rc != FLOWTOLL_OK)
		return rc;
	*count = import.count;
	registry_ranges_clear(&registry->ranges);
	return registry_cache_load(cache, &registry->ranges, err);
}
