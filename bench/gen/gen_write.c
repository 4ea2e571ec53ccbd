/* SPDX-License-Identifier: Apache-2.0
 *
 * See gen_write.h.
 */
#include "gen/gen_write.h"

#include "gen/gen_flow.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

enum {
	TEXT_BYTES = 1 << 18,
	PACKED_BYTES = 1 << 16,
	GZIP_WINDOW = 15 + 16, /* zlib: the largest window, and a gzip header */
	GZIP_MEMORY = 8
};

/* Shared by all threads. */
struct job {
	const struct gen_options *options;
	const struct gen_world *world;
	const struct gen_format *format;
	struct gen_file *files;
	atomic_uint next;
	atomic_bool failed;
};

struct worker {
	struct job *job;
	struct gen_truth truth;
	struct gen_maker maker;
	struct gen_fault fault;
	uint32_t *starts; /* of each interface's records, to order a batch */
	uint16_t order[GEN_BATCH_ROWS];
	FILE *out;
	z_stream zip;
	size_t text_len;
	char text[TEXT_BYTES];
	unsigned char packed[PACKED_BYTES];
};

static_assert(TEXT_BYTES > GEN_ROW_BYTES_MAX + 4096, "a record or a header always fits");

/* Passes the text on to the file; `last`: and ends it. */
static bool
flush_text(struct worker *w, bool last)
{
	if (w->job->options->plain) {
		size_t written = fwrite(w->text, 1, w->text_len, w->out);
		bool ok = written == w->text_len;
		w->text_len = 0;
		return ok;
	}
	w->zip.next_in = (unsigned char *)w->text;
	w->zip.avail_in = (unsigned)w->text_len;
	w->text_len = 0;
	int rc;
	do {
		w->zip.next_out = w->packed;
		w->zip.avail_out = PACKED_BYTES;
		rc = deflate(&w->zip, last ? Z_FINISH : Z_NO_FLUSH);
		assert(rc != Z_STREAM_ERROR);
		size_t len = PACKED_BYTES - w->zip.avail_out;
		if (fwrite(w->packed, 1, len, w->out) != len)
			return false;
	} while (w->zip.avail_out == 0);
	return !last || rc == Z_STREAM_END;
}

static bool
put_bytes(struct worker *w, struct gen_file *file, size_t len)
{
	w->text_len += len;
	file->text_bytes += len;
	return w->text_len + GEN_ROW_BYTES_MAX + 4096 <= TEXT_BYTES || flush_text(w, false);
}

static bool
put_header(struct worker *w, struct gen_file *file)
{
	const struct gen_format *format = w->job->format;
	memcpy(w->text + w->text_len, format->header, format->header_len);
	return put_bytes(w, file, format->header_len);
}

/* The order in which a batch is delivered: all records of an interface together, and among
 * them no order at all. */
static void
order_batch(struct worker *w)
{
	struct gen_maker *m = &w->maker;
	size_t eni_count = w->job->world->eni_count + GEN_ATTACHMENTS;
	memset(w->starts, 0, (eni_count + 1) * sizeof *w->starts);
	for (size_t i = 0; i < m->count; i++)
		w->starts[m->rows[i].eni + 1]++;
	for (size_t i = 0; i < eni_count; i++)
		w->starts[i + 1] += w->starts[i];
	for (size_t i = 0; i < m->count; i++)
		w->order[w->starts[m->rows[i].eni]++] = (uint16_t)i;
	/* now each start is the end of its run */
	for (size_t eni = 0, first = 0; eni < eni_count; first = w->starts[eni++]) {
		for (size_t i = w->starts[eni]; i > first + 1; i--) {
			size_t other = first + gen_rng_below(&m->rng, i - first);
			uint16_t swap = w->order[i - 1];
			w->order[i - 1] = w->order[other];
			w->order[other] = swap;
		}
	}
}

