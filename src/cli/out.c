/* SPDX-License-Identifier: Apache-2.0
 *
 * See out.h.
 */
#include "cli/out.h"

#include "cli/signals.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

bool
out_write(void *ctx, const char *bytes, size_t len)
{
	struct out *out = ctx;
	if (out->error != 0)
		return false;
	do {
		if (signals_interrupted()) {
			out->error = EINTR;
			return false;
		}
		if (len == 0) /* it is only asked whether to go on */
			return true;
		ssize_t done = write(out->fd, bytes, len);
		if (done >= 0) {
			bytes += done;
			len -= (size_t)done;
		} else if (errno == EAGAIN) {
			/* whoever shares the terminal or pipe made it non-blocking */
			struct pollfd wait = {.fd = out->fd, .events = POLLOUT};
			poll(&wait, 1, -1);
		} else if (errno != EINTR) {
			out->error = errno;
			out->reader_gone = errno == EPIPE;
			return false;
		}
	} while (len > 0);
	return true;
}

enum flowtoll_rc
out_check(const struct out *out, struct flowtoll_err *err)
{
	if (out->error == 0 || out->reader_gone)
		return FLOWTOLL_OK;
	if (out->error == EINTR)
		return ERR(err, FLOWTOLL_ERR_INTERRUPTED, "interrupted");
	if (out->name != NULL)
		return ERR(err, FLOWTOLL_ERR_OUTPUT, "cannot write %s: %s", out->name,
		           strerror(out->error));
	return ERR(err, FLOWTOLL_ERR_OUTPUT, "cannot write to standard output: %s",
	           strerror(out->error));
}
