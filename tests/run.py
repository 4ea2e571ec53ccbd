#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every test and closes with `N passed, N failed, N skipped`.

    tests/run.py              all
    tests/run.py NAME...      those with NAME in `group/name`; a name as printed will do
    tests/run.py --list       their names
    tests/run.py --update NAME...   rewrites what CLI cases expect; read the diff afterwards

Groups, and what makes a test of each:
    rules    tools/lint and tools/layers print nothing
    unit     tests/unit/test_*.c: cmocka programs, each of their tests counted
    fuzz     fuzz/corpus/DOOR through build/dev/replay_DOOR
    python   tests/**/test_*.py: unittest
    package  tests/python/check_*.py: unittest, by the python of a fresh virtual environment that
             has the wheel of python/ and nothing else; $WHEEL is that wheel, $SITE the packages of
             deps/notebook-requirements.txt, which are on PYTHONPATH, $SITE2 DuckDB 2.0.0, and
             $OTHER_PYTHONS those of deps/pythons.txt, as `VERSION PATH` a line. Skipped where
             ./run did not start this
    cli      tests/cli/NAME.sh, run by bash with $FLOWTOLL in a scratch folder that has links named
             `examples` and `data` (tests/data). Expected: NAME.stdout.exact or .glob, NAME.stderr
             likewise, NAME.exit; a missing one stands for nothing printed, and for 0. In a .glob a
             line `...` stands for any lines, `*` for anything within a line.
    oracle   tests/oracle/*.sh, run by bash -eu in a scratch folder: 0 passed, 77 skipped (last
             line: why), else failed. $FLOWTOLL, $RELEASE: the program with and without sanitizers;
             $GEN: the generator bench/gen, without; $BUILD: with sanitizers, also of each
             tests/oracle/*.c; $ROOT: the tree; $RANGES: an ip-ranges.json of AWS (the sample's,
             unless FLOWTOLL_TEST_RANGES names another); $PYTHON: a python that has
             deps/check-requirements.txt, and $VERSITYGW: an S3 server; both are empty where ./run
             did not start this
    docs     each `$ ` line of a ```console block in a *.md runs with the release flowtoll on PATH,
             a file's lines one after another in one scratch folder with links to all of the tree.
             Exit code 0, or N in a ```console exit=N block. Output below the line, if any, must be
             equal; a line `...` stands for any lines.
"""
import argparse
import concurrent.futures
import difflib
import glob
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import xml.etree.ElementTree

TIMEOUT_S = {
    "rules": 60, "unit": 180, "fuzz": 120, "python": 300, "package": 600, "cli": 60, "oracle": 600,
    "docs": 120,
}
PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
DETAIL_LINES = 60
SLOW_S = 20
SKIP_CODE = 77
SANITIZER_CODE = 99

# verbs of ./run that docs may show but that are not run here, and why
DOCS_NOT_RUN = {
    "check": "is what runs now",
    "bench": "takes minutes and installs other programs",
    "fuzz": "takes minutes and installs a compiler",
}


class Result:
    def __init__(self, name, status, detail=""):
        self.name, self.status, self.detail = name, status, detail


class Job:
    """One thing to start; it gives one result or many."""

    def __init__(self, group, name, call):
        self.group, self.name, self.call = group, name, call
        self.seconds = 0.0

    def run(self):
        start = time.monotonic()
        try:
            results = list(self.call())
        except Exception as error:  # a fault of one test must not hide the others
            results = [Result(self.name, FAILED, f"{type(error).__name__}: {error}")]
        self.seconds = time.monotonic() - start
        return results or [Result(self.name, FAILED, "it holds no test")]


class Places:
    def __init__(self, options):
        self.root = os.path.realpath(options.root)
        self.build = os.path.join(self.root, options.build)
        self.flowtoll = os.path.join(self.build, "flowtoll")
        self.release = os.path.join(self.root, options.release)
        ranges = os.environ.get("FLOWTOLL_TEST_RANGES")
        self.ranges = ranges or self.path("examples/aws-ip-ranges.json")

    def path(self, *parts):
        return os.path.join(self.root, *parts)

    def find(self, pattern):
        return sorted(glob.glob(os.path.join(self.root, pattern), recursive=True))

    def environment(self, scratch):
        """The same for every test, wherever it runs; clock zone, locale and width are fixed."""
        return {
            "PATH": os.environ["PATH"], "HOME": scratch, "TMPDIR": scratch,
            "TZ": "UTC", "LC_ALL": "C.UTF-8", "TERM": "dumb", "COLUMNS": "100",
            "PYTHONDONTWRITEBYTECODE": "1",
            "ROOT": self.root, "BUILD": self.build,
            "FLOWTOLL": self.flowtoll, "RELEASE": self.release,
            "GEN": os.path.join(os.path.dirname(self.release), "gen"),
            "RANGES": self.ranges,
            "PYTHON": os.environ.get("FLOWTOLL_TEST_PYTHON", ""),
            "VERSITYGW": os.environ.get("FLOWTOLL_TEST_VERSITYGW", ""),
            "ASAN_OPTIONS": f"exitcode={SANITIZER_CODE}:detect_leaks=1",
            "LSAN_OPTIONS": f"exitcode={SANITIZER_CODE}",
            "UBSAN_OPTIONS": f"exitcode={SANITIZER_CODE}:halt_on_error=1:print_stacktrace=1",
        }


class Done:
    """How a program ended: its exit code (None: out of time) and what it printed."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def fault(self, seconds):
        if self.code is None:
            return f"still running after {seconds} s"
        if self.code < 0:
            return f"killed by {signal.Signals(-self.code).name}"
        return f"exit code {self.code}"

    def printed(self):
        return "\n".join(text for text in (self.out, self.err) if text)


def execute(command, group, cwd, env, merge=False):
    process = subprocess.Popen(
        command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if merge else subprocess.PIPE, start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=TIMEOUT_S[group])
        code = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        code = None
    return Done(code, *((text or b"").decode("utf-8", "surrogateescape") for text in (out, err)))


def scratch_folder():
    return tempfile.TemporaryDirectory(prefix="flowtoll-test-", ignore_cleanup_errors=True)


def read(path):
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        return file.read()


def diff(expected, actual):
    lines = difflib.unified_diff(
        expected.splitlines(), actual.splitlines(), "expected", "printed", lineterm=""
    )
    return "\n".join(lines)


def matches(expected, actual, stars):
    """`expected` with `...` lines (and, if `stars`, `*` within lines) against all of `actual`."""
    pattern = ""
    for line in expected.splitlines():
        if line == "...":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            text = re.escape(line)
            pattern += (text.replace(r"\*", r"[^\n]*") if stars else text) + r"\n"
    if actual and not actual.endswith("\n"):
        actual += "\n"
    return re.fullmatch(pattern, actual) is not None


# ---- rules ------------------------------------------------------------------------------------


def rules_jobs(places):
    for tool in ("lint", "layers"):
        def call(tool=tool):
            done = execute([sys.executable, places.path("tools", tool), places.root], "rules",
                           places.root, dict(os.environ))
            ok = done.code == 0 and not done.out
            yield Result(tool, PASSED if ok else FAILED, done.printed())
        yield Job("rules", tool, call)


# ---- unit -------------------------------------------------------------------------------------


def cmocka_results(name, paths):
    for path in paths:
        text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\udc80-\udcff]", "?", read(path))
        for case in xml.etree.ElementTree.fromstring(text).iter("testcase"):
            fault = case.find("failure")
            fault = case.find("error") if fault is None else fault
            full = f"{name}.{case.get('name')}"
            if fault is not None:
                yield Result(full, FAILED, (fault.text or fault.get("message") or "").strip())
            elif case.find("skipped") is not None:
                yield Result(full, SKIPPED, "skipped by the test")
            else:
                yield Result(full, PASSED)


def unit_jobs(places):
    for source in places.find("tests/unit/test_*.c"):
        name = os.path.basename(source)[: -len(".c")]
        program = os.path.join(places.build, name)

        def call(program=program, name=name):
            with scratch_folder() as scratch:
                env = places.environment(scratch) | {
                    "CMOCKA_MESSAGE_OUTPUT": "XML",
                    "CMOCKA_XML_FILE": os.path.join(scratch, "cmocka-%g.xml"),
                }
                done = execute([program], "unit", scratch, env)
                results = list(cmocka_results(name, glob.glob(scratch + "/cmocka-*.xml")))
            told = any(result.status == FAILED for result in results)
            if done.code != 0 and not told:
                fault = f"{done.fault(TIMEOUT_S['unit'])}\n{done.printed()}"
                results.append(Result(name, FAILED, fault))
            return results
        yield Job("unit", name, call)


# ---- fuzz -------------------------------------------------------------------------------------


def fuzz_jobs(places):
    for source in places.find("fuzz/fuzz_*.c"):
        door = os.path.basename(source)[len("fuzz_"):-len(".c")]

        def call(door=door):
            with scratch_folder() as scratch:
                program = os.path.join(places.build, "replay_" + door)
                done = execute([program, places.path("fuzz/corpus", door)], "fuzz", scratch,
                               places.environment(scratch))
            if done.code == 0:
                yield Result(door, PASSED)
            else:
                yield Result(door, FAILED, f"{done.fault(TIMEOUT_S['fuzz'])}\n{done.printed()}")
        yield Job("fuzz", door, call)


# ---- python -----------------------------------------------------------------------------------


class Recorder(unittest.TestResult):
    """Notes each test's end as [name, status, detail]."""

    def __init__(self):
        super().__init__()
        self.notes = []

    def note(self, test, status, detail=""):
        self.notes.append([test.id(), status, detail])

    def addSuccess(self, test):
        self.note(test, PASSED)

    def addExpectedFailure(self, test, err):
        self.note(test, PASSED)

    def addUnexpectedSuccess(self, test):
        self.note(test, FAILED, "was expected to fail, but passed")

    def addSkip(self, test, reason):
        self.note(test, SKIPPED, reason)

    def addFailure(self, test, err):
        self.note(test, FAILED, self._exc_info_to_string(err, test))

    def addError(self, test, err):
        self.note(test, FAILED, self._exc_info_to_string(err, test))

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.note(subtest, FAILED, self._exc_info_to_string(err, subtest))


def run_unittest(path, notes):
    """The child's side: runs one file's tests and writes what came of them to `notes`."""
    sys.path.insert(0, os.path.dirname(path))
    name = os.path.basename(path)[: -len(".py")]
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    recorder = Recorder()
    unittest.defaultTestLoader.loadTestsFromModule(module).run(recorder)
    with open(notes, "w", encoding="utf-8") as file:
        json.dump(recorder.notes, file)


def unittest_results(places, group, python, path, name, more_env):
    with scratch_folder() as scratch:
        notes = os.path.join(scratch, "notes.json")
        done = execute(
            [python, os.path.abspath(__file__), "--unittest", path, notes],
            group, scratch, places.environment(scratch) | more_env,
        )
        if done.code != 0 or not os.path.exists(notes):
            return [Result(name, FAILED, f"{done.fault(TIMEOUT_S[group])}\n{done.printed()}")]
        return [Result(*note) for note in json.loads(read(notes))]


def python_jobs(places):
    for path in places.find("tests/**/test_*.py"):
        name = os.path.relpath(path, places.path("tests"))
        yield Job("python", name, lambda path=path, name=name: unittest_results(
            places, "python", sys.executable, path, name, {}))


