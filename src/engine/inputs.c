/* SPDX-License-Identifier: Apache-2.0
 *
 * See inputs.h.
 */
#include "engine/inputs.h"

#include "base/mem.h"
#include "flow/file_name.h"
#include "io/remote.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum flowtoll_rc
inputs_create(struct inputs *inputs, const char *fields, struct flowtoll_err *err)
{
	*inputs = (struct inputs){0};
	TRY(faults_create(&inputs->looked, err));
	if (fields == NULL)
		return FLOWTOLL_OK;
	struct flow_format *format = mem_alloc(sizeof *format);
	char *copy = arena_dup(&inputs->arena, fields, strlen(fields));
	if (format == NULL || copy == NULL) {
		mem_free(format);
		return err_memory(err, "opening a session");
	}
	enum flowtoll_rc rc = flow_format_parse(format, fields, strlen(fields), err);
	mem_free(format);
	if (rc != FLOWTOLL_OK) {
		char message[sizeof err->message];
		memcpy(message, err->message, sizeof message);
		err_set(err, FLOWTOLL_ERR_USAGE, "--fields: %s", message);
		err_hint(err, "flowtoll help fields lists the names");
		return err->code;
	}
	inputs->fields = copy;
	return FLOWTOLL_OK;
}

void
inputs_free(struct inputs *inputs)
{
	for (size_t i = 0; i < inputs->format_count; i++)
		mem_free(inputs->formats[i]);
	mem_free(inputs->formats);
	mem_free(inputs->unknown);
	for (size_t i = 0; i < inputs->count; i++)
		mem_free(inputs->all[i].parquet.is_rejected);
	mem_free(inputs->all);
	faults_free(&inputs->looked);
	io_list_free(&inputs->list);
	arena_free(&inputs->arena);
}

bool
inputs_have_stream(const struct inputs *inputs)
{
	for (size_t i = 0; i < inputs->list.count; i++)
		if (inputs->list.files[i].stream != NULL)
			return true;
	return false;
}

size_t
inputs_size_bytes(const struct inputs *inputs)
{
	enum { PIECE_BYTES = 32 }; /* of a scan's list of what to read */
	return inputs->list.arena.size_bytes + inputs->list.cap * sizeof *inputs->list.files +
	       inputs->count * (sizeof *inputs->all + PIECE_BYTES);
}

/* ---- formats ------------------------------------------------------------------------------ */

static enum flowtoll_rc
note_unknown(struct inputs *inputs, const struct flow_format *format,
             const struct flow_column *unnamed, struct flowtoll_err *err)
{
	char column[LIMIT_NAME_BYTES + 1];
	flow_column_name(format, unnamed, column);
	for (size_t i = 0; i < inputs->unknown_count; i++)
		if (strcmp(inputs->unknown[i], column) == 0)
			return FLOWTOLL_OK;
	if (inputs->unknown_count == LIMIT_COLUMNS)
		return ERR(err, FLOWTOLL_ERR_INPUT, "more than %d unknown columns in all files",
		           LIMIT_COLUMNS);
	const char **unknown = mem_realloc_array(inputs->unknown, inputs->unknown_count + 1,
	                                         sizeof *unknown);
	if (unknown == NULL)
		return err_memory(err, "reading a header");
	inputs->unknown = unknown;
	unknown[inputs->unknown_count] = arena_dup(&inputs->arena, column, strlen(column));
	if (unknown[inputs->unknown_count] == NULL)
		return err_memory(err, "reading a header");
	inputs->unknown_count++;
	return FLOWTOLL_OK;
}

