/* SPDX-License-Identifier: Apache-2.0
 *
 * See arrow.h. Each batch owns its buffers, but for the words of dictionaries, which all batches of
 * a stream share.
 */
#include "api/arrow.h"

#include "api/arrow_schema.h"
#include "base/mem.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

static const char other_text[] = "Other";

/* The words of a column as an Arrow array's buffers; counted. */
struct shared_words {
	_Atomic uint32_t holders;
	int64_t count;
	int64_t *offsets;
	char *bytes;
};

struct stream {
	struct kept *kept;
	size_t chunk; /* the next one */
	struct shared_words **words; /* a column each; NULL: not made yet, or no dictionary */
	int64_t *values; /* KEPT_CHUNK_ROWS, of the column in hand */
	char error[160];
};

struct array_data {
	const void *buffers[3];
	void *owned[3];
	struct shared_words *words;
};

/* ---- arrays ------------------------------------------------------------------------------- */

static void
let_go_words(struct shared_words *words)
{
	if (words == NULL || atomic_fetch_sub(&words->holders, 1) > 1)
		return;
	mem_free(words->offsets);
	mem_free(words->bytes);
	mem_free(words);
}

static void
release_array(struct ArrowArray *array)
{
	struct array_data *data = array->private_data;
	for (int64_t i = 0; i < array->n_children; i++) {
		if (array->children[i]->release != NULL) /* else its consumer has moved it */
			array->children[i]->release(array->children[i]);
		mem_free(array->children[i]);
	}
	mem_free(array->children);
	if (array->dictionary != NULL && array->dictionary->release != NULL)
		array->dictionary->release(array->dictionary);
	mem_free(array->dictionary);
	for (int i = 0; i < 3; i++)
		mem_free(data->owned[i]);
	let_go_words(data->words);
	mem_free(data);
	array->release = NULL;
}

static struct array_data *
start_array(struct ArrowArray *array, int64_t rows, int64_t buffers)
{
	struct array_data *data = mem_zalloc(1, sizeof *data);
	if (data == NULL)
		return NULL;
	*array = (struct ArrowArray){.length = rows,
	                             .n_buffers = buffers,
	                             .buffers = data->buffers,
	                             .release = release_array,
	                             .private_data = data};
	return data;
}

/* A buffer of the array's own; Arrow asks for one even where it has no bytes. */
static void *
own(struct array_data *data, int index, size_t size)
{
	data->owned[index] = mem_alloc(size + 1);
	data->buffers[index] = data->owned[index];
	return data->owned[index];
}

/* The bits of what is there; `extra`, from 1, is a row that is though it has no value. */
static bool
fill_validity(struct ArrowArray *array, const struct kept_piece *piece, uint32_t extra)
{
	const uint32_t rows = (uint32_t)array->length, words = (rows + 63) / 64;
	if (piece->valid == NULL)
		return true;
	uint64_t *bits = own(array->private_data, 0, words * sizeof *bits);
	if (bits == NULL)
		return false;
	memcpy(bits, piece->valid, words * sizeof *bits);
	if (extra > 0)
		bits[(extra - 1) / 64] |= UINT64_C(1) << (extra - 1) % 64;
	array->null_count = rows;
	for (uint32_t i = 0; i < words; i++) {
		const uint32_t left = rows - i * 64;
		const uint64_t mask = left >= 64 ? UINT64_MAX : (UINT64_C(1) << left) - 1;
		array->null_count -= __builtin_popcountll(bits[i] & mask);
	}
	return true;
}

/* ---- values ------------------------------------------------------------------------------- */

static bool
fill_bits(struct array_data *data, const int64_t *values, uint32_t rows)
{
	uint8_t *bits = own(data, 1, (rows + 7) / 8);
	if (bits == NULL)
		return false;
	memset(bits, 0, (rows + 7) / 8);
	for (uint32_t r = 0; r < rows; r++)
		bits[r / 8] |= (uint8_t)((values[r] != 0) << r % 8);
	return true;
}

static bool
fill_int32(struct array_data *data, const int64_t *values, uint32_t rows)
{
	int32_t *out = own(data, 1, rows * sizeof *out);
	for (uint32_t r = 0; out != NULL && r < rows; r++)
		out[r] = (int32_t)values[r];
	return out != NULL;
}

