/* SPDX-License-Identifier: Apache-2.0
 *
 * See options.h.
 */
#include "cli/options.h"

#include "base/mem.h"
#include "cli/nearest.h"

#include <assert.h>
#include <string.h>

const struct flag flags[FLAG_COUNT] = {
#define FLAG(id, name, letter, argument, kind, times, commands, section, help)                     \
	{name, letter, argument, FLAG_##kind, TIMES_##times, commands, SECTION_##section, help},
#include "cli/flags.def"
#undef FLAG
};

const struct command commands[COMMAND_END] = {
	{"", "", 0, OPERAND_NONE, OPERAND_NONE, "", ""},
#define COMMAND(id, name, function, operands, min, first, others, summary, text)                   \
	{name, operands, min, OPERAND_##first, OPERAND_##others, summary, text},
#include "cli/commands.def"
#undef COMMAND
};

enum command_id
options_command(const char *name)
{
	for (enum command_id id = COMMAND_NONE + 1; id < COMMAND_END; id++)
		if (strcmp(commands[id].name, name) == 0)
			return id;
	return COMMAND_NONE;
}

enum flag_id
options_flag(const char *name)
{
	size_t id;
	for (id = 0; id < FLAG_COUNT && strcmp(flags[id].name, name) != 0; id++)
		;
	return (enum flag_id)id;
}

/* Of the flags of that name the one that the command has, if any does, else the first. */
static enum flag_id
flag_of(enum command_id command, const char *name)
{
	enum flag_id first = options_flag(name);
	for (size_t id = first; id < FLAG_COUNT; id++)
		if ((flags[id].commands & 1u << command) != 0 && strcmp(flags[id].name, name) == 0)
			return (enum flag_id)id;
	return first;
}

/* Decimal digits and nothing else, from 1 to max. */
static bool
read_number(const char *text, size_t len, uint64_t max, uint64_t *number)
{
	uint64_t value = 0;
	if (len == 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		uint64_t digit = (uint64_t)(text[i] - '0');
		if (value > (max - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*number = value;
	return value > 0;
}

/* 512M, 4G, 4GB, 4GiB: all are powers of 1024. */
static bool
read_size(const char *text, uint64_t *size)
{
	static const char letters[] = "KMGT";
	size_t digits = strspn(text, "0123456789");
	const char *unit = text + digits;
	unsigned shift = 0;
	if (*unit != '\0') {
		const char *letter = strchr(letters, *unit & ~0x20);
		if (letter == NULL || *letter == '\0')
			return false;
		shift = 10 * (unsigned)(letter - letters + 1);
		unit++;
		if (*unit != '\0' && strcmp(unit, "B") != 0 && strcmp(unit, "iB") != 0)
			return false;
	}
	if (!read_number(text, digits, (uint64_t)INT64_MAX >> shift, size))
		return false;
	*size <<= shift;
	return true;
}

static enum flowtoll_rc
choose(const struct flag *flag, const char *value, struct flowtoll_err *err)
{
	char choices[64];
	struct nearest nearest = {.word = value};
	size_t len = strlen(flag->argument);
	assert(len < sizeof choices);
	memcpy(choices, flag->argument, len + 1);
	for (char *state = NULL, *choice = strtok_r(choices, "|", &state); choice != NULL;
	     choice = strtok_r(NULL, "|", &state)) {
		if (strcmp(choice, value) == 0)
			return FLOWTOLL_OK;
		nearest_offer(&nearest, choice);
	}
	err_set(err, FLOWTOLL_ERR_USAGE, "--%s cannot be %s", flag->name,
	        *value == '\0' ? "empty" : value);
	if (nearest.best != NULL)
		err_hint(err, "did you mean %s? (%s)", nearest.best, flag->argument);
	else
		err_hint(err, "it is one of %s", flag->argument);
	return err->code;
}

static enum flowtoll_rc
add_to_list(struct options *options, enum flag_id id, const char *value, struct flowtoll_err *err)
{
	const struct {
		enum flag_id id;
		const char **values;
		size_t *count;
		size_t most;
	} lists[] = {
		{FLAG_ALSO, options->also, &options->also_count, LIMIT_LISTS - 1},
		{FLAG_TAG, options->tags, &options->tag_count, LIMIT_TAGS},
		{FLAG_FLOW_LOG, options->flow_logs, &options->flow_log_count, LIMIT_FLOW_LOGS},
		{FLAG_ACCOUNT, options->accounts, &options->account_count, LIMIT_FLOW_LOGS},
		{FLAG_LOG_REGION, options->log_regions, &options->log_region_count, LIMIT_FLOW_LOGS},
		{FLAG_INVENTORY, options->inventories, &options->inventory_count, LIMIT_INVENTORIES},
		{FLAG_RDAP_BOOTSTRAP, options->bootstraps, &options->bootstrap_count, LIMIT_BOOTSTRAPS},
		{FLAG_REGION, options->regions, &options->region_count, LIMIT_REGIONS},
		{FLAG_ROLE_ARN, options->roles, &options->role_count, LIMIT_ROLES},
	};
	size_t at = 0;
	while (lists[at].id != id) {
		at++;
		assert(at < sizeof lists / sizeof lists[0]);
	}
	if (*lists[at].count == lists[at].most)
		return ERR(err, FLOWTOLL_ERR_USAGE, "more than %zu --%s", lists[at].most, flags[id].name);
	lists[at].values[(*lists[at].count)++] = value;
	return FLOWTOLL_OK;
}

enum flowtoll_rc
options_set(struct options *options, enum flag_id id, const char *value,
            struct flowtoll_err *err)
{
	const struct flag *flag = &flags[id];
	bool ok = true;
	switch (flag->kind) {
	case FLAG_SWITCH:
		break;
	case FLAG_CHOICE:
		TRY(choose(flag, value, err));
		break;
	case FLAG_TEXT:
		if (*value == '\0')
			return ERR(err, FLOWTOLL_ERR_USAGE, "--%s is empty", flag->name);
		break;
	case FLAG_NUMBER:
		ok = read_number(value, strlen(value), id == FLAG_THREADS ? LIMIT_THREADS : INT64_MAX,
		                 &options->numbers[id]);
		break;
	case FLAG_SIZE:
		ok = read_size(value, &options->numbers[id]);
		break;
	}
	if (!ok) {
		err_set(err, FLOWTOLL_ERR_USAGE, "--%s cannot be %s", flag->name,
		        *value == '\0' ? "empty" : value);
		if (flag->kind == FLAG_SIZE)
			err_hint(err, "it is a number of bytes, such as 512M or 4G");
		else if (id == FLAG_THREADS)
			err_hint(err, "it is a whole number from 1 to %d", LIMIT_THREADS);
		else
			err_hint(err, "it is a whole number from 1 on");
		return err->code;
	}
	if (flag->times == TIMES_ONCE && options->values[id] != NULL) {
		err_set(err, FLOWTOLL_ERR_USAGE, "--%s is given twice", flag->name);
		if (id == FLAG_WHERE || id == FLAG_HAVING)
			err_hint(err, "join the conditions with AND");
		return err->code;
	}
	if (flag->times == TIMES_MANY)
		TRY(add_to_list(options, id, value, err));
	options->values[id] = value;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
unknown_flag(const char *argument, const char *name, struct flowtoll_err *err)
{
	struct nearest nearest = {.word = name};
	for (size_t id = 0; id < FLAG_COUNT; id++)
		nearest_offer(&nearest, flags[id].name);
	err_set(err, FLOWTOLL_ERR_USAGE, "unknown option %s", argument);
	if (nearest.best != NULL)
		err_hint(err, "did you mean --%s?", nearest.best);
	else
		err_hint(err, "flowtoll --help lists the options");
	return err->code;
}

static enum flowtoll_rc
no_value(const struct flag *flag, struct flowtoll_err *err)
{
	err_set(err, FLOWTOLL_ERR_USAGE, "--%s needs a value: --%s %s", flag->name, flag->name,
	        flag->argument);
	return err->code;
}

/* The arguments while they are parsed. */
struct arguments {
	char *const *at; /* the next one */
	char *const *end;
};

/* --name, --name=value, --name value */
static enum flowtoll_rc
parse_long(struct options *options, const char *argument, struct arguments *rest,
           struct flowtoll_err *err)
{
	char name[64];
	const char *text = argument + 2;
	size_t len = strcspn(text, "=");
	const char *value = text[len] == '=' ? text + len + 1 : NULL;
	size_t id = FLAG_COUNT;
	if (len < sizeof name) {
		memcpy(name, text, len);
		name[len] = '\0';
		id = flag_of(options->command, name);
	}
	if (id == FLAG_COUNT)
		return unknown_flag(argument, len < sizeof name ? name : text, err);
	const struct flag *flag = &flags[id];
	if (flag->kind == FLAG_SWITCH) {
		if (value != NULL)
			return ERR(err, FLOWTOLL_ERR_USAGE, "--%s takes no value", flag->name);
		return options_set(options, (enum flag_id)id, "", err);
	}
	if (value == NULL && rest->at == rest->end)
		return no_value(flag, err);
	return options_set(options, (enum flag_id)id, value != NULL ? value : *rest->at++, err);
}

/* -q, -n5, -n 5, -qn5 */
static enum flowtoll_rc
parse_short(struct options *options, const char *argument, struct arguments *rest,
            struct flowtoll_err *err)
{
	for (const char *letter = argument + 1; *letter != '\0'; letter++) {
		size_t id;
		for (id = 0; id < FLAG_COUNT && flags[id].letter != *letter; id++)
			;
		if (id == FLAG_COUNT)
			return unknown_flag(argument, argument + 1, err);
		if (flags[id].kind == FLAG_SWITCH) {
			TRY(options_set(options, (enum flag_id)id, "", err));
			continue;
		}
		const char *value = letter[1] != '\0' ? letter + 1 : NULL;
		if (value == NULL && rest->at == rest->end)
			return no_value(&flags[id], err);
		return options_set(options, (enum flag_id)id, value != NULL ? value : *rest->at++, err);
	}
	return FLOWTOLL_OK;
}

/* A flag before the command may turn out to be the command's own of that name. */
static enum flowtoll_rc
settle_flags(struct options *options, struct flowtoll_err *err)
{
	for (size_t id = 0; id < FLAG_COUNT; id++) {
		const char *value = options->values[id];
		enum flag_id own = flag_of(options->command, flags[id].name);
		if (value == NULL || own == id)
			continue;
		options->values[id] = NULL;
		TRY(options_set(options, own, value, err));
	}
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
set_command(struct options *options, const char *name, struct flowtoll_err *err)
{
	options->command = options_command(name);
	if (options->command != COMMAND_NONE)
		return settle_flags(options, err);
	struct nearest nearest = {.word = name};
	for (enum command_id id = COMMAND_NONE + 1; id < COMMAND_END; id++)
		nearest_offer(&nearest, commands[id].name);
	err_set(err, FLOWTOLL_ERR_USAGE, "unknown command %s", name);
	if (nearest.best != NULL)
		err_hint(err, "did you mean %s?", nearest.best);
	else
		err_hint(err, "a command comes first, as in: flowtoll top dstaddr SOURCE; "
		              "flowtoll --help lists them");
	return err->code;
}

/* What a single argument cannot show: flags that the command does not have, missing operands. */
static enum flowtoll_rc
check(const struct options *options, struct flowtoll_err *err)
{
	const struct command *command = &commands[options->command];
	if (options->values[FLAG_HELP] != NULL || options->values[FLAG_VERSION] != NULL)
		return FLOWTOLL_OK;
	for (size_t id = 0; id < FLAG_COUNT; id++) {
		if (options->values[id] == NULL || (flags[id].commands & 1u << options->command) != 0)
			continue;
		if (options->command == COMMAND_NONE) {
			err_set(err, FLOWTOLL_ERR_USAGE, "--%s without a command", flags[id].name);
			err_hint(err, "flowtoll --help lists the commands");
			return err->code;
		}
		err_set(err, FLOWTOLL_ERR_USAGE, "%s has no option --%s", command->name, flags[id].name);
		err_hint(err, "flowtoll help %s lists those that it has", command->name);
		return err->code;
	}
	size_t most = command->first != OPERAND_NONE;
	if (command->others == OPERAND_NONE && options->operand_count > most) {
		err_set(err, FLOWTOLL_ERR_USAGE, "%s: what is %s?", command->name,
		        options->operands[most]);
		err_hint(err, *command->operands != '\0' ? "usage: flowtoll %s %s" : "usage: flowtoll %s",
		         command->name, command->operands);
		return err->code;
	}
	if (options->operand_count >= command->operands_min)
		return FLOWTOLL_OK;
	if (options->command == COMMAND_TOP && options->operand_count == 1)
		err_set(err, FLOWTOLL_ERR_USAGE, "no SOURCE: what should be ranked by %s?",
		        options->operands[0]);
	else if (options->command == COMMAND_GET && options->operand_count == 1)
		err_set(err, FLOWTOLL_ERR_USAGE, "no DIR: where should %s go?", options->operands[0]);
	else
		err_set(err, FLOWTOLL_ERR_USAGE, "%s of what?", command->name);
	err_hint(err, "usage: flowtoll %s %s; flowtoll help %s has examples", command->name,
	         command->operands, command->name);
	return err->code;
}

enum flowtoll_rc
options_parse(int argc, char *const argv[], struct options *options, struct flowtoll_err *err)
{
	assert(argc >= 0);
	*options = (struct options){0};
	struct arguments rest = {argv + (argc > 0 ? 1 : 0), argv + argc};
	bool ended = false;
	options->operands = mem_zalloc((size_t)argc + 1, sizeof *options->operands);
	if (options->operands == NULL)
		return err_memory(err, "reading the command line");
	while (rest.at < rest.end) {
		const char *argument = *rest.at++;
		if (!ended && strcmp(argument, "--") == 0)
			ended = true;
		else if (!ended && strncmp(argument, "--", 2) == 0)
			TRY(parse_long(options, argument, &rest, err));
		else if (!ended && argument[0] == '-' && argument[1] != '\0')
			TRY(parse_short(options, argument, &rest, err));
		else if (options->command == COMMAND_NONE)
			TRY(set_command(options, argument, err));
		else
			options->operands[options->operand_count++] = argument;
	}
	return check(options, err);
}

void
options_free(struct options *options)
{
	mem_free(options->operands);
	mem_free(options->config_text);
	mem_free(options->config_paths);
	options->config_text = options->config_paths = NULL;
	options->operands = NULL;
	options->operand_count = 0;
}
