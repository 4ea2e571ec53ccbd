#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Reads generated flow logs with nothing but the standard library, adds everything up again and
# compares it with the truth that the generator wrote. Also checks that the records are what AWS
# could have written: shapes, windows, addresses, and that what the interfaces saw fits together.
#
#     gen_check.py DIR TRUTH [--inventory FILE] [--ranges FILE] [--story]
#     gen_check.py --matrix GEN     makes and checks a small set of every format and option
#
# Exit code 0: all equal; 1: differences, printed; 2: usage.

import argparse
import gzip
import ipaddress
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from datetime import datetime, timezone
from urllib.parse import quote, unquote_to_bytes

FIELD_VERSIONS = {
    2: "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes "
       "start end action log-status",
    3: "vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr",
    4: "region az-id sublocation-type sublocation-id",
    5: "pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path",
    7: "ecs-cluster-arn ecs-cluster-name ecs-container-instance-arn ecs-container-instance-id "
       "ecs-container-id ecs-second-container-id ecs-service-name ecs-task-definition-arn "
       "ecs-task-arn ecs-task-id",
    8: "reject-reason",
    9: "resource-id",
    10: "encryption-status",
    11: "instance-tag instance-tag-2 interface-tag interface-tag-2 asg-tag asg-tag-2 "
        "interface-type next-hop-interface-id next-hop-subnet-id next-hop-az-id next-hop-vpc-id "
        "next-hop-interface-type",
}
TGW_FIELDS = (
    "version resource-type account-id tgw-id tgw-attachment-id tgw-src-vpc-account-id "
    "tgw-dst-vpc-account-id tgw-src-vpc-id tgw-dst-vpc-id tgw-src-subnet-id tgw-dst-subnet-id "
    "tgw-src-eni tgw-dst-eni tgw-src-az-id tgw-dst-az-id tgw-pair-attachment-id srcaddr dstaddr "
    "srcport dstport protocol packets bytes start end log-status type packets-lost-no-route "
    "packets-lost-blackhole packets-lost-mtu-exceeded packets-lost-ttl-expired tcp-flags region "
    "flow-direction pkt-src-aws-service pkt-dst-aws-service")
VERSION_OF = {name: version for version, names in FIELD_VERSIONS.items() for name in names.split()}
V5 = [name for version in (2, 3, 4, 5) for name in FIELD_VERSIONS[version].split()]
V11 = [name for names in FIELD_VERSIONS.values() for name in names.split()]

# What a record without data still says; all else in it is "-".
KEPT = set("version account-id interface-id start end log-status vpc-id subnet-id instance-id "
           "region az-id resource-type tgw-id tgw-attachment-id".split())

FILE_NAME = re.compile(r"^(\d{12})_vpcflowlogs_([a-z0-9-]+)_(fl-[0-9a-f]{17})_"
                       r"(\d{8}T\d{4}Z)_[0-9a-f]{8}\.log(\.gz)?$")
WINDOW_S = 300
PACKET_BYTES_MAX = 1500
FAULTS_SHOWN = 40


class Faults:
    def __init__(self):
        self.count = 0

    def add(self, text):
        self.count += 1
        if self.count <= FAULTS_SHOWN:
            print("DIFFERENT", text)

    def equal(self, what, found, wanted):
        if found != wanted:
            self.add(f"{what}: the files have {found}, the truth has {wanted}")


class Total:
    __slots__ = ("bytes", "packets", "flows", "nodata", "skipdata")

    def __init__(self):
        self.bytes = self.packets = self.flows = self.nodata = self.skipdata = 0

    def add(self, row):
        if row.status != "OK":
            if row.status == "NODATA":
                self.nodata += 1
            elif row.status == "SKIPDATA":
                self.skipdata += 1
            return
        self.bytes += row.bytes
        self.packets += row.packets
        self.flows += 1


class Row:
    __slots__ = ("values", "status", "bytes", "packets", "where")

    def get(self, name):
        return self.values.get(name)


# ---- reading ---------------------------------------------------------------------------------


