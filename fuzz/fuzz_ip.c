/* SPDX-License-Identifier: Apache-2.0
 *
 * Any text as an address and as a prefix: what is read, printed and read again is the same, and
 * printed text is canonical.
 */
#include "ip/ip.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;
	char once[IP_CIDR_TEXT_MAX], twice[IP_CIDR_TEXT_MAX];
	struct ip ip, again;
	struct ip_cidr cidr, cidr_again;
	if (ip_parse(text, len, &ip)) {
		size_t once_len = ip_print(ip, once);
		if (!ip_parse(once, once_len, &again) || ip_compare(ip, again) != 0)
			abort();
		if (ip_print(again, twice) != once_len || memcmp(once, twice, once_len) != 0)
			abort();
	}
	if (ip_cidr_parse(text, len, &cidr, NULL)) {
		size_t once_len = ip_cidr_print(cidr, once);
		if (!ip_cidr_parse(once, once_len, &cidr_again, NULL) ||
		    ip_compare(cidr.first, cidr_again.first) != 0 || cidr.bits != cidr_again.bits)
			abort();
		if (!ip_in_cidr(cidr.first, &cidr) || !ip_in_cidr(ip_last(cidr.first, cidr.bits), &cidr))
			abort();
	}
	return 0;
}
