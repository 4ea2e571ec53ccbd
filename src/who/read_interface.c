/* SPDX-License-Identifier: Apache-2.0
 *
 * An interface, as describe-network-interfaces prints it.
 */
#include "who/inventory_read.h"

#include "base/limits.h"

#include <string.h>

/* Addresses while they are read: those of one interface lie together in the network. */
struct own {
	struct who_interface *interface;
	struct ip top[3]; /* of the Association, which that of the primary address has again */
	size_t top_count;
};

static enum flowtoll_rc
add_own(struct who_reader *reader, struct own *own, const struct ip *ip, struct flowtoll_err *err)
{
	own->interface->addresses.count++;
	return who_network_add_address(reader->network, ip, err);
}

static enum flowtoll_rc
read_ip(struct who_reader *reader, const struct who_json *object, const char *key, struct ip *ip,
        bool *has, struct flowtoll_err *err)
{
	TRY(who_read_ip(reader, object, key, ip, has, err));
	return *has ? who_read_claim(reader, &(struct ip_cidr){*ip, 128}, err) : FLOWTOLL_OK;
}

static const char *const public_keys[] = {
	"PublicIp",
	"CarrierIp", /* in Wavelength zones */
	"CustomerOwnedIp", /* on Outposts */
};
enum { PUBLIC_KEYS = sizeof public_keys / sizeof public_keys[0] };

/* For the look-up only: what is public is added to the network by read_publics. */
static enum flowtoll_rc
claim_association(struct who_reader *reader, const struct who_json *object,
                  struct flowtoll_err *err)
{
	const struct who_json *association;
	TRY(who_json_object(object, "Association", reader->what, &association, err));
	for (size_t i = 0; i < PUBLIC_KEYS; i++) {
		struct ip ip;
		bool has;
		TRY(read_ip(reader, association, public_keys[i], &ip, &has, err));
	}
	return FLOWTOLL_OK;
}

/* An address, and the list that has it again and the others. */
struct own_keys {
	const char *key;
	const char *list_key;
	bool has_associations; /* IPv6 has none */
};

static const struct own_keys private_keys = {"PrivateIpAddress", "PrivateIpAddresses", true};
static const struct own_keys six_keys = {"Ipv6Address", "Ipv6Addresses", false};

static enum flowtoll_rc
read_own(struct who_reader *reader, const struct who_json *item, const struct own_keys *keys,
         struct own *own, struct ip *first, bool *has_first, struct flowtoll_err *err)
{
	struct who_json_list list;
	TRY(read_ip(reader, item, keys->key, first, has_first, err));
	if (*has_first)
		TRY(add_own(reader, own, first, err));
	if (keys->has_associations)
		TRY(claim_association(reader, item, err));
	TRY(who_json_list(item, keys->list_key, reader->what, &list, err));
	for (;;) {
		const struct who_json *member;
		struct ip ip;
		bool has;
		TRY(who_json_next_object(&list, &member, err));
		if (member == NULL)
			return FLOWTOLL_OK;
		TRY(read_ip(reader, member, keys->key, &ip, &has, err));
		if (keys->has_associations)
			TRY(claim_association(reader, member, err));
		if (has && !(*has_first && ip_compare(ip, *first) == 0))
			TRY(add_own(reader, own, &ip, err));
	}
}

