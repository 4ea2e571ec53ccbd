# SPDX-License-Identifier: Apache-2.0
"""What registries said, kept: by several processes, on full disks, in damaged files."""
import json
import os
import random
import signal
import sqlite3
import subprocess
import time
import unittest

from registry_case import Case, DRIVER, LINES, QUICK


class Cache(Case):
    def path(self):
        return os.path.join(self.folder, "ranges.sqlite")

    def fill(self, registries, count=60):
        wants = [(f"{first}.{n}.0.1", 1) for n in range(count) for first in (8, 62, 1)]
        told = self.ask(registries, wants, "--lookups", 10000, "--pace", "8,6000,1000", "--quiet")
        self.assertEqual(told["report"]["named"], len(wants))
        return wants

    def test_two_processes_fill_one(self):
        registries = self.serve(delay=0.01)
        wants = [(f"{first}.{n}.0.1", 1) for n in range(40) for first in (8, 9, 62, 1)]
        words = ("--bootstrap", registries.bootstrap, "--ask", "--named", 1000, "--quiet",
                 "--lookups", 10000, "--pace", "4,6000,1000")
        processes = [self.start(*words) for _ in range(3)]
        for process in processes:
            process.stdin.write("".join(f"{ip} {size}\n" for ip, size in wants))
            process.stdin.close()
        for process in processes:
            told = json.loads(process.stdout.read())
            self.assertEqual((process.stderr.read(), process.wait()), ("", 0))
            process.stdout.close()
            process.stderr.close()
            self.assertEqual((told["report"]["named"], told["report"]["failures"]), (160, []))
            self.assertFalse([text for text in told["notices"] if "asking" not in text])
        self.assertEqual(self.drive("--offline")["count"], 160)

    def test_cut_in_half(self):
        registries = self.serve()
        wants = self.fill(registries)
        os.truncate(self.path(), os.path.getsize(self.path()) // 2)
        told = self.ask(registries, wants[:3])
        self.assertEqual(told["report"]["named"], 3)
        self.assertTrue(any("damaged, and set aside" in text for text in told["notices"]), told)
        self.assertTrue([name for name in os.listdir(self.folder) if ".corrupt-" in name])
        again = self.ask(registries, wants[:3])
        self.assertEqual((again["report"]["lookups"], again["notices"]), (0, []))

    def test_garbage_anywhere(self):
        registries = self.serve()
        self.fill(registries, 20)
        with open(self.path(), "rb") as file:
            whole = file.read()
        chooser = random.Random(9)
        for _ in range(25):
            spoiled = bytearray(whole)
            for _ in range(chooser.choice((1, 10, 1000))):
                spoiled[chooser.randrange(len(whole))] = chooser.randrange(256)
            with open(self.path(), "wb") as file:
                file.write(spoiled)
            told = self.ask(registries, ["8.0.0.1", "9.0.0.1"])
            self.assertEqual(told["report"]["named"], 2)

    def test_not_a_database(self):
        os.mkdir(self.folder)
        registries = self.serve()
        with open(self.path(), "wb") as file:
            file.write(b"hello " * 1000)
        told = self.ask(registries, LINES)
        self.assertTrue(any("set aside" in text for text in told["notices"]))
        self.assertEqual(self.ask(registries, LINES)["report"]["lookups"], 0)

    def test_of_another_program(self):
        os.mkdir(self.folder)
        registries = self.serve()
        with sqlite3.connect(self.path()) as other:
            other.execute("CREATE TABLE bookmarks (url TEXT)")
        other.close()
        with open(self.path(), "rb") as file:
            before = file.read()
        told = self.ask(registries, LINES)
        self.assertEqual(told["report"]["named"], 5)
        self.assertTrue(any("left alone" in text for text in told["notices"]))
        with open(self.path(), "rb") as file:
            self.assertEqual(file.read(), before)

    def test_no_space(self):
        os.mkdir(self.folder)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", self.folder],
                          capture_output=True, check=False).returncode != 0:
            self.skipTest("a full folder needs root, to mount one")
        self.addCleanup(subprocess.run, ["umount", self.folder], check=True)
        registries = self.serve()
        wants = [f"8.{n}.0.1" for n in range(40)]
        told = self.ask(registries, wants, "--lookups", 100, "--pace", QUICK, "--quiet")
        self.assertEqual(told["report"]["named"], 40)
        self.assertEqual(sum("is not kept" in text for text in told["notices"]), 1, told["notices"])

    def test_folder_that_cannot_be_made(self):
        registries = self.serve()
        told = self.ask(registries, LINES, folder="/dev/null/cache")
        self.assertEqual(told["report"]["named"], 5)
        self.assertEqual(sum("not kept" in text for text in told["notices"]), 1)

    def test_killed_while_it_writes(self):
        registries = self.serve(delay=0.005)
        wants = "".join(f"{a}.{b}.0.1 1\n" for b in range(100) for a in (8, 9, 62, 1))
        process = self.start("--bootstrap", registries.bootstrap, "--ask", "--lookups", 1000,
                             "--pace", "8,6000,1000")
        process.stdin.write(wants)
        process.stdin.close()
        while len(registries.asked()) < 40:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        process.stderr.close()
        told = self.drive("--offline")
        self.assertGreaterEqual(told["count"], 30)
        self.assertEqual(told["notices"], [])

    def test_old_answers(self):
        registries = self.serve()
        self.ask(registries, ["8.8.8.8"], "--now", 1_700_000_000)
        now = 1_700_000_000 + 31 * 86400
        told = self.ask(registries, ["8.8.8.8"], "--now", now, "--offline")
        self.assertEqual((told["names"]["8.8.8.8"]["stale"], told["report"]["named"]), (True, 1))
        told = self.ask(registries, ["8.8.8.8"], "--now", now)
        self.assertEqual((told["names"]["8.8.8.8"]["stale"], len(registries.asked())), (False, 2))
        self.assertGreaterEqual(told["names"]["8.8.8.8"]["as_of"], now)

    def test_clear(self):
        registries = self.serve()
        self.ask(registries, LINES)
        self.assertEqual(self.drive("--clear")["cleared"], 5)
        self.assertEqual(self.drive("--offline")["count"], 0)

    def export(self, folder=None):
        return subprocess.run([DRIVER, "--folder", folder or self.folder, "--export"], check=True,
                              capture_output=True).stdout

    def test_export_and_import(self):
        registries = self.serve(faults={"arin": ["ok", "none"]})
        self.ask(registries, [*LINES, "9.0.0.1", "2600:1f18::1"], "--pace", "1,100,1000")
        text = self.export()
        self.assertEqual(text.count(b"\n"), 7)
        for line in text.splitlines():
            json.loads(line)
        path = os.path.join(self.folder, "export.ndjson")
        with open(path, "wb") as file:
            file.write(text)
        other = self.folder + "2"
        told = self.drive("--import", path, folder=other)
        self.assertEqual((told["imported"], told["count"]), (7, 7))
        self.assertEqual(self.export(other), text)
        self.assertEqual(self.drive("--import", path, folder=other)["count"], 7)  # once more

    def test_import_refuses_all_or_nothing(self):
        good = ('{"first":"8.8.8.0","last":"8.8.8.255","found":true,"as_of":"2026-11-20T00:00:00Z",'
                '"name":"GOGL"}')
        for bad, message in (
                ('{"first":"8.8.8.0"', "is not JSON"), ("[]", "no JSON object"),
                (good.replace("8.8.8.255", "7.0.0.0"), "no range"),
                (good.replace("8.8.8.0", "0.0.0.0").replace("8.8.8.255", "255.255.255.255"),
                 "no range"),
                (good.replace("8.8.8.0", "::"), "no range"),
                (good.replace('"GOGL"', "5"), "no text"),
                (good.replace("2026", "soon"), "no time"), (good.replace("true", "1"), "neither"),
                (good.replace("8.8.8.0", "8.8.8"), "first is no address"),
                (good.replace("GOGL", "x" * 5000), "more than 4096"),
                (good.replace("GOGL", "x" * 40000), "a line of more than"),
                (good.replace("GOGL", "\\u0000"), "is not JSON")):
            with self.subTest(message):
                path = self.folder + ".ndjson"
                with open(path, "w", encoding="utf-8") as file:
                    file.write(good + "\n\n" + bad + "\n")
                told = self.drive("--import", path)
                self.assertIn(message, told["error"]["message"])
                self.assertEqual((told["error"]["code"], told["error"]["file"],
                                  told["error"]["line"]), (3, path, 3))
                self.assertEqual(self.drive("--offline")["count"], 0)

    def test_newer_wins(self):
        line = ('{"first":"8.8.8.0","last":"8.8.8.255","found":true,'
                '"as_of":"2026-11-%02dT00:00:00Z","name":"N%d"}\n')
        path = self.folder + ".ndjson"
        for day, name in ((20, 1), (10, 2), (21, 3)):
            with open(path, "w", encoding="utf-8") as file:
                file.write(line % (day, name))
            self.drive("--import", path)
        self.assertIn(b'"name":"N3"', self.export())
        self.assertEqual(self.export().count(b"\n"), 1)


if __name__ == "__main__":
    unittest.main()
