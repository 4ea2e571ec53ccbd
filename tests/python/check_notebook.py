# SPDX-License-Identifier: Apache-2.0
"""examples/walkthrough.py as a notebook: every cell runs in a real Jupyter kernel, with logs got
from a real S3 server; its tables are the program's, and its pictures are there. The pictures of
docs/notebook.md are what FLOWTOLL_KEEP_PICTURES=FOLDER keeps of it.
"""
import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import flowtoll
import jupytext
import nbclient
import nbformat

ROOT = os.environ["ROOT"]
KEY, SECRET, REGION = "AKIDTESTTESTTEST0001", "sec/ret+key0123456789", "us-east-1"
PREFIX = "AWSLogs/123456789012/vpcflowlogs/us-east-1/2026/11/20"
PICTURES = 4
sys.path[:0] = [os.path.join(ROOT, "tests"), os.path.join(ROOT, "tests", "registry")]
from loopback import free_port, wait_for  # noqa: E402
from registry_server import Registries  # noqa: E402

# registries on loopback instead of the internet's: what no user's notebook has
FIRST = """
import functools
import flowtoll
flowtoll.open = functools.partial(flowtoll.open, rdap_bootstrap={!r})
"""


class Server:
    """versitygw on loopback, over a folder that has the sample in a bucket."""

    def __init__(self, folder):
        bucket = os.path.join(folder, "data", "logs")
        shutil.copytree(os.path.join(ROOT, "examples", "flowlogs"), os.path.join(bucket, PREFIX))
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [os.environ["VERSITYGW"], "--port", f"127.0.0.1:{port}", "--region", REGION, "--quiet",
             "posix", os.path.join(folder, "data")],
            env=os.environ | {"ROOT_ACCESS_KEY": KEY, "ROOT_SECRET_KEY": SECRET},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self.process, port)

    def close(self):
        self.process.terminate()
        self.process.wait()


