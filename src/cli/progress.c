/* SPDX-License-Identifier: Apache-2.0
 *
 * See progress.h.
 */
#include "cli/progress.h"

#include "base/buf.h"
#include "cli/say.h"
#include "cli/signals.h"
#include "cli/tty.h"

#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ERASE "\r\033[K"

enum {
	DRAW_FIRST_MS = 500,
	DRAW_EVERY_MS = 200,
	STOP_EVERY_MS = 50,   /* a question may not have begun yet at the first try */
	STOP_WITHIN_MS = 900,
	LINE_BYTES_MAX = 4096
};

/* What the thread and its owner share, under the mutex. */
static struct {
	pthread_mutex_t mutex;
	struct flowtoll *ft;
	bool draw;
	bool drawn;
	bool stop;
	pthread_t thread;
} shared = {.mutex = PTHREAD_MUTEX_INITIALIZER};

/* What only the thread touches. */
struct pace {
	int64_t start_ms;
	int64_t draw_ms;      /* when to draw next */
	int64_t stop_ms;      /* when it was interrupted; 0: it was not */
	int64_t last_ms;      /* of the last drawing */
	uint64_t last_bytes;
	double bytes_per_s;   /* smoothed */
};

static int64_t
now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
add_duration(struct buf *buf, double seconds)
{
	uint64_t whole = seconds < 1e9 ? (uint64_t)(seconds + 0.5) : 1000000000;
	if (whole < 60)
		buf_addf(buf, "%u s", (unsigned)whole);
	else if (whole < 3600)
		buf_addf(buf, "%u min %02u s", (unsigned)(whole / 60), (unsigned)(whole % 60));
	else
		buf_addf(buf, "%u h %02u min", (unsigned)(whole / 3600), (unsigned)(whole / 60 % 60));
}

static void
add_line(struct buf *buf, const struct flowtoll_progress *done, const struct pace *pace,
         int64_t now)
{
	double elapsed_s = (double)(now - pace->start_ms) / 1000;
	if (done->lookups_max > 0) {
		buf_addf(buf, "asking registries  %" PRIu64 " of at most %" PRIu64 " queries  ",
		         done->lookups, done->lookups_max);
		add_duration(buf, elapsed_s);
		return;
	}
	if (done->bytes_done == 0) {
		buf_adds(buf, "working  ");
		add_duration(buf, elapsed_s);
		return;
	}
	buf_add_size(buf, done->bytes_done);
	if (done->bytes_total > 0 && done->bytes_done >= done->bytes_total) {
		buf_adds(buf, " read  finishing  ");
		add_duration(buf, elapsed_s);
		return;
	}
	if (done->bytes_total > 0) {
		buf_adds(buf, " of ");
		buf_add_size(buf, done->bytes_total);
		buf_addf(buf, "  %u%%",
		         (unsigned)((double)done->bytes_done * 100 / (double)done->bytes_total));
	} else {
		buf_adds(buf, " read");
	}
	buf_adds(buf, "  ");
	buf_add_size(buf, (uint64_t)pace->bytes_per_s);
	buf_adds(buf, "/s  ");
	if (done->bytes_total == 0) {
		add_duration(buf, elapsed_s);
	} else if (pace->bytes_per_s >= 1) {
		add_duration(buf, (double)(done->bytes_total - done->bytes_done) / pace->bytes_per_s);
		buf_adds(buf, " left");
	}
}

static void
write_stderr(const char *bytes, size_t len)
{
	if (write(STDERR_FILENO, bytes, len) < 0)
		return; /* nobody to tell */
}

static void
erase(void)
{
	if (shared.drawn)
		write_stderr(ERASE, strlen(ERASE));
	shared.drawn = false;
	signals_line_drawn(false);
}