def read_file(path, name, truth, faults):
    """Yields the rows of one file; checks its name, size and headers."""
    opener = gzip.open if name.endswith(".gz") else open
    with opener(path, "rb") as file:
        text = file.read()
    wanted = truth["files"][name]
    faults.equal(f"{name}: text_bytes", len(text), wanted["text_bytes"])
    lines = text.decode("ascii").split("\n")
    if lines.pop() != "":
        faults.add(f"{name}: the last line has no end")
    header = lines[0]
    faults.equal(f"{name}: header", header, truth["fields"])
    names = header.split(" ")
    rows = 0
    for number, line in enumerate(lines[1:], 2):
        if line == header:
            continue
        rows += 1
        values = line.split(" ")
        if len(values) != len(names) or "" in values:
            faults.add(f"{name}:{number}: {len(values)} columns: {line}")
            continue
        row = Row()
        row.values = dict(zip(names, values))
        row.where = f"{name}:{number}"
        # without the field, only what is blank tells that a record has no data
        blank = any(row.get(k) == "-" for k in ("srcaddr", "dstaddr", "bytes", "packets"))
        row.status = row.get("log-status") or ("?" if blank else "OK")
        data = row.status == "OK"
        row.bytes = int(row.get("bytes") or 0) if data else 0
        row.packets = int(row.get("packets") or 0) if data else 0
        yield row
    faults.equal(f"{name}: rows", rows, wanted["rows"])


def read_all(folder, truth, faults):
    names = sorted(n for n in os.listdir(folder) if n.endswith((".log", ".log.gz")))
    faults.equal("files", names, sorted(truth["files"]))
    for name in names:
        match = FILE_NAME.match(name)
        if not match or name not in truth["files"]:
            faults.add(f"{name}: not a flow log's name")
            continue
        window = datetime.strptime(match[4], "%Y%m%dT%H%MZ").replace(tzinfo=timezone.utc)
        for row in read_file(os.path.join(folder, name), name, truth, faults):
            yield row, int(window.timestamp())


# ---- is a record what AWS could have written? ------------------------------------------------

seen_addresses = {}


def address_version(text):
    if text not in seen_addresses:
        try:
            parsed = ipaddress.ip_address(text)
            seen_addresses[text] = parsed.version if str(parsed) == text else 0
        except ValueError:
            seen_addresses[text] = 0
    return seen_addresses[text]


def check_times(row, window, truth, faults):
    if row.get("start") is None or row.get("end") is None:
        return
    unit = 1000 if truth["milliseconds"] else 1
    start, end = int(row.get("start")), int(row.get("end"))
    if not window * unit <= end < (window + WINDOW_S) * unit:
        faults.add(f"{row.where}: end {end} is not in the file's window")
    if not end - 60 * unit <= start <= end:
        faults.add(f"{row.where}: start {start} and end {end} are not of one minute")


def check_blank(row, faults):
    for name, value in row.values.items():
        if name not in KEPT and value != "-":
            faults.add(f"{row.where}: {row.status} with {name}={value}")
    if row.get("start") == "-" or row.get("interface-id") == "-":
        faults.add(f"{row.where}: {row.status} without time or interface")


def check_data(row, truth, faults):
    versions = set()
    for name in ("srcaddr", "dstaddr", "pkt-srcaddr", "pkt-dstaddr"):
        if row.get(name) is not None:
            version = address_version(row.get(name))
            versions.add(version)
            if version == 0:
                faults.add(f"{row.where}: {name} is not written as it should: {row.get(name)}")
    if len(versions) > 1:
        faults.add(f"{row.where}: addresses of both versions")
    if row.get("type") is not None and versions and versions != {int(row.get("type")[3])}:
        faults.add(f"{row.where}: type {row.get('type')} with other addresses")
    if "bytes" in row.values and "packets" in row.values:
        # large sizes are scaled up together, packets and bytes each with bits of their own
        least = row.packets * (20 if truth["big"] else 60 if versions == {6} else 40)
        if row.packets < 1 or not least <= row.bytes <= row.packets * PACKET_BYTES_MAX:
            faults.add(f"{row.where}: {row.packets} packets of {row.bytes} bytes")
    if row.bytes >= 2**63 or row.packets >= 2**63:
        faults.add(f"{row.where}: larger than 63 bits")
    if row.get("traffic-path") is not None and row.get("flow-direction") is not None:
        if (row.get("traffic-path") == "-") != (row.get("flow-direction") == "ingress"):
            faults.add(f"{row.where}: traffic-path on the wrong direction")
    for name, pattern in (("action", "ACCEPT|REJECT"), ("flow-direction", "ingress|egress"),
                          ("tcp-flags", r"\d+"), ("reject-reason", "-|BPA"),
                          ("encryption-status", "[0-3]")):
        if row.get(name) is not None and not re.fullmatch(pattern, row.get(name)):
            faults.add(f"{row.where}: {name}={row.get(name)}")
    for name in row.values:
        if name.startswith("x-") and not re.fullmatch("u[0-6]", row.get(name)):
            faults.add(f"{row.where}: {name}={row.get(name)}")


