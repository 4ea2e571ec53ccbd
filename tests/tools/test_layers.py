# SPDX-License-Identifier: Apache-2.0
"""tools/layers on small trees: what it must find, and what it must let be."""
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))


def layers(files):
    """The faults that tools/layers finds in a tree of {path: text}, and its exit code."""
    with tempfile.TemporaryDirectory() as tree:
        for path, text in files.items():
            os.makedirs(os.path.join(tree, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(tree, path), "w", encoding="utf-8") as file:
                file.write(text)
        done = subprocess.run(
            [sys.executable, os.path.join(ROOT, "tools", "layers"), tree],
            capture_output=True, text=True, check=False,
        )
    return done.stdout.splitlines(), done.returncode


HEADERS = {
    "src/base/buf.h": "",
    "src/ip/ip.h": '#include "base/buf.h"\n',
    "src/io/reader.h": '#include "base/buf.h"\n',
    "src/engine/result.h": '#include "base/buf.h"\n',
    "src/engine/engine.h": '#include "engine/result.h"\n',
}


class Layers(unittest.TestCase):
    def check(self, path, text, *expected):
        faults, code = layers(HEADERS | {path: text})
        self.assertEqual(len(faults), len(expected), faults)
        for fault, part in zip(faults, expected):
            self.assertIn(part, fault)
        self.assertEqual(code, 1 if expected else 0)

    def test_downwards_is_fine(self):
        text = '#include "engine/engine.h"\n#include "io/reader.h"\n#include <duckdb.h>\n'
        self.check("src/engine/engine.c", text)
        self.check("src/cli/main.c", '#include "flowtoll.h"\n#include <stdio.h>\n')

    def test_upwards(self):
        self.check("src/ip/trie.c", '\n#include "io/reader.h"\n',
                   "src/ip/trie.c:2: src/ip may not include io/reader.h")

    def test_cli_sees_only_the_public_header_and_base(self):
        text = '#include "base/buf.h"\n#include "engine/result.h"\n'
        self.check("src/cli/main.c", text, "src/cli/main.c:2: src/cli may not include")

    def test_one_header_of_a_folder(self):
        text = '#include "engine/result.h"\n  #  include "engine/engine.h"\n'
        self.check("src/render/csv.c", text, "src/render/csv.c:2: src/render may not include")

    def test_a_file_beside_counts_as_its_folder(self):
        self.check("src/engine/query.c", '#include "result.h"\n')

    def test_third_party_in_its_folder_only(self):
        self.check("src/query/top.c", "#include <duckdb.h>\n", "in src/engine only")
        self.check("src/io/zstd.c", "#include <zstd.h>\n", "neither in the C library")

    def test_no_way_around(self):
        self.check("src/ip/a.c", '#include "../io/reader.h"\n', "write includes from src/")
        self.check("src/ip/b.c", '#include "io/none.h"\n', "no such file")
        self.check("src/new/c.c", "", "src/new has no row")
        self.check("src/d.c", "", "files of src/ lie in a folder")

    def test_names_are_unique_in_the_tree(self):
        self.check("tests/unit/buf.h", "", "tests/unit/buf.h:1: there is a buf.h already")

    def test_an_empty_tree_is_no_success(self):
        self.assertEqual(layers({"README.md": ""})[1], 1)