/* The shared copy of a format equal to this one. */
static enum flowtoll_rc
share_format(struct inputs *inputs, const struct flow_format *format,
             const struct flow_format **shared, struct flowtoll_err *err)
{
	for (size_t i = 0; i < inputs->format_count; i++) {
		const struct flow_format *known = inputs->formats[i];
		if (known->text_len == format->text_len &&
		    memcmp(known->text, format->text, format->text_len) == 0) {
			*shared = known;
			return FLOWTOLL_OK;
		}
	}
	for (uint32_t c = 0; c < format->column_count; c++) {
		const struct flow_column *column = &format->columns[c];
		if (column->field == FLOW_UNKNOWN)
			TRY(note_unknown(inputs, format, column, err));
		else
			inputs->has_field[column->field] = true;
	}
	struct flow_format **formats = mem_realloc_array(inputs->formats, inputs->format_count + 1,
	                                                 sizeof *formats);
	if (formats == NULL)
		return err_memory(err, "reading a header");
	inputs->formats = formats;
	struct flow_format *copy = mem_alloc(sizeof *copy);
	if (copy == NULL)
		return err_memory(err, "reading a header");
	memcpy(copy, format, sizeof *copy);
	formats[inputs->format_count++] = copy;
	*shared = copy;
	return FLOWTOLL_OK;
}

/* ---- headers ------------------------------------------------------------------------------ */

/* The file's first line that is not blank, at most LIMIT_HEADER_BYTES of it. */
static enum flowtoll_rc
first_line(struct io_reader *reader, char *text, size_t *begin, size_t *len,
           struct flowtoll_err *err)
{
	size_t text_len = 0, got = 1;
	enum flowtoll_rc rc = FLOWTOLL_OK;
	while (text_len < LIMIT_HEADER_BYTES && got > 0) {
		rc = io_read(reader, (uint8_t *)text + text_len, LIMIT_HEADER_BYTES - text_len, &got, err);
		if (rc != FLOWTOLL_OK)
			got = 0;
		text_len += got;
	}
	*begin = text_len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	while (*begin < text_len && (text[*begin] == '\n' || text[*begin] == '\r'))
		(*begin)++;
	const char *end = memchr(text + *begin, '\n', text_len - *begin);
	*len = end != NULL ? (size_t)(end - text) - *begin : text_len - *begin;
	/* damage further on is met again, and told, in the scan */
	return end == NULL ? rc : FLOWTOLL_OK;
}

static enum flowtoll_rc
refuse_headerless(struct flowtoll_err *err)
{
	err_set(err, FLOWTOLL_ERR_INPUT, "the first line is no header, and no record that can only be "
	                                 "in the default format");
	err_hint(err,
	         "if it is a flow log, say what its columns are: --fields 'version account-id ...'");
	return err->code;
}

/* What the first line says of the file's columns. */
static enum flowtoll_rc
tell_format(const struct inputs *inputs, const char *line, size_t len, struct flow_format *format,
            struct flowtoll_err *err)
{
	if (flow_line_is_header(line, len))
		return flow_format_parse(format, line, len, err);
	size_t stamp = flow_line_timestamp_len(line, len);
	const char *text = inputs->fields;
	if (text == NULL && flow_line_is_default(line + stamp, len - stamp))
		text = flow_default_format;
	if (text == NULL)
		return refuse_headerless(err);
	char columns[LIMIT_HEADER_BYTES];
	int columns_len = snprintf(columns, sizeof columns, "%s%s%s",
	                           stamp > 0 ? flow_timestamp_column : "", stamp > 0 ? " " : "", text);
	if (columns_len >= (int)sizeof columns)
		return ERR(err, FLOWTOLL_ERR_USAGE, "--fields is longer than %d bytes", LIMIT_HEADER_BYTES);
	return flow_format_parse(format, columns, (size_t)columns_len, err);
}

static bool
is_named_parquet(const char *path)
{
	static const char ending[] = ".parquet";
	size_t len = strlen(path), end = sizeof ending - 1;
	return len > end && strcmp(path + len - end, ending) == 0;
}

