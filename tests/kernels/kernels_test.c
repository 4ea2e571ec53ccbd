/* SPDX-License-Identifier: Apache-2.0
 *
 * Every kernel equals scalar on records, on mutated and truncated records, and on noise. Needs no
 * library, so that it also runs in an emulator. kernels_test [ROUNDS]
 */
#include "compare.h"

enum { ROUNDS = 3000 };

static uint64_t state = 20261120; /* splitmix64 */

static uint64_t
next(void)
{
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static uint32_t
below(uint32_t n)
{
	return (uint32_t)(next() % n);
}

static const char *const fields[] = {
	"2", "123456789012", "eni-0123456789abcdef0", "10.0.1.7", "255.255.255.255", "1.2.3.4",
	"0.0.0.0", "256.1.1.1", "01.2.3.4", "1.2.3", "1.2.3.4.5", "1..2.3", ".1.2.3", "1.2.3.",
	"2001:db8::1", "::", "::ffff:10.0.0.1", "fe80::1%eth0", "64:ff9b::808:808", ":::", "-", "--",
	"", "0", "00", "443", "65535", "65536", "4294967295", "9223372036854775807",
	"9223372036854775808", "18446744073709551615", "99999999999999999999", "100000000000000000000",
	"00000000000000000001", "000000000000000000001", "-5", "+5", "5a", "a5", "1763596800",
	"1763596800000", "ACCEPT", "OK",
	"NODATA", "\r", "\xff\xfe", "12345678", "123456789", "1234567890123456", "12345678901234567",
};
enum { FIELD_COUNT = sizeof fields / sizeof *fields };

static uint8_t text[COMPARE_TEXT_MAX];
static uint32_t text_len;

static void
add(const char *bytes)
{
	uint32_t len = (uint32_t)strlen(bytes);
	if (len > COMPARE_TEXT_MAX - text_len)
		return;
	memcpy(text + text_len, bytes, len);
	text_len += len;
}

static void
add_octets(void)
{
	char address[32];
	snprintf(address, sizeof address, "%u.%u.%u.%u", below(300), below(256), below(256),
	         below(260));
	add(address);
}

static void
add_number(void)
{
	char number[32];
	snprintf(number, sizeof number, "%llu", (unsigned long long)(next() >> below(64)));
	add(number);
}

static void
make_records(uint32_t lines, uint32_t columns)
{
	for (uint32_t i = 0; i < lines; i++)
		for (uint32_t c = 0; c < columns; c++) {
			switch (below(3)) {
			case 0:
				add(fields[below(FIELD_COUNT)]);
				break;
			case 1:
				add_octets();
				break;
			default:
				add_number();
			}
			add(c + 1 < columns ? " " : "\n");
		}
}

static void
make_noise(uint32_t len)
{
	static const char alphabet[] = "  \n\n--..::0123456789abcdefFz\r\t";
	for (uint32_t i = 0; i < len && text_len < COMPARE_TEXT_MAX; i++)
		text[text_len++] = below(8) == 0 ? (uint8_t)next()
		                                 : (uint8_t)alphabet[below(sizeof alphabet - 1)];
}

static void
mutate(uint32_t times)
{
	for (uint32_t i = 0; i < times && text_len > 0; i++)
		text[below(text_len)] = below(2) == 0 ? (uint8_t)" \n-.:0"[below(6)] : (uint8_t)next();
}

int
main(int argc, char **argv)
{
	uint32_t rounds = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : ROUNDS;
	for (uint32_t round = 0; round < rounds; round++) {
		text_len = 0;
		uint32_t kind = below(4);
		if (kind < 3)
			make_records(below(200) == 0 ? 2500 : 1 + below(40), 1 + below(30));
		else
			make_noise(below(2000));
		if (kind == 1)
			mutate(1 + below(20));
		if (kind == 2 && text_len > 0)
			text_len = below(text_len);
		compare_kernels(text, text_len);
	}
	uint8_t all_ends[256], one_long[300];
	memset(all_ends, '\n', sizeof all_ends);
	memset(one_long, 'x', sizeof one_long);
	one_long[299] = '\n';
	for (uint32_t len = 0; len <= sizeof all_ends; len++)
		compare_kernels(all_ends, len);
	for (uint32_t from = 0; from < sizeof one_long; from++)
		compare_kernels(one_long + from, sizeof one_long - from);
	printf("%u texts: every kernel equals scalar\n", rounds + 556);
	return 0;
}
