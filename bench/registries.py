#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who is behind 25 addresses, asked of registries that take a second for an answer: flowtoll beside
ipwhois 1.3.0's lookup_rdap(depth=1) in a loop, as notebooks have it.

    "$(tools/deps venv bench)" bench/registries.py

Both ask the same registries on loopback (tests/registry), first for the 25 addresses that sent the
most to the NAT gateway of the sample, then for 25 drawn at random from all that are public, of
which no two are of one network. ipwhois asks a DNS server of Team Cymru first which registry it is:
that is told to it for nothing, and where the registries are. Answers must be equal: the network's
name and the registrant. Exit code 1 where they are not, or a target is missed.
"""
import argparse
import csv
import ipaddress
import json
import os
import random
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "registry"))
from registry_server import NAMES, Registries, registry_of  # noqa: E402

COUNT = 25
FASTER = 10


def sample(flowtoll):
    """The addresses that sent the most to the sample's NAT gateway."""
    done = subprocess.run(
        [flowtoll, "top", "srcaddr", os.path.join(ROOT, "examples", "flowlogs"), "--where",
         "dstaddr = '10.0.1.7' and not is_private(srcaddr)", "-n", str(COUNT), "--format", "csv"],
        check=True, capture_output=True, text=True)
    return [row["srcaddr"] for row in csv.DictReader(done.stdout.splitlines())][:COUNT]


def at_random():
    chooser, drawn = random.Random(25), {}
    while len(drawn) < COUNT:
        address = ipaddress.ip_address(chooser.randrange(1 << 24, 224 << 24))
        if address.is_global:
            drawn.setdefault(int(address) >> 16, str(address))
    return list(drawn.values())


def ask_flowtoll(driver, registries, folder, addresses):
    """Names by address, and the seconds of the whole process."""
    start = time.monotonic()
    done = subprocess.run(
        [driver, "--folder", folder, "--bootstrap", registries.bootstrap, "--ask", "--named",
         "1000"], input="".join(f"{address} 1\n" for address in addresses), text=True, check=True,
        capture_output=True)
    took = time.monotonic() - start
    names = json.loads(done.stdout)["names"]
    return {ip: (found["name"], found["owner"]) for ip, found in names.items()}, took


def registrant(found):
    """As flowtoll says it: an organization before any other registrant."""
    holders = [entity for entity in found["objects"].values()
               if "registrant" in (entity["roles"] or [])]
    holders.sort(key=lambda entity: entity["contact"]["kind"] != "org")
    return holders[0]["contact"]["name"] if holders else None


def ask_ipwhois(registries, addresses):
    import ipwhois
    import ipwhois.asn
    import ipwhois.rdap
    own = {"ripe": "ripencc"}
    for name in NAMES:
        ipwhois.rdap.RIR_RDAP[own.get(name, name)] = {
            "ip_url": registries.url(name) + "ip/{0}",
            "entity_url": registries.url(name) + "entity/{0}"}

    def told(self, *_, **__):
        name = registry_of(ipaddress.ip_address(self._net.address_str))
        return {"asn": "64496", "asn_cidr": "NA", "asn_country_code": "ZZ", "asn_date": "",
                "asn_registry": own.get(name, name), "asn_description": "NA"}

    ipwhois.asn.IPASN.lookup = told
    start = time.monotonic()
    answers = {}
    for address in addresses:
        found = ipwhois.IPWhois(address).lookup_rdap(depth=1)
        answers[address] = found["network"]["name"], registrant(found)
    return answers, time.monotonic() - start


def measure(options, title, addresses):
    """True: all is as it should be."""
    with Registries(delay=options.delay) as registries, tempfile.TemporaryDirectory() as scratch:
        folder = os.path.join(scratch, "cache")
        ours, cold = ask_flowtoll(options.driver, registries, folder, addresses)
        queries = len(registries.log)
        again, warm = ask_flowtoll(options.driver, registries, folder, addresses)
        more = len(registries.log) - queries
        theirs, peer = ask_ipwhois(registries, addresses)
        asked = len(registries.log) - queries - more
    equal = sum(ours[address] == theirs[address] for address in addresses)
    print(f"{title}")
    print(f"    flowtoll, nothing known  {cold:7.2f} s, {queries:4} queries")
    print(f"    flowtoll, once more      {warm:7.2f} s, {more:4} queries")
    print(f"    ipwhois 1.3.0, a loop    {peer:7.2f} s, {asked:4} queries")
    print(f"    ipwhois / flowtoll       {peer / cold:7.2f} x (to reach: {FASTER} x)")
    print(f"    equal answers            {equal:4} of {len(addresses)}", flush=True)
    return again == ours and more == 0 and equal == len(addresses) and peer >= FASTER * cold


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--delay", type=float, default=1.0, help="seconds before each answer")
    parser.add_argument("--driver", default=os.path.join(ROOT, "build", "dev", "registry_driver"))
    parser.add_argument("--flowtoll", default=os.path.join(ROOT, "build", "flowtoll"))
    options = parser.parse_args()
    ok = measure(options, f"the sample's {COUNT} largest", sample(options.flowtoll))
    ok = measure(options, f"{COUNT} at random", at_random()) and ok
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
