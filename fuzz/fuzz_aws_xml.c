/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as an answer of S3: as a listing, whose keys become files of a folder and never lie
 * outside of it, and as an error.
 */
#include "aws/errors.h"
#include "fetch/plan.h"

#include <stdlib.h>
#include <string.h>

enum { TOKEN_BYTES_MAX = 16384 };

static void
check(const struct fetch_file *file)
{
	if (file->refused != NULL)
		return;
	const char *at = file->name;
	if (*at == '/' || *at == '\0')
		abort();
	for (;;) {
		size_t len = strcspn(at, "/");
		if (len == 0 || len > 255 || (len == 2 && memcmp(at, "..", 2) == 0))
			abort();
		if (at[len] == '\0')
			return;
		at += len + 1;
	}
}

static void
list(const char *bytes, size_t len, bool keep_tree)
{
	struct fetch_plan plan = {.prefix = "a/b", .keep_tree = keep_tree};
	struct flowtoll_err err = {0};
	struct buf token;
	bool more = true;
	buf_init(&token, TOKEN_BYTES_MAX);
	enum flowtoll_rc rc = s3_page_read(bytes, len, fetch_plan_add, &plan, &token, &more, &err);
	if (rc != FLOWTOLL_OK && (err.message[0] == '\0' || err.byte > len))
		abort();
	if (rc == FLOWTOLL_OK)
		rc = fetch_plan_check(&plan, &err);
	for (size_t i = 0; rc == FLOWTOLL_OK && i < plan.count; i++) {
		check(&plan.files[i]);
		for (size_t k = 0; k < i && i < 100; k++) /* no two are one */
			if (plan.files[i].refused == NULL && plan.files[k].refused == NULL &&
			    strcmp(plan.files[i].name, plan.files[k].name) == 0)
				abort();
	}
	buf_free(&token);
	fetch_plan_free(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *bytes = (const char *)data;
	struct aws_fault fault;
	list(bytes, len, false);
	list(bytes, len, true);
	aws_fault_read(bytes, len, &fault);
	if (memchr(fault.code, '\0', sizeof fault.code) == NULL ||
	    memchr(fault.message, '\0', sizeof fault.message) == NULL)
		abort();
	return 0;
}