/* Fails on an integer that decimal128(38, 0) has not. */
static bool
fill_decimal(struct stream *stream, struct array_data *data, const struct kept_piece *piece,
             uint32_t rows)
{
	const __int128 ten_18 = INT64_C(1000000000000000000), end = ten_18 * ten_18 * 100;
	__int128 *out = own(data, 1, rows * sizeof *out);
	for (uint32_t r = 0; out != NULL && r < rows; r++) {
		out[r] = kept_read_wide(piece, r);
		if (out[r] >= end || out[r] <= -end) {
			strncpy(stream->error, "an integer has more than 38 digits; cast it to VARCHAR",
			        sizeof stream->error - 1);
			return false;
		}
	}
	return out != NULL;
}

/* Text, of which row `other`, from 1, is the word Other. */
static bool
fill_text(struct array_data *data, const struct kept_column *column,
          const struct kept_piece *piece, const int64_t *values, uint32_t rows, uint32_t other)
{
	const struct word *words = column->words.all;
	int64_t *offsets = own(data, 1, (rows + 1) * sizeof *offsets);
	if (offsets == NULL)
		return false;
	offsets[0] = 0;
	for (uint32_t r = 0; r < rows; r++) {
		uint32_t len = kept_is_valid(piece, r) ? words[values[r]].len : 0;
		offsets[r + 1] = offsets[r] + (r + 1 == other ? (int64_t)sizeof other_text - 1 : len);
	}
	char *bytes = own(data, 2, (size_t)offsets[rows]);
	for (uint32_t r = 0; bytes != NULL && r < rows; r++) {
		const char *text = r + 1 == other ? other_text : NULL;
		if (offsets[r + 1] > offsets[r])
			memcpy(bytes + offsets[r], text != NULL ? text : words[values[r]].text,
			       (size_t)(offsets[r + 1] - offsets[r]));
	}
	return bytes != NULL;
}

/* ---- dictionaries ------------------------------------------------------------------------- */

static struct shared_words *
make_words(const struct words *words)
{
	struct shared_words *shared = mem_zalloc(1, sizeof *shared);
	if (shared == NULL)
		return NULL;
	shared->holders = 1;
	shared->count = words->count;
	shared->offsets = mem_alloc(((size_t)words->count + 1) * sizeof *shared->offsets);
	shared->bytes = mem_alloc(words->text_bytes + 1);
	if (shared->offsets == NULL || shared->bytes == NULL) {
		let_go_words(shared);
		return NULL;
	}
	shared->offsets[0] = 0;
	for (uint32_t i = 0; i < words->count; i++) {
		memcpy(shared->bytes + shared->offsets[i], words->all[i].text, words->all[i].len);
		shared->offsets[i + 1] = shared->offsets[i] + words->all[i].len;
	}
	return shared;
}

static bool
add_dictionary(struct stream *stream, size_t i, struct ArrowArray *array)
{
	struct shared_words **words = &stream->words[i];
	if (*words == NULL)
		*words = make_words(&stream->kept->columns[i].words);
	array->dictionary = mem_zalloc(1, sizeof *array->dictionary);
	if (*words == NULL || array->dictionary == NULL)
		return false;
	struct array_data *data = start_array(array->dictionary, (*words)->count, 3);
	if (data == NULL)
		return false;
	atomic_fetch_add(&(*words)->holders, 1);
	data->words = *words;
	data->buffers[1] = (*words)->offsets;
	data->buffers[2] = (*words)->bytes;
	return true;
}

/* ---- batches ------------------------------------------------------------------------------ */

static bool
fill_column(struct stream *stream, const struct kept_chunk *chunk, size_t i,
            struct ArrowArray *array)
{
	const struct kept_column *column = &stream->kept->columns[i];
	const struct kept_piece *piece = &chunk->pieces[i];
	const char *format = arrow_format(column);
	const uint32_t rows = chunk->rows;
	const uint32_t other = column->is_key && format[0] == 'U' ? chunk->other : 0;
	struct array_data *data = start_array(array, rows, format[0] == 'U' ? 3 : 2);
	if (data == NULL || !fill_validity(array, piece, other))
		return false;
	if (format[0] == 'd')
		return fill_decimal(stream, data, piece, rows);
	if (format[0] != 'g' && format[0] != 'l' && format[0] != 't')
		kept_read(piece, 0, rows, stream->values);
	switch (format[0]) {
	case 'b':
		return fill_bits(data, stream->values, rows);
	case 'i':
		return fill_int32(data, stream->values, rows) &&
		       (!column->head.is_category || add_dictionary(stream, i, array));
	case 'U':
		return fill_text(data, column, piece, stream->values, rows, other);
	default: /* 64 bits as they are */
		if (own(data, 1, rows * sizeof(int64_t)) == NULL)
			return false;
		kept_read(piece, 0, rows, data->owned[1]);
		return true;
	}
}

