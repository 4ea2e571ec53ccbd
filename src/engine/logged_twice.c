/* SPDX-License-Identifier: Apache-2.0
 *
 * Flow logs that log the same interface. A VPC and one of its subnets can have a flow log each, or
 * an interface one for accepted and one for all traffic; nothing in a record tells, only the names
 * of the files. Of windows for which several flow logs of an account and Region have files, a few
 * are looked into, a part of each file:
 *
 *     window 16:20   fl-a  eni-1 ACCEPT, eni-2 ACCEPT, ...
 *                    fl-b  eni-7 ACCEPT, eni-2 ACCEPT      ◀ logged twice
 *
 * The action is part of it: a flow log of accepted and one of rejected traffic share no record.
 */
#include "engine/parquet.h"

#include "base/mem.h"
#include "flow/file_name.h"
#include "scan/scan.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	WINDOWS_MAX = 8,
	SLOTS = 1 << 14, /* of a window: a power of two */
	SEEN_MAX = SLOTS / 4 * 3,
	FILES_MAX = 2 /* of a flow log in a window */
};

/* A file whose name tells its flow log. */
struct logged {
	struct flow_file_name name;
	const struct input *input;
};

/* An interface with an action, and the first flow log that has it. */
struct seen {
	const char *interface; /* NULL: the slot is free */
	size_t len;
	char action;
	const struct logged *by;
};

struct look {
	struct engine *engine;
	struct flow_logs *logs;
	const struct scan_kernel *kernel;
	struct logged *files; /* by scope, window, flow log */
	size_t count;
	struct scan *scan;
	struct io_reader *reader;
	struct scan_fields interfaces, actions;
	const struct logged *file; /* in hand */
	uint64_t bytes_left;       /* to look at */
	struct arena arena;        /* texts of the window in hand */
	size_t seen_count;
	struct seen seen[SLOTS];
};

/* ---- files and windows -------------------------------------------------------------------- */

static int
compare_text(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
	return order != 0 ? order : a_len < b_len ? -1 : a_len > b_len;
}

static bool
same_flow_log(const struct logged *a, const struct logged *b)
{
	return compare_text(a->name.flow_log, a->name.flow_log_len, b->name.flow_log,
	                    b->name.flow_log_len) == 0;
}

static int
by_window(const void *left, const void *right)
{
	const struct flow_file_name *a = &((const struct logged *)left)->name;
	const struct flow_file_name *b = &((const struct logged *)right)->name;
	int order = compare_text(a->scope, a->scope_len, b->scope, b->scope_len);
	if (order == 0 && a->window_s != b->window_s)
		order = a->window_s < b->window_s ? -1 : 1;
	return order != 0 ? order
	                  : compare_text(a->flow_log, a->flow_log_len, b->flow_log, b->flow_log_len);
}

static void
list_files(struct look *look, const struct inputs *inputs, int64_t since_us, int64_t until_us)
{
	for (size_t i = 0; i < inputs->count; i++) {
		const struct input *input = &inputs->all[i];
		struct logged *file = &look->files[look->count];
		*file = (struct logged){.input = input};
		flow_file_name_parse(input->file->path, &file->name);
		/* what comes as a stream can be read only once */
		look->count += file->name.flow_log != NULL && input->format != NULL &&
		               input->file->stream == NULL &&
		               flow_window_overlaps(file->name.window_s, FLOW_LATE_S, since_us, until_us);
	}
	qsort(look->files, look->count, sizeof *look->files, by_window);
}

/* Files from `begin` on that are of the same scope and window; *several: of more than one flow
 * log. */
static size_t
window_len(const struct look *look, size_t begin, bool *several)
{
	const struct logged *first = &look->files[begin];
	size_t i = begin + 1;
	*several = false;
	for (; i < look->count; i++) {
		const struct logged *file = &look->files[i];
		if (file->name.window_s != first->name.window_s ||
		    compare_text(file->name.scope, file->name.scope_len, first->name.scope,
		                 first->name.scope_len) != 0)
			break;
		*several |= !same_flow_log(file, first);
	}
	return i - begin;
}

/* ---- pairs -------------------------------------------------------------------------------- */

static bool
is_text(const char *text, const struct logged *file)
{
	return compare_text(text, strlen(text), file->name.flow_log, file->name.flow_log_len) == 0;
}

