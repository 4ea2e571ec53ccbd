/* SPDX-License-Identifier: Apache-2.0
 *
 * The truth as JSON: exact integers of any size, one entry a line, the largest first.
 */
#include "gen/gen_truth.h"

#include <stdlib.h>
#include <string.h>

enum { TOP = 100 };

/* Something with a label, to be sorted by bytes. */
struct entry {
	gen_sum bytes;
	uint64_t packets;
	uint64_t flows;
	uint64_t key;
};

static const char *
sum_text(gen_sum value, char text[40])
{
	char *at = text + 39;
	*at = '\0';
	do
		*--at = (char)('0' + (int)(value % 10));
	while ((value /= 10) != 0);
	return at;
}

static void
put_total(FILE *out, gen_sum bytes, uint64_t packets, uint64_t flows)
{
	char text[40];
	fprintf(out, "\"bytes\": %s, \"packets\": %llu, \"flows\": %llu", sum_text(bytes, text),
	        (unsigned long long)packets, (unsigned long long)flows);
}

static void
put_counted(FILE *out, const struct gen_counted *counted)
{
	put_total(out, counted->total.bytes, counted->total.packets, counted->total.flows);
	fprintf(out, ", \"nodata\": %llu, \"skipdata\": %llu", (unsigned long long)counted->nodata,
	        (unsigned long long)counted->skipdata);
}

/* Most bytes first; equal ones in the order of the world. */
static int
compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return x->key < y->key ? -1 : x->key > y->key;
}

static bool
write_by_addr(FILE *out, const char *name, const struct gen_world *world,
              const struct gen_total *totals)
{
	struct entry *entries = malloc(world->addr_count * sizeof *entries);
	size_t count = 0;
	if (entries == NULL)
		return false;
	for (size_t i = 0; i < world->addr_count; i++)
		if (totals[i].flows > 0)
			entries[count++] =
				(struct entry){totals[i].bytes, totals[i].packets, totals[i].flows, i};
	qsort(entries, count, sizeof *entries, compare_entries);
	fprintf(out, ",\n\"%s\": {", name);
	for (size_t i = 0; i < count; i++) {
		fprintf(out, "%s\n\"%s\": {", i > 0 ? "," : "", world->addrs[entries[i].key].text);
		put_total(out, entries[i].bytes, entries[i].packets, entries[i].flows);
		fputc('}', out);
	}
	fprintf(out, "\n}");
	free(entries);
	return true;
}

/* Keys by name, the largest groups, and how many there are; null where they were too many. */
static bool
write_groups(FILE *out, const char *name, const struct gen_world *world,
             const struct gen_groups *groups, const char *const keys[3])
{
	fprintf(out, ",\n\"%s\": ", name);
	if (groups->too_many)
		return fprintf(out, "null") > 0;
	struct entry *entries = malloc((groups->count + 1) * sizeof *entries);
	size_t count = 0;
	if (entries == NULL)
		return false;
	for (size_t i = 0; i < groups->slot_count; i++) {
		const struct gen_group *g = &groups->slots[i];
		gen_sum bytes = (gen_sum)g->bytes_high << 64 | g->bytes_low;
		if (g->key != 0)
			entries[count++] = (struct entry){bytes, g->packets, g->flows, g->key};
	}
	qsort(entries, count, sizeof *entries, compare_entries);
	fprintf(out, "{\"groups\": %zu, \"top\": [", count);
	for (size_t i = 0; i < count && i < TOP; i++) {
		uint64_t key = entries[i].key;
		uint32_t mask = (1u << GEN_ADDR_BITS) - 1;
		fprintf(out, "%s\n{\"%s\": \"%s\", \"%s\": \"%s\", ", i > 0 ? "," : "", keys[0],
		        world->addrs[key >> (GEN_ADDR_BITS + 16) & mask].text, keys[1],
		        world->addrs[key >> 16 & mask].text);
		if (keys[2] != NULL)
			fprintf(out, "\"%s\": %u, ", keys[2], (unsigned)(key & 0xffff));
		put_total(out, entries[i].bytes, entries[i].packets, entries[i].flows);
		fputc('}', out);
	}
	fprintf(out, "\n]}");
	free(entries);
	return true;
}

