# SPDX-License-Identifier: Apache-2.0
"""The package's types: mypy --strict on a program of a user and on the package, and stubtest."""
import os
import subprocess
import sys
import tempfile
import unittest

GOOD = """
import datetime
import flowtoll

with flowtoll.open("logs/", inventory=["a.json"], since=datetime.date(2026, 11, 20),
                   memory="1G", names="local") as logs:
    top: flowtoll.Result = logs.top("dstaddr", n=5, where="bytes > 1")
    both: flowtoll.Results = logs.top("dstaddr", "hour")
    for row in top:
        print(row["bytes"], row[0], dict(row))
    first: flowtoll.Row = top[0]
    some: list[flowtoll.Row] = top[1:2]
    frame = top.df()
    print(frame.head(2), top.pl().height, top.arrow().num_rows, len(top), top.columns)
    nat = logs.nat(client="10.0.0.1")
    text: str = nat.headline
    clients: flowtoll.Result = nat.clients
    nat.plot()
    logs.interrupt()
    top.plot().set_title("bytes")
    top.write("x.csv")
    try:
        logs.sql("select 1")
    except flowtoll.InputError as error:
        print(error.hint, error.file, error.line + 1)
counts: dict[str, int] = flowtoll.get("s3://a/b", "logs", first=3)
"""
BAD = """
import flowtoll
logs = flowtoll.open("logs/", since=7.5)
logs.top()
logs.top("dstaddr", n="5")
both: flowtoll.Result = logs.top("dstaddr", "hour")
logs.nope()
"""
BAD_LINES = {3, 4, 5, 6, 7}


class Types(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name  # and the cache, which all share

    def run_mypy(self, *arguments):
        return subprocess.run(
            [sys.executable, "-m", *arguments], capture_output=True, text=True, cwd=self.folder,
            env=os.environ | {"PYTHONPATH": os.environ["SITE"], "MYPY_CACHE_DIR": self.folder})

    def mypy(self, text):
        path = os.path.join(self.folder, "user.py")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return self.run_mypy("mypy", "--strict", "--python-version", "3.11", path)

    def test_a_user_s_program(self):
        done = self.mypy(GOOD)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)

    def test_faults_are_found(self):
        done = self.mypy(BAD)
        lines = {int(line.split(":")[1]) for line in done.stdout.splitlines() if ": error:" in line}
        self.assertEqual(lines, BAD_LINES, done.stdout)

    def test_the_package(self):
        done = self.run_mypy("mypy", "--strict", "--python-version", "3.11", "-p", "flowtoll")
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_stubs_are_the_module_s(self):
        done = self.run_mypy("mypy.stubtest", "flowtoll._flowtoll")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
