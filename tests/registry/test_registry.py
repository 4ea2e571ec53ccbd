# SPDX-License-Identifier: Apache-2.0
"""src/registry against registries on loopback: what is asked, how often, and what comes of it."""
import json
import os
import random
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest

from registry_server import Registries

DRIVER = os.path.join(os.environ["BUILD"], "registry_driver")
LINES = ("52.216.1.2", "62.138.34.8", "1.1.1.1", "200.160.2.3", "196.216.2.1")
QUICK = "4,1000,1000"


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = os.path.join(folder.name, "cache")

    def serve(self, **settings):
        registries = Registries(**settings)
        self.addCleanup(registries.close)
        return registries

    def start(self, *words, folder=None, env=None):
        return subprocess.Popen(
            [DRIVER, "--folder", folder or self.folder, *map(str, words)], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)

    def finish(self, process, wants=()):
        lines = [want if isinstance(want, tuple) else (want, 1) for want in wants]
        out, err = process.communicate("".join(f"{ip} {size}\n" for ip, size in lines), timeout=120)
        self.assertEqual(err, "")
        self.assertIn(process.returncode, (0, 1))
        return json.loads(out)

    def drive(self, *words, wants=(), **more):
        return self.finish(self.start(*words, **more), wants)

    def ask(self, registries, wants, *words, **more):
        return self.drive("--bootstrap", registries.bootstrap, "--ask", "--named", 1000, *words,
                          wants=wants, **more)


