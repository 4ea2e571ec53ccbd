/* SPDX-License-Identifier: Apache-2.0
 *
 * Which row speaks for an address, on a small file with each case; tests/oracle/who_oracle.py
 * compares the whole of AWS's own file with another implementation.
 */
#include "who/aws_ranges.h"

#include "base/limits.h"
#include "base/mem.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct world {
	struct who_aws_ranges ranges;
	struct who_intern intern;
	struct flowtoll_err err;
};

static enum flowtoll_rc
read_file(struct world *world, const char *name)
{
	char path[1024];
	snprintf(path, sizeof path, "%s/who/%s", TEST_DATA, name);
	memset(&world->err, 0, sizeof world->err);
	return who_aws_ranges_read(&world->ranges, &world->intern, path, &world->err);
}

static void
end(struct world *world)
{
	who_aws_ranges_free(&world->ranges);
	who_intern_free(&world->intern);
}

static const struct who_place *
find(const struct world *world, const char *address)
{
	struct ip ip;
	assert_true(ip_parse(address, strlen(address), &ip));
	return who_aws_ranges_find(&world->ranges, ip, NULL);
}

static void
test_which_row(void **state)
{
	(void)state;
	static const struct {
		const char *address;
		const char *name; /* NULL: in no range */
		const char *service;
		const char *region;
		const char *owner;
	} cases[] = {
		{"53.0.0.0", NULL, NULL, NULL, NULL},
		{"52.9.9.9", "AWS us-east-1", "AMAZON", "us-east-1", "Amazon"},
		{"52.0.0.0", "EC2 us-east-1", "EC2", "us-east-1", "Amazon EC2 customer"},
		{"52.1.255.255", "EC2 us-east-1", "EC2", "us-east-1", "Amazon EC2 customer"},
		/* the longest prefix, whatever its service */
		{"52.0.4.1", "AWS us-east-1", "AMAZON", "us-east-1", "Amazon"},
		/* any service, then EC2, then AMAZON, in any order of rows */
		{"52.0.8.1", "S3 us-east-1", "S3", "us-east-1", "Amazon"},
		{"52.0.12.1", "DYNAMODB us-east-1", "DYNAMODB", "us-east-1", "Amazon"},
		/* the service that covers less */
		{"70.132.0.1", "CLOUDFRONT_ORIGIN_FACING", "CLOUDFRONT_ORIGIN_FACING", "GLOBAL", "Amazon"},
		{"70.132.64.1", "CLOUDFRONT", "CLOUDFRONT", "GLOBAL", "CloudFront customer"},
		{"99.0.0.1", "B_SERVICE eu-west-1", "B_SERVICE", "eu-west-1", "Amazon"},
		{"99.0.1.1", "A_SERVICE eu-west-1", "A_SERVICE", "eu-west-1", "Amazon"},
		{"99.0.8.1", "X_SERVICE eu-west-1", "X_SERVICE", "eu-west-1", "Amazon"},
		{"75.2.0.1", "GLOBALACCELERATOR", "GLOBALACCELERATOR", "GLOBAL",
		 "Global Accelerator customer"},
		{"64.252.1.1", "CLOUDFRONT eu-west-1", "CLOUDFRONT", "eu-west-1", "CloudFront customer"},
		{"2600:1f00::1", "EC2 us-east-1", "EC2", "us-east-1", "Amazon EC2 customer"},
		{"2600:1f18::1", "S3 us-east-1", "S3", "us-east-1", "Amazon"},
		{"2600:9000:1::1", "A_SERVICE", "A_SERVICE", "GLOBAL", "Amazon"},
		{"2601::", NULL, NULL, NULL, NULL},
	};
	struct world world = {0};
	assert_int_equal(read_file(&world, "y_ranges.json"), FLOWTOLL_OK);
	assert_string_equal(world.ranges.source->text, "AWS ranges 2026-11-20");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct who_place *place = find(&world, cases[i].address);
		if ((place == NULL) != (cases[i].name == NULL))
			fail_msg("%s: %s", cases[i].address, place != NULL ? place->name : "not found");
		if (place == NULL)
			continue;
		assert_string_equal(place->name, cases[i].name);
		assert_string_equal(place->service, cases[i].service);
		assert_string_equal(place->region, cases[i].region);
		assert_string_equal(place->owner, cases[i].owner);
	}
	end(&world);
}

static void
test_shapes(void **state)
{
	(void)state;
	struct world world = {0};
	assert_null(find(&world, "52.0.0.1")); /* nothing read yet */
	assert_int_equal(read_file(&world, "y_ranges_minimal.json"), FLOWTOLL_OK);
	assert_string_equal(world.ranges.source->text, "AWS ranges");
	assert_string_equal(find(&world, "52.0.0.1")->name, "AWS");
	assert_null(find(&world, "52.0.0.1")->region);
	assert_string_equal(find(&world, "2600::")->name, "S3");
	/* the second takes the place of the first */
	assert_int_equal(read_file(&world, "y_ranges_empty.json"), FLOWTOLL_OK);
	assert_null(find(&world, "52.0.0.1"));
	/* and one that fails does not */
	assert_int_equal(read_file(&world, "y_ranges.json"), FLOWTOLL_OK);
	assert_int_equal(read_file(&world, "n_ranges_cut.json"), FLOWTOLL_ERR_INPUT);
	assert_string_equal(find(&world, "52.0.8.1")->name, "S3 us-east-1");
	end(&world);
}