/* Those of an Association, but for what is among the first of the interface's. */
static enum flowtoll_rc
add_publics(struct who_reader *reader, const struct who_json *object, struct own *own, bool is_top,
            struct flowtoll_err *err)
{
	const struct who_json *association;
	TRY(who_json_object(object, "Association", reader->what, &association, err));
	for (size_t i = 0; i < PUBLIC_KEYS; i++) {
		struct ip ip;
		bool has;
		TRY(who_read_ip(reader, association, public_keys[i], &ip, &has, err));
		for (size_t t = 0; has && t < own->top_count; t++)
			has = ip_compare(ip, own->top[t]) != 0;
		if (!has)
			continue;
		if (is_top)
			own->top[own->top_count++] = ip;
		own->interface->publics.count++;
		TRY(who_network_add_address(reader->network, &ip, err));
	}
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_publics(struct who_reader *reader, const struct who_json *item, struct own *own,
             struct flowtoll_err *err)
{
	struct who_json_list list;
	own->interface->publics.first = (uint32_t)reader->network->address_count;
	TRY(add_publics(reader, item, own, true, err));
	TRY(who_json_list(item, "PrivateIpAddresses", reader->what, &list, err));
	for (;;) {
		const struct who_json *member;
		TRY(who_json_next_object(&list, &member, err));
		if (member == NULL)
			return FLOWTOLL_OK;
		TRY(add_publics(reader, member, own, false, err));
	}
}

static enum flowtoll_rc
read_prefixes(struct who_reader *reader, const struct who_json *item, const char *list_key,
              const char *key, struct who_interface *interface, struct flowtoll_err *err)
{
	struct who_json_list list;
	TRY(who_json_list(item, list_key, reader->what, &list, err));
	for (;;) {
		const struct who_json *member;
		struct ip_cidr cidr;
		bool has;
		TRY(who_json_next_object(&list, &member, err));
		if (member == NULL)
			return FLOWTOLL_OK;
		TRY(who_read_cidr(reader, member, key, &cidr, &has, err));
		if (!has)
			continue;
		interface->prefixes.count++;
		TRY(who_network_add_cidr(reader->network, &cidr, err));
		TRY(who_read_claim(reader, &cidr, err));
	}
}

static enum flowtoll_rc
read_addresses(struct who_reader *reader, const struct who_json *item,
               struct who_interface *interface, struct flowtoll_err *err)
{
	struct own own = {.interface = interface};
	struct ip six;
	bool has_six;
	interface->addresses.first = (uint32_t)reader->network->address_count;
	TRY(read_own(reader, item, &private_keys, &own, &interface->primary, &interface->has_primary,
	             err));
	TRY(read_own(reader, item, &six_keys, &own, &six, &has_six, err));
	TRY(read_publics(reader, item, &own, err));
	interface->prefixes.first = (uint32_t)reader->network->cidr_count;
	TRY(read_prefixes(reader, item, "Ipv4Prefixes", "Ipv4Prefix", interface, err));
	return read_prefixes(reader, item, "Ipv6Prefixes", "Ipv6Prefix", interface, err);
}

static enum flowtoll_rc
read_texts(struct who_reader *reader, const struct who_json *item,
           struct who_interface *interface, struct flowtoll_err *err)
{
	const struct {
		const char *key;
		const char **text;
	} texts[] = {
		{"InterfaceType", &interface->type},   {"VpcId", &interface->vpc_id},
		{"SubnetId", &interface->subnet_id},   {"AvailabilityZone", &interface->zone},
		{"AvailabilityZoneId", &interface->zone_id}, {"OwnerId", &interface->owner_id},
		{"Description", &interface->description},
	};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		TRY(who_read_text(reader, item, texts[i].key, texts[i].text, err));
	return FLOWTOLL_OK;
}

static enum flowtoll_rc
read_groups(struct who_reader *reader, const struct who_json *item,
            struct who_interface *interface, struct flowtoll_err *err)
{
	struct who_json_list list;
	interface->groups.first = (uint32_t)reader->network->group_count;
	TRY(who_json_list(item, "Groups", reader->what, &list, err));
	for (;;) {
		const struct who_json *member;
		struct who_group group;
		TRY(who_json_next_object(&list, &member, err));
		if (member == NULL)
			return FLOWTOLL_OK;
		TRY(who_read_text(reader, member, "GroupId", &group.id, err));
		TRY(who_read_text(reader, member, "GroupName", &group.name, err));
		TRY(who_network_add_group(reader->network, &group, err));
		interface->groups.count++;
	}
}

/* Its label, kind and what follows from them. */
static enum flowtoll_rc
read_what(struct who_reader *reader, const struct who_json *item, const char *id,
          struct who_interface *interface, struct flowtoll_err *err)
{
	const struct who_json *attachment;
	struct who_eni eni = {.id = id, .type = interface->type};
	struct who_eni_kind kind;
	eni.description = interface->description;
	TRY(who_json_text(item, "RequesterId", reader->what, &eni.requester_id, err));
	TRY(who_json_object(item, "Attachment", reader->what, &attachment, err));
	TRY(who_json_text(attachment, "InstanceId", reader->what, &eni.instance_id, err));
	TRY(who_read_tags(reader, item, "TagSet", id, "network-interface", &eni, err));
	interface->is_named = eni.tag_name != NULL && eni.tag_name[0] != '\0';
	TRY(who_read_label(reader, &eni, &interface->name, &kind, err));
	TRY(who_read_keep(reader, id, &interface->id, err));
	TRY(who_read_keep(reader, eni.instance_id, &interface->instance_id, err));
	interface->kind = kind.kind;
	const char **resource_id = NULL;
	if (strcmp(kind.kind, WHO_KIND_NAT_GATEWAY) == 0)
		resource_id = &interface->nat_gateway_id;
	else if (strcmp(kind.kind, "vpc_endpoint") == 0 ||
	         strcmp(kind.kind, "gateway_load_balancer_endpoint") == 0)
		resource_id = &interface->endpoint_id;
	if (kind.id == NULL || resource_id == NULL)
		return FLOWTOLL_OK;
	*resource_id = who_intern(reader->intern, kind.id, kind.id_len);
	return *resource_id != NULL ? FLOWTOLL_OK : err_memory(err, "reading the inventory");
}

enum flowtoll_rc
who_read_interface(struct who_reader *reader, const struct who_json *item, const char *id,
                   struct flowtoll_err *err)
{
	struct who_interface interface = {.order = reader->order};
	TRY(read_addresses(reader, item, &interface, err));
	TRY(read_texts(reader, item, &interface, err));
	TRY(read_what(reader, item, id, &interface, err));
	TRY(read_groups(reader, item, &interface, err));
	TRY(who_network_add_interface(reader->network, &interface, err));

	struct who_entry entry = {
		.name = interface.name,
		.kind = interface.kind,
		.resource_id = interface.nat_gateway_id,
		.eni_id = interface.id,
	};
	if (interface.owner_id != NULL) {
		buf_clear(&reader->label);
		buf_addf(&reader->label, "account %s", interface.owner_id);
		TRY(buf_check(&reader->label, "reading the inventory", err));
		TRY(who_read_keep(reader, reader->label.data, &entry.owner, err));
	}
	return who_inventory_claim(reader->inventory, reader->intern, &entry, reader->claims,
	                           reader->claim_count, err);
}
