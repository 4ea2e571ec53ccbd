/* SPDX-License-Identifier: Apache-2.0
 *
 * What the inventory knows of an address besides its name: see inventory.h, who.h. Looked up when
 * it is asked for: few addresses of an inventory are.
 */
#include "who/inventory.h"

#include "who/claim.h"

#include <string.h>

/* What of the inventory an entry is of. Any may be NULL. */
struct owners {
	const struct who_interface *interface;
	const struct who_nat_gateway *gateway;
	const char *subnet_id;
	const char *vpc_id;
};

static struct owners
owners_of(const struct who_network *network, const struct who_entry *entry)
{
	struct owners owners = {
		.interface = who_network_interface(network, entry->eni_id),
		.gateway = who_network_nat_gateway(network, entry->resource_id),
	};
	if (owners.gateway != NULL) {
		owners.subnet_id = owners.gateway->subnet_id;
		owners.vpc_id = owners.gateway->vpc_id;
	}
	if (owners.interface != NULL && owners.interface->subnet_id != NULL)
		owners.subnet_id = owners.interface->subnet_id;
	if (owners.interface != NULL && owners.interface->vpc_id != NULL)
		owners.vpc_id = owners.interface->vpc_id;
	return owners;
}

static struct who_label
named(const struct who_network *network, const char *id)
{
	const char *name = who_network_tag(network, id, "Name");
	return (struct who_label){id, name != NULL && name[0] != '\0' ? name : NULL};
}

static const char *
zone_of(const struct who_network *network, const struct owners *owners)
{
	const struct who_subnet *subnet = who_network_subnet(network, owners->subnet_id);
	const char *const zones[] = {
		owners->interface != NULL ? owners->interface->zone : NULL,
		owners->gateway != NULL ? owners->gateway->zone : NULL,
		subnet != NULL ? subnet->zone : NULL,
		owners->interface != NULL ? owners->interface->zone_id : NULL,
	};
	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
		if (zones[i] != NULL)
			return zones[i];
	return NULL;
}

/* Does such a tag tell of what is in a subnet or VPC too? */
static bool
is_inherited(const char *key)
{
	return strcmp(key, "Name") != 0 && strncmp(key, "aws:", 4) != 0;
}

static const char *
tag_of(const struct who_network *network, const struct who_entry *entry,
       const struct owners *owners, const char *key)
{
	const char *const ids[] = {
		entry->eni_id,
		owners->interface != NULL ? owners->interface->instance_id : NULL,
		entry->resource_id,
		owners->interface != NULL ? owners->interface->endpoint_id : NULL,
		is_inherited(key) ? owners->subnet_id : NULL,
		is_inherited(key) ? owners->vpc_id : NULL,
	};
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		const char *value = who_network_tag(network, ids[i], key);
		if (value != NULL)
			return value;
	}
	return NULL;
}

static struct who_label
attribute_of_one(const struct who_network *network, const struct who_entry *entry,
                 enum who_attribute attribute, const char *tag)
{
	const struct owners owners = owners_of(network, entry);
	switch (attribute) {
	case WHO_INTERFACE:
		return (struct who_label){entry->eni_id, NULL};
	case WHO_INSTANCE:
		return named(network, owners.interface != NULL ? owners.interface->instance_id : NULL);
	case WHO_SUBNET:
		return named(network, owners.subnet_id);
	case WHO_ZONE:
		return (struct who_label){zone_of(network, &owners), NULL};
	case WHO_VPC:
		return named(network, owners.vpc_id);
	case WHO_TAG:
		return (struct who_label){tag_of(network, entry, &owners, tag), NULL};
	}
	return (struct who_label){0};
}

struct who_label
who_inventory_attribute(const struct who_inventory *inventory, const struct who_entry *entry,
                        enum who_attribute attribute, const char *tag)
{
	const struct who_network *network = &inventory->network;
	const struct who_claim *claim = entry->claimants;
	if (claim == NULL)
		return attribute_of_one(network, entry, attribute, tag);
	struct who_label label =
		attribute_of_one(network, &inventory->entries[claim->entry], attribute, tag);
	while (label.id != NULL && (claim = claim->older) != NULL) {
		const struct who_label other =
			attribute_of_one(network, &inventory->entries[claim->entry], attribute, tag);
		if (other.id == NULL || strcmp(label.id, other.id) != 0)
			label = (struct who_label){0};
	}
	return label;
}

const struct who_entry *
who_inventory_find_at(const struct who_inventory *inventory, struct ip ip, const char *interface_id,
                      unsigned *bits)
{
	const struct who_network *network = &inventory->network;
	const struct who_entry *entry = who_inventory_find(inventory, ip, bits);
	if (entry == NULL || entry->claimants == NULL || interface_id == NULL)
		return entry;
	const struct who_interface *logged = who_network_interface(network, interface_id);
	const struct who_entry *near = NULL;
	size_t near_count = 0;
	for (const struct who_claim *claim = entry->claimants; claim != NULL; claim = claim->older) {
		const struct who_entry *one = &inventory->entries[claim->entry];
		if (one->eni_id != NULL && strcmp(one->eni_id, interface_id) == 0)
			return one;
		const char *vpc_id = owners_of(network, one).vpc_id;
		if (logged != NULL && logged->vpc_id != NULL && vpc_id != NULL &&
		    strcmp(vpc_id, logged->vpc_id) == 0) {
			near = one;
			near_count++;
		}
	}
	return near_count == 1 ? near : entry;
}
