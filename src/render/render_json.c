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
#include "base/json_text.h"
#include "base/mem.h"
#include "render/render_output.h"
#include "render/render_text.h"

#include <math.h>
#include <stdio.h>

struct json {
	struct arena arena;
	const char *const *names;
};

static void
add_string(struct render_out *out, const char *bytes, size_t len)
{
	char escape[JSON_ESCAPE_MAX];
	render_out_addc(out, '"');
	for (size_t step; len > 0;) { /* what needs no escaping goes out in one piece */
		const size_t plain = json_plain(bytes, len, JSON_UTF8, escape, &step);
		render_out_add(out, bytes, plain);
		render_out_adds(out, escape);
		bytes += plain + step;
		len -= plain + step;
	}
	render_out_addc(out, '"');
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
	case RESULT_JSON:
		render_out_add(out, cell->as.text.bytes, cell->as.text.len);
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