# ---- package ----------------------------------------------------------------------------------


class Package:
    """The wheel of python/ in a virtual environment of its own, made by the first who asks."""

    def __init__(self, places):
        self.places, self.lock, self.folder = places, threading.Lock(), None
        self.python, self.environment, self.fault = None, {}, None

    def run(self, *command):
        done = execute(command, "package", self.folder.name, dict(os.environ) | {
            "PYTHONDONTWRITEBYTECODE": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "FLOWTOLL_BUILD_DIR": os.path.dirname(self.places.release)})
        if done.code != 0:
            raise RuntimeError(f"{' '.join(command)}: {done.fault(0)}\n{done.printed()}")
        return done.out.strip()

    def make(self):
        builder = os.environ["FLOWTOLL_TEST_NOTEBOOK"]
        self.folder = scratch_folder()
        venv, wheels = (os.path.join(self.folder.name, name) for name in ("venv", "wheels"))
        self.run(builder, "-m", "pip", "wheel", "-q", "--no-index", "--no-deps",
                 "--no-build-isolation", "-w", wheels, self.places.path("python"))
        wheel = glob.glob(os.path.join(wheels, "*.whl"))[0]
        self.run(builder, "-m", "venv", "--without-pip", venv)
        self.python = os.path.join(venv, "bin", "python")
        self.run(builder, "-m", "pip", "--python", self.python, "install", "-q", "--no-index",
                 "--no-deps", wheel)
        site = "import sysconfig; print(sysconfig.get_path('purelib'))"
        self.environment = {"WHEEL": wheel, "SITE": self.run(builder, "-c", site)}
        self.environment["PYTHONPATH"] = self.environment["SITE"]
        self.environment["OTHER_PYTHONS"] = os.environ.get("FLOWTOLL_TEST_PYTHONS", "")
        self.environment["SITE2"] = self.run(os.environ["FLOWTOLL_TEST_DUCKDB2"], "-c", site)

    def get(self):
        with self.lock:
            if self.python is None and self.fault is None:
                try:
                    self.make()
                except Exception as error:  # told by each that needs it
                    self.fault = str(error)