def check_row(row, window, truth, faults):
    if row.get("version") not in (None, str(truth["version"])):
        faults.add(f"{row.where}: version {row.get('version')}")
    check_times(row, window, truth, faults)
    if row.status == "OK":
        check_data(row, truth, faults)
    else:
        check_blank(row, faults)


# ---- totals ----------------------------------------------------------------------------------


class Sums:
    """All that the truth has, recomputed. Only fields that the files have can be summed."""

    def __init__(self):
        self.all = Total()
        self.rows = 0
        self.by = {name: defaultdict(Total) for name in
                   ("srcaddr", "dstaddr", "action", "hour", "interface-id", "tgw-attachment-id",
                    "pairs", "triples")}

    def add(self, row, truth):
        self.rows += 1
        self.all.add(row)
        if row.get("start") is not None:
            start = int(row.get("start")) // (1000 if truth["milliseconds"] else 1)
            hour = datetime.fromtimestamp(start - start % 3600, timezone.utc)
            self.by["hour"][hour.strftime("%Y-%m-%dT%H:%M:%SZ")].add(row)
        for name in ("interface-id", "tgw-attachment-id"):
            if row.get(name) is not None:
                self.by[name][row.get(name)].add(row)
        if row.status != "OK":
            return
        for name in ("srcaddr", "dstaddr", "action"):
            if row.get(name) is not None:
                self.by[name][row.get(name)].add(row)
        pair = (row.get("srcaddr"), row.get("dstaddr"))
        if None not in pair:
            self.by["pairs"][pair].add(row)
            if row.get("dstport") is not None:
                self.by["triples"][pair + (row.get("dstport"),)].add(row)


def comparable(total, wanted, fields):
    """Both as tuples of what the fields allow to compare."""
    found, want = [total.flows], [wanted["flows"]]
    for name in ("bytes", "packets"):
        if name in fields:
            found.append(getattr(total, name))
            want.append(wanted[name])
    if "log-status" in fields and "nodata" in wanted:
        found += [total.nodata, total.skipdata]
        want += [wanted["nodata"], wanted["skipdata"]]
    return tuple(found), tuple(want)


def compare_map(what, found, wanted, fields, faults):
    faults.equal(f"{what}: keys", len(found), len(wanted))
    for key in found.keys() | wanted.keys():
        if key not in found or key not in wanted:
            faults.add(f"{what}: {key} is only in the {'files' if key in found else 'truth'}")
            continue
        faults.equal(f"{what}: {key}", *comparable(found[key], wanted[key], fields))


def compare_groups(what, found, wanted, names, faults):
    """A list of the largest groups: each is right, and no other one is larger."""
    if wanted is None:
        print(f"  ({what} is null: too many groups)")
        return
    faults.equal(f"{what}: groups", len(found), wanted["groups"])
    largest = sorted((total.bytes for total in found.values()), reverse=True)
    faults.equal(f"{what}: top", largest[:100], [entry["bytes"] for entry in wanted["top"]])
    for entry in wanted["top"]:
        total = found.get(tuple(str(entry[name]) for name in names), Total())
        faults.equal(f"{what}: {entry}", (total.bytes, total.packets, total.flows),
                     (entry["bytes"], entry["packets"], entry["flows"]))