/* What begins with PAR1; or PARE, where the footer is encrypted. */
static enum flowtoll_rc
look_at_parquet(struct inputs *inputs, struct input *input, char last, struct flow_format *format,
                struct flowtoll_err *err)
{
	if (input->is_gzip) {
		err_set(err, FLOWTOLL_ERR_INPUT, "a Parquet file inside gzip");
		err_hint(err, "gunzip it first");
		return err->code;
	}
	if (input->file->remote != NULL) {
		err_set(err, FLOWTOLL_ERR_INPUT, "a Parquet file whose name does not end in .parquet");
		err_hint(err, "copy it into a folder with flowtoll get, and name that");
		return err->code;
	}
	if (input->file->stream != NULL) {
		err_set(err, FLOWTOLL_ERR_INPUT, "a Parquet file cannot be read from a pipe");
		err_hint(err, "save it to a file, and name that");
		return err->code;
	}
	if (last == 'E')
		return ERR(err, FLOWTOLL_ERR_INPUT, "an encrypted Parquet file");
	if (inputs->look_parquet == NULL)
		return ERR(err, FLOWTOLL_ERR_INPUT, "a Parquet file");
	TRY(inputs->look_parquet(inputs->parquet_ctx, input, format, err));
	return share_format(inputs, format, &input->format, err);
}

static enum flowtoll_rc
refuse_no_parquet(bool is_empty, struct flowtoll_err *err)
{
	err_set(err, FLOWTOLL_ERR_INPUT, "no Parquet file: it %s",
	        is_empty ? "is empty" : "does not begin with PAR1");
	err_hint(err, "copy the file again");
	return err->code;
}

static enum flowtoll_rc
look_at(struct inputs *inputs, struct input *input, struct io_reader *reader,
        struct flow_format *format, struct flowtoll_err *err)
{
	char text[LIMIT_HEADER_BYTES];
	size_t begin = 0, len = 0;
	if (input->file->missing != NULL)
		return ERR(err, FLOWTOLL_ERR_INPUT, "%s", input->file->missing);
	TRY(io_reader_look(reader, input->file, err));
	input->is_gzip = io_reader_is_gzip(reader);
	TRY(first_line(reader, text, &begin, &len, err));
	if (len == 0 && begin >= LIMIT_HEADER_BYTES)
		return ERR(err, FLOWTOLL_ERR_INPUT, "its first %d bytes are blank", LIMIT_HEADER_BYTES);
	const char *line = text + begin;
	if (len >= 4 && memcmp(line, "PAR", 3) == 0 && (line[3] == '1' || line[3] == 'E'))
		return look_at_parquet(inputs, input, line[3], format, err);
	bool named = is_named_parquet(input->file->path);
	bool is_log = flow_line_is_header(line, len) || flow_line_is_default(line, len);
	if (named && !is_log)
		return refuse_no_parquet(len == 0, err);
	if (len == 0) /* an empty file is read, and has no rows */
		return FLOWTOLL_OK;
	input->has_header = flow_line_is_header(line, len);
	TRY(tell_format(inputs, line, len, format, err));
	return share_format(inputs, format, &input->format, err);
}

enum flowtoll_rc
inputs_check_any(const struct inputs *inputs, struct flowtoll_err *err)
{
	if (inputs->count == 0)
		return ERR(err, FLOWTOLL_ERR_USAGE, "no source given");
	for (size_t i = 0; i < inputs->count; i++)
		if (!inputs->all[i].is_unreadable)
			return FLOWTOLL_OK;
	const struct fault *first = &inputs->looked.all[0];
	if (inputs->count == 1)
		err_set(err, FLOWTOLL_ERR_INPUT, "%s", first->message);
	else
		err_set(err, FLOWTOLL_ERR_INPUT, "none of the %zu files can be read; the first: %s",
		        inputs->count, first->message);
	err_place(err, first->file, 0, first->byte);
	return err->code;
}

/* ---- looking ------------------------------------------------------------------------------ */

/* Each look at a remote file takes a while, and there may be many. As the format of a flow log
 * cannot be changed, the first file of each is looked at, all of those at once, and the others are
 * held to its header when they are read. */
struct flow_log_head {
	struct flow_file_name name;
	const struct io_file *first;
	const struct input *known; /* one with a header; NULL: none so far */
};

