/* SPDX-License-Identifier: Apache-2.0
 *
 * The flow logs of an inventory: a row for each, and what their formats cannot answer.
 */
#include "query/notes.h"
#include "query/query.h"
#include "query/row_table.h"

#include "base/mem.h"

#include <assert.h>
#include <string.h>

enum { TEXT_BYTES_MAX = 16 * 1024, IDS_TOLD = 3 };

/* What takes which fields. */
static const struct need {
	enum flow_id fields[2]; /* both; FLOW_UNKNOWN: no more */
	bool of_interfaces;     /* a transit gateway's log has no such field */
	const char *what;
} needs[] = {
	{{FLOW_srcaddr, FLOW_dstaddr}, false, "who sends and who receives"},
	{{FLOW_bytes, FLOW_UNKNOWN}, false, "how many bytes it was, so no nat either"},
	{{FLOW_start, FLOW_UNKNOWN}, false, "when it was: hours, --since"},
	{{FLOW_interface_id, FLOW_UNKNOWN}, true, "which interface it was, so no nat either"},
	{{FLOW_action, FLOW_UNKNOWN}, true, "what was rejected"},
	{{FLOW_log_status, FLOW_UNKNOWN}, true, "whether AWS skipped data"},
	{{FLOW_pkt_srcaddr, FLOW_pkt_dstaddr}, true,
	 "clients and remotes of NAT gateways to the byte, and pairs of them"},
	{{FLOW_resource_id, FLOW_flow_direction}, true, "regional NAT gateways"},
};
enum { NEEDS = sizeof needs / sizeof *needs };

enum {
	LOG_ID, LOG_RESOURCE, LOG_TRAFFIC, LOG_DELIVERY, LOG_DESTINATION, LOG_STATUS, LOG_ERROR,
	LOG_INTERVAL, LOG_FILE_FORMAT, LOG_HIVE, LOG_HOURLY, LOG_LACKS, LOG_CANNOT, LOG_FORMAT,
	LOG_COLUMNS
};

#define TEXT(text, detail) {.name = text, .type = RESULT_TEXT, .is_detail = detail}
static const struct result_column columns[LOG_COLUMNS] = {
	[LOG_ID] = TEXT("flow_log_id", false),
	[LOG_RESOURCE] = TEXT("resource_id", false),
	[LOG_TRAFFIC] = TEXT("traffic_type", false),
	[LOG_DELIVERY] = TEXT("deliver_status", false),
	[LOG_DESTINATION] = TEXT("destination", false),
	[LOG_STATUS] = TEXT("status", true),
	[LOG_ERROR] = TEXT("deliver_error", true),
	[LOG_INTERVAL] = {.name = "interval_s", .type = RESULT_INT, .is_detail = true},
	[LOG_FILE_FORMAT] = TEXT("file_format", true),
	[LOG_HIVE] = {.name = "is_hive", .type = RESULT_BOOL, .is_detail = true},
	[LOG_HOURLY] = {.name = "is_hourly", .type = RESULT_BOOL, .is_detail = true},
	[LOG_LACKS] = TEXT("lacks", true),
	[LOG_CANNOT] = TEXT("cannot_answer", true),
	[LOG_FORMAT] = TEXT("log_format", true),
};
#undef TEXT

struct row {
	const struct who_flow_log *log;
	const char *destination;
	const char *lacks;
	const char *cannot;
	bool fails[NEEDS];
};

struct table {
	struct row_table rows; /* first */
	struct answer *answer;
	struct row *logs;
	struct result_cell cells[LOG_COLUMNS];
};

/* ---- what a format has ---------------------------------------------------------------------- */

static bool
is_transit(const struct who_flow_log *log)
{
	return log->resource_id != NULL && strncmp(log->resource_id, "tgw-", 4) == 0;
}

static bool
is_text(const char *text, const char *other)
{
	return text != NULL && strcmp(text, other) == 0;
}

