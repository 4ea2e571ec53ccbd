/* SPDX-License-Identifier: Apache-2.0
 *
 * See key_words.h: first single words, then prefixes of each address, then names of each.
 */
#include "cli/key_words.h"

#include <assert.h>
#include <stdio.h>

struct word {
	const char *name;
	const char *doc;
};

static const struct word singles[] = {
	{"minute", "the minute that the record starts in"},
	{"hour", "the hour that it starts in"},
	{"day", "the day that it starts in"},
	{"file", "the file that it stands in"},
};

static const struct word addresses[] = {
	{"src", "srcaddr"},
	{"dst", "dstaddr"},
	{"pkt_src", "pkt_srcaddr"},
	{"pkt_dst", "pkt_dstaddr"},
};

static const struct word names[] = {
	{"name", "what the address is: an interface, a service, a range"},
	{"owner", "who answers for it"},
	{"service", "AWS's service, of its published ranges"},
	{"region", "the Region of that"},
	{"source", "where the name is from"},
	{"kind", "nat_gateway, instance, load_balancer, ..."},
	{"network", "its network, as the registry calls it"},
	{"interface", "the network interface, by the inventory"},
	{"instance", "its instance, by name and id"},
	{"subnet", "its subnet"},
	{"zone", "its availability zone"},
	{"vpc", "its VPC"},
};

enum {
	SINGLES = sizeof singles / sizeof *singles,
	ADDRESSES = sizeof addresses / sizeof *addresses,
	NAMES = sizeof names / sizeof *names
};

size_t
key_word_count(void)
{
	return SINGLES + ADDRESSES + ADDRESSES * NAMES;
}

struct key_word
key_word_at(size_t index)
{
	struct key_word word = {0};
	assert(index < key_word_count());
	if (index < SINGLES) {
		snprintf(word.name, sizeof word.name, "%s", singles[index].name);
		snprintf(word.doc, sizeof word.doc, "%s", singles[index].doc);
		return word;
	}
	index -= SINGLES;
	if (index < ADDRESSES) {
		snprintf(word.name, sizeof word.name, "%s/24", addresses[index].doc);
		snprintf(word.doc, sizeof word.doc, "its first 24 bits (of IPv6 64, or as in %s/24/56)",
		         addresses[index].doc);
		return word;
	}
	index -= ADDRESSES;
	snprintf(word.name, sizeof word.name, "%s.%s", addresses[index / NAMES].name,
	         names[index % NAMES].name);
	snprintf(word.doc, sizeof word.doc, "%s", names[index % NAMES].doc);
	return word;
}
