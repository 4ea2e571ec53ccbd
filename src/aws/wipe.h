/* SPDX-License-Identifier: Apache-2.0
 *
 * A buffer that held a secret: freed, and nothing left of it in memory.
 */
#ifndef AWS_WIPE_H
#define AWS_WIPE_H

#include "base/buf.h"

#include <openssl/crypto.h>

static inline void
aws_wipe(struct buf *buf)
{
	if (buf->data != NULL)
		OPENSSL_cleanse(buf->data, buf->cap);
	buf_free(buf);
}

#endif
