# SPDX-License-Identifier: Apache-2.0
"""tools/lint on small trees: each rule finds what it is for, and lets good code be."""
import os
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
TOP = "/* SPDX-License-Identifier: Apache-2.0\n *\n * What it is.\n */\n"


def lint(files):
    with tempfile.TemporaryDirectory() as tree:
        for path, text in files.items():
            os.makedirs(os.path.join(tree, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(tree, path), "w", encoding="utf-8") as file:
                file.write(text)
        done = subprocess.run(
            [sys.executable, os.path.join(ROOT, "tools", "lint"), tree],
            capture_output=True, text=True, check=False,
        )
    found = re.findall(r"^(.*?):(\d+): .* \((\w+)\)$", done.stdout, re.M)
    assert len(found) == len(done.stdout.splitlines()), done.stdout + done.stderr
    assert done.returncode == (1 if found else 0), done.stderr
    return [(path, int(line), rule) for path, line, rule in found]


class Lint(unittest.TestCase):
    def check(self, text, *rules, path="src/scan/x.c"):
        """`text` follows a good top of four lines; rules are (line, rule) from its first line."""
        faults = [(line - 4, rule) for _, line, rule in lint({path: TOP + text})]
        self.assertEqual(faults, list(rules))

    def test_top(self):
        self.assertEqual(lint({"tools/a.c": "int a;\n"})[0], ("tools/a.c", 1, "spdx"))
        bare = "/* SPDX-License-Identifier: Apache-2.0 */\n"
        self.assertEqual(lint({"src/ip/a.c": bare}), [("src/ip/a.c", 1, "top")])
        tall = TOP.replace("*/", " * word\n" * 10 + " */")
        self.assertEqual(lint({"src/ip/a.c": tall}), [("src/ip/a.c", 1, "top")])
        drawing = TOP.replace("*/", " *     [a][b]\n" * 10 + " */")
        self.assertEqual(lint({"src/ip/a.c": drawing}), [])

    def test_width(self):
        self.check("\t/* " + "x" * 90 + " */\n")
        self.check("\t/* " + "x" * 91 + " */\n", (1, "width"))

    def test_white(self):
        self.check("int f(void); \n", (1, "white"))
        self.check("  \tint f(void);\n", (1, "white"))
        self.check("int f(void);", (1, "white"))
        self.assertEqual(lint({"run.sh": "true \n"}), [("run.sh", 1, "white")])

    def test_later(self):
        self.check("/* TO" "DO: more */\n", (1, "later"))

    def test_length(self):
        body = "int\nf(void)\n{\n" + "\t;\n" * 68
        self.check(body + "}\n")
        self.check(body + "\t;\n}\n", (3, "length"))
        self.check("/* lint: allow(length) one table */\n" + body + "\t;\n}\n")

    def test_brace(self):
        self.check("int f(void) {\n\treturn 1;\n}\n", (1, "brace"))
        self.check("struct x {\n\tint (*f)(void);\n};\nint f(struct x *x);\n")

    def test_unsafe(self):
        self.check("void\nf(char *a)\n{\n\tstrcpy(a, b);\n\tatoi(a);\n}\n",
                   (4, "unsafe"), (5, "unsafe"))
        self.check('/* strcpy(a, b) */\nconst char *const a = "strcpy(a, b)";\n')
        self.check("int my_strcpy(int a);\n")

    def test_memory(self):
        text = "void\nf(char *a)\n{\n\tfree(a);\n\tx->free(a);\n\tmem_free(a);\n\tstrdup(a);\n}\n"
        self.check(text, (4, "memory"), (7, "memory"))
        self.check(text, path="src/base/mem.c")
        self.check(text, path="tests/unit/test_x.c")

    def test_print_and_exit(self):
        text = 'void\nf(void)\n{\n\tprintf("");\n\tfputs("", stderr);\n\texit(1);\n}\n'
        self.check(text, (4, "print"), (5, "print"), (6, "exit"))
        self.check(text, path="src/cli/main.c")
        self.check("void\nf(void)\n{\n\tsnprintf(a, 1, b);\n\ton_exit_code(1);\n}\n")

    def test_static_state(self):
        self.check("static int count;\n", (1, "static"))
        self.check("static const char *names[] = {0};\n", (1, "static"))
        self.check("static _Atomic int *at;\n", (1, "static"))
        self.check("static int (*call)(void);\n", (1, "static"))
        self.check("int count = 0;\n", (1, "static"))
        self.check("struct x *all[4];\n", (1, "static"))
        self.check("void\nf(void)\n{\n\tstatic int n;\n}\n", (4, "static"))
        self.check("/* lint: allow(static) tests only */\nstatic int count;\n")
        self.check("/* lint: allow(static) */\nstatic int count;\n", (2, "static"))

    def test_constants_and_functions_are_no_state(self):
        self.check("static const int a[] = {1};\nstatic const char *const b[] = {0};\n"
                   "static int (*const call)(void) = f;\nstatic inline int\nf(void)\n{\n\t;\n}\n"
                   "struct x;\nextern const char z[];\ntypedef int y;\nconst char c[] = {0};\n"
                   "static int f(int a);\nstatic_assert(1, \"\");\n")

    def test_must_use(self):
        text = "enum flowtoll_rc f(int a,\n                   int b);\n"
        users = {"src/scan/y.c": TOP + '#include "scan/x.h"\n'}
        found = lint(users | {"src/scan/x.h": TOP + text})
        self.assertEqual(found, [("src/scan/x.h", 5, "must_use")])
        self.assertEqual(lint(users | {"src/scan/x.h": TOP + "FLOWTOLL_MUST_USE " + text}), [])

    def test_unused(self):
        self.assertEqual(lint({"src/ip/a.h": TOP}), [("src/ip/a.h", 1, "unused")])
        self.assertEqual(lint({"sql/a.sql": "x\n"}), [("sql/a.sql", 1, "unused")])
        self.assertEqual(lint({"sql/a.sql": "x\n", "src/ip/a.c": TOP + "/* sql_a */\n"}), [])
        self.assertEqual(lint({"tests/cli/a.exit": "1\n"}), [("tests/cli/a.exit", 1, "unused")])
        self.assertEqual(lint({"fuzz/corpus/a/1": "1"}), [("fuzz/corpus/a/1", 1, "unused")])

    def test_python(self):
        self.assertEqual(lint({"a.py": "def\n"}), [("a.py", 1, "python")])

    def test_build_folder_is_no_part_of_it(self):
        self.assertEqual(lint({"build/x.c": "int a; \n"}), [])
