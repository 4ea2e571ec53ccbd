# SPDX-License-Identifier: Apache-2.0
"""The wheel: what it asks of the system, what it shows of itself, and what lies in it."""
import os
import re
import subprocess
import sys
import unittest
import zipfile

import flowtoll

PACKAGE = os.path.dirname(flowtoll.__file__)


def binaries():
    for folder, _, names in os.walk(PACKAGE):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                if file.read(4) == b"\x7fELF":
                    yield path


def read(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


class Wheel(unittest.TestCase):
    def test_what_lies_in_it(self):
        wheel = os.environ["WHEEL"]
        self.assertIn("-cp310-abi3-", os.path.basename(wheel))
        names = {name for name in zipfile.ZipFile(wheel).namelist()}
        for name in ("flowtoll/py.typed", "flowtoll/_flowtoll.pyi", "flowtoll/bin/flowtoll",
                     "flowtoll/lib/libflowtoll.so.0", "flowtoll/_flowtoll.abi3.so"):
            self.assertIn(name, names)
        self.assertEqual({os.path.basename(path) for path in binaries()},
                         {"flowtoll", "libflowtoll.so.0", "_flowtoll.abi3.so",
                          "libisal.so.2", "libjansson.so.4", "libsmartcols.so.1"})

    def test_needs_nothing_that_is_not_there(self):
        """Beside what it carries: only the C library and the compiler's own."""
        carried = {os.path.basename(path) for path in binaries()}
        every_linux = re.compile(r"(lib(c|m|dl|pthread|gcc_s)|ld-linux.*)\.so\.")
        for path in binaries():
            needed = re.findall(r"NEEDED +(\S+)", read("objdump", "-p", path))
            strange = [name for name in needed
                       if name not in carried and not every_linux.match(name)]
            self.assertEqual(strange, [], path)
            newest = max(map(int, re.findall(r"GLIBC_2\.(\d+)", read("objdump", "-T", path))))
            self.assertLessEqual(newest, 34, path)

    def test_auditwheel(self):
        done = subprocess.run([sys.executable, "-m", "auditwheel", "show", os.environ["WHEEL"]],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        versions = [int(minor) for minor in re.findall(r"GLIBC_2\.(\d+)", done.stdout)]
        self.assertTrue(versions, done.stdout)
        self.assertLessEqual(max(versions), 34, done.stdout)

    def test_shows_flowtoll_alone(self):
        library = os.path.join(PACKAGE, "lib", "libflowtoll.so.0")
        shown = [line.split()[-1] for line in
                 read("nm", "-D", "--defined-only", library).splitlines()]
        self.assertTrue(shown)
        self.assertEqual([name for name in shown if not name.startswith("flowtoll_")], [])

    def test_stable_abi(self):
        """Of names that begin with _Py, the stable ABI has few; those with _SizeT are its."""
        module = os.path.join(PACKAGE, "_flowtoll.abi3.so")
        taken = set(re.findall(r"\sU (_?Py\w+)", read("nm", "-D", module)))
        self.assertTrue(taken)
        stable = {"_Py_NoneStruct", "_Py_TrueStruct", "_Py_FalseStruct", "_Py_Dealloc"}
        private = {name for name in taken if name.startswith("_Py")} - stable
        self.assertEqual({name for name in private if not name.endswith("_SizeT")}, set())


if __name__ == "__main__":
    unittest.main()
