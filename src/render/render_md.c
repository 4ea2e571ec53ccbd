/* SPDX-License-Identifier: Apache-2.0
 *
 * "md": a table of GitHub's Markdown, with all rows and nothing cut. Numbers to the right, in
 * short forms as in "table" (style.exact: as in csv), a missing value as "-".
 * Text from outside stays text: what cannot be seen is shown as in "table" (a line end as \n),
 * characters with a meaning in Markdown or HTML are escaped, addresses of the web and of mail do
 * not become links, and @name or #1 do not call anybody or any issue: a zero-width space, spelt
 * &#8203;, parts them.
 */
#include "render/render_output.h"
#include "render/render_shown.h"
#include "render/render_text.h"

static bool
is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* `before` and `after` are its neighbours, '\0' at the ends. */
static void
add_char(struct render_out *out, char c, char before, char after)
{
	bool escape = strchr("\\`*[]|~$", c) != NULL;
	if (c == '_') /* within a word it is plain */
		escape = !is_word(before) || !is_word(after);
	else if (c == ':')
		escape = after == '/'; /* http:// */
	else if (c == '.')
		escape = (before | 0x20) == 'w' && is_word(after); /* www.example */
	if (c == '<' || c == '>' || c == '&') {
		render_out_adds(out, c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&amp;");
		return;
	}
	if (escape)
		render_out_addc(out, '\\');
	render_out_addc(out, c);
	if ((c == '@' || c == '#') && is_word(after))
		render_out_adds(out, "&#8203;");
}

static void
add_text(struct render_out *out, const char *bytes, size_t len)
{
	char before = '\0';
	for (size_t at = 0; at < len;) {
		char shown[RENDER_SHOWN_MAX];
		size_t step = render_shown_step(bytes + at, len - at, at == 0, shown);
		char next = at + step < len ? bytes[at + step] : '\0';
		if ((unsigned char)shown[0] >= 0x80)
			render_out_adds(out, shown);
		else
			for (size_t i = 0; shown[i] != '\0'; i++) {
				char after = shown[i + 1] != '\0' ? shown[i + 1] : next;
				add_char(out, shown[i], i > 0 ? shown[i - 1] : before, after);
			}
		before = shown[strlen(shown) - 1];
		at += step;
	}
}

static bool
is_number(enum result_type type)
{
	return type == RESULT_INT || type == RESULT_DOUBLE;
}

static enum flowtoll_rc
md_begin(struct render *render, struct flowtoll_err *err)
{
	(void)err;
	struct render_out *out = &render->out;
	size_t count = result_column_count(render->result);
	render_out_addc(out, '|');
	for (size_t i = 0; i < count; i++) {
		const char *name = result_column_title(result_column_at(render->result, i));
		render_out_addc(out, ' ');
		add_text(out, name, strlen(name));
		render_out_adds(out, " |");
	}
	render_out_adds(out, "\n|");
	for (size_t i = 0; i < count; i++)
		render_out_adds(out, is_number(result_column_at(render->result, i)->type) ? " ---: |"
		                                                                         : " --- |");
	render_out_addc(out, '\n');
	return FLOWTOLL_OK;
}

static void
add_cell(struct render_out *out, const struct result_cell *cell, const struct result_column *column,
         bool exact)
{
	char text[RENDER_TEXT_MAX];
	if (cell->type == RESULT_NULL) {
		render_out_addc(out, '-');
	} else if (cell->type == RESULT_TEXT) {
		add_text(out, cell->as.text.bytes, cell->as.text.len);
	} else {
		bool short_form = !exact || cell->type == RESULT_TIME;
		size_t len = short_form ? render_text_people(cell, column->unit, text)
		                        : render_text_exact(cell, text);
		add_text(out, text, len); /* there is a "<0.1%" */
	}
}

static enum flowtoll_rc
md_row(struct render *render, const struct result_cell *cells, struct flowtoll_err *err)
{
	(void)err;
	struct render_out *out = &render->out;
	size_t count = result_column_count(render->result);
	render_out_addc(out, '|');
	for (size_t i = 0; i < count; i++) {
		render_out_addc(out, ' ');
		add_cell(out, &cells[i], result_column_at(render->result, i), render->style.exact);
		render_out_adds(out, " |");
	}
	render_out_addc(out, '\n');
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
md_end(struct render *render, struct flowtoll_err *err)
{
	(void)render;
	(void)err;
	return FLOWTOLL_OK;
}

static void
md_free(struct render *render)
{
	(void)render;
}

const struct render_output render_md = {"md", md_begin, md_row, md_end, md_free};
