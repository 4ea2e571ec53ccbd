/* SPDX-License-Identifier: Apache-2.0
 *
 * See names_file.h. Fields are cut out of the file's text in place.
 */
#include "who/names_file.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

enum field { FIELD_CIDR, FIELD_NAME, FIELD_KIND, FIELD_OWNER, FIELD_COUNT };

static const char *const field_names[FIELD_COUNT] = {"cidr", "name", "kind", "owner"};
static const char hint_form[] =
	"a line is: cidr,name,kind,owner, as in: 10.20.0.0/16,\"office, Berlin\",site,IT";

struct csv_reader {
	struct who_names_file *names;
	struct who_intern *intern;
	const char *path;
	char *text; /* ends in a NUL */
	char *end;
	char *at;        /* what is read next */
	uint64_t line;   /* that it stands in */
	char *row;       /* where the row in hand begins, and its line */
	uint64_t row_line;
	enum field order[FIELD_COUNT]; /* of the columns */
	size_t column_count;
};

void
who_names_file_free(struct who_names_file *names)
{
	ip_trie_free(names->trie);
	mem_free(names->rows);
	*names = (struct who_names_file){0};
}

/* Whatever is wrong is wrong at a line. */
static enum flowtoll_rc
at_line(const struct csv_reader *reader, uint64_t line, const char *place, struct flowtoll_err *err)
{
	if (err->hint[0] == '\0')
		err_hint(err, "%s", hint_form);
	err_place(err, reader->path, line, (uint64_t)(place - reader->text));
	return err->code;
}

static enum flowtoll_rc
refuse(const struct csv_reader *reader, const char *place, const char *why,
       struct flowtoll_err *err)
{
	ERR(err, FLOWTOLL_ERR_INPUT, "%s", why);
	return at_line(reader, reader->line, place, err);
}

/* ---- fields ------------------------------------------------------------------------------- */