/* Counts that do not fit in 128 bits. */
static void
test_all_addresses(void **state)
{
	(void)state;
	struct world world = {0};
	assert_int_equal(read_file(&world, "y_ranges_all.json"), FLOWTOLL_OK);
	assert_string_equal(find(&world, "1.2.3.4")->service, "AMAZON");
	assert_string_equal(find(&world, "2600::1")->service, "EBS");
	assert_string_equal(find(&world, "ffff::1")->service, "S3");
	end(&world);
}

static const struct {
	const char *file;
	const char *message; /* a part of it */
	uint64_t line;
	const char *hint; /* a part of it */
} refused[] = {
	{"n_empty.json", "the file is empty", 1, "ip-ranges.json"},
	{"y_inventory.json", "this is an inventory", 2, "--inventory"},
	{"n_ranges_prefix.json", "prefixes: ip_prefix \"52.0.0.0/33\" is not an IP prefix", 4,
	 "ip-ranges.json"},
	{"n_ranges_host_bits.json", "\"52.0.0.1/15\" is not an IP prefix: it has host bits", 4,
	 "ip-ranges.json"},
	{"n_ranges_no_prefix.json", "a member of prefixes has no ip_prefix", 4, "ip-ranges.json"},
	{"n_ranges_no_service.json", "a member of prefixes has no service", 4, "ip-ranges.json"},
	{"n_ranges_empty_service.json", "a member of prefixes has no service", 4, "ip-ranges.json"},
	{"n_ranges_service_is_list.json", "service is not text", 4, "ip-ranges.json"},
	{"n_ranges_region_is_number.json", "region is not text", 4, "ip-ranges.json"},
	{"n_ranges_row_is_text.json", "a member of prefixes is not an object", 4, "ip-ranges.json"},
	{"n_ranges_list_is_text.json", "prefixes is not a list", 1, "ip-ranges.json"},
	{"n_ranges_no_list.json", "not AWS's ip-ranges.json", 1, "ip-ranges.json"},
	{"n_ranges_cut.json", "cut off", 43, "ip-ranges.json"},
	{"n_ranges_twice.json", "something follows its end", 2, "ip-ranges.json"},
};

static void
test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct world world = {0};
		const struct flowtoll_err *err = &world.err;
		assert_int_equal(read_file(&world, refused[i].file), FLOWTOLL_ERR_INPUT);
		if (strstr(err->message, refused[i].message) == NULL || err->line != refused[i].line)
			fail_msg("%s: line %d: %s", refused[i].file, (int)err->line, err->message);
		assert_non_null(strstr(err->file, refused[i].file));
		assert_non_null(strstr(err->hint, refused[i].hint));
		end(&world);
	}
}

static void
test_every_file_is_used(void **state)
{
	(void)state;
	DIR *dir = opendir(TEST_DATA "/who");
	assert_non_null(dir);
	for (const struct dirent *file; (file = readdir(dir)) != NULL;) {
		bool is_used = strncmp(file->d_name, "n_ranges", 8) != 0;
		for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
			is_used |= strcmp(file->d_name, refused[i].file) == 0;
		if (!is_used)
			fail_msg("%s is in no test", file->d_name);
	}
	closedir(dir);
}

static void
test_too_many_services(void **state)
{
	(void)state;
	char path[] = "/tmp/test_who_aws_ranges_XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	FILE *out = fdopen(fd, "w");
	assert_non_null(out);
	fprintf(out, "{\"prefixes\": [");
	for (int i = 0; i <= LIMIT_SERVICES; i++)
		fprintf(out, "%s{\"ip_prefix\": \"52.0.0.0/8\", \"service\": \"S%d\"}",
		        i > 0 ? ",\n" : "", i);
	fprintf(out, "]}\n");
	fclose(out);
	struct world world = {0};
	assert_int_equal(who_aws_ranges_read(&world.ranges, &world.intern, path, &world.err),
	                 FLOWTOLL_ERR_INPUT);
	assert_non_null(strstr(world.err.message, "services"));
	unlink(path);
	end(&world);
}

static void
test_out_of_memory(void **state)
{
	(void)state;
	enum flowtoll_rc rc = FLOWTOLL_ERR_MEMORY;
	uint64_t n = 1;
	for (; rc != FLOWTOLL_OK; n++) {
		struct world world = {0};
		mem_fail_from(n);
		rc = read_file(&world, "y_ranges.json");
		mem_fail_from(0);
		if (rc != FLOWTOLL_OK && rc != FLOWTOLL_ERR_MEMORY)
			/* base/file cannot tell a full buffer from no memory */
			assert_non_null(strstr(world.err.message, "larger"));
		end(&world);
	}
	assert_true(n > 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_which_row),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_all_addresses),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_every_file_is_used),
		cmocka_unit_test(test_too_many_services),
		cmocka_unit_test(test_out_of_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
