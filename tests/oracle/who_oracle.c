/* SPDX-License-Identifier: Apache-2.0
 *
 * who_oracle RANGES.json < addresses > answers: a line "SERVICE <tab> REGION <tab> OWNER" for each
 * address, empty where not known. The half of who_oracle.py that is flowtoll.
 */
#include "who/who.h"

#include <stdio.h>
#include <string.h>

static const char *
shown(const char *text)
{
	return text != NULL ? text : "";
}

int
main(int argc, char **argv)
{
	struct who *who = NULL;
	struct flowtoll_err err = {0};
	if (argc != 2) {
		fprintf(stderr, "usage: who_oracle RANGES.json < addresses\n");
		return 2;
	}
	if (who_create(&who, &err) != FLOWTOLL_OK ||
	    who_add_aws_ranges(who, argv[1], &err) != FLOWTOLL_OK) {
		fprintf(stderr, "who_oracle: %s\n", err.message);
		who_free(who);
		return 1;
	}
	int failed = 0;
	for (char line[64]; fgets(line, sizeof line, stdin) != NULL;) {
		struct ip ip;
		struct who_name name;
		if (!ip_parse(line, strcspn(line, "\n"), &ip)) {
			fprintf(stderr, "who_oracle: no address: %s", line);
			failed = 1;
			break;
		}
		who_find(who, ip, &name);
		printf("%s\t%s\t%s\n", shown(name.service), shown(name.region), shown(name.owner));
	}
	who_free(who);
	return failed;
}