static bool
fill_is_other(const struct kept_chunk *chunk, struct ArrowArray *array)
{
	struct array_data *data = start_array(array, chunk->rows, 2);
	uint8_t *bits = data != NULL ? own(data, 1, (chunk->rows + 7) / 8) : NULL;
	if (bits == NULL)
		return false;
	memset(bits, 0, (chunk->rows + 7) / 8);
	if (chunk->other > 0)
		bits[(chunk->other - 1) / 8] |= (uint8_t)(1 << (chunk->other - 1) % 8);
	return true;
}

static bool
fill_batch(struct stream *stream, const struct kept_chunk *chunk, struct ArrowArray *out)
{
	const struct kept *kept = stream->kept;
	const size_t count = kept->column_count + kept->has_other;
	if (start_array(out, chunk->rows, 1) == NULL)
		return false;
	out->children = mem_zalloc(count + 1, sizeof *out->children);
	for (size_t i = 0; out->children != NULL && i < count; i++) {
		struct ArrowArray *child = out->children[i] = mem_zalloc(1, sizeof *child);
		if (child == NULL)
			return false;
		out->n_children++;
		if (i < kept->column_count ? !fill_column(stream, chunk, i, child)
		                           : !fill_is_other(chunk, child))
			return false;
	}
	return out->children != NULL;
}

/* ---- the stream --------------------------------------------------------------------------- */

static int
fail(struct stream *stream)
{
	if (stream->error[0] != '\0')
		return EINVAL;
	strncpy(stream->error, "out of memory reading an answer", sizeof stream->error - 1);
	return ENOMEM;
}

static int
get_schema(struct ArrowArrayStream *self, struct ArrowSchema *out)
{
	struct stream *stream = self->private_data;
	stream->error[0] = '\0';
	return arrow_schema_create(stream->kept, out) ? 0 : fail(stream);
}

static int
get_next(struct ArrowArrayStream *self, struct ArrowArray *out)
{
	struct stream *stream = self->private_data;
	stream->error[0] = '\0';
	*out = (struct ArrowArray){0};
	if (stream->chunk == stream->kept->chunk_count)
		return 0;
	if (!fill_batch(stream, &stream->kept->chunks[stream->chunk], out)) {
		if (out->release != NULL)
			out->release(out);
		return fail(stream);
	}
	stream->chunk++;
	return 0;
}

static const char *
get_last_error(struct ArrowArrayStream *self)
{
	const struct stream *stream = self->private_data;
	return stream->error[0] != '\0' ? stream->error : NULL;
}

static void
free_stream(struct stream *stream)
{
	for (size_t i = 0; stream->words != NULL && i < stream->kept->column_count; i++)
		let_go_words(stream->words[i]);
	mem_free(stream->words);
	mem_free(stream->values);
	kept_let_go(stream->kept);
	mem_free(stream);
}

static void
release_stream(struct ArrowArrayStream *self)
{
	free_stream(self->private_data);
	self->release = NULL;
}

enum flowtoll_rc
arrow_stream_open(struct kept *kept, struct ArrowArrayStream *out, struct flowtoll_err *err)
{
	*out = (struct ArrowArrayStream){0};
	struct stream *stream = mem_zalloc(1, sizeof *stream);
	if (stream == NULL)
		return err_memory(err, "reading an answer");
	stream->kept = kept_hold(kept);
	stream->words = mem_zalloc(kept->column_count + 1, sizeof(struct shared_words *));
	stream->values = mem_alloc(KEPT_CHUNK_ROWS * sizeof *stream->values);
	if (stream->words == NULL || stream->values == NULL) {
		free_stream(stream);
		return err_memory(err, "reading an answer");
	}
	*out = (struct ArrowArrayStream){get_schema, get_next, get_last_error, release_stream, stream};
	return FLOWTOLL_OK;
}
