# SPDX-License-Identifier: Apache-2.0
"""`who` on addresses of a VPC: by an inventory, or by EC2, which is asked for these alone."""
import json
import os

import fake_ec2
from test_inventory import Case


def interface(number, description, kind="interface", **more):
    """As EC2 describes it, with a secondary address."""
    addresses = [f"10.0.{number}.{end}" for end in (1, 77)]
    return {"NetworkInterfaceId": f"eni-{number:017x}", "InterfaceType": kind,
            "Description": description, "Status": "in-use", "OwnerId": "123456789012",
            "VpcId": "vpc-1", "SubnetId": "subnet-1", "AvailabilityZone": "eu-west-1a",
            "Groups": [{"GroupId": "sg-1", "GroupName": "all"}],
            "PrivateIpAddress": addresses[0], "Ipv6Addresses": [],
            "PrivateIpAddresses": [{"Primary": i == 0, "PrivateIpAddress": address}
                                   for i, address in enumerate(addresses)], "TagSet": []} | more


UUID = "01234567-89ab-cdef-0123-456789abcdef"
KINDS = [  # the interface, its name, its kind
    (interface(0, "Interface for NAT Gateway nat-0a1", "nat_gateway",
               TagSet=[{"Key": "Name", "Value": "egress"}]),
     "egress (NAT gateway nat-0a1)", "nat_gateway"),
    (interface(1, "", Attachment={"InstanceId": "i-01"}), "web-1 (i-01)", "instance"),
    (interface(2, "ELB app/shop/0123456789abcdef"), "load balancer shop", "load_balancer"),
    (interface(3, f"AWS Lambda VPC ENI-resize-{UUID}", "lambda"), "Lambda resize", "lambda"),
    (interface(4, "VPC Endpoint Interface vpce-0b2", "vpc_endpoint"), "VPC endpoint vpce-0b2",
     "vpc_endpoint"),
    (interface(5, "RDSNetworkInterface"), f"RDS eni-{5:017x}", "rds"),
    (interface(6, f"arn:aws:ecs:eu-west-1:123456789012:attachment/{UUID}", TagSet=[
        {"Key": "aws:ecs:clusterName", "Value": "prod"},
        {"Key": "aws:ecs:serviceName", "Value": "api"}]), "ECS service prod/api", "ecs_task"),
    (interface(7, "aws-K8S-i-01", Attachment={"InstanceId": "i-01"}),
     "web-1 (EKS pods on i-01)", "eks_pods"),
]
TAGS = [{"ResourceId": "i-01", "ResourceType": "instance", "Key": "Name", "Value": "web-1"},
        {"ResourceId": "i-01", "ResourceType": "instance", "Key": "Te \"am", "Value": "a,b"},
        {"ResourceId": "i-02", "ResourceType": "instance", "Key": "Name", "Value": "other"}]
SECONDARY = [f"10.0.{number}.77" for number in range(len(KINDS))]