static bool
put_batch(struct worker *w, struct gen_file *file)
{
	struct gen_maker *m = &w->maker;
	order_batch(w);
	for (size_t i = 0; i < m->count; i++) {
		const struct gen_row *row = &m->rows[w->order[i]];
		if (!gen_truth_row(&w->truth, row))
			m->failed = true;
		char *from = w->text + w->text_len;
		const char *end = gen_format_row(w->job->format, w->job->world, row, from);
		if (!put_bytes(w, file, (size_t)(end - from)))
			return false;
	}
	m->count = 0;
	return true;
}

/* One file in eight begins a burst, of three files on average. */
static void
choose_bursts(const struct gen_options *options, const struct gen_world *world,
              struct gen_file *files)
{
	enum { BEGINS = GEN_PPM / 8, ENDS = GEN_PPM / 3, DOUBLINGS = 3 };
	struct gen_rng rng = gen_rng_stream(options->seed ^ 0x6275727374, 0);
	for (unsigned i = 0; options->bursts && i < options->files; i++) {
		bool goes_on = i > 0 && files[i - 1].burst > 0 && !gen_rng_chance(&rng, ENDS);
		if (goes_on) {
			files[i].burst = files[i - 1].burst;
			files[i].burst_client = files[i - 1].burst_client;
		} else if (gen_rng_chance(&rng, BEGINS)) {
			const struct gen_client *client = gen_world_client(world, &rng, true);
			files[i].burst = 1 + (unsigned)gen_rng_below(&rng, DOUBLINGS);
			files[i].burst_client = (uint32_t)(client - world->clients);
		}
	}
}

/* Each file has 90 to 110 per cent of the mean, more in a burst, exact in the sum. */
static void
share_rows(const struct gen_options *options, struct gen_file *files)
{
	struct gen_rng rng = gen_rng_stream(options->seed ^ 0x726f7773, 0), again = rng;
	uint64_t all = 0, sum = 0, before = 0;
	for (unsigned i = 0; i < options->files; i++)
		all += (90 + gen_rng_below(&rng, 21)) * (1 + files[i].burst);
	for (unsigned i = 0; i < options->files; i++) {
		sum += (90 + gen_rng_below(&again, 21)) * (1 + files[i].burst);
		uint64_t end = (uint64_t)((unsigned __int128)options->rows * sum / all);
		files[i].rows = end - before;
		before = end;
	}
}

static bool
make_rows(struct worker *w, struct gen_file *file, unsigned index)
{
	const struct gen_options *options = w->job->options;
	struct gen_maker *m = &w->maker;
	uint64_t window_s = (uint64_t)options->day_s + (uint64_t)index * GEN_WINDOW_S;
	uint64_t headers = 1; /* written so far */
	m->world = w->job->world;
	m->options = options;
	m->truth = &w->truth;
	m->file = file;
	m->rng = gen_rng_stream(options->seed, index);
	m->made = m->nodata = m->skipdata = 0;
	m->count = 0;
	if (!put_header(w, file))
		return false;
	while (m->made < file->rows) {
		uint64_t minute = m->made * (GEN_WINDOW_S / 60) / file->rows;
		m->minute_ms = (window_s + minute * 60) * 1000;
		gen_flow_event(m, file->rows - m->made);
		bool full = m->count + GEN_EVENT_ROWS_MAX > GEN_BATCH_ROWS || m->made == file->rows ||
		            m->made * (GEN_WINDOW_S / 60) / file->rows != minute;
		if (full && !put_batch(w, file))
			return false;
		if (full && options->mid_headers && m->made * 3 / file->rows >= headers &&
		    m->made < file->rows) {
			headers++;
			if (!put_header(w, file))
				return false;
		}
	}
	return true;
}

