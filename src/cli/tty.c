/* SPDX-License-Identifier: Apache-2.0
 *
 * See tty.h.
 */
#include "cli/tty.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_UNKNOWN = 80, HEIGHT_UNKNOWN = 24, LENGTH_MAX = 65535 };

bool
tty_is(int fd)
{
	return isatty(fd) == 1;
}

/* A number, as in COLUMNS; 0 where there is none. */
static unsigned
length_from_environment(const char *name)
{
	const char *text = getenv(name);
	if (text == NULL || *text < '0' || *text > '9')
		return 0;
	char *end = NULL;
	unsigned long length = strtoul(text, &end, 10);
	return *end == '\0' && length <= LENGTH_MAX ? (unsigned)length : 0;
}

unsigned
tty_width(int fd)
{
	struct winsize size;
	if (!tty_is(fd))
		return length_from_environment("COLUMNS");
	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	unsigned width = length_from_environment("COLUMNS");
	return width > 0 ? width : WIDTH_UNKNOWN;
}

unsigned
tty_height(int fd)
{
	struct winsize size;
	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0)
		return size.ws_row;
	unsigned height = length_from_environment("LINES");
	return height > 0 ? height : HEIGHT_UNKNOWN;
}

bool
tty_can_redraw(int fd)
{
	const char *term = getenv("TERM");
	return tty_is(fd) && term != NULL && *term != '\0' && strcmp(term, "dumb") != 0;
}

bool
tty_colour(int fd, const char *when)
{
	if (when != NULL && strcmp(when, "always") == 0)
		return true;
	if (when != NULL && strcmp(when, "never") == 0)
		return false;
	const char *no_color = getenv("NO_COLOR");
	return tty_can_redraw(fd) && (no_color == NULL || *no_color == '\0');
}
