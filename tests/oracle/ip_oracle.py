#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ip_oracle.py DRIVER RANGES.json [--seed N] [--count N]: src/ip against Python's ipaddress.

DRIVER is ip_driver.c, built. RANGES.json is AWS's ip-ranges.json. Checked, each difference being a
failure, exit code 1:

  find     the longest prefix of RANGES.json for COUNT random addresses (any, inside prefixes and at
           their edges), against a dict for each prefix length
  parse    COUNT texts, well-formed, broken by a few edits, or noise: accepted or refused alike, and
           printed alike
  cidr     the same with prefixes
  special  data/special_ranges.csv: the row found for its edges and random addresses, against a
           search of the file; and ipaddress.is_private and its like where the registries agree

Where the two differ on purpose, and so what is expected here instead of Python's answer:

  * ::ffff:10.0.0.1 is 10.0.0.1, and is printed so; ::ffff:10.0.0.0/104 is 10.0.0.0/8.
  * An address with a zone (fe80::1%eth0) is refused.
  * A prefix length has digits only, and no leading zeros: no /08, no /255.0.0.0.
"""
import argparse
import csv
import ipaddress
import json
import os
import random
import re
import subprocess
import sys

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../data/special_ranges.csv")
SHOWN_MAX = 20


class Driver:
    def __init__(self, path):
        self.path = path

    def ask(self, commands):
        run = subprocess.run(
            [self.path], input="".join(c + "\n" for c in commands).encode(), stdout=subprocess.PIPE
        )
        answers = run.stdout.decode().splitlines()
        if run.returncode != 0 or len(answers) != len(commands):
            sys.exit(f"ip_driver: exit code {run.returncode}, {len(answers)} answers, "
                     f"not {len(commands)}")
        return answers


class Check:
    """Counts what was compared and shows the first differences."""

    def __init__(self, name):
        self.name, self.count, self.differences = name, 0, 0

    def equal(self, what, ours, expected):
        self.count += 1
        if ours != expected:
            self.differences += 1
            if self.differences <= SHOWN_MAX:
                print(f"{self.name}: {what}: {ours!r}, expected {expected!r}")

    def close(self, remark=""):
        print(f"{self.name}: {self.count} compared, {self.differences} differences{remark}")
        return self.differences


# ---- addresses as numbers ------------------------------------------------------------------------


def number(address):
    """In the 128 bits that flowtoll keeps all addresses in."""
    mapped = address.ipv4_mapped if address.version == 6 else address
    return int(address) if mapped is None else 0xFFFF << 32 | int(mapped)


def text_of(value):
    is_v4 = value >> 32 == 0xFFFF
    return str(ipaddress.IPv4Address(value & 0xFFFFFFFF) if is_v4 else ipaddress.IPv6Address(value))


def cidr_text(network):
    """As flowtoll prints it."""
    value = number(network.network_address)
    is_v4 = value >> 32 == 0xFFFF
    bits = network.prefixlen - (96 if is_v4 and network.version == 6 else 0)
    return f"{text_of(value)}/{bits}"


class Prefixes:
    """The longest match, by looking the address up in one dict for each length."""

    def __init__(self):
        self.by_bits = {bits: {} for bits in range(128, -1, -1)}

    def set(self, network, value):
        bits = network.prefixlen + (96 if network.version == 4 else 0)
        self.by_bits[bits][number(network.network_address) >> (128 - bits)] = value

    def find(self, value):
        for bits, values in self.by_bits.items():
            if value >> (128 - bits) in values:
                return values[value >> (128 - bits)], bits
        return None


def edges(network):
    """Its first and last address and their neighbours outside, as numbers."""
    first, last = number(network.network_address), number(network.broadcast_address)
    return [v for v in (first - 1, first, last, last + 1) if 0 <= v < 1 << 128]


def random_inside(network, rng):
    return rng.randint(number(network.network_address), number(network.broadcast_address))


# ---- the longest prefix --------------------------------------------------------------------------


def check_find(driver, ranges_path, count, rng):
    with open(ranges_path, encoding="utf-8") as file:
        ranges = json.load(file)
    texts = [row["ip_prefix"] for row in ranges["prefixes"]]
    texts += [row["ipv6_prefix"] for row in ranges["ipv6_prefixes"]]
    rng.shuffle(texts)
    networks = [ipaddress.ip_network(text) for text in texts]
    prefixes = Prefixes()
    for value, network in enumerate(networks):
        prefixes.set(network, value)
    values = []
    for i in range(count):
        network = rng.choice(networks)
        values.append(
            (
                lambda: 0xFFFF << 32 | rng.getrandbits(32),
                lambda: rng.getrandbits(128),
                lambda: random_inside(network, rng),
                lambda: rng.choice(edges(network)),
            )[i % 4]()
        )
    commands = [f"s {text} {value}" for value, text in enumerate(texts)]
    commands += [f"g {text}" for text in texts]
    commands += [f"f {text_of(value)}" for value in values]
    answers = driver.ask(commands)

    check = Check("find")
    held = {}
    for value, network in enumerate(networks):
        held[network] = value
    check.equal("distinct prefixes", answers[len(texts) - 1], str(len(held)))
    for network, answer in zip(networks, answers[len(texts) :]):
        check.equal(network, answer, str(held[network]))
    found_count = 0
    for value, answer in zip(values, answers[2 * len(texts) :]):
        found = prefixes.find(value)
        found_count += found is not None
        check.equal(text_of(value), answer, "-" if found is None else f"{found[0]} {found[1]}")
    return check.close(f" ({len(held)} prefixes, {len(values)} addresses, {found_count} in one)")


# ---- parse and print -----------------------------------------------------------------------------


def random_v4(rng):
    return ".".join(str(rng.choice((0, 1, 9, 10, 99, 100, 255, rng.randrange(256))))
                    for _ in range(4))


def random_v6(rng):
    groups = [rng.choice((0, 0, 0, 1, 0xFFFF, rng.getrandbits(16))) for _ in range(8)]
    if rng.random() < 0.1:
        groups[:6] = [0, 0, 0, 0, 0, 0xFFFF]
    form = rng.choice(("x", "x", "X", "04x"))
    words = [format(group, form) for group in groups]
    if rng.random() < 0.2:
        words[6:] = [random_v4(rng)]
    start = rng.randrange(len(words))
    stop = start
    while stop < min(len(words), 8) and re.fullmatch("0+", words[stop]):
        stop += 1
    if stop > start and rng.random() < 0.9:
        return ":".join(words[:start]) + "::" + ":".join(words[stop:])
    return ":".join(words)


def broken(text, rng):
    """The text after a few small edits."""
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(text) + 1)
        some = rng.choice(":::...00019afF/%g -+\0\n\u00b2\u00ff")
        text = rng.choice(
            (
                text[:at] + text[at + 1 :],
                text[:at] + some + text[at:],
                text[:at] + some + text[at + 1 :],
                text[:at] + text[at - 1 : at] + text[at:],
                text[:at],
                text[at:],
                text[:at] + rng.choice((":", "::", ".", "/")) + text[at:],
            )
        )
    return text


def noise(rng):
    return "".join(rng.choice("::::...01255afF/%") for _ in range(rng.randrange(24)))


def random_text(rng):
    text = random_v4(rng) if rng.random() < 0.4 else random_v6(rng)
    chance = rng.random()
    return text if chance < 0.4 else broken(text, rng) if chance < 0.9 else noise(rng)


def random_cidr(rng):
    is_v4 = rng.random() < 0.5
    text = random_v4(rng) if is_v4 else random_v6(rng)
    bits = rng.randrange(34 if is_v4 else 131)
    if rng.random() < 0.7:
        try:
            network = ipaddress.ip_network(f"{text}/{bits}", strict=False)
            text = str(network.network_address)
        except ValueError:
            pass
    if rng.random() < 0.95:
        text += f"/{bits}" if rng.random() < 0.95 else f"/{rng.choice(('0', '-', '+', ' '))}{bits}"
    return broken(text, rng) if rng.random() < 0.25 else text


def expected_address(text):
    try:
        return "-" if "%" in text else text_of(number(ipaddress.ip_address(text)))
    except ValueError:
        return "-"


def expected_cidr(text):
    address, slash, bits = text.partition("/")
    if expected_address(address) == "-" or (slash and not re.fullmatch("0|[1-9][0-9]*", bits)):
        return "-"
    try:
        ipaddress.ip_network(text, strict=False)
        return cidr_text(ipaddress.ip_network(text))
    except ValueError as error:
        return "host bits" if "host bits" in str(error) else "-"


def check_texts(driver, name, command, texts, expected):
    encoded = [text.encode("latin-1") for text in texts]
    answers = driver.ask([f"{command} {data.hex()}" for data in encoded])
    check = Check(name)
    accepted = 0
    for text, answer in zip(texts, answers):
        want = expected(text)
        accepted += want != "-"
        check.equal(repr(text), answer, want)
    if not len(texts) // 5 < accepted < len(texts) * 4 // 5:
        check.equal("share of accepted texts", accepted, "a fifth to four fifths")
    return check.close(f" ({accepted} accepted)")


# ---- special ranges ------------------------------------------------------------------------------


def traits(address):
    """What Python and IANA's registries agree on, in every version of Python: the names of the
    rows that an address must be in, and whether it may be in none."""
    names = set()
    if address.is_multicast:
        names |= {"Multicast"}
    if address.is_loopback:
        names |= {"Loopback", "Loopback Address"}
    if address.is_link_local:
        names |= {"Link Local", "Link-Local Unicast"}
    if address.is_unspecified:
        names |= {'"This host on this network"', "Unspecified Address"}
    if address.version == 4 and address.is_reserved:
        names |= {"Reserved", "Limited Broadcast"}
    return names


def check_special(driver, count, rng):
    with open(DATA, encoding="utf-8", newline="") as file:
        lines = [line for line in file if not line.startswith("# ") or line.startswith("# date: ")]
    date = next(line[8:].strip() for line in lines if line.startswith("# date: "))
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    prefixes = Prefixes()
    values = []
    for row in rows:
        network = ipaddress.ip_network(row["cidr"])
        line = "|".join(row[key] for key in ("cidr", "name", "source", "is_private", "has_inner"))
        prefixes.set(network, line)
        values += edges(network)
        values += [random_inside(network, rng) for _ in range(20)]
    while len(values) < count:
        values += [rng.getrandbits(128), 0xFFFF << 32 | rng.getrandbits(32)]
    *answers, total = driver.ask([f"x {text_of(value)}" for value in values] + ["n"])

    check = Check("special")
    check.equal("rows and date", total, f"{len(rows)} {date}")
    for value, answer in zip(values, answers):
        text = text_of(value)
        address = ipaddress.ip_address(text)
        found = prefixes.find(value)
        check.equal(text, answer, "-" if found is None else found[0])
        fields = answer.split("|")
        names = traits(address)
        if names:
            check.equal(f"{text} as Python has it", len(fields) > 1 and fields[1] in names, True)
        if answer == "-":
            check.equal(f"{text} is_private in Python", address.is_private, False)
        elif fields[3] == "yes" and fields[1] != "Shared Address Space":
            check.equal(f"{text} is_private in Python", address.is_private, True)
    return check.close(f" ({len(rows)} rows of {date})")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("driver")
    parser.add_argument("ranges")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100000)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    driver = Driver(args.driver)
    texts = [random_text(rng) for _ in range(args.count)]
    cidrs = [random_cidr(rng) for _ in range(args.count)]
    differences = check_find(driver, args.ranges, args.count, rng)
    differences += check_texts(driver, "parse", "p", texts, expected_address)
    differences += check_texts(driver, "cidr", "c", cidrs, expected_cidr)
    differences += check_special(driver, args.count // 4, rng)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
