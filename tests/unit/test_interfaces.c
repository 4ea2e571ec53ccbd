/* SPDX-License-Identifier: Apache-2.0
 *
 * The scan with a list of interfaces, and the view flows_of_interfaces: the rows that SQL would
 * keep, by every kernel and number of threads, of text and Parquet, and what is told of the rest.
 */
#include "test_logs.h"

#include "engine/engine.h"
#include "scan/kernel.h"

#define HEADER "version interface-id bytes start log-status\n"
#define BESIDE "flowtoll_flows(interfaces := ["

static struct engine *engine;
static struct flowtoll_err err;

static void
open_engine(const struct engine_settings *settings)
{
	assert_null(engine);
	assert_int_equal(engine_create(&engine, settings, &err), FLOWTOLL_OK);
	assert_int_equal(engine_add_source(engine, logs_folder, &err), FLOWTOLL_OK);
	assert_int_equal(engine_look(engine, &err), FLOWTOLL_OK);
}

static void
close_engine(void)
{
	engine_free(engine);
	engine = NULL;
}

static int
teardown(void **state)
{
	close_engine();
	return logs_end(state);
}

static void
add_cell(const struct result_cell *cell, struct buf *text)
{
	if (cell->type == RESULT_INT)
		buf_addf(text, "%lld", (long long)cell->as.integer);
	else if (cell->type == RESULT_TIME)
		buf_addf(text, "%llds", (long long)(cell->as.time_us / 1000000));
	else if (cell->type == RESULT_TEXT)
		buf_add(text, cell->as.text.bytes, cell->as.text.len);
	else
		assert_int_equal(cell->type, RESULT_NULL);
}

/* The answer, a line a row, and after it what was rejected; lent until the next call but three. */
static const char *
ask(const char *sql)
{
	static struct buf texts[4];
	static unsigned next;
	struct buf *text = &texts[next++ % COUNT(texts)];
	struct result *result = NULL;
	const struct result_cell *cells = NULL;
	struct flowtoll_fault fault;
	buf_free(text);
	buf_init(text, 64 << 20);
	if (engine_query(engine, sql, ENGINE_ANY_ORDER, &result, &err) != FLOWTOLL_OK) {
		buf_addf(text, "error %d: %s", (int)err.code, err.message);
		return buf_text(text);
	}
	for (;;) {
		assert_int_equal(result_next(result, &cells, &err), FLOWTOLL_OK);
		for (size_t i = 0; cells != NULL && i < result_column_count(result); i++) {
			buf_adds(text, i > 0 ? "," : "");
			add_cell(&cells[i], text);
		}
		if (cells == NULL)
			break;
		buf_addc(text, '\n');
	}
	result_free(result);
	for (size_t i = 0; i < engine_fault_count(engine); i++) {
		assert_true(engine_fault_at(engine, i, &fault));
		buf_addf(text, "%s:%llu %s x%llu\n", strrchr(fault.file, '/') + 1,
		         (unsigned long long)fault.line, fault.message, (unsigned long long)fault.count);
	}
	assert_false(text->failed);
	return buf_text(text);
}

static void
view(const char *const *ids, size_t count)
{
	assert_int_equal(engine_view_interfaces(engine, ids, count, &err), FLOWTOLL_OK);
}

/* Calls `check` with an open engine for each kernel, with one thread and with two. */
static void
with_each_engine(struct engine_settings settings, void (*check)(void))
{
	int kernels = 0;
	for (int k = 0; scan_kernels[k] != NULL; k++) {
		if (!scan_kernel_runs(scan_kernels[k]))
			continue;
		setenv("FLOWTOLL_CPU", scan_kernels[k]->name, 1);
		for (settings.threads = 1; settings.threads <= 2; settings.threads++) {
			open_engine(&settings);
			check();
			close_engine();
		}
		kernels++;
	}
	unsetenv("FLOWTOLL_CPU");
	assert_true(kernels > 0);
}

/* ---- which rows --------------------------------------------------------------------------- */

static const char *const some_ids[] = {
	"eni-0123456789abcdef0", "nat-0a",  "e",   "12345678", "eni-x9abcdef0",
	"o'clock \"\\",          "nat-0a", "-",   "",         "eni-0123456789abcdef1"};

