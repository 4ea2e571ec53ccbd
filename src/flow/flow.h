/* SPDX-License-Identifier: Apache-2.0
 *
 * What a flow log record is: the table of fields, and a file's format (which column holds which
 * field), read from its header line or from --fields. Pure; any thread.
 */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include "base/err.h"
#include "base/limits.h"

enum flow_type {
	FLOW_TYPE_INT,
	FLOW_TYPE_BIGINT,
	FLOW_TYPE_TIME,
	FLOW_TYPE_IP,
	FLOW_TYPE_TEXT,
	FLOW_TYPE_ACTION, /* from here on ENUMs; flow_enum_values lists their words */
	FLOW_TYPE_STATUS,
	FLOW_TYPE_TYPE,
	FLOW_TYPE_DIRECTION,
	FLOW_TYPE_COUNT
};

enum flow_id {
#define FIELD(column, name, version, type, max, unit, doc) FLOW_##column,
#include "flow/fields.def"
#undef FIELD
	FLOW_FIELD_COUNT,
	FLOW_UNKNOWN = FLOW_FIELD_COUNT /* a column that is in no table of ours */
};

struct flow_field {
	const char *column; /* account_id */
	const char *name;   /* account-id */
	uint8_t version;
	uint8_t name_len;
	enum flow_type type;
	int64_t max;
	const char *unit;
	const char *doc;
};

extern const struct flow_field flow_fields[FLOW_FIELD_COUNT];

/* The field of that name, hyphens or underscores, or FLOW_UNKNOWN. */
enum flow_id flow_field_find(const char *name, size_t len);

/* SQL's name of the type: "INTEGER", "IP", "flow_action", ... */
const char *flow_type_sql(enum flow_type type);

static inline bool
flow_type_is_enum(enum flow_type type)
{
	return type >= FLOW_TYPE_ACTION;
}

/* The words of an ENUM, in the order of their codes; NULL-terminated. */
const char *const *flow_enum_values(enum flow_type type);

/* ---- format ------------------------------------------------------------------------------- */

/* One column of a file. Names of unknown columns are kept as written (hyphens). */
struct flow_column {
	uint16_t field;       /* enum flow_id */
	uint16_t name_len;
	uint32_t name_offset; /* into flow_format.text */
};

struct flow_format {
	uint32_t column_count;
	uint32_t text_len;
	struct flow_column columns[LIMIT_COLUMNS];
	int16_t column_of[FLOW_FIELD_COUNT]; /* field -> column, or -1 */
	char text[LIMIT_HEADER_BYTES];       /* the header line, without its line end */
};

/* What the table `flows` calls a column that is in no table of ours: hyphens become underscores;
 * a name that it has already, for the file or the line, gets a number. */
void flow_column_name(const struct flow_format *format, const struct flow_column *column,
                      char out[LIMIT_NAME_BYTES + 1]);

/* From a header line or the text of --fields ("${account-id}" as in a flow log's LogFormat is
 * read too). Refused: no known field, a column twice, too many, a name that is none. */
FLOWTOLL_MUST_USE enum flowtoll_rc flow_format_parse(struct flow_format *format, const char *text,
                                                     size_t len, struct flowtoll_err *err);

/* The 14 fields of version 2 in AWS's order: the default format. */
extern const char flow_default_format[];

/* Does this line look like a header: all words could be names, and more than half are known? */
bool flow_line_is_header(const char *line, size_t len);

/* Length of the timestamp and its space that CloudWatch Logs exports put before each line
 * ("2026-11-20T00:00:00.000Z 2 1234..."), or 0. */
size_t flow_line_timestamp_len(const char *line, size_t len);

/* What that column is called. */
extern const char flow_timestamp_column[];

/* Can this line only be a record in the default format: 14 columns, version 2, and every column
 * of the right kind? */
bool flow_line_is_default(const char *line, size_t len);

#endif
