#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes ASN databases with mmdb-writer and asks `flowtoll who --asn-db` what they say.

    asn_db.py FLOWTOLL FOLDER

Each published form once: GeoLite2-ASN, IPinfo's and one of IPv4 alone. Of 3,000 addresses, in and
between the ranges, the answer must be that of the longest prefix. Copies with flipped bytes and cut
short must be refused (3) or answered (0), whatever they say.
"""
import ipaddress
import json
import os
import random
import subprocess
import sys

import netaddr
from mmdb_writer import MMDBWriter

FORMS = {
    "GeoLite2-ASN": lambda number, name, country: {
        "autonomous_system_number": number, "autonomous_system_organization": name,
    },
    "ipinfo generic_asn_free.mmdb": lambda number, name, country: {
        "asn": f"AS{number}", "as_name": name, "country_code": country, "country": "Somewhere",
    },
    "four": lambda number, name, country: {
        "autonomous_system_number": number, "autonomous_system_organization": name,
        "country": country,
    },
}
HAS_COUNTRY = {"GeoLite2-ASN": False, "ipinfo generic_asn_free.mmdb": True, "four": True}
NAMES = ["Amazon.com, Inc.", "=1+1", "\x1b[31mred", "<b>&\"quotes\"'", "Größe ∑", "x" * 400, "a\nb"]
COUNTRIES = ["US", "DE", "us", "", "USA"]


def ranges(dice, only_v4):
    """Prefixes within each other: {network: (number, name, country)}."""
    found = {}
    for i in range(300):
        if only_v4 or i % 2 == 0:
            bits = dice.randint(8, 32)
            # away from the special-purpose ranges, which other sources name
            first = dice.choice((11, 20, 54, 80)) << 24 | dice.getrandbits(24)
            network = ipaddress.ip_network((first >> (32 - bits) << (32 - bits), bits))
        else:
            bits = dice.randint(20, 128)
            first = 0x2A00 << 112 | dice.getrandbits(112)
            network = ipaddress.ip_network((first >> (128 - bits) << (128 - bits), bits))
        found[network] = (dice.randint(1, 2**32 - 1), dice.choice(NAMES), dice.choice(COUNTRIES))
    return found


def write(path, kind, found):
    only_v4 = kind == "four"
    writer = MMDBWriter(ip_version=4 if only_v4 else 6, ipv4_compatible=not only_v4,
                        database_type=kind, languages=["en"], description="a test")
    for network in sorted(found, key=lambda n: n.prefixlen):
        writer.insert_network(netaddr.IPSet([str(network)]), FORMS[kind](*found[network]))
    writer.to_db_file(path)


def cut(name):
    """As much of a name as is kept: 255 bytes."""
    return name.encode()[:255].decode(errors="ignore")


def expect(found, address):
    best = None
    for network in found:
        if network.version == address.version and address in network:
            if best is None or network.prefixlen > best.prefixlen:
                best = network
    return best


def addresses(dice, found, only_v4):
    made = []
    for network in found:
        size = network.num_addresses
        for _ in range(10):
            offset = dice.choice((0, size - 1, dice.randrange(size), size, -1))
            at = int(network[0]) + offset
            if 0 <= at < 2**network.max_prefixlen:
                made.append(type(network[0])(at))
    if only_v4:
        made.append(ipaddress.ip_address("2a00::1"))
    return made


def ask(flowtoll, path, asked):
    done = subprocess.run(
        [flowtoll, "who", "--asn-db", path, "--format", "ndjson", "-q", "--no-config"],
        input="".join(f"{address}\n" for address in asked), capture_output=True, text=True,
    )
    return done


def check(flowtoll, folder, kind, dice):
    only_v4 = kind == "four"
    found = ranges(dice, only_v4)
    path = os.path.join(folder, "test.mmdb")
    write(path, kind, found)
    asked = addresses(dice, found, only_v4)
    done = ask(flowtoll, path, asked)
    if done.returncode != 0:
        sys.exit(f"{kind}: exit code {done.returncode}: {done.stderr}")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == len(asked), (len(rows), len(asked))
    known = 0
    for address, row in zip(asked, rows):
        best = expect(found, address)
        if not address.is_global and row["source"] == "IANA":
            continue
        if best is None:
            wanted = [None] * 6
        else:
            number, name, country = found[best]
            has_country = HAS_COUNTRY[kind] and len(country) == 2 and country.isupper()
            wanted = [f"{cut(name)} (AS{number})", cut(name), "asn",
                      country if has_country else None, kind, None]
            known += 1
        got = [row[key] for key in ("name", "owner", "kind", "country", "source", "network")]
        if got != wanted:
            sys.exit(f"{kind}: {address}: {got}, not {wanted}")
        if best is not None and not (
            ipaddress.ip_network(row["cidr"]).subnet_of(best) and address in
            ipaddress.ip_network(row["cidr"])
        ):
            sys.exit(f"{kind}: {address}: {row['cidr']} is not within {best}")
    check_table(flowtoll, path, kind, found)
    print(f"{kind}: {len(asked)} addresses, {known} known")
    return path, asked


def check_table(flowtoll, path, kind, found):
    """The table names has every address of every range once, by address, as ip_name tells it."""
    query = ("select cidr, name, kind, owner, as_of is not null as dated from names "
             "where source = ")
    done = subprocess.run(
        [flowtoll, "sql", query + f"'{kind}'", "--asn-db", path, "--format", "ndjson", "-q",
         "--no-config"], capture_output=True, text=True, check=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    networks = [ipaddress.ip_network(row["cidr"]) for row in rows]
    for network, row in zip(networks, rows):
        number, name, _ = found[expect(found, network[0])]
        assert (row["name"], row["owner"], row["kind"], row["dated"]) == (
            f"{cut(name)} (AS{number})", cut(name), "asn", True), (row, number, name)
        assert expect(found, network[-1]) == expect(found, network[0]), row
    keys = [(network.version, int(network[0])) for network in networks]
    assert keys == sorted(keys), "by address"
    for version in (4, 6):
        whole = ipaddress.collapse_addresses(n for n in found if n.version == version)
        listed = ipaddress.collapse_addresses(n for n in networks if n.version == version)
        assert list(whole) == list(listed), (kind, version)
        assert sum(n.num_addresses for n in networks if n.version == version) == sum(
            n.num_addresses for n in ipaddress.collapse_addresses(
                n for n in found if n.version == version)), (kind, version)


def damage(flowtoll, path, asked, dice):
    with open(path, "rb") as file:
        whole = bytearray(file.read())
    codes = {}
    for i in range(60):
        copy = bytearray(whole)
        if i % 3 == 0:
            del copy[dice.randrange(len(copy)):]
        else:
            for _ in range(1 if i % 3 == 1 else 200):
                copy[dice.randrange(len(copy))] ^= 1 << dice.randrange(8)
        with open(path, "wb") as file:
            file.write(copy)
        done = ask(flowtoll, path, asked[:500])
        codes[done.returncode] = codes.get(done.returncode, 0) + 1
        listed = subprocess.run(
            [flowtoll, "sql", "select count(*), max(name) from names", "--asn-db", path, "-q",
             "--no-config"], capture_output=True, text=True)
        for done in (done, listed):
            if done.returncode not in (0, 3):
                sys.exit(f"damaged copy {i}: exit code {done.returncode}: {done.stderr}")
    print(f"damaged copies by exit code: {codes}")


def refuse(flowtoll, folder):
    """What is no ASN database says so."""
    path = os.path.join(folder, "city.mmdb")
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type="GeoLite2-City")
    writer.insert_network(netaddr.IPSet(["20.0.0.0/8"]), {"city": {"names": {"en": "Berlin"}}})
    writer.to_db_file(path)
    done = ask(flowtoll, path, ["20.0.0.1"])
    assert done.returncode == 3 and "not an ASN database" in done.stderr, done.stderr
    for other in ("/nowhere.mmdb", folder, os.path.abspath(__file__)):
        done = ask(flowtoll, other, ["20.0.0.1"])
        assert done.returncode == 3 and "GeoLite2-ASN.mmdb" in done.stderr, (other, done.stderr)


def main():
    flowtoll, folder = sys.argv[1:]
    dice = random.Random(1)
    for kind in FORMS:
        path, asked = check(flowtoll, folder, kind, dice)
        damage(flowtoll, path, asked, dice)
    refuse(flowtoll, folder)


if __name__ == "__main__":
    main()
