/* SPDX-License-Identifier: Apache-2.0
 *
 * What archives that are linked in take from newer C libraries than those that we run on: those of
 * a Debian 12 want arc4random, of glibc 2.36; libstdc++ for random_device, expat for its hashes.
 */
#include "base/portable.h"

#include <errno.h>
#include <sys/random.h>
#include <time.h>

void
arc4random_buf(void *bytes, size_t size)
{
	for (size_t have = 0; have < size;) {
		ssize_t got = getrandom((char *)bytes + have, size - have, 0);
		if (got > 0) {
			have += (size_t)got;
			continue;
		}
		if (errno == EINTR)
			continue;
		struct timespec now = {0}; /* a kernel without getrandom */
		clock_gettime(CLOCK_MONOTONIC, &now);
		((char *)bytes)[have++] = (char)(now.tv_nsec ^ now.tv_nsec >> 8);
	}
}

uint32_t
arc4random(void)
{
	uint32_t number;
	arc4random_buf(&number, sizeof number);
	return number;
}
