# SPDX-License-Identifier: Apache-2.0
"""A C program asks who is behind addresses, one question after another in one session: EC2 is asked
for each, as what it said before is of other addresses."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.environ.get("ROOT", os.getcwd())
BUILD = os.path.join(ROOT, "build")
sys.path.insert(0, os.path.join(ROOT, "tests", "aws"))
import fake_ec2  # noqa: E402
from fake_aws import SECRET, Fake  # noqa: E402


def interface(number):
    address = f"10.0.0.{number}"
    return {"NetworkInterfaceId": f"eni-{number}", "InterfaceType": "interface",
            "Description": "", "PrivateIpAddress": address, "SubnetId": "subnet-1",
            "PrivateIpAddresses": [{"Primary": True, "PrivateIpAddress": address}],
            "TagSet": [{"Key": "Name", "Value": f"web-{number}"}], "VpcId": "vpc-1"}


@unittest.skipUnless(os.path.exists(os.path.join(BUILD, "libflowtoll.so")),
                     "needs libflowtoll: ./run check builds it")
class Again(unittest.TestCase):
    def test_each_is_asked_for(self):
        fake = Fake()
        self.addCleanup(fake.close)
        fake.ec2 = fake_ec2.Ec2({"": {"NetworkInterfaces": [interface(1), interface(2)]}})
        with tempfile.TemporaryDirectory() as scratch:
            program = os.path.join(scratch, "who_test")
            subprocess.run(
                ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-g", "-fsanitize=address",
                 "-I", os.path.join(ROOT, "include"),
                 os.path.join(ROOT, "tests", "library", "who_test.c"), "-L", BUILD, "-lflowtoll",
                 f"-Wl,-rpath,{BUILD}", "-o", program], check=True)
            env = os.environ | {
                "AWS_ACCESS_KEY_ID": "AKIDFAKE", "AWS_SECRET_ACCESS_KEY": SECRET,
                "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": fake.url,
                "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
                "HOME": scratch, "XDG_CACHE_HOME": scratch}
            done = subprocess.run([program, "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.1"],
                                  env=env, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([row["name"] for row in rows],
                         ["web-1 (interface eni-1)", "web-2 (interface eni-2)", "Private-Use",
                          "web-1 (interface eni-1)"])
