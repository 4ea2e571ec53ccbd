/* SPDX-License-Identifier: Apache-2.0
 *
 * Who holds an address, as the internet registries say over RDAP (RFC 9082, 9083, 9224), and what
 * they said before: every answer is of a range, names all addresses in it, and is kept in
 *
 *     FOLDER/ranges.sqlite            answers, by range; shared by any number of processes
 *     FOLDER/rdap-ipv4.json, -ipv6    IANA's lists of who has what, until they expire
 *     FOLDER/aws-ip-ranges-DATE.json  AWS's ranges, a copy for each date
 *
 * A struct registry belongs to one thread at a time, but while nobody changes it any number may
 * find. What is lent lives until registry_close. Nothing that fails to be kept fails a call.
 */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include "base/err.h"
#include "ip/ip.h"

#include <stdatomic.h>

struct registry;

/* What a registry said of the addresses from `first` to `last`. Texts are UTF-8 as they came, of
 * strangers, and NULL where nothing was told. */
struct registry_range {
	struct ip first;
	struct ip last;
	bool found;       /* false: nobody holds them, which is an answer too; then most is NULL */
	bool stale;       /* older than answers are relied on: registry_ask asks again */
	int64_t as_of_s;  /* when it was said, seconds since 1970 */
	const char *registry; /* "arin", "ripe", "apnic", "lacnic", "afrinic"; or the host that spoke */
	const char *source;   /* the URL that gave the answer */
	const char *name;     /* of the network: "AT-88-Z" */
	const char *owner;    /* the registrant, else the network's name, else its handle */
	const char *handle;
	const char *type;
	const char *status;   /* several with ", " between */
	const char *parent_handle;
	const char *country;
	const char *remarks;  /* lines */
};

/* At most so many requests at once, and so many in any minute. */
struct registry_pace {
	unsigned at_once;
	unsigned per_minute;
	unsigned minute_ms; /* how long a minute is; 0: 60 000. Tests have shorter ones. */
};

/* How far registry_ask is, for any thread to read. */
struct registry_progress {
	atomic_uint_fast64_t lookups;     /* queries sent */
	atomic_uint_fast64_t lookups_max; /* the most there may be; 0: nobody is being asked */
};

/* Zero-initialise and set what is wanted. Texts are borrowed for the length of registry_open. */
struct registry_settings {
	const char *folder;    /* made when needed; NULL: flowtoll in XDG_CACHE_HOME or ~/.cache */
	bool keep_nothing;     /* no folder at all: neither read nor written */
	bool offline;          /* nobody is asked anything */
	const char *const *bootstraps; /* files as IANA's ipv4.json, which take the place of IANA's;
	                                  their URLs may be http:// */
	size_t bootstrap_count;
	const char *bootstrap_url;  /* where IANA's are; NULL: https://data.iana.org/rdap/ */
	const char *aws_ranges_url; /* NULL: https://ip-ranges.amazonaws.com/ip-ranges.json */
	const char *ca_bundle;      /* a file of certificates; NULL: those of the system */
	const struct registry_pace *pace; /* of every registry; NULL: each its own */
	int64_t now_s;              /* seconds since 1970; 0: as the clock says */
	void (*notice)(void *ctx, const char *text); /* for people: "asking rdap.arin.net"; NULL ok */
	bool (*stop)(void *ctx);    /* asked every few hundredths of a second; NULL ok */
	void *ctx;                  /* of both; they are called by who calls us, from no other thread */
	struct registry_progress *progress; /* lent for the registry's life; NULL ok */
};

/* Reads what is kept. A file that is damaged is set aside, which is noticed; it fails only without
 * memory and with bootstrap files that cannot be read. */
FLOWTOLL_MUST_USE enum flowtoll_rc registry_open(const struct registry_settings *settings,
                                                 struct registry **registry,
                                                 struct flowtoll_err *err);
void registry_close(struct registry *registry); /* NULL ok */

/* ---- what is known ------------------------------------------------------------------------ */

/* The narrowest range known that holds the address (of NAT64, the one inside), or NULL. What is
 * not found and stale is not known. */
const struct registry_range *registry_find(const struct registry *registry, struct ip ip);

/* Fetches from memory what registry_find of these addresses will read, all at once. */
void registry_warm(const struct registry *registry, const struct ip *ips, size_t count);

/* All ranges known, by first address and, of several, the wider first. */
size_t registry_count(const struct registry *registry);
const struct registry_range *registry_at(const struct registry *registry, size_t index);

/* Which address a registry would be asked for: the one inside of a NAT64 one, else itself. False:
 * none, as it is special-purpose. */