class Asking(Case):
    def test_five_registries(self):
        registries = self.serve()
        told = self.ask(registries, LINES)
        self.assertEqual(told["report"]["end"], "named")
        names = told["names"]
        self.assertEqual(names["52.216.1.2"]["name"], "AT-88-Z")
        self.assertEqual([names[ip]["owner"] for ip in LINES], [
            "Amazon Technologies Inc.", "Holder B01214 Ltd.", "APNIC Research and Development",
            "N\u00facleo de Inf. e Coord. do Ponto BR - NIC.BR",
            "African Network Information Center"])
        self.assertEqual([names[ip]["registry"] for ip in LINES],
                         ["arin", "ripe", "apnic", "lacnic", "afrinic"])
        self.assertEqual({entry["accept"].split(",")[0] for entry in registries.asked()},
                         {"application/rdap+json"})
        self.assertEqual(len(told["notices"]), 5)

    def test_second_run_asks_nothing(self):
        registries = self.serve()
        first = self.ask(registries, LINES)
        again = self.ask(registries, LINES)
        self.assertEqual(len(registries.log), 5)
        self.assertEqual(again["names"], first["names"])
        self.assertEqual((again["report"]["end"], again["notices"]), ("all", []))

    def test_most_bytes_first_and_stop_at_the_share(self):
        registries = self.serve()
        wants = [("8.0.0.1", 5), ("9.0.0.1", 900), ("11.0.0.1", 60), ("12.0.0.1", 30)]
        told = self.drive("--bootstrap", registries.bootstrap, "--ask", "--pace", "1,100,1000",
                          wants=wants)
        self.assertEqual([entry["path"][-8:] for entry in registries.asked()],
                         ["9.0.0.1"[-8:].rjust(8, "/"), "11.0.0.1"])
        report = told["report"]
        self.assertEqual((report["end"], report["bytes_named"], report["bytes_all"]),
                         ("named", 960, 995))
        self.assertEqual((report["left"], report["bytes_left"]), (2, 35))

    def test_side_by_side_asks_no_more_than_the_share_needs(self):
        registries = self.serve(delay=0.2)
        self.drive("--bootstrap", registries.bootstrap, "--ask",
                   wants=[("8.0.0.1", 960), ("62.0.0.1", 30), ("1.0.0.1", 10)])
        self.assertEqual(len(registries.asked()), 1)

    def test_lookups(self):
        registries = self.serve()
        wants = [(f"{n}.0.0.1", 1000 - n) for n in range(60, 100)]
        told = self.ask(registries, wants, "--lookups", 7, "--pace", QUICK)
        self.assertEqual({entry["path"].split("/")[-1] for entry in registries.asked()},
                         {ip for ip, _ in wants[:7]})
        self.assertEqual((told["report"]["end"], told["report"]["left"]), ("lookups", 33))
        told = self.ask(registries, wants, "--pace", QUICK)  # 25 unless said
        self.assertEqual(told["report"]["lookups"], 25)

    def test_time(self):
        registries = self.serve(delay=0.4)
        wants = [(f"{n}.0.0.1", 1) for n in range(3, 30)]
        told = self.ask(registries, wants, "--time", 1000, "--pace", "1,100,1000")
        self.assertEqual(told["report"]["end"], "time")
        self.assertGreaterEqual(told["report"]["named"], 2)
        self.assertGreater(told["report"]["left"], 10)
        self.assertLess(told["seconds"], 1.6)

    def test_special_addresses_are_never_asked_for(self):
        registries = self.serve()
        wants = ["10.0.0.1", "100.64.1.1", "169.254.169.254", "224.0.0.1", "fd00::1", "2001:db8::1",
                 "192.0.2.1", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "240.0.0.1"]
        told = self.ask(registries, wants)
        self.assertEqual((registries.log, told["report"]["addresses"]), ([], 0))

    def test_the_address_inside(self):
        registries = self.serve()
        told = self.ask(registries, ["64:ff9b::8.8.8.8", "::ffff:9.9.9.9"])
        self.assertEqual({entry["path"] for entry in registries.asked()},
                         {"/arin/ip/8.8.8.8", "/arin/ip/9.9.9.9"})
        self.assertEqual(told["names"]["64:ff9b::808:808"]["name"], "GOGL")

    def test_ranges_name_their_neighbours(self):
        registries = self.serve(delay=0.02, bits=16)
        chooser = random.Random(8)
        networks = [(first, second) for first in (9, 11, 62, 2, 41) for second in range(60)]
        wants = [(f"{a}.{b}.{chooser.randrange(256)}.{chooser.randrange(256)}",
                  chooser.randrange(1, 10**6))
                 for a, b in (chooser.choice(networks) for _ in range(10000))]
        told = self.ask(registries, wants, "--lookups", 100000, "--pace", "8,6000,1000", "--quiet")
        used = {tuple(ip.split(".")[:2]) for ip, _ in wants}
        self.assertEqual(len(used), 300)
        self.assertEqual(told["report"]["failures"], [])
        self.assertEqual(told["report"]["named"], len({ip for ip, _ in wants}))
        self.assertEqual((len(registries.asked()), told["count"]), (300, 300))

    def test_several_at_once_of_a_registry(self):
        registries = self.serve(delay=0.3)
        wants = [(f"{n}.0.0.1", 1) for n in (3, 4, 6, 7, 9, 11, 12, 13)]
        told = self.ask(registries, wants)
        self.assertEqual(registries.most_at_once("arin"), 4)
        self.assertLess(told["seconds"], 1.2)
        self.assertLessEqual(registries.connections, 4)  # they are kept

    def test_stop(self):
        registries = self.serve(faults={"arin": ["stall"]})
        told = self.ask(registries, ["8.8.8.8"], "--stop-after", 0.5)
        self.assertEqual((told["report"]["end"], told["report"]["left"]), ("stopped", 1))
        self.assertLess(told["seconds"], 0.8)

    def test_offline(self):
        registries = self.serve()
        told = self.ask(registries, LINES, "--offline")
        self.assertEqual((told["report"]["end"], told["report"]["left"]), ("offline", 5))
        self.assertEqual(registries.log, [])

    def test_nothing_kept(self):
        registries = self.serve()
        told = self.ask(registries, LINES, "--nothing")
        self.assertEqual((told["report"]["named"], os.path.exists(self.folder)), (5, False))


