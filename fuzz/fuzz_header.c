/* SPDX-License-Identifier: Apache-2.0
 *
 * Any line as a header, as --fields and as a record: what is accepted has every column once, and
 * written out again reads to the same columns.
 */
#include "flow/flow.h"

#include <stdlib.h>
#include <string.h>

static void
check(const struct flow_format *format)
{
	static struct flow_format again;
	static char text[LIMIT_HEADER_BYTES * 2];
	struct flowtoll_err err;
	size_t len = 0;
	if (format->column_count == 0 || format->column_count > LIMIT_COLUMNS)
		abort();
	for (uint32_t i = 0; i < format->column_count; i++) {
		const struct flow_column *column = &format->columns[i];
		if (column->field != FLOW_UNKNOWN && format->column_of[column->field] != (int16_t)i)
			abort();
		memcpy(text + len, format->text + column->name_offset, column->name_len);
		len += column->name_len;
		text[len++] = ' ';
	}
	if (len >= LIMIT_HEADER_BYTES)
		return;
	if (flow_format_parse(&again, text, len, &err) != FLOWTOLL_OK ||
	    again.column_count != format->column_count)
		abort();
	for (uint32_t i = 0; i < format->column_count; i++)
		if (again.columns[i].field != format->columns[i].field)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct flow_format format;
	struct flowtoll_err err;
	const char *line = (const char *)data;
	if (flow_line_is_header(line, len) && flow_line_is_default(line, len))
		abort(); /* it cannot be both */
	if (flow_format_parse(&format, line, len, &err) == FLOWTOLL_OK)
		check(&format);
	return 0;
}
