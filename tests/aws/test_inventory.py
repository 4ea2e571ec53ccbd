# SPDX-License-Identifier: Apache-2.0
"""`inventory`, and --inventory live, against a server that plays EC2 as no other does: pages,
throttling, refusals, several Regions and accounts, and the worlds of the NAT oracle."""
import glob
import gzip
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

import fake_aws
import fake_ec2
from fake_aws import SECRET

ORACLE = os.path.join(os.path.dirname(__file__), "..", "..", "bench", "nat_oracle.py")
HEADER = "version interface-id srcaddr dstaddr bytes start end action log-status\n"
RECORDS = "2 eni-2 10.0.0.77 10.0.0.2 40 1795132800 1795132860 ACCEPT OK\n"


def interface(number, *more):
    """With secondary addresses."""
    addresses = [f"10.0.{number}.{end}" for end in (1, *more)]
    return {"NetworkInterfaceId": f"eni-{number}", "InterfaceType": "interface",
            "Description": "<b>&\"\\ caf\u00e9 \U0001f600\x7f", "SourceDestCheck": number % 2 == 0,
            "PrivateIpAddress": addresses[0], "Groups": [], "Status": "in-use",
            "Attachment": {"DeviceIndex": 1, "InstanceId": f"i-{number}"},
            "PrivateIpAddresses": [{"Primary": i == 0, "PrivateIpAddress": address}
                                   for i, address in enumerate(addresses)],
            "TagSet": [{"Key": "Name", "Value": f"web-{number}"}], "VpcId": "vpc-1"}


VPC = {"VpcId": "vpc-1", "IsDefault": False, "CidrBlock": "10.0.0.0/16",
       "Tags": [{"Key": "Name", "Value": "main"}]}


class Case(unittest.TestCase):
    def setUp(self):
        self.fake = fake_aws.Fake()
        self.addCleanup(self.fake.close)
        self.interfaces = [interface(n, 77) for n in range(7)]
        self.ec2 = self.fake.ec2 = fake_ec2.Ec2(
            {"": {"NetworkInterfaces": self.interfaces, "Vpcs": [VPC]}}, page=3)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = folder.name
        self.path = os.path.join(self.home, "inventory.json")
        self.env = {name: value for name, value in os.environ.items() if name[:4] != "AWS_"}
        self.env |= {"HOME": self.home, "AWS_ENDPOINT_URL": self.fake.url,
                     "AWS_REGION": "eu-west-1", "AWS_EC2_METADATA_DISABLED": "true",
                     "AWS_ACCESS_KEY_ID": "ENVKEY", "AWS_SECRET_ACCESS_KEY": SECRET,
                     "AWS_SESSION_TOKEN": "faketoken"}

    def run_it(self, *words, code=0, says=()):
        done = subprocess.run([os.environ["FLOWTOLL"], *words], env=self.env, cwd=self.home,
                              capture_output=True, text=True, check=False)
        printed = done.stdout + done.stderr
        self.assertEqual(done.returncode, code, printed)
        for text in says:
            self.assertIn(text, printed)
        for secret in (SECRET, "faketoken"):
            self.assertNotIn(secret, printed)
        return done

    def make(self, *options, code=0, says=()):
        done = self.run_it("inventory", "-o", self.path, *options, code=code, says=says)
        if code not in (0, 4):
            self.assertEqual(os.listdir(self.home), [])
            return None
        with open(self.path, encoding="ascii") as file:
            text = file.read()
        for secret in (SECRET, "faketoken"):
            self.assertNotIn(secret, text)
        self.assertNotIn("\x7f", text)
        self.said = done.stderr
        return json.loads(text)