static void
write_by_eni(FILE *out, const struct gen_truth *truth)
{
	const struct gen_world *world = truth->world;
	bool transit = world->eni_count == 0;
	size_t count = transit ? GEN_ATTACHMENTS : world->eni_count;
	const char *comma = "";
	fprintf(out, ",\n\"%s\": {", transit ? "by_attachment" : "by_interface");
	for (size_t i = 0; i < count; i++) {
		const struct gen_counted *c = &truth->by_eni[i];
		if (c->total.flows + c->nodata + c->skipdata == 0)
			continue;
		fprintf(out, "%s\n\"%s\": {", comma,
		        transit ? world->attachments[i].text[GEN_TGW_ATTACHMENT].bytes : world->enis[i].id);
		put_counted(out, c);
		fputc('}', out);
		comma = ",";
	}
	fprintf(out, "\n}");
}

/* Days since 1970 to a date; the calendar repeats every 400 years. */
static void
hour_text(int64_t hour, char text[32])
{
	int64_t days = hour / 24 + 719468, era = days / 146097;
	unsigned doe = (unsigned)(days - era * 146097);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	unsigned mp = (5 * doy + 2) / 153, month = mp < 10 ? mp + 3 : mp - 9;
	snprintf(text, 32, "%04u-%02u-%02uT%02u:00:00Z",
	         (unsigned)(era * 400 + yoe + (month <= 2)) % 10000, month,
	         doy - (153 * mp + 2) / 5 + 1, (unsigned)(hour % 24));
}

static void
write_by_hour(FILE *out, const struct gen_truth *truth)
{
	const char *comma = "";
	fprintf(out, ",\n\"by_hour\": {");
	for (size_t i = 0; i < truth->hour_count; i++) {
		const struct gen_counted *c = &truth->by_hour[i];
		if (c->total.flows + c->nodata + c->skipdata == 0)
			continue;
		char text[32];
		hour_text(truth->first_hour + (int64_t)i, text);
		fprintf(out, "%s\n\"%s\": {", comma, text);
		put_counted(out, c);
		fputc('}', out);
		comma = ",";
	}
	fprintf(out, "\n}");
}

static void
put_nat_total(FILE *out, const struct gen_nat_total *total)
{
	char billed[40], upload[40], download[40];
	fprintf(out, "\"billed_bytes\": %s, \"upload_bytes\": %s, \"download_bytes\": %s, "
	             "\"connections\": %llu",
	        sum_text(total->upload + total->download, billed), sum_text(total->upload, upload),
	        sum_text(total->download, download), (unsigned long long)total->connections);
}

/* Clients are private addresses of the VPC, remotes are all others. */
static bool
write_nat_side(FILE *out, const struct gen_truth *truth, bool clients)
{
	const struct gen_world *world = truth->world;
	struct entry *entries = malloc(world->addr_count * sizeof *entries);
	size_t count = 0;
	if (entries == NULL)
		return false;
	for (size_t i = 0; i < world->addr_count; i++) {
		const struct gen_nat_total *t = &truth->nat_by_addr[i];
		bool client = i < world->class_first[GEN_S3];
		if (t->connections > 0 && client == clients)
			entries[count++] = (struct entry){t->upload + t->download, 0, 0, i};
	}
	qsort(entries, count, sizeof *entries, compare_entries);
	fprintf(out, ",\n\"%s\": {", clients ? "by_client" : "by_remote");
	for (size_t i = 0; i < count; i++) {
		fprintf(out, "%s\n\"%s\": {", i > 0 ? "," : "", world->addrs[entries[i].key].text);
		put_nat_total(out, &truth->nat_by_addr[entries[i].key]);
		fputc('}', out);
	}
	fprintf(out, "\n}");
	free(entries);
	return true;
}