static void
check_some_ids(void)
{
	view(some_ids, COUNT(some_ids));
	assert_string_equal(ask("select bytes, interface_index from flows_of_interfaces order by 1"),
	                    "1,1\n2,10\n3,3\n4,4\n5,5\n6,9\n11,2\n12,1\n21,2\n31,10\n33,2\n");
	assert_string_equal(ask("select bytes, interface_index from " BESIDE "'nat-0a', 'e']) "
	                        "order by 1"), "3,2\n11,1\n21,1\n33,1\n");
	assert_string_equal(ask("select count(*) from " BESIDE "]::varchar[])"), "0\n");
	assert_string_equal(ask("select count(*) from " BESIDE "'']) where interface_id = ''"), "1\n");
	assert_string_equal(ask("select count(*), count(interface_index) from flowtoll_flows()"),
	                    "20,0\n");
	/* dropped rows were read all the same */
	assert_string_equal(ask("select count(*) from flows_of_interfaces"), "11\n");
	struct flowtoll_counts counts;
	engine_counts(engine, &counts);
	assert_int_equal(counts.rows, 20);
}

static void
test_which_rows(void **state)
{
	(void)state;
	logs_text("a.log", "version interface-id bytes\n2 eni-0123456789abcdef0 1\n"
	                   "2 eni-0123456789abcdef1 2\n2 e 3\n2 12345678 4\n2 eni-x9abcdef0 5\n2  6\n"
	                   "2 f 7\n2 eni-y9abcdef0 8\n2 - 9\n2 23456780 10\n");
	logs_text("b.log", "resource-id version bytes interface-id\r\nnat-0a 2 11 -\r\n"
	                   "nat-0a 2 12 eni-0123456789abcdef0\r\nnat-0a 2 13 eni-1\r\n- 2 14 -\r\n"
	                   "nat-0b 2 15 -\r\n");
	logs_text("c.log", "bytes resource-id version\n21 nat-0a 2\n22 nat-1 2\n");
	logs_text("d.log", "version resource-type bytes\n6 TransitGateway 41\n");
	logs_text("e.log", "interface-id resource-id bytes\neni-0123456789abcdef1 - 31\n"
	                   "- nat-0a 33\n");
	with_each_engine((struct engine_settings){0}, check_some_ids);
}

/* Ids that no log has stand in SQL all the same. */
static void
test_any_text(void **state)
{
	(void)state;
	logs_text("a.log", HEADER "2 o'clock\"\\ 1 1763596800 OK\n2 \xc3\xbc 2 1763596800 OK\n");
	open_engine(&(struct engine_settings){0});
	view((const char *const[]){"'); drop view flows; --", "o'clock\"\\", "\xc3\xbc"}, 3);
	assert_string_equal(ask("select bytes, interface_index from flows_of_interfaces order by 1"),
	                    "1,2\n2,3\n");
	assert_string_equal(ask("select count(*) from flows"), "2\n");
}

/* ---- many rows ---------------------------------------------------------------------------- */

static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void
add_id(uint32_t number, struct buf *text)
{
	if (number % 7 == 0)
		buf_addc(text, '-');
	else
		buf_addf(text, number % 2 == 0 ? "eni-%017x" : "nat-%x", number);
}

/* Records of a few thousand interfaces over two days, of two formats that alternate. */
static void
write_many(void)
{
	struct buf text;
	uint32_t seed = 7;
	for (int f = 0; f < 3; f++) {
		char name[16];
		buf_init(&text, 64 << 20);
		buf_adds(&text, f == 0 ? "resource-id start version interface-id bytes srcaddr\n"
		                       : "version interface-id bytes start srcaddr resource-id\n");
		for (int i = 0; i < 4000; i++) {
			uint32_t id = next_random(&seed) % 4000, start = next_random(&seed) % 172800;
			uint32_t other = next_random(&seed) % 4000;
			if (f == 0)
				add_id(other, &text);
			if (f == 0)
				buf_addf(&text, start % 13 == 0 ? " - 2 " : " %u 2 ", 1763596800 + start);
			else
				buf_adds(&text, "2 ");
			add_id(id, &text);
			buf_addf(&text, " %u ", next_random(&seed) % 100000);
			if (f > 0)
				buf_addf(&text, "%u ", 1763596800 + start);
			buf_addf(&text, "10.0.%u.%u", id % 3, other % 5);
			if (f > 0) {
				buf_addc(&text, ' ');
				add_id(other, &text);
			}
			buf_addc(&text, '\n');
		}
		snprintf(name, sizeof name, "%d.log", f);
		(void)logs_write(name, buf_text(&text), text.len);
		buf_free(&text);
	}
}

