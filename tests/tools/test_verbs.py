# SPDX-License-Identifier: Apache-2.0
"""./run, asked what it does: it says so, and does nothing else."""
import os
import subprocess
import unittest

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))


class Verbs(unittest.TestCase):
    def run_it(self, *words, code=0):
        # so that one that goes on all the same fails
        done = subprocess.run([os.path.join(ROOT, "run"), *words], capture_output=True, text=True,
                              check=False, env=os.environ | {"DUCKDB_DIR": "/nonexistent"})
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout if code == 0 else done.stderr

    def test_help(self):
        for verb in ("build", "demo", "fuzz", "install-deps"):
            for word in ("--help", "-h"):
                self.assertIn("./run fuzz [SECONDS]", self.run_it(verb, word), verb)
        self.assertEqual(self.run_it(), self.run_it("--help"))
        self.assertIn("--rounds", self.run_it("bench", "--help"))
        self.assertIn("--update", self.run_it("check", "--help"))

    def test_not_understood(self):
        for words in (("fuzz", "long"), ("fuzz", "0"), ("fuss",), ("fuzz", "1h")):
            self.assertIn("./run fuzz [SECONDS]", self.run_it(*words, code=2), words)