struct look {
	struct inputs *inputs;
	struct io_reader *reader;
	struct flow_format *format; /* in hand */
	struct flow_log_head *heads;
	size_t head_count;
	const struct io_file **asked; /* that are read ahead */
	size_t asked_count;
	struct io_ahead *ahead; /* NULL: nothing is */
};

static bool
is_same(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return a_len == b_len && memcmp(a, b, a_len) == 0;
}

/* Those of the flow log that the name tells; NULL: none of it came yet. */
static struct flow_log_head *
head_of(const struct look *look, const struct flow_file_name *name)
{
	for (size_t i = look->head_count; i-- > 0;) {
		const struct flow_file_name *other = &look->heads[i].name;
		if (is_same(name->flow_log, name->flow_log_len, other->flow_log, other->flow_log_len) &&
		    is_same(name->scope, name->scope_len, other->scope, other->scope_len))
			return &look->heads[i];
	}
	return NULL;
}

/* Which remote files are looked at; starts to read them ahead. */
static enum flowtoll_rc
ask_ahead(struct look *look, struct flowtoll_err *err)
{
	const struct io_list *list = &look->inputs->list;
	const size_t most = list->count - look->inputs->count;
	look->heads = mem_zalloc(most, sizeof *look->heads);
	look->asked = mem_zalloc(most, sizeof *look->asked);
	if (look->heads == NULL || look->asked == NULL)
		return err_memory(err, "listing files");
	for (size_t i = look->inputs->count; i < list->count; i++) {
		const struct io_file *file = &list->files[i];
		struct flow_file_name name;
		if (file->remote == NULL || is_named_parquet(file->path))
			continue;
		flow_file_name_parse(file->path, &name);
		if (name.flow_log != NULL && head_of(look, &name) != NULL)
			continue;
		if (name.flow_log != NULL)
			look->heads[look->head_count++] = (struct flow_log_head){.name = name, .first = file};
		look->asked[look->asked_count++] = file;
	}
	if (look->asked_count == 0)
		return FLOWTOLL_OK;
	return list->remote->begin(list->remote->ctx, look->asked, look->asked_count,
	                           REMOTE_HEAD_BYTES, &look->ahead, err);
}

/* Parquet is read from its end, here and there: what is elsewhere is copied, and then is a file of
 * this machine. */
struct copying {
	struct inputs *inputs;
	const size_t *at; /* of each file, in the list */
};

static enum flowtoll_rc
on_copied(void *ctx, size_t index, const char *path, const struct flowtoll_err *why,
          struct flowtoll_err *err)
{
	struct copying *copying = ctx;
	struct inputs *inputs = copying->inputs;
	struct io_file *file = &inputs->list.files[copying->at[index]];
	if (path == NULL) { /* told when it is looked at */
		file->missing = arena_dup(&inputs->list.arena, why->message, strlen(why->message));
		return file->missing != NULL ? FLOWTOLL_OK : err_memory(err, "listing files");
	}
	file->path = arena_dup(&inputs->list.arena, path, strlen(path));
	file->remote = NULL;
	return file->path != NULL ? FLOWTOLL_OK : err_memory(err, "listing files");
}

static enum flowtoll_rc
copy_parquet(struct inputs *inputs, struct flowtoll_err *err)
{
	const struct io_list *list = &inputs->list;
	const size_t most = list->count - inputs->count;
	const struct io_file **files = mem_zalloc(most, sizeof *files);
	size_t *at = mem_zalloc(most, sizeof *at), count = 0;
	enum flowtoll_rc rc = FLOWTOLL_OK;
	for (size_t i = inputs->count; i < list->count && files != NULL && at != NULL; i++) {
		if (list->files[i].remote == NULL || !is_named_parquet(list->files[i].path))
			continue;
		files[count] = &list->files[i];
		at[count++] = i;
	}
	if (files == NULL || at == NULL)
		rc = err_memory(err, "listing files");
	else if (count > 0 && inputs->copies == NULL)
		rc = ERR(err, FLOWTOLL_ERR_OUTPUT, "no folder could be made to copy Parquet files into");
	else if (count > 0)
		rc = list->remote->copy(list->remote->ctx, files, count, inputs->copies, on_copied,
		                        &(struct copying){inputs, at}, err);
	mem_free(files);
	mem_free(at);
	return rc;
}

