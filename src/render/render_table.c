/* SPDX-License-Identifier: Apache-2.0
 *
 * "table": for people at a terminal. Sizes and counts in short forms (style.exact: as in csv),
 * a missing value as "-", numbers to the right. It fits style.width: text is cut with an
 * ellipsis, names of columns too, a number never; columns that still do not fit are left out and
 * named in a last line, as are rows past LIMIT_TABLE_ROWS and LIMIT_TABLE_BYTES.
 * Nothing in a cell reaches the terminal as a command: control and formatting characters, bytes
 * that are not UTF-8 and characters without a width are shown as \n, \x1b or \u202e.
 */
#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "render/render_output.h"
#include "render/render_shown.h"
#include "render/render_text.h"

#include <libsmartcols.h>

#include <stdio.h>
#include <wchar.h>

#define GAP "  "
#define BOLD "\033[1m"
#define DIM "\033[2m"
#define RESET "\033[0m"

enum {
	GAP_WIDTH = 2,
	DETAIL_WIDTH_MIN = 28,
	TEXT_WIDTH_MIN = 12, /* of text and names that are cut; a column is left out before less */
	CELL_COST_BYTES = 64 /* what the library keeps beside a cell's text, about */
};

struct table_column {
	struct libscols_column *scols;
	const char *name;
	size_t name_width;
	size_t data_width; /* of the widest cell */
	size_t width;      /* as laid out */
	bool text;         /* may be cut */
	bool is_detail;
	bool is_last_detail; /* all others are hidden */
	bool is_empty;       /* no row has a value */
	bool hidden;
};

struct table {
	struct arena arena; /* columns and their names */
	struct libscols_table *scols;
	struct table_column *columns;
	size_t column_count;
	size_t rows_kept;
	size_t bytes_kept;
	struct libscols_line *other; /* the row Other, where the last row is that */
	struct buf text;             /* of one cell */
};

static const char *
ellipsis(void)
{
	return wcwidth(L'\u2026') == 1 ? "\xe2\x80\xa6" : "~";
}

/* Text from outside made harmless, at most LIMIT_CELL_BYTES of it. */
static void
add_shown(struct buf *buf, const char *bytes, size_t len)
{
	for (size_t at = 0; at < len;) {
		if (buf->len >= LIMIT_CELL_BYTES) {
			buf_adds(buf, ellipsis());
			return;
		}
		char shown[RENDER_SHOWN_MAX];
		at += render_shown_step(bytes + at, len - at, at == 0, shown);
		buf_adds(buf, shown);
	}
}

/* The width of text from add_shown. *fits is set to the bytes that the first `width_max` columns
 * hold. */
static size_t
text_width(const char *text, size_t width_max, size_t *fits)
{
	size_t width = 0;
	size_t len = strlen(text);
	*fits = 0;
	for (size_t at = 0; at < len;) {
		uint32_t code = 0;
		size_t step = utf8_decode(text + at, len - at, &code);
		int one = step > 0 ? wcwidth((wchar_t)code) : 1;
		width += one > 0 ? (size_t)one : 0;
		at += step > 0 ? step : 1;
		if (width <= width_max)
			*fits = at;
	}
	return width;
}

/* Puts into `buf` the text cut to `width`, its last column an ellipsis where something was cut. */
static void
add_cut(struct buf *buf, const char *text, size_t width)
{
	size_t fits;
	if (text_width(text, width, &fits) <= width) {
		buf_adds(buf, text);
		return;
	}
	text_width(text, width > 0 ? width - 1 : 0, &fits);
	buf_add(buf, text, fits);
	buf_adds(buf, ellipsis());
}

static void
add_cell(struct buf *buf, const struct result_cell *cell, const struct result_column *column,
         bool exact)
{
	char text[RENDER_TEXT_MAX];
	size_t len;
	if (cell->type == RESULT_NULL) {
		buf_addc(buf, '-');
	} else if (cell->type == RESULT_TEXT) {
		add_shown(buf, cell->as.text.bytes, cell->as.text.len);
	} else {
		bool short_form = !exact || cell->type == RESULT_TIME;
		len = short_form ? render_text_people(cell, column->unit, text)
		                 : render_text_exact(cell, text);
		buf_add(buf, text, len);
	}
}