static bool
write_nat(FILE *out, const struct gen_truth *truth)
{
	static const char *const keys[] = {"client", "remote", NULL};
	const struct gen_world *world = truth->world;
	fprintf(out, ",\n\"nat_gateways\": {");
	if (world->eni_count == 0)
		return fprintf(out, "}") > 0;
	const struct gen_eni *nat = &world->enis[world->nat];
	fprintf(out, "\n\"%s\": {\"interface_id\": \"%s\", \"address\": \"%s\", "
	             "\"public_ip\": \"%s\",\n",
	        world->nat_id, nat->id, world->addrs[nat->addr].text, nat->public_ip);
	put_nat_total(out, &truth->nat);
	fprintf(out, ",\n\"unsolicited\": {");
	put_total(out, truth->nat_unsolicited.bytes, truth->nat_unsolicited.packets,
	          truth->nat_unsolicited.flows);
	fputc('}', out);
	bool ok = write_nat_side(out, truth, true) && write_nat_side(out, truth, false) &&
	          write_groups(out, "by_client_remote", world, &truth->nat_pairs, keys);
	fprintf(out, "}\n}");
	return ok;
}

static void
write_head(FILE *out, const struct gen_truth *truth, const struct gen_options *options,
           const struct gen_format *format, const struct gen_file *files)
{
	uint64_t text_bytes = 0;
	for (unsigned i = 0; i < options->files; i++)
		text_bytes += files[i].text_bytes;
	fprintf(out, "{\n\"seed\": %llu,\n\"version\": %u,\n\"milliseconds\": %s,\n\"big\": %s,\n",
	        (unsigned long long)options->seed, format->version, options->ms ? "true" : "false",
	        options->big ? "true" : "false");
	fprintf(out, "\"fields\": \"%.*s\",\n", (int)format->header_len - 1, format->header);
	const struct gen_counted *all = &truth->all;
	fprintf(out, "\"totals\": {\"rows\": %llu, \"nodata\": %llu, \"skipdata\": %llu, ",
	        (unsigned long long)(all->total.flows + all->nodata + all->skipdata),
	        (unsigned long long)all->nodata, (unsigned long long)all->skipdata);
	put_total(out, all->total.bytes, all->total.packets, all->total.flows);
	if (options->kind == GEN_TGW) {
		fprintf(out, ", \"accept\": null, \"reject\": null");
	} else {
		fprintf(out, ",\n\"accept\": {");
		put_total(out, truth->accept.bytes, truth->accept.packets, truth->accept.flows);
		fprintf(out, "},\n\"reject\": {");
		put_total(out, truth->reject.bytes, truth->reject.packets, truth->reject.flows);
		fputc('}', out);
	}
	fprintf(out, ",\n\"text_bytes\": %llu},\n\"files\": {", (unsigned long long)text_bytes);
	for (unsigned i = 0; i < options->files; i++)
		fprintf(out, "%s\n\"%s\": {\"rows\": %llu, \"text_bytes\": %llu}", i > 0 ? "," : "",
		        files[i].name, (unsigned long long)files[i].rows,
		        (unsigned long long)files[i].text_bytes);
	fprintf(out, "\n}");
}

bool
gen_truth_write(const struct gen_truth *truth, const struct gen_options *options,
                const struct gen_format *format, const struct gen_file *files, FILE *out)
{
	static const char *const keys[] = {"srcaddr", "dstaddr", "dstport"};
	static const char *const pair_keys[] = {"srcaddr", "dstaddr", NULL};
	write_head(out, truth, options, format, files);
	write_by_hour(out, truth);
	write_by_eni(out, truth);
	bool ok = write_by_addr(out, "by_srcaddr", truth->world, truth->by_src) &&
	          write_by_addr(out, "by_dstaddr", truth->world, truth->by_dst) &&
	          write_groups(out, "by_srcaddr_dstaddr", truth->world, &truth->pairs, pair_keys) &&
	          write_groups(out, "by_srcaddr_dstaddr_dstport", truth->world, &truth->triples,
	                       keys) &&
	          write_nat(out, truth);
	fprintf(out, "\n}\n");
	return ok && ferror(out) == 0;
}