def package_jobs(places):
    package = Package(places)
    for path in places.find("tests/python/check_*.py"):
        name = os.path.basename(path)[:-len(".py")]

        def call(path=path, name=name):
            if "FLOWTOLL_TEST_NOTEBOOK" not in os.environ:
                return [Result(name, SKIPPED, "needs what ./run check installs")]
            package.get()
            if package.fault is not None:
                return [Result(name, FAILED, package.fault)]
            return unittest_results(places, "package", package.python, path, name,
                                    package.environment)
        yield Job("package", name, call)


# ---- cli --------------------------------------------------------------------------------------


def expectation(case, stream):
    """The expected text and whether it is a glob."""
    if os.path.exists(f"{case}.{stream}.glob"):
        return read(f"{case}.{stream}.glob"), True
    if os.path.exists(f"{case}.{stream}.exact"):
        return read(f"{case}.{stream}.exact"), False
    return "", False


def cli_run(places, case):
    with scratch_folder() as scratch:
        os.symlink(places.path("examples"), os.path.join(scratch, "examples"))
        os.symlink(places.path("tests/data"), os.path.join(scratch, "data"))
        return execute(["bash", "-u", case + ".sh"], "cli", scratch, places.environment(scratch))


def cli_faults(case, done):
    wanted = int(read(case + ".exit")) if os.path.exists(case + ".exit") else 0
    if done.code != wanted:
        yield f"{done.fault(TIMEOUT_S['cli'])}, expected {wanted}"
    for stream, actual in (("stdout", done.out), ("stderr", done.err)):
        expected, is_glob = expectation(case, stream)
        ok = matches(expected, actual, stars=True) if is_glob else expected == actual
        if not ok:
            yield f"{stream}:\n{diff(expected, actual)}"


