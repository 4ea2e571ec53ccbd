/* SPDX-License-Identifier: Apache-2.0
 *
 * Help texts, made from flags.def, commands.def, topics.def and the table of fields. Each appends
 * to a buffer.
 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "base/buf.h"
#include "cli/options.h"

enum topic_id {
#define TOPIC(id, ...) TOPIC_##id,
#include "cli/topics.def"
#undef TOPIC
	TOPIC_COUNT
};

struct topic {
	const char *name;
	const char *summary;
	const char *text;
};
extern const struct topic topics[TOPIC_COUNT];

/* The topic of that name, or TOPIC_COUNT. */
enum topic_id help_topic(const char *name);

extern const char help_tagline[]; /* "where an AWS network bill comes from, ..." */
extern const char help_sources[]; /* what a SOURCE is */
extern const char *const help_sections[SECTION_COUNT];

/* For who typed nothing but the name of the program. */
void help_add_short(struct buf *buf);

void help_add_all(struct buf *buf, size_t width);
void help_add_command(struct buf *buf, enum command_id id, size_t width);
void help_add_topic(struct buf *buf, enum topic_id id, size_t width);

/* The table that belongs to a topic; nothing for one without. */
void help_add_table(struct buf *buf, enum topic_id id, size_t width);

#endif
