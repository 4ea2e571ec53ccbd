# SPDX-License-Identifier: Apache-2.0
"""The one wheel under each CPython that it is for: installed by that one's own pip, and asked."""
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.environ["ROOT"]
# what needs no other package than the standard library
TESTS = ["Equal", "Values", "Text", "Errors", "Processes.test_fork", "Processes.test_threads",
         "Processes.test_imports_the_standard_library_alone",
         "Processes.test_no_progress_where_nobody_looks"]


def pinned():
    with open(os.path.join(ROOT, "deps", "pythons.txt"), encoding="utf-8") as file:
        return [line.split()[0] for line in file if line.strip() and not line.startswith("#")]


class Pythons(unittest.TestCase):
    """A test for each version: see the end."""

    def check(self, version):
        known = dict(line.split() for line in
                     os.environ["OTHER_PYTHONS"].splitlines())
        if version not in known:
            self.skipTest(f"no CPython {version}: it comes from Maven Central by mvn, which is not "
                          "here; for x86_64 alone")
        with tempfile.TemporaryDirectory() as site:
            env = {name: value for name, value in os.environ.items()
                   if not name.startswith("PYTHON")}

            def run(*arguments):
                done = subprocess.run([known[version], "-W", "error", *arguments], text=True,
                                      capture_output=True, env=env)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                return done.stdout + done.stderr
            run("-W", "ignore", "-m", "pip", "--disable-pip-version-check", "-q", "install",
                "--no-index", "--no-deps", "--target", site, os.environ["WHEEL"])
            env |= {"PYTHONPATH": site + os.pathsep + os.path.join(ROOT, "tests", "python"),
                    "PYTHONDONTWRITEBYTECODE": "1"}
            self.assertIn(f"({version.replace('.', ', ')}, ",
                          run("-c", "import sys; print(tuple(sys.version_info[:3]))"))
            told = run("-m", "unittest", *(f"check_values.{name}" for name in TESTS))
            self.assertRegex(told, r"Ran \d\d tests")
            self.assertNotIn("skipped", told)

    def test_they_are_others(self):
        self.assertNotIn("%d.%d" % sys.version_info[:2], pinned())


for one in pinned():
    setattr(Pythons, f"test_{one.replace('.', '_')}",
            lambda self, version=one: self.check(version))


if __name__ == "__main__":
    unittest.main()
