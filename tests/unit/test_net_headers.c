/* SPDX-License-Identifier: Apache-2.0
 *
 * src/net/headers.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/mem.h"
#include "net/http.h"

#include <string.h>

static void
add(struct net_headers *headers, const char *line)
{
	assert_true(net_headers_add(headers, line, strlen(line)));
}

static void
test_values(void **state)
{
	(void)state;
	struct net_headers headers;
	uint64_t number;
	net_headers_init(&headers);
	add(&headers, "HTTP/1.1 200 OK\r\n");
	add(&headers, "ETag:   \"abc\" \r\n");
	add(&headers, "X-Empty:\r\n");
	add(&headers, "Content-Length: 1234\r\n");
	add(&headers, "content-length: 99\r\n");
	add(&headers, "no colon here\r\n");
	add(&headers, "bad name: x\r\n");
	add(&headers, ": no name\r\n");
	add(&headers, "X-Big: 99999999999999999999\r\n");
	add(&headers, "X-Odd: 12x\r\n");
	add(&headers, "\r\n");
	assert_int_equal(headers.status, 200);
	assert_string_equal(net_headers_get(&headers, "etag"), "\"abc\"");
	assert_string_equal(net_headers_get(&headers, "x-empty"), "");
	assert_null(net_headers_get(&headers, "bad name"));
	assert_null(net_headers_get(&headers, ""));
	assert_true(net_headers_number(&headers, "content-length", &number));
	assert_int_equal(number, 1234);
	assert_false(net_headers_number(&headers, "x-big", &number));
	assert_false(net_headers_number(&headers, "x-odd", &number));
	assert_false(net_headers_number(&headers, "x-empty", &number));
	net_headers_free(&headers);
}

static void
test_second_answer(void **state)
{
	(void)state;
	struct net_headers headers;
	net_headers_init(&headers);
	add(&headers, "HTTP/1.1 100 Continue\r\n");
	add(&headers, "x-first: 1\r\n");
	add(&headers, "HTTP/1.1 404 Not Found\r\n");
	assert_int_equal(headers.status, 404);
	assert_null(net_headers_get(&headers, "x-first"));
	net_headers_free(&headers);
}

static void
test_ranges(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		bool ok;
	} cases[] = {
		{"content-range: bytes 10-19/100", true}, {"content-range: bytes 0-0/1", true},
		{"content-range: bytes 10-9/100", false}, {"content-range: bytes 10-100/100", false},
		{"content-range: bytes 10-19/*", false},  {"content-range: bytes */100", false},
		{"content-range: 10-19/100", false},      {"content-range: bytes 10-19/100x", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct net_headers headers;
		uint64_t from, total;
		net_headers_init(&headers);
		add(&headers, cases[i].line);
		if (net_headers_range(&headers, &from, &total) != cases[i].ok)
			fail_msg("%s", cases[i].line);
		net_headers_free(&headers);
	}
}

static void
test_bound(void **state)
{
	(void)state;
	static const char line[] = "x-name: 0123456789012345678901234567890123456789";
	struct net_headers headers;
	size_t count = 0;
	net_headers_init(&headers);
	while (net_headers_add(&headers, line, strlen(line)))
		count++;
	assert_true(headers.too_large);
	assert_in_range(count, 1000, LIMIT_HTTP_HEAD_BYTES / strlen(line) + 1);
	assert_string_equal(net_headers_get(&headers, "x-name"), line + 8);
	net_headers_free(&headers);
}

static void
test_loopback(void **state)
{
	(void)state;
	assert_true(net_is_loopback("http://127.0.0.1:9000/x"));
	assert_true(net_is_loopback("http://localhost/"));
	assert_true(net_is_loopback("http://[::1]:80/"));
	assert_false(net_is_loopback("http://127.0.0.1.evil.example/"));
	assert_false(net_is_loopback("http://127.evil.example/"));
	assert_false(net_is_loopback("http://localhost@evil.example/"));
	assert_false(net_is_loopback("nonsense"));
}

/* Plain HTTP goes to this machine only, unless the user wrote it. */
static void
test_plain(void **state)
{
	(void)state;
	struct net *net;
	struct net_answer answer;
	struct flowtoll_err err;
	struct buf body;
	buf_init(&body, 100);
	struct net_request request = {.method = "GET", .url = "http://s3.example.com/", .ctx = &body,
	                              .piece = net_piece_to_buf};
	assert_int_equal(net_create(&(struct net_settings){0}, &net, &err), FLOWTOLL_OK);
	assert_int_equal(net_send(net, &request, &answer, &err), FLOWTOLL_ERR_REMOTE);
	assert_non_null(strstr(err.message, "without encryption"));
	net_answer_free(&answer);
	request.url = "file:///etc/passwd";
	assert_int_equal(net_send(net, &request, &answer, &err), FLOWTOLL_ERR_USAGE);
	net_answer_free(&answer);
	request.url = "http://127.0.0.1:1/"; /* nobody listens there */
	assert_int_equal(net_send(net, &request, &answer, &err), FLOWTOLL_ERR_REMOTE);
	assert_int_equal(answer.fault, NET_FAULT_CONNECT);
	net_answer_free(&answer);
	net_free(net);
	buf_free(&body);
}

static void
test_memory(void **state)
{
	(void)state;
	struct net *net;
	struct flowtoll_err err;
	struct net_settings settings = {.ca_bundle = "/ca.pem"};
	for (uint64_t n = 1; n <= 2; n++) {
		mem_fail_at(n);
		assert_int_equal(net_create(&settings, &net, &err), FLOWTOLL_ERR_MEMORY);
		assert_null(net);
	}
	mem_fail_at(0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),   cmocka_unit_test(test_second_answer),
		cmocka_unit_test(test_ranges),   cmocka_unit_test(test_bound),
		cmocka_unit_test(test_loopback), cmocka_unit_test(test_plain),
		cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests_name("net_headers", tests, NULL, NULL);
}
