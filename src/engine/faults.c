/* SPDX-License-Identifier: Apache-2.0
 *
 * See faults.h.
 */
#include "engine/faults.h"

#include "base/mem.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLE_BYTES = 60 };

enum flowtoll_rc
faults_create(struct faults *faults, struct flowtoll_err *err)
{
	*faults = (struct faults){0};
	faults->all = mem_zalloc(LIMIT_FAULT_KINDS, sizeof *faults->all);
	if (faults->all == NULL)
		return err_memory(err, "opening a session");
	if (pthread_mutex_init(&faults->lock, NULL) != 0) {
		mem_free(faults->all);
		return ERR(err, FLOWTOLL_ERR_INTERNAL, "cannot make a lock");
	}
	return FLOWTOLL_OK;
}

void
faults_free(struct faults *faults)
{
	if (faults->all == NULL)
		return;
	pthread_mutex_destroy(&faults->lock);
	arena_free(&faults->arena);
	mem_free(faults->all);
	faults->all = NULL;
}

void
faults_clear(struct faults *faults)
{
	arena_free(&faults->arena);
	faults->count = faults->untold = 0;
}

/* Of the same file. */
static bool
is_before(const struct fault *a, const struct fault *b)
{
	return a->is_row ? a->line < b->line : a->byte < b->byte;
}

static int
by_place(const void *a, const void *b)
{
	const struct fault *left = a, *right = b;
	int order = strcmp(left->file, right->file);
	if (order != 0)
		return order;
	if (is_before(left, right) || is_before(right, left))
		return is_before(left, right) ? -1 : 1;
	return left->group < right->group ? -1 : left->group > right->group;
}

void
faults_sort(struct faults *faults)
{
	pthread_mutex_lock(&faults->lock);
	qsort(faults->all, faults->count, sizeof *faults->all, by_place);
	pthread_mutex_unlock(&faults->lock);
}

/* Adds to the group that `fault` belongs to; its message is copied if it begins one. Of a group
 * the earliest place is kept, so that the answer is the same for any number of threads. */
static void
add(struct faults *faults, const struct fault *fault)
{
	pthread_mutex_lock(&faults->lock);
	size_t i = 0;
	while (i < faults->count && faults->all[i].group != fault->group)
		i++;
	if (i < LIMIT_FAULT_KINDS) {
		struct fault *kept = &faults->all[i];
		int order = i == faults->count ? -1 : strcmp(fault->file, kept->file);
		uint64_t count = i == faults->count ? 1 : kept->count + 1;
		bool is_earlier = order < 0 || (order == 0 && is_before(fault, kept));
		char *message = is_earlier
			? arena_dup(&faults->arena, fault->message, strlen(fault->message)) : NULL;
		if (message != NULL) {
			*kept = *fault;
			kept->message = message;
			if (i == faults->count)
				faults->count++;
		}
		if (i < faults->count)
			kept->count = count;
	} else {
		faults->untold++;
	}
	pthread_mutex_unlock(&faults->lock);
}

void
faults_add_file(struct faults *faults, const char *file, const struct flowtoll_err *err)
{
	char message[sizeof err->message + sizeof err->hint + 4];
	snprintf(message, sizeof message, "%s%s%s", err->message, err->hint[0] != '\0' ? "; " : "",
	         err->hint);
	/* each file is a group: FNV-1a of its name, apart from the groups of lines */
	uint64_t group = UINT64_C(0xcbf29ce484222325);
	for (const char *c = file; *c != '\0'; c++)
		group = (group ^ (uint8_t)*c) * UINT64_C(0x100000001b3);
	add(faults, &(struct fault){.message = message, .file = file, .byte = err->byte,
	                            .group = group | UINT64_C(1) << 63});
}

static void
describe(const struct scan_reject *reject, char *out, size_t size)
{
	int sample_len = (int)(reject->text_len < SAMPLE_BYTES ? reject->text_len : SAMPLE_BYTES);
	const char *dots = reject->text_len > SAMPLE_BYTES ? "..." : "";
	const char *name = reject->field < FLOW_FIELD_COUNT ? flow_fields[reject->field].name : "";
	switch (reject->kind) {
	case SCAN_REJECT_COLUMNS:
		snprintf(out, size, "%u column%s where the format has %u", reject->columns_found,
		         reject->columns_found == 1 ? "" : "s", reject->columns_wanted);
		break;
	case SCAN_REJECT_NUMBER:
		snprintf(out, size, "%s: '%.*s%s' is no number that fits", name, sample_len, reject->text,
		         dots);
		break;
	case SCAN_REJECT_ADDRESS:
		snprintf(out, size, "%s: '%.*s%s' is no address", name, sample_len, reject->text, dots);
		break;
	case SCAN_REJECT_WORD:
		snprintf(out, size, "%s: '%.*s%s' is none of its words", name, sample_len, reject->text,
		         dots);
		break;
	case SCAN_REJECT_LONG:
		snprintf(out, size, "a line longer than %d bytes", LIMIT_LINE_BYTES);
		break;
	case SCAN_REJECT_HEADER:
		snprintf(out, size, "a header line in the middle that cannot be used: '%.*s%s'", sample_len,
		         reject->text, dots);
		break;
	}
}

/* Lines whose fault reads the same but for the sample. */
static uint64_t
group_of(const struct scan_reject *reject)
{
	uint64_t kind = (uint64_t)reject->kind << 56;
	if (reject->kind == SCAN_REJECT_COLUMNS)
		return kind | (uint64_t)reject->columns_wanted << 32 | reject->columns_found;
	return kind | (uint64_t)reject->field;
}

void
faults_add_line(struct faults *faults, const char *file, uint64_t text_begin,
                const struct scan_reject *reject)
{
	char message[256];
	describe(reject, message, sizeof message);
	add(faults, &(struct fault){.message = message,
	                            .file = file,
	                            .line = reject->line,
	                            .is_row = reject->is_row,
	                            .byte = text_begin + reject->byte,
	                            .text_begin = text_begin,
	                            .group = group_of(reject)});
}