class Walkthrough(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        server = Server(folder.name)
        cls.addClassCleanup(server.close)
        cls.registries = Registries()
        cls.registries.__enter__()
        cls.addClassCleanup(cls.registries.__exit__, None, None, None)
        cls.logs = os.path.join(folder.name, "flowlogs")
        cls.env = {
            "FLOWTOLL_NAMES": "rdap", "XDG_CACHE_HOME": os.path.join(folder.name, "cache"),
            "FLOWTOLL_S3": f"s3://logs/{PREFIX}/", "FLOWTOLL_LOGS": cls.logs,
            "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL_S3": server.url, "COLUMNS": "100",
            "JUPYTER_PLATFORM_DIRS": "1", "IPYTHONDIR": os.path.join(folder.name, "ipython"),
        }
        os.environ.update(cls.env)
        cls.book = jupytext.read(os.path.join(ROOT, "examples", "walkthrough.py"))
        first = nbformat.v4.new_code_cell(FIRST.format(cls.registries.bootstrap))
        cls.book.cells.insert(0, first)
        client = nbclient.NotebookClient(cls.book, timeout=120, kernel_name="python3",
                                         resources={"metadata": {"path": ROOT}})
        client.execute()  # raises where a cell does
        cls.code = [cell for cell in cls.book.cells if cell.cell_type == "code"]

    def outputs(self, begins):
        """Of the cell that has this in its code."""
        cell = next(cell for cell in self.code if begins in cell.source)
        return cell.outputs

    def text(self, begins):
        return "".join(output.get("text", "") or output.get("data", {}).get("text/plain", "")
                       for output in self.outputs(begins))

    def program(self, *arguments):
        """What it says with the files alone, unless told otherwise: in a cache of its own, as the
        notebook's names of registries are kept."""
        done = subprocess.run(
            [os.environ["RELEASE"], *arguments, "--inventory",
             os.path.join(ROOT, "examples/interfaces.json"), "--aws-ranges",
             os.path.join(ROOT, "examples/aws-ip-ranges.json")],
            capture_output=True, text=True, check=True,
            env=os.environ | {"XDG_CACHE_HOME": tempfile.mkdtemp(dir=self.folder)})
        return done.stdout.rstrip("\n"), done.stderr

    def check(self, begins, *arguments):
        table, notes = self.program(*arguments)
        text = self.text(begins)
        self.assertEqual(text.split("\nnote: ")[0], table)
        self.assertEqual([line for line in text.splitlines() if line.startswith("note: ")],
                         notes.splitlines())

    def test_every_cell_ran(self):
        self.assertGreater(len(self.code), 15)
        for at, cell in enumerate(self.code, 1):
            self.assertEqual(cell.execution_count, at)
            for output in cell.outputs:
                self.assertNotEqual(output.get("name"), "stderr", output)

    def test_the_logs_came_from_s3(self):
        self.assertIn("'downloaded': 20", self.text("flowtoll.get("))
        self.assertEqual(len(os.listdir(self.logs)), 20)

    def test_tables_are_the_program_s(self):
        who = "dstaddr = '10.0.1.7'"
        self.check("logs.head(5)", "head", self.logs, "-n", "5")
        self.check('logs.top("dstaddr", n=10)', "top", "dstaddr", self.logs, "-n", "10")
        self.check("logs.who([most])", "who", "10.0.1.7")
        self.check('logs.top("srcaddr", n=5', "top", "srcaddr", self.logs, "-n", "5",
                   "--where", f"{who} and is_private(srcaddr)")
        self.check("owners, networks", "top", "src.owner", self.logs, "-n", "8",
                   "--where", f"{who} and not is_private(srcaddr)")
        self.assertTrue(self.registries.asked())
        self.check("asked.top(", "top", "src.owner", self.logs, "-n", "8", "--names", "rdap",
                   "--rdap-bootstrap", self.registries.bootstrap,
                   "--where", f"{who} and not is_private(srcaddr)")
        nat, _ = self.program("nat", self.logs, "-n", "10")
        self.assertIn(self.text("print(bill.headline)").strip(), nat)
        self.assertIn(self.text("bill.clients").strip(), nat)

    def test_what_a_registry_said(self):
        """As the program's JSON has it, nested there, and in a data frame as text."""
        table, _ = self.program("who", "8.8.8.8", "--names", "rdap", "--format", "json",
                                "--rdap-bootstrap", self.registries.bootstrap)
        said = json.loads(table)[0]["registry"]
        self.assertEqual(said["start_address"], "8.8.8.0")
        with flowtoll.open(names="rdap", rdap_bootstrap=self.registries.bootstrap) as logs:
            result = logs.who(["8.8.8.8", "10.0.0.1"])
        self.assertEqual(json.loads(result.df()["registry"][0]), said)
        self.assertIsNone(result[1]["registry"])
        path = os.path.join(self.folder, "who.json")
        result.write(path)
        with open(path, encoding="utf-8") as file:
            self.assertEqual([row["registry"] for row in json.load(file)], [said, None])

    def test_tables_are_html_too(self):
        pages = [output["data"]["text/html"] for cell in self.code for output in cell.outputs
                 if "text/html" in output.get("data", {})]
        self.assertGreater(len(pages), 5)
        for page in pages:
            self.assertEqual(page.count("<table"), page.count("</table>"))

    def test_pictures(self):
        pictures = [base64.b64decode(output["data"]["image/png"]) for cell in self.code
                    for output in cell.outputs if "image/png" in output.get("data", {})]
        self.assertEqual(len(pictures), PICTURES)
        for picture in pictures:
            self.assertGreater(len(picture), 5000)
        keep = os.environ.get("FLOWTOLL_KEEP_PICTURES")
        for at, picture in enumerate(pictures if keep else []):
            with open(os.path.join(keep, f"walkthrough-{at}.png"), "wb") as file:
                file.write(picture)

    def test_nothing_of_this_machine_is_in_it(self):
        with open(os.path.join(ROOT, "examples", "walkthrough.py"), encoding="utf-8") as file:
            text = file.read()
        self.assertIsNone(re.search(r"/home/|/root/|127\.0\.0\.1", text))

    def test_as_a_plain_program(self):
        """And with the sample beside it, as nobody says where else to look."""
        env = {name: value for name, value in os.environ.items() if name not in self.env}
        done = subprocess.run([os.sys.executable, os.path.join(ROOT, "examples/walkthrough.py")],
                              cwd=self.folder, env=env | {"MPLBACKEND": "Agg"},
                              capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("NAT gateway nat-072af503164aaef3c processed 29.0 GiB", done.stdout)


if __name__ == "__main__":
    unittest.main()
