/* SPDX-License-Identifier: Apache-2.0
 *
 * Tags: those that a list's items have with them, those of describe-tags, a row each, and those of
 * instances, of which describe-instances has nothing else that is of use.
 */
#include "who/inventory_read.h"

#include <string.h>

static enum flowtoll_rc
keep(struct who_reader *reader, const char *text, const char **kept, struct flowtoll_err *err)
{
	*kept = who_intern(reader->intern, text, strlen(text));
	return *kept != NULL ? FLOWTOLL_OK : err_memory(err, "reading the inventory");
}

/* One more tag of the resource: of that which came last, or of another. `id` is kept. */
static enum flowtoll_rc
add_tag(struct who_reader *reader, const char *id, const char *type, const char *key,
        const char *value, struct flowtoll_err *err)
{
	struct who_network *network = reader->network;
	struct who_tag tag;
	TRY(keep(reader, key, &tag.key, err));
	TRY(keep(reader, value != NULL ? value : "", &tag.value, err));
	struct who_tagged *last =
		network->tagged_count > 0 ? &network->taggeds[network->tagged_count - 1] : NULL;
	bool goes_on = last != NULL && last->id == id && reader->tags_end == network->tag_count &&
	               last->tags.first + last->tags.count == network->tag_count;
	if (goes_on) {
		last->tags.count++;
	} else {
		const struct who_tagged tagged = {
			.id = id, .type = type, .order = reader->order,
			.tags = {.first = (uint32_t)network->tag_count, .count = 1}};
		TRY(who_network_add_tagged(network, &tagged, err));
	}
	TRY(who_network_add_tag(network, &tag, err));
	reader->tags_end = network->tag_count;
	return FLOWTOLL_OK;
}

static void
tell_kind(struct who_eni *eni, const char *key, const char *value)
{
	const struct {
		const char *key;
		const char **value;
	} wanted[] = {
		{"Name", &eni->tag_name},
		{"aws:ecs:clusterName", &eni->tag_cluster},
		{"aws:ecs:serviceName", &eni->tag_service},
		{"VpcLinkId", &eni->tag_vpc_link},
	};
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
		if (strcmp(key, wanted[i].key) == 0)
			*wanted[i].value = value;
}

enum flowtoll_rc
who_read_tags(struct who_reader *reader, const struct who_json *item, const char *list_key,
              const char *id, const char *type, struct who_eni *eni, struct flowtoll_err *err)
{
	struct who_json_list tags;
	const struct who_json *tag;
	const char *kept_id;
	TRY(who_read_keep(reader, id, &kept_id, err));
	TRY(who_json_list(item, list_key, reader->what, &tags, err));
	for (;;) {
		const char *key;
		const char *value;
		TRY(who_json_next_object(&tags, &tag, err));
		if (tag == NULL)
			return FLOWTOLL_OK;
		TRY(who_json_text(tag, "Key", reader->what, &key, err));
		TRY(who_json_text(tag, "Value", reader->what, &value, err));
		if (key == NULL)
			continue;
		if (eni != NULL)
			tell_kind(eni, key, value);
		if (kept_id != NULL)
			TRY(add_tag(reader, kept_id, type, key, value, err));
	}
}

enum flowtoll_rc
who_read_tag(struct who_reader *reader, const struct who_json *item, const char *id,
             struct flowtoll_err *err)
{
	const char *kept_id;
	const char *type;
	const char *key;
	const char *value;
	TRY(who_read_keep(reader, id, &kept_id, err));
	TRY(who_read_text(reader, item, "ResourceType", &type, err));
	TRY(who_json_text(item, "Key", reader->what, &key, err));
	TRY(who_json_text(item, "Value", reader->what, &value, err));
	return kept_id != NULL && key != NULL ? add_tag(reader, kept_id, type, key, value, err)
	                                      : FLOWTOLL_OK;
}

enum flowtoll_rc
who_read_reservation(struct who_reader *reader, const struct who_json *item, const char *id,
                     struct flowtoll_err *err)
{
	struct who_json_list list;
	(void)id;
	TRY(who_json_list(item, "Instances", reader->what, &list, err));
	for (;;) {
		const struct who_json *member;
		const char *instance_id;
		TRY(who_json_next_object(&list, &member, err));
		if (member == NULL)
			return FLOWTOLL_OK;
		TRY(who_json_text(member, "InstanceId", reader->what, &instance_id, err));
		TRY(who_read_tags(reader, member, "Tags", instance_id, "instance", NULL, err));
	}
}
