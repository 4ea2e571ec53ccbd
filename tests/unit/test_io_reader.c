/* SPDX-License-Identifier: Apache-2.0
 *
 * src/io/reader.c and stream.c: text out of plain files, gzip whole and damaged, and pipes.
 */
#include "test_logs.h"

#include "io/stream.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>

enum { TEXT_MAX = 4 << 20 };

static struct io_reader *reader;
static struct flowtoll_err err;
static struct buf got; /* what read_all read */

/* Everything, in calls of `cap` bytes at most; the error that ended it, if any. */
static enum flowtoll_rc
read_on(size_t cap)
{
	static uint8_t piece[TEXT_MAX];
	for (;;) {
		size_t len = SIZE_MAX;
		enum flowtoll_rc rc = io_read(reader, piece, cap, &len, &err);
		assert_true(len <= cap);
		assert_true(rc == FLOWTOLL_OK || len == 0);
		if (len == 0)
			return rc;
		buf_add(&got, piece, len);
	}
}

static enum flowtoll_rc
read_all(const struct io_file *file, size_t cap)
{
	buf_clear(&got);
	memset(&err, 0, sizeof err);
	enum flowtoll_rc rc = io_reader_open(reader, file, 0, &err);
	return rc != FLOWTOLL_OK ? rc : read_on(cap);
}

/* A file without a name that holds the bytes, until the next call. */
static const struct io_file *
file_of(const void *bytes, size_t len)
{
	static struct io_file file;
	static char path[64];
	static int fd = -1;
	io_reader_close(reader);
	if (fd >= 0)
		close(fd);
	fd = memfd_create("log", 0);
	assert_int_equal(write(fd, bytes, len), len);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	file = (struct io_file){.path = path, .size_bytes = len};
	return &file;
}

static void
assert_got(const void *bytes, size_t len)
{
	assert_int_equal(got.len, len);
	assert_memory_equal(buf_text(&got), bytes, len);
}

static char *
long_text(size_t len)
{
	static char text[TEXT_MAX];
	assert_true(len <= sizeof text);
	for (size_t i = 0; i < len; i++)
		text[i] = (char)('a' + (i * i / 7 + i / 1000) % 26);
	return text;
}

/* ---- plain files -------------------------------------------------------------------------- */

static void
test_plain(void **state)
{
	(void)state;
	static const size_t lens[] = {0, 1, 2, 3, 131071, 131072, 131073, 1000000};
	for (size_t i = 0; i < COUNT(lens); i++) {
		const char *text = long_text(lens[i]);
		const struct io_file *file = file_of(text, lens[i]);
		static const size_t caps[] = {1 << 20, 4097, 100};
		for (size_t k = 0; k < COUNT(caps); k++) {
			assert_int_equal(read_all(file, caps[k]), FLOWTOLL_OK);
			assert_got(text, lens[i]);
			assert_false(io_reader_is_gzip(reader));
			assert_int_equal(io_reader_bytes(reader), lens[i]);
		}
	}
}

static void
test_offset(void **state)
{
	(void)state;
	const char *text = long_text(300000);
	const struct io_file *file = file_of(text, 300000);
	static const uint64_t offsets[] = {0, 1, 131072, 299999, 300000, 300001};
	for (size_t i = 0; i < COUNT(offsets); i++) {
		buf_clear(&got);
		assert_int_equal(io_reader_open(reader, file, offsets[i], &err), FLOWTOLL_OK);
		assert_int_equal(read_on(5000), FLOWTOLL_OK);
		uint64_t from = offsets[i] < 300000 ? offsets[i] : 300000;
		assert_got(text + from, 300000 - from);
		assert_int_equal(io_reader_bytes(reader), 300000 - from);
	}
	/* gzip's first bytes in the middle of a text are text */
	file = file_of("ab\x1f\x8b", 4);
	buf_clear(&got);
	assert_int_equal(io_reader_open(reader, file, 2, &err), FLOWTOLL_OK);
	assert_int_equal(read_on(5000), FLOWTOLL_OK);
	assert_got("\x1f\x8b", 2);
}