def cli_jobs(places):
    for script in places.find("tests/cli/*.sh"):
        case = script[: -len(".sh")]
        name = os.path.basename(case)

        def call(case=case, name=name):
            faults = "\n".join(cli_faults(case, cli_run(places, case)))
            yield Result(name, FAILED if faults else PASSED, faults)
        yield Job("cli", name, call)


def cli_update(places, case):
    """Rewrites what the case expects; a .glob that no longer matches is left to a person."""
    done = cli_run(places, case)
    if done.code is None or done.code < 0 or done.code == SANITIZER_CODE:
        return f"{case}.sh: {done.fault(TIMEOUT_S['cli'])}; nothing is written\n{done.err}"
    for stream, actual in (("stdout", done.out), ("stderr", done.err)):
        expected, is_glob = expectation(case, stream)
        if is_glob:
            if not matches(expected, actual, stars=True):
                return f"{case}.{stream}.glob no longer matches; edit it:\n{diff(expected, actual)}"
            continue
        write_or_remove(f"{case}.{stream}.exact", actual)
    write_or_remove(f"{case}.exit", f"{done.code}\n" if done.code else "")
    return None


def write_or_remove(path, text):
    if text:
        with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(text)
    elif os.path.exists(path):
        os.remove(path)


# ---- oracle -----------------------------------------------------------------------------------


