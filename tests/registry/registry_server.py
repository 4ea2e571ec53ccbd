#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The five internet registries over RDAP, IANA's lists of them and AWS's ranges, on loopback.

Each registry has a port, and answers in its own dialect: for the networks in NETWORKS what their
registry says of them, or nearly, and for any other address with a network made up, a /16 or a /32
of IPv6. In a program:

    with Registries(delay=1.0, faults={"lacnic": ["notice", "ok"]}) as registries:
        ... registries.bootstrap ...   the file for --rdap-bootstrap
        ... registries.log ...         what was asked, when, and how it was answered

By hand, until it is stopped; prints the path of the bootstrap file first, then what is asked:

    registry_server.py [--delay 1.0] [--fault lacnic=notice,ok]... [--tls] [--folder DIR]

Faults of a registry are used up in order, one for each query; the last one stays. NAME*3 stands for
three of it:

    ok              as without any
    none            404
    wide            all addresses, as of what nobody holds
    429, 429:N      Retry-After: N, in seconds; 429 alone has none
    429date:N       likewise, as a date
    503:N           Retry-After: N
    notice          LACNIC's "Rate Limit Notice" in a 200
    stall           headers, and then nothing
    html, cut, junk, empty, list, entity      what is no answer
    other           a network that does not hold the address
    big             40 MB
    padded          zeros before the octets, no cidr0_cidrs
    bare            nothing but the addresses
    loop            a redirect to itself
    to:NAME         a redirect to another registry
    plain           a redirect to http://, of use with tls
    500             a fault of the server
    drop            the connection ends without an answer
