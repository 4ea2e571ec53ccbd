/* SPDX-License-Identifier: Apache-2.0
 *
 * See arrow_schema.h.
 */
#include "api/arrow_schema.h"

#include "base/buf.h"
#include "base/mem.h"

#include <string.h>

enum { METADATA_BYTES_MAX = 16 << 20 };

const char *
arrow_format(const struct kept_column *column)
{
	switch (column->head.type) {
	case RESULT_BOOL:
		return "b";
	case RESULT_INT:
		return column->is_wide ? "d:38,0" : column->head.is_small ? "i" : "l";
	case RESULT_DOUBLE:
		return "g";
	case RESULT_TIME:
		return "tsu:UTC";
	default:
		return column->head.is_category ? "i" : "U";
	}
}

/* ---- what pandas is told ------------------------------------------------------------------ */

static void
add_json_text(struct buf *buf, const char *text)
{
	buf_addc(buf, '"');
	for (; *text != '\0'; text++)
		if (*text == '"' || *text == '\\')
			buf_addf(buf, "\\%c", *text);
		else if ((unsigned char)*text < 0x20)
			buf_addf(buf, "\\u%04x", (unsigned char)*text);
		else
			buf_addc(buf, *text);
	buf_addc(buf, '"');
}

static void
add_column(struct buf *buf, const char *name, const char *type, const char *dtype)
{
	buf_adds(buf, buf_text(buf)[buf->len - 1] == '[' ? "{\"name\": " : ", {\"name\": ");
	add_json_text(buf, name);
	buf_adds(buf, ", \"field_name\": ");
	add_json_text(buf, name);
	buf_addf(buf, ", \"pandas_type\": \"%s\", \"numpy_type\": \"%s\", \"metadata\": null}", type,
	         dtype);
}

/* pyarrow reads there that integers shall become such as may be missing, and not floats. */
static void
add_pandas(struct buf *buf, const struct kept *kept)
{
	buf_adds(buf, "{\"index_columns\": [], \"column_indexes\": [], \"columns\": [");
	for (size_t i = 0; i < kept->column_count; i++) {
		const struct kept_column *column = &kept->columns[i];
		if (column->head.type == RESULT_BOOL)
			add_column(buf, column->head.name, "bool", "boolean");
		else if (column->head.type == RESULT_INT && !column->is_wide)
			add_column(buf, column->head.name, column->head.is_small ? "int32" : "int64",
			           column->head.is_small ? "Int32" : "Int64");
	}
	buf_adds(buf, "], \"creator\": {\"library\": \"flowtoll\", \"version\": \"" FLOWTOLL_VERSION
	              "\"}, \"pandas_version\": \"2.0.0\"}");
}

/* Arrow's encoding of one key with its value. */
static char *
make_metadata(const struct kept *kept)
{
	static const char key[] = "pandas";
	const int32_t pairs = 1, key_len = sizeof key - 1;
	struct buf value, out;
	buf_init(&value, METADATA_BYTES_MAX);
	buf_init(&out, METADATA_BYTES_MAX + 64);
	add_pandas(&value, kept);
	const int32_t value_len = (int32_t)value.len;
	buf_add(&out, &pairs, sizeof pairs);
	buf_add(&out, &key_len, sizeof key_len);
	buf_add(&out, key, sizeof key - 1);
	buf_add(&out, &value_len, sizeof value_len);
	buf_add(&out, buf_text(&value), value.len);
	char *text = value.failed ? NULL : buf_take(&out);
	buf_free(&value);
	buf_free(&out);
	return text;
}

/* ---- the schema --------------------------------------------------------------------------- */

static void
release(struct ArrowSchema *schema)
{
	for (int64_t i = 0; i < schema->n_children; i++) {
		if (schema->children[i]->release != NULL) /* else its consumer has moved it */
			schema->children[i]->release(schema->children[i]);
		mem_free(schema->children[i]);
	}
	mem_free(schema->children);
	if (schema->dictionary != NULL && schema->dictionary->release != NULL)
		schema->dictionary->release(schema->dictionary);
	mem_free(schema->dictionary);
	mem_free(schema->private_data); /* name or metadata, the one text that it owns */
	schema->release = NULL;
}

static bool
describe(struct ArrowSchema *out, const char *format, const char *name)
{
	char *kept_name = mem_dup(name, strlen(name));
	*out = (struct ArrowSchema){.format = format,
	                            .name = kept_name,
	                            .flags = ARROW_FLAG_NULLABLE,
	                            .release = release,
	                            .private_data = kept_name};
	return kept_name != NULL;
}

static bool
describe_column(struct ArrowSchema *out, const struct kept_column *column)
{
	if (!describe(out, arrow_format(column), column->head.name))
		return false;
	if (!column->head.is_category)
		return true;
	out->dictionary = mem_zalloc(1, sizeof *out->dictionary);
	return out->dictionary != NULL && describe(out->dictionary, "U", "");
}

bool
arrow_schema_create(const struct kept *kept, struct ArrowSchema *out)
{
	const size_t count = kept->column_count + kept->has_other;
	char *metadata = make_metadata(kept);
	*out = (struct ArrowSchema){.format = "+s",
	                            .name = "",
	                            .metadata = metadata,
	                            .release = release,
	                            .private_data = metadata};
	out->children = mem_zalloc(count + 1, sizeof *out->children);
	bool ok = metadata != NULL && out->children != NULL;
	for (size_t i = 0; ok && i < count; i++) {
		out->children[i] = mem_zalloc(1, sizeof **out->children);
		if (out->children[i] == NULL) {
			ok = false;
			break;
		}
		out->n_children++;
		ok = i < kept->column_count ? describe_column(out->children[i], &kept->columns[i])
		                            : describe(out->children[i], "b", "is_other");
	}
	if (!ok)
		release(out);
	return ok;
}
