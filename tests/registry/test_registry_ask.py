# SPDX-License-Identifier: Apache-2.0
"""src/registry against registries on loopback: what is asked for, and what comes of it."""
import json
import os
import random
import time
import unittest

from registry_case import Case, LINES, QUICK


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
