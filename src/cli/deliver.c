/* SPDX-License-Identifier: Apache-2.0
 *
 * See deliver.h.
 */
#include "cli/deliver.h"

#include "base/buf.h"
#include "cli/ask.h"
#include "cli/out.h"
#include "cli/pager.h"
#include "cli/progress.h"
#include "cli/say.h"
#include "cli/tty.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum {
	TEXT_BYTES_MAX = 1 << 20, /* between tables */
	HELD_BYTES_MAX = 1 << 20, /* kept back while an answer may fit the terminal */
	LABELLED_BYTES = 64 * 1024
};

/* ---- what to write, and to where ---------------------------------------------------------- */

/* The format that a file's name tells. */
static enum flowtoll_rc
format_of_name(const char *path, const char **format, struct flowtoll_err *err)
{
	static const struct {
		const char *ending, *format;
	} endings[] = {
		{".csv", "csv"},     {".tsv", "tsv"},     {".json", "json"}, {".ndjson", "ndjson"},
		{".jsonl", "ndjson"}, {".md", "md"},       {".txt", "table"},
		{".parquet", "parquet"},
	};
	const char *slash = strrchr(path, '/');
	const char *dot = strrchr(slash != NULL ? slash : path, '.');
	if (dot == NULL)
		return FLOWTOLL_OK;
	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
		if (strcasecmp(dot, endings[i].ending) == 0) {
			*format = endings[i].format;
			return FLOWTOLL_OK;
		}
	err_set(err, FLOWTOLL_ERR_USAGE, "no output format ends in %s: %s", dot, path);
	err_hint(err, "choose one with --format (%s)", flags[FLAG_FORMAT].argument);
	return err->code;
}

/* It is bytes, and one table. */
static enum flowtoll_rc
check_parquet(const struct ask *ask, bool to_file, struct flowtoll_err *err)
{
	if (ask->has_several) {
		err_set(err, FLOWTOLL_ERR_USAGE,
		        "a Parquet file holds one table, and this answer has several");
		err_hint(err, "flowtoll sql \"from nat_traffic\" writes the rows that they are made of");
		return err->code;
	}
	if (ask->list_count > 1) {
		err_set(err, FLOWTOLL_ERR_USAGE, "a Parquet file holds one list, not %zu", ask->list_count);
		err_hint(err, "ask for each by itself, into a file of its own");
		return err->code;
	}
	if (to_file || !tty_is(STDOUT_FILENO))
		return FLOWTOLL_OK;
	err_set(err, FLOWTOLL_ERR_USAGE, "a Parquet file is not for a terminal");
	err_hint(err, "write it to a file: -o answer.parquet");
	return err->code;
}

static bool
is_to_file(const struct options *options)
{
	const char *path = options->values[FLAG_OUTPUT];
	return path != NULL && strcmp(path, "-") != 0;
}

enum flowtoll_rc
deliver_format(const struct options *options, const char **format, struct flowtoll_err *err)
{
	const char *given = options->values[FLAG_FORMAT];
	bool chosen = given != NULL && !options->from_config[FLAG_FORMAT];
	*format = given != NULL ? given : "table";
	return is_to_file(options) && !chosen
	           ? format_of_name(options->values[FLAG_OUTPUT], format, err)
	           : FLOWTOLL_OK;
}

bool
deliver_is_for_people(const char *format)
{
	return strcmp(format, "table") == 0 || strcmp(format, "md") == 0;
}

enum flowtoll_rc
deliver_open(struct deliver *deliver, const struct ask *ask, struct flowtoll_err *err)
{
	const struct options *options = ask->options;
	bool to_file = is_to_file(options);
	*deliver = (struct deliver){.ask = ask};
	TRY(deliver_format(options, &deliver->format, err));
	if (strcmp(deliver->format, "parquet") == 0)
		TRY(check_parquet(ask, to_file, err));
	if (!to_file)
		return FLOWTOLL_OK;
	return output_file_open(&deliver->file, options->values[FLAG_OUTPUT], err);
}

void
deliver_close(struct deliver *deliver)
{
	output_file_close(&deliver->file);
}

