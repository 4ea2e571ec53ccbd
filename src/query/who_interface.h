/* SPDX-License-Identifier: Apache-2.0
 *
 * What the inventory knows of the interface behind an address, as columns. Within query; the
 * session's thread.
 */
#ifndef QUERY_WHO_INTERFACE_H
#define QUERY_WHO_INTERFACE_H

#include "base/buf.h"
#include "engine/result.h"
#include "who/who.h"

enum { WHO_INTERFACE_COLUMNS = 10 };
extern const struct result_column who_interface_columns[WHO_INTERFACE_COLUMNS];

/* Texts that are put together for the row in hand. Zero-initialise it. */
struct who_interface_texts {
	struct buf groups;
	struct buf tags;
};
void who_interface_texts_free(struct who_interface_texts *texts);

/* The cells of an address; all are NULL where no single interface has it. Lent until the next. */
FLOWTOLL_MUST_USE enum flowtoll_rc who_interface_cells(const struct who *who, struct ip ip,
                                                       struct who_interface_texts *texts,
                                                       struct result_cell *cells,
                                                       struct flowtoll_err *err);

#endif
