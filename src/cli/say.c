/* SPDX-License-Identifier: Apache-2.0
 *
 * See say.h.
 */
#include "cli/say.h"

#include "cli/caret.h"
#include "cli/tty.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

enum { SAY_BYTES_MAX = 64 * 1024 };

void
say_add_part(struct buf *buf, const char *text, size_t len)
{
	mbstate_t state = {0};
	while (len > 0) {
		wchar_t wide = 0;
		size_t step = mbrtowc(&wide, text, len, &state);
		bool valid = step != (size_t)-1 && step != (size_t)-2 && step > 0;
		if (!valid) {
			buf_addf(buf, "\\x%02x", (unsigned)(unsigned char)*text);
			state = (mbstate_t){0};
			step = 1;
		} else if (wcwidth(wide) >= 1 && wide != L'\u00ad') {
			buf_add(buf, text, step);
		} else if (wide < 0x80) {
			buf_addf(buf, "\\x%02x", (unsigned)wide);
		} else {
			buf_addf(buf, wide < 0x10000 ? "\\u%04x" : "\\U%08x", (unsigned)wide);
		}
		text += step;
		len -= step;
	}
}

void
say_add(struct buf *buf, const char *text)
{
	say_add_part(buf, text, strlen(text));
}

void
say_add_lines(struct buf *buf, const char *text)
{
	for (;;) {
		size_t len = strcspn(text, "\n");
		say_add_part(buf, text, len);
		text += len + strspn(text + len, "\n");
		if (*text == '\0')
			return;
		buf_adds(buf, "\n  ");
	}
}

void
say_add_count(struct buf *buf, uint64_t count)
{
	if (count >= 1000) {
		say_add_count(buf, count / 1000);
		buf_addf(buf, " %03u", (unsigned)(count % 1000));
	} else {
		buf_addf(buf, "%u", (unsigned)count);
	}
}

void
say_flush(struct buf *buf)
{
	fwrite(buf_text(buf), 1, buf->len, stderr);
	fflush(stderr);
	buf_clear(buf);
}

/* The value of the option that err->file is the name of ("--where"), or NULL. */
static const char *
value_in_error(const struct flowtoll_err *err, const struct options *options)
{
	if (options == NULL || strncmp(err->file, "--", 2) != 0)
		return NULL;
	enum flag_id id = options_flag(err->file + 2);
	return id != FLAG_COUNT && flags[id].kind == FLAG_TEXT ? options->values[id] : NULL;
}

void
say_error(const struct flowtoll_err *err)
{
	say_error_in(err, NULL);
}

void
say_error_in(const struct flowtoll_err *err, const struct options *options)
{
	const char *value = value_in_error(err, options);
	struct buf buf;
	buf_init(&buf, SAY_BYTES_MAX);
	buf_adds(&buf, "flowtoll: ");
	say_add_lines(&buf, err->message);
	buf_addc(&buf, '\n');
	if (value != NULL) {
		caret_add(&buf, err->file, value, err->byte, tty_width(STDERR_FILENO));
	} else if (err->file[0] != '\0') {
		buf_adds(&buf, "  in ");
		say_add(&buf, err->file);
		if (err->line > 0)
			buf_addf(&buf, ", line %" PRIu64, err->line);
		if (err->line > 0 || err->byte > 0)
			buf_addf(&buf, ", byte %" PRIu64, err->byte);
		buf_addc(&buf, '\n');
	}
	if (err->hint[0] != '\0') {
		buf_adds(&buf, "  ");
		say_add_lines(&buf, err->hint);
		buf_addc(&buf, '\n');
	}
	if (buf.failed)
		fputs("flowtoll: out of memory\n", stderr);
	else
		say_flush(&buf);
	buf_free(&buf);
}
