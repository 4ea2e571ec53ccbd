/* SPDX-License-Identifier: Apache-2.0
 *
 * See said.h. A look-up must not cost what strftime and snprintf do.
 */
#include "who/said.h"

#include <string.h>

static const struct {
	const char *id;
	const char *name;
} registries[] = {
	{"arin", "ARIN"},     {"ripe", "RIPE NCC"},   {"apnic", "APNIC"},
	{"lacnic", "LACNIC"}, {"afrinic", "AFRINIC"},
};

static void
put_digits(char *out, unsigned number, int digits)
{
	for (int i = digits - 1; i >= 0; i--, number /= 10)
		out[i] = (char)('0' + number % 10);
}

/* Days since 1970 as a date of the Gregorian calendar: years from March on, in eras of 400. */
static void
put_day(int64_t day, char out[WHO_DATE_MAX])
{
	int64_t shifted = day + 719468, era = shifted / 146097;
	int64_t of_era = shifted - era * 146097;
	int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month_from_march = (5 * of_year + 2) / 153;
	int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
	put_digits(out, (unsigned)(year_of_era + era * 400 + (month <= 2)), 4);
	put_digits(out + 5, (unsigned)month, 2);
	put_digits(out + 8, (unsigned)(of_year - (153 * month_from_march + 2) / 5 + 1), 2);
	out[4] = out[7] = '-';
	out[WHO_DATE_MAX - 1] = '\0';
}

void
who_said_make(struct who_said *said, const struct registry_range *range)
{
	const char *name = range->registry != NULL ? range->registry : "registry";
	for (size_t i = 0; i < sizeof registries / sizeof *registries; i++)
		if (strcmp(registries[i].id, name) == 0)
			name = registries[i].name;
	size_t len = strnlen(name, WHO_SAID_MAX - 1);
	int64_t day = range->as_of_s / 86400;
	bool has_date = range->as_of_s > 0 && day < 2932896; /* before 10000 */
	memcpy(said->name, name, len);
	said->name[len] = '\0';
	memcpy(said->text, said->name, len + 1);
	if (has_date) {
		put_day(day, said->date);
		said->text[len] = ' ';
		memcpy(said->text + len + 1, said->date, WHO_DATE_MAX);
	}
	said->source = (struct who_source){.name = said->name,
	                                   .date = has_date ? said->date : NULL,
	                                   .text = said->text};
}

/* How long the prefixes around an address must be to stay on its side of an end of the range, of
 * which `apart` is what the address differs by, and `rest` the end with its bits turned so that
 * zeros can be left out: as long as the end itself, or a bit more than both have in common. */
static unsigned
bits_for(struct ip apart, struct ip rest)
{
	unsigned common = apart.hi != 0   ? (unsigned)__builtin_clzll(apart.hi)
	                  : apart.lo != 0 ? 64 + (unsigned)__builtin_clzll(apart.lo) : 127;
	unsigned zeros = rest.lo != 0   ? (unsigned)__builtin_ctzll(rest.lo)
	                 : rest.hi != 0 ? 64 + (unsigned)__builtin_ctzll(rest.hi) : 128;
	return common + 1 < 128 - zeros ? common + 1 : 128 - zeros;
}

struct ip_cidr
who_said_cidr(struct ip ip, const struct registry_range *range)
{
	struct ip first = range->first, last = range->last;
	unsigned above = bits_for((struct ip){ip.hi ^ first.hi, ip.lo ^ first.lo}, first);
	unsigned below = bits_for((struct ip){ip.hi ^ last.hi, ip.lo ^ last.lo},
	                          (struct ip){~last.hi, ~last.lo});
	unsigned bits = above > below ? above : below;
	return (struct ip_cidr){.first = ip_first(ip, bits), .bits = (uint8_t)bits};
}
