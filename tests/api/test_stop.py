# SPDX-License-Identifier: Apache-2.0
"""A C program stops a call that waits for a registry or for S3, once: within a second, and nothing
leaks."""
import os
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = os.environ.get("ROOT", os.getcwd())
BUILD = os.path.join(ROOT, "build")
sys.path[:0] = [os.path.join(ROOT, "tests", "aws"), os.path.join(ROOT, "tests", "registry")]
from fake_aws import SECRET, Fake  # noqa: E402
from registry_server import Registries  # noqa: E402

LOGS = os.path.join(ROOT, "examples", "flowlogs")
STOP_MS = 1000
ASKED_S = 20


@unittest.skipUnless(os.path.exists(os.path.join(BUILD, "libflowtoll.so")),
                     "needs libflowtoll: ./run check builds it")
class Stop(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.scratch = scratch.name
        cls.program = os.path.join(cls.scratch, "stop_test")
        subprocess.run(
            ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-g", "-fsanitize=address",
             "-D_GNU_SOURCE", "-I", os.path.join(ROOT, "include"),
             os.path.join(ROOT, "tests", "library", "stop_test.c"), "-L", BUILD, "-lflowtoll",
             "-pthread", f"-Wl,-rpath,{BUILD}", "-o", cls.program], check=True)

    def stop(self, is_asked, *words, **more_env):
        """Stopped once it has asked; the most queries that it told of."""
        env = os.environ | {
            "AWS_ACCESS_KEY_ID": "AKIDFAKE", "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL_S3": getattr(self, "url", ""),
            "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "XDG_CACHE_HOME": tempfile.mkdtemp(dir=self.scratch),
            "ASAN_OPTIONS": "detect_leaks=1"} | more_env
        process = subprocess.Popen([self.program, *words], env=env, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        until = time.monotonic() + ASKED_S
        while not is_asked() and time.monotonic() < until and process.poll() is None:
            time.sleep(0.02)
        time.sleep(0.3)  # so that it waits for the answer
        out, told = process.communicate("stop\n", timeout=30)
        self.assertEqual((process.returncode, told), (0, ""), out)
        self.assertRegex(out, r"^\d+ \d+\n$")
        took_ms, lookups = map(int, out.split())
        self.assertLess(took_ms, STOP_MS)
        return lookups

    def stalled_registries(self):
        registries = Registries(faults={"arin": ["stall"]})
        self.addCleanup(registries.close)
        return registries

    def fake(self, stalls):
        fake = Fake()
        self.addCleanup(fake.close)
        self.url = fake.url
        fake.put_folder(LOGS, "p/")
        return fake.stall(stalls)

    def test_registries_of_an_address(self):
        registries = self.stalled_registries()
        self.assertEqual(self.stop(registries.asked, "who", registries.bootstrap), 1)

    def test_registries_by_the_progress_callback(self):
        registries = self.stalled_registries()
        self.stop(registries.asked, "who", registries.bootstrap, BY_CALLBACK="yes")

    def test_registries_of_a_ranking(self):
        registries = self.stalled_registries()
        asked = self.stop(lambda: registries.asked("arin"), "top", registries.bootstrap, LOGS)
        self.assertGreaterEqual(asked, 1)

    def test_a_listing(self):
        is_asked = self.fake(lambda request: request.path.endswith("/bucket/"))
        self.stop(is_asked, "source", "s3://bucket/p/")

    def test_objects_that_are_read(self):
        is_asked = self.fake(lambda request: request.path.endswith(".gz"))
        self.stop(is_asked, "read", "s3://bucket/p/")

    def test_objects_that_are_got(self):
        is_asked = self.fake(lambda request: request.path.endswith(".gz"))
        self.stop(is_asked, "get", "s3://bucket/p/", os.path.join(self.scratch, "got"))


if __name__ == "__main__":
    unittest.main()
