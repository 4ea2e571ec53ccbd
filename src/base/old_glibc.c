/* SPDX-License-Identifier: Apache-2.0
 *
 * What static libraries of Debian 12 (libstdc++, expat) want of glibc 2.36, by what older ones
 * have: the program and the library run from glibc 2.34 on (Amazon Linux 2023).
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>

uint32_t arc4random(void);
void arc4random_buf(void *bytes, size_t len);

void
arc4random_buf(void *bytes, size_t len)
{
	char *at = bytes;
	while (len > 0) {
		ssize_t got = getrandom(at, len, 0);
		if (got < 0 && errno != EINTR)
			abort(); /* lint: allow(exit) as glibc does: there is no way to say so */
		if (got > 0) {
			at += got;
			len -= (size_t)got;
		}
	}
}

uint32_t
arc4random(void)
{
	uint32_t number;
	arc4random_buf(&number, sizeof number);
	return number;
}
