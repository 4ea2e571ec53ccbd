/* SPDX-License-Identifier: Apache-2.0
 *
 * See arrow_pandas.h. The JSON is what pyarrow writes of a data frame and reads again.
 */
#include "engine/arrow_pandas.h"

#include "base/json_text.h"

enum { METADATA_BYTES_MAX = 16 << 20 };

static void
add_column(struct buf *buf, bool *first, const char *name, const char *type, const char *dtype)
{
	buf_adds(buf, *first ? "{\"name\": " : ", {\"name\": ");
	*first = false;
	json_adds(buf, name);
	buf_adds(buf, ", \"field_name\": ");
	json_adds(buf, name);
	buf_addf(buf, ", \"pandas_type\": \"%s\", \"numpy_type\": \"%s\", \"metadata\": null}", type,
	         dtype);
}

static void
add_frame(struct buf *buf, const struct kept *kept)
{
	bool first = true;
	buf_adds(buf, "{\"index_columns\": [], \"column_indexes\": [], \"columns\": [");
	for (size_t i = 0; i < kept->column_count; i++) {
		const char *name = kept->columns[i].head.name;
		if (kept->columns[i].form == KEPT_BOOL)
			add_column(buf, &first, name, "bool", "boolean");
		else if (kept->columns[i].form == KEPT_INT32)
			add_column(buf, &first, name, "int32", "Int32");
		else if (kept->columns[i].form == KEPT_INT64)
			add_column(buf, &first, name, "int64", "Int64");
	}
	buf_adds(buf, "], \"creator\": {\"library\": \"flowtoll\", \"version\": \"" FLOWTOLL_VERSION
	              "\"}, \"pandas_version\": \"2.0.0\"}");
}

char *
arrow_pandas_metadata(const struct kept *kept)
{
	static const char key[] = "pandas";
	const int32_t pairs = 1, key_len = sizeof key - 1;
	struct buf value, out;
	buf_init(&value, METADATA_BYTES_MAX);
	buf_init(&out, METADATA_BYTES_MAX * 2);
	add_frame(&value, kept);
	const int32_t value_len = (int32_t)value.len;
	buf_add(&out, &pairs, sizeof pairs);
	buf_add(&out, &key_len, sizeof key_len);
	buf_add(&out, key, sizeof key - 1);
	buf_add(&out, &value_len, sizeof value_len);
	buf_add(&out, buf_text(&value), value.len);
	char *metadata = value.failed ? NULL : buf_take(&out);
	buf_free(&value);
	buf_free(&out);
	return metadata;
}
