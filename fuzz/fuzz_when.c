/* SPDX-License-Identifier: Apache-2.0
 *
 * Any text as a time and as a length of time: what is read lies within the bounds, and what is
 * printed of it reads back the same. An error has its place within the text.
 */
#include "base/when.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const int64_t now_us = 1795456800 * WHEN_SECOND_US;
	char text[TEXT_BYTES_MAX + 1], printed[WHEN_TEXT_MAX];
	int64_t at_us = -1, again_us = -1, span_us = -1;
	struct flowtoll_err err = {0};
	if (len > TEXT_BYTES_MAX || memchr(data, '\0', len) != NULL)
		return 0;
	memcpy(text, data, len);
	text[len] = '\0';
	if (when_parse(text, now_us, &at_us, &err) == FLOWTOLL_OK) {
		if (at_us < 0 || at_us > WHEN_MAX_US)
			abort();
		if (when_print(at_us, printed) != strlen(printed) ||
		    when_parse(printed, 0, &again_us, &err) != FLOWTOLL_OK || again_us != at_us)
			abort();
	} else if (err.byte > len || err.hint[0] == '\0' || err.code != FLOWTOLL_ERR_USAGE) {
		abort();
	}
	if (when_parse_span(text, &span_us, &err) == FLOWTOLL_OK ? span_us <= 0 : err.byte > len)
		abort();
	return 0;
}
