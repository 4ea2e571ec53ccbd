/* SPDX-License-Identifier: Apache-2.0
 *
 * See who_interface.h.
 */
#include "query/who_interface.h"

#include "base/json_text.h"
#include "base/limits.h"

#include <string.h>

enum { TEXT_BYTES_MAX = 1 << 20 };

enum {
	COLUMN_INTERFACE, COLUMN_TYPE, COLUMN_INSTANCE, COLUMN_SUBNET, COLUMN_ZONE, COLUMN_VPC,
	COLUMN_ACCOUNT, COLUMN_GROUPS, COLUMN_DESCRIPTION, COLUMN_TAGS
};

#define COLUMN(text) {.name = text, .type = RESULT_TEXT, .is_detail = true}
const struct result_column who_interface_columns[WHO_INTERFACE_COLUMNS] = {
	[COLUMN_INTERFACE] = COLUMN("interface_id"),
	[COLUMN_TYPE] = COLUMN("interface_type"),
	[COLUMN_INSTANCE] = COLUMN("instance_id"),
	[COLUMN_SUBNET] = COLUMN("subnet_id"),
	[COLUMN_ZONE] = COLUMN("availability_zone"),
	[COLUMN_VPC] = COLUMN("vpc_id"),
	[COLUMN_ACCOUNT] = COLUMN("account_id"),
	[COLUMN_GROUPS] = COLUMN("security_groups"),
	[COLUMN_DESCRIPTION] = COLUMN("description"),
	[COLUMN_TAGS] = COLUMN("tags"),
};
#undef COLUMN

void
who_interface_texts_free(struct who_interface_texts *texts)
{
	buf_free(&texts->groups);
	buf_free(&texts->tags);
}

/* "db (sg-1), all (sg-2)" */
static void
add_groups(struct buf *buf, const struct who_network *network, struct who_slice slice)
{
	for (uint32_t i = 0; i < slice.count; i++) {
		const struct who_group *group = &network->groups[slice.first + i];
		const char *id = group->id != NULL ? group->id : "";
		buf_adds(buf, buf->len > 0 ? ", " : "");
		if (group->name != NULL)
			buf_addf(buf, "%s (%s)", group->name, id);
		else
			buf_adds(buf, id);
	}
}

/* Unless one of the ids before has that tag. */
static void
add_tag(struct buf *buf, const struct who_network *network, const struct who_tag *tag,
        const char *const *ids, size_t before)
{
	for (size_t i = 0; i < before; i++)
		if (who_network_tag(network, ids[i], tag->key) != NULL)
			return;
	buf_adds(buf, buf->len > 0 ? ", " : "{");
	json_adds(buf, tag->key);
	buf_adds(buf, ": ");
	json_adds(buf, tag->value);
}

/* Of several resources; the first that has a key tells it. */
static void
add_tags(struct buf *buf, const struct who_network *network, const char *const *ids, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct who_tagged *end = network->taggeds + network->tagged_count;
		const struct who_tagged *part = who_network_tagged(network, ids[i]);
		while (part != NULL && part > network->taggeds && strcmp(part[-1].id, ids[i]) == 0)
			part--;
		for (; part != NULL && part < end && strcmp(part->id, ids[i]) == 0; part++)
			for (uint32_t t = 0; t < part->tags.count; t++)
				add_tag(buf, network, &network->tags[part->tags.first + t], ids, i);
	}
	buf_adds(buf, buf->len > 0 ? "}" : "");
}

enum flowtoll_rc
who_interface_cells(const struct who *who, struct ip ip, struct who_interface_texts *texts,
                    struct result_cell *cells, struct flowtoll_err *err)
{
	const struct who_network *network = who_network(who);
	const struct who_label label = who_attribute(who, ip, NULL, WHO_INTERFACE, NULL);
	const struct who_interface *interface = who_network_interface(network, label.id);
	const char *gateway_id = NULL;
	buf_init(&texts->groups, TEXT_BYTES_MAX);
	buf_init(&texts->tags, TEXT_BYTES_MAX);
	for (size_t i = 0; i < WHO_INTERFACE_COLUMNS; i++)
		cells[i] = result_text_cell(NULL);
	(void)who_is_nat_gateway(who, ip, &gateway_id);
	const char *const ids[] = {
		label.id, interface != NULL ? interface->instance_id : NULL, gateway_id,
		interface != NULL ? interface->endpoint_id : NULL,
	};
	add_tags(&texts->tags, network, ids, sizeof ids / sizeof *ids);
	cells[COLUMN_INTERFACE] = result_text_cell(label.id);
	cells[COLUMN_VPC] = result_text_cell(who_attribute(who, ip, NULL, WHO_VPC, NULL).id);
	cells[COLUMN_SUBNET] = result_text_cell(who_attribute(who, ip, NULL, WHO_SUBNET, NULL).id);
	cells[COLUMN_ZONE] = result_text_cell(who_attribute(who, ip, NULL, WHO_ZONE, NULL).id);
	if (interface != NULL) {
		add_groups(&texts->groups, network, interface->groups);
		cells[COLUMN_TYPE] = result_text_cell(interface->type);
		cells[COLUMN_INSTANCE] = result_text_cell(interface->instance_id);
		cells[COLUMN_ACCOUNT] = result_text_cell(interface->owner_id);
		cells[COLUMN_DESCRIPTION] = result_text_cell(interface->description);
	}
	TRY(buf_check(&texts->groups, "making an answer", err));
	TRY(buf_check(&texts->tags, "making an answer", err));
	cells[COLUMN_GROUPS] =
		result_text_cell(texts->groups.len > 0 ? buf_text(&texts->groups) : NULL);
	cells[COLUMN_TAGS] = result_text_cell(texts->tags.len > 0 ? buf_text(&texts->tags) : NULL);
	return FLOWTOLL_OK;
}