class Who(Case):
    def setUp(self):
        super().setUp()
        self.ec2.lists = {"": {
            "NetworkInterfaces": [row for row, _, _ in KINDS], "Tags": TAGS,
            "Addresses": [{"PublicIp": "198.18.0.1", "AllocationId": "x"},
                          {"PublicIp": "52.9.9.9", "AllocationId": "eipalloc-1",
                           "Tags": [{"Key": "Name", "Value": "spare"}]}]}}
        # as all public addresses here are special ones: what EC2 has is put into one that is not
        row = self.ec2.lists[""]["NetworkInterfaces"][1]
        row["Association"] = {"PublicIp": "52.1.1.1"}
        row["PrivateIpAddresses"][0]["Association"] = {"PublicIp": "52.1.1.1"}
        row["PrivateIpAddresses"][1]["Association"] = {"PublicIp": "52.1.1.77"}
        row["Ipv6Addresses"] = [{"Ipv6Address": "2a05:d018::1"}]

    def rows(self, *words, **more):
        done = self.run_it("who", *words, "--format", "json", **more)
        self.said = done.stderr
        return json.loads(done.stdout)

    def test_kinds(self):
        """Of secondary addresses, by EC2 and by an inventory: the same."""
        rows = self.rows(*SECONDARY)
        self.assertEqual([(row["name"], row["kind"], row["owner"]) for row in rows],
                         [(name, kind, "account 123456789012") for _, name, kind in KINDS])
        for row, (expected, _, _) in zip(rows, KINDS):
            for column, key in (("interface_id", "NetworkInterfaceId"),
                                ("description", "Description"), ("vpc_id", "VpcId"),
                                ("interface_type", "InterfaceType"), ("subnet_id", "SubnetId"),
                                ("availability_zone", "AvailabilityZone")):
                self.assertEqual(row[column] or "", expected[key])
            self.assertEqual(row["security_groups"], "all (sg-1)")
        self.assertEqual(json.loads(rows[1]["tags"]), {"Name": "web-1", 'Te "am': "a,b"})
        self.assertEqual(rows[1]["instance_id"], "i-01")
        self.assertEqual(json.loads(rows[0]["tags"]), {"Name": "egress"})
        self.assertEqual({operation for operation, *_ in self.ec2.asked},
                         {"DescribeNetworkInterfaces", "DescribeTags"})
        self.assertEqual(self.said, "")
        self.make()
        self.ec2.asked = []
        self.assertEqual(self.rows(*SECONDARY, "--inventory", self.path), rows)
        self.assertEqual(self.ec2.asked, [])

    def test_public(self):
        """Elastic IPs, used and not, of primary and secondary addresses; IPv6."""
        rows = self.rows("52.1.1.1", "52.1.1.77", "52.9.9.9", "2a05:d018::1", "52.2.2.2")
        self.assertEqual([row["name"] for row in rows],
                         ["web-1 (i-01)", "web-1 (i-01)", "spare (Elastic IP eipalloc-1)",
                          "web-1 (i-01)", None])
        self.assertIn("1 of 5 addresses is in no source", self.said)

    def test_nobody(self):
        rows = self.rows("10.9.9.9", "10.0.1.1")
        self.assertEqual([row["name"] for row in rows], ["Private-Use", "web-1 (i-01)"])
        self.assertIn("10.9.9.9: no interface has it", self.said)
        self.make()
        self.rows("10.9.9.9", "--inventory", self.path)
        self.assertIn("10.9.9.9: no interface has it", self.said)

    def test_batches(self):
        """EC2 takes 200 values at a time."""
        addresses = [f"10.1.{n // 250}.{n % 250}" for n in range(450)]
        rows = self.rows(*addresses, "10.0.3.1")
        self.assertEqual(rows[-1]["name"], "Lambda resize")
        self.assertEqual([operation for operation, *_ in self.ec2.asked],
                         ["DescribeNetworkInterfaces"] * 3 + ["DescribeSubnets"])
        self.assertIn("and 449 more: no interface has them", self.said)

    def delegate(self):
        """Two subnets with one range, and nodes of EKS in the first, many of them with prefixes."""
        nodes = [interface(n, f"aws-K8S-i-{n}", SubnetId="subnet-2",
                           Attachment={"InstanceId": f"i-{n}"},
                           Ipv4Prefixes=[{"Ipv4Prefix": f"10.0.{n}.{end}/28"}
                                         for end in (96, 112)],
                           Ipv6Prefixes=[{"Ipv6Prefix": f"2a05:d018:1:2:{n}::/80"}])
                 for n in range(100, 110)]
        lists = self.ec2.lists[""]
        lists["NetworkInterfaces"] = [*lists["NetworkInterfaces"], *nodes]
        lists["Tags"] = [*TAGS, {"ResourceId": "i-103", "ResourceType": "instance", "Key": "Name",
                                 "Value": "node-3"}]
        lists["Subnets"] = [
            {"SubnetId": subnet, "VpcId": "vpc-1", "CidrBlock": cidr,
             "Ipv6CidrBlockAssociationSet": [
                 {"Ipv6CidrBlock": six, "Ipv6CidrBlockState": {"State": "associated"}}]}
            for subnet, cidr, six in (("subnet-1", "10.0.0.0/20", "2a05:d018:1:1::/64"),
                                      ("subnet-2", "10.0.96.0/19", "2a05:d018:1:2::/64"),
                                      ("subnet-3", "10.0.96.0/19", "2a05:d018:1:3::/64"))]

    def test_delegated_prefix(self):
        """As pods have: EC2 has no filter for it, so the subnet's interfaces are looked through,
        once; what they are otherwise is as with an inventory."""
        self.delegate()
        asked = ["10.0.103.100", "10.0.103.127", "10.0.103.128", "2a05:d018:1:2:104::7",
                 "2a05:d018:1:2:104::8", "10.0.1.77"]
        rows = self.rows(*asked)
        self.assertEqual([row["name"] for row in rows],
                         ["node-3 (EKS pods on i-103)"] * 2 + ["Private-Use"] +
                         ["EKS pods on i-104"] * 2 + ["web-1 (i-01)"])
        self.assertEqual([row["subnet_id"] for row in rows],
                         ["subnet-2", "subnet-2", None, "subnet-2", "subnet-2", "subnet-1"])
        self.assertIn("10.0.103.128: no interface has it", self.said)
        pages = [form for form in self.ec2.forms if form.get("Filter.2.Name") == "subnet-id"]
        self.assertEqual([form.get("NextToken") for form in pages],
                         [None, "3+ =/", "6+ =/", "9+ =/"])
        self.assertEqual({form[f"Filter.2.Value.{n}"] for form in pages for n in (1, 2)},
                         {"subnet-2", "subnet-3"})
        self.assertNotIn("Filter.2.Value.3", pages[0])
        tagged = [form for form in self.ec2.forms if form["Action"] == "DescribeTags"]
        self.assertEqual(sorted(value for field, value in tagged[0].items()
                                if field.startswith("Filter.2.Value")),
                         ["i-01", "i-103", "i-104"])
        self.make()
        self.assertEqual(self.rows(*asked, "--inventory", self.path), rows)

    def test_subnets_only_where_needed(self):
        """Not where an interface has the address, nor for public ones of IPv4."""
        self.delegate()
        self.rows("10.0.103.77", "52.1.1.1", "52.2.2.2", "2a05:d018::1")
        self.assertNotIn("DescribeSubnets", {operation for operation, *_ in self.ec2.asked})
        self.rows("10.200.0.1")
        self.assertFalse([form for form in self.ec2.forms
                          if form.get("Filter.2.Name") == "subnet-id"])

    def test_subnets_denied(self):
        self.delegate()
        self.ec2.denied = {"DescribeSubnets"}
        rows = self.rows("10.0.103.100", "10.0.1.77")
        self.assertEqual([row["name"] for row in rows], ["Private-Use", "web-1 (i-01)"])
        self.assertIn("permission ec2:DescribeSubnets", self.said)
        self.assertIn("10.0.103.100: no interface has it, as far as was asked", self.said)
        self.ec2.denied = {"DescribeAddresses"}
        rows = self.rows("10.0.103.100", "52.2.2.2")
        self.assertEqual(rows[0]["name"], "node-3 (EKS pods on i-103)")
        self.assertIn("permission ec2:DescribeAddresses", self.said)

    def test_denied(self):
        self.ec2.denied = {"DescribeNetworkInterfaces"}
        rows = self.rows("10.0.0.77")
        self.assertEqual(rows[0]["name"], "Private-Use")
        self.assertNotIn("interface_id", rows[0])
        for text in ("UnauthorizedOperation", "permission ec2:DescribeNetworkInterfaces"):
            self.assertIn(text, self.said)
        self.assertNotIn("DescribeSubnets", {operation for operation, *_ in self.ec2.asked})
        self.assertNotIn("no interface has it", self.said)
        self.ec2.denied = {"DescribeTags"}
        rows = self.rows("10.0.1.77")
        self.assertEqual(rows[0]["name"], "i-01")
        self.assertIn("permission ec2:DescribeTags", self.said)

    def test_without_access(self):
        """A note, and no waiting; nothing of public addresses, which need not be the user's."""
        self.env.pop("AWS_ACCESS_KEY_ID")
        self.env.pop("AWS_EC2_METADATA_DISABLED")
        self.rows("10.0.0.77")
        self.assertIn("EC2 is not asked", self.said)
        self.assertIn("no credentials", self.said)
        self.rows("52.1.1.1")
        self.assertNotIn("EC2", self.said)
        self.env["AWS_ACCESS_KEY_ID"] = "ENVKEY"
        self.env.pop("AWS_REGION")
        self.rows("10.0.0.77")
        self.assertIn("no Region is set", self.said)
        self.assertEqual(self.fake.requests, [])

    def test_offline(self):
        rows = self.rows("10.0.0.77", "--offline")
        self.assertEqual((rows[0]["name"], self.said), ("Private-Use", ""))
        self.assertEqual(self.fake.requests, [])
        self.run_it("who", "10.0.0.77", "--offline", "--inventory", "live", code=2,
                    says=["--offline forbids it"])
        self.run_it("who", "10.0.0.77", "--offline", "--region", "eu-west-1", code=2,
                    says=["AWS is not asked"])

    def test_regions_and_accounts(self):
        rows = self.rows("10.0.0.77", "--region", "eu-west-1,us-east-1", "--role-arn",
                         "arn:aws:iam::1:role/a", "--role-arn", "arn:aws:iam::2:role/b")
        self.assertEqual(rows[0]["name"], "egress (NAT gateway nat-0a1)")
        self.assertEqual({(region, key) for _, region, key, _ in self.ec2.asked},
                         {(region, key) for region in ("eu-west-1", "us-east-1")
                          for key in ("AENVKEY", "BENVKEY")})

    def test_not_for_special_ones(self):
        self.rows("224.0.0.1", "ff02::1", "192.0.2.1")
        self.assertEqual(self.fake.requests, [])

    def test_server_that_fails(self):
        self.env["AWS_MAX_ATTEMPTS"] = "1"
        self.ec2.faults["DescribeNetworkInterfaces"] = [fake_ec2.ec2_error(500, "InternalError")]
        self.rows("10.0.0.77")
        self.assertIn("InternalError", self.said)

    def test_table(self):
        """Fits, and tells what it is."""
        self.env["COLUMNS"] = "80"
        self.make()
        done = self.run_it("who", *SECONDARY, "--inventory", os.path.basename(self.path))
        self.assertIn("egress (NAT gateway nat-0a1)", done.stdout)
