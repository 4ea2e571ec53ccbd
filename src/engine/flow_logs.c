/* SPDX-License-Identifier: Apache-2.0
 *
 * Which flow logs are read; see flow_logs.h.
 */
#include "engine/flow_logs.h"

#include "base/mem.h"
#include "flow/file_name.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { IDS_TOLD = 8 };

enum flowtoll_rc
flow_logs_create(struct flow_logs *logs, const char *const *chosen, size_t count,
                 struct flowtoll_err *err)
{
	*logs = (struct flow_logs){0};
	if (count == 0)
		return FLOWTOLL_OK;
	if (count > LIMIT_FLOW_LOGS)
		return ERR(err, FLOWTOLL_ERR_USAGE, "more than %d flow logs chosen", LIMIT_FLOW_LOGS);
	logs->chosen = mem_zalloc(count, sizeof *logs->chosen);
	if (logs->chosen == NULL)
		return err_memory(err, "opening a session");
	for (; logs->chosen_count < count; logs->chosen_count++) {
		const char *id = chosen[logs->chosen_count];
		logs->chosen[logs->chosen_count] = arena_dup(&logs->arena, id, strlen(id));
		if (logs->chosen[logs->chosen_count] == NULL)
			return err_memory(err, "opening a session");
	}
	return FLOWTOLL_OK;
}

void
flow_logs_free(struct flow_logs *logs)
{
	mem_free(logs->chosen);
	arena_free(&logs->arena);
}

static bool
is_flow_log(const struct flow_file_name *name, const char *id, size_t len)
{
	return name->flow_log_len == len && memcmp(name->flow_log, id, len) == 0;
}

static bool
any_is_of(const struct io_list *list, const char *id)
{
	struct flow_file_name name;
	for (size_t i = 0; i < list->count; i++) {
		flow_file_name_parse(list->files[i].path, &name);
		if (name.flow_log != NULL && is_flow_log(&name, id, strlen(id)))
			return true;
	}
	return false;
}

/* The ids that the files are of, as a hint. */
static void
hint_ids(const struct io_list *list, struct flowtoll_err *err)
{
	struct flow_file_name told[IDS_TOLD], name;
	char text[sizeof err->hint];
	size_t count = 0, len = 0;
	for (size_t i = 0; i < list->count && count <= IDS_TOLD; i++) {
		size_t t = 0;
		flow_file_name_parse(list->files[i].path, &name);
		if (name.flow_log == NULL)
			continue;
		while (t < count && !is_flow_log(&told[t], name.flow_log, name.flow_log_len))
			t++;
		if (t < count)
			continue;
		if (count == IDS_TOLD || len + name.flow_log_len + 8 > sizeof text) {
			snprintf(text + len, sizeof text - len, ", ...");
			break;
		}
		told[count++] = name;
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%.*s", len > 0 ? ", " : "",
		                        (int)name.flow_log_len, name.flow_log);
	}
	if (count > 0)
		err_hint(err, "there %s %s", count == 1 ? "is only" : "are", text);
	else
		err_hint(err, "no file has a name that tells its flow log, as AWS gives it");
}

static bool
keeps(void *ctx, const char *path)
{
	struct flow_logs *logs = ctx;
	struct flow_file_name name;
	flow_file_name_parse(path, &name);
	logs->nameless += name.flow_log == NULL;
	for (size_t i = 0; name.flow_log != NULL && i < logs->chosen_count; i++)
		if (is_flow_log(&name, logs->chosen[i], strlen(logs->chosen[i])))
			return true;
	return false;
}

enum flowtoll_rc
flow_logs_choose(struct flow_logs *logs, struct io_list *list, struct flowtoll_err *err)
{
	if (logs->chosen_count == 0 || logs->checked == list->count)
		return FLOWTOLL_OK;
	for (size_t i = 0; i < logs->chosen_count; i++) {
		if (any_is_of(list, logs->chosen[i]))
			continue;
		err_set(err, FLOWTOLL_ERR_INPUT, "none of the files is of the flow log %s",
		        logs->chosen[i]);
		hint_ids(list, err);
		return err->code;
	}
	io_list_filter(list, keeps, logs);
	logs->checked = list->count;
	return FLOWTOLL_OK;
}
