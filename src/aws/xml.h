/* SPDX-License-Identifier: Apache-2.0
 *
 * XML of AWS's answers: the text of each element with its path, in the order of the document.
 * A document type is refused (AWS sends none; entities are a way to blow up), depth and length of
 * a text are bounded. Any thread.
 */
#ifndef AWS_XML_H
#define AWS_XML_H

#include "base/err.h"

/* What is called at the end of each element: its path ("ListBucketResult/Contents/Key") and its
 * own text, which is text without NULs, and what follows the last element within it. Other than
 * FLOWTOLL_OK ends the walk. */
typedef enum flowtoll_rc aws_xml_fn(void *ctx, const char *path, const char *text,
                                    struct flowtoll_err *err);

/* FLOWTOLL_ERR_REMOTE, with line and byte, for what is not well formed. */
FLOWTOLL_MUST_USE enum flowtoll_rc aws_xml_walk(const char *bytes, size_t len, aws_xml_fn *element,
                                                void *ctx, struct flowtoll_err *err);

/* The same, with what is called at the beginning of each element, where its text is "". */
FLOWTOLL_MUST_USE enum flowtoll_rc aws_xml_walk_tree(const char *bytes, size_t len,
                                                     aws_xml_fn *begin, aws_xml_fn *element,
                                                     void *ctx, struct flowtoll_err *err);

#endif