def oracle_jobs(places):
    for script in places.find("tests/oracle/*.sh"):
        name = os.path.basename(script)[: -len(".sh")]

        def call(script=script, name=name):
            with scratch_folder() as scratch:
                done = execute(
                    ["bash", "-eu", script], "oracle", scratch, places.environment(scratch)
                )
            if done.code == 0:
                yield Result(name, PASSED)
            elif done.code == SKIP_CODE:
                reason = done.out.strip().splitlines()
                yield Result(name, SKIPPED, reason[-1] if reason else "no reason given")
            else:
                yield Result(name, FAILED, f"{done.fault(TIMEOUT_S['oracle'])}\n{done.printed()}")
        yield Job("oracle", name, call)


# ---- docs -------------------------------------------------------------------------------------


class Command:
    def __init__(self, line, text, exit_code):
        self.line, self.text, self.exit_code = line, text, exit_code
        self.output = []


def console_commands(text):
    """The commands of a Markdown file's console blocks, and the lines that should be in one."""
    commands, stray, fence, info = [], [], None, []
    for number, line in enumerate(text.splitlines(), 1):
        mark = re.match(r"\s*(```+)(.*)", line)
        if mark and fence is None:
            fence, info = mark[1], mark[2].split()
            current = None
        elif mark and mark[1] == fence:
            fence = None
        elif fence is None:
            continue
        elif "console" not in info[:1]:
            if re.match(r"\s*(\$ |flowtoll |\./run |build/flowtoll )", line):
                stray.append(number)
        elif line.startswith("$ "):
            wanted = [int(word[5:]) for word in info if word.startswith("exit=")]
            current = Command(number, line[2:], wanted[0] if wanted else 0)
            commands.append(current)
        elif current is None:
            stray.append(number)
        elif current.text.endswith("\\") and not current.output:
            current.text += "\n" + re.sub(r"^> ", "", line)
        else:
            current.output.append(line)
    return commands, stray


def docs_not_run(places, text):
    """For a ./run verb that is not run here: the fault, or "" if it exists. Else None."""
    verb = re.match(r"\./run (\S+)", text)
    if not verb or verb[1] not in DOCS_NOT_RUN:
        return None
    usage = subprocess.run(
        [places.path("run"), "help"], capture_output=True, text=True, check=False
    ).stdout
    return "" if re.search(rf"\./run {verb[1]}\b", usage) else f"./run has no verb {verb[1]}"


def docs_fault(command, done):
    if done.code != command.exit_code:
        fault = f"{done.fault(TIMEOUT_S['docs'])}, expected {command.exit_code}"
        return f"$ {command.text}\n{fault}\n{done.out}"
    expected = "\n".join(command.output).rstrip("\n")
    actual = "\n".join(line.rstrip() for line in done.out.splitlines()).rstrip("\n")
    if expected and not matches(expected, actual, stars=False):
        return f"$ {command.text}\n{diff(expected, actual)}"
    return ""


def docs_file(places, path):
    name = os.path.relpath(path, places.root)
    commands, stray = console_commands(read(path))
    for line in stray:
        fault = "a command that no test runs: it belongs into a console block, after `$ `"
        yield Result(f"{name}:{line}", FAILED, fault)
    with scratch_folder() as scratch:
        for entry in os.listdir(places.root):
            os.symlink(places.path(entry), os.path.join(scratch, entry))
        env = places.environment(scratch)
        env["PATH"] = os.path.dirname(places.release) + ":" + env["PATH"]
        env["COLUMNS"] = "80"  # what a reader's terminal shows at the least
        for name_kept in ("HOME", "XDG_CACHE_HOME", "GOMODCACHE"):  # what ./run has fetched
            if name_kept in os.environ:
                env[name_kept] = os.environ[name_kept]
        for command in commands:
            fault = docs_not_run(places, command.text)
            if fault is None:
                bash = ["bash", "-o", "pipefail", "-c", command.text]
                fault = docs_fault(command, execute(bash, "docs", scratch, env, merge=True))
            yield Result(f"{name}:{command.line}", FAILED if fault else PASSED, fault)


