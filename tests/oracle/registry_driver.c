/* SPDX-License-Identifier: Apache-2.0
 *
 * src/registry for the tests in tests/registry: options that no user has, addresses with their
 * bytes on standard input, and one JSON object with what came of it. See usage().
 */
#include "base/mem.h"
#include "ip/ip_range.h"
#include "registry/registry.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FILES = 8, LINE_BYTES = 256 };

struct options {
	struct registry_settings settings;
	struct registry_limits limits;
	struct registry_pace pace;
	const char *bootstraps[FILES];
	const char *import;
	double stop_after_s;
	double started_s;
	int64_t aws_at_s;
	bool aws, clear, export, ask, quiet;
	json_t *notices;
};

static double
clock_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int
usage(void)
{
	fputs("registry_driver [--folder DIR] [--nothing] [--offline] [--bootstrap FILE]...\n"
	      "    [--iana URL] [--aws-url URL] [--ca FILE] [--pace AT_ONCE,PER_MINUTE,MINUTE_MS]\n"
	      "    [--now S] [--lookups N] [--time MS] [--named PER_MILLE] [--stop-after S]\n"
	      "    [--import FILE] [--clear] [--export] [--aws AT_S] [--ask] [--quiet]\n", stderr);
	return 2;
}

static void
on_notice(void *ctx, const char *text)
{
	struct options *options = ctx;
	json_array_append_new(options->notices, json_string(text));
}

static bool
on_stop(void *ctx)
{
	const struct options *options = ctx;
	return options->stop_after_s > 0 && clock_s() > options->started_s + options->stop_after_s;
}

static bool
take_flag(struct options *options, const char *name)
{
	struct {
		const char *name;
		bool *flag;
	} flags[] = {{"--nothing", &options->settings.keep_nothing},
	             {"--offline", &options->settings.offline}, {"--clear", &options->clear},
	             {"--export", &options->export}, {"--ask", &options->ask},
	             {"--quiet", &options->quiet}};
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		if (strcmp(flags[i].name, name) != 0)
			continue;
		*flags[i].flag = true;
		return true;
	}
	return false;
}

static bool
take_value(struct options *options, const char *name, const char *value)
{
	struct registry_settings *settings = &options->settings;
	if (strcmp(name, "--folder") == 0)
		settings->folder = value;
	else if (strcmp(name, "--bootstrap") == 0 && settings->bootstrap_count < FILES)
		options->bootstraps[settings->bootstrap_count++] = value;
	else if (strcmp(name, "--iana") == 0)
		settings->bootstrap_url = value;
	else if (strcmp(name, "--aws-url") == 0)
		settings->aws_ranges_url = value;
	else if (strcmp(name, "--ca") == 0)
		settings->ca_bundle = value;
	else if (strcmp(name, "--now") == 0)
		settings->now_s = strtoll(value, NULL, 10);
	else if (strcmp(name, "--lookups") == 0)
		options->limits.lookups = strtoull(value, NULL, 10);
	else if (strcmp(name, "--time") == 0)
		options->limits.time_ms = strtoull(value, NULL, 10);
	else if (strcmp(name, "--named") == 0)
		options->limits.named_per_mille = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(name, "--stop-after") == 0)
		options->stop_after_s = strtod(value, NULL);
	else if (strcmp(name, "--import") == 0)
		options->import = value;
	else if (strcmp(name, "--aws") == 0)
		options->aws = true, options->aws_at_s = strtoll(value, NULL, 10);
	else if (strcmp(name, "--pace") == 0 &&
	         sscanf(value, "%u,%u,%u", &options->pace.at_once, &options->pace.per_minute,
	                &options->pace.minute_ms) == 3)
		settings->pace = &options->pace;
	else
		return false;
	return true;
}

/* "8.8.8.8 100" a line; NULL without memory or sense. */
static struct registry_want *
read_wants(size_t *count)
{
	struct registry_want *wants = NULL;
	char line[LINE_BYTES];
	*count = 0;
	while (fgets(line, sizeof line, stdin) != NULL) {
		struct registry_want *longer = wants;
		size_t len = strcspn(line, " \n");
		if ((*count & (*count - 1)) == 0)
			longer = mem_realloc_array(wants, *count == 0 ? 1 : *count * 2, sizeof *wants);
		if (longer == NULL)
			break;
		wants = longer;
		wants[*count].bytes = line[len] == ' ' ? strtoull(line + len, NULL, 10) : 1;
		if (ip_parse(line, len, &wants[*count].ip))
			++*count;
	}
	return wants;
}

static json_t *
failures_of(const struct registry_report *report)
{
	json_t *list = json_array();
	for (size_t i = 0; i < report->failure_count; i++) {
		const struct registry_failure *failure = &report->failures[i];
		json_array_append_new(list, json_pack("{sssssIsI}", "registry", failure->registry,
			"reason", failure->reason, "addresses", (json_int_t)failure->addresses,
			"bytes", (json_int_t)failure->bytes));
	}
	return list;
}

