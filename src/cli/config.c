/* SPDX-License-Identifier: Apache-2.0
 *
 * See config.h. The values are cut out of the file's text in place.
 * A relative path is one of the folder that the config file lies in.
 *
 *     inventory = ~/aws/enis.json   # a comment
 *     format = "csv"
 */
#include "cli/config.h"

#include "base/file.h"
#include "base/mem.h"
#include "cli/nearest.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONFIG_BYTES_MAX = 1 << 20, PATH_BYTES_MAX = 4096 };

static const char blanks[] = " \t\r";

/* The file while it is read. */
struct config {
	char path[PATH_BYTES_MAX];
	bool is_wanted; /* named by the user, so it has to be there */
	struct buf paths; /* made of values, one after another, each with its NUL */
	size_t paths_at[FLAG_COUNT];
	size_t inventories_at[LIMIT_INVENTORIES];
	struct options given; /* by the file */
};

static bool
is_path(const struct flag *flag)
{
	return flag->argument != NULL && strcmp(flag->argument, "FILE") == 0;
}

/* An empty variable is as good as none. */
static const char *
variable(const char *name)
{
	const char *value = getenv(name);
	return value != NULL && *value != '\0' ? value : NULL;
}

/* False where there is nowhere to look. */
static bool
find_path(struct config *config)
{
	const char *path = variable("FLOWTOLL_CONFIG"), *folder = variable("XDG_CONFIG_HOME");
	const char *home = variable("HOME");
	int len;
	config->is_wanted = path != NULL;
	if (path != NULL)
		len = snprintf(config->path, sizeof config->path, "%s", path);
	else if (folder != NULL && *folder == '/')
		len = snprintf(config->path, sizeof config->path, "%s/flowtoll/config", folder);
	else if (home != NULL)
		len = snprintf(config->path, sizeof config->path, "%s/.config/flowtoll/config", home);
	else
		return false;
	if (config->is_wanted)
		return true; /* cut short, it cannot be opened, and that is told */
	return len < (int)sizeof config->path && access(config->path, F_OK) == 0;
}

static char *
trim(char *text)
{
	size_t len;
	text += strspn(text, blanks);
	for (len = strlen(text); len > 0 && strchr(blanks, text[len - 1]) != NULL; len--)
		;
	text[len] = '\0';
	return text;
}

/* Without the comment, the quotes and the blanks around. */
static enum flowtoll_rc
clean_value(char *text, char **value, struct flowtoll_err *err)
{
	text += strspn(text, blanks);
	*value = text;
	if (*text == '"') {
		char *end = strchr(text + 1, '"');
		const char *rest = end != NULL ? end + 1 + strspn(end + 1, blanks) : NULL;
		if (rest == NULL || (*rest != '\0' && *rest != '#'))
			return ERR(err, FLOWTOLL_ERR_USAGE, "a value that begins with \" ends with one");
		*end = '\0';
		*value = text + 1;
		return FLOWTOLL_OK;
	}
	char *comment = text;
	while (*comment != '\0' &&
	       !(*comment == '#' && (comment == text || strchr(blanks, comment[-1]) != NULL)))
		comment++;
	*comment = '\0';
	*value = trim(text);
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
unknown_name(const char *name, struct flowtoll_err *err)
{
	struct nearest nearest = {.word = name};
	enum flag_id id = options_flag(name);
	if (id != FLAG_COUNT) {
		err_set(err, FLOWTOLL_ERR_USAGE, "%s cannot stand in the config file", name);
	} else {
		err_set(err, FLOWTOLL_ERR_USAGE, "there is no option %s", name);
		for (size_t i = 0; i < FLAG_COUNT; i++)
			if ((flags[i].commands & IN_CONFIG) != 0)
				nearest_offer(&nearest, flags[i].name);
	}
	if (nearest.best != NULL)
		err_hint(err, "did you mean %s?", nearest.best);
	else
		err_hint(err, "flowtoll help config lists what can");
	return err->code;
}

/* ~/x and paths relative to the config file, as paths for everybody. */
static enum flowtoll_rc
add_path(struct config *config, enum flag_id id, const char *value, struct flowtoll_err *err)
{
	const char *home = variable("HOME"), *slash = strrchr(config->path, '/');
	config->paths_at[id] = config->paths.len;
	if (id == FLAG_INVENTORY && strcmp(value, "live") == 0) {
		buf_adds(&config->paths, value); /* no file */
	} else if (value[0] == '~' && (value[1] == '/' || value[1] == '\0')) {
		if (home == NULL)
			return ERR(err, FLOWTOLL_ERR_USAGE, "%s: HOME is not set", value);
		buf_adds(&config->paths, home);
		buf_adds(&config->paths, value + 1);
	} else {
		if (*value != '/' && slash != NULL)
			buf_add(&config->paths, config->path, (size_t)(slash - config->path) + 1);
		buf_adds(&config->paths, value);
	}
	buf_addc(&config->paths, '\0');
	return buf_check(&config->paths, "reading the config file", err);
}

static enum flowtoll_rc
read_switch(const char *name, const char *value, bool *on, struct flowtoll_err *err)
{
	*on = strcmp(value, "yes") == 0 || strcmp(value, "true") == 0;
	if (*on || strcmp(value, "no") == 0 || strcmp(value, "false") == 0)
		return FLOWTOLL_OK;
	err_set(err, FLOWTOLL_ERR_USAGE, "%s cannot be %s", name, *value == '\0' ? "empty" : value);
	err_hint(err, "it is one of yes|no");
	return err->code;
}

static enum flowtoll_rc
read_line(struct config *config, char *line, struct flowtoll_err *err)
{
	char *value;
	line = trim(line);
	if (*line == '\0' || *line == '#')
		return FLOWTOLL_OK;
	char *equals = strchr(line, '=');
	if (equals == NULL) {
		err_set(err, FLOWTOLL_ERR_USAGE, "'%s' is not of the form name = value", line);
		err_hint(err, "such as inventory = ~/aws/enis.json; flowtoll help config tells more");
		return err->code;
	}
	*equals = '\0';
	const char *name = trim(line);
	enum flag_id id = options_flag(name);
	if (id == FLAG_COUNT || (flags[id].commands & IN_CONFIG) == 0)
		return unknown_name(name, err);
	TRY(clean_value(equals + 1, &value, err));
	if (config->given.values[id] != NULL && id != FLAG_INVENTORY)
		return ERR(err, FLOWTOLL_ERR_USAGE, "%s is given twice", name);
	if (flags[id].kind == FLAG_SWITCH) {
		bool on;
		TRY(read_switch(name, value, &on, err));
		return on ? options_set(&config->given, id, "", err) : FLOWTOLL_OK;
	}
	TRY(options_set(&config->given, id, value, err));
	if (id == FLAG_INVENTORY)
		config->inventories_at[config->given.inventory_count - 1] = config->paths.len;
	return is_path(&flags[id]) ? add_path(config, id, value, err) : FLOWTOLL_OK;
}

static enum flowtoll_rc
read_lines(struct config *config, char *text, size_t len, struct flowtoll_err *err)
{
	uint64_t number = 1;
	const char *start = text, *end = text + len;
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0) /* as some editors begin */
		text += 3;
	for (; text < end; number++) {
		size_t line_len = strcspn(text, "\n");
		bool is_text = text[line_len] == '\n' || text + line_len == end;
		text[line_len] = '\0';
		enum flowtoll_rc rc = FLOWTOLL_OK;
		if (!is_text)
			rc = ERR(err, FLOWTOLL_ERR_USAGE, "the config file is not text");
		else
			rc = read_line(config, text, err);
		if (rc != FLOWTOLL_OK) {
			err_place(err, config->path, number, (uint64_t)(text - start));
			return rc;
		}
		text += line_len + 1;
	}
	return FLOWTOLL_OK;
}

