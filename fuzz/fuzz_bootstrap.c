/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a list of registries: what is read gives only URLs that may be asked, each with a
 * slash at its end; what is refused has a message and a hint.
 */
#include "registry/bootstrap.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void
check(const struct registry_bootstrap *bootstrap, bool plain_ok)
{
	for (size_t i = 0; i < bootstrap->count; i++) {
		const char *url = bootstrap->urls[i];
		bool is_plain = strncasecmp(url, "http://", 7) == 0;
		if ((!is_plain && strncasecmp(url, "https://", 8) != 0) || (is_plain && !plain_ok) ||
		    url[strlen(url) - 1] != '/' || strpbrk(url, " \r\n\t\"<>") != NULL)
			abort();
	}
	for (uint32_t block = 0; block < 256; block++) {
		const char *url = registry_bootstrap_find(bootstrap, ip_from_v4(block << 24));
		if (url != NULL && bootstrap->count == 0)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	for (int plain_ok = 0; plain_ok < 2; plain_ok++) {
		struct registry_bootstrap bootstrap = {.count = 0};
		struct flowtoll_err err = {.code = FLOWTOLL_OK};
		enum flowtoll_rc rc = registry_bootstrap_add(&bootstrap, (const char *)data, len,
		                                             plain_ok != 0, &err);
		if (rc != FLOWTOLL_OK && (err.message[0] == '\0' || err.hint[0] == '\0'))
			abort();
		check(&bootstrap, plain_ok != 0);
		registry_bootstrap_free(&bootstrap);
	}
	return 0;
}
