/* SPDX-License-Identifier: Apache-2.0
 *
 * What a registry answers for an address (RFC 9083, "ip network"), in the dialects of the five
 * registries and their odd old forms. Pure; any thread.
 */
#ifndef REGISTRY_RDAP_H
#define REGISTRY_RDAP_H

#include "base/arena.h"
#include "registry/registry.h"

enum registry_rdap {
	REGISTRY_RDAP_RANGE,  /* somebody holds it */
	REGISTRY_RDAP_NOBODY, /* unallocated, or so wide a range that it only says so */
	REGISTRY_RDAP_SLOWER, /* too many queries, said in a notice or as an error object */
	REGISTRY_RDAP_BAD     /* it makes no sense */
};

struct registry_rdap_answer {
	enum registry_rdap kind;
	bool slower; /* it is an answer, but says as well that there are too many queries */
	struct registry_range range; /* of NOBODY: only the address asked */
	char reason[160];            /* of BAD */
};

/* `asked` is the address that was asked for, which the range must hold. Texts of the range are in
 * the arena. Sets neither as_of_s nor source. */
FLOWTOLL_MUST_USE enum flowtoll_rc registry_rdap_read(const char *text, size_t len,
                                                      struct ip asked, struct arena *arena,
                                                      struct registry_rdap_answer *answer,
                                                      struct flowtoll_err *err);

/* "arin", "ripe", "apnic", "lacnic" or "afrinic", where a host's name or a path has it between two
 * marks ("https://rdap.lacnic.net/", "http://127.0.0.1:80/lacnic/"); else NULL. */
const char *registry_of_url(const char *url);

#endif