static enum flowtoll_rc
take_text(struct buf *buf, struct arena *arena, const char **text, struct flowtoll_err *err)
{
	enum flowtoll_rc rc = buf_check(buf, "making an answer", err);
	*text = NULL;
	if (rc == FLOWTOLL_OK && buf->len > 0) {
		*text = arena_dup(arena, buf_text(buf), buf->len);
		rc = *text != NULL ? FLOWTOLL_OK : err_memory(err, "making an answer");
	}
	buf_free(buf);
	return rc;
}

static void
add_item(struct buf *buf, const char *separator, const char *text)
{
	if (buf->len > 0)
		buf_adds(buf, separator);
	buf_adds(buf, text);
}

/* Of the fields that some question takes, those that the format lacks, and what it cannot answer
 * for that. */
static enum flowtoll_rc
judge(const struct flow_format *format, struct row *row, struct arena *arena,
      struct flowtoll_err *err)
{
	struct buf lacks, cannot;
	buf_init(&lacks, TEXT_BYTES_MAX);
	buf_init(&cannot, TEXT_BYTES_MAX);
	for (size_t n = 0; n < NEEDS; n++) {
		for (size_t f = 0; f < 2; f++) {
			const enum flow_id id = needs[n].fields[f];
			if (id == FLOW_UNKNOWN || format->column_of[id] >= 0 ||
			    (needs[n].of_interfaces && is_transit(row->log)))
				continue;
			row->fails[n] = true;
			add_item(&lacks, " ", flow_fields[id].name);
		}
		if (row->fails[n])
			add_item(&cannot, "; ", needs[n].what);
	}
	if (is_text(row->log->traffic_type, "ACCEPT"))
		add_item(&cannot, "; ", "what was rejected");
	if (is_text(row->log->traffic_type, "REJECT"))
		add_item(&cannot, "; ", "what was accepted, so no nat either");
	enum flowtoll_rc rc = take_text(&lacks, arena, &row->lacks, err);
	enum flowtoll_rc other_rc = take_text(&cannot, arena, &row->cannot, err);
	return rc != FLOWTOLL_OK ? rc : other_rc;
}

/* As a source is written, where it can be one. */
static enum flowtoll_rc
name_destination(struct row *row, struct arena *arena, struct flowtoll_err *err)
{
	const char *to = row->log->destination;
	const char *bucket = is_text(row->log->destination_type, "s3") && to != NULL
	                         ? strstr(to, ":s3:::") : NULL;
	struct buf buf;
	row->destination = to;
	if (bucket == NULL)
		return FLOWTOLL_OK;
	buf_init(&buf, TEXT_BYTES_MAX);
	buf_addf(&buf, "s3://%s", bucket + strlen(":s3:::"));
	return take_text(&buf, arena, &row->destination, err);
}

static enum flowtoll_rc
make_row(const struct who_flow_log *log, struct flow_format *format, struct row *row,
         struct arena *arena, struct flowtoll_err *err)
{
	const char *text = log->format != NULL ? log->format : flow_default_format;
	struct flowtoll_err fault;
	*row = (struct row){.log = log};
	TRY(name_destination(row, arena, err));
	if (flow_format_parse(format, text, strlen(text), &fault) == FLOWTOLL_OK)
		return judge(format, row, arena, err);
	row->cannot = "anything that flowtoll knows: its format has no field of AWS's";
	return FLOWTOLL_OK;
}

/* ---- the table ------------------------------------------------------------------------------ */