static json_t *
report_of(const struct registry_report *report)
{
	static const char *const ends[] = {"all", "named", "lookups", "time", "stopped", "offline"};
	return json_pack("{sssIsIsIsIsIsIsIsIsIso}", "end", ends[report->end],
		"lookups", (json_int_t)report->lookups, "bytes_all", (json_int_t)report->bytes_all,
		"bytes_named", (json_int_t)report->bytes_named,
		"addresses", (json_int_t)report->addresses, "named", (json_int_t)report->named,
		"unregistered", (json_int_t)report->unregistered, "failed", (json_int_t)report->failed,
		"left", (json_int_t)report->left, "bytes_left", (json_int_t)report->bytes_left,
		"failures", failures_of(report));
}

static json_t *
range_of(const struct registry_range *range)
{
	char first[IP_TEXT_MAX], last[IP_TEXT_MAX];
	if (range == NULL)
		return json_null();
	ip_print(range->first, first);
	ip_print(range->last, last);
	return json_pack("{sssssbsbsIss?ss?ss?ss?ss?ss?ss?ss?ss?ss?}", "first", first, "last", last,
		"found", range->found, "stale", range->stale, "as_of", (json_int_t)range->as_of_s,
		"registry", range->registry, "source", range->source, "name", range->name,
		"owner", range->owner, "handle", range->handle, "type", range->type,
		"status", range->status, "parent_handle", range->parent_handle,
		"country", range->country, "remarks", range->remarks);
}

static json_t *
names_of(const struct registry *registry, const struct registry_want *wants, size_t count)
{
	json_t *names = json_object();
	for (size_t i = 0; i < count; i++) {
		char text[IP_TEXT_MAX];
		ip_print(wants[i].ip, text);
		json_object_set_new(names, text, range_of(registry_find(registry, wants[i].ip)));
	}
	return names;
}

static bool
to_stdout(void *ctx, const char *bytes, size_t len)
{
	(void)ctx;
	return fwrite(bytes, 1, len, stdout) == len;
}

static enum flowtoll_rc
work(struct options *options, struct registry *registry, json_t *told, struct flowtoll_err *err)
{
	size_t count = 0;
	if (options->import != NULL) {
		TRY(registry_cache_import(registry, options->import, &count, err));
		json_object_set_new(told, "imported", json_integer((json_int_t)count));
	}
	if (options->clear) {
		TRY(registry_cache_clear(registry, NULL, &count, err));
		json_object_set_new(told, "cleared", json_integer((json_int_t)count));
	}
	if (options->aws) {
		const char *path = registry_aws_ranges(registry, options->aws_at_s, true);
		json_object_set_new(told, "aws", path != NULL ? json_string(path) : json_null());
	}
	if (options->ask) {
		struct registry_report report;
		struct registry_want *wants = read_wants(&count);
		enum flowtoll_rc rc = registry_ask(registry, wants, count, &options->limits, &report, err);
		json_object_set_new(told, "report", report_of(&report));
		if (!options->quiet)
			json_object_set_new(told, "names", names_of(registry, wants, count));
		mem_free(wants);
		TRY(rc);
	}
	json_object_set_new(told, "count", json_integer((json_int_t)registry_count(registry)));
	json_object_set_new(told, "seconds", json_real(clock_s() - options->started_s));
	return options->export ? registry_cache_export(registry, NULL, to_stdout, NULL, &count, err)
	                       : FLOWTOLL_OK;
}

int
main(int argc, char **argv)
{
	struct options options = {.started_s = clock_s(), .notices = json_array()};
	struct registry *registry = NULL;
	struct flowtoll_err err = {.code = FLOWTOLL_OK};
	for (int i = 1; i < argc; i++) {
		if (take_flag(&options, argv[i]))
			continue;
		if (i + 1 == argc || !take_value(&options, argv[i], argv[i + 1]))
			return usage();
		i++;
	}
	options.settings.bootstraps = options.bootstraps;
	options.settings.notice = on_notice;
	options.settings.stop = on_stop;
	options.settings.ctx = &options;
	json_t *told = json_object();
	enum flowtoll_rc rc = registry_open(&options.settings, &registry, &err);
	if (rc == FLOWTOLL_OK)
		rc = work(&options, registry, told, &err);
	registry_close(registry);
	if (rc != FLOWTOLL_OK)
		json_object_set_new(told, "error", json_pack("{sssisssssI}", "message", err.message,
			"code", (int)rc, "hint", err.hint, "file", err.file, "line", (json_int_t)err.line));
	json_object_set_new(told, "notices", options.notices);
	if (!options.export)
		json_dumpf(told, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(told);
	return rc == FLOWTOLL_OK ? 0 : 1;
}
