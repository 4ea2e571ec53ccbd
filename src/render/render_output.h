/* SPDX-License-Identifier: Apache-2.0
 *
 * What the outputs share: a row of the table in render.c, the state of one run, and the buffer
 * in front of the caller's write function. Only src/render includes this.
 *
 *     begin ─▶ row, row, row ... ─▶ end        free: always, also where one of these failed
 */
#ifndef RENDER_RENDER_OUTPUT_H
#define RENDER_RENDER_OUTPUT_H

#include "engine/result.h"

#include <string.h>

enum { RENDER_OUT_BYTES = 64 * 1024 };

/* Buffered bytes. A write that fails is remembered in `failed`; nothing is written after it. */
struct render_out {
	flowtoll_write_fn *write;
	void *ctx;
	bool failed;
	size_t len;
	char data[RENDER_OUT_BYTES];
};

void render_out_add(struct render_out *out, const char *bytes, size_t len);
void render_out_flush(struct render_out *out);

static inline void
render_out_addc(struct render_out *out, char c)
{
	if (out->len == RENDER_OUT_BYTES)
		render_out_flush(out);
	out->data[out->len++] = c;
}

static inline void
render_out_adds(struct render_out *out, const char *text)
{
	render_out_add(out, text, strlen(text));
}

/* One run of one output. */
struct render {
	struct result *result;
	struct flowtoll_style style;
	uint64_t rows; /* given to `row` before this one */
	void *state;   /* the output's own */
	struct render_out out;
};

struct render_output {
	const char *name;
	enum flowtoll_rc (*begin)(struct render *render, struct flowtoll_err *err);
	enum flowtoll_rc (*row)(struct render *render, const struct result_cell *cells,
	                        struct flowtoll_err *err);
	enum flowtoll_rc (*end)(struct render *render, struct flowtoll_err *err);
	void (*free)(struct render *render);
};

extern const struct render_output render_table;
extern const struct render_output render_csv;
extern const struct render_output render_tsv;
extern const struct render_output render_json;
extern const struct render_output render_ndjson;
extern const struct render_output render_md;

#endif
