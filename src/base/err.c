/* SPDX-License-Identifier: Apache-2.0
 *
 * See err.h.
 */
#include "base/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum flowtoll_rc
err_set(struct flowtoll_err *err, enum flowtoll_rc code, const char *format, ...)
{
	assert(err != NULL);
	assert(code != FLOWTOLL_OK);
	/* the arguments may point into err itself (wrapping an error in a longer one) */
	char message[sizeof err->message];
	va_list args;
	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	memset(err, 0, sizeof *err);
	err->code = code;
	memcpy(err->message, message, strlen(message));
	return code;
}

void
err_hint(struct flowtoll_err *err, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(err->hint, sizeof err->hint, format, args);
	va_end(args);
}

void
err_place(struct flowtoll_err *err, const char *file, uint64_t line, uint64_t byte)
{
	if (file != NULL)
		snprintf(err->file, sizeof err->file, "%s", file);
	err->line = line;
	err->byte = byte;
}

enum flowtoll_rc
err_memory(struct flowtoll_err *err, const char *what)
{
	return err_set(err, FLOWTOLL_ERR_MEMORY, "out of memory while %s", what);
}