/* Equal to what SQL keeps of the table flows, folded or not. */
static void
check_many(size_t count)
{
	static char ids[3000][24];
	const char *list[3000];
	struct buf wanted;
	buf_init(&wanted, 1 << 20);
	buf_adds(&wanted, "select list_position(ids, coalesce(interface_id, resource_id)) as i, "
	                  "date_trunc('hour', start) as hour, srcaddr::varchar, count(*), sum(bytes) "
	                  "from flows, (select [");
	for (size_t i = 0; i < count; i++) {
		/* from the middle on, some of them twice */
		uint32_t number = (uint32_t)(2000 + i * 2 / 3) % 4000;
		snprintf(ids[i], sizeof ids[i], number % 2 == 0 ? "eni-%017x" : "nat-%x", number);
		list[i] = ids[i];
		buf_addf(&wanted, "%s'%s'", i > 0 ? ", " : "", ids[i]);
	}
	buf_adds(&wanted, "] as ids) where i is not null group by all order by all");
	view(list, count);
	const char *by_sql = ask(buf_text(&wanted));
	assert_true(strlen(by_sql) > 100);
	assert_string_equal(ask("select interface_index, start_hour, srcaddr::varchar, count(*), "
	                        "sum(bytes) from flows_of_interfaces group by all order by all"),
	                    by_sql);
	assert_string_equal(ask("select interface_index, start_hour, srcaddr::varchar, "
	                        "sum(folded_flows), sum(folded_bytes) from flows_of_interfaces "
	                        "group by all order by all"), by_sql);
	buf_free(&wanted);
}

static void
check_few(void)
{
	check_many(20);
}

static void
check_thousands(void)
{
	check_many(3000);
}

static void
test_many_rows(void **state)
{
	(void)state;
	write_many();
	with_each_engine((struct engine_settings){0}, check_few);
	with_each_engine((struct engine_settings){0}, check_thousands);
}

static void
test_with_period(void **state)
{
	(void)state;
	const struct engine_settings settings = {.since_us = INT64_C(1763600400000000),
	                                         .until_us = INT64_C(1763683201000000)};
	write_many();
	with_each_engine(settings, check_few);
}

static void
write_parquet(const char *name, const char *select)
{
	struct buf sql;
	buf_init(&sql, 1 << 20);
	buf_addf(&sql, "copy (%s) to '%s'", select, logs_path(name));
	(void)ask(buf_text(&sql));
	buf_free(&sql);
}

/* The same rows as Parquet, with and without the text beside them. */
static void
test_parquet(void **state)
{
	(void)state;
	const struct engine_settings period = {.since_us = INT64_C(1763600400000000)};
	write_many();
	open_engine(&(struct engine_settings){0});
	write_parquet("a.parquet", "select interface_id, bytes, start, srcaddr::varchar as srcaddr, "
	                           "resource_id from flows");
	write_parquet("b.parquet", "select resource_id, bytes, srcaddr::varchar as srcaddr, start "
	                           "from flows where bytes % 2 = 0");
	write_parquet("c.parquet", "select bytes, srcaddr::varchar as srcaddr from flows");
	close_engine();
	for (int with_text = 1; with_text >= 0; with_text--) {
		open_engine(&(struct engine_settings){.threads = 2});
		check_few();
		close_engine();
		open_engine(&period);
		check_few();
		check_thousands();
		close_engine();
		for (int f = 0; f < 3; f++) {
			char name[16];
			snprintf(name, sizeof name, "%d.log", f);
			assert_int_equal(remove(logs_path(name)), with_text ? 0 : -1);
		}
	}
}

/* ---- columns ------------------------------------------------------------------------------ */

static void
check_columns(void)
{
	view((const char *const[]){"eni-1", "eni-2"}, 2);
	assert_string_equal(ask("select start_hour, interface_index, sum(folded_bytes), "
	                        "sum(folded_flows), min(bytes) from flows_of_interfaces "
	                        "group by all order by all"),
	                    "1763596800s,1,6,3,1\n1763600400s,2,4,1,4\n,1,5,1,5\n,2,6,1,6\n");
	assert_string_equal(ask("select (file like '%a.log')::int, line, bytes "
	                        "from flows_of_interfaces "
	                        "where line = 4"), "1,4,3\n");
	assert_string_equal(ask("select start_hour from flowtoll_flows() where bytes = 4"),
	                    "1763600400s\n");
	/* a log's own columns of these names */
	assert_string_equal(ask("select start_hour_1, interface_index_1, start_hour from "
	                        "flows_of_interfaces where bytes = 6"), "x,y,\n");
	assert_non_null(strstr(ask("select start_hour from flows"), "error 2: "));
}

