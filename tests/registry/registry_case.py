# SPDX-License-Identifier: Apache-2.0
"""What the tests of src/registry share: registries, and the program that asks them."""
import json
import os
import subprocess
import tempfile
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
