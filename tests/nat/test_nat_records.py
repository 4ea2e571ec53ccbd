# SPDX-License-Identifier: Apache-2.0
"""Records and files of the NAT oracle: as AWS's examples show them, and readable by flowtoll."""
import datetime
import filecmp
import json
import os
import re
import subprocess
import unittest

from nat_case import FLOWS, ROOT, SCRATCH, case, scenarios, simulate, total

from nat_world.fields import BY_VERSION, FORMATS
from nat_world.journey import EGRESS, INGRESS, Packet, Step, make
from nat_world.model import Client, Gateway, Interface, Way
from nat_world.recorder import shown

NAME = re.compile(r"AWSLogs/(\d{12})/vpcflowlogs/us-east-1/(\d{4})/(\d\d)/(\d\d)/"
                  r"\1_vpcflowlogs_us-east-1_fl-[0-9a-f]{17}_\2\3\4T(\d\d)(\d\d)Z_[0-9a-f]{8}"
                  r"\.log\.gz$")
FIELDS = ("interface-id", "srcaddr", "dstaddr", "pkt-srcaddr", "pkt-dstaddr")


def example(name):
    with open(os.path.join(ROOT, "tests/data/aws", name), encoding="utf-8") as file:
        names, *rows = (text.split() for text in file)
    return {tuple(dict(zip(names, row))[f] for f in FIELDS) for row in rows}


def noted(step):
    return (step.point.id, *shown(step), step.packet.src, step.packet.dst)


class Lowest:
    """A generator of random numbers that takes the first of any."""

    def choice(self, items):
        return items[0]


class Examples(unittest.TestCase):
    """AWS's documented examples come out of the simulation: src, dst and their packets."""

    def test_nat_gateway(self):
        client = Interface("eni-1111aaaa2222bbbb3", None, ["10.0.1.5"])
        point = Interface("eni-1235b8ca123456789", None, ["10.0.0.220"])
        gateway = Gateway("nat-0", point, point.addresses, {})
        found = make(Lowest(), Client(client, "10.0.1.5", "10.0.1.5", "instance"),
                     Way((gateway,)), "203.0.113.5", 40000, 443, 6)
        self.assertEqual({noted(step) for step in found.up + found.down},
                         example("v3_nat_gateway.log"))

    def test_transit_gateway(self):
        there = Interface("eni-33333333333333333", None, ["10.40.2.236"])
        towards = Interface("eni-11111111111111111", None, ["10.40.1.175"])
        back = Interface("eni-22222222222222222", None, ["10.40.2.31"])
        packet = Packet("10.20.33.164", "10.40.2.236", 39812, 80, 6)
        steps = (Step(towards, EGRESS, packet), Step(there, INGRESS, packet),
                 Step(there, EGRESS, packet.back()), Step(back, INGRESS, packet.back()))
        self.assertEqual({noted(step) for step in steps}, example("v3_transit_gateway.log"))


