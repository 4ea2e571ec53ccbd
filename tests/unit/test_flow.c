/* SPDX-License-Identifier: Apache-2.0
 *
 * src/flow/flow.c: the table of fields.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flow/flow.h"

#include <ctype.h>
#include <string.h>

/* How many fields each version of the record brought, of AWS's tables. */
static void
test_versions(void **state)
{
	(void)state;
	static const unsigned wanted[12] = {[2] = 14, [3] = 7, [4] = 4,  [5] = 4,  [6] = 18, [7] = 10,
	                                    [8] = 1,  [9] = 1, [10] = 1, [11] = 12};
	unsigned counts[12] = {0};
	for (int i = 0; i < FLOW_FIELD_COUNT; i++) {
		assert_in_range(flow_fields[i].version, 2, 11);
		counts[flow_fields[i].version]++;
	}
	for (int version = 0; version < 12; version++)
		assert_int_equal(counts[version], wanted[version]);
}

static void
test_names(void **state)
{
	(void)state;
	for (int i = 0; i < FLOW_FIELD_COUNT; i++) {
		const struct flow_field *field = &flow_fields[i];
		assert_int_equal(strlen(field->name), field->name_len);
		assert_int_equal(strlen(field->column), field->name_len);
		for (size_t k = 0; k < field->name_len; k++) {
			char c = field->name[k];
			assert_true(islower((unsigned char)c) || isdigit((unsigned char)c) || c == '-');
			assert_int_equal(field->column[k], c == '-' ? '_' : c);
		}
		assert_int_equal(flow_field_find(field->name, field->name_len), i);
		assert_int_equal(flow_field_find(field->column, field->name_len), i);
		assert_true(strlen(field->doc) > 3);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(flow_fields[j].name, field->name);
	}
}

static void
test_find_refuses(void **state)
{
	(void)state;
	static const char *const names[] = {"",      "srcadd",  "srcaddrr", "Srcaddr",
	                                    "SRCADDR", "account id", "-", "src-addr"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		assert_int_equal(flow_field_find(names[i], strlen(names[i])), FLOW_UNKNOWN);
	assert_int_equal(flow_field_find("srcaddr dstaddr", 7), FLOW_srcaddr);
}

static void
test_types(void **state)
{
	(void)state;
	static const char *const words[] = {
		[FLOW_TYPE_ACTION] = "ACCEPT REJECT ",
		[FLOW_TYPE_STATUS] = "OK NODATA SKIPDATA ",
		[FLOW_TYPE_TYPE] = "IPv4 IPv6 EFA ",
		[FLOW_TYPE_DIRECTION] = "ingress egress ",
	};
	for (int type = 0; type < FLOW_TYPE_COUNT; type++) {
		char text[100] = "";
		assert_non_null(flow_type_sql((enum flow_type)type));
		const char *const *values = flow_enum_values((enum flow_type)type);
		assert_true((values != NULL) == flow_type_is_enum((enum flow_type)type));
		for (; values != NULL && *values != NULL; values++) {
			strncat(text, *values, 20);
			strncat(text, " ", 2);
		}
		if (flow_type_is_enum((enum flow_type)type))
			assert_string_equal(text, words[type]);
	}
	for (int i = 0; i < FLOW_FIELD_COUNT; i++) {
		enum flow_type type = flow_fields[i].type;
		bool is_number = type == FLOW_TYPE_INT || type == FLOW_TYPE_BIGINT;
		assert_true((flow_fields[i].max > 0) == is_number);
		if (type == FLOW_TYPE_INT) /* it is stored in 32 bits */
			assert_true(flow_fields[i].max <= INT32_MAX);
	}
}

static void
test_default_format(void **state)
{
	(void)state;
	const char *name = flow_default_format;
	for (int i = 0; i <= FLOW_log_status; i++) {
		size_t len = strcspn(name, " ");
		assert_int_equal(flow_field_find(name, len), i);
		name += len + (name[len] == ' ');
	}
	assert_string_equal(name, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_find_refuses),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_default_format),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
