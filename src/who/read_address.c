/* SPDX-License-Identifier: Apache-2.0
 *
 * An Elastic IP, as describe-addresses prints it. Of one that an interface has the interface tells;
 * here are those that nothing uses.
 */
#include "who/inventory_read.h"

enum flowtoll_rc
who_read_address(struct who_reader *reader, const struct who_json *item, const char *id,
                 struct flowtoll_err *err)
{
	struct who_eni eni = {.id = id};
	struct who_entry entry = {.kind = "elastic_ip", .is_stand_in = true};
	struct ip ip;
	const char *interface_id;
	bool has;
	TRY(who_read_ip(reader, item, "PublicIp", &ip, &has, err));
	TRY(who_json_text(item, "NetworkInterfaceId", reader->what, &interface_id, err));
	TRY(who_read_tags(reader, item, "Tags", id, "elastic-ip", &eni, err));
	if (!has || (interface_id != NULL && interface_id[0] != '\0'))
		return FLOWTOLL_OK;
	buf_clear(&reader->label);
	if (eni.tag_name != NULL && eni.tag_name[0] != '\0')
		buf_addf(&reader->label, "%s (Elastic IP%s%s)", eni.tag_name, id != NULL ? " " : "",
		         id != NULL ? id : "");
	else
		buf_addf(&reader->label, "Elastic IP%s%s", id != NULL ? " " : "", id != NULL ? id : "");
	TRY(buf_check(&reader->label, "reading the inventory", err));
	TRY(who_read_keep(reader, reader->label.data, &entry.name, err));
	TRY(who_read_keep(reader, id, &entry.resource_id, err));
	return who_inventory_claim(reader->inventory, reader->intern, &entry,
	                           &(struct ip_cidr){ip, 128}, 1, err);
}
