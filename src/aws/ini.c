/* SPDX-License-Identifier: Apache-2.0
 *
 * See ini.h.
 */
#include "aws/ini.h"

#include "base/limits.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <string.h>

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* A piece of a line without the blanks around. */
struct piece {
	const char *text;
	size_t len;
};

static struct piece
trim(const char *text, const char *end)
{
	while (text < end && is_blank(*text))
		text++;
	while (end > text && is_blank(end[-1]))
		end--;
	return (struct piece){text, (size_t)(end - text)};
}

static enum flowtoll_rc
add(struct aws_ini *ini, const char *section, const char *name, const char *value,
    struct flowtoll_err *err)
{
	struct aws_ini_line *line = arena_alloc(&ini->arena, sizeof *line);
	if (line == NULL)
		return err_memory(err, "reading a config file of AWS");
	*line = (struct aws_ini_line){section, name, value, NULL};
	if (ini->last != NULL)
		ini->last->next = line;
	else
		ini->first = line;
	ini->last = line;
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_section(struct aws_ini *ini, struct piece line, struct flowtoll_err *err)
{
	const char *end = memchr(line.text, ']', line.len);
	if (end == NULL)
		return ERR(err, FLOWTOLL_ERR_USAGE, "a line that begins with [ has no ]");
	if (++ini->sections > LIMIT_AWS_PROFILES)
		return ERR(err, FLOWTOLL_ERR_USAGE, "more than %d sections", LIMIT_AWS_PROFILES);
	struct piece name = trim(line.text + 1, end);
	/* "profile  dev" and "profile dev" are the same */
	size_t word = 0;
	while (word < name.len && !is_blank(name.text[word]))
		word++;
	struct piece rest = trim(name.text + word, name.text + name.len);
	char *section = arena_alloc(&ini->arena, name.len + 2);
	if (section == NULL)
		return err_memory(err, "reading a config file of AWS");
	memcpy(section, name.text, word);
	if (rest.len > 0) {
		section[word] = ' ';
		memcpy(section + word + 1, rest.text, rest.len);
		word += 1 + rest.len;
	}
	section[word] = '\0';
	return add(ini, section, NULL, NULL, err);
}

/* In a section of services, an indented line is a setting of the service above it:
 *     s3 =
 *       endpoint_url = https://...        s3.endpoint_url
 * How long the service's name is, which the line before begins with; 0: it is no such line. */
static size_t
service_len(const struct aws_ini *ini)
{
	if (strncmp(ini->last->section, "services ", 9) != 0)
		return 0;
	size_t len = strcspn(ini->last->name, ".");
	return ini->last->name[len] == '.' || *ini->last->value == '\0' ? len : 0;
}

static enum flowtoll_rc
read_nested(struct aws_ini *ini, struct piece line, struct flowtoll_err *err)
{
	const char *service = ini->last->name, *end = line.text + line.len;
	const char *equals = memchr(line.text, '=', line.len);
	size_t len = service_len(ini);
	if (len == 0 || equals == NULL || equals == line.text)
		return FLOWTOLL_OK; /* a part of the value above, which nobody asks for */
	struct piece name = trim(line.text, equals), value = trim(equals + 1, end);
	char *name_text = arena_alloc(&ini->arena, len + 1 + name.len + 1);
	char *value_text = arena_dup(&ini->arena, value.text, value.len);
	if (name_text == NULL || value_text == NULL)
		return err_memory(err, "reading a config file of AWS");
	memcpy(name_text, service, len);
	name_text[len] = '.';
	memcpy(name_text + len + 1, name.text, name.len);
	name_text[len + 1 + name.len] = '\0';
	for (char *c = name_text; *c != '\0'; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
	return add(ini, ini->last->section, name_text, value_text, err);
}

static enum flowtoll_rc
read_setting(struct aws_ini *ini, struct piece line, struct flowtoll_err *err)
{
	const char *end = line.text + line.len, *equals = memchr(line.text, '=', line.len);
	if (equals == NULL || equals == line.text)
		return ERR(err, FLOWTOLL_ERR_USAGE, "a line is not of the form name = value");
	if (ini->last == NULL)
		return ERR(err, FLOWTOLL_ERR_USAGE, "a setting stands before the first [section]");
	const char *comment = equals + 1;
	while (comment < end && !((*comment == '#' || *comment == ';') && is_blank(comment[-1])))
		comment++;
	struct piece name = trim(line.text, equals), value = trim(equals + 1, comment);
	char *name_text = arena_dup(&ini->arena, name.text, name.len);
	char *value_text = arena_dup(&ini->arena, value.text, value.len);
	if (name_text == NULL || value_text == NULL)
		return err_memory(err, "reading a config file of AWS");
	for (char *c = name_text; *c != '\0'; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
	return add(ini, ini->last->section, name_text, value_text, err);
}

enum flowtoll_rc
aws_ini_parse(struct aws_ini *ini, const char *text, size_t len, struct flowtoll_err *err)
{
	const char *start = text, *end = text + len;
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) /* as some editors begin */
		text += 3;
	for (uint64_t number = 1; text < end; number++) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		stop = stop != NULL ? stop : end;
		struct piece line = trim(text, stop);
		bool indented = line.text > text, in_setting = ini->last != NULL && ini->last->name != NULL;
		enum flowtoll_rc rc = FLOWTOLL_OK;
		if (memchr(text, '\0', (size_t)(stop - text)) != NULL)
			rc = ERR(err, FLOWTOLL_ERR_USAGE, "it is not text");
		else if (line.len == 0 || *line.text == '#' || *line.text == ';')
			rc = FLOWTOLL_OK;
		else if (*line.text == '[' && !indented)
			rc = read_section(ini, line, err);
		else
			rc = indented && in_setting ? read_nested(ini, line, err)
			                            : read_setting(ini, line, err);
		if (rc != FLOWTOLL_OK) {
			err_place(err, NULL, number, (uint64_t)(text - start));
			return rc;
		}
		text = stop + 1;
	}
	return FLOWTOLL_OK;
}

void
aws_ini_free(struct aws_ini *ini)
{
	for (struct aws_ini_line *line = ini->first; line != NULL; line = line->next)
		if (line->value != NULL)
			OPENSSL_cleanse((char *)(uintptr_t)line->value, strlen(line->value));
	arena_free(&ini->arena);
	*ini = (struct aws_ini){0};
}

const char *
aws_ini_get(const struct aws_ini *ini, const char *section, const char *name)
{
	const char *found = NULL;
	for (const struct aws_ini_line *line = ini->first; line != NULL; line = line->next)
		if (line->name != NULL && strcmp(line->name, name) == 0 &&
		    strcmp(line->section, section) == 0)
			found = line->value;
	return found;
}

bool
aws_ini_has(const struct aws_ini *ini, const char *section)
{
	for (const struct aws_ini_line *line = ini->first; line != NULL; line = line->next)
		if (line->name == NULL && strcmp(line->section, section) == 0)
			return true;
	return false;
}
