/* SPDX-License-Identifier: Apache-2.0
 *
 * who_test ADDRESS...: asks who is behind each, in a question of its own of one session, and writes
 * the answers as ndjson. Run by tests/api/test_who_again.py.
 */
#include <flowtoll.h>

#include <stdio.h>

static bool
write_out(void *ctx, const char *bytes, size_t len)
{
	(void)ctx;
	return fwrite(bytes, 1, len, stdout) == len;
}

int
main(int argc, char **argv)
{
	static const struct flowtoll_inventory whom;
	struct flowtoll_err err = {0};
	struct flowtoll *ft = NULL;
	enum flowtoll_rc rc = flowtoll_open(NULL, &ft, &err);
	for (int i = 1; rc == FLOWTOLL_OK && i < argc; i++) {
		const char *address = argv[i];
		const struct flowtoll_who who = {
			.addresses = &address, .address_count = 1, .whom = &whom};
		struct flowtoll_answer *answer = NULL;
		rc = flowtoll_who(ft, &who, &answer, &err);
		if (rc == FLOWTOLL_OK)
			rc = flowtoll_answer_write(answer, 0, "ndjson", NULL, write_out, NULL, &err);
		flowtoll_answer_free(answer);
	}
	flowtoll_close(ft);
	if (rc != FLOWTOLL_OK)
		fprintf(stderr, "%s\n", err.message);
	return rc;
}
