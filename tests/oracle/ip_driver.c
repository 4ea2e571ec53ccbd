/* SPDX-License-Identifier: Apache-2.0
 *
 * What ip_oracle.py asks src/ip: a command a line on standard input, a line of answer each on
 * standard output. Texts come as hexadecimal, so that any byte may be in them.
 *
 *     p HEX          parse an address         its canonical text, or -
 *     c HEX          parse a prefix           its canonical text, "host bits", or -
 *     s CIDR VALUE   set in the trie          number of prefixes in it
 *     g CIDR         the value of exactly it  VALUE, or -
 *     f ADDRESS      longest prefix           VALUE LENGTH (of 128), or -
 *     x ADDRESS      special range            CIDR|NAME|SOURCE|yes or no|yes or no, or -
 *     n              rows of special ranges   their number, and the date
 */
#include "base/mem.h"
#include "ip/ip.h"
#include "ip/special.h"
#include "ip/trie.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMMAND_BYTES = 64 * 1024 };

static _Noreturn void
fail(const char *what)
{
	fprintf(stderr, "ip_driver: %s\n", what);
	exit(1);
}

/* The bytes, at the very end of memory of their own, so that a sanitizer sees what reads on. */
static char *
read_hex(const char *hex, size_t *len, char **text)
{
	*len = strlen(hex) / 2;
	char *memory = mem_alloc(*len + 1);
	if (memory == NULL)
		fail("out of memory");
	*text = memory + 1;
	for (size_t i = 0; i < *len; i++) {
		unsigned byte;
		if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
			fail("bad hexadecimal");
		(*text)[i] = (char)byte;
	}
	return memory;
}

static void
answer_parse(const char *hex, bool is_cidr)
{
	size_t len;
	char *text;
	char printed[IP_CIDR_TEXT_MAX];
	struct ip ip;
	struct ip_cidr cidr;
	bool host_bits = false;
	char *memory = read_hex(hex, &len, &text);
	bool accepted = is_cidr ? ip_cidr_parse(text, len, &cidr, &host_bits)
	                        : ip_parse(text, len, &ip);
	if (accepted && is_cidr)
		ip_cidr_print(cidr, printed);
	else if (accepted)
		ip_print(ip, printed);
	puts(accepted ? printed : host_bits ? "host bits" : "-");
	mem_free(memory);
}

static struct ip_cidr
read_cidr(const char *text)
{
	struct ip_cidr cidr;
	if (!ip_cidr_parse(text, strlen(text), &cidr, NULL))
		fail("bad prefix");
	return cidr;
}

static struct ip
read_ip(const char *text)
{
	struct ip ip;
	if (!ip_parse(text, strlen(text), &ip))
		fail("bad address");
	return ip;
}

static void
answer_special(struct ip ip)
{
	const struct ip_special *row = ip_special_find(ip);
	char cidr[IP_CIDR_TEXT_MAX];
	if (row == NULL) {
		puts("-");
		return;
	}
	ip_cidr_print(row->cidr, cidr);
	printf("%s|%s|%s|%s|%s\n", cidr, row->name, row->source, row->is_private ? "yes" : "no",
	       row->has_inner ? "yes" : "no");
}

static void
answer(struct ip_trie *trie, char command, char *rest)
{
	struct flowtoll_err err;
	struct ip_cidr cidr;
	unsigned bits;
	uint32_t value;
	size_t count;
	char *space = strchr(rest, ' ');
	switch (command) {
	case 'p':
	case 'c':
		answer_parse(rest, command == 'c');
		return;
	case 's':
		if (space == NULL)
			fail("no value");
		*space = '\0';
		cidr = read_cidr(rest);
		if (ip_trie_set(trie, &cidr, (uint32_t)strtoul(space + 1, NULL, 10), &err) != FLOWTOLL_OK)
			fail(err.message);
		printf("%zu\n", ip_trie_count(trie));
		return;
	case 'g':
		cidr = read_cidr(rest);
		value = ip_trie_get(trie, &cidr);
		printf(value == IP_TRIE_NONE ? "-\n" : "%" PRIu32 "\n", value);
		return;
	case 'f':
		value = ip_trie_find(trie, read_ip(rest), &bits);
		printf(value == IP_TRIE_NONE ? "-\n" : "%" PRIu32 " %u\n", value, bits);
		return;
	case 'x':
		answer_special(read_ip(rest));
		return;
	case 'n':
		ip_special_all(&count);
		printf("%zu %s\n", count, ip_special_date());
		return;
	default:
		fail("bad command");
	}
}

int
main(void)
{
	static char line[COMMAND_BYTES];
	struct flowtoll_err err;
	struct ip_trie *trie;
	if (ip_trie_create(&trie, &err) != FLOWTOLL_OK)
		fail(err.message);
	while (fgets(line, sizeof line, stdin) != NULL) {
		size_t len = strcspn(line, "\n");
		if (line[len] == '\0')
			fail("a command without an end");
		line[len] = '\0';
		answer(trie, line[0], len > 2 ? line + 2 : line + len);
	}
	ip_trie_free(trie);
	return 0;
}