static void
test_cannot_open(void **state)
{
	(void)state;
	struct io_file file = {.path = logs_path("none")};
	assert_int_equal(read_all(&file, 100), FLOWTOLL_ERR_INPUT);
	assert_string_equal(err.file, file.path);
	assert_non_null(strstr(err.message, "cannot open "));
	file.path = logs_folder; /* can be opened, but not read */
	assert_int_equal(read_all(&file, 100), FLOWTOLL_ERR_INPUT);
	assert_non_null(strstr(err.message, "cannot read "));
	assert_string_equal(err.file, file.path);
	/* nothing of the file before is told of one that cannot be opened */
	const struct io_file *good = file_of("text", 4);
	assert_int_equal(read_all(good, 100), FLOWTOLL_OK);
	io_reader_close(reader);
	assert_int_equal(io_reader_bytes(reader), 0);
	io_reader_close(reader);
}

/* ---- gzip --------------------------------------------------------------------------------- */

static void
check_gzip(const struct buf *gzip, const void *text, size_t len)
{
	const struct io_file *file = file_of(buf_text(gzip), gzip->len);
	static const size_t caps[] = {1 << 20, 333, 7};
	for (size_t i = 0; i < COUNT(caps); i++) {
		if (len > 100000 && caps[i] < 100)
			continue;
		assert_int_equal(read_all(file, caps[i]), FLOWTOLL_OK);
		assert_got(text, len);
		assert_true(io_reader_is_gzip(reader));
		assert_int_equal(io_reader_bytes(reader), gzip->len);
		size_t more = 1;
		uint8_t byte;
		assert_int_equal(io_read(reader, &byte, 1, &more, &err), FLOWTOLL_OK);
		assert_int_equal(more, 0); /* the end again, however often it is asked for */
	}
}

static void
test_gzip(void **state)
{
	(void)state;
	static const size_t lens[] = {0, 1, 100, 131072, 3000000};
	struct buf gzip;
	buf_init(&gzip, TEXT_MAX);
	for (size_t i = 0; i < COUNT(lens); i++) {
		const char *text = long_text(lens[i]);
		buf_clear(&gzip);
		logs_add_gzip(&gzip, text, lens[i]);
		check_gzip(&gzip, text, lens[i]);
	}
	/* members one after another read as one text, empty ones too */
	buf_clear(&gzip);
	logs_add_gzip(&gzip, "", 0);
	logs_add_gzip(&gzip, "one", 3);
	logs_add_gzip(&gzip, "", 0);
	logs_add_gzip(&gzip, "two", 3);
	check_gzip(&gzip, "onetwo", 6);
	/* what pads to a block is no fault: tapes and some uploaders do that */
	buf_add(&gzip, "\0\0\0\0\0", 5);
	check_gzip(&gzip, "onetwo", 6);
	logs_add_gzip(&gzip, "three", 5);
	check_gzip(&gzip, "onetwothree", 11);
	for (int i = 0; i < 300000; i++)
		buf_addc(&gzip, '\0');
	check_gzip(&gzip, "onetwothree", 11);
	buf_free(&gzip);
}

/* Members whose ends fall on, before and behind the end of a piece of stored bytes. */
static void
test_gzip_between_pieces(void **state)
{
	(void)state;
	struct buf gzip, text;
	buf_init(&gzip, TEXT_MAX);
	buf_init(&text, TEXT_MAX);
	for (size_t off = 0; off < 24; off++) {
		buf_clear(&gzip);
		buf_clear(&text);
		buf_adds(&text, "first");
		logs_add_gzip(&gzip, "first", 5);
		while (gzip.len < STREAM_HEAD_BYTES - 12 + off) /* padding goes up to anywhere */
			buf_addc(&gzip, '\0');
		buf_adds(&text, "second");
		logs_add_gzip(&gzip, "second", 6);
		check_gzip(&gzip, buf_text(&text), text.len);
	}
	buf_free(&gzip);
	buf_free(&text);
}