/* One field, its NUL in place of what ends it; *last: it ends the row. */
static enum flowtoll_rc
read_quoted(struct csv_reader *reader, char **field, struct flowtoll_err *err)
{
	char *in = reader->at + 1, *out = in;
	uint64_t begun = reader->line;
	*field = out;
	for (;; in++) {
		if (in >= reader->end) {
			ERR(err, FLOWTOLL_ERR_INPUT, "a quotation begins here and does not end");
			return at_line(reader, begun, reader->at, err);
		}
		if (*in == '"' && *++in != '"')
			break;
		reader->line += *in == '\n';
		*out++ = *in;
	}
	reader->at = in + strspn(in, " \t");
	*out = '\0';
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_plain(struct csv_reader *reader, char **field, struct flowtoll_err *err)
{
	size_t len = strcspn(reader->at, ",\r\n\"");
	char *stop = reader->at + len;
	*field = reader->at;
	if (*stop == '"')
		return refuse(reader, stop, "a quote in the middle of a field: quote all of it", err);
	reader->at = stop;
	while (stop > *field && (stop[-1] == ' ' || stop[-1] == '\t'))
		stop--;
	if (stop < reader->at)
		*stop = '\0';
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_field(struct csv_reader *reader, char **field, bool *last, struct flowtoll_err *err)
{
	reader->at += strspn(reader->at, " \t");
	TRY(*reader->at == '"' ? read_quoted(reader, field, err) : read_plain(reader, field, err));
	char *stop = reader->at;
	if (*stop == '\r' && (stop[1] == '\n' || stop + 1 == reader->end))
		*stop++ = '\0';
	*last = *stop == '\n' || stop >= reader->end;
	if (!*last && *stop != ',')
		return refuse(reader, stop, *stop == '\r' ? "a carriage return in the middle of a line"
		                                          : "text behind the quotation", err);
	bool ends_line = *stop == '\n';
	reader->at = stop + (stop < reader->end);
	*stop = '\0';
	if (strlen(*field) > LIMIT_JSON_TEXT_BYTES)
		return refuse(reader, *field, "the field is too long", err);
	reader->line += ends_line;
	return FLOWTOLL_OK;
}

/* ---- rows --------------------------------------------------------------------------------- */

static size_t
field_of(const char *name)
{
	size_t field = 0;
	while (field < FIELD_COUNT && strcasecmp(field_names[field], name) != 0)
		field++;
	return field;
}

static enum flowtoll_rc
wrong_row(const struct csv_reader *reader, struct flowtoll_err *err)
{
	return at_line(reader, reader->row_line, reader->row, err);
}

/* The names of the columns, if the first row has them. */
static enum flowtoll_rc
read_header(struct csv_reader *reader, char *const fields[], size_t count, bool *is_header,
            struct flowtoll_err *err)
{
	bool has[FIELD_COUNT] = {false};
	*is_header = count > 0 && field_of(fields[0]) < FIELD_COUNT;
	if (!*is_header)
		return FLOWTOLL_OK;
	for (size_t i = 0; i < count; i++) {
		size_t field = field_of(fields[i]);
		if (field == FIELD_COUNT || has[field]) {
			ERR(err, FLOWTOLL_ERR_INPUT, "%s column '%.64s'",
			    field == FIELD_COUNT ? "there is no" : "twice the", fields[i]);
			err_hint(err, "the columns are cidr, name, kind and owner");
			return wrong_row(reader, err);
		}
		has[field] = true;
		reader->order[i] = (enum field)field;
	}
	reader->column_count = count;
	if (has[FIELD_CIDR] && (has[FIELD_NAME] || has[FIELD_OWNER]))
		return FLOWTOLL_OK;
	ERR(err, FLOWTOLL_ERR_INPUT, "the header line lacks the column %s",
	    has[FIELD_CIDR] ? "name" : "cidr");
	return wrong_row(reader, err);
}

static enum flowtoll_rc
keep(struct csv_reader *reader, const char *text, const char **kept, struct flowtoll_err *err)
{
	*kept = NULL;
	if (text == NULL || text[0] == '\0')
		return FLOWTOLL_OK;
	*kept = who_intern(reader->intern, text, strlen(text));
	return *kept != NULL ? FLOWTOLL_OK : err_memory(err, "reading names");
}

static enum flowtoll_rc
make_room(struct csv_reader *reader, struct flowtoll_err *err)
{
	struct who_names_file *names = reader->names;
	if (names->count == LIMIT_RANGES) {
		ERR(err, FLOWTOLL_ERR_INPUT, "more than %d ranges", LIMIT_RANGES);
		return wrong_row(reader, err);
	}
	struct who_named *rows = mem_room(names->rows, names->count, &names->cap, sizeof *rows);
	if (rows == NULL)
		return err_memory(err, "reading names");
	names->rows = rows;
	return FLOWTOLL_OK;
}

static bool
is_same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* The same row again changes nothing; which of two that differ is meant nobody can tell. */
static enum flowtoll_rc
add_row(struct csv_reader *reader, const struct who_named *row, struct flowtoll_err *err)
{
	struct who_names_file *names = reader->names;
	uint32_t held = ip_trie_get(names->trie, &row->cidr);
	if (held != IP_TRIE_NONE) {
		const struct who_named *other = &names->rows[held];
		if (is_same_text(other->name, row->name) && is_same_text(other->kind, row->kind) &&
		    is_same_text(other->owner, row->owner))
			return FLOWTOLL_OK;
		char text[IP_CIDR_TEXT_MAX];
		ip_cidr_print(row->cidr, text);
		ERR(err, FLOWTOLL_ERR_INPUT, "%s has another name in line %llu", text,
		    (unsigned long long)other->line);
		err_hint(err, "keep one of the two lines");
		return wrong_row(reader, err);
	}
	TRY(make_room(reader, err));
	names->rows[names->count] = *row;
	return ip_trie_set(names->trie, &row->cidr, (uint32_t)names->count++, err);
}

static enum flowtoll_rc
take_row(struct csv_reader *reader, char *const fields[], size_t count, struct flowtoll_err *err)
{
	const char *values[FIELD_COUNT] = {NULL};
	struct who_named row = {.line = reader->row_line};
	bool host_bits = false;
	for (size_t i = 0; i < count; i++)
		values[reader->order[i]] = fields[i];
	const char *cidr = values[FIELD_CIDR] != NULL ? values[FIELD_CIDR] : "";
	if (!ip_cidr_parse(cidr, strlen(cidr), &row.cidr, &host_bits)) {
		ERR(err, FLOWTOLL_ERR_INPUT, "\"%.64s\" is not an IP prefix%s", cidr,
		    host_bits ? ": it has host bits" : "");
		return wrong_row(reader, err);
	}
	TRY(keep(reader, values[FIELD_NAME], &row.name, err));
	TRY(keep(reader, values[FIELD_KIND], &row.kind, err));
	TRY(keep(reader, values[FIELD_OWNER], &row.owner, err));
	if (row.name == NULL && row.owner == NULL) {
		ERR(err, FLOWTOLL_ERR_INPUT, "%s has neither name nor owner", cidr);
		return wrong_row(reader, err);
	}
	return add_row(reader, &row, err);
}

static enum flowtoll_rc
read_row(struct csv_reader *reader, bool is_first, struct flowtoll_err *err)
{
	char *fields[FIELD_COUNT];
	size_t count = 0;
	bool last = false, is_header = false;
	reader->row = reader->at;
	reader->row_line = reader->line;
	while (!last) {
		char *field;
		TRY(read_field(reader, &field, &last, err));
		bool is_over = count == (is_first ? (size_t)FIELD_COUNT : reader->column_count);
		if (is_over && field[0] == '\0' && last)
			break; /* some programs end a line with a comma */
		if (is_over) {
			ERR(err, FLOWTOLL_ERR_INPUT, "more fields than %zu: what is '%.64s'?", count, field);
			return wrong_row(reader, err);
		}
		fields[count++] = field;
	}
	if (is_first)
		TRY(read_header(reader, fields, count, &is_header, err));
	return is_header ? FLOWTOLL_OK : take_row(reader, fields, count, err);
}

/* ---- the file ----------------------------------------------------------------------------- */

/* Characters that a line of ours could not be read by: then it is no such file, or damaged. */
static enum flowtoll_rc
check_text(const struct csv_reader *reader, struct flowtoll_err *err)
{
	uint64_t line = 1;
	for (const char *c = reader->text; c < reader->end;) {
		const char *fault = NULL;
		size_t size = (unsigned char)*c >= 0x80 ? utf8_size(c, &fault) : *c != '\0';
		if (size == 0) {
			ERR(err, FLOWTOLL_ERR_INPUT, *c == '\0' ? "a NUL byte: this is not text"
			                                        : "bytes that are not UTF-8");
			err_hint(err, "save it as CSV in UTF-8");
			return at_line(reader, line, c, err);
		}
		line += *c == '\n';
		c += size;
	}
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_rows(struct csv_reader *reader, struct flowtoll_err *err)
{
	bool is_first = true;
	TRY(check_text(reader, err));
	if (strncmp(reader->text, "\xef\xbb\xbf", 3) == 0) /* as some editors begin */
		reader->at += 3;
	while (reader->at < reader->end) {
		size_t len = strcspn(reader->at, "\n");
		if (reader->at[0] == '#' || strspn(reader->at, " \t\r") == len) {
			reader->at += len + (reader->at + len < reader->end);
			reader->line++;
			continue;
		}
		TRY(read_row(reader, is_first, err));
		is_first = false;
	}
	return FLOWTOLL_OK;
}

enum flowtoll_rc
who_names_file_read(struct who_names_file *names, struct who_intern *intern, const char *path,
                    struct flowtoll_err *err)
{
	struct buf text;
	char day[WHO_DATE_MAX];
	assert(names->trie == NULL);
	bool has_day = who_source_day_of_file(path, day);
	TRY(who_source_make(intern, "names file", has_day ? day : NULL, false, &names->source, err));
	TRY(ip_trie_create(&names->trie, err));
	buf_init(&text, LIMIT_RANGES_BYTES);
	enum flowtoll_rc rc = file_read(path, &text, err);
	if (rc != FLOWTOLL_OK)
		err_hint(err, "%s", hint_form);
	if (rc == FLOWTOLL_OK && text.len > 0) {
		struct csv_reader reader = {.names = names,
		                            .intern = intern,
		                            .path = path,
		                            .text = text.data,
		                            .end = text.data + text.len,
		                            .at = text.data,
		                            .line = 1,
		                            .order = {FIELD_CIDR, FIELD_NAME, FIELD_KIND, FIELD_OWNER},
		                            .column_count = FIELD_COUNT};
		rc = read_rows(&reader, err);
	}
	buf_free(&text);
	return rc;
}
