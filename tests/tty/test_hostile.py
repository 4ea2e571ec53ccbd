# SPDX-License-Identifier: Apache-2.0
"""Values from outside on a terminal: in no output is there anything that it would obey, or that
writes over what is beside it."""
import re
import unittest

from test_pager import Terminal

QUERY = ("SELECT 'x' || chr(13) || 'over' AS cr, chr(27) || '[31mred' AS esc,"
         " chr(155) || '2J' AS c1, chr(7) || chr(8) || chr(127) AS bell,"
         " 'a' || chr(8238) || 'b' AS bidi, 'y' || chr(10) || 'row' AS lf, 'z' AS \"n\"")


class Hostile(unittest.TestCase):
    def test_every_output(self):
        for name in ("table", "csv", "tsv", "json", "ndjson", "md"):
            code, text = Terminal("sql", QUERY, "-q", "--no-pager", "--color", "never", "--format",
                                  name).end()
            self.assertEqual(code, 0, text)
            self.assertIn("over", text, name)
            self.assertNotRegex(text, "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", name)
            self.assertFalse(re.search("^row", text, re.MULTILINE), name)