static void
test_columns(void **state)
{
	(void)state;
	logs_text("a.log", HEADER "2 eni-1 1 1763596800 OK\n2 eni-1 2 1763600399 OK\n"
	                   "2 eni-1 3 1763598000123 OK\n2 eni-2 4 1763600400 OK\n2 eni-1 5 - OK\n");
	logs_text("b.log", "version interface-id bytes start-hour interface-index\n"
	                   "2 eni-2 6 x y\n2 eni-3 7 x y\n");
	with_each_engine((struct engine_settings){0}, check_columns);
}

static void
test_wrong_lists(void **state)
{
	(void)state;
	logs_text("a.log", HEADER "2 eni-1 1 1763596800 OK\n");
	open_engine(&(struct engine_settings){0});
	assert_string_equal(ask("select count(*) from flows_of_interfaces"),
	                    "error 2: table with name flows_of_interfaces does not exist!");
	assert_string_equal(ask("select count(*) from flowtoll_flows(interfaces := null)"),
	                    "error 2: interfaces must be a list of ids, not NULL");
	assert_string_equal(ask("select count(*) from " BESIDE "'eni-1', null])"),
	                    "error 2: a NULL among the interfaces");
	view(NULL, 0);
	assert_string_equal(ask("select count(*) from flows_of_interfaces"), "0\n");
}

/* ---- what cannot be read ------------------------------------------------------------------ */

#define BYTES_1 "a.log:2 bytes: 'x' is no number that fits"
#define BYTES_2 "a.log:3 bytes: 'y' is no number that fits"
#define FIRST "(select sum(bytes) from " BESIDE "'eni-1']))"
#define SECOND "(select sum(bytes) from " BESIDE "'eni-2', 'eni-1']))"
#define ALL "(select sum(bytes) from flows)"

static void
check_rejects(void)
{
	view((const char *const[]){"eni-1"}, 1);
	assert_string_equal(ask("select sum(bytes), max(interface_index), sum(folded_flows) from "
	                        "flows_of_interfaces"), "4,1,1\n" BYTES_1 " x1\n");
	assert_string_equal(ask("select sum(folded_bytes), interface_index from flows_of_interfaces "
	                        "group by all"), "4,1\n" BYTES_1 " x1\n");
	/* several scans tell a line once, whichever of them come first, and none is forgotten */
	assert_string_equal(ask("select " FIRST ", " FIRST), "4,4\n" BYTES_1 " x1\n");
	assert_string_equal(ask("select " FIRST ", " ALL), "4,12\n" BYTES_1 " x3\n");
	assert_string_equal(ask("select " ALL ", " FIRST), "12,4\n" BYTES_1 " x3\n");
	assert_string_equal(ask("select " FIRST ", " SECOND), "4,9\n" BYTES_1 " x2\n");
	assert_string_equal(ask("select " SECOND ", " FIRST ", " ALL), "9,4,12\n" BYTES_1 " x3\n");
	assert_string_equal(ask("select (select sum(bytes) from " BESIDE "'eni-2'])), (select "
	                        "count(*) from flows_of_interfaces)"), "5,2\n" BYTES_2 " x1\n");
}

static void
test_rejects(void **state)
{
	(void)state;
	logs_text("a.log", HEADER "2 eni-1 x 1763596800 OK\n2 eni-2 y 1763596800 OK\n"
	                   "2 eni-3 z 1763596800 OK\n2 eni-1 4 1763596800 OK\n"
	                   "2 eni-2 5 1763596800 OK\n2 eni-3 3 1763596800 OK\n");
	with_each_engine((struct engine_settings){0}, check_rejects);
}

/* More scans than are noted. */
static void
test_rejects_of_many_scans(void **state)
{
	(void)state;
	struct buf sql;
	buf_init(&sql, 1 << 20);
	buf_adds(&sql, "select " FIRST);
	for (int i = 0; i < LIMIT_SCANS_TOLD + 8; i++)
		buf_addf(&sql, " + (select sum(bytes) from " BESIDE "'eni-1', 'eni-x%d']))", i);
	logs_text("a.log", HEADER "2 eni-1 x 1763596800 OK\n2 eni-1 1 1763596800 OK\n");
	open_engine(&(struct engine_settings){0});
	assert_string_equal(ask(buf_text(&sql)), "73\n" BYTES_1 " x1\n");
	buf_free(&sql);
}

static void
check_rejects_and_period(void)
{
	view((const char *const[]){"eni-1"}, 1);
	assert_string_equal(ask("select sum(bytes), sum(interface_index) from flows_of_interfaces"),
	                    "4,1\na.log:3 start: 'x' is no number that fits x1\n"
	                    "a.log:5 bytes: 'y' is no number that fits x1\n");
}