/* A header with all that it can have: extra field, name, comment, and its own checksum. */
static void
test_gzip_header(void **state)
{
	(void)state;
	static const uint8_t deflated[] = {0x01, 0x02, 0x00, 0xfd, 0xff, 'h', 'i', /* stored */
	                                   0xac, 0x2a, 0x93, 0xd8, 2, 0, 0, 0};
	static const uint8_t plain[] = {0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 0, 3};
	static const uint8_t extra[] = {0x1f, 0x8b, 8, 0x1c, 0, 0, 0, 0, 0, 3, 4, 0, 'A', 'B', 0, 0};
	struct buf gzip;
	buf_init(&gzip, TEXT_MAX);
	buf_add(&gzip, plain, sizeof plain);
	buf_add(&gzip, deflated, sizeof deflated);
	check_gzip(&gzip, "hi", 2);
	buf_clear(&gzip);
	buf_add(&gzip, extra, sizeof extra);
	buf_add(&gzip, "a.log\0a comment\0", 16);
	buf_add(&gzip, deflated, sizeof deflated);
	check_gzip(&gzip, "hi", 2);
	buf_free(&gzip);
}

/* Cut anywhere, a file gives a beginning of its text, then the fault; never more, never less. */
static void
test_truncated(void **state)
{
	(void)state;
	struct buf gzip;
	char text[3000];
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)('a' + (i * 7919 >> 3) % 23);
	buf_init(&gzip, TEXT_MAX);
	logs_add_gzip(&gzip, text, 1500);
	size_t first = gzip.len;
	logs_add_gzip(&gzip, text + 1500, 1500);
	for (size_t len = 2; len < gzip.len; len++) {
		const struct io_file *file = file_of(buf_text(&gzip), len);
		enum flowtoll_rc rc = read_all(file, len % 2 == 0 ? 100000 : 64);
		assert_int_equal(rc, len == first ? FLOWTOLL_OK : FLOWTOLL_ERR_INPUT);
		assert_true(got.len <= sizeof text);
		assert_memory_equal(buf_text(&got), text, got.len);
		if (len >= first)
			assert_true(got.len >= 1500);
		if (rc == FLOWTOLL_OK)
			continue;
		assert_string_equal(err.file, file->path);
		assert_int_equal(err.byte, len);
		char message[100];
		snprintf(message, sizeof message, "the file ends too early, at byte %zu of the compressed "
		                                  "file", len);
		assert_string_equal(err.message, message);
	}
	buf_free(&gzip);
}

/* A flipped bit is told, but where no text hangs on it: in the header's flags, time and system, in
 * what pads the last block to a byte, and in the length at the end. */