class Lists(Case):
    def test_as_the_cli_prints_them(self):
        made = self.make(says=["8 items in"])
        self.assertEqual(made["NetworkInterfaces"], self.interfaces)
        self.assertEqual(made["Vpcs"], [VPC])
        self.assertEqual(sorted(made), sorted([*fake_ec2.LISTS, "Inventory"]))
        self.assertEqual(made["Subnets"], [])
        about = made["Inventory"]
        self.assertRegex(about["MadeAt"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual(about["Identities"][0]["Arn"], "arn:aws:iam::1:user/ENVKEY")
        self.assertEqual(about["Identities"][0]["Regions"], ["eu-west-1"])
        self.assertEqual(about["Missing"], [])

    def test_pages(self):
        self.make()
        tokens = [token for operation, _, _, token in self.ec2.asked
                  if operation == "DescribeNetworkInterfaces"]
        self.assertEqual(tokens, ["", "3+ =/", "6+ =/"])

    def test_throttled_in_the_middle(self):
        self.ec2.faults["DescribeNetworkInterfaces"] = [
            None, fake_ec2.ec2_error(503, "RequestLimitExceeded")]
        made = self.make(says=["RequestLimitExceeded (503)", "trying again in", "(2 of 3)"])
        self.assertEqual(made["NetworkInterfaces"], self.interfaces)

    def test_throttled_for_long(self):
        self.env["AWS_MAX_ATTEMPTS"] = "1"
        self.ec2.faults["DescribeNetworkInterfaces"] = [
            None, fake_ec2.ec2_error(503, "Unavailable")]
        self.make(code=5, says=["ec2 DescribeNetworkInterfaces of eu-west-1: Unavailable (503)",
                                "try again later"])

    def test_page_without_end(self):
        page = (b"<DescribeNetworkInterfacesResponse><networkInterfaceSet/><nextToken>same"
                b"</nextToken></DescribeNetworkInterfacesResponse>")
        self.ec2.faults["DescribeNetworkInterfaces"] = [(200, {}, page)] * 2
        self.make(code=5, says=["a page names itself as the next one"])

    def test_no_ec2(self):
        self.ec2.faults["DescribeNetworkInterfaces"] = [(200, {}, b"<html></html>")]
        self.make(code=5, says=["the answer is none of EC2's", "networkInterfaceSet"])
        self.ec2.faults["DescribeVpcs"] = [(200, {}, b"<a><b></a>")]
        self.make(code=5, says=["not the XML expected"])

    def test_file_before_stays(self):
        with open(self.path, "w", encoding="ascii") as file:
            file.write("before")
        self.env["AWS_MAX_ATTEMPTS"] = "1"
        self.fake.faults = [lambda request: fake_ec2.ec2_error(500, "InternalError")]
        self.run_it("inventory", "-o", self.path, code=5)
        with open(self.path, encoding="ascii") as file:
            self.assertEqual(file.read(), "before")
        self.assertEqual(os.listdir(self.home), ["inventory.json"])

    def test_standard_output(self):
        done = self.run_it("inventory", "-q")
        self.assertEqual(done.stderr, "")
        self.assertEqual(json.loads(done.stdout)["NetworkInterfaces"], self.interfaces)


class Whom(Case):
    def test_denied(self):
        self.ec2.denied = {"DescribeVpcs", "DescribeTags"}
        made = self.make(code=4, says=["not had: ec2 DescribeVpcs of eu-west-1: "
                                       "UnauthorizedOperation (403)", "permission ec2:DescribeVpcs",
                                       "permission ec2:DescribeTags", "2 lists are missing"])
        self.assertEqual(made["NetworkInterfaces"], self.interfaces)
        self.assertNotIn("Vpcs", made)
        self.assertEqual([row["Action"] for row in made["Inventory"]["Missing"]],
                         ["ec2:DescribeVpcs", "ec2:DescribeTags"])
        self.assertNotIn("bucket", self.said)

    def test_all_denied(self):
        self.ec2.denied = {"Describe" + key for key in fake_ec2.LISTS}
        self.make(code=5, says=["none of the lists", "docs/iam.md"])

    def test_keys_that_are_not_accepted(self):
        self.ec2.faults["DescribeVpcs"] = [fake_ec2.ec2_error(401, "AuthFailure")]
        self.make(code=5, says=["AuthFailure (401)", "has not enabled"])

    def test_regions(self):
        self.ec2.lists = {"eu-west-1": {"NetworkInterfaces": self.interfaces[:3]},
                          "us-east-1": {"NetworkInterfaces": self.interfaces[3:]}}
        self.ec2.denied = {("DescribeVpcs", "us-east-1")}
        made = self.make("--region", "eu-west-1,us-east-1", "--region", "eu-west-1", code=4,
                         says=["DescribeVpcs of us-east-1"])
        self.assertEqual(made["NetworkInterfaces"], self.interfaces)
        self.assertEqual(made["Vpcs"], [])
        self.assertEqual(made["Inventory"]["Identities"][0]["Regions"], ["eu-west-1", "us-east-1"])
        self.assertEqual(made["Inventory"]["Missing"][0]["Region"], "us-east-1")

    def test_no_region(self):
        del self.env["AWS_REGION"]
        self.make(code=2, says=["no Region is set", "--region eu-west-1"])
        self.assertEqual(self.fake.requests, [])
        self.make("--region", "EU", code=2, says=["EU is no Region"])
        self.make("--region", ",", code=2, says=["names no Region"])
        self.make("--region", "eu-west-1")

    def test_region_of_the_config_file(self):
        os.makedirs(os.path.join(self.home, "c"))
        self.env["FLOWTOLL_CONFIG"] = os.path.join(self.home, "c", "config")
        with open(self.env["FLOWTOLL_CONFIG"], "w", encoding="ascii") as file:
            file.write("region = eu-north-1,eu-south-1\n")
        made = self.make()
        self.assertEqual(made["Inventory"]["Identities"][0]["Regions"],
                         ["eu-north-1", "eu-south-1"])

    def test_accounts(self):
        roles = [f"arn:aws:iam::{n}:role/audit{n}" for n in (1, 2)]
        made = self.make("--role-arn", roles[0], "--role-arn", roles[1])
        self.assertEqual({key_id for _, _, key_id, _ in self.ec2.asked},
                         {"AUDIT1ENVKEY", "AUDIT2ENVKEY"})
        self.assertEqual([row["Arn"] for row in made["Inventory"]["Identities"]],
                         ["arn:aws:iam::1:user/AUDIT1ENVKEY", "arn:aws:iam::1:user/AUDIT2ENVKEY"])

    def test_side_by_side(self):
        """Lists of Regions and accounts at once, and the file as if one after the other."""
        roles = [f"arn:aws:iam::{n}:role/audit{n}" for n in range(3)]
        self.ec2.lists = {region: {"NetworkInterfaces": self.interfaces[n:n + 2]}
                          for n, region in enumerate(("eu-west-1", "us-east-1"))}
        self.ec2.lasts_s = 0.02
        options = sum((["--role-arn", role] for role in roles), ["--region", "eu-west-1,us-east-1"])
        made = self.make(*options)
        self.assertGreater(self.ec2.most_together, 3)
        self.assertLessEqual(self.ec2.most_together, 8)
        self.assertEqual(made["NetworkInterfaces"],
                         (self.interfaces[:2] + self.interfaces[1:3]) * 3)
        self.assertEqual([row["Arn"] for row in made["Inventory"]["Identities"]],
                         [f"arn:aws:iam::1:user/AUDIT{n}ENVKEY" for n in range(3)])
        self.assertEqual(len(self.ec2.asked), 3 * 2 * 10)
        self.assertEqual(sorted(self.fake.assumed), roles)

    def test_role_that_expires(self):
        """It is assumed again before its session ends, and when EC2 says that it has ended."""
        role = "arn:aws:iam::1:role/a"
        self.fake.role_lasts_s = 200
        made = self.make("--role-arn", role)
        self.assertEqual(made["NetworkInterfaces"], self.interfaces)
        self.assertGreater(len(self.fake.assumed), 10)
        self.fake.role_lasts_s, self.fake.assumed = 3600, []
        self.ec2.faults["DescribeNetworkInterfaces"] = [
            None, fake_ec2.ec2_error(400, "RequestExpired"),
            fake_ec2.ec2_error(400, "ExpiredToken")]
        self.ec2.faults["DescribeVpcs"] = [fake_ec2.ec2_error(400, "ExpiredToken")]
        self.run_it("inventory", "--role-arn", role, code=5, says=["DescribeNetworkInterfaces"])
        self.ec2.faults = {"DescribeNetworkInterfaces":
                           [None, fake_ec2.ec2_error(400, "ExpiredToken")],
                           "DescribeVpcs": [fake_ec2.ec2_error(400, "ExpiredToken")]}
        self.fake.assumed = []
        made = self.make("--role-arn", role)
        self.assertEqual(made["NetworkInterfaces"], self.interfaces)
        self.assertIn(len(self.fake.assumed), (2, 3))

    def test_role_that_may_not_be_assumed(self):
        self.fake.faults = [lambda request: fake_aws.error(403, "AccessDenied")]
        self.make("--role-arn", "arn:aws:iam::1:role/a", code=5,
                  says=["sts AssumeRole of arn:aws:iam::1:role/a", "sts:AssumeRole"])

    def test_endpoint_of_ec2_alone(self):
        other = fake_aws.Fake()
        self.addCleanup(other.close)
        other.ec2 = self.ec2
        self.env["AWS_ENDPOINT_URL_EC2"] = other.url
        self.make()
        self.assertEqual({request.service() for request in self.fake.requests}, {"sts"})
        self.assertEqual({request.service() for request in other.requests}, {"ec2"})


class Used(Case):
    def logs(self):
        path = os.path.join(self.home, "a.log")
        with open(path, "w", encoding="ascii") as file:
            file.write(HEADER + RECORDS)
        return path

    def test_names(self):
        logs = self.logs()
        self.interfaces[2]["PrivateIpAddresses"][1]["PrivateIpAddress"] = "10.0.0.2"
        self.make()
        question = ["top", "dstaddr", logs, "--format", "csv"]
        from_file = self.run_it(*question, "--inventory", self.path, says=["web-2 (i-2)"])
        self.ec2.asked = []
        live = self.run_it(*question, "--inventory", "live")
        self.assertEqual(live.stdout, from_file.stdout)
        self.assertEqual(len(self.ec2.asked), 12)

    def test_live_without_access(self):
        self.ec2.denied = {"DescribeVpcs"}
        self.run_it("sql", "select count(*) from interfaces", "--inventory", "live", "--format",
                    "csv", says=["7\n", "not had: ec2 DescribeVpcs"])
        self.run_it("sql", "from vpcs", "--inventory", "live", code=2, says=["not had"])
        self.env.pop("AWS_ACCESS_KEY_ID")
        self.run_it("sql", "from vpcs", "--inventory", "live", code=5, says=["credentials"])

    def test_live_of_other_accounts(self):
        """Beside a file, too."""
        with open(self.path, "w", encoding="ascii") as file:
            json.dump({"NetworkInterfaces": [interface(9)]}, file)
        self.run_it("sql", "select count(*) from interfaces", "--inventory", self.path,
                    "--inventory", "live", "--role-arn", "arn:aws:iam::1:role/a", "--region",
                    "eu-north-1", "--format", "csv", says=["8\n"])
        self.assertEqual({(region, key_id) for _, region, key_id, _ in self.ec2.asked},
                         {("eu-north-1", "AENVKEY")})

    def test_options_that_ask_nobody(self):
        for option in ("--profile", "--region", "--role-arn"):
            self.run_it("sql", "select 1", option, "x", code=2,
                        says=[f"{option} without --inventory live"])
        self.assertEqual(self.fake.requests, [])

    def test_file_that_is_called_live(self):
        with open(os.path.join(self.home, "live"), "w", encoding="ascii") as file:
            json.dump({"NetworkInterfaces": [interface(9)]}, file)
        self.run_it("sql", "select count(*) from interfaces", "--inventory", "./live", "--format",
                    "csv", says=["1\n"])
        self.assertEqual(self.fake.requests, [])

    def test_interrupted(self):
        """Nothing is left, and it ends soon, though the server says nothing."""
        answering = threading.Event()
        going = threading.Event()
        self.addCleanup(going.set)

        def silent(request):
            answering.set()
            going.wait(30)
        self.fake.faults = [lambda request: None, silent]
        command = [os.environ["FLOWTOLL"], "inventory", "-o", self.path]
        with subprocess.Popen(command, env=self.env, stderr=subprocess.PIPE, text=True,
                              preexec_fn=fake_aws.heed_interrupts) as process:
            self.assertTrue(answering.wait(30))
            process.send_signal(signal.SIGINT)
            _, printed = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130, printed)
        self.assertEqual(os.listdir(self.home), [])

    def test_live_in_the_config_file(self):
        os.makedirs(os.path.join(self.home, "c"))
        self.env["FLOWTOLL_CONFIG"] = os.path.join(self.home, "c", "config")
        with open(self.env["FLOWTOLL_CONFIG"], "w", encoding="ascii") as file:
            file.write("inventory = live\n")
        self.run_it("sql", "select count(*) from interfaces", "--format", "csv", says=["7\n"])

    def test_delegated_prefixes(self):
        """What lies in a prefix of an interface has its name: live, by our file, by the CLI's."""
        self.interfaces[3] |= {
            "Ipv4Prefixes": [{"Ipv4Prefix": "10.0.9.16/28"}, {"Ipv4Prefix": "10.0.9.64/28"}],
            "Ipv6Prefixes": [{"Ipv6Prefix": "2a05:d018:0:9::/80"}]}
        self.interfaces[4] |= {"Ipv4Prefixes": [{"Ipv4Prefix": "10.0.9.32/28"}]}
        owners = {"10.0.9.15": "", "10.0.9.16": "web-3", "10.0.9.31": "web-3",
                  "10.0.9.32": "web-4", "10.0.9.47": "web-4", "10.0.9.48": "",
                  "10.0.9.79": "web-3", "2a05:d018:0:9::ffff:1": "web-3",
                  "2a05:d018:0:9:1::1": ""}
        logs = os.path.join(self.home, "flows.log")
        with open(logs, "w", encoding="ascii") as file:
            file.write(HEADER + "".join(
                f"2 - 10.9.9.9 {ip} 40 1795132800 1795132860 ACCEPT OK\n" for ip in owners))
        made = self.make()
        self.assertEqual(made["NetworkInterfaces"], self.interfaces)
        cli = os.path.join(self.home, "cli.json")
        with open(cli, "w", encoding="ascii") as file:
            json.dump({"NetworkInterfaces": self.interfaces}, file)
        for source in ("live", self.path, cli):
            done = self.run_it("top", "dstaddr", logs, "-n", "99", "--inventory", source,
                               "--format", "json")
            rows = {row["dstaddr"]: row for row in json.loads(done.stdout)}
            self.assertEqual(rows.keys(), owners.keys())
            for ip, name in owners.items():
                known = rows[ip]["dst.name"] or ""
                self.assertEqual(known.startswith(name + " (i-") if name else "web" not in known,
                                 True, (source, ip, known))
            done = self.run_it("who", "10.0.9.20", "--inventory", source, "--format", "json")
            self.assertEqual(json.loads(done.stdout)[0]["interface_id"], "eni-3")

    def test_worlds_of_the_oracle(self):
        """nat says of the inventory out of EC2 what it says of the AWS CLI's files."""
        for scenario in ("two_zones", "everything"):
            world = os.path.join(self.home, scenario)
            subprocess.run([sys.executable, ORACLE, scenario, "-o", world, "--format", "v2"],
                           check=True, capture_output=True)
            names = ("interfaces", "nat-gateways", "subnets", "vpcs", "route-tables",
                     "prefix-lists")
            files, lists = [], {}
            for name in names:
                files.append(os.path.join(world, name + ".json"))
                with open(files[-1], encoding="utf-8") as file:
                    lists |= json.load(file)
            self.ec2.lists = {"": lists}
            self.ec2.page = 5
            made = self.make()
            for key, items in lists.items():
                self.assertEqual(made[key], items, key)
            question = ["nat", os.path.join(world, "logs"), "--format", "csv"]
            expected = self.run_it(*question, *sum((["--inventory", f] for f in files), []))
            for source in (self.path, "live"):
                found = self.run_it(*question, "--inventory", source)
                self.assertEqual(found.stdout, expected.stdout)
            self.assertGreater(len(expected.stdout.splitlines()), 10)
            question = ["top", "src.vpc,src.name,dst.zone", os.path.join(world, "logs"), "--also",
                        "dstaddr", "--format", "csv"]
            expected = self.run_it(*question, *sum((["--inventory", f] for f in files), []))
            for source in (self.path, "live"):
                found = self.run_it(*question, "--inventory", source)
                self.assertEqual(found.stdout, expected.stdout)
            self.assertGreater(len(expected.stdout.splitlines()), 10)
            self.assertEqual(glob.glob(self.path + ".*"), [])


FLOW_LOG = {"FlowLogId": "fl-0123456789abcdef0", "ResourceId": "vpc-1", "TrafficType": "ALL",
            "DeliverLogsStatus": "SUCCESS", "LogDestinationType": "s3",
            "LogDestination": "arn:aws:s3:::bucket/pre",
            "LogFormat": "${interface-id} ${srcaddr} ${dstaddr} ${bytes} ${start} ${end}",
            "MaxAggregationInterval": 60}


class FlowLogs(Case):
    def setUp(self):
        super().setUp()
        self.ec2.lists[""]["FlowLogs"] = [FLOW_LOG]
        account = f"{sum(b'ENVKEY'):012}"
        name = "{0}_vpcflowlogs_eu-west-1_{1}_20261120T{2}Z_1a2b3c4d.log.gz"
        folder = "pre/AWSLogs/{0}/vpcflowlogs/eu-west-1/2026/11/20/"
        text = gzip.compress((HEADER + RECORDS).encode())
        for log, time in (("fl-0123456789abcdef0", "0000"), ("fl-0123456789abcdef0", "0005"),
                          ("fl-0123456789abcdef1", "0000")):
            key = (folder + name).format(account, log, time)
            self.fake.objects[key] = text
        self.fake.objects[(folder + "other.log").format(account)] = HEADER.encode()
        self.fake.objects["pre/AWSLogs/999/vpcflowlogs/eu-west-1/" +
                          name.format("999", "fl-0123456789abcdef0", "0000")] = text

    def test_live(self):
        """Of the lists only that is asked for."""
        done = self.run_it("flow-logs", "--format", "json",
                           says=["lack", "pkt-srcaddr", "create-flow-logs"])
        row, = json.loads(done.stdout)
        self.assertEqual(row["flow_log_id"], "fl-0123456789abcdef0")
        self.assertEqual(row["destination"], "s3://bucket/pre")
        self.assertEqual(row["interval_s"], 60)
        self.assertIn("pkt-srcaddr", row["lacks"])
        self.assertEqual({operation for operation, *_ in self.ec2.asked}, {"DescribeFlowLogs"})
        self.make()
        self.assertEqual(self.run_it("flow-logs", "--inventory", self.path, "--format",
                                     "json").stdout, done.stdout)

    def test_denied(self):
        self.ec2.denied = {"DescribeFlowLogs"}
        self.run_it("flow-logs", code=5, says=["UnauthorizedOperation",
                                               "permission ec2:DescribeFlowLogs"])

    def test_as_a_source(self):
        """Its own files, whether EC2 or an inventory says where they are."""
        question = ["sql", "select count(*) from flows", "fl-0123456789abcdef0", "--format", "csv"]
        self.run_it(*question, says=["2\n"])
        self.assertEqual([operation for operation, *_ in self.ec2.asked], ["DescribeFlowLogs"])
        with open(self.path, "w", encoding="ascii") as file:
            json.dump({"FlowLogs": [FLOW_LOG]}, file)
        self.run_it(*question, "--inventory", self.path, says=["3\n"])  # whose, it does not tell

    def test_as_a_source_of_an_inventory(self):
        question = ["sql", "select count(*) from flows", "fl-0123456789abcdef0", "--format", "csv"]
        self.make()
        self.ec2.asked = []
        self.run_it(*question, "--inventory", self.path, says=["2\n"])
        self.assertEqual(self.ec2.asked, [])
        listed = [request.query["prefix"] for request in self.fake.requests
                  if "prefix" in request.query]
        self.assertEqual(set(listed), {f"pre/AWSLogs/{sum(b'ENVKEY'):012}/vpcflowlogs/eu-west-1/"})

    def test_source_that_is_none(self):
        self.run_it("head", "fl-00000000", code=3, says=["there is no flow log fl-00000000"])
        self.run_it("head", "fl-1", code=3, says=["fl-1"])  # a file that is not there
        FLOW_LOG_OF_GROUP = FLOW_LOG | {"LogDestinationType": "cloud-watch-logs",
                                        "LogDestination": "arn:aws:logs:::group"}
        self.ec2.lists[""]["FlowLogs"] = [FLOW_LOG_OF_GROUP]
        self.run_it("head", "fl-0123456789abcdef0", code=3, says=["CloudWatch Logs", "export"])
