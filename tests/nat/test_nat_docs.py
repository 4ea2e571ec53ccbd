# SPDX-License-Identifier: Apache-2.0
"""docs/accounting.md has the scenarios and the sums as they are."""
import os
import unittest

from nat_case import ROOT, scenarios

import nat_wrong_ways


class Tables(unittest.TestCase):
    def test_current(self):
        with open(os.path.join(ROOT, "docs/accounting.md"), encoding="utf-8") as file:
            text = file.read()
        self.assertEqual(text, nat_wrong_ways.update(text, os.environ["RELEASE"]),
                         "bench/nat_wrong_ways.py --update docs/accounting.md makes it so")
        for scenario in scenarios.TABLE:
            self.assertEqual(text.count(f"| `{scenario.name}` |"), 2)


if __name__ == "__main__":
    unittest.main()