static void
test_flipped_bits(void **state)
{
	(void)state;
	struct buf gzip;
	static const char text[] = "version srcaddr bytes\n2 10.0.0.1 500\n2 10.0.0.1 501\n";
	unsigned harmless = 0;
	buf_init(&gzip, TEXT_MAX);
	logs_add_gzip(&gzip, text, sizeof text - 1);
	for (size_t bit = 16; bit < gzip.len * 8; bit++) { /* without the two bytes that tell gzip */
		gzip.data[bit / 8] ^= (char)(1 << bit % 8);
		const struct io_file *file = file_of(buf_text(&gzip), gzip.len);
		enum flowtoll_rc rc = read_all(file, 64);
		if (rc == FLOWTOLL_OK) {
			assert_got(text, sizeof text - 1);
			harmless++;
		} else {
			assert_int_equal(rc, FLOWTOLL_ERR_INPUT);
			assert_non_null(strstr(err.message, " of the compressed file"));
			assert_true(err.byte <= gzip.len);
			assert_true(err.hint[0] != '\0');
		}
		gzip.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	assert_in_range(harmless, 48, 110);
	buf_free(&gzip);
}

static void
test_bytes_after(void **state)
{
	(void)state;
	static const char *const tails[] = {"garbage", "\x1f", "\x1f\x8b", "\x1f\x8bgarbage",
	                                    "\x8b\x1f", "\n"};
	struct buf gzip;
	buf_init(&gzip, TEXT_MAX);
	for (size_t i = 0; i < COUNT(tails); i++) {
		buf_clear(&gzip);
		logs_add_gzip(&gzip, "text\n", 5);
		size_t len = gzip.len;
		buf_adds(&gzip, tails[i]);
		const struct io_file *file = file_of(buf_text(&gzip), gzip.len);
		assert_int_equal(read_all(file, 100), FLOWTOLL_ERR_INPUT);
		assert_got("text\n", 5);
		assert_in_range(err.byte, len, gzip.len);
	}
	buf_clear(&gzip);
	logs_add_gzip(&gzip, "text\n", 5);
	buf_adds(&gzip, "garbage");
	const struct io_file *file = file_of(buf_text(&gzip), gzip.len);
	assert_int_equal(read_all(file, 100), FLOWTOLL_ERR_INPUT);
	assert_non_null(strstr(err.message, "bytes that are not gzip follow the last member at byte"));
	assert_int_equal(err.byte, gzip.len - 7);
	buf_free(&gzip);
}

/* ---- streams ------------------------------------------------------------------------------ */

struct sender {
	pthread_t thread;
	int fd;
	const char *bytes;
	size_t len;
};

static void *
send_all(void *arg)
{
	struct sender *sender = arg;
	while (sender->len > 0) {
		ssize_t sent = write(sender->fd, sender->bytes, sender->len < 999 ? sender->len : 999);
		if (sent <= 0)
			break;
		sender->bytes += sent;
		sender->len -= (size_t)sent;
	}
	close(sender->fd);
	return NULL;
}

/* A pipe that the bytes come out of, as a file of the list. */
static struct io_file
stream_of(struct sender *sender, const void *bytes, size_t len, char *path, size_t size)
{
	int fds[2];
	struct io_file file = {.path = path};
	assert_int_equal(pipe(fds), 0);
	snprintf(path, size, "/proc/self/fd/%d", fds[0]);
	*sender = (struct sender){.fd = fds[1], .bytes = bytes, .len = len};
	assert_int_equal(io_stream_create(&file.stream, NULL, &err), FLOWTOLL_OK);
	assert_int_equal(pthread_create(&sender->thread, NULL, send_all, sender), 0);
	return file;
}

static void
check_stream(const void *bytes, size_t len, const void *text, size_t text_len)
{
	struct sender sender;
	char path[64];
	struct io_file file = stream_of(&sender, bytes, len, path, sizeof path);
	for (int i = 0; i < 2; i++) { /* looked at as often as one likes */
		buf_clear(&got);
		assert_int_equal(io_reader_look(reader, &file, &err), FLOWTOLL_OK);
		assert_int_equal(read_on(1000), FLOWTOLL_OK);
		assert_true(got.len <= text_len && (got.len > 0 || text_len == 0));
		assert_memory_equal(buf_text(&got), text, got.len);
	}
	assert_int_equal(read_all(&file, 3000), FLOWTOLL_OK);
	assert_got(text, text_len);
	assert_int_equal(io_reader_bytes(reader), len);
	/* but read once */
	assert_int_equal(read_all(&file, 3000), FLOWTOLL_ERR_USAGE);
	assert_non_null(strstr(err.message, "can be read only once"));
	assert_non_null(strstr(err.hint, "save it to a file"));
	pthread_join(sender.thread, NULL);
	io_reader_close(reader);
	io_stream_free(file.stream);
}

static void
test_streams(void **state)
{
	(void)state;
	static const size_t lens[] = {0, 1, 2, 1000, STREAM_HEAD_BYTES - 1, STREAM_HEAD_BYTES,
	                              STREAM_HEAD_BYTES + 1, 1000000};
	struct buf gzip;
	buf_init(&gzip, TEXT_MAX);
	for (size_t i = 0; i < COUNT(lens); i++) {
		const char *text = long_text(lens[i]);
		check_stream(text, lens[i], text, lens[i]);
		buf_clear(&gzip);
		logs_add_gzip(&gzip, text, lens[i]);
		check_stream(buf_text(&gzip), gzip.len, text, lens[i]);
	}
	buf_free(&gzip);
}

static void
test_truncated_stream(void **state)
{
	(void)state;
	struct buf gzip;
	struct sender sender;
	char path[64];
	const char *text = long_text(1000000);
	buf_init(&gzip, TEXT_MAX);
	logs_add_gzip(&gzip, text, 1000000);
	static const size_t cuts[] = {10, 100, STREAM_HEAD_BYTES, STREAM_HEAD_BYTES + 1};
	for (size_t i = 0; i < COUNT(cuts) && cuts[i] < gzip.len; i++) {
		struct io_file file = stream_of(&sender, buf_text(&gzip), cuts[i], path, sizeof path);
		buf_clear(&got);
		assert_int_equal(io_reader_look(reader, &file, &err), FLOWTOLL_OK);
		assert_int_equal(read_on(100), FLOWTOLL_OK); /* it may go on, for all a look can tell */
		assert_int_equal(read_all(&file, 100), FLOWTOLL_ERR_INPUT);
		assert_int_equal(err.byte, cuts[i]);
		assert_memory_equal(buf_text(&got), text, got.len);
		pthread_join(sender.thread, NULL);
		io_reader_close(reader);
		io_stream_free(file.stream);
	}
	buf_free(&gzip);
}

static void
test_stream_that_cannot_be_had(void **state)
{
	(void)state;
	struct io_file file = {.path = logs_path("none")};
	assert_int_equal(io_stream_create(&file.stream, NULL, &err), FLOWTOLL_OK);
	assert_int_equal(io_reader_look(reader, &file, &err), FLOWTOLL_ERR_INPUT);
	assert_string_equal(err.file, file.path);
	assert_int_equal(io_reader_open(reader, &file, 0, &err), FLOWTOLL_ERR_INPUT);
	file.path = logs_folder;
	assert_int_equal(io_reader_look(reader, &file, &err), FLOWTOLL_ERR_INPUT);
	assert_non_null(strstr(err.message, "cannot read "));
	/* nor the second time */
	assert_int_equal(read_all(&file, 10), FLOWTOLL_ERR_INPUT);
	io_stream_free(file.stream);
	io_stream_free(NULL);
}

static void
test_no_memory(void **state)
{
	(void)state;
	struct io_reader *other = NULL;
	enum flowtoll_rc rc = FLOWTOLL_ERR_MEMORY;
	for (uint64_t n = 1; rc != FLOWTOLL_OK; n++) {
		mem_fail_from(n);
		rc = io_reader_create(&other, &err);
		mem_fail_from(0);
		assert_true((other != NULL) == (rc == FLOWTOLL_OK));
	}
	io_reader_free(other);
	io_reader_free(NULL);
}

static int
begin(void **state)
{
	buf_init(&got, TEXT_MAX * 2);
	return logs_begin(state) == 0 && io_reader_create(&reader, &err) == FLOWTOLL_OK ? 0 : -1;
}

static int
end(void **state)
{
	io_reader_free(reader);
	buf_free(&got);
	return logs_end(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_offset),
		cmocka_unit_test(test_cannot_open),
		cmocka_unit_test(test_gzip),
		cmocka_unit_test(test_gzip_between_pieces),
		cmocka_unit_test(test_gzip_header),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_flipped_bits),
		cmocka_unit_test(test_bytes_after),
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_truncated_stream),
		cmocka_unit_test(test_stream_that_cannot_be_had),
		cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