/* What the file gives, where the command line gives nothing else. */
static void
take_over(struct options *options, const struct config *config)
{
	const struct options *given = &config->given;
	for (size_t id = 0; id < FLAG_COUNT; id++) {
		if (given->values[id] == NULL || options->values[id] != NULL ||
		    (flags[id].commands & 1u << options->command) == 0)
			continue;
		options->values[id] = is_path(&flags[id]) ? options->config_paths + config->paths_at[id]
		                                            : given->values[id];
		options->numbers[id] = given->numbers[id];
		options->from_config[id] = true;
		for (size_t i = 0; id == FLAG_INVENTORY && i < given->inventory_count; i++)
			options->inventories[i] = options->config_paths + config->inventories_at[i];
		if (id == FLAG_INVENTORY)
			options->inventory_count = given->inventory_count;
	}
}

static enum flowtoll_rc
read_config(struct config *config, struct options *options, struct flowtoll_err *err)
{
	struct buf text;
	buf_init(&text, CONFIG_BYTES_MAX);
	enum flowtoll_rc rc = file_read(config->path, &text, err);
	if (rc != FLOWTOLL_OK && err->code == FLOWTOLL_ERR_INPUT)
		err_hint(err, config->is_wanted ? "FLOWTOLL_CONFIG names it; --no-config does without"
		                                : "--no-config does without the config file");
	if (rc == FLOWTOLL_OK && text.len > 0)
		rc = read_lines(config, text.data, text.len, err);
	if (rc == FLOWTOLL_OK) { /* values point into both from here on */
		options->config_text = buf_take(&text);
		options->config_paths = buf_take(&config->paths);
		take_over(options, config);
	}
	buf_free(&text);
	return rc;
}

enum flowtoll_rc
config_apply(struct options *options, struct flowtoll_err *err)
{
	assert(options->config_text == NULL);
	bool asks = ((FOR_ALL | FOR_WHO | FOR_GET | FOR_INVENTORY |
	              FOR_FLOW_LOGS) & 1u << options->command) != 0;
	if (!asks || options->values[FLAG_NO_CONFIG] != NULL || options->values[FLAG_HELP] != NULL ||
	    options->values[FLAG_VERSION] != NULL)
		return FLOWTOLL_OK;
	struct config *config = mem_zalloc(1, sizeof *config);
	if (config == NULL)
		return err_memory(err, "reading the config file");
	buf_init(&config->paths, CONFIG_BYTES_MAX);
	enum flowtoll_rc rc = find_path(config) ? read_config(config, options, err) : FLOWTOLL_OK;
	buf_free(&config->paths);
	mem_free(config);
	return rc;
}
