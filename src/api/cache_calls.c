/* SPDX-License-Identifier: Apache-2.0
 *
 * The calls of flowtoll.h about what registries said and is kept.
 */
#include "api/cache_part.h"
#include "api/api_session.h"

#include "query/query.h"

/* Free the part, be it read or not. */
static enum flowtoll_rc
open_part(struct flowtoll *ft, const struct flowtoll_cache_part *asked, struct cache_part *part,
          struct registry **registry, struct flowtoll_err *err)
{
	TRY(cache_part_read(part, asked, err));
	return naming_registry(&ft->naming, registry, err);
}

enum flowtoll_rc
flowtoll_cache_list(struct flowtoll *ft, const struct flowtoll_cache_part *asked,
                    struct flowtoll_answer **out, struct flowtoll_err *err)
{
	struct cache_part part = {0};
	struct answer *answer = NULL;
	struct registry *registry = NULL;
	struct ticker ticker;
	TRY(api_begin(&ticker, ft, out, err));
	enum flowtoll_rc rc = open_part(ft, asked, &part, &registry, err);
	if (rc == FLOWTOLL_OK)
		rc = query_cache_list(registry, part.part, &answer, err);
	cache_part_free(&part);
	return api_end(&ticker, rc, answer, out, err);
}

enum flowtoll_rc
flowtoll_cache_clear(struct flowtoll *ft, const struct flowtoll_cache_part *asked, uint64_t *count,
                     struct flowtoll_err *err)
{
	struct cache_part part = {0};
	struct registry *registry = NULL;
	size_t forgotten = 0;
	TRY(api_check_process(ft->pid, err));
	enum flowtoll_rc rc = open_part(ft, asked, &part, &registry, err);
	if (rc == FLOWTOLL_OK)
		rc = registry_cache_clear(registry, part.part, &forgotten, err);
	cache_part_free(&part);
	*count = forgotten;
	return rc;
}

enum flowtoll_rc
flowtoll_cache_export(struct flowtoll *ft, const struct flowtoll_cache_part *asked,
                      flowtoll_write_fn *write, void *ctx, uint64_t *count,
                      struct flowtoll_err *err)
{
	struct cache_part part = {0};
	struct registry *registry = NULL;
	size_t written = 0;
	TRY(api_check_process(ft->pid, err));
	enum flowtoll_rc rc = open_part(ft, asked, &part, &registry, err);
	if (rc == FLOWTOLL_OK)
		rc = registry_cache_export(registry, part.part, write, ctx, &written, err);
	cache_part_free(&part);
	*count = written;
	return rc;
}

enum flowtoll_rc
flowtoll_cache_import(struct flowtoll *ft, const char *path, uint64_t *count,
                      struct flowtoll_err *err)
{
	struct registry *registry = NULL;
	size_t taken = 0;
	TRY(api_check_process(ft->pid, err));
	TRY(naming_registry(&ft->naming, &registry, err));
	enum flowtoll_rc rc = registry_cache_import(registry, path, &taken, err);
	*count = taken;
	return rc;
}