class Records(unittest.TestCase):
    def test_sizes_and_times(self):
        for scenario in scenarios.TABLE:
            found = case(scenario.name)
            lengths = {log["id"]: log["window_s"] for log in found.truth["flow_logs"]}
            with self.subTest(scenario.name):
                self.assertGreater(len(found.rows), 200)
                for row in found.rows:
                    start, end = int(row["start"]), int(row["end"])
                    length = lengths[row["file"].split("_")[3]]
                    self.assertTrue(start <= end < start + length, row)
                    if row["log-status"] == "OK":
                        packets, size = int(row["packets"]), int(row["bytes"])
                        least = 40 if row["type"] == "IPv6" else 20
                        self.assertTrue(least * packets <= size <= 1520 * packets, row)

    def test_files_are_named_by_the_ends_of_their_records(self):
        for name in ("zonal", "ten_minutes", "central", "two_flow_logs_other"):
            found = case(name)
            stamps = {}
            for path in found.paths:
                match = NAME.search(path)
                self.assertTrue(match, path)
                when = datetime.datetime(*map(int, match.groups()[1:]),
                                         tzinfo=datetime.timezone.utc)
                stamps[os.path.basename(path)] = int(when.timestamp())
            for row in found.rows:
                self.assertEqual(int(row["end"]) // 300 * 300, stamps[row["file"]])

    def test_orders(self):
        names = case("zonal", "v3").truth["flow_logs"][0]["fields"].split()
        self.assertEqual(names, (BY_VERSION[2] + " " + BY_VERSION[3]).split())
        ordered = case("zonal", "v3", order="alphabetical").truth["flow_logs"][0]["fields"].split()
        self.assertEqual(ordered, sorted(names))
        custom = case("zonal", "v3", order="custom").truth["flow_logs"][0]["fields"].split()
        self.assertEqual(sorted(custom), sorted(names))
        self.assertNotIn(custom, (names, ordered))

    def test_gateways_ports_are_their_own(self):
        """The 5-tuple of one side is not to be found on the other."""
        found = case("zonal")
        rows = found.accepted(found.truth["gateways"][0])
        inner = {(r["srcport"], r["pkt-dstaddr"]) for r in rows
                 if r["pkt-srcaddr"].startswith("10.0.10.") and r["protocol"] != "1"}
        outer = {(r["srcport"], r["pkt-dstaddr"]) for r in rows
                 if r["pkt-srcaddr"].startswith("10.0.0.") and r["protocol"] != "1"}
        self.assertEqual(len(inner), len(outer))
        self.assertFalse(inner & outer)

    def test_next_hops(self):
        """v11: a client's traffic goes to the gateway, and comes from there."""
        found = case("two_zones", "v11")
        kinds = {g["interface_id"]: g["zone"] for g in found.truth["gateways"]}
        zones = {"us-east-1a": "use1-az4", "us-east-1b": "use1-az6"}
        crossing = 0
        for row in found.data():
            hop = row["next-hop-interface-id"]
            if hop in kinds:
                self.assertEqual(row["next-hop-interface-type"], "nat_gateway")
                self.assertEqual(row["next-hop-az-id"], zones[kinds[hop]])
                crossing += row["az-id"] != row["next-hop-az-id"]
            if row["interface-id"] in kinds:
                self.assertEqual(row["interface-type"], "nat_gateway")
        self.assertGreater(crossing, 30)

    def test_a_pod_shows_as_its_node_there_and_as_itself_at_the_gateway(self):
        found = case("eks_pods")
        pods = {c.address: c.interface for c in found.sim.world.clients if c.kind == "pod"}
        seen = [r for r in found.data() if r["pkt-srcaddr"] in pods
                and r["flow-direction"] == "egress"]
        self.assertTrue(seen)
        for row in seen:
            self.assertEqual(row["srcaddr"], pods[row["pkt-srcaddr"]].primary)
        (gateway,) = found.truth["gateways"]
        sources = {r["srcaddr"] for r in found.accepted(gateway)}
        self.assertTrue(sources & set(pods))


class Runs(unittest.TestCase):
    def test_same_seed_same_bytes(self):
        one = case("everything", "v11", order="custom")
        options = f"everything --format v11 --order custom --flows {FLOWS}".split()
        folder = os.path.join(SCRATCH.name, "again")
        command = ["python3", os.path.join(ROOT, "bench/nat_oracle.py"), *options, "-o", folder]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        self.assert_same(one.folder, folder)
        refused = subprocess.run(command, check=False, capture_output=True, text=True)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("choose a new folder", refused.stderr)
        self.assertFalse([n for n in os.listdir(SCRATCH.name) if n.startswith(".")])

    def assert_same(self, one, two):
        for folder, _, names in os.walk(one):
            other = os.path.join(two, os.path.relpath(folder, one))
            self.assertEqual(sorted(names), sorted(
                n for n in os.listdir(other) if os.path.isfile(os.path.join(other, n))))
            _, differ, broken = filecmp.cmpfiles(folder, other, names, shallow=False)
            self.assertEqual(differ + broken, [])

    def test_one_connection_is_enough(self):
        """Of any scenario, in the fewest windows."""
        for scenario in scenarios.TABLE:
            with self.subTest(scenario.name):
                found = simulate.run(simulate.Options(scenario, -3, "v2", interval=600, flows=1,
                                                      hours=1))
                folder = os.path.join(SCRATCH.name, "least-" + scenario.name)
                truth = simulate.write(found, folder)
                self.assertEqual(truth["coverage"]["windows"], 12)
                self.assertGreater(truth["written"]["rows"], 0)

    def test_seeds_differ(self):
        self.assertNotEqual(case("zonal").truth["gateways"],
                            case("zonal", seed=2).truth["gateways"])

    def test_truth_is_the_same_in_every_format(self):
        for name in ("zonal", "everything", "central", "skipdata"):
            wanted = case(name).truth
            for format_name in FORMATS:
                got = case(name, format_name).truth
                for table in ("gateways", "clients", "remotes", "pairs", "hours", "traffic",
                              "unbilled"):
                    self.assertEqual(got[table], wanted[table], (name, format_name, table))


def flowtoll(*arguments):
    done = subprocess.run([os.environ["RELEASE"], *arguments, "--format", "json", "-q"],
                          check=True, capture_output=True)
    return json.loads(done.stdout)


class Flowtoll(unittest.TestCase):
    """What flowtoll reads is what was written."""

    def check(self, found):
        written = found.truth["written"]
        files = flowtoll("files", found.logs)
        self.assertEqual(len(files), written["files"])
        self.assertEqual({f["fault"] for f in files}, {None})
        for key in ("rows", "nodata", "skipdata"):
            wanted = written[key]
            if key == "rows":
                wanted = sum(written[k] for k in ("rows", "nodata", "skipdata"))
            self.assertEqual(sum(f[key] for f in files), wanted, key)
        self.assertEqual(sum(f["rejected"] for f in files), 0)
        rows = flowtoll("sql", "select sum(bytes)::bigint as bytes from flows", found.logs)
        self.assertEqual(rows[0]["bytes"], written["bytes"])
        self.assertEqual(total(r for r in found.rows if r["log-status"] == "OK"),
                         written["bytes"])

    def test_every_scenario(self):
        for scenario in scenarios.TABLE:
            with self.subTest(scenario.name):
                self.check(case(scenario.name, "v11" if scenario.is_regional else "v5"))

    def test_every_format(self):
        for format_name in FORMATS:
            for order in ("documented", "custom", "alphabetical"):
                with self.subTest(format_name, order=order):
                    self.check(case("zonal", format_name, order=order))

    def test_inventory(self):
        """flowtoll finds the gateways in it, by each of their private addresses."""
        for name in ("secondary", "two_zones", "central"):
            found = case(name)
            for gateway in found.truth["gateways"]:
                for address in gateway["addresses"]:
                    rows = flowtoll("sql", f"select ip_name('{address}'::ip) as name",
                                    "--inventory", os.path.join(found.folder, "interfaces.json"))
                    self.assertIn(gateway["nat_gateway_id"], rows[0]["name"])


if __name__ == "__main__":
    unittest.main()