static enum flowtoll_rc
add_column(struct table *table, struct table_column *column, const struct result_column *from,
           struct flowtoll_err *err)
{
	size_t fits;
	bool number = from->type == RESULT_INT || from->type == RESULT_DOUBLE;
	buf_clear(&table->text);
	const char *name = result_column_title(from);
	add_shown(&table->text, name, strlen(name));
	TRY(buf_check(&table->text, "laying out a table", err));
	column->name = arena_dup(&table->arena, buf_text(&table->text), table->text.len);
	if (column->name != NULL)
		column->scols =
			scols_table_new_column(table->scols, column->name, 0, number ? SCOLS_FL_RIGHT : 0);
	if (column->scols == NULL)
		return err_memory(err, "laying out a table");
	column->name_width = text_width(column->name, 0, &fits);
	column->text = from->type == RESULT_TEXT;
	column->is_detail = from->is_detail;
	column->is_empty = true;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
table_begin(struct render *render, struct flowtoll_err *err)
{
	struct table *table = mem_zalloc(1, sizeof *table);
	render->state = table;
	if (table == NULL)
		return err_memory(err, "laying out a table");
	buf_init(&table->text, LIMIT_CELL_BYTES + 64); /* the last escape and the ellipsis pass it */
	table->scols = scols_new_table();
	table->column_count = result_column_count(render->result);
	if (table->column_count < SIZE_MAX / sizeof *table->columns)
		table->columns =
			arena_alloc(&table->arena, table->column_count * sizeof *table->columns + 1);
	if (table->scols == NULL || table->columns == NULL)
		return err_memory(err, "laying out a table");
	/* cells are harmless already, and width is our own business */
	scols_table_enable_noencoding(table->scols, 1);
	scols_table_set_termforce(table->scols, SCOLS_TERMFORCE_NEVER);
	scols_table_enable_colors(table->scols, render->style.colour);
	if (scols_table_set_column_separator(table->scols, GAP) != 0)
		return err_memory(err, "laying out a table");
	for (size_t i = 0; i < table->column_count; i++) {
		table->columns[i] = (struct table_column){0};
		TRY(add_column(table, &table->columns[i], result_column_at(render->result, i), err));
	}
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
table_row(struct render *render, const struct result_cell *cells, struct flowtoll_err *err)
{
	struct table *table = render->state;
	table->other = NULL;
	if (table->rows_kept >= LIMIT_TABLE_ROWS || table->bytes_kept >= LIMIT_TABLE_BYTES)
		return FLOWTOLL_OK; /* counted by render->rows, and told at the end */
	struct libscols_line *line = scols_table_new_line(table->scols, NULL);
	if (line == NULL)
		return err_memory(err, "laying out a table");
	for (size_t i = 0; i < table->column_count; i++) {
		size_t fits;
		struct table_column *column = &table->columns[i];
		buf_clear(&table->text);
		add_cell(&table->text, &cells[i], result_column_at(render->result, i),
		         render->style.exact);
		TRY(buf_check(&table->text, "laying out a table", err));
		const char *text = buf_text(&table->text);
		if (scols_line_set_data(line, i, text) != 0)
			return err_memory(err, "laying out a table");
		size_t width = text_width(text, 0, &fits);
		if (width > column->data_width)
			column->data_width = width;
		column->is_empty &= cells[i].type == RESULT_NULL;
		table->bytes_kept += table->text.len + CELL_COST_BYTES;
	}
	table->rows_kept++;
	if (result_row_is_other(render->result))
		table->other = line;
	return FLOWTOLL_OK;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t
width_natural(const struct table_column *column)
{
	return column->name_width > column->data_width ? column->name_width : column->data_width;
}

/* What is left of a column when all that may be cut is. A detail is cut less: a name that ends
 * where names differ says nothing, so another detail goes instead. */
static size_t
width_floor(const struct table_column *column)
{
	size_t least_text = column->is_detail && !column->is_last_detail ? DETAIL_WIDTH_MIN
	                                                                 : TEXT_WIDTH_MIN;
	size_t name = least(column->name_width, TEXT_WIDTH_MIN);
	size_t data = column->text ? least(column->data_width, least_text) : column->data_width;
	return name > data ? name : data;
}

/* Details go first, then all else, each from the right; the first column never. */
static struct table_column *
next_to_hide(const struct table *table)
{
	struct table_column *last = NULL;
	for (size_t i = table->column_count; i-- > 1;) {
		struct table_column *column = &table->columns[i];
		if (column->hidden)
			continue;
		if (column->is_detail)
			return column;
		if (last == NULL)
			last = column;
	}
	return last;
}

static size_t
count_details(const struct table *table)
{
	size_t count = 0;
	for (size_t i = 0; i < table->column_count; i++)
		count += table->columns[i].is_detail && !table->columns[i].hidden;
	return count;
}

typedef size_t width_fn(const struct table_column *column);

static size_t
width_of_all(const struct table *table, width_fn *width)
{
	size_t sum = 0;
	for (size_t i = 0; i < table->column_count; i++)
		if (!table->columns[i].hidden)
			sum += width(&table->columns[i]) + GAP_WIDTH;
	return sum > 0 ? sum - GAP_WIDTH : 0;
}

/* Decides which columns show, and how wide: the narrow ones as they are, the wide ones alike. */
static void
fit(struct table *table, size_t width_max)
{
	if (width_max == 0 || width_of_all(table, width_natural) <= width_max) {
		for (size_t i = 0; i < table->column_count; i++)
			table->columns[i].width = width_natural(&table->columns[i]);
		return;
	}
	struct table_column *hide;
	for (size_t i = 0; i < table->column_count; i++)
		table->columns[i].hidden = table->columns[i].is_detail && table->columns[i].is_empty;
	while (width_of_all(table, width_floor) > width_max && (hide = next_to_hide(table)) != NULL) {
		bool one_left = hide->is_detail && !hide->is_last_detail && count_details(table) == 1;
		hide->is_last_detail = one_left; /* rather cut short than hidden */
		hide->hidden = !one_left;
	}
	for (size_t i = 0; i < table->column_count; i++)
		table->columns[i].width = width_floor(&table->columns[i]);
	size_t used = width_of_all(table, width_floor);
	for (size_t spare = width_max > used ? width_max - used : 0; spare > 0; spare--) {
		struct table_column *narrowest = NULL;
		for (size_t i = 0; i < table->column_count; i++) {
			struct table_column *column = &table->columns[i];
			if (!column->hidden && column->width < width_natural(column) &&
			    (narrowest == NULL || column->width < narrowest->width))
				narrowest = column;
		}
		if (narrowest == NULL)
			return;
		narrowest->width++;
	}
}

static enum flowtoll_rc
cut_cells(struct table *table, size_t index, struct flowtoll_err *err)
{
	const struct table_column *column = &table->columns[index];
	struct libscols_line *line = NULL;
	struct libscols_iter *lines = scols_new_iter(SCOLS_ITER_FORWARD);
	if (lines == NULL)
		return err_memory(err, "laying out a table");
	bool failed = false;
	while (!failed && scols_table_next_line(table->scols, lines, &line) == 0) {
		buf_clear(&table->text);
		add_cut(&table->text, scols_cell_get_data(scols_line_get_cell(line, index)),
		        column->width);
		failed = table->text.failed ||
		         scols_line_set_data(line, index, buf_text(&table->text)) != 0;
	}
	scols_free_iter(lines);
	return failed ? err_memory(err, "laying out a table") : FLOWTOLL_OK;
}

/* Hands the decisions of `fit` to the library. */
static enum flowtoll_rc
apply(struct table *table, bool colour, struct flowtoll_err *err)
{
	for (size_t i = 0; i < table->column_count; i++) {
		struct table_column *column = &table->columns[i];
		int flags = scols_column_get_flags(column->scols);
		int rc = 0;
		if (column->hidden) {
			scols_column_set_flags(column->scols, flags | SCOLS_FL_HIDDEN);
			continue;
		}
		if (column->data_width > column->width)
			TRY(cut_cells(table, i, err));
		if (column->name_width > column->width) {
			buf_clear(&table->text);
			add_cut(&table->text, column->name, column->width);
			TRY(buf_check(&table->text, "laying out a table", err));
			rc = scols_column_set_name(column->scols, buf_text(&table->text));
		}
		if (rc == 0 && colour)
			rc = scols_cell_set_color(scols_column_get_header(column->scols), BOLD);
		if (rc != 0)
			return err_memory(err, "laying out a table");
	}
	if (colour && table->other != NULL && scols_line_set_color(table->other, DIM) != 0)
		return err_memory(err, "laying out a table");
	return FLOWTOLL_OK;
}

static ssize_t
stream_write(void *cookie, const char *bytes, size_t len)
{
	render_out_add(cookie, bytes, len);
	return (ssize_t)len; /* a failure is remembered there */
}

static enum flowtoll_rc
print(struct table *table, struct render_out *out, struct flowtoll_err *err)
{
	FILE *stream = fopencookie(out, "w", (cookie_io_functions_t){.write = stream_write});
	if (stream == NULL)
		return err_memory(err, "laying out a table");
	scols_table_set_stream(table->scols, stream);
	int rc = scols_print_table(table->scols);
	scols_table_set_stream(table->scols, NULL);
	bool failed = fclose(stream) != 0 || rc != 0;
	return failed ? err_memory(err, "laying out a table") : FLOWTOLL_OK;
}

/* What the table does not show, in lines below it. */
static void
add_remarks(const struct table *table, struct render *render)
{
	struct render_out *out = &render->out;
	const char *dim = render->style.colour ? DIM : "";
	const char *reset = render->style.colour ? RESET : "";
	size_t hidden = 0;
	for (size_t i = 0; i < table->column_count; i++) {
		if (!table->columns[i].hidden || table->columns[i].is_empty)
			continue;
		char text[64];
		snprintf(text, sizeof text, "hidden to fit %u columns: ", render->style.width);
		if (hidden++ == 0)
			render_out_adds(out, dim);
		render_out_adds(out, hidden == 1 ? text : ", ");
		render_out_adds(out, table->columns[i].name);
	}
	if (hidden > 0) {
		render_out_adds(out, reset);
		render_out_addc(out, '\n');
	}
	if (render->rows > table->rows_kept) {
		char kept[RENDER_TEXT_MAX];
		char all[RENDER_TEXT_MAX];
		struct result_cell cell = {.type = RESULT_INT, .as.integer = (__int128)table->rows_kept};
		render_text_people(&cell, RESULT_COUNT, kept);
		cell.as.integer = (__int128)render->rows;
		render_text_people(&cell, RESULT_COUNT, all);
		const char *parts[] = {dim, "first ", kept, " of ", all, " rows; csv and json have all",
		                       reset, "\n"};
		for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
			render_out_adds(out, parts[i]);
	}
}

static enum flowtoll_rc
table_end(struct render *render, struct flowtoll_err *err)
{
	struct table *table = render->state;
	if (render->rows == 0) {
		render_out_adds(&render->out, "no rows\n");
		return FLOWTOLL_OK;
	}
	fit(table, render->style.width);
	TRY(apply(table, render->style.colour, err));
	TRY(print(table, &render->out, err));
	add_remarks(table, render);
	return FLOWTOLL_OK;
}

static void
table_free(struct render *render)
{
	struct table *table = render->state;
	if (table == NULL)
		return;
	scols_unref_table(table->scols);
	buf_free(&table->text);
	arena_free(&table->arena);
	mem_free(table);
}

const struct render_output render_table = {"table", table_begin, table_row, table_end, table_free};
