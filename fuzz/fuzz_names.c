/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as an inventory and as AWS's ranges: read, or refused with a message and a hint; what
 * was read can be asked.
 */
#include "who/who.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef enum flowtoll_rc add_fn(struct who *who, const char *path, struct flowtoll_err *err);

static void
try(add_fn *add, const char *path)
{
	struct flowtoll_err err = {0};
	struct who *who = NULL;
	struct who_name name;
	if (who_create(&who, &err) != FLOWTOLL_OK)
		abort();
	if (add(who, path, &err) != FLOWTOLL_OK && (err.message[0] == '\0' || err.hint[0] == '\0'))
		abort();
	else if (err.message[0] == '\0' && add(who, path, &err) != FLOWTOLL_OK)
		abort(); /* the same again */
	(void)who_find(who, ip_from_v4(0x0a000107), &name);
	(void)who_find(who, ip_from_v4(0x03051405), &name);
	for (int a = WHO_INTERFACE; a <= WHO_TAG; a++)
		(void)who_attribute(who, ip_from_v4(0x0a000107), "eni-2", (enum who_attribute)a, "Team");
	who_free(who);
}

/* What the slices tell is there. */
static void
try_network(const char *path)
{
	struct flowtoll_err err = {0};
	struct who *who = NULL;
	static const struct who_network none;
	if (who_create(&who, &err) != FLOWTOLL_OK)
		abort();
	bool is_read = who_add_inventory(who, path, &err) == FLOWTOLL_OK;
	const struct who_network *network = is_read ? who_network(who) : &none;
	for (size_t i = 0; i < network->interface_count; i++) {
		const struct who_interface *interface = &network->interfaces[i];
		if (interface->addresses.first + interface->addresses.count > network->address_count ||
		    interface->publics.first + interface->publics.count > network->address_count ||
		    interface->prefixes.first + interface->prefixes.count > network->cidr_count ||
		    interface->groups.first + interface->groups.count > network->group_count ||
		    interface->kind == NULL || interface->name == NULL ||
		    (interface->id != NULL && who_network_interface(network, interface->id) == NULL))
			abort();
	}
	for (size_t i = 0; i < network->tags_kept; i++) {
		const struct who_tagged *tagged = who_network_tagged_at(network, i);
		if (tagged == NULL || tagged->tags.first + tagged->tags.count > network->tag_count ||
		    who_network_tag(network, tagged->id, network->tags[tagged->tags.first].key) == NULL)
			abort();
	}
	for (size_t i = 0; i < network->nat_gateway_count; i++) {
		const struct who_slice slice = network->nat_gateways[i].addresses;
		if (slice.first + slice.count > network->nat_address_count)
			abort();
	}
	who_free(who);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char path[64];
	int fd = memfd_create("fuzz", 0);
	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	try(who_add_inventory, path);
	try_network(path);
	try(who_add_aws_ranges, path);
	close(fd);
	return 0;
}