class Faults(Case):
    def check(self, kinds, reason, *words, seconds=2.0, asked=1, **settings):
        """One registry has a fault: the others' names are there, and it is said what is not."""
        registries = self.serve(faults={"arin": kinds}, **settings)
        told = self.ask(registries, LINES, *words)
        report = told["report"]
        self.assertEqual((report["named"], report["failed"]), (4, 1), report)
        self.assertEqual([(f["registry"], f["addresses"]) for f in report["failures"]],
                         [("arin", 1)])
        self.assertIn(reason, report["failures"][0]["reason"])
        self.assertLess(told["seconds"], seconds)
        self.assertEqual(len(registries.asked("arin")), asked)
        return told

    def test_no_answers(self):
        for kind, reason in (("html", "a web page"), ("cut", "JSON that is cut off"),
                             ("junk", "not JSON"), ("empty", "an empty answer"),
                             ("list", "not JSON"), ("entity", "no network"),
                             ("500", "HTTP status 500"), ("drop", "no answer from 127.0.0.1"),
                             ("big", "more than 1 MiB"), ("other", "was not asked")):
            with self.subTest(kind):
                self.folder += kind
                self.check([kind], reason)

    def test_stall(self):
        told = self.check(["stall"], "no answer in", "--time", 3000, seconds=4)
        self.assertEqual(told["report"]["end"], "time")

    def test_stall_within_the_time(self):
        self.check(["stall"], "no answer in 10 s", seconds=12)

    def test_redirect_loop(self):
        self.check(["loop"], "more redirects", asked=6)

    def test_redirect_to_plain_http(self):
        registries = self.serve(tls=True, faults={"arin": ["plain"]})
        told = self.ask(registries, LINES, "--ca", registries.ca_bundle)
        self.assertEqual(told["report"]["named"], 4)
        self.assertEqual(told["report"]["failures"][0]["reason"],
                         "a redirect to what is not encrypted")

    def test_redirect_goes_to_the_other_registry(self):
        registries = self.serve(faults={"arin": ["to:ripe"]})
        told = self.ask(registries, ["8.8.8.8"])
        self.assertEqual(told["names"]["8.8.8.8"]["registry"], "ripe")
        self.assertEqual((told["report"]["lookups"], len(registries.asked("ripe"))), (1, 1))

    def test_refused_connection(self):
        registries = self.serve()
        registries.servers["arin"].shutdown()
        registries.servers["arin"].socket.close()
        told = self.ask(registries, LINES)
        self.assertEqual(told["report"]["named"], 4)
        self.assertIn("Failed to connect", told["report"]["failures"][0]["reason"])

    def test_bad_certificate(self):
        registries = self.serve(tls=True)
        told = self.ask(registries, LINES)
        self.assertEqual(told["report"]["failed"], 5)
        self.assertEqual(len(told["report"]["failures"]), 5)

    def test_three_in_vain_are_enough(self):
        registries = self.serve(faults={"arin": ["500"]})
        wants = [f"{n}.0.0.1" for n in (3, 4, 6, 7, 9, 11, 12, 13)]
        told = self.ask(registries, wants, "--pace", "1,100,1000")
        self.assertEqual((len(registries.asked()), told["report"]["failed"]), (3, 8))
        self.assertEqual(told["report"]["failures"][0]["addresses"], 8)

    def test_too_many_lookups(self):
        for kind, least in (("429:2", 2), ("429date:2", 1), ("503:2", 2)):
            with self.subTest(kind):
                self.folder += kind.replace(":", "")
                registries = self.serve(faults={"arin": [kind, "ok"]})
                told = self.ask(registries, LINES)
                self.assertEqual(told["report"]["named"], 5)
                at = [entry["at"] for entry in registries.asked("arin")]
                self.assertGreaterEqual(at[1] - at[0], least)
                self.assertLess(told["seconds"], 4)

    def test_told_to_wait_longer_than_there_is_time(self):
        for kind, reason in (("429:300", "not to be asked for 300 s"),
                             ("429date:300", "not to be asked for"),
                             ("notice", "not to be asked for 60 s")):
            with self.subTest(kind):
                self.folder += kind.replace(":", "")
                registries = self.serve(faults={"arin": [kind]})
                for asks in (1, 0):  # nor does another run ask before that
                    told = self.ask(registries, LINES, "--time", 20000)
                    failure = told["report"]["failures"][0]
                    self.assertIn(reason if asks else "may not be asked for", failure["reason"])
                    self.assertEqual(told["report"]["named"], 4)
                    self.assertEqual(len(registries.asked("arin")), 1)

    def test_lacnic_notice(self):
        registries = self.serve(faults={"lacnic": ["notice", "ok"]})
        told = self.ask(registries, LINES, "--pace", "1,9,1000")
        self.assertEqual(told["report"]["named"], 5)
        at = [entry["at"] for entry in registries.asked("lacnic")]
        self.assertGreaterEqual(at[1] - at[0], 1)

    def test_nobody(self):
        for kind in ("none", "wide"):
            with self.subTest(kind):
                self.folder += kind
                registries = self.serve(faults={"arin": [kind, "ok"]})
                told = self.ask(registries, ["8.8.8.8", "8.8.8.9"], "--pace", "1,100,1000")
                report = told["report"]
                self.assertEqual((report["named"], report["unregistered"]), (1, 1))
                self.assertFalse(told["names"]["8.8.8.8"]["found"])
                self.assertEqual(told["names"]["8.8.8.9"]["name"], "GOGL")
                again = self.ask(registries, ["8.8.8.8", "8.8.8.9"])
                self.assertEqual(again["report"]["lookups"], 0)
                now = int(time.time()) + 2 * 86400  # what was negative is asked again
                again = self.ask(registries, ["8.8.8.8", "8.8.8.9"], "--now", now)
                self.assertEqual(again["report"]["lookups"], 0)  # 8.8.8.0/24 is known
                self.assertTrue(again["names"]["8.8.8.8"]["found"])

    def test_odd_old_forms(self):
        for kind in ("padded", "bare"):
            with self.subTest(kind):
                self.folder += kind
                registries = self.serve(faults={"arin": [kind]})
                told = self.ask(registries, ["8.8.8.8"])
                found = told["names"]["8.8.8.8"]
                if kind == "padded":
                    self.assertEqual((found["first"], found["last"], found["owner"]),
                                     ("8.8.8.0", "8.8.8.255", "Google LLC"))
                else:
                    self.assertEqual((found["found"], found["owner"]), (True, None))