/* As AWS names a log: account, region, flow log, begin of its five minutes, a hash. */
static void
name_file(const struct job *job, struct gen_file *file, unsigned index)
{
	const struct gen_options *options = job->options;
	time_t window = (time_t)(options->day_s + (int64_t)index * GEN_WINDOW_S);
	struct tm tm;
	gmtime_r(&window, &tm);
	char stamp[32];
	strftime(stamp, sizeof stamp, "%Y%m%dT%H%MZ", &tm);
	struct gen_rng rng = gen_rng_stream(options->seed ^ 0x6e616d65, index);
	snprintf(file->name, sizeof file->name,
	         GEN_ACCOUNT "_vpcflowlogs_" GEN_REGION "_%s_%s_%08x.log%s", job->world->flow_log_id,
	         stamp, (unsigned)(gen_rng_next(&rng) >> 32), options->plain ? "" : ".gz");
}

static bool
make_file(struct worker *w, unsigned index)
{
	const struct gen_options *options = w->job->options;
	struct gen_file *file = &w->job->files[index];
	char path[4096];
	name_file(w->job, file, index);
	snprintf(path, sizeof path, "%s/%s", options->out, file->name);
	w->out = fopen(path, "wb");
	if (w->out == NULL)
		return gen_fail(&w->fault, "cannot write %s: %s", path, strerror(errno));
	bool ok = options->plain || deflateReset(&w->zip) == Z_OK;
	ok = ok && make_rows(w, file, index) && flush_text(w, true);
	ok = fclose(w->out) == 0 && ok;
	if (w->maker.failed)
		return gen_fail(&w->fault, "out of memory for the totals");
	return ok || gen_fail(&w->fault, "cannot write %s: %s", path, strerror(errno));
}

static void *
work(void *arg)
{
	struct worker *w = arg;
	struct job *job = w->job;
	const struct gen_options *options = job->options;
	bool ok = gen_truth_init(&w->truth, job->world, options, &w->fault);
	w->starts = calloc(job->world->eni_count + GEN_ATTACHMENTS + 1, sizeof *w->starts);
	bool zip = ok && !options->plain;
	if (w->starts == NULL || (zip && deflateInit2(&w->zip, options->level, Z_DEFLATED, GZIP_WINDOW,
	                                              GZIP_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK))
		ok = gen_fail(&w->fault, "out of memory for a thread");
	while (ok && !atomic_load(&job->failed)) {
		unsigned index = atomic_fetch_add(&job->next, 1);
		if (index >= options->files)
			break;
		ok = make_file(w, index);
	}
	if (!ok)
		atomic_store(&job->failed, true);
	if (zip)
		deflateEnd(&w->zip);
	free(w->starts);
	w->starts = NULL;
	return NULL;
}

/* Waits for a thread and takes over its totals or its fault. */
static bool
collect(struct worker *w, struct gen_truth *truth, bool ok, struct gen_fault *fault)
{
	if (ok && w->fault.text[0] != '\0') {
		*fault = w->fault;
		ok = false;
	}
	if (ok && !gen_truth_add(truth, &w->truth))
		ok = gen_fail(fault, "out of memory for the totals");
	gen_truth_free(&w->truth);
	free(w);
	return ok;
}

bool
gen_write_files(const struct gen_options *options, const struct gen_world *world,
                const struct gen_format *format, struct gen_truth *truth,
                struct gen_file *files, struct gen_fault *fault)
{
	struct job job = {.options = options, .world = world, .format = format, .files = files};
	struct worker *workers[GEN_THREADS_MAX] = {NULL};
	pthread_t threads[GEN_THREADS_MAX];
	unsigned count = 0;
	bool ok = true;
	choose_bursts(options, world, files);
	share_rows(options, files);
	assert(options->threads >= 1 && options->threads <= GEN_THREADS_MAX);
	for (; count < options->threads && count < options->files; count++) {
		workers[count] = calloc(1, sizeof *workers[count]);
		if (workers[count] == NULL)
			break;
		workers[count]->job = &job;
		if (pthread_create(&threads[count], NULL, work, workers[count]) != 0)
			break;
	}
	if (count == 0)
		ok = gen_fail(fault, "cannot start a thread");
	for (unsigned i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	for (unsigned i = 0; i < count; i++)
		ok = collect(workers[i], truth, ok, fault);
	if (count < GEN_THREADS_MAX)
		free(workers[count]); /* one that did not start */
	return ok;
}
