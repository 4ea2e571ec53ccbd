# SPDX-License-Identifier: Apache-2.0
"""Sessions that reach AWS: logs read from a real S3 server, an inventory asked of moto's EC2."""
import os
import subprocess
import tempfile
import unittest
import warnings

import check_notebook
import flowtoll

REGION = check_notebook.REGION
PREFIX = check_notebook.PREFIX
MOTO = """
import sys
from moto.server import ThreadedMotoServer
import boto3
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
server.start()
host, port = server.get_host_and_port()
url = f"http://127.0.0.1:{port}"
ec2 = boto3.client("ec2", region_name="us-east-1", endpoint_url=url,
                   aws_access_key_id="testing", aws_secret_access_key="testing")
subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
for number in range(3):
    ec2.create_network_interface(SubnetId=subnet, Description=f"made by the test {number}")
print(url, flush=True)
sys.stdin.read()
server.stop()
"""


class S3(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        server = check_notebook.Server(folder.name)
        cls.addClassCleanup(server.close)
        os.environ |= {"AWS_ACCESS_KEY_ID": check_notebook.KEY,
                       "AWS_SECRET_ACCESS_KEY": check_notebook.SECRET, "AWS_REGION": REGION}
        os.environ.pop("AWS_ENDPOINT_URL_S3", None)
        cls.url = server.url

    def test_a_bucket_as_source(self):
        with flowtoll.open(f"s3://logs/{PREFIX}/", endpoint_url=self.url) as logs:
            top = logs.top("dstaddr", n=2)
        self.assertEqual(top[0]["bytes"], 31168857260)
        with flowtoll.open(f"s3://logs/{PREFIX}/", endpoint_url=self.url, files=5) as logs:
            self.assertIn("a sample: 5 of 20 files", " ".join(logs.top("dstaddr").notes))

    def test_get(self):
        place = os.path.join(self.folder, "got")
        first = flowtoll.get(f"s3://logs/{PREFIX}/", place, first=3, endpoint_url=self.url)
        self.assertEqual((first["downloaded"], first["refused"]), (3, 0))
        rest = flowtoll.get(f"s3://logs/{PREFIX}/", place, endpoint_url=self.url)
        self.assertEqual((rest["downloaded"], rest["skipped"]), (17, 3))

    def test_errors(self):
        for call in (lambda: flowtoll.get("s3://nothing/a", self.folder, endpoint_url=self.url),
                     lambda: flowtoll.open("s3://nothing/a/", endpoint_url=self.url).head()):
            with self.assertRaises(flowtoll.RemoteError) as caught:
                call()
            self.assertEqual(caught.exception.code, 5)
        with self.assertRaises(flowtoll.UsageError):
            flowtoll.get("nothing", self.folder)


class Ec2(unittest.TestCase):
    @unittest.skipIf(not os.environ.get("PYTHON"), "needs moto: ./run check installs it")
    def test_live_inventory(self):
        env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        moto = subprocess.Popen([os.environ["PYTHON"], "-c", MOTO], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                env=env)
        try:
            url = next(line.strip() for line in moto.stdout if line.startswith("http"))
            os.environ |= {"AWS_ENDPOINT_URL": url,
                           "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
            with warnings.catch_warnings(), flowtoll.open(inventory="live", region=REGION) as aws:
                found = aws.sql("select interface_id, private_ip from interfaces")
                self.assertEqual(len(found), 3)
                who = aws.who(found[0]["private_ip"])
                self.assertEqual(who[0]["source"], "inventory")
        finally:
            moto.stdin.close()
            moto.wait()
            moto.stdout.close()


if __name__ == "__main__":
    unittest.main()
