/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line as values: flags.def and commands.def as tables, and the parser over them.
 * Prints nothing. Text is lent from argv, or from the config file.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/err.h"
#include "base/limits.h"

enum command_id {
	COMMAND_NONE,
#define COMMAND(id, ...) COMMAND_##id,
#include "cli/commands.def"
#undef COMMAND
	COMMAND_END
};

/* Sets of commands, a bit each. */
enum {
	FOR_TOP = 1 << COMMAND_TOP,
	FOR_WHO = 1 << COMMAND_WHO,
	FOR_HEAD = 1 << COMMAND_HEAD,
	FOR_SQL = 1 << COMMAND_SQL,
	FOR_FILES = 1 << COMMAND_FILES,
	FOR_NAT = 1 << COMMAND_NAT,
	FOR_GET = 1 << COMMAND_GET,
	FOR_INVENTORY = 1 << COMMAND_INVENTORY,
	FOR_FLOW_LOGS = 1 << COMMAND_FLOW_LOGS,
	FOR_ALL = FOR_TOP | FOR_NAT | FOR_HEAD | FOR_SQL | FOR_FILES,
	FOR_ANY = (1 << COMMAND_END) - 1, /* and without a command */
	IN_CONFIG = 1 << 30
};

enum flag_id {
#define FLAG(id, ...) FLAG_##id,
#include "cli/flags.def"
#undef FLAG
	FLAG_COUNT
};

enum flag_kind { FLAG_SWITCH, FLAG_TEXT, FLAG_CHOICE, FLAG_NUMBER, FLAG_SIZE };
enum flag_times { TIMES_LAST, TIMES_ONCE, TIMES_MANY };
enum flag_section {
	SECTION_QUESTION,
	SECTION_INPUT,
	SECTION_OUTPUT,
	SECTION_PROGRAM,
	SECTION_COUNT
};

struct flag {
	const char *name;     /* without the dashes */
	char letter;          /* 0: none */
	const char *argument; /* NULL for a switch */
	enum flag_kind kind;
	enum flag_times times;
	unsigned commands;
	enum flag_section section;
	const char *help;
};

/* What an operand is, for completion. */
enum operand_kind {
	OPERAND_NONE,
	OPERAND_KEYS,
	OPERAND_QUERY,
	OPERAND_SOURCE,
	OPERAND_ADDRESS,
	OPERAND_BUCKET, /* of which nothing is known */
	OPERAND_TOPIC, /* or a command */
	OPERAND_SHELL
};

struct command {
	const char *name;
	const char *operands;
	size_t operands_min;
	enum operand_kind first;
	enum operand_kind others; /* OPERAND_NONE: there are none */
	const char *summary;
	const char *text;
};

extern const struct flag flags[FLAG_COUNT];
extern const struct command commands[COMMAND_END]; /* that of COMMAND_NONE is empty */

struct options {
	enum command_id command;
	const char *values[FLAG_COUNT];  /* NULL: not given; "" for a switch */
	uint64_t numbers[FLAG_COUNT];    /* of NUMBER and SIZE; 0: not given */
	bool from_config[FLAG_COUNT];    /* the value is a default of the config file */
	char *config_text;               /* of which the text is lent then */
	char *config_paths;
	const char *also[LIMIT_LISTS];   /* each --also */
	size_t also_count;
	const char *tags[LIMIT_TAGS];    /* each --tag */
	size_t tag_count;
	const char *flow_logs[LIMIT_FLOW_LOGS]; /* each --flow-log */
	size_t flow_log_count;
	const char *accounts[LIMIT_FLOW_LOGS]; /* each --account */
	size_t account_count;
	const char *log_regions[LIMIT_FLOW_LOGS]; /* each --log-region */
	size_t log_region_count;
	const char *inventories[LIMIT_INVENTORIES]; /* each --inventory */
	size_t inventory_count;
	const char *bootstraps[LIMIT_BOOTSTRAPS]; /* each --rdap-bootstrap */
	size_t bootstrap_count;
	const char *regions[LIMIT_REGIONS]; /* each --region */
	size_t region_count;
	const char *roles[LIMIT_ROLES];  /* each --role-arn */
	size_t role_count;
	const char **operands;           /* without the command */
	size_t operand_count;
};

/* Options and operands in any order, "--" ends the options, the first operand is the command.
 * With --help or --version nothing else is asked for. Free with options_free, also after a
 * failure (always FLOWTOLL_ERR_USAGE or FLOWTOLL_ERR_MEMORY). */
FLOWTOLL_MUST_USE enum flowtoll_rc options_parse(int argc, char *const argv[],
                                                 struct options *options,
                                                 struct flowtoll_err *err);
void options_free(struct options *options);

/* A value as if the flag stood on the command line. */
FLOWTOLL_MUST_USE enum flowtoll_rc options_set(struct options *options, enum flag_id id,
                                               const char *value, struct flowtoll_err *err);

/* The flag of that name, or FLAG_COUNT. */
enum flag_id options_flag(const char *name);

/* The command of that name, or COMMAND_NONE. */
enum command_id options_command(const char *name);

#endif