/* Not of the interface, or out of the period: not looked at. */
static void
test_rejects_and_period(void **state)
{
	(void)state;
	logs_text("a.log", HEADER "2 eni-2 4 x OK\n2 eni-1 4 x OK\n2 eni-2 x 1763596800 OK\n"
	                   "2 eni-1 y 1763596800 OK\n2 eni-1 z 1763596799 OK\n"
	                   "2 eni-1 4 1763596800 OK\n2 eni-2 4 1763596800 OK\n");
	with_each_engine((struct engine_settings){.since_us = INT64_C(1763596800000000)},
	                 check_rejects_and_period);
}

static void
test_parquet_rejects(void **state)
{
	(void)state;
	logs_text("a.log", HEADER "2 eni-1 1 1763596800 OK\n");
	open_engine(&(struct engine_settings){0});
	write_parquet("b.parquet", "select * from (values ('eni-1', '4'), ('eni-2', 'x'), "
	                           "('eni-2', '5')) v(interface_id, bytes)");
	close_engine();
	open_engine(&(struct engine_settings){0});
	view((const char *const[]){"eni-1"}, 1);
	assert_string_equal(ask("select sum(bytes) from flows_of_interfaces"), "5\n");
	view((const char *const[]){"eni-2"}, 1);
	assert_string_equal(ask("select sum(bytes) from flows_of_interfaces"),
	                    "5\nb.parquet:2 bytes: 'x' is no number that fits x1\n");
}

/* ---- the view ----------------------------------------------------------------------------- */

static void
test_view_made_again(void **state)
{
	(void)state;
	logs_text("a.log", HEADER "2 eni-1 1 1763596800 OK\n2 eni-2 2 1763596800 OK\n");
	assert_int_equal(engine_create(&engine, &(struct engine_settings){0}, &err), FLOWTOLL_OK);
	view((const char *const[]){"eni-2"}, 1); /* before there are sources */
	assert_int_equal(engine_add_source(engine, logs_path("a.log"), &err), FLOWTOLL_OK);
	assert_int_equal(engine_look(engine, &err), FLOWTOLL_OK);
	assert_string_equal(ask("select sum(bytes) from flows_of_interfaces"), "2\n");
	logs_text("b.log", "interface-id bytes new-thing\neni-2 3 x\n");
	assert_int_equal(engine_add_source(engine, logs_path("b.log"), &err), FLOWTOLL_OK);
	assert_int_equal(engine_look(engine, &err), FLOWTOLL_OK);
	assert_string_equal(ask("select bytes, new_thing from flows_of_interfaces order by 1"),
	                    "2,\n3,x\n");
	view((const char *const[]){"eni-1"}, 1);
	assert_string_equal(ask("select sum(bytes) from flows_of_interfaces"), "1\n");
}

/* A view and its question, with the n-th allocation and all after it failing. */
static enum flowtoll_rc
ask_failing(uint64_t n)
{
	static const char *const ids[] = {"eni-1", "eni-2", "eni-3"};
	struct result *result = NULL;
	const struct result_cell *cells;
	open_engine(&(struct engine_settings){.threads = 2});
	mem_fail_from(n);
	enum flowtoll_rc rc = engine_view_interfaces(engine, ids, COUNT(ids), &err);
	if (rc == FLOWTOLL_OK)
		rc = engine_query(engine, "select interface_index, sum(folded_bytes), sum(folded_flows) "
		                          "from flows_of_interfaces group by all", ENGINE_ANY_ORDER,
		                  &result, &err);
	if (rc == FLOWTOLL_OK)
		rc = result_next(result, &cells, &err);
	mem_fail_from(0);
	result_free(result);
	if (rc != FLOWTOLL_OK) {
		assert_int_equal(rc, FLOWTOLL_ERR_MEMORY);
		assert_non_null(strstr(err.message, "memory"));
	}
	close_engine();
	return rc;
}

static void
test_no_memory(void **state)
{
	(void)state;
	uint64_t n = 0;
	logs_text("a.log", HEADER "2 eni-1 1 1763596800 OK\n2 eni-2 2 1763596800 OK\n");
	while (ask_failing(++n) != FLOWTOLL_OK)
		assert_true(n < 500);
	assert_true(n > 15);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, logs_begin, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_which_rows),
		CASE(test_any_text),
		CASE(test_many_rows),
		CASE(test_with_period),
		CASE(test_parquet),
		CASE(test_columns),
		CASE(test_wrong_lists),
		CASE(test_rejects),
		CASE(test_rejects_of_many_scans),
		CASE(test_rejects_and_period),
		CASE(test_parquet_rejects),
		CASE(test_view_made_again),
		CASE(test_no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