def docs_jobs(places):
    for path in places.find("*.md") + places.find("docs/**/*.md") + places.find("examples/*.md"):
        commands, stray = console_commands(read(path))
        if commands or stray:
            yield Job("docs", os.path.relpath(path, places.root),
                      lambda path=path: docs_file(places, path))


# ---- all --------------------------------------------------------------------------------------

GROUPS = {
    "rules": rules_jobs, "unit": unit_jobs, "fuzz": fuzz_jobs, "python": python_jobs,
    "package": package_jobs, "cli": cli_jobs, "oracle": oracle_jobs, "docs": docs_jobs,
}


def print_result(group, result, lock):
    detail = result.detail.encode("utf-8", "backslashreplace").decode().strip().splitlines()
    if len(detail) > DETAIL_LINES:
        detail = detail[:DETAIL_LINES] + [f"... {len(detail) - DETAIL_LINES} more lines"]
    with lock:
        if result.status == SKIPPED:
            print(f"skipped {group}/{result.name}: {' '.join(detail)}", flush=True)
        elif result.status == FAILED:
            print(f"FAILED {group}/{result.name}", flush=True)
            print("".join(f"    {line}\n" for line in detail), end="", flush=True)


def run_jobs(jobs, workers):
    """Runs the longest kinds first and prints what did not pass as it comes."""
    lock = threading.Lock()
    counts = {group: {PASSED: 0, FAILED: 0, SKIPPED: 0, "seconds": 0.0} for group in GROUPS}

    def work(job):
        results = job.run()
        with lock:
            counts[job.group]["seconds"] += job.seconds
            if job.seconds > SLOW_S:
                print(f"slow: {job.group}/{job.name} took {job.seconds:.0f} s", flush=True)
            for result in results:
                counts[job.group][result.status] += 1
        for result in results:
            print_result(job.group, result, lock)

    jobs = sorted(jobs, key=lambda job: -TIMEOUT_S[job.group])
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, jobs))
    return counts


def summary(counts):
    total = {PASSED: 0, FAILED: 0, SKIPPED: 0}
    for group, count in counts.items():
        if any(count[status] for status in total):
            told = ", ".join(f"{count[status]} {status}" for status in total if count[status])
            print(f"{group:8}{told} ({count['seconds']:.1f} s)")
        for status in total:
            total[status] += count[status]
    print(", ".join(f"{total[status]} {status}" for status in total), flush=True)
    return 1 if total[FAILED] or not total[PASSED] else 0


def is_meant(job, name):
    """By part of its name, or by the name of one of its results."""
    full = f"{job.group}/{job.name}"
    return name in full or name.startswith((full, job.name))


def parse_options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true", help="print the names")
    parser.add_argument("--update", action="store_true", help="rewrite what CLI cases expect")
    parser.add_argument("-j", "--jobs", type=int, default=2, help="at the same time (default 2)")
    parser.add_argument("--root", default=os.path.join(os.path.dirname(__file__), ".."),
                        help="the tree (default: this one)")
    parser.add_argument("--build", default="build/dev", help="the build with sanitizers")
    parser.add_argument("--release", default="build/flowtoll", help="the program without")
    parser.add_argument("--unittest", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    options = parse_options()
    if options.unittest:
        run_unittest(*options.unittest)
        return 0
    places = Places(options)
    jobs = [job for make in GROUPS.values() for job in make(places)]
    if options.names:
        jobs = [job for job in jobs if any(is_meant(job, name) for name in options.names)]
    if options.list:
        print("\n".join(f"{job.group}/{job.name}" for job in jobs))
        return 0
    if options.update:
        cases = [places.path("tests/cli", job.name) for job in jobs if job.group == "cli"]
        faults = [fault for fault in (cli_update(places, case) for case in cases) if fault]
        print("\n".join(faults) or f"{len(cases)} cases rewritten")
        return 1 if faults else 0
    if not jobs:
        print(f"no test has {' or '.join(options.names) or 'a name'} in its name")
    return summary(run_jobs(jobs, options.jobs))


if __name__ == "__main__":
    sys.exit(main())
