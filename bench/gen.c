/* SPDX-License-Identifier: Apache-2.0
 *
 * gen: VPC flow logs of a made-up network, and the true totals of what they say. It is the oracle
 * of tests and the source of large benchmark sets, so it shares no code with the program.
 * The same options give the same text on every machine, and the same bytes with the same zlib,
 * whatever the number of threads.
 */
#include "gen/gen_write.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char help[] =
	"gen - make VPC flow logs and the true totals of what they say\n"
	"\n"
	"usage: gen --rows N --out DIR [options]\n"
	"\n"
	"what is made\n"
	"  --rows N           records in all files together, NODATA and SKIPDATA among them\n"
	"  --files N          files, each of the next five minutes (default 20)\n"
	"  --seed N           the same seed gives the same bytes (default 1)\n"
	"  --out DIR          folder for the log files; made if missing\n"
	"  --truth FILE       the true totals as JSON\n"
	"  --inventory FILE   the interfaces, as `aws ec2 describe-network-interfaces` prints them\n"
	"  --ranges FILE      the address ranges, as in AWS's ip-ranges.json\n"
	"\n"
	"format\n"
	"  --format F         v2, v5 (default), v11, alphabetical (version 5 sorted by name),\n"
	"                     tgw (transit gateway), custom (needs --fields)\n"
	"  --fields 'A B ...' these fields in this order; names that begin with x- are unknown ones\n"
	"  --ms               times in milliseconds\n"
	"  --plain            no gzip\n"
	"  --level N          of gzip, 1 to 9 (default 6)\n"
	"  --mid-headers      repeat the header line in the middle of files\n"
	"\n"
	"content\n"
	"  --day YYYY-MM-DD   the first file begins at its midnight, UTC (default 2026-11-20)\n"
	"  --clients N        instances behind the NAT gateway (default 40; wide: 2000)\n"
	"  --remotes N        addresses outside (default 4000; wide: 20000)\n"
	"  --pairs wide       millions of distinct srcaddr, dstaddr pairs\n"
	"  --bursts           traffic in bursts: now and then one client takes over for some minutes\n"
	"  --big              byte counts so large that sums pass 2^63\n"
	"  --ipv6 SHARE       of the events, 0 to 1 (default 0)\n"
	"  --nodata SHARE     of the records (default 0.01)\n"
	"  --skipdata SHARE   of the records (default 0.0005)\n"
	"\n"
	"work\n"
	"  --threads N        (default: as many as the machine has)\n"
	"  --groups N         pairs and triples of addresses the truth follows (default 4000000);\n"
	"                     past it their totals are null, all else stays exact\n"
	"  --help\n";

enum {
	OPT_ROWS = 256,
	OPT_FILES,
	OPT_SEED,
	OPT_OUT,
	OPT_TRUTH,
	OPT_INVENTORY,
	OPT_RANGES,
	OPT_FORMAT,
	OPT_FIELDS,
	OPT_MS,
	OPT_PLAIN,
	OPT_LEVEL,
	OPT_MID_HEADERS,
	OPT_DAY,
	OPT_CLIENTS,
	OPT_REMOTES,
	OPT_PAIRS,
	OPT_BURSTS,
	OPT_BIG,
	OPT_IPV6,
	OPT_NODATA,
	OPT_SKIPDATA,
	OPT_THREADS,
	OPT_GROUPS,
	OPT_HELP
};

static const struct option long_options[] = {
	{"rows", required_argument, NULL, OPT_ROWS},
	{"files", required_argument, NULL, OPT_FILES},
	{"seed", required_argument, NULL, OPT_SEED},
	{"out", required_argument, NULL, OPT_OUT},
	{"truth", required_argument, NULL, OPT_TRUTH},
	{"inventory", required_argument, NULL, OPT_INVENTORY},
	{"ranges", required_argument, NULL, OPT_RANGES},
	{"format", required_argument, NULL, OPT_FORMAT},
	{"fields", required_argument, NULL, OPT_FIELDS},
	{"ms", no_argument, NULL, OPT_MS},
	{"plain", no_argument, NULL, OPT_PLAIN},
	{"level", required_argument, NULL, OPT_LEVEL},
	{"mid-headers", no_argument, NULL, OPT_MID_HEADERS},
	{"day", required_argument, NULL, OPT_DAY},
	{"clients", required_argument, NULL, OPT_CLIENTS},
	{"remotes", required_argument, NULL, OPT_REMOTES},
	{"pairs", required_argument, NULL, OPT_PAIRS},
	{"bursts", no_argument, NULL, OPT_BURSTS},
	{"big", no_argument, NULL, OPT_BIG},
	{"ipv6", required_argument, NULL, OPT_IPV6},
	{"nodata", required_argument, NULL, OPT_NODATA},
	{"skipdata", required_argument, NULL, OPT_SKIPDATA},
	{"threads", required_argument, NULL, OPT_THREADS},
	{"groups", required_argument, NULL, OPT_GROUPS},
	{"help", no_argument, NULL, OPT_HELP},
	{NULL, 0, NULL, 0},
};

