/* SPDX-License-Identifier: Apache-2.0
 *
 * "tsv": a header line, columns apart by one tab, lines ended by \n; escaped as PostgreSQL's COPY
 * reads it back: \t \n \r \\ and, for other characters that a terminal would obey or not show,
 * their bytes as \x1b. So each tab is a column and each \n a row, without quotes. A missing value
 * is \N, an empty text is empty. Always UTF-8: NUL and a byte that is not UTF-8 become U+FFFD.
 * The first character of a text that a spreadsheet would run as a formula (= + - @) is escaped
 * too, as \x3d; numbers, times and addresses never.
 * Of columns with equal names the later get _1, _2, ...
 */
#include "base/utf8.h"
#include "render/render_output.h"
#include "render/render_text.h"

#include <stdio.h>

static void
add_escaped(struct render_out *out, const char *bytes, size_t len)
{
	static const char letters[] = "\t\n\r\\";
	const char *letter = strchr(letters, bytes[0]);
	if (letter != NULL) {
		render_out_addc(out, '\\');
		render_out_addc(out, "tnr\\"[letter - letters]);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		char text[8];
		snprintf(text, sizeof text, "\\x%02x", (unsigned)(unsigned char)bytes[i]);
		render_out_adds(out, text);
	}
}

static void
add_text(struct render_out *out, const char *bytes, size_t len)
{
	size_t from = 0; /* what is before `at` and needs no escaping goes out in one piece */
	size_t at = 0;
	while (at < len) {
		const unsigned char c = (unsigned char)bytes[at];
		if (at > 0 && c >= 0x20 && c < 0x7f && c != '\\') { /* as most are */
			at++;
			continue;
		}
		uint32_t code = 0;
		size_t step = utf8_decode(bytes + at, len - at, &code);
		bool lost = step == 0 || code == 0;
		bool formula = at == 0 && !lost && code < 0x80 && strchr("=+-@", (int)code) != NULL;
		size_t next = at + (step > 0 ? step : 1);
		if (lost || formula || code == '\\' || utf8_is_control(code) ||
		    utf8_is_format(code)) {
			render_out_add(out, bytes + from, at - from);
			if (lost)
				render_out_adds(out, UTF8_REPLACEMENT);
			else
				add_escaped(out, bytes + at, step);
			from = next;
		}
		at = next;
	}
	render_out_add(out, bytes + from, len - from);
}

static enum flowtoll_rc
tsv_begin(struct render *render, struct flowtoll_err *err)
{
	struct arena arena = {0};
	const char *const *names = NULL;
	enum flowtoll_rc rc = render_text_names(render->result, &arena, &names, err);
	for (size_t i = 0; rc == FLOWTOLL_OK && i < result_column_count(render->result); i++) {
		if (i > 0)
			render_out_addc(&render->out, '\t');
		add_text(&render->out, names[i], strlen(names[i]));
	}
	render_out_addc(&render->out, '\n');
	arena_free(&arena);
	return rc;
}

static enum flowtoll_rc
tsv_row(struct render *render, const struct result_cell *cells, struct flowtoll_err *err)
{
	(void)err;
	struct render_out *out = &render->out;
	size_t count = result_column_count(render->result);
	for (size_t i = 0; i < count; i++) {
		char text[RENDER_TEXT_MAX];
		if (i > 0)
			render_out_addc(out, '\t');
		if (cells[i].type == RESULT_NULL)
			render_out_adds(out, "\\N");
		else if (cells[i].type == RESULT_TEXT)
			add_text(out, cells[i].as.text.bytes, cells[i].as.text.len);
		else
			render_out_add(out, text, render_text_exact(&cells[i], text));
	}
	render_out_addc(out, '\n');
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
tsv_end(struct render *render, struct flowtoll_err *err)
{
	(void)render;
	(void)err;
	return FLOWTOLL_OK;
}

static void
tsv_free(struct render *render)
{
	(void)render;
}

const struct render_output render_tsv = {"tsv", tsv_begin, tsv_row, tsv_end, tsv_free};
