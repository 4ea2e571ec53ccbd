/* SPDX-License-Identifier: Apache-2.0
 *
 * Which column of a file holds which field; see flow.h.
 */
#include "flow/flow.h"

#include "ip/ip.h"

#include <assert.h>
#include <string.h>

/* The next word of a line of words between single or several spaces; false after the last. */
static bool
next_word(const char *text, size_t len, size_t *pos, size_t *word, size_t *word_len)
{
	while (*pos < len && (text[*pos] == ' ' || text[*pos] == '\t'))
		(*pos)++;
	*word = *pos;
	while (*pos < len && text[*pos] != ' ' && text[*pos] != '\t')
		(*pos)++;
	*word_len = *pos - *word;
	return *word_len > 0;
}

/* AWS's names: a lower case letter, then letters, digits, hyphens (or underscores). */
static bool
could_be_name(const char *word, size_t len)
{
	if (len == 0 || word[0] < 'a' || word[0] > 'z')
		return false;
	for (size_t i = 1; i < len; i++) {
		char c = word[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
			return false;
	}
	return true;
}

static size_t
without_line_end(const char *text, size_t len)
{
	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	return len;
}

static char
fold(char c)
{
	return c == '-' ? '_' : c;
}

void
flow_column_name(const struct flow_format *format, const struct flow_column *column,
                 char out[LIMIT_NAME_BYTES + 1])
{
	/* columns of flows that are of no line */
	static const char *const taken[] = {"file",           "line",         "folded_bytes",
	                                    "folded_packets", "folded_flows", "interface_index",
	                                    "start_hour"};
	const char *name = format->text + column->name_offset;
	assert(column->name_len <= LIMIT_NAME_BYTES);
	for (size_t i = 0; i < column->name_len; i++)
		out[i] = fold(name[i]);
	out[column->name_len] = '\0';
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		if (strcmp(out, taken[i]) == 0)
			memcpy(out + column->name_len, "_1", 3);
}

static bool
name_is_taken(const struct flow_format *format, const char *name, size_t len)
{
	for (uint32_t i = 0; i < format->column_count; i++) {
		const char *taken = format->text + format->columns[i].name_offset;
		size_t same = 0;
		while (same < len && fold(taken[same]) == fold(name[same]))
			same++;
		if (same == len && format->columns[i].name_len == len)
			return true;
	}
	return false;
}

static enum flowtoll_rc
add_column(struct flow_format *format, size_t word, size_t len, struct flowtoll_err *err)
{
	const char *name = format->text + word;
	if (!could_be_name(name, len))
		return ERR(err, FLOWTOLL_ERR_INPUT, "column %u of the header, '%.*s', is no field name",
		           format->column_count + 1, (int)(len < 64 ? len : 64), name);
	if (len > LIMIT_NAME_BYTES)
		return ERR(err, FLOWTOLL_ERR_INPUT,
		           "column %u of the header has a name longer than %d bytes",
		           format->column_count + 1, LIMIT_NAME_BYTES);
	if (format->column_count == LIMIT_COLUMNS)
		return ERR(err, FLOWTOLL_ERR_INPUT, "the header has more than %d columns", LIMIT_COLUMNS);
	enum flow_id field = flow_field_find(name, len);
	if (field == FLOW_UNKNOWN ? name_is_taken(format, name, len) : format->column_of[field] >= 0)
		return ERR(err, FLOWTOLL_ERR_INPUT, "the header names the column '%.*s' twice",
		           (int)(len < 64 ? len : 64), name);
	if (field != FLOW_UNKNOWN)
		format->column_of[field] = (int16_t)format->column_count;
	format->columns[format->column_count++] = (struct flow_column){
		.field = (uint16_t)field, .name_len = (uint16_t)len, .name_offset = (uint32_t)word};
	return FLOWTOLL_OK;
}

enum flowtoll_rc
flow_format_parse(struct flow_format *format, const char *text, size_t len,
                  struct flowtoll_err *err)
{
	assert(format != NULL && (text != NULL || len == 0));
	format->column_count = 0;
	memset(format->column_of, -1, sizeof format->column_of);
	len = without_line_end(text, len);
	if (len >= sizeof format->text)
		return ERR(err, FLOWTOLL_ERR_INPUT, "the header line is longer than %d bytes",
		           LIMIT_HEADER_BYTES - 1);
	if (len > 0)
		memcpy(format->text, text, len);
	format->text[len] = '\0';
	format->text_len = (uint32_t)len;

	size_t pos = 0, word = 0, word_len = 0;
	bool any_known = false;
	while (next_word(format->text, len, &pos, &word, &word_len)) {
		if (word_len > 3 && memcmp(format->text + word, "${", 2) == 0 &&
		    format->text[word + word_len - 1] == '}') {
			word += 2;
			word_len -= 3;
		}
		TRY(add_column(format, word, word_len, err));
		any_known |= format->columns[format->column_count - 1].field != FLOW_UNKNOWN;
	}
	if (!any_known)
		return ERR(err, FLOWTOLL_ERR_INPUT, "none of the columns is a flow log field");
	return FLOWTOLL_OK;
}

bool
flow_line_is_header(const char *line, size_t len)
{
	size_t pos = 0, word = 0, word_len = 0, known = 0, count = 0;
	len = without_line_end(line, len);
	while (next_word(line, len, &pos, &word, &word_len)) {
		if (!could_be_name(line + word, word_len))
			return false;
		known += flow_field_find(line + word, word_len) != FLOW_UNKNOWN;
		count++;
	}
	return known * 2 > count;
}

const char flow_timestamp_column[] = "cloudwatch-timestamp";

size_t
flow_line_timestamp_len(const char *line, size_t len)
{
	static const char shape[] = "dddd-dd-ddTdd:dd:dd.dddZ ";
	if (len < sizeof shape - 1)
		return 0;
	for (size_t i = 0; i < sizeof shape - 1; i++)
		if (shape[i] == 'd' ? line[i] < '0' || line[i] > '9' : line[i] != shape[i])
			return 0;
	return sizeof shape - 1;
}

static bool
is_number(const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (word[i] < '0' || word[i] > '9')
			return false;
	return len > 0 && len <= 20;
}

static bool
is_one_of(const char *const *words, const char *word, size_t len)
{
	for (; *words != NULL; words++)
		if (strlen(*words) == len && memcmp(*words, word, len) == 0)
			return true;
	return false;
}

/* Could `word` be a value of this field? */
static bool
fits(const struct flow_field *field, const char *word, size_t len)
{
	struct ip ip;
	if (len == 1 && word[0] == '-')
		return true;
	switch (field->type) {
	case FLOW_TYPE_INT:
	case FLOW_TYPE_BIGINT:
	case FLOW_TYPE_TIME:
		return is_number(word, len);
	case FLOW_TYPE_IP:
		return ip_parse(word, len, &ip);
	case FLOW_TYPE_TEXT:
		return true;
	default:
		return is_one_of(flow_enum_values(field->type), word, len);
	}
}

bool
flow_line_is_default(const char *line, size_t len)
{
	size_t pos = 0, word = 0, word_len = 0, spaces = 0;
	unsigned count = 0;
	len = without_line_end(line, len);
	/* records have one space between two columns, headers may have more */
	for (size_t i = 0; i < len; i++)
		spaces += line[i] == ' ';
	while (next_word(line, len, &pos, &word, &word_len)) {
		const char *text = line + word;
		if (count > FLOW_log_status || !fits(&flow_fields[count], text, word_len))
			return false;
		if (count == FLOW_version && (word_len != 1 || text[0] != '2'))
			return false;
		if (count == FLOW_account_id && !is_number(text, word_len) &&
		    !(word_len == 7 && memcmp(text, "unknown", 7) == 0))
			return false;
		if (count == FLOW_interface_id && (word_len < 4 || memcmp(text, "eni-", 4) != 0))
			return false;
		count++;
	}
	return count == FLOW_log_status + 1 && spaces == FLOW_log_status;
}

_Static_assert(FLOW_log_status == 13, "the default format is the first 14 fields of the table");
