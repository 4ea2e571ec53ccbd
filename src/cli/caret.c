/* SPDX-License-Identifier: Apache-2.0
 *
 * See caret.h. The line is first written as it will be shown (say_add: what a terminal would obey
 * becomes \x1b and so on), so that columns are those of the screen.
 *
 *     shown:   |<- before ->|<- after ->|        columns: 0 .. caret .. total
 *     window:        |<-- room -->|
 */
#include "cli/caret.h"

#include "cli/say.h"

#include <string.h>
#include <wchar.h>

enum { LINE_BYTES_MAX = 1 << 20, INDENT = 2, ROOM_MIN = 20 };

static const char cut[] = "...";
enum { CUT_COLUMNS = sizeof cut - 1 };

/* Columns of the character at `text`, and its bytes in *step. */
static size_t
char_columns(const char *text, size_t len, size_t *step)
{
	mbstate_t state = {0};
	wchar_t wide = 0;
	*step = mbrtowc(&wide, text, len, &state);
	if (*step == 0 || *step > len) { /* in what say_add wrote only where memory ran out */
		*step = 1;
		return 1;
	}
	int columns = wcwidth(wide);
	return columns > 0 ? (size_t)columns : 0;
}

static size_t
count_columns(const struct buf *shown)
{
	size_t columns = 0, step;
	for (size_t i = 0; i < shown->len; i += step)
		columns += char_columns(shown->data + i, shown->len - i, &step);
	return columns;
}

/* The characters of `shown` that lie wholly within columns from..to; returns the column that the
 * first of them has. */
static size_t
add_window(struct buf *buf, const struct buf *shown, size_t from, size_t to)
{
	size_t column = 0, first = to, step;
	for (size_t i = 0; i < shown->len && column < to; i += step) {
		size_t columns = char_columns(shown->data + i, shown->len - i, &step);
		if (column >= from && column + columns <= to) {
			first = column < first ? column : first;
			buf_add(buf, shown->data + i, step);
		}
		column += columns;
	}
	return first;
}

/* The place is at the beginning of a character of its line. */
static size_t
line_of(const char *text, uint64_t byte, const char **line, size_t *line_len)
{
	size_t len = strlen(text), at = byte < len ? (size_t)byte : len, start;
	while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80)
		at--;
	for (start = at; start > 0 && text[start - 1] != '\n'; start--)
		;
	*line = text + start;
	*line_len = strcspn(*line, "\n");
	return at - start;
}

static void
add_spaces(struct buf *buf, size_t count)
{
	while (count-- > 0)
		buf_addc(buf, ' ');
}

void
caret_add(struct buf *buf, const char *label, const char *text, uint64_t byte, size_t width)
{
	struct buf shown;
	const char *line;
	size_t line_len, at = line_of(text, byte, &line, &line_len);
	buf_init(&shown, LINE_BYTES_MAX);
	say_add_part(&shown, line, at);
	size_t caret = count_columns(&shown);
	say_add_part(&shown, line + at, line_len - at);
	size_t total = count_columns(&shown), used = INDENT + strlen(label) + 1;
	size_t room = width > used + ROOM_MIN ? width - used : ROOM_MIN;
	size_t from = 0, to = total, needed = caret < total ? total : total + 1;
	if (width > 0 && needed > room) { /* two thirds before the place, where there are as many */
		room -= 2 * CUT_COLUMNS;
		from = caret > room * 2 / 3 ? caret - room * 2 / 3 : 0;
		from = from + room > needed ? needed - room : from;
		to = from + room < total ? from + room : total;
	}
	add_spaces(buf, INDENT);
	buf_addf(buf, "%s ", label);
	buf_adds(buf, from > 0 ? cut : "");
	size_t first = add_window(buf, &shown, from, to);
	buf_adds(buf, to < total ? cut : "");
	buf_addc(buf, '\n');
	add_spaces(buf, used + (from > 0 ? CUT_COLUMNS : 0) + (caret > first ? caret - first : 0));
	buf_adds(buf, "^\n");
	buf_free(&shown);
}
