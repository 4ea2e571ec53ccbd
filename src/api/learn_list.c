/* SPDX-License-Identifier: Apache-2.0
 *
 * See learn_list.h.
 */
#include "api/learn_list.h"

#include "base/limits.h"

enum flowtoll_rc
learn_list(struct who *who, const char *key, const struct buf *items, struct flowtoll_err *err)
{
	struct buf text;
	buf_init(&text, LIMIT_INVENTORY_BYTES);
	buf_addf(&text, "{\"%s\": [", key);
	buf_adds(&text, buf_text(items));
	buf_adds(&text, "]}");
	enum flowtoll_rc rc = buf_check(&text, "asking EC2", err);
	if (rc == FLOWTOLL_OK)
		rc = who_add_inventory_text(who, "what EC2 answers", text.data, text.len, err);
	buf_free(&text);
	return rc;
}
