/* SPDX-License-Identifier: Apache-2.0
 *
 * bench_naming RANGES.json INVENTORY.json CACHE ADDRESSES ANSWERS: names the addresses of a file,
 * one a line, by these and IANA's special-purpose ranges, and writes a line for each into ANSWERS:
 * source, range, name, service and region, apart by tabs. Prints, in seconds of the processor, what
 * it took to read the sources, to read the addresses and to name them: the least of several rounds.
 * CACHE is a folder of registries' answers, as flowtoll keeps it. Started by bench/naming.py.
 */
#include "bench_support.h"

#include "base/file.h"
#include "base/mem.h"
#include "registry/registry.h"
#include "who/who.h"

#include <string.h>

enum { ROUNDS = 9, ADDRESSES_MAX = 1 << 22, TEXT_BYTES_MAX = 1 << 27 };

static size_t
read_addresses(const struct buf *text, struct ip *addresses)
{
	size_t count = 0;
	for (const char *line = text->data, *end = line + text->len; line < end; count++) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		if (stop == NULL || count == ADDRESSES_MAX ||
		    !ip_parse(line, (size_t)(stop - line), &addresses[count]))
			fail("addresses", "a line of them is none");
		line = stop + 1;
	}
	return count;
}

/* How many have a name. */
static size_t
name_all(const struct who *who, const struct ip *addresses, size_t count)
{
	struct who_name name;
	size_t named = 0;
	for (size_t i = 0; i < count; i++) {
		if (i % WHO_WARM == 0)
			who_warm(who, addresses + i, count - i < WHO_WARM ? count - i : WHO_WARM);
		named += who_find(who, addresses[i], &name);
	}
	return named;
}

static const char *
shown(const char *text)
{
	return text != NULL ? text : "";
}

static void
write_answers(const struct who *who, const struct ip *addresses, size_t count, const char *path)
{
	FILE *file = fopen(path, "w");
	if (file == NULL)
		fail(path, "cannot write the answers");
	for (size_t i = 0; i < count; i++) {
		struct who_name name;
		char cidr[IP_CIDR_TEXT_MAX] = "";
		bool is_known = who_find(who, addresses[i], &name);
		if (is_known)
			ip_cidr_print(name.cidr, cidr);
		fprintf(file, "%s\t%s\t%s\t%s\t%s\n", is_known ? name.from->name : "", cidr,
		        shown(name.name), shown(name.service), shown(name.region));
	}
	if (fclose(file) != 0)
		fail(path, "cannot write the answers");
}

int
main(int argc, char **argv)
{
	struct registry_settings settings = {.offline = true};
	struct registry *registry = NULL;
	struct who *who = NULL;
	struct flowtoll_err err;
	struct buf text;
	if (argc != 6)
		fail("usage", "bench_naming RANGES.json INVENTORY.json CACHE ADDRESSES ANSWERS");
	double start = clock_s(CLOCK_PROCESS_CPUTIME_ID);
	settings.folder = argv[3];
	check(who_create(&who, &err), &err);
	check(who_add_inventory(who, argv[2], &err), &err);
	check(who_add_aws_ranges(who, argv[1], &err), &err);
	check(registry_open(&settings, &registry, &err), &err);
	who_set_registry(who, registry, NULL);
	double sources_s = clock_s(CLOCK_PROCESS_CPUTIME_ID) - start;
	buf_init(&text, TEXT_BYTES_MAX);
	struct ip *addresses = mem_alloc(ADDRESSES_MAX * sizeof *addresses);
	if (addresses == NULL)
		fail("addresses", "out of memory");
	start = clock_s(CLOCK_PROCESS_CPUTIME_ID);
	check(file_read(argv[4], &text, &err), &err);
	size_t count = read_addresses(&text, addresses);
	double addresses_s = clock_s(CLOCK_PROCESS_CPUTIME_ID) - start, least_s = 1e9;
	size_t named = 0;
	for (int i = 0; i < ROUNDS; i++) {
		start = clock_s(CLOCK_PROCESS_CPUTIME_ID);
		named = name_all(who, addresses, count);
		double took_s = clock_s(CLOCK_PROCESS_CPUTIME_ID) - start;
		least_s = took_s < least_s ? took_s : least_s;
	}
	printf("%zu addresses, %zu named; ranges kept %zu; sources %.3f s, addresses %.3f s, naming "
	       "%.3f s\n", count, named, registry_count(registry), sources_s, addresses_s, least_s);
	write_answers(who, addresses, count, argv[5]);
	mem_free(addresses);
	buf_free(&text);
	who_free(who);
	registry_close(registry);
	return 0;
}
