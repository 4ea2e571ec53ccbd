/* SPDX-License-Identifier: Apache-2.0
 *
 * See arrow.h. Each schema and each array has a node of its own, as consumers may take children out
 * and let go of the rest.
 */
#include "engine/arrow.h"

#include "base/mem.h"
#include "engine/arrow_pandas.h"

#include <errno.h>
#include <string.h>

enum { BUFFERS_MAX = 3, NULLS_UNKNOWN = -1 };

static const char other_name[] = "is_other";

/* ---- schemas ------------------------------------------------------------------------------ */

struct schema_node {
	struct kept *held; /* has the name */
	struct ArrowSchema *children;
	struct ArrowSchema **pointers;
	struct ArrowSchema dictionary;
	char *metadata;
};

static void
release_schema(struct ArrowSchema *schema)
{
	struct schema_node *node = schema->private_data;
	for (int64_t i = 0; i < schema->n_children; i++)
		if (schema->children[i]->release != NULL)
			schema->children[i]->release(schema->children[i]);
	if (schema->dictionary != NULL && schema->dictionary->release != NULL)
		schema->dictionary->release(schema->dictionary);
	kept_let_go(node->held);
	mem_free(node->children);
	mem_free(node->pointers);
	mem_free(node->metadata);
	mem_free(node);
	schema->release = NULL;
}

/* Without children and a dictionary yet; false: no memory. */
static bool
make_schema(struct kept *kept, const char *format, const char *name, struct ArrowSchema *out)
{
	struct schema_node *node = mem_zalloc(1, sizeof *node);
	if (node == NULL)
		return false;
	node->held = kept_hold(kept);
	*out = (struct ArrowSchema){.format = format,
	                            .name = name,
	                            .flags = ARROW_FLAG_NULLABLE,
	                            .release = release_schema,
	                            .private_data = node};
	return true;
}

static const char *
format_of(const struct kept_column *column)
{
	static const char *const formats[] = {
		[KEPT_BOOL] = "b", [KEPT_INT32] = "i", [KEPT_INT64] = "l", [KEPT_INT128] = "d:38,0",
		[KEPT_DOUBLE] = "g", [KEPT_TIME] = "tsu:UTC", [KEPT_TEXT] = "U"};
	static const char *const codes[] = {[1] = "c", [2] = "s", [4] = "i"};
	return column->form == KEPT_WORD ? codes[column->value_bytes] : formats[column->form];
}

static bool
make_column_schema(struct kept *kept, size_t i, struct ArrowSchema *out)
{
	if (i == kept->column_count)
		return make_schema(kept, "b", other_name, out);
	const struct kept_column *column = &kept->columns[i];
	if (!make_schema(kept, format_of(column), column->head.name, out))
		return false;
	if (column->form != KEPT_WORD)
		return true;
	struct schema_node *node = out->private_data;
	if (!make_schema(kept, "u", "", &node->dictionary))
		return false;
	out->dictionary = &node->dictionary;
	return true;
}

static size_t
child_count(const struct kept *kept)
{
	return kept->column_count + kept->has_other;
}

/* ---- arrays ------------------------------------------------------------------------------- */

struct array_node {
	struct kept *held; /* has the buffers */
	const void *buffers[BUFFERS_MAX];
	uint8_t *own;      /* or this one */
	struct ArrowArray *children;
	struct ArrowArray **pointers;
	struct ArrowArray dictionary;
};

static void
release_array(struct ArrowArray *array)
{
	struct array_node *node = array->private_data;
	for (int64_t i = 0; i < array->n_children; i++)
		if (array->children[i]->release != NULL)
			array->children[i]->release(array->children[i]);
	if (array->dictionary != NULL && array->dictionary->release != NULL)
		array->dictionary->release(array->dictionary);
	kept_let_go(node->held);
	mem_free(node->own);
	mem_free(node->children);
	mem_free(node->pointers);
	mem_free(node);
	array->release = NULL;
}

/* All rows there until told otherwise; false: no memory. */
static bool
make_array(struct kept *kept, int64_t length, int64_t buffers, struct ArrowArray *out)
{
	struct array_node *node = mem_zalloc(1, sizeof *node);
	if (node == NULL)
		return false;
	node->held = kept_hold(kept);
	*out = (struct ArrowArray){.length = length,
	                           .n_buffers = buffers,
	                           .buffers = node->buffers,
	                           .release = release_array,
	                           .private_data = node};
	return true;
}

static bool
make_dictionary(struct kept *kept, const struct kept_column *column, struct ArrowArray *out)
{
	if (!make_array(kept, (int64_t)column->words.count, 3, out))
		return false;
	out->buffers[1] = column->word_begins;
	out->buffers[2] = column->word_text;
	return true;
}

