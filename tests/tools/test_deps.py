# SPDX-License-Identifier: Apache-2.0
"""tools/deps with stand-ins for Go, pip and mvn: only the pinned checksum passes, and what is here
already is not asked for again."""
import hashlib
import json
import os
import re
import subprocess
import tempfile
import unittest

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
ARCH = {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine)
GO = """#!/bin/sh
echo "${GOPROXY:-network} $*" >> "$LOG"
if [ "$GOPROXY" = off ] && [ -n "$MISSING" ]; then
	printf '{\\n\\t"Error": "module lookup disabled"\\n}\\n'
	exit 1
fi
cat "$ANSWER"
"""


@unittest.skipIf(ARCH is None, "no DuckDB package for this machine")
class Deps(unittest.TestCase):
    def deps(self, missing=False, **changes):
        """(exit code, stdout, stderr, how Go was called)"""
        with open(os.path.join(ROOT, "deps", "duckdb.txt"), encoding="utf-8") as file:
            pin = re.search(rf"^sum +{ARCH} +(\S+)$", file.read(), re.M)[1]
        answer = {"Path": "p", "Dir": "/cache/duckdb", "Sum": pin, "GoModSum": "h1:x"} | changes
        with tempfile.TemporaryDirectory() as folder:
            def path(name):
                return os.path.join(folder, name)
            with open(path("go"), "w", encoding="utf-8") as file:
                file.write(GO)
            os.chmod(path("go"), 0o755)
            with open(path("answer"), "w", encoding="utf-8") as file:
                json.dump(answer, file, indent="\t")
            env = {"PATH": folder + ":" + os.environ["PATH"], "HOME": folder, "LOG": path("log"),
                   "ANSWER": path("answer"), "MISSING": "yes" if missing else ""}
            done = subprocess.run([os.path.join(ROOT, "tools", "deps"), "duckdb"], env=env,
                                  capture_output=True, text=True, check=False)
            with open(path("log"), encoding="utf-8") as file:
                calls = file.read().splitlines()
        return done.returncode, done.stdout, done.stderr, [call.split()[0] for call in calls]

    def test_here_already(self):
        self.assertEqual(self.deps(), (0, "/cache/duckdb\n", "", ["off"]))

    def test_fetched_and_announced(self):
        code, out, err, calls = self.deps(missing=True)
        self.assertEqual((code, out, calls), (0, "/cache/duckdb\n", ["off", "network"]))
        self.assertIn("fetching DuckDB", err)

    def test_wrong_checksum(self):
        for wrong in ("h1:wrong=", ""):
            code, out, err, _ = self.deps(Sum=wrong)
            self.assertEqual((code, out), (1, ""))
            self.assertIn("checksum", err)


class Packages(unittest.TestCase):
    """What comes as one file: another one than is pinned leaves nothing."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755)

    def deps(self, what):
        cache = os.path.join(self.folder, "cache")
        before = set(os.listdir(os.path.join(cache, "flowtoll")))
        done = subprocess.run(
            [os.path.join(ROOT, "tools", "deps"), what], capture_output=True, text=True,
            env={"PATH": self.folder + ":" + os.environ["PATH"], "HOME": self.folder,
                 "XDG_CACHE_HOME": cache})
        self.assertEqual(set(os.listdir(os.path.join(cache, "flowtoll"))), before)
        return done

    def test_notices(self):
        pins = os.path.join(ROOT, "deps", "notices-requirements.txt")
        with open(pins, "rb") as file:
            venv = f"cache/flowtoll/notices-{hashlib.sha256(file.read()).hexdigest()[:16]}"
        self.write(venv + "/complete", "")
        self.write(venv + "/bin/python", '#!/bin/sh\nwhile [ "$1" != -d ]; do shift; done\n'
                                         'echo other > "$2/duckdb-1.5.6.tar.gz"\n')
        done = self.deps("notices")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("duckdb-1.5.6.tar.gz has another checksum", done.stderr)

    @unittest.skipUnless(os.uname().machine == "x86_64", "for x86_64 alone")
    def test_pythons(self):
        self.write("cache/flowtoll/x", "")
        self.write("mvn", '#!/bin/sh\nfor word; do place=${word#-DoutputDirectory=}; done\n'
                          'echo other > "$place/cpython-3.10.8-1.5.8-linux-x86_64.jar"\n')
        done = self.deps("pythons")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("another checksum", done.stderr)
        self.write("mvn", "#!/bin/sh\necho 'no such host'\nexit 1\n")
        done = self.deps("pythons")  # tests without them are skipped
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertIn("no such host", done.stderr)
