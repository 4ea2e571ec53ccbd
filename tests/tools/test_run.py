# SPDX-License-Identifier: Apache-2.0
"""tests/run.py on a small tree: a runner that misses failures would hide all others."""
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
PROGRAM = '#!/bin/sh\necho "$@"\necho "to stderr" >&2\nexit "${CODE:-0}"\n'
XML = """#!/bin/sh
cat > "$(dirname "$CMOCKA_XML_FILE")/cmocka-x.xml" <<'END'
<?xml version="1.0" encoding="UTF-8" ?>
<testsuites><testsuite name="x" tests="3">
<testcase name="good" time="0.0"></testcase>
<testcase name="bad" time="0.0"><failure><![CDATA[it \x01 broke]]></failure></testcase>
<testcase name="away" time="0.0"><skipped/></testcase>
</testsuite></testsuites>
END
exit 1
"""


class Tree:
    """A scratch tree with all that tests/run.py asks for and no test."""

    def __init__(self, folder):
        self.folder = folder
        for tool in ("tools/lint", "tools/layers"):
            self.write(tool, "")
        self.write("run", "#!/bin/sh\necho './run check'\n", 0o755)
        self.write("build/flowtoll", PROGRAM, 0o755)
        self.write("build/dev/flowtoll", PROGRAM, 0o755)
        self.write("examples/sample", "a sample\n")

    def write(self, path, text, mode=0o644):
        path = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)

    def read(self, path):
        with open(os.path.join(self.folder, path), encoding="utf-8") as file:
            return file.read()

    def run(self, *args):
        """Output lines and exit code."""
        done = subprocess.run(
            [sys.executable, os.path.join(ROOT, "tests", "run.py"), "--root", self.folder, *args],
            capture_output=True, text=True, check=False,
        )
        return done.stdout.splitlines() + done.stderr.splitlines(), done.returncode


class Run(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = Tree(folder.name)

    def check(self, closing, *args):
        lines, code = self.tree.run(*args)
        self.assertEqual(lines[-1], closing, "\n".join(lines))
        passed, failed = (int(part.split()[0]) for part in closing.split(", ")[:2])
        self.assertEqual(code, 1 if failed or not passed else 0)
        return "\n".join(lines)

    def test_rules(self):
        self.check("2 passed, 0 failed, 0 skipped")
        self.tree.write("tools/lint", "print('a.c:1: bad')\n")
        self.assertIn("a.c:1: bad", self.check("1 passed, 1 failed, 0 skipped"))

    def test_nothing_run_is_no_success(self):
        self.check("0 passed, 0 failed, 0 skipped", "no such name")

    def test_cli_case_passes(self):
        self.tree.write("tests/cli/a.sh", "cat examples/sample; CODE=3 $FLOWTOLL hello $COLUMNS\n")
        self.tree.write("tests/cli/a.stdout.exact", "a sample\nhello 100\n")
        self.tree.write("tests/cli/a.stderr.glob", "to *err\n")
        self.tree.write("tests/cli/a.exit", "3\n")
        self.check("1 passed, 0 failed, 0 skipped", "cli/")

    def test_cli_case_fails(self):
        self.tree.write("tests/cli/a.sh", "CODE=1 $FLOWTOLL hello\n")
        text = self.check("0 passed, 1 failed, 0 skipped", "cli/a")
        self.assertIn("exit code 1, expected 0", text)
        self.assertIn("+hello", text)
        self.assertIn("+to stderr", text)

    def test_cli_update(self):
        self.tree.write("tests/cli/a.sh", "CODE=1 $FLOWTOLL hello\n")
        self.tree.run("--update", "cli/a")
        self.assertEqual(self.tree.read("tests/cli/a.stdout.exact"), "hello\n")
        self.assertEqual(self.tree.read("tests/cli/a.exit"), "1\n")
        self.check("1 passed, 0 failed, 0 skipped", "cli/a")

    def test_unit(self):
        self.tree.write("tests/unit/test_x.c", "")
        self.tree.write("build/dev/test_x", XML, 0o755)
        text = self.check("1 passed, 1 failed, 1 skipped", "unit/")
        self.assertIn("FAILED unit/test_x.bad", text)

    def test_unit_that_crashes_or_is_missing(self):
        self.tree.write("tests/unit/test_x.c", "")
        self.tree.write("tests/unit/test_y.c", "")
        self.tree.write("build/dev/test_x", "#!/bin/sh\nkill -SEGV $$\n", 0o755)
        text = self.check("0 passed, 2 failed, 0 skipped", "unit/")
        self.assertIn("killed by SIGSEGV", text)

    def test_unit_that_fails_after_its_tests(self):
        self.tree.write("tests/unit/test_x.c", "")
        text = XML.replace("<failure>", "<system-out>").replace("</failure>", "</system-out>")
        self.tree.write("build/dev/test_x", text, 0o755)
        self.check("2 passed, 1 failed, 1 skipped", "unit/")

    def test_oracle(self):
        self.tree.write("tests/oracle/a.sh", "true\n")
        self.tree.write("tests/oracle/b.sh", "false\ntrue\n")
        self.tree.write("tests/oracle/c.sh", "echo no such machine\nexit 77\n")
        self.tree.write("tests/oracle/d_helper.py", "import sys; sys.exit(1)\n")
        text = self.check("1 passed, 1 failed, 1 skipped", "oracle/")
        self.assertIn("skipped oracle/c: no such machine", text)

    def test_python(self):
        text = "import unittest\nclass A(unittest.TestCase):\n"
        text += "    def test_a(self): pass\n    def test_b(self): self.assertEqual(1, 2)\n"
        text += "    @unittest.skip('why')\n    def test_c(self): pass\n"
        self.tree.write("tests/deep/test_a.py", text)
        self.tree.write("tests/deep/test_b.py", "syntax error\n")
        self.check("1 passed, 2 failed, 1 skipped", "python/")

    def test_package_where_it_cannot_be_built(self):
        self.tree.write("tests/python/check_a.py", "syntax error\n")
        text = self.check("0 passed, 0 failed, 1 skipped", "package/")
        self.assertIn("skipped package/check_a: needs what ./run check installs", text)

    def test_docs(self):
        block = "```console\n$ flowtoll a \\\n> b\na b\n...\n"
        block += "$ flowtoll c > file\n$ cat file\nc\n\n```\n"
        self.tree.write("README.md", block)
        self.check("3 passed, 0 failed, 0 skipped", "docs/")
        self.tree.write("README.md", block.replace("a b\n...", "a b"))
        self.check("2 passed, 1 failed, 0 skipped", "docs/")

    def test_docs_exit_codes(self):
        self.tree.write("README.md", "```console exit=2\n$ CODE=2 flowtoll\n$ flowtoll\n```\n")
        self.assertIn("expected 2", self.check("1 passed, 1 failed, 0 skipped", "docs/"))

    def test_docs_verbs(self):
        self.tree.write("README.md", "```console\n$ ./run check\n$ ./run bench\n```\n")
        self.assertIn("no verb bench", self.check("1 passed, 1 failed, 0 skipped", "docs/"))

    def test_docs_commands_outside_console_blocks(self):
        self.tree.write("README.md", "```sh\nflowtoll x\n```\n```sql\nSELECT 1\n```\n")
        self.check("0 passed, 1 failed, 0 skipped", "docs/")