/* A bit a row, set in the row Other. */
static bool
make_other(struct kept *kept, const struct kept_chunk *chunk, struct ArrowArray *out)
{
	if (!make_array(kept, chunk->rows, 2, out))
		return false;
	struct array_node *node = out->private_data;
	node->own = mem_zalloc(chunk->rows / 8 + 1, 1);
	if (node->own == NULL)
		return false;
	if (chunk->other > 0)
		node->own[(chunk->other - 1) / 8] = (uint8_t)(1 << (chunk->other - 1) % 8);
	out->buffers[1] = node->own;
	return true;
}

static bool
make_column(struct kept *kept, const struct kept_chunk *chunk, size_t i, struct ArrowArray *out)
{
	if (i == kept->column_count)
		return make_other(kept, chunk, out);
	const struct kept_column *column = &kept->columns[i];
	const struct kept_piece *piece = &chunk->pieces[i];
	if (!make_array(kept, chunk->rows, column->form == KEPT_TEXT ? 3 : 2, out))
		return false;
	out->null_count = piece->valid != NULL ? NULLS_UNKNOWN : 0;
	out->buffers[0] = piece->valid;
	out->buffers[1] = piece->values;
	if (column->form == KEPT_TEXT)
		out->buffers[2] = piece->text != NULL ? piece->text : "";
	if (column->form != KEPT_WORD)
		return true;
	struct array_node *node = out->private_data;
	if (!make_dictionary(kept, column, &node->dictionary))
		return false;
	out->dictionary = &node->dictionary;
	return true;
}

/* ---- the stream --------------------------------------------------------------------------- */

struct place {
	struct kept *kept;
	size_t chunk; /* the next */
};

static int
get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
	const struct place *place = stream->private_data;
	struct kept *kept = place->kept;
	const size_t count = child_count(kept);
	if (!make_schema(kept, "+s", "", out))
		return ENOMEM;
	out->flags = 0;
	struct schema_node *node = out->private_data;
	node->children = mem_zalloc(count + 1, sizeof *node->children);
	node->pointers = mem_zalloc(count + 1, sizeof *node->pointers);
	node->metadata = arrow_pandas_metadata(kept);
	bool ok = node->children != NULL && node->pointers != NULL && node->metadata != NULL;
	out->children = node->pointers;
	out->metadata = node->metadata;
	for (size_t i = 0; ok && i < count; i++) {
		node->pointers[i] = &node->children[i];
		out->n_children++;
		ok = make_column_schema(kept, i, &node->children[i]);
	}
	if (!ok)
		release_schema(out);
	return ok ? 0 : ENOMEM;
}

static int
get_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
	struct place *place = stream->private_data;
	struct kept *kept = place->kept;
	const size_t count = child_count(kept);
	*out = (struct ArrowArray){.release = NULL}; /* the end */
	if (place->chunk == kept->chunk_count)
		return 0;
	const struct kept_chunk *chunk = &kept->chunks[place->chunk];
	if (!make_array(kept, chunk->rows, 1, out))
		return ENOMEM;
	struct array_node *node = out->private_data;
	node->children = mem_zalloc(count + 1, sizeof *node->children);
	node->pointers = mem_zalloc(count + 1, sizeof *node->pointers);
	bool ok = node->children != NULL && node->pointers != NULL;
	out->children = node->pointers;
	for (size_t i = 0; ok && i < count; i++) {
		node->pointers[i] = &node->children[i];
		out->n_children++;
		ok = make_column(kept, chunk, i, &node->children[i]);
	}
	if (!ok) {
		release_array(out);
		return ENOMEM;
	}
	place->chunk++;
	return 0;
}

static const char *
get_last_error(struct ArrowArrayStream *stream)
{
	(void)stream;
	return "out of memory";
}

static void
release_stream(struct ArrowArrayStream *stream)
{
	struct place *place = stream->private_data;
	kept_let_go(place->kept);
	mem_free(place);
	stream->release = NULL;
}

enum flowtoll_rc
arrow_open(struct kept *kept, struct ArrowArrayStream *out, struct flowtoll_err *err)
{
	struct place *place = mem_zalloc(1, sizeof *place);
	if (place == NULL)
		return err_memory(err, "reading an answer");
	place->kept = kept_hold(kept);
	*out = (struct ArrowArrayStream){.get_schema = get_schema,
	                                 .get_next = get_next,
	                                 .get_last_error = get_last_error,
	                                 .release = release_stream,
	                                 .private_data = place};
	return FLOWTOLL_OK;
}
