# SPDX-License-Identifier: Apache-2.0
"""The wheel: what it asks of the system, what it shows of itself, and what lies in it."""
import contextlib
import email
import io
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
import zipfile

import abi3info
import abi3info.models
import flowtoll
import packaging.tags

ROOT = os.environ["ROOT"]
sys.path.insert(0, os.path.join(ROOT, "python"))
import licences  # noqa: E402

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
        made_for = packaging.tags.parse_tag("-".join(wheel[:-len(".whl")].split("-")[-3:]))
        platforms = [tag.platform for tag in made_for]
        for python, taken in (("cp310", True), ("cp314", True), ("cp314t", False)):
            version = (3, int(python[3:5]))  # "t": free-threaded, which has no stable ABI
            tags = packaging.tags.cpython_tags(version, [python], platforms)
            self.assertEqual(not made_for.isdisjoint(tags), taken, python)
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
        """It takes of Python what the stable ABI of 3.10 has, and nothing else."""
        module = os.path.join(PACKAGE, "_flowtoll.abi3.so")
        taken = set(re.findall(r"\sU (_?Py\w+)", read("nm", "-D", module)))
        self.assertGreater(len(taken), 30)
        since = {symbol.name: about.added for table in (abi3info.FUNCTIONS, abi3info.DATAS)
                 for symbol, about in table.items()}
        later = abi3info.models.PyVersion(3, 11)
        self.assertEqual([name for name in sorted(taken)
                          if name not in since or since[name] >= later], [])

    def test_licences(self):
        """Of all that it carries, by the names that its metadata has (PEP 639)."""
        with zipfile.ZipFile(os.environ["WHEEL"]) as wheel:
            names = wheel.namelist()
            folder = next(name for name in names if name.endswith("/METADATA"))[:-len("METADATA")]
            about = email.message_from_bytes(wheel.read(folder + "METADATA"))
            texts = {name: wheel.read(f"{folder}licenses/{name}").decode()
                     for name in about.get_all("License-File")}
        begin = folder + "licenses/"
        self.assertEqual(sorted(texts),
                         sorted(name[len(begin):] for name in names if name.startswith(begin)))
        with open(os.path.join(ROOT, "LICENSE"), encoding="utf-8") as file:
            self.assertEqual(texts["LICENSE"], file.read())
        for name, words in (
                ("libisal-dev/copyright", "Intel"), ("libjansson-dev/copyright", "Lehtinen"),
                ("libsmartcols-dev/copyright", "LGPL"), ("libexpat1-dev/copyright", "Expat"),
                ("libssl-dev/copyright", "OpenSSL"), ("libmaxminddb-dev/copyright", "MaxMind"),
                (next(name for name in texts if name.startswith("libstdc++-")),
                 "RUNTIME LIBRARY EXCEPTION"),
                ("common/LGPL-2.1", "GNU LESSER GENERAL PUBLIC LICENSE"),
                ("duckdb/LICENSE", "DuckDB"), ("duckdb/third_party/re2/LICENSE", "RE2"),
                ("duckdb/third_party/zstd/LICENSE", "Zstandard"),
                ("duckdb/third_party/mbedtls/LICENSE", "Apache"),
                ("duckdb/extension/icu/third_party/icu/LICENSE", "Unicode")):
            self.assertIn(words, texts[name])
        self.assertEqual([name for name, text in texts.items() if len(text) < 100], [])
        expression = about["License-Expression"]
        for licence in ("Apache-2.0", "MIT", "BSD-3-Clause", "LGPL-2.1-or-later"):
            self.assertIn(licence, expression)

    def test_no_library_without_a_licence(self):
        """One more in the link, which is of no package: there is no wheel."""
        with tempfile.TemporaryDirectory() as folder:
            build = pathlib.Path(folder)
            cache, ninja = build / "CMakeCache.txt", build / "build.ninja"
            cache.write_text(f"DUCKDB_DIR:PATH={folder}\n", encoding="utf-8")
            line = ("build libflowtoll.so.1: LINKER a.o | libcore.a\n"
                    "  LINK_LIBRARIES = -Wl,-x  libcore.a  {}/libduck.a  {} -lm\n  X = y\n\n")
            ninja.write_text(line.format(folder, ""), encoding="utf-8")
            with self.assertRaisesRegex(licences.Missing, "no LICENSE in"):
                licences.texts(build)
            (build / "LICENSE").write_text("of the duck", encoding="utf-8")
            self.assertIn(pathlib.Path("duckdb/LICENSE"), licences.texts(build))
            ninja.write_text(line.format(folder, "/opt/libstrange.a"), encoding="utf-8")
            with self.assertRaisesRegex(licences.Missing, "licence text for /opt/libstrange.a"):
                licences.texts(build)
            os.symlink(shutil.which("cc"), build / "cc")  # and nothing of Debian
            told = io.StringIO()
            with unittest.mock.patch.dict(os.environ, PATH=folder), \
                    contextlib.redirect_stderr(told):
                self.assertEqual(len(licences.texts(build)), 2)
            self.assertIn("lacks the licence of /opt/libstrange.a", told.getvalue())


if __name__ == "__main__":
    unittest.main()
