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

enum { VALUES_TOLD = 8 };

static const char *const words[FLOW_LOGS_PARTS] = {
	[FLOW_LOGS_ID] = "flow log", [FLOW_LOGS_ACCOUNT] = "account", [FLOW_LOGS_REGION] = "Region"};

static enum flowtoll_rc
copy_choice(struct flow_logs *logs, enum flow_logs_part part, const struct flow_logs_choice *from,
            struct flowtoll_err *err)
{
	if (from->count == 0)
		return FLOWTOLL_OK;
	if (from->count > LIMIT_FLOW_LOGS)
		return ERR(err, FLOWTOLL_ERR_USAGE, "more than %d %ss chosen", LIMIT_FLOW_LOGS,
		           words[part]);
	const char **values = arena_alloc(&logs->arena, from->count * sizeof *values);
	if (values == NULL)
		return err_memory(err, "opening a session");
	for (size_t i = 0; i < from->count; i++) {
		values[i] = arena_dup(&logs->arena, from->values[i], strlen(from->values[i]));
		if (values[i] == NULL)
			return err_memory(err, "opening a session");
	}
	logs->chosen[part] = (struct flow_logs_choice){values, from->count};
	return FLOWTOLL_OK;
}

enum flowtoll_rc
flow_logs_create(struct flow_logs *logs, const struct flow_logs_choice chosen[FLOW_LOGS_PARTS],
                 struct flowtoll_err *err)
{
	*logs = (struct flow_logs){0};
	for (enum flow_logs_part part = 0; part < FLOW_LOGS_PARTS; part++)
		TRY(copy_choice(logs, part, &chosen[part], err));
	return FLOWTOLL_OK;
}

void
flow_logs_free(struct flow_logs *logs)
{
	arena_free(&logs->arena);
}

/* A part of a file's name. */
struct told {
	const char *text; /* NULL: the name does not tell it */
	size_t len;
};

static struct told
tell(const char *path, enum flow_logs_part part)
{
	struct flow_file_name name;
	flow_file_name_parse(path, &name);
	return part == FLOW_LOGS_ID        ? (struct told){name.flow_log, name.flow_log_len}
	       : part == FLOW_LOGS_ACCOUNT ? (struct told){name.account, name.account_len}
	                                   : (struct told){name.region, name.region_len};
}

static bool
is_same(struct told told, const char *value, size_t len)
{
	return told.text != NULL && told.len == len && memcmp(told.text, value, len) == 0;
}

static bool
any_is_of(const struct io_list *list, enum flow_logs_part part, const char *value)
{
	for (size_t i = 0; i < list->count; i++)
		if (is_same(tell(list->files[i].path, part), value, strlen(value)))
			return true;
	return false;
}

/* What the files are of, as a hint. */
static void
hint_values(const struct io_list *list, enum flow_logs_part part, struct flowtoll_err *err)
{
	struct told seen[VALUES_TOLD];
	char text[sizeof err->hint];
	size_t count = 0, len = 0;
	for (size_t i = 0; i < list->count && count <= VALUES_TOLD; i++) {
		size_t t = 0;
		struct told told = tell(list->files[i].path, part);
		if (told.text == NULL)
			continue;
		while (t < count && !is_same(seen[t], told.text, told.len))
			t++;
		if (t < count)
			continue;
		if (count == VALUES_TOLD || len + told.len + 8 > sizeof text) {
			snprintf(text + len, sizeof text - len, ", ...");
			break;
		}
		seen[count++] = told;
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%.*s", len > 0 ? ", " : "",
		                        (int)told.len, told.text);
	}
	if (count > 0)
		err_hint(err, "there %s %s", count == 1 ? "is only" : "are", text);
	else
		err_hint(err, "no file has a name that tells its %s, as AWS gives it", words[part]);
}

static bool
is_chosen(struct told told, const struct flow_logs_choice *choice)
{
	for (size_t i = 0; i < choice->count; i++)
		if (is_same(told, choice->values[i], strlen(choice->values[i])))
			return true;
	return choice->count == 0;
}

static bool
keeps(void *ctx, const char *path)
{
	struct flow_logs *logs = ctx;
	bool is_kept = true, is_nameless = false;
	for (enum flow_logs_part part = 0; part < FLOW_LOGS_PARTS; part++) {
		struct told told = tell(path, part);
		is_kept &= is_chosen(told, &logs->chosen[part]);
		is_nameless |= logs->chosen[part].count > 0 && told.text == NULL;
	}
	logs->nameless += is_nameless;
	return is_kept;
}

static enum flowtoll_rc
check_part(const struct flow_logs *logs, enum flow_logs_part part, const struct io_list *list,
           struct flowtoll_err *err)
{
	for (size_t i = 0; i < logs->chosen[part].count; i++) {
		if (any_is_of(list, part, logs->chosen[part].values[i]))
			continue;
		err_set(err, FLOWTOLL_ERR_INPUT, "none of the files is of the %s %s", words[part],
		        logs->chosen[part].values[i]);
		hint_values(list, part, err);
		return err->code;
	}
	return FLOWTOLL_OK;
}

enum flowtoll_rc
flow_logs_choose(struct flow_logs *logs, struct io_list *list, struct flowtoll_err *err)
{
	size_t choices = 0;
	for (enum flow_logs_part part = 0; part < FLOW_LOGS_PARTS; part++)
		choices += logs->chosen[part].count;
	if (choices == 0 || logs->checked == list->count)
		return FLOWTOLL_OK;
	for (enum flow_logs_part part = 0; part < FLOW_LOGS_PARTS; part++)
		TRY(check_part(logs, part, list, err));
	io_list_filter(list, keeps, logs);
	if (list->count == 0) {
		err_set(err, FLOWTOLL_ERR_INPUT, "no file is of all that is chosen");
		err_hint(err, "--flow-log, --account and --log-region each leave some, but none together");
		return err->code;
	}
	logs->checked = list->count;
	return FLOWTOLL_OK;
}
