/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as the user's own names: read, or refused with a message, a hint and a line; what was
 * read is found again at its own range.
 */
#include "who/names_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct flowtoll_err err = {0};
	struct who_intern intern = {0};
	struct who_names_file names = {0};
	char path[64];
	int fd = memfd_create("fuzz", 0);
	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	enum flowtoll_rc rc = who_names_file_read(&names, &intern, path, &err);
	if (rc != FLOWTOLL_OK && (err.message[0] == '\0' || err.hint[0] == '\0' || err.line == 0 ||
	                          err.byte > len))
		abort();
	for (size_t i = 0; rc == FLOWTOLL_OK && i < names.count; i++) {
		const struct who_named *row = &names.rows[i];
		const struct who_named *found = who_names_file_find(&names, row->cidr.first);
		if (found == NULL || found->cidr.bits < row->cidr.bits || row->line == 0 ||
		    (row->name == NULL && row->owner == NULL))
			abort();
	}
	who_names_file_free(&names);
	who_intern_free(&intern);
	close(fd);
	return 0;
}