def compare_sums(sums, truth, faults):
    fields = set(truth["fields"].split())
    totals = truth["totals"]
    faults.equal("rows", sums.rows, totals["rows"])
    # without log-status, records with and without data are told apart by blanks alone
    if "log-status" in fields or fields & {"srcaddr", "dstaddr", "bytes", "packets"}:
        faults.equal("totals", *comparable(sums.all, totals, fields))
    if "action" in fields:
        for action in ("ACCEPT", "REJECT"):
            faults.equal(action, *comparable(sums.by["action"][action], totals[action.lower()],
                                             fields))
    told = "log-status" in fields or "srcaddr" in fields or "bytes" in fields
    if "start" in fields and told:
        compare_map("by_hour", sums.by["hour"], truth["by_hour"], fields, faults)
    if "interface-id" in fields and told:
        compare_map("by_interface", sums.by["interface-id"], truth["by_interface"], fields, faults)
    if "tgw-attachment-id" in fields and told:
        compare_map("by_attachment", sums.by["tgw-attachment-id"], truth["by_attachment"], fields,
                    faults)
    for name in ("srcaddr", "dstaddr"):
        if name in fields:
            compare_map(f"by_{name}", sums.by[name], truth[f"by_{name}"], fields, faults)
    if {"srcaddr", "dstaddr", "bytes", "packets"} <= fields:
        compare_groups("by_srcaddr_dstaddr", sums.by["pairs"], truth["by_srcaddr_dstaddr"],
                       ("srcaddr", "dstaddr"), faults)
        if "dstport" in fields:
            compare_groups("by_srcaddr_dstaddr_dstport", sums.by["triples"],
                           truth["by_srcaddr_dstaddr_dstport"],
                           ("srcaddr", "dstaddr", "dstport"), faults)


# ---- the NAT gateway: what its records must add up to ------------------------------------------


class Nat:
    """The billed bytes by the published rule: on the gateway's interface, accepted records whose
    packet-level endpoints are none of the gateway's own addresses."""

    NEEDS = set("interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end "
                "action pkt-srcaddr pkt-dstaddr flow-direction".split())

    def __init__(self, gateway):
        self.eni, self.own = gateway["interface_id"], gateway["address"]
        self.accepted = Counter()  # bytes by direction
        self.client = defaultdict(lambda: [0, 0, 0])
        self.remote = defaultdict(lambda: [0, 0, 0])
        self.pairs = defaultdict(Total)
        self.legs = {name: Counter() for name in "A B C D E F".split()}

    def add(self, row):
        if row.status != "OK" or row.get("action") != "ACCEPT":
            return
        egress = row.get("flow-direction") == "egress"
        src, dst = row.get("pkt-srcaddr"), row.get("pkt-dstaddr")
        sizes = (row.get("protocol"), row.bytes, row.packets, row.get("start"), row.get("end"))
        ports = (row.get("srcport"), row.get("dstport"))
        if row.get("interface-id") != self.eni:
            self.legs["E" if egress else "F"][(src, dst) + ports + sizes] += 1
            return
        self.accepted[row.get("flow-direction")] += row.bytes
        if src == self.own:
            self.legs["B"][(dst, ports[1]) + sizes] += 1
        elif dst == self.own:
            self.legs["C"][(src, ports[0]) + sizes] += 1
        else:
            self.legs["D" if egress else "A"][(src, dst) + ports + sizes] += 1
            client, remote, way = (dst, src, 1) if egress else (src, dst, 0)
            self.client[client][way] += row.bytes
            self.remote[remote][way] += row.bytes
            self.client[client][2] += 1 - way
            self.remote[remote][2] += 1 - way
            self.pairs[client, remote].bytes += row.bytes
            self.pairs[client, remote].packets += row.packets
            self.pairs[client, remote].flows += 1 - way
            wrong = row.get("dstaddr") if not egress else row.get("srcaddr")
            if wrong != self.own:
                print("unexpected", row.where)

    def compare_side(self, what, found, wanted, faults):
        faults.equal(what, {k: tuple(v) for k, v in found.items()},
                     {k: (v["upload_bytes"], v["download_bytes"], v["connections"])
                      for k, v in wanted.items()})

    def compare(self, wanted, faults):
        up = sum(v[0] for v in self.client.values())
        down = sum(v[1] for v in self.client.values())
        faults.equal("nat: billed", (up, down, up + down),
                     (wanted["upload_bytes"], wanted["download_bytes"], wanted["billed_bytes"]))
        unasked = wanted["unsolicited"]["bytes"]
        faults.equal("nat: ingress cross-sum", self.accepted["ingress"] - unasked, up + down)
        faults.equal("nat: egress cross-sum", self.accepted["egress"], up + down)
        self.compare_side("nat: by_client", self.client, wanted["by_client"], faults)
        self.compare_side("nat: by_remote", self.remote, wanted["by_remote"], faults)
        compare_groups("nat: by_client_remote", self.pairs, wanted["by_client_remote"],
                       ("client", "remote"), faults)
        # every leg of every connection is there: A and D' again on the client's interface,
        # B and C' the same but for the client's address and port
        legs = self.legs
        faults.equal("nat: leg A without E", sum((legs["A"] - legs["E"]).values()), 0)
        faults.equal("nat: leg D' without F", sum((legs["D"] - legs["F"]).values()), 0)
        b = Counter()
        c = Counter()
        for key, count in legs["A"].items():
            b[(key[1], key[3]) + key[4:]] += count
        for key, count in legs["D"].items():
            c[(key[0], key[2]) + key[4:]] += count
        faults.equal("nat: legs A and B", b, legs["B"])
        faults.equal("nat: legs D' without C'", sum((c - legs["C"]).values()), 0)
        faults.equal("nat: unsolicited", sum((legs["C"] - c).values()),
                     wanted["unsolicited"]["flows"])