/* The mutex is held. */
static void
draw(struct pace *pace, int64_t now)
{
	/* in the background, writing to the terminal would stop the program or spoil a prompt */
	if (tcgetpgrp(STDERR_FILENO) != getpgrp())
		return;
	struct flowtoll_progress done = {0};
	flowtoll_progress(shared.ft, &done);
	double passed_s = (double)(now - pace->last_ms) / 1000;
	if (done.bytes_done > pace->last_bytes && passed_s > 0) {
		double rate = (double)(done.bytes_done - pace->last_bytes) / passed_s;
		pace->bytes_per_s = pace->last_bytes == 0 ? rate : 0.8 * pace->bytes_per_s + 0.2 * rate;
	} else if (passed_s > 0) {
		pace->bytes_per_s *= 0.8;
	}
	pace->last_ms = now;
	pace->last_bytes = done.bytes_done;

	struct buf buf;
	buf_init(&buf, LINE_BYTES_MAX);
	buf_adds(&buf, "\r");
	add_line(&buf, &done, pace, now);
	unsigned width = tty_width(STDERR_FILENO); /* it may change as we run */
	if (!buf.failed && width > 1) {
		if (buf.len > width) /* a line that wraps cannot be redrawn; it is all ASCII */
			buf.len = width;
		buf_adds(&buf, "\033[K");
		signals_line_drawn(true);
		shared.drawn = true;
		write_stderr(buf_text(&buf), buf.len);
	}
	buf_free(&buf);
}

/* Milliseconds until there is something to do; -1: only when woken. */
static int
step(struct pace *pace)
{
	int64_t now = now_ms();
	if (signals_interrupted()) {
		if (pace->stop_ms == 0)
			pace->stop_ms = now;
		erase();
		shared.draw = false;
		if (now - pace->stop_ms >= STOP_WITHIN_MS) {
			static const char told[] = "flowtoll: interrupted\n";
			write_stderr(told, strlen(told));
			signals_clean_up();
			_exit(FLOWTOLL_ERR_INTERRUPTED);
		}
		if (shared.ft != NULL)
			flowtoll_interrupt(shared.ft);
		return STOP_EVERY_MS;
	}
	if (!shared.draw)
		return -1;
	if (now >= pace->draw_ms) {
		if (shared.ft != NULL)
			draw(pace, now);
		pace->draw_ms = now + DRAW_EVERY_MS;
	}
	return (int)(pace->draw_ms - now);
}

static void *
run(void *unused)
{
	(void)unused;
	int64_t now = now_ms();
	struct pace pace = {.start_ms = now, .last_ms = now, .draw_ms = now + DRAW_FIRST_MS};
	for (;;) {
		pthread_mutex_lock(&shared.mutex);
		bool stop = shared.stop;
		int wait_ms = stop ? 0 : step(&pace);
		pthread_mutex_unlock(&shared.mutex);
		if (stop)
			return NULL;
		char bytes[64];
		struct pollfd wait = {.fd = signals_fd(), .events = POLLIN};
		if (poll(&wait, 1, wait_ms) > 0)
			while (read(wait.fd, bytes, sizeof bytes) > 0)
				;
	}
}

enum flowtoll_rc
progress_start(bool draw_line, struct flowtoll_err *err)
{
	sigset_t all;
	sigset_t before;
	shared.ft = NULL;
	shared.draw = draw_line;
	shared.drawn = false;
	shared.stop = false;
	sigfillset(&all); /* signals are for the main thread, whose writes they must cut short */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&shared.thread, NULL, run, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error != 0)
		return ERR(err, FLOWTOLL_ERR_INTERNAL, "cannot start a thread: %s", strerror(error));
	return FLOWTOLL_OK;
}

void
progress_watch(struct flowtoll *ft)
{
	pthread_mutex_lock(&shared.mutex);
	shared.ft = ft;
	pthread_mutex_unlock(&shared.mutex);
}

void
progress_hide(void)
{
	pthread_mutex_lock(&shared.mutex);
	shared.draw = false;
	erase();
	pthread_mutex_unlock(&shared.mutex);
}

void
progress_stop(void)
{
	pthread_mutex_lock(&shared.mutex);
	shared.draw = false;
	shared.stop = true;
	erase();
	pthread_mutex_unlock(&shared.mutex);
	signals_wake();
	pthread_join(shared.thread, NULL);
}