"""
import argparse
import email.utils
import hashlib
import http.server
import ipaddress
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time

NAMES = ["arin", "ripe", "apnic", "lacnic", "afrinic"]

# who has which of the blocks of IPv4; the rest of what there is, ARIN
BLOCKS = {
    "ripe": "2 5 31 37 46 51 53 57 62 77-95 109 141 145 151 176 178 185 188 193-195 212 213 217",
    "apnic": "1 14 27 36 39 42 43 49 58-61 101 103 106 110-126 133 150 153 163 171 175 180 182 183"
             " 202 203 210 211 218-222",
    "lacnic": "177 179 181 186 187 189-191 200 201",
    "afrinic": "41 102 105 154 196 197",
}
BLOCKS6 = {"arin": "2600::/12", "ripe": "2a00::/12", "apnic": "2400::/12", "lacnic": "2800::/12",
           "afrinic": "2c00::/12"}

# first, last, name, owner, handle, type, country
NETWORKS = [
    ("3.0.0.0", "3.127.255.255", "AT-88-Z", "Amazon Technologies Inc.", "NET-3-0-0-0-1",
     "DIRECT ALLOCATION", None),
    ("16.0.0.0", "16.255.255.255", "AMAZO-4", "Amazon.com, Inc.", "NET-16-0-0-0-1",
     "DIRECT ALLOCATION", None),
    ("18.32.0.0", "18.255.255.255", "AT-88-Z", "Amazon Technologies Inc.", "NET-18-32-0-0-1",
     "DIRECT ALLOCATION", None),
    ("52.192.0.0", "52.223.255.255", "AT-88-Z", "Amazon Technologies Inc.", "NET-52-192-0-0-1",
     "DIRECT ALLOCATION", None),
    ("54.224.0.0", "54.239.255.255", "AMAZON", "Amazon Technologies Inc.", "NET-54-224-0-0-1",
     "DIRECT ALLOCATION", None),
    ("8.8.8.0", "8.8.8.255", "GOGL", "Google LLC", "NET-8-8-8-0-2", "DIRECT ALLOCATION", None),
    ("104.16.0.0", "104.31.255.255", "CLOUDFLARENET", "Cloudflare, Inc.", "NET-104-16-0-0-1",
     "DIRECT ALLOCATION", None),
    ("140.82.112.0", "140.82.127.255", "GITHU", "GitHub, Inc.", "NET-140-82-112-0-1",
     "DIRECT ALLOCATION", None),
    ("185.199.108.0", "185.199.111.255", "US-GITHUB-20170413", "GitHub, Inc.",
     "185.199.108.0 - 185.199.111.255", "ALLOCATED PA", "US"),
    ("193.0.0.0", "193.0.7.255", "RIPE-NCC", "Reseaux IP Europeens Network Coordination Centre "
     "(RIPE NCC)", "193.0.0.0 - 193.0.7.255", "ASSIGNED PI", "NL"),
    ("1.1.1.0", "1.1.1.255", "APNIC-LABS", "APNIC Research and Development",
     "1.1.1.0 - 1.1.1.255", "ASSIGNED PORTABLE", "AU"),
    ("200.160.0.0", "200.160.15.255", None, "Núcleo de Inf. e Coord. do Ponto BR - NIC.BR",
     "200.160.0.0/20", "ALLOCATED", "BR"),
    ("196.216.2.0", "196.216.3.255", "AFRINIC-OPS", "African Network Information Center",
     "196.216.2.0 - 196.216.3.255", "ASSIGNED PI", "MU"),
    ("2600:1f00::", "2600:1fff:ffff:ffff:ffff:ffff:ffff:ffff", "AMZ-EC2", "Amazon.com, Inc.",
     "NET6-2600-1F00-1", "DIRECT ALLOCATION", None),
]
LEGAL = {"title": "Terms of Service", "description": ["By using this service you agree."]}


def spread(blocks):
    for part in blocks.split():
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def registry_of(address):
    if address.version == 6:
        return next((name for name, block in BLOCKS6.items()
                     if address in ipaddress.ip_network(block)), None)
    first = int(address) >> 24
    return next((name for name, blocks in BLOCKS.items() if first in spread(blocks)), "arin")


def made_up(address, bits):
    """A network for any address, always the same."""
    whole = ipaddress.ip_network((address, bits), strict=False)
    registry = registry_of(address) or "arin"
    mark = hashlib.sha256(str(whole).encode()).hexdigest()[:6].upper()
    first, last = whole[0], whole[-1]
    handle = {"arin": "NET-" + str(first).replace(".", "-").replace(":", "-") + "-1",
              "lacnic": str(whole)}.get(registry, f"{first} - {last}")
    return (str(first), str(last), None if registry == "lacnic" else f"NET-{mark}",
            f"Holder {mark} Ltd.", handle, "ALLOCATED PA", None if registry == "arin" else "ZZ")


def card(name, kind="org", org=None):
    lines = [["version", {}, "text", "4.0"], ["fn", {}, "text", name],
             ["adr", {"label": "1 Main Street\nTown"}, "text", [""] * 7],
             ["kind", {}, "text", kind]]
    if org:
        lines.append(["org", {"type": "work"}, "text", org])
    return ["vcard", lines]


def entity(base, handle, name, roles, kind="org", org=None, inner=()):
    made = {"objectClassName": "entity", "handle": handle, "roles": roles,
            "vcardArray": card(name, kind, org),
            "links": [{"rel": "self", "href": f"{base}entity/{handle}",
                       "type": "application/rdap+json"}],
            "events": [{"eventAction": "last changed", "eventDate": "2024-05-06T07:08:09Z"}]}
    if inner:
        made["entities"] = list(inner)
    return made


def network(registry, base, found):
    """A network in the dialect of its registry."""
    first, last, name, owner, handle, kind, country = found
    version = "v6" if ":" in first else "v4"
    cidrs = ipaddress.summarize_address_range(ipaddress.ip_address(first),
                                              ipaddress.ip_address(last))
    mark = re.sub(r"[^A-Z]", "", owner.upper())[:6]
    answer = {
        "rdapConformance": ["rdap_level_0", "cidr0"], "objectClassName": "ip network",
        "handle": handle, "startAddress": first, "endAddress": last, "ipVersion": version,
        "name": name, "type": kind, "country": country, "status": ["active"],
        "port43": f"whois.{registry}.net", "notices": [LEGAL],
        "cidr0_cidrs": [{version + "prefix": str(cidr.network_address), "length": cidr.prefixlen}
                        for cidr in cidrs],
        "links": [{"rel": "self", "href": f"{base}ip/{first}", "type": "application/rdap+json"}],
        "events": [{"eventAction": "registration", "eventDate": "2011-12-08T00:00:00-05:00"}],
    }
    abuse = entity(base, f"AB-{mark}", f"{owner} abuse desk", ["abuse"], "group")
    tech = entity(base, f"TE-{mark}", "Tina Tester", ["technical", "administrative"], "individual")
    if registry == "arin":
        answer["arin_originas0_originautnums"] = []
        answer["rdapConformance"].append("arin_originas0")
        answer["parentHandle"] = "NET-" + first.split(".")[0].split(":")[0] + "-0-0-0-0"
        answer["entities"] = [entity(base, mark + "-1", owner, ["registrant"], inner=[abuse, tech])]
        del answer["country"]
    elif registry == "lacnic":
        answer["rdapConformance"].append("lacnic_level_0")
        answer["legalRepresentative"] = "Legal Person"
        answer["lacnic_originAutnum"] = []
        answer["entities"] = [entity(base, mark, owner, ["registrant"], inner=[tech]), abuse]
        answer.pop("name")
    else:  # of these three, maintainers are registrants too
        answer["parentHandle"] = "0.0.0.0 - 255.255.255.255"
        answer["remarks"] = [{"description": [owner, "a network"]}]
        answer["entities"] = [
            entity(base, f"{mark}-MNT", f"{mark}-MNT", ["registrant"], "individual"), abuse, tech,
            entity(base, f"ORG-{mark}1-{registry.upper()}", owner, ["registrant"])]
    return {key: value for key, value in answer.items() if value is not None}


class Fault(Exception):
    """An answer other than the usual: status, headers, body."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def setup(self):
        super().setup()
        with self.server.world.lock:
            self.server.world.connections += 1
            self.connection_number = self.server.world.connections

    def send(self, status, headers, body):
        self.send_response(status)
        headers = {"Content-Type": "application/rdap+json", "Content-Length": str(len(body)),
                   **headers}
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        world, name = self.server.world, self.server.name
        entry = {"registry": name, "path": self.path, "at": time.monotonic() - world.start,
                 "connection": self.connection_number, "accept": self.headers.get("Accept"),
                 "fault": "ok"}
        with world.lock:
            world.log.append(entry)
        try:
            if name in ("iana", "aws"):
                status = self.serve_file(world.files.get(self.path))
            else:
                status = self.serve_rdap(world, name, entry)
        except OSError as error:  # it went away
            status = type(error).__name__
            self.close_connection = True
        entry["status"], entry["until"] = status, time.monotonic() - world.start
        world.told(entry)

    def serve_file(self, body):
        if body is None:
            self.send(404, {}, b"")
            return 404
        tag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
        headers = {"ETag": tag, "Cache-Control": "max-age=86400"}
        if self.headers.get("If-None-Match") == tag:
            self.send(304, headers, b"")
            return 304
        self.send(200, headers, body)
        return 200

    def serve_rdap(self, world, name, entry):
        base = world.url(name)
        match = re.fullmatch(rf"/{name}/(ip|entity)/([^?]+)", self.path)
        if match and match[1] == "entity":
            self.pause(world.delay)
            body = entity(base, match[2], f"Somebody {match[2]}", ["registrant"])
            self.send(200, {}, json.dumps(body).encode())
            return 200
        fault, _, value = world.next_fault(name).partition(":")
        entry["fault"] = fault
        self.pause(world.delay)
        try:
            address = ipaddress.ip_address(match[2]) if match else None
        except ValueError:
            address = None
        if address is None:
            self.send(400, {}, b'{"errorCode": 400, "title": "Bad Request"}')
            return 400
        return self.answer(world, name, address, fault, value)

    def pause(self, seconds):
        self.server.world.stopping.wait(seconds)

    def answer(self, world, name, address, fault, value):
        base = world.url(name)
        answer = network(name, base, world.find(address))
        status, headers = 200, {}
        if fault == "none":
            status, answer = 404, {"errorCode": 404, "title": "Not Found"}
        elif fault == "wide":
            answer = network("ripe", base, ("0.0.0.0", "255.255.255.255", "IANA-BLK", "IANA",
                                            "0.0.0.0 - 255.255.255.255", "ALLOCATED", "EU"))
        elif fault in ("429", "429date", "503"):
            status, answer = int(fault[:3]), {"errorCode": int(fault[:3]), "title": "Too many"}
            if fault == "429date":
                when = time.time() + int(value)
                headers["Retry-After"] = email.utils.formatdate(when, usegmt=True)
            elif value:
                headers["Retry-After"] = value
        elif fault == "notice":
            answer = {"rdapConformance": ["rdap_level_0"], "notices": [
                {"title": "Rate Limit Notice",
                 "description": ["You have exceeded the limit of queries per minute."]}]}
        elif fault == "list":
            answer = [answer]
        elif fault == "entity":
            answer = answer["entities"][0]
        elif fault == "other":
            answer = network(name, base, made_up(ipaddress.ip_address("203.98.0.1"), 16))
        elif fault == "padded":
            for key in ("startAddress", "endAddress"):
                answer[key] = ".".join(f"{int(octet):03}" for octet in answer[key].split("."))
            answer.pop("cidr0_cidrs")
        elif fault == "bare":
            answer = {key: answer[key] for key in ("startAddress", "endAddress")}
        elif fault in ("loop", "to", "plain"):
            status = 302
            place = {"loop": base, "to": world.url(value or "arin"),
                     "plain": base.replace("https:", "http:")}[fault]
            headers["Location"] = f"{place}ip/{address}"
        elif fault == "500":
            status, answer = 500, {"errorCode": 500}
        body = json.dumps(answer).encode()
        return self.send_odd(status, headers, body, fault)

    def send_odd(self, status, headers, body, fault):
        if fault == "drop":
            self.close_connection = True
            return "dropped"
        if fault == "stall":
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.flush()
            self.pause(3600)
            self.close_connection = True
            return "stalled"
        if fault == "big":
            self.send(200, {"Content-Length": str(40 << 20)}, b"")
            for _ in range(40):
                self.wfile.write(b'{"x": "' + b"y" * ((1 << 20) - 7))
            return 200
        body = {"html": b"<!DOCTYPE html><title>Sign in</title>", "cut": body[: len(body) // 2],
                "junk": b"\x00\xff\x17not json", "empty": b""}.get(fault, body)
        self.send(status, headers, body)
        return status


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass  # who asked went away, or never spoke TLS


class Registries:
    """All of them, until close(). networks: as NETWORKS, to be found before those; bits: how wide a
    network made up is; faults: lists by registry; delay: seconds before each answer."""

    def __init__(self, delay=0.0, faults=None, networks=(), bits=16, tls=False, folder=None,
                 on_query=None):
        self.delay, self.bits, self.tls = delay, bits, tls
        self.faults = {}
        for name, kinds in (faults or {}).items():
            self.set_faults(name, kinds)
        self.lock, self.stopping = threading.Lock(), threading.Event()
        self.log, self.connections, self.start = [], 0, time.monotonic()
        self.told = on_query or (lambda entry: None)
        self.networks = [(ipaddress.ip_address(row[0]), ipaddress.ip_address(row[1]), row)
                         for row in (*networks, *NETWORKS)]
        self.scratch = None if folder else tempfile.TemporaryDirectory()
        self.folder = folder or self.scratch.name
        self.ca_bundle = os.path.join(self.folder, "ca.pem")
        self.servers = {}
        for name in (*NAMES, "iana", "aws"):
            self.servers[name] = self.listen(name)
        self.files = {"/ip-ranges.json": b""}
        self.write_lists()

    def listen(self, name):
        server = Server(("127.0.0.1", 0), Handler)
        server.world, server.name = self, name
        if self.tls:
            server.socket = self.context().wrap_socket(server.socket, server_side=True,
                                                       do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return server

    def context(self):
        key = os.path.join(self.folder, "key.pem")
        if not os.path.exists(key):
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                 "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                 "-keyout", key, "-out", self.ca_bundle], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca_bundle, key)
        return context

    def write_lists(self):
        """IANA's two lists, and both in one file for --rdap-bootstrap."""
        v4 = {name: [f"{n}.0.0.0/8" for n in spread(blocks)] for name, blocks in BLOCKS.items()}
        taken = {prefix for prefixes in v4.values() for prefix in prefixes}
        v4["arin"] = [f"{n}.0.0.0/8" for n in range(1, 224) if f"{n}.0.0.0/8" not in taken]
        v6 = {name: [block] for name, block in BLOCKS6.items()}
        lists = {}
        for family, blocks in (("ipv4", v4), ("ipv6", v6)):
            services = [[prefixes, [self.url(name)]] for name, prefixes in blocks.items()]
            lists[family] = {"version": "1.0", "publication": "2026-11-01T00:00:00Z",
                             "description": f"RDAP bootstrap file for {family}",
                             "services": services}
            self.files[f"/{family}.json"] = json.dumps(lists[family]).encode()
        both = {**lists["ipv4"], "services": lists["ipv4"]["services"] + lists["ipv6"]["services"]}
        self.bootstrap = os.path.join(self.folder, "bootstrap.json")
        with open(self.bootstrap, "w", encoding="utf-8") as file:
            json.dump(both, file)

    def url(self, name):
        path = "" if name in ("iana", "aws") else name + "/"
        scheme = "https" if self.tls else "http"
        return f"{scheme}://127.0.0.1:{self.servers[name].server_address[1]}/{path}"

    def set_aws_ranges(self, ranges):
        """What registries.url("aws") + "ip-ranges.json" is."""
        self.files["/ip-ranges.json"] = json.dumps(ranges).encode()

    def set_faults(self, name, kinds):
        self.faults[name] = [kind for part in kinds
                             for kind in [part.split("*")[0]] * int((part + "*1").split("*")[1])]

    def next_fault(self, name):
        with self.lock:
            left = self.faults.get(name) or ["ok"]
            return left.pop(0) if len(left) > 1 else left[0]

    def find(self, address):
        for first, last, row in self.networks:
            if first.version == address.version and first <= address <= last:
                return row
        return made_up(address, self.bits if address.version == 4 else 32)

    def asked(self, name=None):
        """The queries of addresses so far: of all registries, or of one."""
        with self.lock:
            return [entry for entry in self.log if "/ip/" in entry["path"]
                    and name in (None, entry["registry"])]

    def most_at_once(self, name):
        edges = [(entry["at"], 1) for entry in self.asked(name)]
        edges += [(entry["until"], -1) for entry in self.asked(name) if "until" in entry]
        now = most = 0
        for _, step in sorted(edges):
            now += step
            most = max(most, now)
        return most

    def most_within(self, name, seconds):
        times = [entry["at"] for entry in self.asked(name)]
        return max((sum(at <= other < at + seconds for other in times) for at in times), default=0)

    def close(self):
        self.stopping.set()
        for server in self.servers.values():
            server.shutdown()
            server.server_close()
        if self.scratch:
            self.scratch.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def main():
    parser = argparse.ArgumentParser(description="The five internet registries, on loopback.")
    parser.add_argument("--delay", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--fault", action="append", default=[], metavar="REGISTRY=FAULT,...")
    parser.add_argument("--bits", type=int, default=16)
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--folder", help="for the bootstrap file; default: a scratch one")
    parser.add_argument("--log", help="a file for what is asked, NDJSON; default: stdout")
    options = parser.parse_args()
    log = open(options.log, "a", encoding="utf-8") if options.log else sys.stdout
    faults = {fault.partition("=")[0]: fault.partition("=")[2].split(",")
              for fault in options.fault}

    def told(entry):
        print(json.dumps(entry), file=log, flush=True)

    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    with Registries(options.delay, faults, bits=options.bits, tls=options.tls,
                    folder=options.folder, on_query=told) as registries:
        print(registries.bootstrap, flush=True)
        done.wait()


if __name__ == "__main__":
    main()
