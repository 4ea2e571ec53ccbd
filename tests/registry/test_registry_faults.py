# SPDX-License-Identifier: Apache-2.0
"""Registries that fail, and those that say that they are asked too much."""
import time
import unittest

from registry_case import Case, LINES


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

    def test_those_behind_them_are_not_waited_for(self):
        registries = self.serve(faults={"arin": ["500"]})
        wants = [f"{n}.0.0.1" for n in (3, 4, 6, 7, 9, 11, 12, 13, 15, 16, 17, 18, 19, 20)]
        told = self.ask(registries, wants, "--pace", "1,100,1000", "--lookups", 5)
        self.assertEqual((len(registries.asked()), told["report"]["failed"]), (3, 14))
        self.assertLess(told["seconds"], 2)

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


if __name__ == "__main__":
    unittest.main()
