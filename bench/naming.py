#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Names a million distinct addresses from an inventory, IANA's special-purpose ranges, AWS's ranges
and 50,000 ranges that registries told, beside Python: pytricia, and ipaddress with a table for each
length of prefix. All answers must be equal: source, range, name, service and region.

    "$(tools/deps venv bench)" bench/naming.py --ranges ip-ranges.json

`./run bench --ranges FILE` does it too (measure). Figures are processor time without that of
starting: reading the sources, reading the addresses, naming them.
"""
import argparse
import csv
import datetime
import ipaddress
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "oracle"))
from who_oracle import Ranges  # noqa: E402

COUNT, INTERFACES, KEPT = 1_000_000, 20_000, 50_000
MOST_S = 0.5
PEERS = ("pytricia", "ipaddress")


# ---- what is named, and by what ------------------------------------------------------------


def make_interfaces(dice, path):
    hosts = dice.sample(range(1, 1 << 24), INTERFACES)
    interfaces = [{"NetworkInterfaceId": f"eni-{host:017x}", "InterfaceType": "interface",
                   "PrivateIpAddress": str(ipaddress.ip_address(10 << 24 | host))}
                  for host in hosts]
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"NetworkInterfaces": interfaces}, file)
    return [(10 << 24) + host for host in hosts]


def make_kept(dice, path):
    """Prefixes as registries give them, some within others."""
    networks = set()
    while len(networks) < KEPT:
        if dice.random() < 0.85:
            bits = dice.choice((12, 14, 16, 18, 20, 22, 23, 24, 24))
            first = dice.randrange(1 << 24, 224 << 24) >> (32 - bits) << (32 - bits)
            networks.add(ipaddress.IPv4Network((first, bits)))
        else:
            bits = dice.choice((29, 32, 32, 36, 40, 48))
            first = (0x2 << 124 | dice.getrandbits(124)) >> (128 - bits) << (128 - bits)
            networks.add(ipaddress.IPv6Network((first, bits)))
    networks = sorted(networks, key=lambda network: (network.version, network))
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    with open(path, "w", encoding="utf-8") as file:
        for at, network in enumerate(networks):
            row = {"first": str(network[0]), "last": str(network[-1]), "found": True,
                   "as_of": now, "registry": "arin", "name": f"NET-{at}", "owner": f"Owner {at}"}
            file.write(json.dumps(row) + "\n")
    return networks


def within(dice, networks):
    network = dice.choice(networks)
    return network.version, int(network[0]) + dice.randrange(network.num_addresses)


def make_addresses(dice, interfaces, kept, published, path):
    found = {(4, host) for host in interfaces}
    while len(found) < COUNT:
        kind = dice.random()
        if kind < 0.15:
            found.add((4, 10 << 24 | dice.getrandbits(24)))
        elif kind < 0.45:
            found.add(within(dice, published))
        elif kind < 0.80:
            found.add(within(dice, kept))
        elif kind < 0.95:
            found.add((4, dice.getrandbits(32)))
        else:
            found.add((6, 0x2 << 124 | dice.getrandbits(124)))
    found = sorted(found)
    dice.shuffle(found)
    with open(path, "w", encoding="utf-8") as file:
        for version, number in found:
            kind = ipaddress.IPv4Address if version == 4 else ipaddress.IPv6Address
            file.write(f"{kind(number)}\n")


class Input:
    def __init__(self, folder):
        self.inventory = os.path.join(folder, "interfaces.json")
        self.kept = os.path.join(folder, "kept.ndjson")
        self.addresses = os.path.join(folder, "addresses.txt")


def make(folder, ranges):
    dice, made = random.Random(8), Input(folder)
    published = sorted(Ranges(ranges).rows, key=lambda network: (network.version, network))
    interfaces = make_interfaces(dice, made.inventory)
    kept = make_kept(dice, made.kept)
    make_addresses(dice, interfaces, kept, published, made.addresses)
    return made


# ---- Python, as it is done without flowtoll ------------------------------------------------


class Tries:
    """pytricia: a trie for each family."""

    def __init__(self):
        import pytricia
        self.of = {4: pytricia.PyTricia(32), 6: pytricia.PyTricia(128, socket.AF_INET6)}

    def put(self, network, value):
        self.of[network.version].insert(str(network), value)

    def get(self, text, _):
        return self.of[6 if ":" in text else 4].get(text)


class Lengths:
    """ipaddress: the prefixes of each length as numbers, the longest first."""

    def __init__(self):
        self.of = {4: {}, 6: {}}

    def put(self, network, value):
        shift = network.max_prefixlen - network.prefixlen
        tables = self.of[network.version]
        tables.setdefault(shift, {})[int(network[0]) >> shift] = value
        self.of[network.version] = dict(sorted(tables.items()))

    def get(self, _, address):
        number = int(address)
        for shift, table in self.of[address.version].items():
            value = table.get(number >> shift)
            if value is not None:
                return value
        return None


def special_rows():
    with open(os.path.join(ROOT, "data", "special_ranges.csv"), encoding="utf-8") as file:
        lines = [line for line in file if line.strip() and not line.startswith("#")]
    return list(csv.reader(lines))[1:]


def fill(kind, made, document):
    """The sources in their order: (source, range, name), and of AWS's ranges service and region."""
    inventory, special, aws, kept = (kind() for _ in range(4))
    with open(made.inventory, encoding="utf-8") as file:
        for interface in json.load(file)["NetworkInterfaces"]:
            network = ipaddress.ip_network(interface["PrivateIpAddress"])
            label = f"interface {interface['NetworkInterfaceId']}"
            inventory.put(network, ("inventory", str(network), label))
    for text, name, _, private, *_ in special_rows():
        special.put(ipaddress.ip_network(text), (("IANA", text, name), private == "yes"))
    ranges = Ranges(document)
    for network, rows in ranges.rows.items():
        service, region, _ = ranges.choose(network.version, rows)
        aws.put(network, (("AWS ranges", str(network), None), service, region))
    with open(made.kept, encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            [network] = ipaddress.summarize_address_range(
                ipaddress.ip_address(row["first"]), ipaddress.ip_address(row["last"]))
            kept.put(network, ("ARIN", str(network), row["owner"]))
    return inventory, special, aws, kept


NOTHING = ("", "", "")


def name(sources, text, address):
    inventory, special, aws, kept = sources
    named = inventory.get(text, address)
    reserved = special.get(text, address)
    amazon = None if reserved and reserved[1] else aws.get(text, address)
    if named is None:
        named = reserved[0] if reserved else amazon[0] if amazon else kept.get(text, address)
    return (named or NOTHING, *(amazon[1:] if amazon else ("", "")))


def be_peer(program, folder, ranges, answers):
    """In a process of its own: names all addresses, and prints what that took."""
    made = Input(folder)
    start = time.process_time()
    with open(ranges, encoding="utf-8") as file:
        sources = fill(Tries if program == "pytricia" else Lengths, made, json.load(file))
    sources_s = time.process_time() - start
    with open(made.addresses, encoding="utf-8") as file:
        texts = file.read().split()
    start = time.process_time()
    if program == "pytricia":
        found = [name(sources, text, None) for text in texts]
    else:
        found = [name(sources, text, ipaddress.ip_address(text)) for text in texts]
    took_s = time.process_time() - start
    with open(answers, "w", encoding="utf-8") as file:
        for (source, cidr, label), service, region in found:
            file.write(f"{source}\t{cidr}\t{label}\t{service}\t{region}\n")
    print(json.dumps({"sources": sources_s, "naming": took_s}))


# ---- measuring -----------------------------------------------------------------------------


def read_answers(path):
    """A name of AWS's ranges is flowtoll's own words for service and region."""
    with open(path, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    return [(row[0], row[1], "" if row[0] == "AWS ranges" else row[2], *row[3:]) for row in rows]


def ask_flowtoll(build, folder, made, ranges):
    cache = os.path.join(folder, "cache")
    subprocess.run([os.path.join(build, "flowtoll"), "who", "--cache", "import", made.kept, "-q",
                    "--no-config"], check=True, env=os.environ | {"XDG_CACHE_HOME": cache})
    answers = os.path.join(folder, "flowtoll.tsv")
    done = subprocess.run(
        [os.path.join(build, "bench_naming"), ranges, made.inventory,
         os.path.join(cache, "flowtoll"), made.addresses, answers],
        check=True, stdout=subprocess.PIPE, text=True)
    figures = re.fullmatch(r"(\d+) addresses, (\d+) named; ranges kept (\d+); sources ([\d.]+) s, "
                           r"addresses ([\d.]+) s, naming ([\d.]+) s\n", done.stdout)
    count, named, kept = map(int, figures.groups()[:3])
    if (count, kept) != (COUNT, KEPT):
        raise ValueError(f"bench_naming read {count} addresses and {kept} ranges")
    return answers, named, dict(zip(("sources", "addresses", "naming"),
                                    map(float, figures.groups()[3:])))


def ask_peer(program, folder, ranges):
    answers = os.path.join(folder, f"{program}.tsv")
    done = subprocess.run([sys.executable, os.path.abspath(__file__), "--peer", program, folder,
                           "--ranges", ranges, "-o", answers], check=True, stdout=subprocess.PIPE,
                          text=True)
    return answers, json.loads(done.stdout)


def compare(program, ours, theirs):
    if len(ours) != len(theirs):
        raise ValueError(f"{program} has {len(theirs)} answers, flowtoll {len(ours)}")
    for at, (one, other) in enumerate(zip(ours, theirs)):
        if one != other:
            raise ValueError(f"{program} says of address {at + 1} {other}, flowtoll {one}")


def measure(build, ranges, peers=True):
    """A report in Markdown, and flowtoll's seconds for naming. Unequal answers are a ValueError."""
    with tempfile.TemporaryDirectory(prefix="flowtoll-naming-") as folder:
        with open(ranges, encoding="utf-8") as file:
            made = make(folder, json.load(file))
        answers, named, own = ask_flowtoll(build, folder, made, ranges)
        ours = read_answers(answers)
        rows = [f"| flowtoll | {own['sources']:.2f} | {own['addresses']:.2f} | {own['naming']:.3f} "
                "| 1 |"]
        for program in PEERS if peers else ():
            answers, took = ask_peer(program, folder, ranges)
            compare(program, ours, read_answers(answers))
            rows.append(f"| {program} | {took['sources']:.2f} | | {took['naming']:.1f} "
                        f"| {took['naming'] / own['naming']:.0f} |")
    sources = {}
    for row in ours:
        sources[row[0] or "nobody"] = sources.get(row[0] or "nobody", 0) + 1
    shares = ", ".join(f"{source} {count:,}" for source, count in sorted(
        sources.items(), key=lambda item: -item[1]))
    equal = "; all answers are equal" if peers else ""
    text = [f"{COUNT:,} distinct addresses, {named:,} named: {shares}. Seconds of the processor, "
            f"of flowtoll the least of several rounds{equal}.", "",
            "| program | sources read | addresses read | named | ÷ flowtoll |",
            "|---|--:|--:|--:|--:|", *rows]
    return "\n".join(text), own["naming"]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ranges", metavar="FILE", required=True, help="AWS's ip-ranges.json")
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--no-peers", action="store_true", help="flowtoll alone")
    parser.add_argument("--peer", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("-o", dest="answers", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        be_peer(*options.peer, options.ranges, options.answers)
        return 0
    text, naming_s = measure(options.build, options.ranges, not options.no_peers)
    print(text)
    return 0 if naming_s <= MOST_S else 1


if __name__ == "__main__":
    sys.exit(main())
