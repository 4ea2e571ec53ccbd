# SPDX-License-Identifier: Apache-2.0
"""`flowtoll who --cache`: by several processes at once, with a damaged file, on a full disk."""
import json
import os
import subprocess
import tempfile
import unittest

from registry_server import Registries

FLOWTOLL = os.environ.get("FLOWTOLL", "flowtoll")
BIG = 4000


def line_of(number, day=20):
    third, fourth = divmod(number, 256)
    return json.dumps({"first": f"20.{third}.{fourth}.0", "last": f"20.{third}.{fourth}.255",
                       "found": True, "as_of": f"2026-11-{day}T00:00:00Z", "registry": "arin",
                       "name": f"NET-{number}", "owner": f"Owner {number}"}) + "\n"


class WhoCache(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = scratch.name
        self.env = {"PATH": os.environ["PATH"], "HOME": self.scratch, "LC_ALL": "C.UTF-8"}
        self.folder = os.path.join(self.scratch, ".cache", "flowtoll")
        self.path = os.path.join(self.folder, "ranges.sqlite")

    def start(self, *words, command="--cache"):
        return subprocess.Popen([FLOWTOLL, "who", command, *words, "--no-config"], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env)

    def end(self, process, code=0):
        out, self.said = process.communicate(timeout=100)
        self.assertEqual(process.returncode, code, self.said)
        return out

    def cache(self, *words, code=0):
        return self.end(self.start(*words), code)

    def rows(self, *words):
        return json.loads(self.cache("list", *words, "--format", "json"))

    def file_of(self, numbers, name="in.ndjson", **more):
        path = os.path.join(self.scratch, name)
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(line_of(number, **more) for number in numbers)
        return path

    def test_processes_at_once(self):
        files = [self.file_of(range(at * BIG // 2, at * BIG // 2 + BIG), f"{at}.ndjson")
                 for at in range(4)]  # each shares half with the next
        started = [self.start("import", path) for path in files]
        started += [self.start("list", "-q", "--format", "json") for _ in range(2)]
        for process in started[:4]:
            self.end(process)
            self.assertIn("4 000 ranges taken in", self.said)
        for process in started[4:]:  # whole files or none of them, never a part
            self.assertIn(len(json.loads(self.end(process))) % (BIG // 2), (0,))
        rows = self.rows()
        self.assertEqual(len(rows), 5 * BIG // 2)
        self.assertEqual({row["name"] for row in rows},
                         {f"Owner {number}" for number in range(5 * BIG // 2)})
        forgetting = [self.start("clear", f"20.{third}.0.0/16") for third in range(4)]
        told = []
        for process in forgetting:
            self.end(process)
            told.append(int(self.said.split()[1]))
        self.assertEqual(told, [256] * 4)
        self.assertEqual(len(self.rows()), 5 * BIG // 2 - 1024)

    def test_cut_in_half(self):
        self.cache("import", self.file_of(range(BIG)))
        os.truncate(self.path, os.path.getsize(self.path) // 2)
        self.cache("list")
        self.assertIn("damaged, and set aside as .corrupt", self.said)
        self.cache("list")
        self.assertNotIn("damaged", self.said)
        aside = [name for name in os.listdir(self.folder) if ".corrupt-" in name]
        self.assertTrue(aside)
        self.cache("import", self.file_of(range(3)))
        self.assertEqual(len(self.rows()), 3)

    def test_cut_in_half_and_cleared_or_filled(self):
        for words in (("clear",), ("clear", "20.0.0.0/8"), ("import", self.file_of(range(2), "2"))):
            with self.subTest(words):
                self.cache("import", self.file_of(range(BIG)))
                os.truncate(self.path, os.path.getsize(self.path) // 2)
                self.cache(*words)
                self.assertIn("set aside", self.said)
                self.assertEqual(len(self.rows()), 2 if words[0] == "import" else 0)
                self.cache("clear")

    def test_no_trace(self):
        self.cache("import", self.file_of(range(BIG)))
        self.cache("clear", "20.0.7.0/24")
        self.assertIn("1 range forgotten", self.said)
        kept = b""
        for name in os.listdir(self.folder):
            with open(os.path.join(self.folder, name), "rb") as file:
                kept += file.read()
        self.assertNotIn(b"NET-7Owner", kept)
        self.assertIn(b"NET-8Owner", kept)

    def test_a_full_disk(self):
        os.makedirs(self.folder)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "none", self.folder],
                          capture_output=True, check=False).returncode != 0:
            self.skipTest("a full folder needs root, to mount one")
        self.addCleanup(subprocess.run, ["umount", self.folder], check=True)
        self.cache("import", self.file_of(range(100)))
        before = self.cache("export", "-q")
        self.cache("import", self.file_of(range(50, BIG), day=21), code=6)
        self.assertIn("cannot write", self.said)
        self.assertEqual(self.cache("export", "-q"), before, "nothing is lost, nothing is new")
        with open(os.path.join(self.folder, "rest"), "wb", buffering=0) as file:
            with self.assertRaises(OSError):
                while file.write(bytes(4096)):
                    pass
        self.cache("clear", code=6)
        self.assertIn("cannot forget what is kept", self.said)
        self.cache("list")
        self.assertIn("cannot be written", self.said)  # nor read: SQLite needs room for that
        os.remove(file.name)
        self.assertEqual(self.cache("export", "-q"), before)

    def test_of_another_program(self):
        os.makedirs(self.folder)
        with open(self.path, "wb") as file:
            file.write(b"hello " * 1000)
        self.assertEqual(self.rows(), [])
        self.assertIn("set aside", self.said)

    def test_what_was_asked(self):
        registries = Registries()
        self.addCleanup(registries.close)
        self.end(self.start("rdap", "8.8.8.8", "62.138.34.8", "--rdap-bootstrap",
                            registries.bootstrap, command="--names"))
        rows = self.rows()
        self.assertEqual(len(rows), 2)
        self.assertEqual({row["source"] for row in rows}, {"ARIN", "RIPE NCC"})
        self.assertEqual({row["state"] for row in rows}, {"fresh"})
        asked = len(registries.asked())
        exported = os.path.join(self.scratch, "out.ndjson")
        self.cache("export", "-o", exported)
        self.cache("clear")
        self.assertIn("2 ranges forgotten", self.said)
        self.cache("import", exported)
        self.end(self.start("rdap", "8.8.8.8", "62.138.34.8", "--rdap-bootstrap",
                            registries.bootstrap, command="--names"))
        self.assertEqual(len(registries.asked()), asked, "what was taken in is not asked for")
        self.assertEqual(self.rows(), rows)


if __name__ == "__main__":
    unittest.main()