/* A whole number of min to max. */
static bool
parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *value,
             struct gen_fault *fault)
{
	char *end;
	errno = 0;
	unsigned long long parsed = strtoull(text, &end, 10);
	bool whole = errno == 0 && *end == '\0' && text[0] >= '0' && text[0] <= '9';
	if (!whole || parsed < min || parsed > max)
		return gen_fail(fault, "not a number of %llu to %llu: %s", (unsigned long long)min,
		                (unsigned long long)max, text);
	*value = parsed;
	return true;
}

static bool
parse_unsigned(const char *text, unsigned min, unsigned max, unsigned *value,
               struct gen_fault *fault)
{
	uint64_t parsed = 0;
	if (!parse_number(text, min, max, &parsed, fault))
		return false;
	*value = (unsigned)parsed;
	return true;
}

/* 0 to 1 in millionths, by digits: no floating point. */
static bool
parse_share(const char *text, unsigned *ppm, struct gen_fault *fault)
{
	unsigned value = 0, unit = GEN_PPM;
	const char *c = text;
	if (*c == '0' || *c == '1')
		value = (unsigned)(*c++ - '0') * unit;
	bool ok = c > text;
	if (*c == '.')
		for (c++; *c >= '0' && *c <= '9' && unit > 1; c++)
			value += (unsigned)(*c - '0') * (unit /= 10);
	if (!ok || *c != '\0' || value > GEN_PPM)
		return gen_fail(fault, "not a share of 0 to 1 with six decimals at most: %s", text);
	*ppm = value;
	return true;
}

static bool
parse_day(const char *text, int64_t *day_s, struct gen_fault *fault)
{
	struct tm tm = {0};
	const char *end = strptime(text, "%Y-%m-%d", &tm);
	int day = tm.tm_mday;
	time_t time = end != NULL ? timegm(&tm) : -1;
	if (end == NULL || *end != '\0' || tm.tm_mday != day || time < 86400)
		return gen_fail(fault, "not a day like 2026-11-20: %s", text);
	*day_s = time;
	return true;
}

static bool
parse_format(const char *text, enum gen_kind *kind, struct gen_fault *fault)
{
	static const char *const names[] = {"v2", "v5", "v11", "alphabetical", "tgw", "custom"};
	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(text, names[i]) == 0) {
			*kind = (enum gen_kind)i;
			return true;
		}
	}
	return gen_fail(fault, "no such format: %s", text);
}

/* Options that take a number or a share. */
static bool
set_number(struct gen_options *o, int option, const char *arg, struct gen_fault *fault)
{
	unsigned level = 0;
	switch (option) {
	case OPT_ROWS:
		return parse_number(arg, 1, (uint64_t)1 << 40, &o->rows, fault);
	case OPT_FILES:
		return parse_unsigned(arg, 1, GEN_FILES_MAX, &o->files, fault);
	case OPT_SEED:
		return parse_number(arg, 0, UINT64_MAX, &o->seed, fault);
	case OPT_LEVEL:
		if (!parse_unsigned(arg, 1, 9, &level, fault))
			return false;
		o->level = (int)level;
		return true;
	case OPT_CLIENTS:
		return parse_unsigned(arg, GEN_CLIENTS_MIN, GEN_CLIENTS_MAX, &o->clients, fault);
	case OPT_REMOTES:
		return parse_unsigned(arg, GEN_REMOTES_MIN, GEN_REMOTES_MAX, &o->remotes, fault);
	case OPT_IPV6:
		return parse_share(arg, &o->ipv6_ppm, fault);
	case OPT_NODATA:
		return parse_share(arg, &o->nodata_ppm, fault);
	case OPT_SKIPDATA:
		return parse_share(arg, &o->skipdata_ppm, fault);
	case OPT_THREADS:
		return parse_unsigned(arg, 1, GEN_THREADS_MAX, &o->threads, fault);
	default:
		return parse_number(arg, 0, (uint64_t)1 << 32, &o->groups_max, fault);
	}
}

