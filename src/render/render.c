/* SPDX-License-Identifier: Apache-2.0
 *
 * See render.h. The table of outputs, and the loop that feeds one of them.
 */
#include "render/render.h"

#include "base/mem.h"
#include "render/render_output.h"

#include <assert.h>
#include <locale.h>

static const struct render_output *const outputs[] = {
	&render_table, &render_csv, &render_tsv, &render_json, &render_ndjson, &render_md,
};

enum { OUTPUT_COUNT = sizeof outputs / sizeof outputs[0] };

const char *
render_format_at(size_t index)
{
	return index < OUTPUT_COUNT ? outputs[index]->name : NULL;
}

void
render_out_flush(struct render_out *out)
{
	if (!out->failed && out->len > 0 && !out->write(out->ctx, out->data, out->len))
		out->failed = true;
	out->len = 0;
}

void
render_out_add(struct render_out *out, const char *bytes, size_t len)
{
	if (len > RENDER_OUT_BYTES - out->len)
		render_out_flush(out);
	if (len > RENDER_OUT_BYTES) {
		if (!out->failed && !out->write(out->ctx, bytes, len))
			out->failed = true;
		return;
	}
	if (len > 0)
		memcpy(out->data + out->len, bytes, len);
	out->len += len;
}

static enum flowtoll_rc
find_output(const char *format, const struct render_output **output, struct flowtoll_err *err)
{
	char names[128] = "";
	size_t len = 0;
	for (size_t i = 0; i < OUTPUT_COUNT; i++) {
		*output = outputs[i];
		if (strcmp(outputs[i]->name, format) == 0)
			return FLOWTOLL_OK;
		const char *gap = i == 0 ? "" : ", ";
		size_t need = strlen(gap) + strlen(outputs[i]->name);
		assert(len + need < sizeof names);
		memcpy(names + len, gap, strlen(gap));
		memcpy(names + len + strlen(gap), outputs[i]->name, strlen(outputs[i]->name) + 1);
		len += need;
	}
	err_set(err, FLOWTOLL_ERR_USAGE, "unknown output format: %s", format);
	err_hint(err, "there are %s", names);
	return err->code;
}

static enum flowtoll_rc
write_failed(struct flowtoll_err *err)
{
	return ERR(err, FLOWTOLL_ERR_OUTPUT, "the answer could not be written");
}

static enum flowtoll_rc
feed(struct render *render, const struct render_output *output, struct flowtoll_err *err)
{
	TRY(output->begin(render, err));
	for (;;) {
		const struct result_cell *cells = NULL;
		TRY(result_next(render->result, &cells, err));
		if (cells == NULL)
			break;
		TRY(output->row(render, cells, err));
		if (render->out.failed)
			return write_failed(err);
		render->rows++;
	}
	TRY(output->end(render, err));
	render_out_flush(&render->out);
	return render->out.failed ? write_failed(err) : FLOWTOLL_OK;
}

/* Decimal points and the widths of characters follow the locale of the thread; a program that
 * embeds us may have set any. */
static locale_t
own_locale(void)
{
	locale_t locale = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0);
	return locale != (locale_t)0 ? locale : newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

enum flowtoll_rc
render_write(struct result *result, const char *format, const struct flowtoll_style *style,
             flowtoll_write_fn *write, void *ctx, struct flowtoll_err *err)
{
	assert(result != NULL && format != NULL && write != NULL);
	const struct render_output *output = NULL;
	TRY(find_output(format, &output, err));

	locale_t locale = own_locale();
	struct render *render = mem_zalloc(1, sizeof *render);
	if (render == NULL || locale == (locale_t)0) {
		mem_free(render);
		if (locale != (locale_t)0)
			freelocale(locale);
		return err_memory(err, "writing the answer");
	}
	render->result = result;
	if (style != NULL)
		render->style = *style;
	render->out.write = write;
	render->out.ctx = ctx;

	locale_t before = uselocale(locale);
	enum flowtoll_rc rc = feed(render, output, err);
	output->free(render);
	uselocale(before);
	freelocale(locale);
	mem_free(render);
	return rc;
}
