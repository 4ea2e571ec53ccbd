/* SPDX-License-Identifier: Apache-2.0
 *
 * For the tests of src/render: a result out of an array, and a write function into memory.
 */
#ifndef TEST_RENDER_FAKE_H
#define TEST_RENDER_FAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "render/render.h"

#include <string.h>

#define COLUMN(name, type, unit, is_detail)                                                        \
	{                                                                                              \
		name, type, unit, is_detail, false, false                                                  \
	}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static inline struct result_cell
cell_null(void)
{
	return (struct result_cell){.type = RESULT_NULL};
}

static inline struct result_cell
cell_int(__int128 value)
{
	return (struct result_cell){.type = RESULT_INT, .as.integer = value};
}

static inline struct result_cell
cell_real(double value)
{
	return (struct result_cell){.type = RESULT_DOUBLE, .as.real = value};
}

static inline struct result_cell
cell_bool(bool value)
{
	return (struct result_cell){.type = RESULT_BOOL, .as.boolean = value};
}

static inline struct result_cell
cell_bytes(const char *bytes, size_t len)
{
	return (struct result_cell){.type = RESULT_TEXT, .as.text = {bytes, len}};
}

static inline struct result_cell
cell_text(const char *text)
{
	return cell_bytes(text, strlen(text));
}

static inline struct result_cell
cell_v4(uint32_t v4)
{
	return (struct result_cell){.type = RESULT_IP, .as.ip = ip_from_v4(v4)};
}

static inline struct result_cell
cell_time(int64_t us)
{
	return (struct result_cell){.type = RESULT_TIME, .as.time_us = us};
}

/* Row after row of `cells`, `repeat` times over; then, if fail_rc is set, a failure. */
struct fake {
	struct result base;
	const struct result_cell *cells;
	size_t row_count;
	size_t repeat;
	enum flowtoll_rc fail_rc;
	size_t at;
};

static inline enum flowtoll_rc
fake_next(struct result *result, const struct result_cell **cells, struct flowtoll_err *err)
{
	struct fake *fake = (struct fake *)result;
	if (fake->at < fake->row_count * fake->repeat) {
		*cells = fake->cells + fake->at++ % fake->row_count * result->column_count;
		result->is_other = (*cells)[0].type == RESULT_TEXT && (*cells)[0].as.text.len == 5 &&
		                   memcmp((*cells)[0].as.text.bytes, "Other", 5) == 0;
		return FLOWTOLL_OK;
	}
	if (fake->fail_rc != FLOWTOLL_OK)
		return ERR(err, fake->fail_rc, "the fake fails");
	*cells = NULL;
	return FLOWTOLL_OK;
}

static inline void
fake_free(struct result *result)
{
	(void)result;
}

#define FAKE(columns_, cells_)                                                                     \
	(struct fake)                                                                                  \
	{                                                                                              \
		.base = {.column_count = COUNT(columns_),                                                  \
		         .columns = (columns_),                                                            \
		         .next = fake_next,                                                                \
		         .free = fake_free},                                                               \
		.cells = (cells_),                                                                         \
		.row_count = COUNT(cells_) / COUNT(columns_), .repeat = 1                                  \
	}

static inline bool
into_buf(void *ctx, const char *bytes, size_t len)
{
	buf_add(ctx, bytes, len);
	return true;
}

/* The whole output; lent until the next call. */
static inline const char *
render_style(struct fake *fake, const char *format, struct flowtoll_style style)
{
	static char text[1 << 20];
	struct flowtoll_err err = {0};
	struct buf buf;
	buf_init(&buf, sizeof text - 1);
	enum flowtoll_rc rc = render_write(&fake->base, format, &style, into_buf, &buf, &err);
	if (rc != FLOWTOLL_OK)
		fail_msg("%s", err.message);
	assert_false(buf.failed);
	memcpy(text, buf_text(&buf), buf.len + 1);
	buf_free(&buf);
	return text;
}

static inline const char *
render(struct fake *fake, const char *format)
{
	return render_style(fake, format, (struct flowtoll_style){0});
}

#endif
