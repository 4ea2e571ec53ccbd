# SPDX-License-Identifier: Apache-2.0
"""The command line with --names rdap, against registries on loopback: who, top, nat and sql."""
import csv
import ipaddress
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from registry_server import Registries  # noqa: E402

FLOWTOLL = os.environ.get("FLOWTOLL", "flowtoll")
ROOT = os.environ.get("ROOT", os.getcwd())
LOGS = os.path.join(ROOT, "examples/flowlogs")
INVENTORY = os.path.join(ROOT, "examples/interfaces.json")
RANGES = os.path.join(ROOT, "examples/aws-ip-ranges.json")
GATEWAY = "10.0.1.7"


class Names(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.registries = Registries()
        self.addCleanup(self.registries.close)

    def run_it(self, *args, code=0, text=None, rdap=True):
        asking = ["--names", "rdap", "--rdap-bootstrap", self.registries.bootstrap] if rdap else []
        done = subprocess.run(
            [FLOWTOLL, *args, *asking, "--aws-ranges", RANGES, "--no-config"],
            capture_output=True, text=True, input=text, timeout=100,
            env={"PATH": os.environ["PATH"], "HOME": self.scratch.name, "LC_ALL": "C.UTF-8"},
        )
        self.assertEqual(done.returncode, code, done.stderr)
        self.notes = done.stderr
        return done.stdout

    def rows(self, *args, **more):
        return json.loads(self.run_it(*args, "--format", "json", **more))

    def asked(self):
        return len(self.registries.asked())

    def test_the_table_of_networks(self):
        rows = self.rows("top", "src.network", LOGS, "--where", f"dstaddr = '{GATEWAY}'",
                         "-n", "25")
        networks = {row["src.network"]: row["bytes"] for row in rows}
        self.assertEqual(rows[0]["src.network"], "AT-88-Z")
        self.assertIn("Private-Use", networks)
        self.assertRegex(self.notes, r"names: 9[5-9]\.\d % of the bytes are with addresses that "
                                     r"are named; the registries were asked \d+ times")
        total = self.rows("sql", f"select sum(bytes) as b from flows where dstaddr = '{GATEWAY}'",
                          LOGS, rdap=False)[0]["b"]
        self.assertEqual(sum(row["bytes"] for row in rows), total)
        first = self.asked()
        self.assertLessEqual(first, 25)
        again = self.rows("top", "src.network", LOGS, "--where", f"dstaddr = '{GATEWAY}'",
                          "-n", "25")
        self.assertEqual(again, rows)
        self.assertEqual(self.asked(), first, "the second run asks nothing")
        local = self.rows("top", "src.network", LOGS, "--where", f"dstaddr = '{GATEWAY}'",
                          "-n", "25", rdap=False)
        self.assertEqual(local, rows, "what is kept names without asking")
        self.assertEqual(self.asked(), first)

    def test_biggest_first_and_limits(self):
        self.run_it("top", "src.network", LOGS, "--where", f"dstaddr = '{GATEWAY}'",
                    "--lookups", "1")
        self.assertEqual(self.asked(), 1)
        self.assertIn("the registries were asked 1 time;", self.notes)
        self.assertIn("so many queries are enough (--lookups)", self.notes)
        asked = self.registries.asked()[0]["path"].rsplit("/", 1)[1]
        biggest = self.rows(
            "sql", f"select srcaddr, sum(bytes) as b from flows where dstaddr = '{GATEWAY}' and "
                   "not is_private(srcaddr) group by 1 order by 2 desc limit 1", LOGS, rdap=False)
        self.assertEqual(asked, biggest[0]["srcaddr"])

    def test_owners_need_no_one_where_aws_tells(self):
        self.run_it("top", "src.owner", LOGS, "--where", f"dstaddr = '{GATEWAY}'")
        for entry in self.registries.asked():
            address = entry["path"].rsplit("/", 1)[1]
            row = self.rows("who", address, rdap=False)[0]
            self.assertNotEqual(row["kind"], "aws", address)

    def test_named_share(self):
        self.run_it("top", "src.network", LOGS, "--where", f"dstaddr = '{GATEWAY}'",
                    "--named", "30%")
        self.assertIn("that share is enough (--named)", self.notes)
        few = self.asked()
        self.run_it("top", "src.network", LOGS, "--where", f"dstaddr = '{GATEWAY}'",
                    "--named", "99%", "--lookups", "100")
        self.assertGreater(self.asked(), few)

    def test_a_condition_on_names(self):
        rows = self.rows("top", "srcaddr", LOGS, "--where", "network_name(srcaddr) = 'AT-88-Z'")
        self.assertGreater(self.asked(), 0)
        self.assertGreater(rows[0]["bytes"], 0)

    def test_sql(self):
        rows = self.rows("sql", "select network_name(srcaddr) as n, sum(bytes) as b from flows "
                                "group by 1 order by 2 desc", LOGS)
        self.assertGreater(self.asked(), 0)
        self.assertIn("AT-88-Z", [row["n"] for row in rows])

    def test_nat(self):
        answer = self.rows("nat", LOGS, "--inventory", INVENTORY)
        self.assertGreater(self.asked(), 0)
        self.assertRegex(self.notes, r"names: 9\d\.\d % of the bytes")
        before = self.asked()
        owners = [row["owner"] for row in answer["remotes"]]
        self.assertTrue(any(owner and owner not in ("Amazon", "Amazon EC2 customer")
                            for owner in owners), owners)
        local = self.rows("nat", LOGS, "--inventory", INVENTORY, rdap=False)
        self.assertEqual(local["remotes"], answer["remotes"])
        self.assertEqual(self.asked(), before)

    def test_who(self):
        rows = self.rows("who", "8.8.8.8", "52.216.8.1", "64:ff9b::808:808", "10.0.0.1",
                         "203.0.113.9")
        self.assertEqual(self.asked(), 2)
        self.assertEqual(rows[0]["owner"], "Google LLC")
        self.assertEqual(rows[0]["source"], "ARIN")
        self.assertRegex(rows[0]["as_of"], r"^\d{4}-\d\d-\d\d$")
        self.assertEqual(rows[2]["name"], rows[0]["name"])
        self.assertEqual((rows[1]["owner"], rows[1]["network"]), ("Amazon", "AT-88-Z"))
        self.assertIsNone(rows[3]["registry"])
        self.assertEqual(list(rows[0]["registry"]), [
            "handle", "name", "cidr", "start_address", "end_address", "country", "type", "status",
            "parent_handle", "remarks"])
        self.assertEqual(rows[0]["registry"]["start_address"], "8.8.8.0")
        self.assertIsInstance(rows[0]["registry"]["status"], (list, type(None)))
        for format_name in ("csv", "tsv", "table", "md"):
            self.assertNotIn("registry", self.run_it("who", "8.8.8.8", "--format", format_name))

    def test_the_table_names(self):
        self.run_it("who", "8.8.8.8")
        rows = self.rows("sql", "from names where in_cidr('8.8.8.8'::ip, cidr)", rdap=False)
        self.assertEqual([(row["cidr"], row["owner"], row["network"], row["source"])
                          for row in rows], [("8.8.8.0/24", "Google LLC", "GOGL", "ARIN")])

    def test_special_ranges_are_never_asked(self):
        """Both ends of every row, named as the narrowest row that holds them."""
        with open(os.path.join(ROOT, "data/special_ranges.csv"), encoding="utf-8") as file:
            lines = csv.reader(line for line in file if not line.startswith(("#", "cidr")))
            ranges = {ipaddress.ip_network(line[0]): line[1] for line in lines}
        self.assertGreater(len(ranges), 40)
        # those that hold an address inside: at the first end 0.0.0.0, at the last 255.255.255.255
        inner = [ipaddress.ip_network(text) for text in ("::ffff:0:0/96", "64:ff9b::/96")]
        wanted = []
        for network in ranges:
            for address in (network[0], network[-1]):
                if any(address in one for one in inner if one.version == address.version):
                    wanted.append((address, ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
                else:
                    wanted.append((address, address))
        rows = self.rows("who", text="".join(f"{address}\n" for address, _ in wanted))
        self.assertEqual(len(rows), len(wanted))
        self.assertEqual(self.asked(), 0)
        for (address, named), row in zip(wanted, rows):
            best = max((n for n in ranges if n.version == named.version and named in n),
                       key=lambda n: n.prefixlen)
            self.assertEqual((row["name"], row["cidr"], row["source"]),
                             (ranges[best], str(best), "IANA"), address)

    def test_failing_registries_are_told(self):
        self.registries.set_faults("arin", ["500"])
        self.run_it("who", "8.8.8.8", "1.1.1.1", "--lookup-time", "20s")
        self.assertIn("names: not to be had of", self.notes)
        self.assertIn("names: 1 of 2 addresses are named", self.notes)

    def test_offline(self):
        rows = self.rows("who", "8.8.8.8", "--offline")
        self.assertIsNone(rows[0]["name"])
        self.assertEqual(len(self.registries.log), 0)
        self.assertIn("nobody may be asked (--offline)", self.notes)
        self.run_it("top", "dstaddr", "s3://b/p", "--offline", code=2, rdap=False)
        self.run_it("top", "dstaddr", LOGS, "--inventory", "live", "--offline", code=2, rdap=False)

    def test_options_without_asking(self):
        for option in (["--lookups", "3"], ["--named", "90%"], ["--lookup-time", "5s"],
                       ["--rdap-bootstrap", self.registries.bootstrap]):
            self.run_it("who", "8.8.8.8", *option, code=2, rdap=False)
            self.assertIn("without --names rdap", self.notes)
        for share in ("0", "101%", "x", "95%%", "-1", "1e3"):
            self.run_it("who", "8.8.8.8", "--named", share, code=2)
        self.run_it("who", "8.8.8.8", "--lookup-time", "soon", code=2)

    def test_hosts_are_announced_once(self):
        self.run_it("who", "8.8.8.8", "8.9.8.8", "1.1.1.1")
        lines = [line for line in self.notes.splitlines() if "asking" in line]
        self.assertEqual(len(lines), len(set(lines)), lines)
        self.assertEqual(len(lines), 2, lines)

    def test_records_from_a_pipe(self):
        with open(os.path.join(ROOT, "examples/flowlogs", sorted(os.listdir(LOGS))[0]),
                  "rb") as file:
            data = file.read()
        done = subprocess.run(
            [FLOWTOLL, "top", "src.network", "-", "--names", "rdap", "--rdap-bootstrap",
             self.registries.bootstrap, "--aws-ranges", RANGES, "--no-config", "--format", "json"],
            input=data, capture_output=True, timeout=100,
            env={"PATH": os.environ["PATH"], "HOME": self.scratch.name})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(len(json.loads(done.stdout)), 0)
        self.assertIn(b"standard input can be read only once", done.stderr)
        self.assertEqual(self.asked(), 0)


if __name__ == "__main__":
    unittest.main()