bool registry_subject(struct ip ip, struct ip *subject);

/* ---- asking ------------------------------------------------------------------------------- */

struct registry_want {
	struct ip ip;
	uint64_t bytes; /* what it weighs; of 0 it is never asked for */
};

/* Where asking ends, whichever comes first. Zero is the default. */
struct registry_limits {
	uint64_t lookups;         /* queries sent, not counting redirects; 0: 25 */
	uint64_t time_ms;         /* 0: 60 000 */
	unsigned named_per_mille; /* stop once so much of all bytes is named; 0: 950 */
	uint64_t bytes_all;       /* all bytes of the question; less than the wants have: theirs */
	uint64_t bytes_named;     /* those of them that others named, not among the wants */
};

enum registry_end {
	REGISTRY_END_ALL,     /* nothing is left to ask */
	REGISTRY_END_NAMED,   /* the share of bytes is named */
	REGISTRY_END_LOOKUPS,
	REGISTRY_END_TIME,
	REGISTRY_END_STOPPED, /* by `stop` */
	REGISTRY_END_OFFLINE
};

enum { REGISTRY_FAILURES = 16, REGISTRY_REASON_MAX = 240 };

/* Registries that could not be asked, or gave no answer that makes sense. */
struct registry_failure {
	char registry[128]; /* as in struct registry_range, or "IANA" for its lists */
	char reason[REGISTRY_REASON_MAX]; /* of the first: "no answer in 10 s", "asks to wait 300 s" */
	uint64_t addresses;
	uint64_t bytes;
};

struct registry_report {
	enum registry_end end;
	uint64_t lookups;         /* queries sent */
	uint64_t bytes_all;
	uint64_t bytes_named;     /* with those that others named */
	uint64_t addresses;       /* among the wants, each once, without special-purpose ones */
	uint64_t named;           /* of them: those with a range that was found, */
	uint64_t unregistered;    /* that nobody holds, */
	uint64_t failed;          /* that were asked for in vain, */
	uint64_t left;            /* and that were not asked for */
	uint64_t bytes_left;
	size_t failure_count;
	struct registry_failure failures[REGISTRY_FAILURES]; /* more are summed in the last */
};

/* Asks the registries for the wants that no range names yet, all registries side by side, each at
 * its own pace, the most bytes first, and keeps what they say. An address that is wanted twice
 * counts with the sum. FLOWTOLL_OK whatever the registries do, also where `stop` ended it; the
 * report is filled in any case. */
FLOWTOLL_MUST_USE enum flowtoll_rc registry_ask(struct registry *registry,
                                                const struct registry_want *wants, size_t count,
                                                const struct registry_limits *limits,
                                                struct registry_report *report,
                                                struct flowtoll_err *err);

/* ---- the cache ---------------------------------------------------------------------------- */

/* The file of answers; NULL where nothing is kept. */
const char *registry_cache_path(const struct registry *registry);

/* Some of the ranges: those that have an address of one of these prefixes. NULL is all of them. */
struct registry_part {
	const struct ip_cidr *cidrs;
	size_t count;
};

bool registry_part_has(const struct registry_part *part, const struct registry_range *range);

/* When an answer is no longer relied on, in seconds since 1970. */
int64_t registry_range_expires_s(const struct registry_range *range);

/* Forgets answers, in the file too; *count is how many. */
FLOWTOLL_MUST_USE enum flowtoll_rc registry_cache_clear(struct registry *registry,
                                                        const struct registry_part *part,
                                                        size_t *count, struct flowtoll_err *err);

/* What is known as NDJSON, an object a range; registry_cache_import reads it back. *count is how
 * many lines it has. */
FLOWTOLL_MUST_USE enum flowtoll_rc registry_cache_export(const struct registry *registry,
                                                         const struct registry_part *part,
                                                         flowtoll_write_fn *write, void *ctx,
                                                         size_t *count, struct flowtoll_err *err);

/* All of a file or, after an error in any line, nothing of it. What is known already stays where
 * it is newer. "-": standard input. *count is how many lines it had. */
FLOWTOLL_MUST_USE enum flowtoll_rc registry_cache_import(struct registry *registry,
                                                         const char *path, size_t *count,
                                                         struct flowtoll_err *err);

/* ---- AWS's ranges -------------------------------------------------------------------------- */

/* The file of ranges that fits a time (seconds since 1970; 0: now): the newest that is not younger,
 * else the oldest. First gets a copy of today where the last look at AWS was a week ago and `fetch`
 * allows it; that this fails is noticed. NULL: there is none. Lent until the next call. */
const char *registry_aws_ranges(struct registry *registry, int64_t at_s, bool fetch);

#endif
