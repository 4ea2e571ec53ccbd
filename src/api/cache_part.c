/* SPDX-License-Identifier: Apache-2.0
 *
 * See cache_part.h.
 */
#include "api/cache_part.h"

#include "base/limits.h"
#include "base/mem.h"

#include <string.h>

static enum flowtoll_rc
read_range(const char *text, struct ip_cidr *cidr, struct flowtoll_err *err)
{
	bool has_host_bits = false;
	if (ip_cidr_parse(text, strlen(text), cidr, &has_host_bits))
		return FLOWTOLL_OK;
	err_set(err, FLOWTOLL_ERR_USAGE, "'%.100s' is %s", text,
	        has_host_bits ? "not where a range begins" : "neither an address nor a range");
	err_hint(err, "they are written as 52.216.8.1 and 52.216.0.0/15");
	return err->code;
}

enum flowtoll_rc
cache_part_read(struct cache_part *part, const struct flowtoll_cache_part *asked,
                struct flowtoll_err *err)
{
	if (asked == NULL || asked->range_count == 0)
		return FLOWTOLL_OK;
	if (asked->range_count > LIMIT_ADDRESSES)
		return ERR(err, FLOWTOLL_ERR_USAGE, "more than %d ranges", LIMIT_ADDRESSES);
	part->cidrs = mem_alloc(asked->range_count * sizeof *part->cidrs);
	if (part->cidrs == NULL)
		return err_memory(err, "reading ranges");
	for (size_t i = 0; i < asked->range_count; i++)
		TRY(read_range(asked->ranges[i], &part->cidrs[i], err));
	part->some = (struct registry_part){part->cidrs, asked->range_count};
	part->part = &part->some;
	return FLOWTOLL_OK;
}

void
cache_part_free(struct cache_part *part)
{
	mem_free(part->cidrs);
	*part = (struct cache_part){0};
}
