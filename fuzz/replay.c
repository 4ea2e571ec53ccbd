/* SPDX-License-Identifier: Apache-2.0
 *
 * replay FILE|FOLDER...: gives a fuzz target every file it has ever stumbled over, without a
 * fuzzer, so that each test run does it. Small files are given again cut short at every length.
 * The input ends at a page that must not be read:
 *
 *     [ ...unused... input][ no access ]
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	REPLAY_FILE_BYTES = 16 << 20, /* a larger file is an error */
	REPLAY_CUT_BYTES = 4096,      /* files up to here are given at every length */
	REPLAY_DEPTH = 8,
	REPLAY_PATH = 4096
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct replay {
	uint8_t *end; /* of the input; the guard page follows */
	size_t files;
	size_t inputs;
};

static _Noreturn void
die(const char *path, const char *fault)
{
	fprintf(stderr, "%s: %s\n", path, fault);
	exit(1);
}

static void
give(struct replay *replay, const uint8_t *bytes, size_t len)
{
	memcpy(replay->end - len, bytes, len);
	LLVMFuzzerTestOneInput(replay->end - len, len);
	replay->inputs++;
}

static void
replay_file(struct replay *replay, const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = malloc(REPLAY_FILE_BYTES + 1);
	if (file == NULL || bytes == NULL)
		die(path, strerror(errno));
	size_t len = fread(bytes, 1, REPLAY_FILE_BYTES + 1, file);
	if (ferror(file) != 0 || len > REPLAY_FILE_BYTES)
		die(path, "cannot be read, or too large");
	fclose(file);
	/* a target that crashes says nothing of the file */
	fprintf(stderr, "%s\n", path);
	give(replay, bytes, len);
	if (len <= REPLAY_CUT_BYTES)
		for (size_t cut = 0; cut < len; cut++)
			give(replay, bytes, cut);
	replay->files++;
	free(bytes);
}

static void
replay_path(struct replay *replay, const char *path, int depth)
{
	struct stat status;
	if (stat(path, &status) != 0)
		die(path, strerror(errno));
	if (!S_ISDIR(status.st_mode)) {
		replay_file(replay, path);
		return;
	}
	DIR *folder = opendir(path);
	if (folder == NULL || depth >= REPLAY_DEPTH)
		die(path, "cannot be opened, or too deep");
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		char inner[REPLAY_PATH];
		if (entry->d_name[0] == '.')
			continue;
		if (snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name) >= (int)sizeof inner)
			die(path, "path too long");
		replay_path(replay, inner, depth + 1);
	}
	closedir(folder);
}

int
main(int argc, char **argv)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size = REPLAY_FILE_BYTES + page;
	uint8_t *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED || mprotect(memory + REPLAY_FILE_BYTES, page, PROT_NONE) != 0)
		die("replay", strerror(errno));
	struct replay replay = {.end = memory + REPLAY_FILE_BYTES};
	for (int i = 1; i < argc; i++)
		replay_path(&replay, argv[i], 0);
	printf("%zu files, %zu inputs\n", replay.files, replay.inputs);
	munmap(memory, size);
	return replay.files > 0 ? 0 : 1;
}