/* Both flow logs and the interface, once for each pair. */
static enum flowtoll_rc
note_pair(struct flow_logs *logs, const struct logged *first, const struct logged *second,
          const char *interface, size_t len, struct flowtoll_err *err)
{
	for (size_t i = 0; i < logs->twice_count; i++) {
		const struct flow_logs_twice *known = &logs->twice[i];
		if ((is_text(known->first, first) && is_text(known->second, second)) ||
		    (is_text(known->first, second) && is_text(known->second, first)))
			return FLOWTOLL_OK;
	}
	if (logs->twice_count == LIMIT_TWICE)
		return FLOWTOLL_OK;
	struct flow_logs_twice twice = {
		.first = arena_dup(&logs->arena, first->name.flow_log, first->name.flow_log_len),
		.second = arena_dup(&logs->arena, second->name.flow_log, second->name.flow_log_len),
		.interface = interface != NULL ? arena_dup(&logs->arena, interface, len) : NULL,
	};
	if (twice.first == NULL || twice.second == NULL ||
	    (interface != NULL && twice.interface == NULL))
		return err_memory(err, "comparing flow logs");
	logs->twice[logs->twice_count++] = twice;
	return FLOWTOLL_OK;
}

static size_t
hash(const char *text, size_t len, char action)
{
	uint64_t value = UINT64_C(14695981039346656037) ^ (unsigned char)action;
	for (size_t i = 0; i < len; i++)
		value = (value ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
	return (size_t)(value >> 32) % SLOTS;
}

/* The flow log in hand has records of this interface with this action. */
static enum flowtoll_rc
see(struct look *look, const char *interface, size_t len, char action, struct flowtoll_err *err)
{
	size_t at = hash(interface, len, action);
	for (; look->seen[at].interface != NULL; at = (at + 1) % SLOTS) {
		const struct seen *seen = &look->seen[at];
		if (seen->action != action || seen->len != len ||
		    memcmp(seen->interface, interface, len) != 0)
			continue;
		return same_flow_log(seen->by, look->file)
		           ? FLOWTOLL_OK
		           : note_pair(look->logs, seen->by, look->file, interface, len, err);
	}
	if (look->seen_count == SEEN_MAX)
		return FLOWTOLL_OK;
	const char *kept = arena_dup(&look->arena, interface, len);
	if (kept == NULL)
		return err_memory(err, "comparing flow logs");
	look->seen[at] = (struct seen){kept, len, action, look->file};
	look->seen_count++;
	return FLOWTOLL_OK;
}

/* ---- records ------------------------------------------------------------------------------ */

static enum flowtoll_rc
fill_text(void *ctx, uint8_t *dst, size_t cap, size_t *got, struct flowtoll_err *err)
{
	struct look *look = ctx;
	return io_read(look->reader, dst, cap, got, err);
}

static void
pass_reject(void *ctx, const struct scan_reject *reject)
{
	(void)ctx; /* told by the question that reads it */
	(void)reject;
}

/* What a record was recorded on: columns that are "-" where another tells. */
static const enum flow_id recorded_on[] = {
	FLOW_interface_id, FLOW_resource_id, FLOW_tgw_attachment_id};
enum { RECORDED_ON_COUNT = sizeof recorded_on / sizeof *recorded_on };

static bool
tells_interface(const struct flow_format *format)
{
	bool any = false;
	for (int i = 0; i < RECORDED_ON_COUNT; i++)
		any |= format->column_of[recorded_on[i]] >= 0;
	return any;
}

/* All interfaces of a batch, in one of the columns that tell them. Where there is no column for
 * the action, records may be of either. */
static enum flowtoll_rc
see_column(struct look *look, const struct scan_batch *batch, uint32_t column,
           struct flowtoll_err *err)
{
	const struct scan_fields *ids = &look->interfaces;
	int16_t action = batch->format->column_of[FLOW_action];
	look->kernel->find(&batch->rows, column, SCAN_NO_COLUMN, &look->interfaces);
	if (action >= 0)
		look->kernel->find(&batch->rows, (uint32_t)action, SCAN_NO_COLUMN, &look->actions);
	for (uint32_t r = 0; r < batch->rows.row_count; r++) {
		const char *id = (const char *)ids->text + ids->begins[r];
		char letter = 'A';
		if (action >= 0)
			letter = (char)look->actions.text[look->actions.begins[r]];
		if ((ids->lens[r] == 1 && id[0] == '-') || letter == '-' ||
		    ids->lens[r] > LIMIT_NAME_BYTES)
			continue;
		TRY(see(look, id, ids->lens[r], letter, err));
		if (action < 0)
			TRY(see(look, id, ids->lens[r], 'R', err));
	}
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
look_at_file(struct look *look, const struct logged *file, uint64_t text_bytes,
             struct flowtoll_err *err)
{
	const struct scan_input input = {
		.format = file->input->format,
		.fill = fill_text,
		.reject = pass_reject,
		.ctx = look,
		.text_end = text_bytes,
	};
	struct scan_batch batch;
	look->file = file;
	look->bytes_left -= text_bytes;
	enum flowtoll_rc rc = io_reader_open(look->reader, file->input->file, 0, err);
	if (rc == FLOWTOLL_OK)
		scan_begin(look->scan, &input);
	while (rc == FLOWTOLL_OK) {
		rc = scan_next(look->scan, &batch, err);
		if (rc != FLOWTOLL_OK || batch.rows.row_count == 0)
			break;
		for (int i = 0; i < RECORDED_ON_COUNT && rc == FLOWTOLL_OK; i++) {
			int16_t column = batch.format->column_of[recorded_on[i]];
			if (column >= 0)
				rc = see_column(look, &batch, (uint32_t)column, err);
		}
	}
	io_reader_close(look->reader);
	return rc == FLOWTOLL_ERR_INPUT ? FLOWTOLL_OK : rc;
}

static enum flowtoll_rc
see_pair(void *ctx, const char *id, size_t len, const char *action, struct flowtoll_err *err)
{
	struct look *look = ctx;
	if ((len == 1 && id[0] == '-') || len > LIMIT_NAME_BYTES)
		return FLOWTOLL_OK;
	if (action != NULL)
		return action[0] == '-' ? FLOWTOLL_OK : see(look, id, len, action[0], err);
	TRY(see(look, id, len, 'A', err));
	return see(look, id, len, 'R', err);
}

static enum flowtoll_rc
look_at_parquet(struct look *look, const struct logged *file, struct flowtoll_err *err)
{
	look->file = file;
	for (int i = 0; i < RECORDED_ON_COUNT; i++)
		if (file->input->format->column_of[recorded_on[i]] >= 0)
			TRY(parquet_each_pair(look->engine, file->input, recorded_on[i], FLOW_action, see_pair,
			                      look, err));
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
look_at_window(struct look *look, size_t begin, size_t len, struct flowtoll_err *err)
{
	uint64_t text_bytes = LIMIT_TWICE_BYTES / WINDOWS_MAX / len;
	if (text_bytes < SCAN_TEXT_BYTES) /* less is never read */
		text_bytes = SCAN_TEXT_BYTES;
	enum flowtoll_rc rc = FLOWTOLL_OK;
	memset(look->seen, 0, sizeof look->seen);
	look->seen_count = 0;
	for (size_t i = begin; i < begin + len && rc == FLOWTOLL_OK; i++) {
		const struct logged *file = &look->files[i];
		if (i >= begin + FILES_MAX && same_flow_log(file, file - FILES_MAX))
			continue;
		if (look->bytes_left < text_bytes)
			break;
		const struct logged *other = &look->files[i == begin ? begin + len - 1 : begin];
		if (tells_interface(file->input->format))
			rc = file->input->parquet.schema != NULL ? look_at_parquet(look, file, err)
			                                         : look_at_file(look, file, text_bytes, err);
		else if (!same_flow_log(other, file))
			rc = note_pair(look->logs, other, file, NULL, 0, err);
	}
	arena_free(&look->arena);
	return rc;
}

/* ---- looking ------------------------------------------------------------------------------ */

/* Of the windows that several flow logs have, the first, the last, and some between. */
static enum flowtoll_rc
look_at_windows(struct look *look, struct flowtoll_err *err)
{
	size_t shared = 0, number = 0, looked = 0;
	bool several;
	for (size_t i = 0; i < look->count; i += window_len(look, i, &several)) {
		window_len(look, i, &several);
		shared += several;
	}
	if (shared == 0)
		return FLOWTOLL_OK;
	TRY(scan_create(&look->scan, look->kernel, err));
	TRY(io_reader_create(&look->reader, err));
	size_t wanted = shared < WINDOWS_MAX ? shared : WINDOWS_MAX;
	for (size_t i = 0, len; i < look->count; i += len) {
		len = window_len(look, i, &several);
		if (!several)
			continue;
		bool is_due = wanted == 1 || number == looked * (shared - 1) / (wanted - 1);
		number++;
		if (!is_due)
			continue;
		looked++;
		TRY(look_at_window(look, i, len, err));
	}
	assert(looked == wanted);
	return FLOWTOLL_OK;
}

enum flowtoll_rc
flow_logs_compare(struct engine *engine, struct flowtoll_err *err)
{
	struct flow_logs *logs = &engine->flow_logs;
	const struct inputs *inputs = &engine->inputs;
	if (logs->compared == inputs->count || inputs->count == 0)
		return FLOWTOLL_OK;
	struct look *look = mem_zalloc(1, sizeof *look);
	struct logged *files = mem_zalloc(inputs->count, sizeof *files);
	enum flowtoll_rc rc = FLOWTOLL_OK;
	if (look == NULL || files == NULL) {
		rc = err_memory(err, "comparing flow logs");
		goto out;
	}
	look->engine = engine;
	look->logs = logs;
	look->kernel = engine->kernel;
	look->files = files;
	look->bytes_left = LIMIT_TWICE_BYTES;
	logs->twice_count = 0;
	list_files(look, inputs, engine->since_us, engine->until_us);
	rc = look_at_windows(look, err);
	if (rc == FLOWTOLL_OK)
		logs->compared = inputs->count;
	scan_free(look->scan);
	io_reader_free(look->reader);
out:
	mem_free(files);
	mem_free(look);
	return rc;
}
