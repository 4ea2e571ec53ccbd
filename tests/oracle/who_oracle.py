#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares flowtoll's choice among AWS's ranges with another implementation of the rule.

    who_oracle.py DRIVER ip-ranges.json [--count 100000] [--seed 1]

DRIVER is tests/oracle/who_oracle.c, built. A part of the addresses is anywhere, a part within the
published prefixes, a part on and next to their ends. Exit code 1 and the first differences where
the two disagree.
"""
import argparse
import collections
import ipaddress
import json
import random
import subprocess
import sys

CUSTOMERS = {
    "EC2": "Amazon EC2 customer",
    "CLOUDFRONT": "CloudFront customer",
    "GLOBALACCELERATOR": "Global Accelerator customer",
}
NOT_AWS = {"", "private network", "special-purpose range"}


class Ranges:
    """The rule in words: the longest prefix; of its rows any service before EC2 before AMAZON; of
    several such services the one with the fewest addresses of that family in the file."""

    def __init__(self, document):
        self.rows = collections.defaultdict(list)  # network -> [(service, region)]
        self.by_length = collections.defaultdict(dict)  # (version, length) -> {first: network}
        networks = collections.defaultdict(list)  # (version, service) -> [network]
        for key, member in (("prefixes", "ip_prefix"), ("ipv6_prefixes", "ipv6_prefix")):
            for row in document.get(key, []):
                network = ipaddress.ip_network(row[member])
                self.rows[network].append((row["service"], row.get("region")))
                self.by_length[network.version, network.prefixlen][int(network[0])] = network
                networks[network.version, row["service"]].append(network)
        self.covered = {
            key: sum(network.num_addresses for network in ipaddress.collapse_addresses(members))
            for key, members in networks.items()
        }
        self.lengths = {
            version: sorted((l for v, l in self.by_length if v == version), reverse=True)
            for version in (4, 6)
        }

    def find(self, address):
        version = address.version
        for length in self.lengths[version]:
            host_bits = address.max_prefixlen - length
            first = int(address) >> host_bits << host_bits
            network = self.by_length[version, length].get(first)
            if network is not None:
                return self.choose(version, self.rows[network])
        return None

    def choose(self, version, rows):
        specific = [row for row in rows if row[0] not in ("AMAZON", "EC2")]
        if specific:
            best = min(specific, key=lambda row: (self.covered[version, row[0]], row[0]))
        else:
            best = next((row for row in rows if row[0] == "EC2"), rows[0])
        service, region = best
        return service, region or "", CUSTOMERS.get(service, "Amazon")


def addresses(ranges, count, seed):
    dice = random.Random(seed)
    networks = sorted(ranges.rows, key=lambda n: (n.version, n))
    largest = {4: 2**32 - 1, 6: 2**128 - 1}
    for i in range(count):
        network = dice.choice(networks)
        version = network.version
        first, last = int(network[0]), int(network[-1])
        if i % 4 == 0:
            at = dice.randint(0, largest[version])
        elif i % 4 == 1:
            at = dice.choice((first - 1, first, last, last + 1))
        else:
            at = dice.randint(first, last)
        at = min(max(at, 0), largest[version])
        # ::ffff:0:0/96 is IPv4 in disguise and read as that
        if version == 6 and at >> 32 == 0xFFFF:
            at += 1 << 64
        yield ipaddress.IPv4Address(at) if version == 4 else ipaddress.IPv6Address(at)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("driver")
    parser.add_argument("ranges")
    parser.add_argument("--count", type=int, default=100000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with open(args.ranges, encoding="utf-8") as file:
        ranges = Ranges(json.load(file))
    asked = list(addresses(ranges, args.count, args.seed))
    answers = subprocess.run(
        [args.driver, args.ranges],
        input="".join(f"{address}\n" for address in asked),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.splitlines()
    if len(answers) != len(asked):
        sys.exit(f"{len(asked)} addresses, {len(answers)} answers")
    differences = found = 0
    services = collections.Counter()
    for address, line in zip(asked, answers):
        answer = tuple(line.split("\t"))
        wanted = ranges.find(address)
        found += wanted is not None
        services[wanted[0] if wanted else "none"] += 1
        if answer == wanted or (wanted is None and answer[:2] == ("", "") and answer[2] in NOT_AWS):
            continue
        differences += 1
        if differences <= 10:
            print(f"{address}: {answer}, not {wanted}")
    print(f"{len(asked)} addresses, {found} in AWS's ranges, {len(services) - 1} services: "
          f"{differences} differences")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