class Pace(Case):
    def test_lacnic_nine_a_minute(self):
        registries = self.serve()
        wants = [(f"200.{n}.0.1", 1000 - n) for n in range(30)]
        told = self.ask(registries, wants, "--lookups", 100, "--time", 5000)
        self.assertEqual(len(registries.asked("lacnic")), 9)
        self.assertEqual(registries.most_at_once("lacnic"), 1)
        self.assertEqual(told["report"]["named"], 9)
        self.assertIn("may not be asked for", told["report"]["failures"][0]["reason"])
        self.assertLess(told["seconds"], 3)  # it does not wait for what cannot come
        told = self.ask(registries, wants, "--lookups", 100, "--time", 5000)
        self.assertEqual(len(registries.asked("lacnic")), 9)  # within the minute, whoever asks

    def test_pace_of_two_processes(self):
        registries = self.serve()
        wants = [[(f"200.{n}.0.1", 1) for n in range(start, start + 12)] for start in (0, 100)]
        words = ("--bootstrap", registries.bootstrap, "--ask", "--named", 1000, "--lookups", 100,
                 "--pace", "1,6,2000", "--time", 30000)
        processes = [self.start(*words) for _ in wants]
        for process in processes:  # first both have started
            process.stdin.flush()
        for process, lines in zip(processes, wants):
            process.stdin.write("".join(f"{ip} {size}\n" for ip, size in lines))
            process.stdin.close()
        told = [json.loads(process.stdout.read()) for process in processes]
        for process in processes:
            self.assertEqual((process.stderr.read(), process.wait()), ("", 0))
            process.stdout.close()
            process.stderr.close()
        self.assertEqual([one["report"]["named"] for one in told], [12, 12])
        self.assertEqual(len(registries.asked("lacnic")), 24)
        self.assertLessEqual(registries.most_within("lacnic", 1.3), 6)  # what is sent arrives later


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