class NatMarginals:
    """Of a log without packet-level addresses only the total is known: half of what was accepted
    on the gateway's interface, less what nobody asked for."""

    NEEDS = {"interface-id", "bytes", "action"}

    def __init__(self, gateway):
        self.eni, self.bytes = gateway["interface_id"], 0

    def add(self, row):
        if row.get("interface-id") == self.eni and row.get("action") == "ACCEPT":
            self.bytes += row.bytes

    def compare(self, wanted, faults):
        faults.equal("nat: all records", self.bytes - wanted["unsolicited"]["bytes"],
                     2 * wanted["billed_bytes"])


class Local:
    """Between two interfaces of the VPC, each sees what the other does."""

    NEEDS = Nat.NEEDS

    def __init__(self, gateway):
        self.nat = gateway["interface_id"]
        self.seen = {"egress": Counter(), "ingress": Counter()}

    def add(self, row):
        src, dst = row.get("pkt-srcaddr"), row.get("pkt-dstaddr")
        if src.startswith("10.0.") and dst.startswith("10.0.") and \
                row.get("interface-id") != self.nat:
            key = (src, dst) + tuple(row.get(name) for name in (
                "srcport", "dstport", "protocol", "packets", "bytes", "start", "end"))
            self.seen[row.get("flow-direction")][key] += 1

    def compare(self, _, faults):
        faults.equal("local: seen by one side only",
                     list((self.seen["egress"] - self.seen["ingress"]).items())[:3] +
                     list((self.seen["ingress"] - self.seen["egress"]).items())[:3], [])


# ---- inventory and ranges ---------------------------------------------------------------------


class Inventory:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.enis = {e["NetworkInterfaceId"]: e for e in json.load(file)["NetworkInterfaces"]}
        self.own, self.by_address = {}, {}
        for eni, e in self.enis.items():
            v6 = [a["Ipv6Address"] for a in e["Ipv6Addresses"]]
            self.own[eni] = {e["PrivateIpAddress"], *v6}
            for address in [a["PrivateIpAddress"] for a in e["PrivateIpAddresses"]] + v6:
                self.by_address[address] = eni

    def tag(self, eni, key):
        values = [t["Value"] for t in self.enis[eni]["TagSet"] if t["Key"] == key]
        return values[0] if values else None

    def check(self, row, faults):
        eni = row.get("interface-id")
        if eni is None:
            return
        if eni not in self.enis:
            faults.add(f"{row.where}: {eni} is not in the inventory")
            return
        if row.get("subnet-id") not in (None, self.enis[eni]["SubnetId"]):
            faults.add(f"{row.where}: subnet-id {row.get('subnet-id')}")
        instance = self.enis[eni].get("Attachment", {}).get("InstanceId", "-")
        if row.get("instance-id") not in (None, instance):
            faults.add(f"{row.where}: instance-id {row.get('instance-id')}, not {instance}")
        if row.status != "OK":
            return
        side = {"egress": "srcaddr", "ingress": "dstaddr"}.get(row.get("flow-direction"))
        if side is not None and row.get(side) not in self.own[eni] | {None}:
            faults.add(f"{row.where}: {side} {row.get(side)} is not the interface's")
        self.check_v11(row, eni, faults)

    def check_v11(self, row, eni, faults):
        if row.get("instance-tag") is not None and instance_name(self, eni) is not None:
            want = quote(instance_name(self, eni), safe="-._~")
            if row.get("instance-tag") != want:
                faults.add(f"{row.where}: instance-tag {row.get('instance-tag')}, not {want}")
            unquote_to_bytes(row.get("instance-tag-2") or "").decode("utf-8")
        hop = row.get("next-hop-interface-id")
        if hop is None or row.get("pkt-srcaddr") is None or row.get("flow-direction") is None:
            return
        egress = row.get("flow-direction") == "egress"
        other = row.get("pkt-dstaddr" if egress else "pkt-srcaddr")
        near = self.by_address.get(other)
        if near is not None and hop != near:
            faults.add(f"{row.where}: next hop {hop}, but {other} is {near}")
        if hop != "-" and row.get("next-hop-subnet-id") not in (None, self.enis[hop]["SubnetId"]):
            faults.add(f"{row.where}: next-hop-subnet-id {row.get('next-hop-subnet-id')}")