static enum flowtoll_rc
fill(struct row_table *rows, size_t index, struct result_cell *cells, struct flowtoll_err *err)
{
	const struct row *row = &((const struct table *)rows)->logs[index];
	const struct who_flow_log *log = row->log;
	(void)err;
	cells[LOG_ID] = result_text_cell(log->id);
	cells[LOG_RESOURCE] = result_text_cell(log->resource_id);
	cells[LOG_TRAFFIC] = result_text_cell(log->traffic_type);
	cells[LOG_DELIVERY] = result_text_cell(log->deliver_status);
	cells[LOG_DESTINATION] = result_text_cell(row->destination);
	cells[LOG_LACKS] = result_text_cell(row->lacks);
	cells[LOG_CANNOT] = result_text_cell(row->cannot);
	cells[LOG_STATUS] = result_text_cell(log->status);
	cells[LOG_ERROR] = result_text_cell(log->deliver_error);
	cells[LOG_FILE_FORMAT] = result_text_cell(log->file_format);
	cells[LOG_FORMAT] = result_text_cell(log->format);
	cells[LOG_INTERVAL] = (struct result_cell){
		.type = log->interval_s != 0 ? RESULT_INT : RESULT_NULL, .as.integer = log->interval_s};
	cells[LOG_HIVE] = (struct result_cell){.type = RESULT_BOOL, .as.boolean = log->is_hive};
	cells[LOG_HOURLY] = (struct result_cell){.type = RESULT_BOOL, .as.boolean = log->is_hourly};
	return FLOWTOLL_OK;
}

/* ---- in words ------------------------------------------------------------------------------- */

typedef bool row_test(const struct row *row, size_t n);

/* "fl-1, fl-2 and 3 more": the rows for which `is` holds; their number in *count. */
static void
add_ids(struct buf *buf, const struct table *table, row_test *is, size_t n, size_t *count)
{
	*count = 0;
	for (size_t i = 0; i < table->rows.count; i++)
		if (is(&table->logs[i], n) && (*count)++ < IDS_TOLD)
			add_item(buf, ", ", table->logs[i].log->id != NULL ? table->logs[i].log->id : "?");
	if (*count > IDS_TOLD)
		buf_addf(buf, " and %zu more", *count - IDS_TOLD);
}

static bool
fails(const struct row *row, size_t n)
{
	return row->fails[n];
}

static bool
is_undelivered(const struct row *row, size_t n)
{
	(void)n;
	return row->log->deliver_status != NULL && strcmp(row->log->deliver_status, "SUCCESS") != 0;
}

static bool
is_elsewhere(const struct row *row, size_t n)
{
	(void)n;
	return row->log->destination_type != NULL && strcmp(row->log->destination_type, "s3") != 0;
}

static enum flowtoll_rc
note_ids(const struct table *table, row_test *is, size_t n, const char *one, const char *several,
         struct flowtoll_err *err)
{
	struct buf buf;
	size_t count;
	buf_init(&buf, TEXT_BYTES_MAX);
	add_ids(&buf, table, is, n, &count);
	enum flowtoll_rc rc = buf_check(&buf, "making an answer", err);
	if (rc == FLOWTOLL_OK && count > 0)
		rc = answer_note(table->answer, err, "%s %s", buf_text(&buf), count == 1 ? one : several);
	buf_free(&buf);
	return rc;
}

static enum flowtoll_rc
note_needs(const struct table *table, struct flowtoll_err *err)
{
	for (size_t n = 0; n < NEEDS; n++) {
		struct buf words[2];
		enum flowtoll_rc rc = FLOWTOLL_OK;
		for (size_t w = 0; w < 2; w++) {
			buf_init(&words[w], TEXT_BYTES_MAX);
			buf_addf(&words[w], "%s %s", w == 0 ? "lacks" : "lack",
			         flow_fields[needs[n].fields[0]].name);
			if (needs[n].fields[1] != FLOW_UNKNOWN)
				buf_addf(&words[w], " or %s", flow_fields[needs[n].fields[1]].name);
			buf_addf(&words[w], ", and cannot tell %s", needs[n].what);
			if (rc == FLOWTOLL_OK)
				rc = buf_check(&words[w], "making an answer", err);
		}
		if (rc == FLOWTOLL_OK)
			rc = note_ids(table, fails, n, buf_text(&words[0]), buf_text(&words[1]), err);
		buf_free(&words[0]);
		buf_free(&words[1]);
		TRY(rc);
	}
	return FLOWTOLL_OK;
}