/* What a file of this flow log told holds for this one too; else it is looked at. */
static enum flowtoll_rc
look_at_remote(struct look *look, struct input *input, struct flowtoll_err *err)
{
	struct flow_file_name name;
	flow_file_name_parse(input->file->path, &name);
	struct flow_log_head *head = name.flow_log != NULL ? head_of(look, &name) : NULL;
	if (head != NULL && head->known != NULL && !is_named_parquet(input->file->path)) {
		input->format = head->known->format;
		input->is_gzip = head->known->is_gzip;
		input->is_assumed = true;
		return FLOWTOLL_OK;
	}
	bool is_asked = name.flow_log == NULL || (head != NULL && head->first == input->file);
	io_reader_use(look->reader, is_asked ? look->ahead : NULL);
	enum flowtoll_rc rc = look_at(look->inputs, input, look->reader, look->format, err);
	io_reader_use(look->reader, NULL);
	if (rc == FLOWTOLL_OK && head != NULL && input->has_header)
		head->known = input;
	return rc;
}

static enum flowtoll_rc
look_at_next(struct look *look, struct flowtoll_err *err)
{
	struct inputs *inputs = look->inputs;
	struct input *input = &inputs->all[inputs->count];
	struct flowtoll_err why; /* of one file */
	memset(input, 0, sizeof *input);
	input->file = &inputs->list.files[inputs->count++];
	enum flowtoll_rc rc = input->file->remote != NULL
		? look_at_remote(look, input, &why)
		: look_at(inputs, input, look->reader, look->format, &why);
	if (rc == FLOWTOLL_OK)
		return FLOWTOLL_OK;
	if (rc == FLOWTOLL_ERR_INPUT) {
		input->is_unreadable = true;
		faults_add_file(&inputs->looked, input->file->path, &why);
		return FLOWTOLL_OK;
	}
	inputs->count--; /* to be looked at again */
	*err = why;
	return rc;
}

enum flowtoll_rc
inputs_look(struct inputs *inputs, struct flowtoll_err *err)
{
	enum flowtoll_rc rc = FLOWTOLL_OK;
	struct look look = {.inputs = inputs};
	if (inputs->count == inputs->list.count)
		return inputs_check_any(inputs, err);
	look.format = mem_alloc(sizeof *look.format);
	struct input *all = mem_realloc_array(inputs->all, inputs->list.count, sizeof *all);
	if (all != NULL)
		inputs->all = all;
	if (look.format == NULL || all == NULL) {
		rc = err_memory(err, "listing files");
		goto out;
	}
	/* the list may have moved */
	for (size_t i = 0; i < inputs->count; i++)
		all[i].file = &inputs->list.files[i];
	rc = io_reader_create(&look.reader, err);
	if (rc == FLOWTOLL_OK && inputs->list.remote != NULL)
		rc = copy_parquet(inputs, err);
	if (rc == FLOWTOLL_OK && inputs->list.remote != NULL)
		rc = ask_ahead(&look, err);
	while (rc == FLOWTOLL_OK && inputs->count < inputs->list.count)
		rc = inputs->list.stop != NULL && atomic_load(inputs->list.stop)
		         ? ERR(err, FLOWTOLL_ERR_INTERRUPTED, "interrupted")
		         : look_at_next(&look, err);
	if (rc == FLOWTOLL_OK)
		rc = inputs_check_any(inputs, err);
out:
	io_reader_free(look.reader);
	if (look.ahead != NULL)
		inputs->list.remote->end(look.ahead);
	mem_free(look.asked);
	mem_free(look.heads);
	mem_free(look.format);
	return rc;
}
