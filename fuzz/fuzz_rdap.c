/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a registry's answer for one of two addresses: a range that is read holds the address
 * and is one that somebody can hold; texts are UTF-8 within their bounds; what is refused has a
 * reason.
 */
#include "base/limits.h"
#include "registry/ranges.h"
#include "registry/rdap.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

static void
check_text(const char *text)
{
	if (text != NULL && (strlen(text) > LIMIT_RDAP_REMARK_BYTES || !utf8_ok(text)))
		abort();
}

static void
check(const struct registry_rdap_answer *answer, struct ip asked)
{
	const struct registry_range *range = &answer->range;
	if ((answer->kind == REGISTRY_RDAP_BAD) != (answer->reason[0] != '\0'))
		abort();
	if (answer->kind == REGISTRY_RDAP_BAD || answer->kind == REGISTRY_RDAP_SLOWER)
		return;
	if (ip_compare(range->first, asked) > 0 || ip_compare(asked, range->last) > 0 ||
	    !registry_range_ok(range) || range->found != (answer->kind == REGISTRY_RDAP_RANGE))
		abort();
#define CHECK_TEXT(text) check_text(range->text);
	REGISTRY_TEXTS(CHECK_TEXT)
#undef CHECK_TEXT
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct ip asked[] = {ip_from_v4(0x08080808),
	                           {UINT64_C(0x26001f1800000000), 1}};
	for (size_t i = 0; i < 2; i++) {
		struct flowtoll_err err = {.code = FLOWTOLL_OK};
		struct arena arena = {.newest = NULL};
		struct registry_rdap_answer answer;
		if (registry_rdap_read((const char *)data, len, asked[i], &arena, &answer, &err) !=
		    FLOWTOLL_OK)
			abort();
		check(&answer, asked[i]);
		arena_free(&arena);
	}
	return 0;
}