/* ---- bytes on their way ------------------------------------------------------------------- */

/* The output behind what must come first: the end of the progress line, where it is the same
 * terminal, and the text before a table. An answer may still be computed while it is written. */
struct sink {
	struct out out;
	bool hides;         /* the progress line, at the next write */
	bool holds;         /* keeps all back until it is taller than the terminal */
	unsigned height;    /* of that */
	size_t lines;       /* held */
	struct buf held;
	struct buf before;
	struct buf label;   /* of an ndjson row, in place of its {; empty: none */
	struct buf labelled;
	bool at_line_start; /* of the rows that get a label */
	struct pager pager;
};

static bool
emit(struct sink *sink, const char *bytes, size_t len)
{
	if (sink->hides)
		progress_hide();
	sink->hides = false;
	return out_write(&sink->out, bytes, len);
}

/* Lets go what was held, to where further text follows. */
static bool
release(struct sink *sink)
{
	sink->holds = false;
	bool ok = sink->held.len == 0 || emit(sink, buf_text(&sink->held), sink->held.len);
	buf_free(&sink->held);
	return ok;
}

static bool
put(struct sink *sink, const char *bytes, size_t len)
{
	if (!sink->holds)
		return emit(sink, bytes, len);
	for (size_t i = 0; i < len; i++)
		sink->lines += bytes[i] == '\n';
	if (sink->lines < sink->height) {
		buf_add(&sink->held, bytes, len);
		if (!sink->held.failed)
			return true;
	}
	if (sink->hides) /* the screen is the pager's from here on */
		progress_hide();
	sink->hides = false;
	if (pager_start(&sink->pager))
		sink->out.fd = sink->pager.fd;
	return release(sink) && emit(sink, bytes, len);
}

/* Rows of ndjson, one a line, each with its label. */
static bool
put_labelled(struct sink *sink, const char *bytes, size_t len)
{
	while (len > 0) {
		if (sink->at_line_start) {
			assert(*bytes == '{');
			buf_add(&sink->labelled, buf_text(&sink->label), sink->label.len);
			bytes++;
			len--;
		}
		const char *line_end = memchr(bytes, '\n', len);
		size_t piece = line_end != NULL ? (size_t)(line_end - bytes) + 1 : len;
		bool large = piece > LABELLED_BYTES - 1;
		if (!large)
			buf_add(&sink->labelled, bytes, piece);
		if (large || sink->labelled.len > LABELLED_BYTES || piece == len) {
			bool ok = !sink->labelled.failed &&
			          put(sink, buf_text(&sink->labelled), sink->labelled.len) &&
			          (!large || put(sink, bytes, piece));
			if (!ok)
				return false;
			buf_clear(&sink->labelled);
		}
		sink->at_line_start = line_end != NULL;
		bytes += piece;
		len -= piece;
	}
	return true;
}

/* A flowtoll_write_fn. */
static bool
sink_write(void *ctx, const char *bytes, size_t len)
{
	struct sink *sink = ctx;
	if (len == 0)
		return out_write(&sink->out, bytes, 0);
	bool ok = sink->before.len == 0 || put(sink, buf_text(&sink->before), sink->before.len);
	buf_clear(&sink->before);
	if (!ok)
		return false;
	return sink->label.len > 0 ? put_labelled(sink, bytes, len) : put(sink, bytes, len);
}

/* ---- tables set apart --------------------------------------------------------------------- */

/* A key spelt as its column is, with _ for -, as JSON. */
static void
add_json_key(struct buf *buf, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c < 0x20 || c == 0x7f || c == '"' || c == '\\')
			buf_addf(buf, "\\u%04x", c);
		else
			buf_addc(buf, c == '-' ? '_' : text[i]);
	}
}

/* The keys of a list without spaces around them, apart by `gap`. */
static void
add_json_keys(struct buf *buf, const char *list, const char *gap)
{
	for (const char *at = list;; at++) {
		const char *end = at + strcspn(at, ",");
		const char *first = at + strspn(at, " \t");
		const char *last = end;
		if (first > end)
			first = end;
		while (last > first && (last[-1] == ' ' || last[-1] == '\t'))
			last--;
		add_json_key(buf, first, (size_t)(last - first));
		at = end;
		if (*at == '\0')
			return;
		buf_adds(buf, gap);
	}
}