static bool
set_option(struct gen_options *o, int option, const char *arg, struct gen_fault *fault)
{
	switch (option) {
	case OPT_OUT:
		o->out = arg;
		return true;
	case OPT_TRUTH:
		o->truth = arg;
		return true;
	case OPT_INVENTORY:
		o->inventory = arg;
		return true;
	case OPT_RANGES:
		o->ranges = arg;
		return true;
	case OPT_FIELDS:
		o->fields = arg;
		return true;
	case OPT_FORMAT:
		return parse_format(arg, &o->kind, fault);
	case OPT_DAY:
		return parse_day(arg, &o->day_s, fault);
	case OPT_PAIRS:
		o->wide = strcmp(arg, "wide") == 0;
		return o->wide || gen_fail(fault, "--pairs can only be wide");
	case OPT_MS:
		o->ms = true;
		return true;
	case OPT_PLAIN:
		o->plain = true;
		return true;
	case OPT_MID_HEADERS:
		o->mid_headers = true;
		return true;
	case OPT_BURSTS:
		o->bursts = true;
		return true;
	case OPT_BIG:
		o->big = true;
		return true;
	default:
		return set_number(o, option, arg, fault);
	}
}

static bool
check_options(struct gen_options *o, struct gen_fault *fault)
{
	if (o->rows == 0 || o->out == NULL)
		return gen_fail(fault, "--rows and --out are needed; see --help");
	if (o->kind == GEN_TGW && o->inventory != NULL)
		return gen_fail(fault, "transit gateway logs have no inventory");
	if ((uint64_t)o->nodata_ppm + o->skipdata_ppm > GEN_PPM)
		return gen_fail(fault, "--nodata and --skipdata together exceed 1");
	if (o->clients == 0)
		o->clients = o->wide ? 2000 : 40;
	if (o->remotes == 0)
		o->remotes = o->wide ? 20000 : 4000;
	if (o->threads == 0) {
		long cpus = sysconf(_SC_NPROCESSORS_ONLN);
		o->threads = cpus < 1 ? 1 : cpus > GEN_THREADS_MAX ? GEN_THREADS_MAX : (unsigned)cpus;
	}
	return true;
}

static bool
write_side_files(const struct gen_options *o, const struct gen_world *world,
                 const struct gen_format *format, const struct gen_truth *truth,
                 const struct gen_file *files, struct gen_fault *fault)
{
	const char *const paths[] = {o->truth, o->inventory, o->ranges};
	for (unsigned i = 0; i < 3; i++) {
		if (paths[i] == NULL)
			continue;
		FILE *out = fopen(paths[i], "wb");
		if (out == NULL)
			return gen_fail(fault, "cannot write %s: %s", paths[i], strerror(errno));
		bool ok = i == 0   ? gen_truth_write(truth, o, format, files, out)
		          : i == 1 ? gen_write_inventory(world, out)
		                   : gen_write_ranges(out);
		ok = fclose(out) == 0 && ok;
		if (!ok)
			return gen_fail(fault, "cannot write %s: %s", paths[i], strerror(errno));
	}
	return true;
}

static bool
run(const struct gen_options *o, struct gen_fault *fault)
{
	struct gen_format format;
	struct gen_world world = {0};
	struct gen_truth truth = {0};
	struct gen_file *files = calloc(o->files, sizeof *files);
	bool ok = files != NULL || gen_fail(fault, "out of memory for %u files", o->files);
	if (ok && mkdir(o->out, 0777) != 0 && errno != EEXIST)
		ok = gen_fail(fault, "cannot make %s: %s", o->out, strerror(errno));
	ok = ok && gen_format_make(&format, o->kind, o->fields, fault);
	ok = ok && gen_world_build(&world, o, fault);
	ok = ok && gen_truth_init(&truth, &world, o, fault);
	ok = ok && gen_write_files(o, &world, &format, &truth, files, fault);
	ok = ok && write_side_files(o, &world, &format, &truth, files, fault);
	gen_truth_free(&truth);
	gen_world_free(&world);
	free(files);
	return ok;
}

int
main(int argc, char **argv)
{
	struct gen_options options = {.seed = 1, .files = 20, .kind = GEN_V5, .level = 6,
	                              .nodata_ppm = 10000, .skipdata_ppm = 500,
	                              .groups_max = 4000000, .day_s = 1795132800};
	struct gen_fault fault = {""};
	bool ok = true;
	for (int c; ok && (c = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
		if (c == OPT_HELP) {
			fputs(help, stdout);
			return 0;
		}
		if (c == '?')
			return 2;
		ok = set_option(&options, c, optarg, &fault);
	}
	if (ok && optind < argc)
		ok = gen_fail(&fault, "what is %s? See --help", argv[optind]);
	if (!ok || !check_options(&options, &fault)) {
		fprintf(stderr, "gen: %s\n", fault.text);
		return 2;
	}
	if (!run(&options, &fault)) {
		fprintf(stderr, "gen: %s\n", fault.text);
		return 1;
	}
	return 0;
}
