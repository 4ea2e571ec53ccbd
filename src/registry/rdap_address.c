/* SPDX-License-Identifier: Apache-2.0
 *
 * See rdap_address.h.
 */
#include "registry/rdap_address.h"

#include <string.h>

enum { DIGITS_MAX = 3 };

/* A decimal number of at most three digits; returns what is behind it, or NULL. */
static const char *
read_number(const char *text, const char *end, unsigned *number)
{
	const char *at = text;
	*number = 0;
	while (at < end && *at >= '0' && *at <= '9' && at - text < DIGITS_MAX)
		*number = *number * 10 + (unsigned)(*at++ - '0');
	return at > text ? at : NULL;
}

/* Octets with dots between; fewer than four only where `may_be_short`. */
static bool
read_v4(const char *at, const char *end, bool may_be_short, struct ip *ip)
{
	uint32_t v4 = 0;
	unsigned count = 0, octet;
	while (count < 4) {
		at = read_number(at, end, &octet);
		if (at == NULL || octet > 255)
			return false;
		v4 |= (uint32_t)octet << (24 - 8 * count++);
		if (at == end)
			break;
		if (*at++ != '.')
			return false;
	}
	*ip = ip_from_v4(v4);
	return at == end && (count == 4 || may_be_short);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool
registry_rdap_address(const char *text, struct ip *ip, unsigned *bits)
{
	const char *end = text + strlen(text);
	while (text < end && is_blank(*text))
		text++;
	while (end > text && is_blank(end[-1]))
		end--;
	const char *slash = memchr(text, '/', (size_t)(end - text));
	const char *stop = slash != NULL ? slash : end;
	bool is_v6 = memchr(text, ':', (size_t)(stop - text)) != NULL;
	unsigned most = is_v6 ? 128 : 32;
	*bits = 128;
	if (is_v6 ? !ip_parse(text, (size_t)(stop - text), ip)
	          : !read_v4(text, stop, slash != NULL, ip))
		return false;
	if (slash == NULL)
		return true;
	unsigned len;
	const char *behind = read_number(slash + 1, end, &len);
	if (behind != end || len > most)
		return false;
	*bits = len + (is_v6 ? 0 : IP_V4_BITS);
	return true;
}
