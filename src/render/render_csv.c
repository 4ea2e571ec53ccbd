/* SPDX-License-Identifier: Apache-2.0
 *
 * "csv": RFC 4180 with a header line and \n after each line; quotes only where needed. A missing
 * value is empty, an empty text is "" (so is a missing value that would leave a line empty).
 * Always UTF-8: a byte that is not, a control character other than tab and line ends, and one that
 * turns round the text beside it (U+202E and its like) become U+FFFD; with style.terminal line ends
 * within a value do too. A text or name that a
 * spreadsheet would run as a formula (it begins with = + - @, a tab or a carriage return) gets a '
 * in front; numbers, times and addresses never.
 * Of columns with equal names the later get _1, _2, ...
 */
#include "base/utf8.h"
#include "render/render_output.h"
#include "render/render_text.h"

/* Nothing in it needs a second look, as with most texts. */
static bool
is_plain(const char *bytes, size_t len)
{
	static const bool plain[256] = {
		[' ' ... '!'] = true, ['#' ... '+'] = true, ['-' ... '~'] = true}; /* no " and , */
	for (size_t i = 0; i < len; i++)
		if (!plain[(unsigned char)bytes[i]])
			return false;
	return len > 0 && strchr("=+-@", bytes[0]) == NULL;
}

static void
add_text(struct render *render, const char *bytes, size_t len)
{
	struct render_out *out = &render->out;
	if (is_plain(bytes, len)) {
		render_out_add(out, bytes, len);
		return;
	}
	bool formula = len > 0 && bytes[0] != '\0' && strchr("=+-@\t\r", bytes[0]) != NULL;
	bool quote = len == 0;
	for (size_t i = 0; i < len && !quote; i++)
		quote = bytes[i] == ',' || bytes[i] == '"' || bytes[i] == '\n' || bytes[i] == '\r';
	if (quote)
		render_out_addc(out, '"');
	if (formula)
		render_out_addc(out, '\'');
	size_t from = 0;
	size_t at = 0;
	while (at < len) {
		uint32_t code = 0;
		size_t step = utf8_decode(bytes + at, len - at, &code);
		bool line = code == '\t' ||
		            ((code == '\n' || code == '\r') && !render->style.terminal);
		bool keep = step > 0 && !utf8_is_turning(code) &&
		            (line || !utf8_is_control(code));
		size_t next = at + (step > 0 ? step : 1);
		if (!keep || code == '"') {
			render_out_add(out, bytes + from, at - from);
			render_out_adds(out, keep ? "\"\"" : UTF8_REPLACEMENT);
			from = next;
		}
		at = next;
	}
	render_out_add(out, bytes + from, len - from);
	if (quote)
		render_out_addc(out, '"');
}

static enum flowtoll_rc
csv_begin(struct render *render, struct flowtoll_err *err)
{
	struct arena arena = {0};
	const char *const *names = NULL;
	enum flowtoll_rc rc = render_text_names(render->result, &arena, &names, err);
	for (size_t i = 0; rc == FLOWTOLL_OK && i < result_column_count(render->result); i++) {
		if (i > 0)
			render_out_addc(&render->out, ',');
		add_text(render, names[i], strlen(names[i]));
	}
	render_out_addc(&render->out, '\n');
	arena_free(&arena);
	return rc;
}

static enum flowtoll_rc
csv_row(struct render *render, const struct result_cell *cells, struct flowtoll_err *err)
{
	(void)err;
	struct render_out *out = &render->out;
	size_t count = result_column_count(render->result);
	for (size_t i = 0; i < count; i++) {
		char text[RENDER_TEXT_MAX];
		if (i > 0)
			render_out_addc(out, ',');
		if (cells[i].type == RESULT_TEXT)
			add_text(render, cells[i].as.text.bytes, cells[i].as.text.len);
		else if (cells[i].type != RESULT_NULL)
			render_out_add(out, text, render_text_exact(&cells[i], text));
		else if (count == 1)
			render_out_adds(out, "\"\""); /* readers skip empty lines */
	}
	render_out_addc(out, '\n');
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
csv_end(struct render *render, struct flowtoll_err *err)
{
	(void)render;
	(void)err;
	return FLOWTOLL_OK;
}

static void
csv_free(struct render *render)
{
	(void)render;
}

const struct render_output render_csv = {"csv", csv_begin, csv_row, csv_end, csv_free};
