/* SPDX-License-Identifier: Apache-2.0
 *
 * Every bound of the program, by name. A bound that input can reach ends in a clear error.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

enum {
	LIMIT_THREADS = 256,
	LIMIT_COLUMNS = 256,            /* columns of one log file */
	LIMIT_HEADER_BYTES = 16 * 1024, /* a header line, a --fields text */
	LIMIT_NAME_BYTES = 127,         /* a column's name in it */
	LIMIT_FILE_NAME_BYTES = 1024,   /* a longer one tells no flow log */
	LIMIT_LINE_BYTES = 64 * 1024,   /* a record; a longer line is rejected, not cut */
	LIMIT_TAGS = 8,                 /* tags shown beside addresses */
	LIMIT_TAG_KEY_BYTES = 1024,     /* of a tag that is asked for; AWS's have 128 characters */
	LIMIT_KEYS = 16,                /* keys of one `top` list */
	LIMIT_LISTS = 16,               /* lists of one `top` */
	LIMIT_FLOW_LOGS = 64,           /* chosen with --flow-log */
	LIMIT_TWICE = 3,                /* pairs of flow logs told that log the same interface */
	LIMIT_PAIR_ROWS = 100000,       /* of a Parquet file, looked at for that */
	LIMIT_FOLD_BYTES = 32 << 20,    /* groups of equal records that a worker adds up */
	LIMIT_NOTES = 32,               /* remarks that go with an answer */
	LIMIT_SQL_BYTES = 1 << 20,
	LIMIT_VIEW_BYTES = 256 << 20,   /* the same, with the names of all Parquet files in it */
	LIMIT_FAULT_KINDS = 256,        /* groups of equal faults told; more are only counted */
	LIMIT_REJECTS = 1000,           /* rejected lines that the table rejects shows */
	LIMIT_REJECT_BYTES = 1024,      /* of each */
	LIMIT_FOLDER_DEPTH = 64,
	LIMIT_SWEPT_ENTRIES = 1 << 16,  /* of the folder for temporary files, looked at for leftovers */
	LIMIT_TABLE_ROWS = 10000,       /* rows that the output "table" lays out */
	LIMIT_CELL_BYTES = 4096,        /* of one cell in the output "table" */
	LIMIT_ADDRESSES = 16 << 20,     /* that one question names one by one */
	LIMIT_ASN_RANGES = 1 << 23,     /* of an ASN database, listed: GeoLite2 has a tenth of that */
	LIMIT_LOGGED_NAMES = 1 << 20,   /* addresses that tags in the records name */
	LIMIT_WANTS = 1 << 20,          /* addresses that registries may be asked for at once */
	LIMIT_BOOTSTRAPS = 64,          /* files that tell registries */
	LIMIT_INVENTORIES = 1024,       /* files of them */
	LIMIT_INTERFACES = 4 << 20,     /* of all inventories, and of a question */
	LIMIT_NAT_ADDRESSES = 1024,     /* of one NAT gateway; AWS has 32 in each zone at most */
	LIMIT_NETWORK_ROWS = 16 << 20,  /* of a kind, that all inventories know of the network */
	LIMIT_CLAIMANTS = 16,           /* interfaces told apart that share one address */
	LIMIT_WORDS = 1 << 28,          /* different ids of a column of an answer that is kept */
	LIMIT_WORD_BYTES = 1 << 30,     /* of all of them */
	LIMIT_SCANS_TOLD = 64,          /* of a query, of which is known what they reject */
	LIMIT_JSON_TEXT_BYTES = 2048,   /* an id, tag or description; AWS's have 256 characters */
	LIMIT_JSON_DEPTH = 512,         /* lists and objects within each other */
	LIMIT_JSON_VALUES = 4 << 20,    /* in one item of a list */
	LIMIT_LABEL_BYTES = 16 * 1024,  /* a few of these put together */
	LIMIT_RANGES = 1 << 20,         /* rows of AWS's ranges */
	LIMIT_HTTP_HEAD_BYTES = 64 * 1024, /* headers of an answer */
	LIMIT_AWS_FILE_BYTES = 1 << 20, /* a config or credentials file, a cached token */
	LIMIT_AWS_ANSWER_BYTES = 1 << 20, /* of STS, of credentials, an error of S3 */
	LIMIT_AWS_PROFILES = 4096,      /* sections of those files */
	LIMIT_ROLE_CHAIN = 8,           /* roles that are assumed one out of another */
	LIMIT_S3_PAGE_BYTES = 16 << 20, /* 1 000 keys of 1 024 bytes, each byte as %XX */
	LIMIT_S3_KEY_BYTES = 1024,
	LIMIT_S3_KEYS = 16 << 20,       /* of one listing that is kept */
	LIMIT_EC2_PAGE_BYTES = 64 << 20, /* 1 000 interfaces, each with hundreds of addresses */
	LIMIT_EC2_PAGES = 100000,       /* of one list in one Region */
	LIMIT_EC2_CALLS = 8,            /* side by side */
	LIMIT_REGIONS = 256,            /* that one inventory asks */
	LIMIT_ROLES = 1024,             /* likewise, each an account's */
	LIMIT_XML_DEPTH = 16,
	LIMIT_XML_TEXT_BYTES = 16 * 1024, /* of one element */
	LIMIT_DOWNLOADS = 8,            /* side by side */
	LIMIT_LISTINGS = 12,            /* folders listed side by side */
	LIMIT_STREAMS = 16,             /* objects read from S3 side by side */
	LIMIT_STREAM_BYTES = 512 * 1024, /* of each, come in and not read yet */
	LIMIT_SERVICES = 1024,          /* different services in them */
	LIMIT_INTERN_PROBES = 32,       /* slots looked at for a text */
	LIMIT_RDAP_ANSWER_BYTES = 1 << 20,
	LIMIT_RDAP_DEPTH = 8,           /* entities within each other that are looked into */
	LIMIT_RDAP_NAME_BYTES = 512,    /* of a name, owner, handle, status */
	LIMIT_RDAP_REMARK_BYTES = 4096, /* of all remarks of a network */
	LIMIT_RDAP_V4_WIDTH = 24,       /* bits: a wider range is IANA's or a registry's, nobody's */
	LIMIT_RDAP_V6_WIDTH = 115,      /* a /13; registries have a /12 */
	LIMIT_RDAP_URL_BYTES = 1024,
	LIMIT_RDAP_REDIRECTS = 5,
	LIMIT_RDAP_CONNECT_MS = 5000,
	LIMIT_RDAP_QUERY_MS = 10000,    /* of one query, to the last byte of its answer */
	LIMIT_RDAP_STRIKES = 3,         /* queries in vain, one after another: then no more */
	LIMIT_RDAP_LANES = 256,         /* registries asked in one run */
	LIMIT_RDAP_AT_ONCE = 16,        /* queries that run, of all registries */
	LIMIT_BOOTSTRAP_BYTES = 4 << 20,
	LIMIT_BOOTSTRAP_URLS = 4096,
	LIMIT_KEPT_RANGES = 1 << 18,    /* of what registries said */
	LIMIT_KEPT_LINE_BYTES = 32 * 1024, /* of a line with one of these */
	LIMIT_KEPT_S = 30 * 86400,      /* how long an answer is relied on */
	LIMIT_KEPT_NOBODY_S = 86400,    /* likewise one that nobody holds an address */
	LIMIT_KEPT_LAST_S = 365 * 86400, /* and after this it is no longer shown */
	LIMIT_AWS_LOOK_S = 7 * 86400,   /* how often AWS is asked for its ranges */
	LIMIT_RETRY_S = 3600,           /* until a file that could not be got is tried again */
	LIMIT_FILE_MS = 60000,          /* for such a file */
	LIMIT_TRIE_NODES = 1 << 24,     /* of a prefix trie: 8 million prefixes at least */
};

#define LIMIT_TABLE_BYTES ((size_t)64 << 20) /* kept for the output "table" */
#define LIMIT_INVENTORY_BYTES ((size_t)512 << 20)
#define LIMIT_RANGES_BYTES ((size_t)64 << 20)
#define LIMIT_TWICE_BYTES ((size_t)32 << 20) /* of text looked at for such pairs */
#define LIMIT_QUIET_BYTES ((uint64_t)10 << 30) /* more is told before it is fetched */
#define LIMIT_ADDRESS_BYTES ((size_t)1 << 30) /* of text with them, one a line */
#define LIMIT_FILES ((size_t)4 << 20)

#endif
