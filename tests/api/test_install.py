# SPDX-License-Identifier: Apache-2.0
"""libflowtoll as others have it: installed, found by pkg-config and CMake, nothing else exported;
the example in C built on it, its leaks, and how fast it stops."""
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

ROOT = os.environ.get("ROOT", os.getcwd())
BUILD = os.path.join(ROOT, "build")
STOP_S = 1

PROJECT = """cmake_minimum_required(VERSION 3.20)
project(user C)
find_package(flowtoll 0.1 REQUIRED)
find_package(Threads REQUIRED)
add_executable(biggest biggest.c)
target_link_libraries(biggest flowtoll::flowtoll Threads::Threads)
"""


def run(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, **more)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


@unittest.skipUnless(os.path.exists(os.path.join(BUILD, "libflowtoll.so")),
                     "needs libflowtoll: ./run check builds it")
class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.prefix = cls.path("prefix")
        run("cmake", "--install", BUILD, "--prefix", cls.prefix)
        found = [folder for folder, _, files in os.walk(cls.prefix) if "flowtoll.pc" in files]
        cls.env = dict(os.environ, PKG_CONFIG_PATH=found[0])
        libdir = run("pkg-config", "--variable=libdir", "flowtoll", env=cls.env).strip()
        cls.env["LD_LIBRARY_PATH"] = libdir
        cls.library = os.path.join(libdir, "libflowtoll.so")

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    @classmethod
    def path(cls, name):
        return os.path.join(cls.scratch.name, name)

    def compile(self, name, *options):
        flags = run("pkg-config", "--cflags", "--libs", "flowtoll", env=self.env).split()
        run("cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE", *options,
            os.path.join(ROOT, "examples", "c", "biggest.c"), *flags, "-pthread", "-o",
            self.path(name))
        return self.path(name)

    def test_exports_only_what_the_header_has(self):
        lines = run("nm", "-D", "--defined-only", self.library).splitlines()
        exported = {line.split()[2] for line in lines}
        with open(os.path.join(self.prefix, "include", "flowtoll.h"), encoding="utf-8") as file:
            text = re.sub(r"/\*.*?\*/|\btypedef\b[^;]*;", "", file.read(), flags=re.S)
        declared = set(re.findall(r"\b(flowtoll_\w+)\(", text))
        self.assertEqual(exported, declared)

    def test_needs_no_newer_glibc_than_2_34(self):
        for binary in (self.library, os.path.join(self.prefix, "bin", "flowtoll")):
            versions = set(re.findall(r"GLIBC_2\.(\d+)", run("objdump", "-T", binary)))
            self.assertLessEqual(max(map(int, versions)), 34, binary)

    def test_example_says_what_the_program_says(self):
        logs = os.path.join(ROOT, "examples", "flowlogs")
        told = run(self.compile("biggest"), logs, env=self.env)
        flowtoll = os.path.join(self.prefix, "bin", "flowtoll")
        table = run(flowtoll, "top", "dstaddr", logs, "-n", "3", "-q", "--no-config")
        self.assertTrue(told.startswith(table), told)
        total = run(flowtoll, "sql", "select count(*) > 0, sum(bytes) from flows", logs, "-q",
                    "--format", "csv", "--no-config").splitlines()[1].split(",")[1]
        self.assertEqual(told[len(table):], f"4 rows, {total} bytes\n")

    def test_the_header_s_own_example(self):
        with open(os.path.join(self.prefix, "include", "flowtoll.h"), encoding="utf-8") as file:
            comment = file.read().partition(" */")[0]
        code = re.search(r"static bool to_file.*flowtoll_close\(ft\);\n",
                         re.sub(r"^ \* {0,5}", "", comment, flags=re.M), re.S)[0]
        function, body = code.split("...\n")
        with open(self.path("own.c"), "w", encoding="utf-8") as file:
            file.write(f"#include <flowtoll.h>\n#include <stdio.h>\n{function}"
                       f"int main(void) {{\n{body}return 0;\n}}\n")
        flags = run("pkg-config", "--cflags", "--libs", "flowtoll", env=self.env).split()
        run("cc", "-std=c11", "-Wall", "-Wextra", "-Werror", self.path("own.c"), *flags, "-o",
            self.path("own"))
        os.mkdir(self.path("place"))
        os.symlink(os.path.join(ROOT, "examples", "flowlogs"), self.path("place/logs"))
        told = run(self.path("own"), env=self.env, cwd=self.path("place"))
        self.assertIn("10.0.1.7        29.0 GiB", told)

    def test_from_cplusplus(self):
        run("c++", "-x", "c++", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
            os.path.join(self.prefix, "include", "flowtoll.h"))

    def test_example_leaks_nothing(self):
        logs = os.path.join(ROOT, "examples", "flowlogs")
        program = self.compile("leaks", "-g", "-fsanitize=address")
        run(program, logs, env=dict(self.env, ASAN_OPTIONS="detect_leaks=1"))

    def test_cmake_finds_it(self):
        source, made = self.path("user"), self.path("made")
        os.mkdir(source)
        shutil.copy(os.path.join(ROOT, "examples", "c", "biggest.c"), source)
        with open(os.path.join(source, "CMakeLists.txt"), "w", encoding="utf-8") as file:
            file.write(PROJECT)
        run("cmake", "-G", "Ninja", "-S", source, "-B", made, f"-DCMAKE_PREFIX_PATH={self.prefix}")
        run("cmake", "--build", made)
        run(os.path.join(made, "biggest"), os.path.join(ROOT, "examples", "flowlogs"))

    def test_interrupt_in_the_middle(self):
        logs = self.path("logs")
        run(os.path.join(BUILD, "gen"), "--rows", "1000000", "--format", "v2", "--level", "1",
            "--out", logs)
        process = subprocess.Popen(
            [self.compile("stopped"), *[logs] * 50], env=self.env, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        time.sleep(1)
        self.assertIsNone(process.poll(), "50 million rows are read by now")
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
        self.assertLess(time.monotonic() - begin, STOP_S)
        self.assertEqual((process.returncode, told), (130, "biggest: interrupted\n"))


if __name__ == "__main__":
    unittest.main()