class Lists(Case):
    """IANA's, and AWS's."""

    def test_iana_is_asked_once(self):
        registries = self.serve(tls=True)
        words = ("--iana", registries.url("iana"), "--ca", registries.ca_bundle, "--ask", "--named",
                 1000)
        told = self.drive(*words, wants=LINES)
        self.assertEqual(told["report"]["named"], 5)
        self.drive(*words, wants=["9.9.9.9"])
        lists = [entry["path"] for entry in registries.log if entry["registry"] == "iana"]
        self.assertEqual(lists, ["/ipv4.json"])
        self.drive(*words, wants=["2600::1"])
        now = int(time.time()) + 2 * 86400
        told = self.drive(*words, "--now", now, wants=["11.0.0.1"])
        lists = [(entry["path"], entry["status"]) for entry in registries.log
                 if entry["registry"] == "iana"]
        self.assertEqual(lists, [("/ipv4.json", 200), ("/ipv6.json", 200), ("/ipv4.json", 304)])
        self.assertEqual(told["report"]["named"], 1)

    def test_iana_is_not_there(self):
        registries = self.serve(tls=True)
        words = ("--ca", registries.ca_bundle, "--ask", "--named", 1000)
        told = self.drive("--iana", "https://127.0.0.1:1/", *words, wants=LINES)
        self.assertEqual((told["report"]["failed"], told["report"]["failures"][0]["registry"]),
                         (5, "IANA"))
        # an old list is better than none
        self.drive("--iana", registries.url("iana"), *words, wants=LINES)
        now = int(time.time()) + 20 * 86400
        told = self.drive("--iana", "https://127.0.0.1:1/", *words, "--now", now, wants=["9.9.9.9"])
        self.assertEqual(told["report"]["named"], 1)
        self.assertTrue(any("is an old one" in text for text in told["notices"]))

    def test_iana_says_nonsense(self):
        registries = self.serve(tls=True)
        registries.files["/ipv4.json"] = b"<html>"
        told = self.drive("--iana", registries.url("iana"), "--ca", registries.ca_bundle, "--ask",
                          wants=LINES)
        self.assertIn("not JSON", told["report"]["failures"][0]["reason"])
        self.assertFalse(os.path.exists(os.path.join(self.folder, "rdap-ipv4.json")))

    def test_files_that_replace_them(self):
        registries = self.serve()
        one, two = self.folder + "1.json", self.folder + "2.json"
        with open(one, "w", encoding="utf-8") as file:  # no slash at the end; longest prefix
            json.dump({"services": [[["8.0.0.0/8"], [registries.url("arin")]],
                                    [["8.8.0.0/16"], ["ftp://x/", registries.url("ripe")[:-1]]]]},
                      file)
        with open(two, "w", encoding="utf-8") as file:
            json.dump({"services": [[["9.0.0.0/8"], [registries.url("apnic")]]]}, file)
        told = self.drive("--bootstrap", one, "--bootstrap", two, "--ask", "--named", 1000,
                          wants=["8.8.8.8", "8.1.1.1", "9.9.9.9", "11.0.0.1"])
        self.assertEqual({entry["path"] for entry in registries.log},
                         {"/ripe/ip/8.8.8.8", "/arin/ip/8.1.1.1", "/apnic/ip/9.9.9.9"})
        self.assertEqual(told["report"]["unregistered"], 1)
        with open(two, "w", encoding="utf-8") as file:
            file.write('{"services": [[["9.0.0.0/99"], ["http://x/"]]]}')
        told = self.drive("--bootstrap", two)
        self.assertEqual((told["error"]["code"], told["error"]["file"]), (3, two))

    def ranges(self, date):
        return {"syncToken": "1", "createDate": date, "ipv6_prefixes": [], "prefixes": [
            {"ip_prefix": "3.5.0.0/19", "region": "us-east-1", "service": "S3"}]}

    def aws(self, registries, now, at=0):
        url = registries.url("aws") + "ip-ranges.json"
        told = self.drive("--aws-url", url, "--now", now, "--aws", at)
        return os.path.basename(told["aws"] or ""), told["notices"]

    def test_aws_ranges_of_each_date(self):
        registries = self.serve()
        registries.set_aws_ranges(self.ranges("2026-06-01-00-00-00"))
        june, week = 1780444800, 7 * 86400  # 2026-06-03
        self.assertEqual(self.aws(registries, june)[0], "aws-ip-ranges-2026-06-01-00-00-00.json")
        self.aws(registries, june + 86400)
        self.assertEqual(len(registries.log), 1)
        self.aws(registries, june + week)
        self.assertEqual([entry["status"] for entry in registries.log], [200, 304])
        registries.set_aws_ranges(self.ranges("2026-07-10-00-00-00"))
        july = june + 40 * 86400
        self.assertEqual(self.aws(registries, july)[0], "aws-ip-ranges-2026-07-10-00-00-00.json")
        for at, month in ((june, "06-01"), (june - 90 * 86400, "06-01"), (july, "07-10")):
            self.assertEqual(self.aws(registries, july, at)[0],
                             f"aws-ip-ranges-2026-{month}-00-00-00.json")
        self.assertEqual(len(registries.log), 3)

    def test_aws_is_not_there(self):
        registries = self.serve()
        name, notices = self.aws(registries, 1780444800)  # an empty file
        self.assertEqual(name, "")
        self.assertTrue(any("not to be had" in text for text in notices))
        self.assertEqual(self.aws(registries, 1780444900), ("", []))  # not again at once
        registries.set_aws_ranges(self.ranges("../../../../etc/pass"))
        self.assertEqual(self.aws(registries, 1780444800 + 7200)[0], "")
        registries.set_aws_ranges(self.ranges("2026-06-01-00-00-00"))
        self.assertNotEqual(self.aws(registries, 1780444800 + 14400)[0], "")


if __name__ == "__main__":
    unittest.main()
