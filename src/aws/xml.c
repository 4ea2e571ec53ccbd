/* SPDX-License-Identifier: Apache-2.0
 *
 * See xml.h.
 */
#include "aws/xml.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"

#include <assert.h>
#include <expat.h>
#include <string.h>

enum { PATH_BYTES_MAX = 1024 };

struct walk {
	XML_Parser parser;
	struct buf path;
	struct buf text;
	size_t text_at[LIMIT_XML_DEPTH]; /* where the text of each open element begins */
	size_t path_at[LIMIT_XML_DEPTH]; /* and its name in `path` */
	size_t depth;
	aws_xml_fn *begin; /* NULL: nothing */
	aws_xml_fn *element;
	void *ctx;
	enum flowtoll_rc rc;
	struct flowtoll_err *err;
};

static void
stop(struct walk *walk, enum flowtoll_rc rc)
{
	walk->rc = rc;
	XML_StopParser(walk->parser, XML_FALSE);
}

static void
fault(struct walk *walk, const char *what)
{
	uint64_t line = XML_GetCurrentLineNumber(walk->parser);
	XML_Index byte = XML_GetCurrentByteIndex(walk->parser);
	err_set(walk->err, FLOWTOLL_ERR_REMOTE, "the answer is not the XML expected: %s", what);
	err_place(walk->err, NULL, line, byte > 0 ? (uint64_t)byte : 0);
	stop(walk, FLOWTOLL_ERR_REMOTE);
}

static void
cut(struct buf *buf, size_t len)
{
	assert(len <= buf->len);
	buf->len = len;
	if (buf->data != NULL)
		buf->data[len] = '\0';
}

static void
on_start(void *ctx, const char *name, const char **attributes)
{
	struct walk *walk = ctx;
	(void)attributes;
	if (walk->rc != FLOWTOLL_OK)
		return;
	if (walk->depth == LIMIT_XML_DEPTH) {
		fault(walk, "it is nested too deeply");
		return;
	}
	if (walk->depth > 0) /* space between elements would add up */
		cut(&walk->text, walk->text_at[walk->depth - 1]);
	walk->path_at[walk->depth] = walk->path.len;
	walk->text_at[walk->depth] = walk->text.len;
	walk->depth++;
	if (walk->path.len > 0)
		buf_addc(&walk->path, '/');
	buf_adds(&walk->path, name);
	if (walk->path.failed)
		fault(walk, "the names of its elements are too long");
	else if (walk->begin != NULL) {
		enum flowtoll_rc rc = walk->begin(walk->ctx, buf_text(&walk->path), "", walk->err);
		if (rc != FLOWTOLL_OK)
			stop(walk, rc);
	}
}

static void
on_end(void *ctx, const char *name)
{
	struct walk *walk = ctx;
	(void)name;
	if (walk->rc != FLOWTOLL_OK)
		return;
	assert(walk->depth > 0);
	walk->depth--;
	size_t text_at = walk->text_at[walk->depth], path_at = walk->path_at[walk->depth];
	enum flowtoll_rc rc = walk->element(walk->ctx, buf_text(&walk->path),
	                                    buf_text(&walk->text) + text_at, walk->err);
	if (rc != FLOWTOLL_OK)
		stop(walk, rc);
	cut(&walk->text, text_at);
	cut(&walk->path, path_at);
}

static void
on_text(void *ctx, const char *text, int len)
{
	struct walk *walk = ctx;
	if (walk->rc != FLOWTOLL_OK || walk->depth == 0)
		return;
	buf_add(&walk->text, text, (size_t)len);
	if (walk->text.failed)
		fault(walk, "a text in it is too long");
}

static void
on_doctype(void *ctx, const char *name, const char *system, const char *public, int internal)
{
	(void)name, (void)system, (void)public, (void)internal;
	fault(ctx, "it declares a document type");
}

enum flowtoll_rc
aws_xml_walk(const char *bytes, size_t len, aws_xml_fn *element, void *ctx,
             struct flowtoll_err *err)
{
	return aws_xml_walk_tree(bytes, len, NULL, element, ctx, err);
}

enum flowtoll_rc
aws_xml_walk_tree(const char *bytes, size_t len, aws_xml_fn *begin, aws_xml_fn *element, void *ctx,
                  struct flowtoll_err *err)
{
	static const XML_Memory_Handling_Suite memory = {mem_alloc, mem_realloc, mem_free};
	struct walk walk = {.begin = begin, .element = element, .ctx = ctx, .err = err};
	if (len > INT32_MAX)
		return ERR(err, FLOWTOLL_ERR_REMOTE, "the answer is too long");
	walk.parser = XML_ParserCreate_MM(NULL, &memory, NULL);
	if (walk.parser == NULL)
		return err_memory(err, "reading an answer");
	buf_init(&walk.path, PATH_BYTES_MAX);
	buf_init(&walk.text, LIMIT_XML_TEXT_BYTES);
	XML_SetUserData(walk.parser, &walk);
	XML_SetElementHandler(walk.parser, on_start, on_end);
	XML_SetCharacterDataHandler(walk.parser, on_text);
	XML_SetStartDoctypeDeclHandler(walk.parser, on_doctype);
	if (XML_Parse(walk.parser, bytes, (int)len, XML_TRUE) != XML_STATUS_OK &&
	    walk.rc == FLOWTOLL_OK) {
		enum XML_Error code = XML_GetErrorCode(walk.parser);
		if (code == XML_ERROR_NO_MEMORY)
			walk.rc = err_memory(err, "reading an answer");
		else
			fault(&walk, XML_ErrorString(code));
	}
	XML_ParserFree(walk.parser);
	buf_free(&walk.path);
	buf_free(&walk.text);
	return walk.rc;
}
