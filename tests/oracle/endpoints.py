# SPDX-License-Identifier: Apache-2.0
"""endpoints.py DRIVER: see endpoints.sh. Asks nobody: botocore's rules are of its package."""
import itertools
import subprocess
import sys

import botocore.session
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointProviderError

DRIVER = sys.argv[1]
SERVICES = {"s3": "s3", "sts": "sts", "ec2": "ec2", "sso": "portal.sso", "sso-oidc": "oidc"}
session = botocore.session.get_session()
loader = session.get_component("data_loader")


def regions():
    return sorted({region for partition in session.get_available_partitions()
                   for region in session.get_available_regions("ec2", partition)})


def rules_of(service):
    return EndpointProvider(loader.load_service_model(service, "endpoint-rule-set-1"),
                            loader.load_data("partitions"))


def theirs(service, region, fips, dual_stack):
    """None: there is no such endpoint, as the partition lacks it."""
    try:
        return rules[service].resolve_endpoint(Region=region, UseFIPS=fips,
                                               UseDualStack=dual_stack).url
    except EndpointProviderError:
        return None


rules = {service: rules_of(service) for service in SERVICES}
asked = list(itertools.product(SERVICES, regions(), (False, True), (False, True)))
done = subprocess.run([DRIVER], text=True, capture_output=True, check=True, input="".join(
    f"{SERVICES[service]} {region} {fips:d} {dual:d}\n" for service, region, fips, dual in asked))
ours = done.stdout.splitlines()
assert len(ours) == len(asked), (len(ours), len(asked))
told = wrong = 0
for case, url in zip(asked, ours):
    expected = theirs(*case)
    told += expected is not None
    if expected not in (None, url):
        wrong += 1
        print(*case, "ours:", url, "botocore:", expected)
print(f"{told} endpoints of {len(asked)}, {wrong} differ")
sys.exit(wrong > 0 or told < 300)
