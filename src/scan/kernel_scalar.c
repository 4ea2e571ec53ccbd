/* SPDX-License-Identifier: Apache-2.0
 *
 * The specification of the kernels: a byte at a time, nothing clever. See kernel.h.
 */
#include "scan/kernel.h"

#include "ip/ip.h"

#include <assert.h>

static void
mark(const uint8_t *text, uint32_t len, struct scan_marks *marks)
{
	assert(text != NULL && marks != NULL);
	marks->sep_count = marks->end_count = 0;
	for (uint32_t i = 0; i < len; i++) {
		if (i % 64 == 0)
			marks->seps[i / 64] = 0;
		if (text[i] != ' ' && text[i] != '\n')
			continue;
		scan_set_bit(marks->seps, i);
		marks->sep_count++;
		if (text[i] == '\n') {
			marks->ends[marks->end_count] = i;
			marks->ranks[marks->end_count++] = marks->sep_count;
		}
	}
}

static void
find(const struct scan_rows *rows, uint32_t column, uint32_t known, struct scan_fields *fields)
{
	assert(column < rows->column_count && (known == SCAN_NO_COLUMN || known < column));
	(void)known;
	fields->text = rows->text;
	fields->row_count = rows->row_count;
	for (uint32_t r = 0; r < rows->row_count; r++) {
		uint32_t begin = rows->begins[r];
		for (uint32_t left = column; left > 0; begin++)
			left -= rows->text[begin] == ' ';
		uint32_t end = begin;
		while (end < rows->ends[r] && rows->text[end] != ' ')
			end++;
		fields->begins[r] = begin;
		fields->lens[r] = end - begin;
	}
}

static bool
parse_one_int(const uint8_t *field, uint32_t len, int64_t max, int64_t *out)
{
	int64_t value = 0;
	if (len == 0 || len > 20)
		return false;
	for (uint32_t i = 0; i < len; i++) {
		int digit = field[i] - '0';
		if (digit < 0 || digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return false;
	}
	*out = value;
	return value <= max;
}

static uint32_t
parse_int(const struct scan_fields *fields, int64_t max, int64_t *out, uint64_t *valid,
          uint64_t *bad)
{
	uint32_t bad_count = 0;
	for (uint32_t r = 0; r < fields->row_count; r++) {
		const uint8_t *field = fields->text + fields->begins[r];
		uint32_t len = fields->lens[r];
		out[r] = 0;
		if (len == 1 && field[0] == '-')
			continue;
		if (parse_one_int(field, len, max, &out[r])) {
			scan_set_bit(valid, r);
		} else {
			out[r] = 0;
			scan_set_bit(bad, r);
			bad_count++;
		}
	}
	return bad_count;
}

static uint32_t
parse_ip(const struct scan_fields *fields, uint64_t (*out)[2], uint64_t *valid, uint64_t *bad)
{
	uint32_t bad_count = 0;
	for (uint32_t r = 0; r < fields->row_count; r++) {
		const uint8_t *field = fields->text + fields->begins[r];
		uint32_t len = fields->lens[r];
		struct ip ip;
		out[r][0] = out[r][1] = 0;
		if (len == 1 && field[0] == '-')
			continue;
		if (ip_parse((const char *)field, len, &ip)) {
			out[r][0] = ip.lo;
			out[r][1] = ip.hi ^ (UINT64_C(1) << 63);
			scan_set_bit(valid, r);
		} else {
			scan_set_bit(bad, r);
			bad_count++;
		}
	}
	return bad_count;
}

const struct scan_kernel scan_kernel_scalar = {"scalar", mark, find, parse_int, parse_ip};
