# SPDX-License-Identifier: Apache-2.0
"""No registry is asked more often than its pace, whoever asks."""
import json
import unittest

from registry_case import Case


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


if __name__ == "__main__":
    unittest.main()
