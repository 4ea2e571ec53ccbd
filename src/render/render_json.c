/* SPDX-License-Identifier: Apache-2.0
 *
 * "json": an array of row objects (of a record: its one object alone), one row a line, keys =
 * column names in order; "ndjson": the same objects without the array, each a line of its own.
 * Always valid JSON and UTF-8: a missing
 * value, NaN and the infinities are null, integers have all their digits and no quotes, addresses
 * and times are text, a byte that is not UTF-8 becomes U+FFFD. Control and formatting characters
 * are escaped, so printing it to a terminal is harmless and reading it back loses nothing. Of
 * columns with equal names the later get _1, _2, ...
 */
#include "base/mem.h"
#include "render/render_output.h"
#include "render/render_text.h"
#include "render/render_utf8.h"

#include <math.h>
#include <stdio.h>

struct json {
	struct arena arena;
	const char *const *names;
};

static void
add_escaped(struct render_out *out, uint32_t code)
{
	static const char letters[] = "\b\t\n\f\r\"\\";
	char text[16];
	const char *letter = code != 0 && code < 0x80 ? strchr(letters, (int)code) : NULL;
	if (letter != NULL)
		snprintf(text, sizeof text, "\\%c", "btnfr\"\\"[letter - letters]);
	else if (code < 0x10000)
		snprintf(text, sizeof text, "\\u%04x", (unsigned)code);
	else
		snprintf(text, sizeof text, "\\u%04x\\u%04x", 0xd7c0u + (code >> 10),
		         0xdc00u + (code & 0x3ff));
	render_out_adds(out, text);
}

static void
add_string(struct render_out *out, const char *bytes, size_t len)
{
	size_t from = 0; /* what is before `at` and needs no escaping goes out in one piece */
	size_t at = 0;
	render_out_addc(out, '"');
	while (at < len) {
		uint32_t code = 0;
		size_t step = render_utf8_decode(bytes + at, len - at, &code);
		if (step == 1 && code >= 0x20 && code < 0x7f && code != '"' && code != '\\') {
			at++;
			continue;
		}
		if (step > 1 && !render_utf8_is_control(code) && !render_utf8_is_format(code)) {
			at += step;
			continue;
		}
		render_out_add(out, bytes + from, at - from);
		if (step == 0)
			render_out_adds(out, RENDER_UTF8_REPLACEMENT);
		else
			add_escaped(out, code);
		at += step > 0 ? step : 1;
		from = at;
	}
	render_out_add(out, bytes + from, len - from);
	render_out_addc(out, '"');
}

/* Its depth is that of our own tables. */
static void
add_member(struct render_out *out, const struct result_member *member)
{
	if (!member->is_list && !member->is_object) {
		if (member->text != NULL)
			add_string(out, member->text, strlen(member->text));
		else
			render_out_adds(out, "null");
		return;
	}
	render_out_addc(out, member->is_list ? '[' : '{');
	for (size_t i = 0; i < member->count; i++) {
		if (i > 0)
			render_out_addc(out, ',');
		if (member->is_object) {
			add_string(out, member->items[i].name, strlen(member->items[i].name));
			render_out_addc(out, ':');
		}
		add_member(out, &member->items[i]);
	}
	render_out_addc(out, member->is_list ? ']' : '}');
}

static void
add_cell(struct render_out *out, const struct result_cell *cell)
{
	char text[RENDER_TEXT_MAX];
	size_t len;
	switch (cell->type) {
	case RESULT_NULL:
		render_out_adds(out, "null");
		break;
	case RESULT_TEXT:
		add_string(out, cell->as.text.bytes, cell->as.text.len);
		break;
	case RESULT_OBJECT:
		add_member(out, cell->as.object);
		break;
	case RESULT_IP:
	case RESULT_TIME:
		len = render_text_exact(cell, text);
		add_string(out, text, len);
		break;
	case RESULT_DOUBLE:
		if (!isfinite(cell->as.real)) {
			render_out_adds(out, "null");
			break;
		}
		/* fall through */
	case RESULT_BOOL:
	case RESULT_INT:
		len = render_text_exact(cell, text);
		render_out_add(out, text, len);
		break;
	}
}

static enum flowtoll_rc
ndjson_begin(struct render *render, struct flowtoll_err *err)
{
	struct json *json = mem_zalloc(1, sizeof *json);
	render->state = json;
	if (json == NULL)
		return err_memory(err, "writing JSON");
	return render_text_names(render->result, &json->arena, &json->names, err);
}

static enum flowtoll_rc
json_begin(struct render *render, struct flowtoll_err *err)
{
	if (!render->result->is_record)
		render_out_addc(&render->out, '[');
	return ndjson_begin(render, err);
}

static void
add_row(struct render *render, const struct result_cell *cells)
{
	const struct json *json = render->state;
	struct render_out *out = &render->out;
	size_t count = result_column_count(render->result);
	render_out_addc(out, '{');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			render_out_addc(out, ',');
		add_string(out, json->names[i], strlen(json->names[i]));
		render_out_addc(out, ':');
		add_cell(out, &cells[i]);
	}
	render_out_addc(out, '}');
}

static enum flowtoll_rc
json_row(struct render *render, const struct result_cell *cells, struct flowtoll_err *err)
{
	(void)err;
	if (!render->result->is_record)
		render_out_adds(&render->out, render->rows == 0 ? "\n" : ",\n");
	add_row(render, cells);
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
ndjson_row(struct render *render, const struct result_cell *cells, struct flowtoll_err *err)
{
	(void)err;
	add_row(render, cells);
	render_out_addc(&render->out, '\n');
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
json_end(struct render *render, struct flowtoll_err *err)
{
	(void)err;
	if (!render->result->is_record)
		render_out_adds(&render->out, render->rows == 0 ? "]\n" : "\n]\n");
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
ndjson_end(struct render *render, struct flowtoll_err *err)
{
	(void)render;
	(void)err;
	return FLOWTOLL_OK;
}

static void
json_free(struct render *render)
{
	struct json *json = render->state;
	if (json != NULL)
		arena_free(&json->arena);
	mem_free(json);
}

const struct render_output render_json = {"json", json_begin, json_row, json_end, json_free};
const struct render_output render_ndjson = {"ndjson", ndjson_begin, ndjson_row, ndjson_end,
                                            json_free};