/* Text from outside as Markdown. */
static void
add_md_text(struct buf *buf, const char *text)
{
	struct buf shown;
	buf_init(&shown, TEXT_BYTES_MAX);
	say_add(&shown, text);
	for (const char *at = buf_text(&shown); *at != '\0'; at++) {
		if (strchr("\\`*[]<>|~$&#@!", *at) != NULL)
			buf_addc(buf, '\\');
		buf_addc(buf, *at);
	}
	buf->failed |= shown.failed;
	buf_free(&shown);
}

/* A table that is one of several: a list of `top`, by its keys, or one with a name. */
struct heading {
	const char *keys; /* NULL: it has a name */
	const char *name;
};

static void
add_json_heading(struct buf *buf, const struct heading *heading, bool is_first)
{
	if (heading->keys == NULL) {
		buf_adds(buf, is_first ? "{\"" : ",\"");
		add_json_key(buf, heading->name, strlen(heading->name));
		buf_adds(buf, "\":");
		return;
	}
	buf_adds(buf, is_first ? "{\"lists\":[\n{\"keys\":[\"" : ",\n{\"keys\":[\"");
	add_json_keys(buf, heading->keys, "\",\"");
	buf_adds(buf, "\"],\"rows\":");
}

/* In front of each row of ndjson, in place of its {. */
static void
add_label(struct buf *label, const struct heading *heading)
{
	buf_clear(label);
	buf_adds(label, "{\"list\":\"");
	if (heading->keys != NULL)
		add_json_keys(label, heading->keys, ",");
	else
		add_json_key(label, heading->name, strlen(heading->name));
	buf_adds(label, "\",");
}

/* What stands before a table that is one of several: for people a line with its keys or name, in
 * csv and tsv an empty line; tables of JSON are {"lists":[{"keys":[...],"rows":[...]},...]}, or
 * {"NAME":[...],...}, and each row of ndjson begins with "list". */
static void
add_before(struct sink *sink, const struct deliver *deliver, const struct heading *heading,
           bool is_first)
{
	struct buf *before = &sink->before;
	if (strcmp(deliver->format, "json") == 0) {
		add_json_heading(before, heading, is_first);
		return;
	}
	if (strcmp(deliver->format, "ndjson") == 0) {
		add_label(&sink->label, heading);
		sink->at_line_start = true;
		return;
	}
	if (!is_first)
		buf_addc(before, '\n');
	if (strcmp(deliver->format, "md") == 0) {
		buf_adds(before, heading->keys != NULL ? "### by " : "### ");
		add_md_text(before, heading->keys != NULL ? heading->keys : heading->name);
		buf_adds(before, "\n\n");
	} else if (strcmp(deliver->format, "table") == 0) {
		buf_adds(before, heading->keys != NULL ? "by " : "");
		say_add(before, heading->keys != NULL ? heading->keys : heading->name);
		buf_adds(before, ":\n");
	}
}

/* What ends a table of JSON that is one of several. */
static const char *
json_after(const struct heading *heading, bool is_last)
{
	if (heading->keys == NULL)
		return is_last ? "}\n" : "";
	return is_last ? "}\n]}\n" : "}";
}

static enum flowtoll_rc
write_table(const struct deliver *deliver, struct flowtoll_answer *answer, size_t table,
            const struct flowtoll_style *style, struct sink *sink, struct flowtoll_err *err)
{
	const struct ask *ask = deliver->ask;
	size_t count = flowtoll_answer_table_count(answer);
	const char *after = "";
	if (count > 1) {
		const struct heading heading = {
			.keys = table < ask->list_count ? ask->lists[table] : NULL,
			.name = flowtoll_answer_table_name(answer, table),
		};
		add_before(sink, deliver, &heading, table == 0);
		TRY(buf_check(&sink->before, "writing the answer", err));
		TRY(buf_check(&sink->label, "writing the answer", err));
		if (strcmp(deliver->format, "json") == 0)
			after = json_after(&heading, table + 1 == count);
	}
	enum flowtoll_rc rc =
		flowtoll_answer_write(answer, table, deliver->format, style, sink_write, sink, err);
	if (rc == FLOWTOLL_OK && !sink_write(sink, after, strlen(after)))
		rc = FLOWTOLL_ERR_OUTPUT;
	return sink->labelled.failed ? err_memory(err, "writing the answer") : rc;
}

