/* SPDX-License-Identifier: Apache-2.0
 *
 * See render_shown.h.
 */
#include "render/render_shown.h"

#include "base/utf8.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

/* Must not be shown as it is. */
static bool
is_unseen(uint32_t code, bool first)
{
	if (utf8_is_control(code) || utf8_is_format(code))
		return true;
	int width = wcwidth((wchar_t)code);
	/* a mark without a letter to sit on would sit on the column before */
	return width < 0 || (width == 0 && first);
}

static void
escape(uint32_t code, bool is_byte, char out[RENDER_SHOWN_MAX])
{
	if (code == '\n' || code == '\t' || code == '\r')
		snprintf(out, RENDER_SHOWN_MAX, "\\%c", code == '\n' ? 'n' : code == '\t' ? 't' : 'r');
	else if (is_byte || code < 0x80)
		snprintf(out, RENDER_SHOWN_MAX, "\\x%02x", (unsigned)code);
	else
		snprintf(out, RENDER_SHOWN_MAX, code < 0x10000 ? "\\u%04x" : "\\U%08x", (unsigned)code);
}

size_t
render_shown_step(const char *bytes, size_t len, bool first, char out[RENDER_SHOWN_MAX])
{
	assert(len > 0);
	uint32_t code = 0;
	size_t step = utf8_decode(bytes, len, &code);
	if (step == 0) {
		escape((unsigned char)bytes[0], true, out);
		return 1;
	}
	if (is_unseen(code, first)) {
		escape(code, false, out);
		return step;
	}
	memcpy(out, bytes, step);
	out[step] = '\0';
	return step;
}