/* A flow log cannot be changed: what it takes is another one. */
static enum flowtoll_rc
note_remedy(const struct table *table, struct flowtoll_err *err)
{
	for (size_t i = 0; i < table->rows.count; i++) {
		const struct row *row = &table->logs[i];
		const char *resource = row->log->resource_id;
		bool is_vpc = resource != NULL && strncmp(resource, "vpc-", 4) == 0;
		if (row->lacks != NULL && !is_transit(row->log))
			return notes_better_flow_log(is_vpc ? resource : NULL, table->answer, err);
	}
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
add_notes(const struct table *table, struct flowtoll_err *err)
{
	TRY(note_ids(table, is_undelivered, 0, "is not delivered: deliver_error says why",
	             "are not delivered: deliver_error says why", err));
	TRY(note_needs(table, err));
	TRY(note_ids(table, is_elsewhere, 0, "is not in S3: flowtoll reads exports of CloudWatch Logs",
	             "are not in S3: flowtoll reads exports of CloudWatch Logs", err));
	return note_remedy(table, err);
}

/* ---- asking --------------------------------------------------------------------------------- */

static bool
is_asked(const struct flowtoll_flow_logs *asked, const struct who_flow_log *log)
{
	for (size_t i = 0; i < asked->id_count; i++)
		if (is_text(log->id, asked->ids[i]))
			return true;
	return asked->id_count == 0;
}

static enum flowtoll_rc
check_ids(const struct who_network *network, const struct flowtoll_flow_logs *asked,
          struct flowtoll_err *err)
{
	if ((network->known & WHO_KNOWS_FLOW_LOGS) == 0) {
		err_set(err, FLOWTOLL_ERR_INPUT, "the inventory has no FlowLogs");
		err_hint(err, "flowtoll inventory asks for them, aws ec2 describe-flow-logs prints them");
		return err->code;
	}
	for (size_t i = 0; i < asked->id_count; i++) {
		if (who_network_flow_log(network, asked->ids[i]) != NULL)
			continue;
		err_set(err, FLOWTOLL_ERR_INPUT, "there is no flow log %.100s", asked->ids[i]);
		err_hint(err, "there are %zu others; is it of another Region or account?",
		         network->flow_log_count);
		return err->code;
	}
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
make_table(const struct who_network *network, const struct flowtoll_flow_logs *asked,
           struct answer *answer, struct flowtoll_err *err)
{
	struct table *table = arena_alloc(&answer->arena, sizeof *table);
	struct row *logs = arena_alloc(&answer->arena, (network->flow_log_count + 1) * sizeof *logs);
	struct flow_format *format = mem_alloc(sizeof *format);
	enum flowtoll_rc rc = FLOWTOLL_OK;
	if (table == NULL || logs == NULL || format == NULL) {
		mem_free(format);
		return err_memory(err, "making an answer");
	}
	*table = (struct table){.answer = answer, .logs = logs};
	for (size_t i = 0; rc == FLOWTOLL_OK && i < network->flow_log_count; i++)
		if (is_asked(asked, &network->flow_logs[i]))
			rc = make_row(&network->flow_logs[i], format, &logs[table->rows.count++],
			              &answer->arena, err);
	mem_free(format);
	row_table_give(&table->rows, columns, LOG_COLUMNS, table->cells, fill, answer);
	return rc == FLOWTOLL_OK ? add_notes(table, err) : rc;
}

enum flowtoll_rc
query_flow_logs(const struct who *who, const struct flowtoll_flow_logs *asked,
                struct answer **out, struct flowtoll_err *err)
{
	assert(who != NULL && asked != NULL && out != NULL);
	struct answer *answer = NULL;
	TRY(check_ids(who_network(who), asked, err));
	TRY(answer_create(&answer, err));
	enum flowtoll_rc rc = make_table(who_network(who), asked, answer, err);
	if (rc == FLOWTOLL_OK)
		*out = answer;
	else
		answer_free(answer);
	return rc;
}