def instance_name(inventory, eni):
    if "InstanceId" not in inventory.enis[eni].get("Attachment", {}):
        return None
    return inventory.tag(eni, "Name")


class Ranges:
    """The longest prefix, and of its rows the most specific service."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
        self.by_len = {4: defaultdict(dict), 6: defaultdict(dict)}
        rank = {"AMAZON": 0, "EC2": 1}
        for row in data["prefixes"] + data["ipv6_prefixes"]:
            net = ipaddress.ip_network(row.get("ip_prefix") or row.get("ipv6_prefix"))
            table = self.by_len[net.version][net.prefixlen]
            old = table.get(int(net.network_address))
            if old is None or rank.get(row["service"], 2) >= rank.get(old, 2):
                table[int(net.network_address)] = row["service"]
        self.cache = {}

    def service(self, text):
        if text not in self.cache:
            ip = ipaddress.ip_address(text)
            bits = 32 if ip.version == 4 else 128
            self.cache[text] = "-"
            for length in sorted(self.by_len[ip.version], reverse=True):
                base = int(ip) >> (bits - length) << (bits - length)
                if base in self.by_len[ip.version][length]:
                    self.cache[text] = self.by_len[ip.version][length][base]
                    break
        return self.cache[text]

    def check(self, row, faults):
        for side in ("src", "dst"):
            logged = row.get(f"pkt-{side}-aws-service")
            address = row.get(f"pkt-{side}addr") or (row.get(f"{side}addr") if
                                                     row.get("tgw-id") else None)
            if logged is None or address is None or row.status != "OK":
                continue
            if logged != self.service(address):
                faults.add(f"{row.where}: {address} logged as {logged}, the ranges say "
                           f"{self.service(address)}")


def check_story(sums, truth, faults):
    """What a reader of the sample is to find: the gateway first, by far; behind it, S3."""
    gateway = next(iter(truth["nat_gateways"].values()))
    ranked = sorted(sums.by["dstaddr"].items(), key=lambda item: -item[1].bytes)
    if ranked[0][0] != gateway["address"] or ranked[0][1].bytes < 2 * ranked[1][1].bytes:
        faults.add(f"story: the top destinations are {ranked[0][0]} and {ranked[1][0]} with "
                   f"{ranked[0][1].bytes} and {ranked[1][1].bytes} bytes")
    clients = sorted((c["billed_bytes"] for c in gateway["by_client"].values()), reverse=True)
    if sum(clients[:3]) * 2 < gateway["billed_bytes"]:
        faults.add("story: three clients are less than half of the gateway's bytes")


def check_set(folder, truth_path, inventory=None, ranges=None, story=False):
    """Returns the number of differences."""
    faults = Faults()
    with open(truth_path, encoding="utf-8") as file:
        truth = json.load(file)
    fields = set(truth["fields"].split())
    known = [VERSION_OF[name] for name in fields if name in VERSION_OF]
    wanted = 6 if "tgw-id" in fields or "resource-type" in fields else max(known, default=2)
    faults.equal("version", truth["version"], wanted)
    checkers = [Inventory(inventory)] if inventory else []
    checkers += [Ranges(ranges)] if ranges else []
    gateway = next(iter(truth["nat_gateways"].values()), None)
    views = [kind(gateway) for kind in (Nat, NatMarginals, Local)
             if gateway is not None and kind.NEEDS <= fields]
    sums = Sums()
    for row, window in read_all(folder, truth, faults):
        check_row(row, window, truth, faults)
        for checker in checkers:
            checker.check(row, faults)
        sums.add(row, truth)
        for view in views:
            view.add(row)
    compare_sums(sums, truth, faults)
    for view in views:
        view.compare(gateway, faults)
    if story:
        check_story(sums, truth, faults)
    if faults.count > FAULTS_SHOWN:
        print(f"... and {faults.count - FAULTS_SHOWN} more")
    return faults.count


# ---- every format and option -------------------------------------------------------------------

MATRIX = [
    "--format v2",
    "--format v5",
    "--format v11",
    "--format alphabetical",
    "--format tgw",
    "--format tgw --ipv6 0.3 --ms",
    "--format tgw --fields 'tgw-id bytes srcaddr log-status start x-new'",
    "--fields 'bytes srcaddr dstaddr action log-status'",
    "--fields 'srcaddr dstaddr bytes'",
    "--fields 'end start x-one dstaddr packets x-two bytes interface-id action srcaddr version'",
    "--fields 'pkt-dstaddr pkt-srcaddr flow-direction action end start bytes packets protocol "
    "dstport srcport dstaddr srcaddr interface-id log-status'",
    "--fields 'log-status'",
    "--fields 'next-hop-interface-id instance-tag interface-id bytes srcaddr'",
    "--format v5 --ipv6 0.3",
    "--format v2 --ipv6 1",
    "--format v11 --ipv6 0.5 --ms --mid-headers",
    "--format v5 --big",
    "--format v2 --big --ms",
    "--format v5 --plain",
    "--format v2 --plain --mid-headers --ms",
    "--format v5 --pairs wide --clients 300 --remotes 5000",
    "--format v5 --pairs wide --clients 300 --remotes 5000 --ipv6 0.2",
    "--format v5 --nodata 0.2 --skipdata 0.1",
    "--format v2 --nodata 1 --skipdata 0",
    "--format v5 --nodata 0 --skipdata 0",
    "--format v5 --clients 8 --remotes 64",
    "--format v5 --clients 3000 --remotes 300",
    "--format v5 --day 2024-02-29 --files 300",
    "--format v5 --files 1 --level 9",
    "--format v5 --groups 10",
    "--format v5 --rows 7 --files 3",
    "--format v5 --rows 3 --files 5",
]


def run_gen(gen, options, folder):
    """Makes a set in the folder; returns the arguments of check_set."""
    import shlex
    logs, truth = os.path.join(folder, "logs"), os.path.join(folder, "truth.json")
    ranges, inventory = os.path.join(folder, "ranges.json"), os.path.join(folder, "eni.json")
    command = [gen, "--rows", "12000", "--files", "6", "--seed", "7", "--out", logs, "--truth",
               truth, "--ranges", ranges]
    if "tgw" in options:
        inventory = None
    else:
        command += ["--inventory", inventory]
    subprocess.run(command + shlex.split(options), check=True)
    return logs, truth, inventory, ranges


def folder_bytes(folder):
    found = {}
    for base, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(base, name), "rb") as file:
                found[os.path.relpath(os.path.join(base, name), folder)] = file.read()
    return found


def check_matrix(gen):
    failed = 0
    for options in MATRIX:
        with tempfile.TemporaryDirectory() as folder:
            count = check_set(*run_gen(gen, options, folder))
        print("ok  " if count == 0 else "FAIL", options)
        failed += count != 0
    with tempfile.TemporaryDirectory() as folder:
        sets = []
        for i, options in enumerate(("--threads 1", "--threads 5", "--seed 8")):
            os.mkdir(os.path.join(folder, str(i)))
            run_gen(gen, options, os.path.join(folder, str(i)))
            sets.append(folder_bytes(os.path.join(folder, str(i))))
    same = sets[0] == sets[1] and sets[0] != sets[2]
    print("ok  " if same else "FAIL", "the same seed gives the same bytes with any threads")
    failed += not same
    print(f"{len(MATRIX) + 1 - failed} passed, {failed} failed")
    return failed


def main():
    parser = argparse.ArgumentParser(description="check generated flow logs against their truth")
    parser.add_argument("folder", nargs="?", metavar="DIR")
    parser.add_argument("truth", nargs="?", metavar="TRUTH")
    parser.add_argument("--inventory", metavar="FILE")
    parser.add_argument("--ranges", metavar="FILE")
    parser.add_argument("--story", action="store_true", help="also: is the sample's story in it?")
    parser.add_argument("--matrix", metavar="GEN", help="make and check one set of each kind")
    args = parser.parse_args()
    if args.matrix is not None:
        return 1 if check_matrix(args.matrix) else 0
    if args.truth is None:
        parser.error("DIR and TRUTH are needed")
    count = check_set(args.folder, args.truth, args.inventory, args.ranges, args.story)
    print("all equal" if count == 0 else f"{count} differences")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
