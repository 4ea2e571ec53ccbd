/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as the config file: refused with a place in it, or read; and what was read, written
 * out again in quotes, reads the same. The program is no library, so its files are compiled in.
 */
#include "cli/config.c"
#include "cli/options.c"

#include <sys/mman.h>

enum { AGAIN_BYTES = 1 << 18 };

static enum flowtoll_rc
apply(const void *bytes, size_t len, struct options *options, struct flowtoll_err *err)
{
	static char path[64];
	static char program[] = "flowtoll", command[] = "top", keys[] = "dstaddr", source[] = "a";
	char *const words[] = {program, command, keys, source};
	int fd = memfd_create("config", 0);
	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	setenv("FLOWTOLL_CONFIG", path, 1);
	setenv("HOME", "/home/ann", 1);
	*err = (struct flowtoll_err){0};
	if (options_parse(4, words, options, err) != FLOWTOLL_OK)
		abort();
	enum flowtoll_rc rc = config_apply(options, err);
	close(fd);
	return rc;
}

static void
check_again(const struct options *options)
{
	static char text[AGAIN_BYTES];
	struct options again;
	struct flowtoll_err err;
	size_t len = 0;
	for (size_t id = 0; id < FLAG_COUNT; id++) {
		if (!options->from_config[id])
			continue;
		const char *value = flags[id].kind == FLAG_SWITCH ? "yes" : options->values[id];
		if (strchr(value, '"') != NULL || len + strlen(value) + 64 > sizeof text)
			return;
		len += (size_t)snprintf(text + len, sizeof text - len, "%s = \"%s\"\n", flags[id].name,
		                        value);
	}
	if (apply(text, len, &again, &err) != FLOWTOLL_OK)
		abort();
	for (size_t id = 0; id < FLAG_COUNT; id++) {
		if (again.from_config[id] != options->from_config[id] ||
		    again.numbers[id] != options->numbers[id])
			abort();
		if (again.from_config[id] && strcmp(again.values[id], options->values[id]) != 0)
			abort();
	}
	options_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct options options;
	struct flowtoll_err err;
	enum flowtoll_rc rc = apply(data, len, &options, &err);
	if (rc == FLOWTOLL_OK)
		check_again(&options);
	else if (err.message[0] == '\0' ||
	         (rc == FLOWTOLL_ERR_USAGE && (err.line == 0 || err.byte > len)))
		abort();
	options_free(&options);
	return 0;
}