/* The answer in words, a line each, where people read it. */
static void
add_headline(struct sink *sink, const struct deliver *deliver, const char *headline)
{
	const bool is_md = strcmp(deliver->format, "md") == 0;
	for (const char *line = headline; *line != '\0';) {
		char text[4096];
		size_t len = strcspn(line, "\n");
		snprintf(text, sizeof text, "%.*s", (int)len, line);
		if (is_md)
			add_md_text(&sink->before, text);
		else
			say_add(&sink->before, text);
		buf_adds(&sink->before, is_md ? "  \n" : "\n");
		line += len + (line[len] == '\n');
	}
}

static enum flowtoll_rc
write_tables(const struct deliver *deliver, struct flowtoll_answer *answer, struct sink *sink,
             struct flowtoll_err *err)
{
	const struct options *options = deliver->ask->options;
	const struct flowtoll_style style = {
		.width = tty_width(sink->out.fd),
		.colour = tty_colour(sink->out.fd, options->values[FLAG_COLOR]),
		.exact = options->values[FLAG_EXACT] != NULL,
		.terminal = tty_is(sink->out.fd),
	};
	size_t count = flowtoll_answer_table_count(answer);
	enum flowtoll_rc rc = FLOWTOLL_OK;
	const char *headline = flowtoll_answer_headline(answer);
	bool has_headline = headline != NULL && deliver_is_for_people(deliver->format);
	if (has_headline)
		add_headline(sink, deliver, headline);
	for (size_t i = 0; i < count && rc == FLOWTOLL_OK && !sink->out.reader_gone; i++)
		if (!has_headline || !flowtoll_answer_table_is_said(answer, i))
			rc = write_table(deliver, answer, i, &style, sink, err);
	if (rc == FLOWTOLL_OK && sink->holds && !release(sink))
		rc = FLOWTOLL_ERR_OUTPUT;
	/* why the writing failed is known to `out` alone */
	return rc == FLOWTOLL_ERR_OUTPUT && sink->out.error != 0 ? out_check(&sink->out, err) : rc;
}

enum flowtoll_rc
deliver_write(struct deliver *deliver, struct flowtoll_answer *answer, struct flowtoll_err *err)
{
	const struct options *options = deliver->ask->options;
	bool to_file = deliver->file.path != NULL;
	struct sink sink = {.out.fd = to_file ? deliver->file.fd : STDOUT_FILENO,
	                    .out.name = to_file ? options->values[FLAG_OUTPUT] : NULL};
	sink.hides = tty_is(sink.out.fd);
	sink.holds = !to_file && options->values[FLAG_NO_PAGER] == NULL &&
	             pager_is_wanted(sink.out.fd);
	sink.height = tty_height(sink.out.fd);
	buf_init(&sink.held, HELD_BYTES_MAX);
	buf_init(&sink.before, TEXT_BYTES_MAX);
	buf_init(&sink.label, TEXT_BYTES_MAX);
	buf_init(&sink.labelled, TEXT_BYTES_MAX + 2 * LABELLED_BYTES);
	enum flowtoll_rc rc = write_tables(deliver, answer, &sink, err);
	struct flowtoll_err pager_err;
	deliver->paged = sink.pager.pid != 0;
	enum flowtoll_rc pager_rc = pager_finish(&sink.pager, &pager_err);
	if (rc == FLOWTOLL_OK && pager_rc != FLOWTOLL_OK) {
		rc = pager_rc;
		*err = pager_err;
	}
	buf_free(&sink.held);
	buf_free(&sink.before);
	buf_free(&sink.label);
	buf_free(&sink.labelled);
	return rc == FLOWTOLL_OK && to_file ? output_file_finish(&deliver->file, err) : rc;
}
