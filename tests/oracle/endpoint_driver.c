/* SPDX-License-Identifier: Apache-2.0
 *
 * For endpoints.py: where a service answers, for each line of standard input: the service as its
 * hosts begin, the Region, and 0 or 1 for FIPS and for dual-stack.
 */
#include "aws/endpoint.h"

#include <stdio.h>

int
main(void)
{
	char service[32], region[64];
	int fips, dual_stack;
	while (scanf("%31s %63s %d %d", service, region, &fips, &dual_stack) == 4) {
		const struct aws_where where = {
			.service = service, .region = region, .fips = fips, .dual_stack = dual_stack};
		struct aws_endpoint endpoint;
		struct flowtoll_err err;
		if (aws_endpoint_find(&where, &endpoint, &err) != FLOWTOLL_OK)
			return 1;
		puts(endpoint.url);
	}
	return 0;
}
