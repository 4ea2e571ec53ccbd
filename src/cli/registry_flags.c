/* SPDX-License-Identifier: Apache-2.0
 *
 * See registry_flags.h.
 */
#include "cli/registry_flags.h"

#include "base/when.h"
#include "cli/signals.h"

#include <stdlib.h>
#include <string.h>

enum { PER_MILLE = 1000, PER_PERCENT = 10 };

/* "95%", "95", "99.5%" */
static enum flowtoll_rc
read_share(const char *text, unsigned *per_mille, struct flowtoll_err *err)
{
	size_t whole = strspn(text, "0123456789");
	const char *rest = text + whole;
	unsigned long tenths = 0, percent = whole > 0 && whole < 4 ? strtoul(text, NULL, 10) : 0;
	if (rest[0] == '.' && rest[1] >= '0' && rest[1] <= '9') {
		tenths = (unsigned long)(rest[1] - '0');
		rest += 2;
	}
	unsigned long share = percent * PER_PERCENT + tenths;
	rest += *rest == '%';
	if (whole > 0 && whole < 4 && *rest == '\0' && share > 0 && share <= PER_MILLE) {
		*per_mille = (unsigned)share;
		return FLOWTOLL_OK;
	}
	err_set(err, FLOWTOLL_ERR_USAGE, "--named cannot be %s", text);
	err_hint(err, "it is a share, such as 95%% or 99.5%%");
	return err->code;
}

/* Options that only tell how to ask, of the command line: they would do nothing. */
static enum flowtoll_rc
check_asked(const struct options *options, struct flowtoll_err *err)
{
	static const enum flag_id of_asking[] = {FLAG_LOOKUPS, FLAG_NAMED, FLAG_LOOKUP_TIME,
	                                         FLAG_RDAP_BOOTSTRAP};
	for (size_t i = 0; i < sizeof of_asking / sizeof *of_asking; i++) {
		enum flag_id id = of_asking[i];
		if (options->values[id] == NULL || options->from_config[id])
			continue;
		err_set(err, FLOWTOLL_ERR_USAGE, "--%s without --names rdap: no registry is asked",
		        flags[id].name);
		err_hint(err, "add --names rdap, which tells registries the addresses, or leave it out");
		return err->code;
	}
	return FLOWTOLL_OK;
}

static bool
stop(void *ctx)
{
	(void)ctx;
	return signals_interrupted();
}

enum flowtoll_rc
registry_flags_read(const struct options *options, struct flowtoll_settings *settings,
                    struct flowtoll_err *err)
{
	const char *names = options->values[FLAG_NAMES];
	const char *named = options->values[FLAG_NAMED], *span = options->values[FLAG_LOOKUP_TIME];
	settings->names_off = names != NULL && strcmp(names, "none") == 0;
	settings->ask_registries = names != NULL && strcmp(names, "rdap") == 0;
	settings->offline = options->values[FLAG_OFFLINE] != NULL;
	settings->lookups = options->numbers[FLAG_LOOKUPS];
	settings->rdap_bootstraps = options->bootstraps;
	settings->rdap_bootstrap_count = options->bootstrap_count;
	settings->stop = stop;
	if (options->command == COMMAND_WHO) /* each address was asked for by name */
		settings->named_per_mille = PER_MILLE;
	if (named != NULL)
		TRY(read_share(named, &settings->named_per_mille, err));
	if (span != NULL) {
		int64_t span_us;
		enum flowtoll_rc rc = when_parse_span(span, &span_us, err);
		if (rc != FLOWTOLL_OK) {
			err_place(err, "--lookup-time", 0, err->byte);
			return rc;
		}
		settings->lookup_ms = (uint64_t)(span_us < 1000 ? 1 : span_us / 1000);
	}
	return settings->ask_registries ? FLOWTOLL_OK : check_asked(options, err);
}

enum flowtoll_rc
registry_flags_check_offline(const struct options *options, const char *what,
                             struct flowtoll_err *err)
{
	if (options->values[FLAG_OFFLINE] == NULL)
		return FLOWTOLL_OK;
	err_set(err, FLOWTOLL_ERR_USAGE, "%s, and --offline forbids it", what);
	err_hint(err, "leave --offline out%s",
	         options->from_config[FLAG_OFFLINE] ? " of the config file, or add --no-config" : "");
	return err->code;
}
