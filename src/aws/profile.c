/* SPDX-License-Identifier: Apache-2.0
 *
 * See profile.h.
 */
#include "aws/profile.h"

#include "aws/wipe.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { SECTION_BYTES_MAX = 512 };

const char *
aws_variable(const char *name)
{
	const char *value = getenv(name);
	return value != NULL && *value != '\0' ? value : NULL;
}

char *
aws_home_path(const char *rest)
{
	const char *home = aws_variable("HOME");
	if (home == NULL)
		return NULL;
	size_t len = strlen(home) + strlen("/.aws/") + strlen(rest) + 1;
	char *path = mem_alloc(len);
	if (path != NULL)
		snprintf(path, len, "%s/.aws/%s", home, rest);
	return path;
}

/* The path that the variable names (~/ is the home folder), or the usual one. */
static char *
path_of(const char *variable, const char *usual)
{
	const char *path = aws_variable(variable), *home = aws_variable("HOME");
	if (path == NULL)
		return aws_home_path(usual);
	if (strncmp(path, "~/", 2) != 0 || home == NULL)
		return mem_dup(path, strlen(path));
	size_t len = strlen(home) + strlen(path);
	char *whole = mem_alloc(len);
	if (whole != NULL)
		snprintf(whole, len, "%s%s", home, path + 1);
	return whole;
}

static enum flowtoll_rc
read_ini(struct aws_ini *ini, const char *path, struct flowtoll_err *err)
{
	struct buf text;
	if (path == NULL || access(path, F_OK) != 0)
		return FLOWTOLL_OK;
	buf_init(&text, LIMIT_AWS_FILE_BYTES);
	enum flowtoll_rc rc = file_read(path, &text, err);
	if (rc == FLOWTOLL_OK)
		rc = aws_ini_parse(ini, buf_text(&text), text.len, err);
	if (rc != FLOWTOLL_OK)
		err_place(err, path, err->line, err->byte);
	if (rc == FLOWTOLL_ERR_USAGE)
		err_hint(err, "AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name other files");
	aws_wipe(&text);
	return rc;
}

static enum flowtoll_rc
no_profile(const struct aws_profile *profile, struct flowtoll_err *err)
{
	const char *config = profile->config_path, *credentials = profile->credentials_path;
	err_set(err, FLOWTOLL_ERR_USAGE, "there is no profile %.100s", profile->name);
	err_hint(err, "looked in %.150s and %.150s; `aws configure list-profiles` lists what is there",
	         config != NULL ? config : "~/.aws/config",
	         credentials != NULL ? credentials : "~/.aws/credentials");
	return err->code;
}

enum flowtoll_rc
aws_profile_load(struct aws_profile *profile, const char *name, struct flowtoll_err *err)
{
	*profile = (struct aws_profile){.chosen = name != NULL};
	const char *wanted = name != NULL ? name : aws_variable("AWS_PROFILE");
	if (wanted == NULL)
		wanted = aws_variable("AWS_DEFAULT_PROFILE");
	profile->name = wanted != NULL ? mem_dup(wanted, strlen(wanted)) : mem_dup("default", 7);
	profile->config_path = path_of("AWS_CONFIG_FILE", "config");
	profile->credentials_path = path_of("AWS_SHARED_CREDENTIALS_FILE", "credentials");
	if (profile->name == NULL)
		return err_memory(err, "reading the profile of AWS");
	TRY(read_ini(&profile->config, profile->config_path, err));
	TRY(read_ini(&profile->credentials, profile->credentials_path, err));
	if (wanted != NULL && !aws_profile_has(profile, wanted))
		return no_profile(profile, err);
	return FLOWTOLL_OK;
}

void
aws_profile_free(struct aws_profile *profile)
{
	aws_ini_free(&profile->config);
	aws_ini_free(&profile->credentials);
	mem_free(profile->config_path);
	mem_free(profile->credentials_path);
	mem_free(profile->name);
	*profile = (struct aws_profile){0};
}

/* The name of its section in the config file; false where no section has such a name. */
static bool
section_of(const char *kind, const char *name, char section[SECTION_BYTES_MAX])
{
	int len = snprintf(section, SECTION_BYTES_MAX, "%s %s", kind, name);
	return len > 0 && len < SECTION_BYTES_MAX;
}

const char *
aws_profile_in(const struct aws_profile *profile, const char *kind, const char *name,
               const char *setting)
{
	char section[SECTION_BYTES_MAX];
	const char *value = NULL;
	if (section_of(kind, name, section))
		value = aws_ini_get(&profile->config, section, setting);
	return value != NULL && *value != '\0' ? value : NULL;
}

const char *
aws_profile_of(const struct aws_profile *profile, const char *name, const char *setting)
{
	const char *value = aws_ini_get(&profile->credentials, name, setting);
	if (value == NULL || *value == '\0')
		value = aws_profile_in(profile, "profile", name, setting);
	if (value == NULL && strcmp(name, "default") == 0)
		value = aws_ini_get(&profile->config, name, setting);
	return value != NULL && *value != '\0' ? value : NULL;
}

bool
aws_profile_has(const struct aws_profile *profile, const char *name)
{
	char section[SECTION_BYTES_MAX];
	if (aws_ini_has(&profile->credentials, name))
		return true;
	if (strcmp(name, "default") == 0 && aws_ini_has(&profile->config, name))
		return true;
	return section_of("profile", name, section) && aws_ini_has(&profile->config, section);
}

const char *
aws_profile_setting(const struct aws_profile *profile, const char *variable, const char *setting)
{
	const char *value = variable != NULL ? aws_variable(variable) : NULL;
	return value != NULL ? value : aws_profile_of(profile, profile->name, setting);
}

bool
aws_profile_switch(const struct aws_profile *profile, const char *variable, const char *setting)
{
	const char *value = aws_profile_setting(profile, variable, setting);
	return value != NULL && strcasecmp(value, "true") == 0;
}
