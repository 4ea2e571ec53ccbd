#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures flowtoll against the least possible (bench_floor) and against other programs.

Whole processes, by the clock and by processor time. A program and what it is compared with run in
turns (A B A B), and a ratio is the median over such pairs, so that drift hits both; a row's
programs are held to as many processors as it has threads. Every answer is compared with the
generator's true totals. Sets are made once, by bench/gen, and kept in the cache folder. What the
rows mean: bench/README.md. Started by `./run bench`, with the python that has the peers.
"""
import argparse
import contextlib
import datetime
import glob
import hashlib
import importlib.util
import json
import operator
import os
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import huge
import naming

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CACHE = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
CACHE = os.path.join(CACHE, "flowtoll", "bench")
ROUNDS = 9
ROUNDS_SLOW = 3  # of what takes seconds, and the least of any row
ROUNDS_VERSION = 20
ROW_S = 25  # a row that takes longer gets no more than ROUNDS_SLOW rounds
RUN_S = 13 * 60  # from then on each row gets one round
CHILD_S = 300
QUIET_S = 60  # to wait in all for other programs to finish
QUIET_SHARE = 0.05  # of the processors, busy with others: quiet enough
STALE_S = 86400  # sets not used for a day are deleted once their options or the generator change
SET_FORMAT = "2"  # of what a set's folder holds
ROW_BYTES_TEXT, ROW_BYTES_GZIP = 130, 35  # at most
ROWS_MEANT = 5_000_000  # that the targets are meant for
TOP = 10
MB = 1e6


def say(text):
    print(text, file=sys.stderr, flush=True)


def die(text):
    sys.exit(f"bench: {text}")


# ---- one process ---------------------------------------------------------------------------


class Run:
    """What one process took, and what it printed."""

    def __init__(self, wall_s, cpu_s, rss_bytes, out):
        self.wall_s, self.cpu_s, self.rss_bytes, self.out = wall_s, cpu_s, rss_bytes, out


class Failed(Exception):
    pass


def environment():
    kept = {k: v for k, v in os.environ.items() if k not in ("LC_ALL", "POLARS_MAX_THREADS")}
    return {**kept, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}


@contextlib.contextmanager
def held_to(threads):
    """What is started meanwhile runs on so many processors: the last, as interrupts like the
    first."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[-threads:])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def wait(pid):
    def stop(*_):
        raise Failed(f"no end after {CHILD_S} s")

    previous = signal.signal(signal.SIGALRM, stop)
    signal.alarm(CHILD_S)
    try:
        return os.wait4(pid, 0)
    except BaseException:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


def run(argv, threads):
    """Raises Failed. The kernel counts in a child's peak memory what this process had when it
    started the child, so peaks below `own_peak()` are not known."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        actions = [
            (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, out.fileno(), 1),
            (os.POSIX_SPAWN_DUP2, err.fileno(), 2),
        ]
        with held_to(threads):
            start = time.perf_counter()
            pid = os.posix_spawn(argv[0], argv, environment(), file_actions=actions)
            _, status, usage = wait(pid)
            wall_s = time.perf_counter() - start
        out.seek(0)
        err.seek(0)
        code = os.waitstatus_to_exitcode(status)
        if code != 0:
            told = err.read().decode(errors="replace").strip().split("\n")
            raise Failed(f"exit code {code}: {told[-1]}")
        NOISE.children_s += usage.ru_utime + usage.ru_stime
        cpu_s = usage.ru_utime + usage.ru_stime
        return Run(wall_s, cpu_s, usage.ru_maxrss * 1024, out.read().decode())


def own_peak():
    with open("/proc/self/status", encoding="ascii") as file:
        return int(re.search(r"^VmHWM:\s*(\d+) kB", file.read(), re.M)[1]) * 1024


class Noise:
    """How busy others keep the machine: all busy time less our children's and our own."""

    def __init__(self):
        self.children_s = 0.0
        self.patience_s = QUIET_S
        self.start = self.now()

    def now(self):
        with open("/proc/stat", encoding="ascii") as file:
            ticks = [int(word) for word in file.readline().split()[1:9]]
        busy = sum(ticks) - ticks[3] - ticks[4]  # less idle and waiting for disks
        own = time.process_time() + self.children_s
        return time.monotonic(), busy / os.sysconf("SC_CLK_TCK") - own

    def share_since(self, start):
        (then, others_then), (now, others_now) = start, self.now()
        share = (others_now - others_then) / max(now - then, 1e-9) / os.cpu_count()
        return min(1, max(0, share))

    def wait_for_quiet(self):
        """Until a quiet half second has passed, or all patience has been spent."""
        while self.patience_s > 0:
            start = self.now()
            time.sleep(0.5)
            if self.share_since(start) <= QUIET_SHARE:
                return
            self.patience_s -= 0.5


NOISE = Noise()


# ---- the sets ------------------------------------------------------------------------------


class LogSet:
    def __init__(self, label, folder, truth):
        self.label, self.folder, self.truth = label, folder, truth
        self.times = 1  # that the folder is named as a source

    @property
    def inventory(self):
        return os.path.join(os.path.dirname(self.folder), "inventory.json")

    def repeated(self, times):
        many = LogSet(f"{self.label}, {times} times", self.folder, self.truth)
        many.times = times
        return many


def condense(truth_path, out_path):
    """The part of the generator's truth that is compared with. In a process of its own, as the
    memory of this one shows in what it measures."""
    with open(truth_path, encoding="utf-8") as file:
        truth = json.load(file)

    def top(by):
        sums = [(address, total["bytes"]) for address, total in truth[by].items()]
        return sorted(sums, key=lambda row: -row[1])[:TOP]

    (gateway,) = truth["nat_gateways"].values()

    def top_billed(by):
        sums = [[address, total["billed_bytes"]] for address, total in gateway[by].items()]
        return sorted(sums, key=lambda row: (-row[1], row[0]))[:TOP]

    pairs = truth["by_srcaddr_dstaddr"] or {"top": [], "groups": None}
    kept = {
        "rows": truth["totals"]["rows"],
        "bytes": truth["totals"]["bytes"],
        "text_bytes": truth["totals"]["text_bytes"],
        "addresses": len(truth["by_dstaddr"]),
        "pairs": pairs["groups"],
        "top": top("by_dstaddr"),
        "top_pairs": [[p["srcaddr"], p["dstaddr"], p["bytes"]] for p in pairs["top"][:TOP]],
        "nat": {
            "billed": gateway["billed_bytes"],
            "upload": gateway["upload_bytes"],
            "clients": top_billed("by_client"),
            "remotes": top_billed("by_remote"),
        },
    }
    with open(out_path, "w", encoding="utf-8") as file:
        json.dump(kept, file)


def generator_hash(options):
    digest = hashlib.sha256(" ".join([SET_FORMAT, *options]).encode())
    parts = glob.glob(os.path.join(ROOT, "bench/gen/*"))
    for path in [os.path.join(ROOT, "bench/gen.c"), *sorted(parts)]:
        with open(path, "rb") as file:
            digest.update(hashlib.sha256(file.read()).digest())
    return digest.hexdigest()[:16]


def delete_stale(folder):
    """Also what was left of a set whose making was cut off."""
    for entry in os.scandir(CACHE):
        is_old = time.time() - entry.stat().st_mtime > STALE_S
        if entry.path != folder and is_old and re.fullmatch(r"set-[\w-]+", entry.name):
            shutil.rmtree(entry.path, ignore_errors=True)


def make_set(gen, label, rows, options):
    options = ["--rows", str(rows), *options]
    folder = os.path.join(CACHE, f"set-{generator_hash(options)}")
    summary = os.path.join(folder, "truth.json")
    if not os.path.exists(summary):
        say(f"making the set {label}: gen {' '.join(options)}")
        os.makedirs(CACHE, exist_ok=True)
        delete_stale(folder)
        row_bytes = ROW_BYTES_TEXT if "--plain" in options else ROW_BYTES_GZIP
        if shutil.disk_usage(CACHE).free < rows * row_bytes:
            die(f"the set needs {rows * row_bytes / MB:.0f} MB of room in {CACHE}")
        with tempfile.TemporaryDirectory(dir=CACHE, prefix="set-new-") as new:
            whole = os.path.join(new, "whole.json")
            logs = os.path.join(new, "logs")
            inventory = os.path.join(new, "inventory.json")
            argv = [gen, *options, "--out", logs, "--truth", whole, "--inventory", inventory]
            subprocess.run(argv, check=True)
            condensed = os.path.join(new, "truth.json")
            argv = [sys.executable, __file__, "--condense", whole, condensed]
            subprocess.run(argv, check=True)
            os.makedirs(folder, exist_ok=True)
            shutil.rmtree(os.path.join(folder, "logs"), ignore_errors=True)
            os.rename(logs, os.path.join(folder, "logs"))
            os.rename(inventory, os.path.join(folder, "inventory.json"))
            os.rename(condensed, summary)  # last: it says that the set is whole
    os.utime(folder)
    with open(summary, encoding="utf-8") as file:
        return LogSet(label, os.path.join(folder, "logs"), json.load(file))


def make_parquet(log_set):
    """The set once more as Parquet, beside it."""
    folder = os.path.join(os.path.dirname(log_set.folder), "parquet")
    if not os.path.isdir(folder):
        say("making the set parquet")
        with tempfile.TemporaryDirectory(dir=CACHE, prefix="set-new-") as new:
            peer = os.path.join(ROOT, "bench", "peer.py")
            subprocess.run([sys.executable, peer, "--parquet", log_set.folder, new], check=True)
            shutil.copytree(new, folder + ".new", dirs_exist_ok=True)
            os.rename(folder + ".new", folder)
    return LogSet("parquet", folder, log_set.truth)


def make_sets(gen, options):
    wanted = {
        "gz": ["--format", "v2", "--files", "20"],
        "text": ["--format", "v2", "--files", "20", "--plain"],
    }
    if not options.quick:
        wanted["v5 gz"] = ["--format", "v5", "--files", "20"]
    sets = {label: make_set(gen, label, options.rows, argv) for label, argv in wanted.items()}
    if options.large:
        argv = ["--format", "v2", "--files", "200", "--groups", "0"]
        sets["large"] = make_set(gen, "large", options.rows * 10, argv)
    if sets["gz"].truth != sets["text"].truth:
        die("the generator's totals differ between gzip and plain text")
    if importlib.util.find_spec("pyarrow"):
        sets["parquet"] = make_parquet(sets["gz"])
    for log_set in sets.values():  # into the page cache
        for path in glob.glob(os.path.join(log_set.folder, "*")):
            with open(path, "rb") as file:
                while file.read(1 << 20):
                    pass
    return sets


# ---- what is run ---------------------------------------------------------------------------


class Job:
    """A program with a question, over one set, with so many threads. `check` says what is wrong
    with what a run printed, or None."""

    def __init__(self, program, question, log_set, threads, argv, check):
        self.program, self.question, self.set, self.threads = program, question, log_set, threads
        self.argv, self.check = argv, check

    def run(self):
        """Raises Failed, also where the answer is not the true one."""
        try:
            done = run(self.argv, self.threads)
            fault = self.check(done.out)
        except Failed as error:
            fault = str(error)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            fault = f"{type(error).__name__}: {error}"
        if fault:
            raise Failed(f"{self.program}: {fault}")
        return done


class Programs:
    def __init__(self, options):
        build = os.path.join(ROOT, options.build)
        self.flowtoll = os.path.join(build, "flowtoll")
        self.floor = os.path.join(build, "bench_floor")
        self.gen = os.path.join(build, "gen")
        self.trie = os.path.join(build, "bench_trie")
        self.awk = next(filter(None, map(shutil.which, ("mawk", "gawk", "awk"))), None)
        for path in (self.flowtoll, self.floor, self.gen):
            if not os.access(path, os.X_OK):
                die(f"{path} is missing; start this by ./run bench")

    def floor_job(self, log_set, threads):
        def check(out):
            expected = str(log_set.truth["text_bytes"])
            return None if out.strip() == expected else f"{out.strip()} bytes, not {expected}"

        argv = [self.floor, "--threads", str(threads), log_set.folder]
        return Job("floor", "read the text", log_set, threads, argv, check)

    def flowtoll_job(self, question, log_set, threads):
        words, check = {**QUESTIONS, **NAT_QUESTIONS}[question](log_set)
        argv = [self.flowtoll, *words, *[log_set.folder] * log_set.times]
        argv += ["--format", "json", "--quiet", "--threads", str(threads)]
        return Job("flowtoll", question, log_set, threads, argv, check)

    def peer_job(self, name, log_set, threads):
        def check(out):
            return differs(json.loads(out)["answer"], log_set.truth["top"])

        peer = os.path.join(ROOT, "bench", "peer.py")
        argv = [sys.executable, peer, name.replace(", ", "_"), log_set.folder, str(threads)]
        return Job(name, RANK, log_set, threads, argv, check)

    def awk_job(self, log_set, threads):
        def check(out):
            rows = [line.split() for line in out.splitlines()]
            return differs([[a, int(b)] for a, b in rows], log_set.truth["top"])

        reader = "zcat" if glob.glob(os.path.join(log_set.folder, "*.gz")) else "cat"
        script = '$5 != "-" && $5 != "dstaddr" {b[$5] += $10} END {for (a in b) printf F, a, b[a]}'
        script = script.replace("F", '"%s %.0f\\n"')
        command = f"{reader} \"$1\"/*.log* | LC_ALL=C {self.awk} '{script}' | sort -rn -k 2 | head"
        name = f"{reader}, {os.path.basename(self.awk)}"
        argv = ["/bin/sh", "-c", command, "sh", log_set.folder]
        return Job(name, RANK, log_set, threads, argv, check)


def differs(got, expected):
    got = [list(row) for row in got]
    if len(got) != len(expected):
        return f"{len(got)} rows of an answer instead of {len(expected)}"
    return next((f"{a}, by the generator {b}" for a, b in zip(got, expected) if a != b), None)


RANK = "top dstaddr"
COUNT = "count of rows"


def ask_rank(log_set):
    def check(out):
        rows = [[row["dstaddr"], row["bytes"]] for row in json.loads(out)]
        total = sum(row[1] for row in rows)
        return differs(rows[:TOP] + [[total]], log_set.truth["top"] + [[log_set.truth["bytes"]]])

    return ["top", "dstaddr"], check


def ask_pairs(log_set):
    def check(out):
        rows = [[row["srcaddr"], row["dstaddr"], row["bytes"]] for row in json.loads(out)]
        total = sum(row[2] for row in rows)
        expected = log_set.truth["top_pairs"] or rows[:TOP]  # not followed in the large set
        return differs(rows[:TOP] + [[total]], expected + [[log_set.truth["bytes"]]])

    return ["top", "srcaddr,dstaddr"], check


def ask_where(log_set):
    address, expected = log_set.truth["top"][0]

    def check(out):
        return differs([[sum(row["bytes"] for row in json.loads(out))]], [[expected]])

    return ["top", "srcaddr", "--where", f"dstaddr = '{address}'"], check


def ask_count(log_set):
    def check(out):
        return differs([list(row.values()) for row in json.loads(out)], [[log_set.truth["rows"]]])

    return ["sql", "select count(*) from flows"], check


QUESTIONS = {
    RANK: ask_rank,
    "top srcaddr,dstaddr": ask_pairs,
    "--where one dstaddr": ask_where,
    COUNT: ask_count,
}


def nat_checker(log_set):
    truth = log_set.truth["nat"]

    def expected(rows):
        return [[name, value * log_set.times] for name, value in rows]

    def check(out):
        answer = json.loads(out)
        totals = [
            [key, sum(row[key] or 0 for row in answer["gateways"])]
            for key in ("billed_bytes", "upload_bytes")
        ]
        fault = differs(totals, expected(zip(("billed_bytes", "upload_bytes"),
                                             (truth["billed"], truth["upload"]))))
        for key in ("client", "remote"):
            rows = [[row[key], row["billed_bytes"]] for row in answer[key + "s"]]
            rows = [row for row in rows if row[0] not in (None, "Other")]
            rows.sort(key=lambda row: (-row[1], row[0]))
            fault = fault or differs(rows[:TOP], expected(truth[key + "s"]))
        return fault

    return check


def ask_nat_known(log_set):
    return ["nat", "-n", str(TOP), "--inventory", log_set.inventory], nat_checker(log_set)


def ask_nat_unknown(log_set):
    return ["nat", "-n", str(TOP)], nat_checker(log_set)


NAT_KNOWN, NAT_UNKNOWN = "nat, gateway known", "nat, gateway not known"
NAT_QUESTIONS = {NAT_KNOWN: ask_nat_known, NAT_UNKNOWN: ask_nat_unknown}
NAT_TIMES = 10  # that the set is read for the peak of memory

# name, rounds
PEERS = [
    ("polars", ROUNDS),
    ("duckdb", ROUNDS),
    ("chdb", ROUNDS),
    ("chdb, lines", ROUNDS),
    ("pandas", ROUNDS_SLOW),
    ("pandas, tuned", ROUNDS_SLOW),
]


# ---- measuring -----------------------------------------------------------------------------


class Row:
    """A job's runs, and those of what ran in turns with it."""

    def __init__(self, job, runs, floors, rivals=()):
        self.job, self.runs, self.floors, self.rivals = job, runs, floors, rivals

    def median(self, key):
        return statistics.median(getattr(run, key) for run in self.runs)

    def against(self, others, key="wall_s"):
        if not others:
            return None
        pairs = zip(self.runs, others)
        return statistics.median(getattr(a, key) / getattr(b, key) for a, b in pairs)

    def against_bare(self):
        """Of a peer in Python, without its start and imports."""
        if not self.rivals or '"query_s"' not in self.runs[0].out:
            return None
        pairs = zip(self.runs, self.rivals)
        return statistics.median(json.loads(a.out)["query_s"] / b.wall_s for a, b in pairs)


class Bench:
    def __init__(self, options, programs):
        self.options, self.programs = options, programs
        self.rows, self.faults = [], []
        self.floor_runs = {}
        self.end = time.monotonic() + RUN_S

    def fault(self, job, told):
        """A job that fails, or gives another answer than the true one, gets no row."""
        self.faults.append(f"{job.question}, {job.set.label}: {told:.300}")
        say(f"  {self.faults[-1]}")

    def turns(self, jobs, rounds):
        """Runs the jobs in turns; a list of runs for each."""
        runs = [[] for _ in jobs]
        start = time.monotonic()
        for done in range(rounds):
            now = time.monotonic()
            if done >= 1 and now > self.end or done >= ROUNDS_SLOW and now - start > ROW_S:
                break
            for job, kept in zip(jobs, runs):
                kept.append(job.run())
        return runs

    def rounds(self, wanted):
        return self.options.rounds or (min(ROUNDS_SLOW, wanted) if self.options.quick else wanted)

    def compare(self, jobs, rounds):
        """A row for the last of the jobs, which run in turns; the first is the floor."""
        job = jobs[-1]
        say(f"{job.program}: {job.question}, {job.set.label}, {threads_text(job.threads)}")
        NOISE.wait_for_quiet()
        try:
            runs = self.turns(jobs, self.rounds(rounds))
        except Failed as error:
            self.fault(job, str(error))
            return
        self.floor_runs.setdefault((job.set.label, job.threads), []).extend(runs[0])
        self.rows.append(Row(job, runs[-1], runs[0], runs[1] if len(runs) > 2 else ()))

    def parquet(self, log_set, threads):
        """Against DuckDB's own query of the same files; nothing is a floor there."""
        rank = self.programs.flowtoll_job(RANK, log_set, threads)
        peer = self.programs.peer_job("duckdb, parquet", log_set, threads)
        say(f"{RANK}, {log_set.label}, {threads_text(threads)}")
        NOISE.wait_for_quiet()
        try:
            rank_runs, peer_runs = self.turns([rank, peer], self.rounds(ROUNDS))
        except Failed as error:
            self.fault(rank, str(error))
            return
        self.rows.append(Row(rank, rank_runs, ()))
        self.rows.append(Row(peer, peer_runs, (), rank_runs))

    def questions(self, log_set, threads, questions):
        first = len(self.rows)
        for question in questions:
            floor = self.programs.floor_job(log_set, threads)
            self.compare([floor, self.programs.flowtoll_job(question, log_set, threads)], ROUNDS)
        key = (log_set.label, threads)
        if key in self.floor_runs:
            row = Row(self.programs.floor_job(log_set, threads), self.floor_runs[key], ())
            self.rows.insert(first, row)

    def peers(self, log_set, threads, names):
        floor = self.programs.floor_job(log_set, threads)
        rank = self.programs.flowtoll_job(RANK, log_set, threads)
        for name, rounds in names:
            self.compare([floor, rank, self.programs.peer_job(name, log_set, threads)], rounds)
        if self.programs.awk:
            awk = self.programs.awk_job(log_set, threads)
            self.compare([floor, rank, awk], ROUNDS_SLOW)

    def all_rows(self, sets, has_peers):
        for name in ("gz", "text"):
            for threads in (2, 1):
                self.questions(sets[name], threads, QUESTIONS)
        if "v5 gz" in sets:
            self.questions(sets["v5 gz"], 2, [RANK, *NAT_QUESTIONS])
        if has_peers and "parquet" in sets:
            self.parquet(sets["parquet"], 2)
        if has_peers:
            self.peers(sets["gz"], 2, PEERS)
        if has_peers and not self.options.quick:
            self.peers(sets["gz"], 1, [(name, ROUNDS_SLOW) for name, _ in PEERS])
            self.peers(sets["text"], 2, [(name, ROUNDS_SLOW) for name, _ in PEERS])

    def find(self, question, label, threads):
        """The row of flowtoll."""
        wanted = ("flowtoll", question, label, threads)
        for row in self.rows:
            job = row.job
            if (job.program, job.question, job.set.label, job.threads) == wanted:
                return row
        return None

    def peak(self, question, log_set):
        """The median of the peak memory, in bytes, and the largest."""
        job = self.programs.flowtoll_job(question, log_set, 2)
        rounds = ROUNDS if log_set.label in ("gz", "v5 gz") else ROUNDS_SLOW
        say(f"memory: {question}, {log_set.label}")
        try:
            runs = self.turns([job], self.rounds(rounds))[0]
        except Failed as error:
            self.fault(job, str(error))
            return None
        peaks = [run.rss_bytes for run in runs]
        return statistics.median(peaks), max(peaks)

    def version_s(self):
        say("flowtoll --version")
        NOISE.wait_for_quiet()
        argv = [self.programs.flowtoll, "--version"]
        try:
            return statistics.median(run(argv, 1).wall_s for _ in range(ROUNDS_VERSION))
        except Failed as error:
            self.faults.append(f"flowtoll --version: {error}")
            return None

    def trie(self):
        """What bench_trie printed, and its least look-ups a second in AWS's ranges."""
        if not self.options.ranges:
            return None
        say("look-ups in the prefix trie")
        NOISE.wait_for_quiet()
        try:
            out = run([self.programs.trie, self.options.ranges], 1).out
        except (Failed, OSError) as error:
            self.faults.append(f"bench_trie: {error}")
            return None
        found = re.findall(r"^(?:any|inside|half).*?([\d.]+) million look-ups/s", out, re.M)
        return out.rstrip(), min(map(float, found))

    def named(self):
        """What naming.py measured, and the seconds that flowtoll took."""
        if not self.options.ranges:
            return None
        say("naming a million addresses")
        NOISE.wait_for_quiet()
        # a process of its own: what this one takes is in the peak that the kernel tells of others
        command = [sys.executable, naming.__file__, "--ranges", self.options.ranges, "--build",
                   os.path.dirname(self.programs.flowtoll)]
        command += [] if self.options.peers else ["--no-peers"]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        found = re.search(r"^\| flowtoll \|.* ([\d.]+) \| 1 \|$", made.stdout, re.M)
        if found:
            return made.stdout.rstrip(), float(found[1])
        self.faults.append(f"naming: {made.stderr.rstrip()[-500:]}")
        return None


# ---- the report ----------------------------------------------------------------------------


def threads_text(threads):
    return f"{threads} thread{'s' if threads > 1 else ''}"


def table(header, rows):
    """Markdown that can be read as it is. A header that ends in > is of a column of figures."""
    rights = [title.endswith(">") for title in header]
    cells = [[title.rstrip(">") for title in header]] + [list(map(str, row)) for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    cells.insert(1, ["-" * (w - 1) + ":" if r else "-" * w for w, r in zip(widths, rights)])

    def line(row):
        fit = (t.rjust(w) if r else t.ljust(w) for t, w, r in zip(row, widths, rights))
        return "| " + " | ".join(fit) + " |"

    return "\n".join(map(line, cells))


def times(value):
    return "" if value is None else f"{value:.2f} ×"


def peak_text(size_bytes):
    own = own_peak()
    return f"{size_bytes / MB:.0f}" if size_bytes > own else f"< {own / MB:.0f}"


def row_cells(row):
    job = row.job
    text_mb = job.set.truth["text_bytes"] / MB
    return [
        job.program,
        job.question,
        job.set.label,
        job.threads,
        f"{row.median('wall_s'):.3f}",
        f"{min(run.wall_s for run in row.runs):.3f}",
        f"{row.median('cpu_s'):.3f}",
        f"{text_mb / row.median('wall_s'):.0f}",
        peak_text(row.median("rss_bytes")),
        times(row.against(row.floors)),
        times(row.against(row.floors, "cpu_s")),
        times(row.against(row.rivals)),
        times(row.against_bare()),
        len(row.runs),
    ]


ROW_HEADER = [
    "program", "question", "input", "threads>", "wall s>", "least>", "CPU s>", "MB/s>",
    "peak MB>", "÷ floor>", "CPU ÷ floor>", "÷ flowtoll>", "less start>", "runs>",
]


def memory_table(peaks):
    rows = []
    for question, (small, large) in peaks.items():
        cells = [question]
        cells += [f"{small[0] / MB:.1f}" if small else "", f"{large[0] / MB:.1f}" if large else ""]
        cells.append(f"{100 * (large[0] / small[0] - 1):+.1f} %" if small and large else "")
        rows.append(cells)
    return rows


class Target:
    def __init__(self, name, sign, bound, unit, value, note=""):
        self.name, self.sign, self.bound, self.unit = name, sign, bound, unit
        self.value, self.note = value, note

    def cells(self):
        cells = [self.name, f"{self.sign} {self.bound} {self.unit}"]
        if self.value is None:
            return [*cells, "", "not measured"]
        judge = {"<": operator.lt, "≤": operator.le, "≥": operator.ge}[self.sign]
        reached = judge(self.value, self.bound)
        measured = f"{self.value:.{3 if self.value < 10 else 1}f} {self.unit}{self.note}"
        return [*cells, measured, "reached" if reached else "NOT REACHED"]


def targets(bench, peaks, version_s, trie, named):
    found = []
    for question, bound in ((RANK, 1.8), (COUNT, 1.3)):
        for threads in (2, 1):
            row = bench.find(question, "gz", threads)
            name = f"{question}, gz, {threads_text(threads)} ÷ floor"
            found.append(Target(name, "≤", bound, "×", row and row.against(row.floors)))
    rivals = [r for r in bench.rows if r.rivals and (r.job.set.label, r.job.threads) == ("gz", 2)]
    first = min(rivals, key=lambda row: row.against(row.rivals), default=None)
    note = f" ({first.job.program})" if first else ""
    value = first and first.against(first.rivals)
    found.append(Target(f"fastest peer ÷ {RANK}", "≥", 3, "×", value, note))
    pandas = next((row for row in rivals if row.job.program == "pandas"), None)
    value = pandas and pandas.against(pandas.rivals)
    found.append(Target(f"pandas ÷ {RANK}", "≥", 20, "×", value))
    parquet = next((row for row in bench.rows if row.job.program == "duckdb, parquet"), None)
    whole = parquet and parquet.against(parquet.rivals)
    bare = parquet and parquet.against_bare()
    note = f" ({1 / bare:.2f} × where only DuckDB's start is left out)" if bare else ""
    value = whole and 1 / whole
    found.append(Target(f"{RANK}, parquet ÷ DuckDB's own", "≤", 1.2, "×", value, note))
    small, large = peaks[RANK]
    most = max(peak[1] for peak in (small, large) if peak) / MB if small or large else None
    found.append(Target(f"{RANK}, peak memory", "≤", 200, "MB", most))
    growth = 100 * (large[0] / small[0] - 1) if small and large else None
    found.append(Target(f"{RANK}, its growth to ten times the rows", "<", 10, "%", growth))
    for question, bound in ((NAT_KNOWN, 2.5), (NAT_UNKNOWN, 4)):
        row = bench.find(question, "v5 gz", 2)
        name = f"{question}, v5 gz, 2 threads ÷ floor"
        found.append(Target(name, "≤", bound, "×", row and row.against(row.floors)))
    _, large = peaks.get(NAT_KNOWN, (None, None))
    name = f"{NAT_KNOWN}, peak memory with {NAT_TIMES} times the rows"
    found.append(Target(name, "≤", 500, "MB", large and large[1] / MB))
    found.append(Target("flowtoll --version", "≤", 30, "ms", version_s and version_s * 1e3))
    found.append(Target("look-ups/s in the trie", "≥", 10, "million", trie and trie[1]))
    found.append(Target("a million addresses named, processor time", "≤", naming.MOST_S, "s",
                        named and named[1]))
    return found


def output_of(*argv):
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=True, cwd=ROOT)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def commit():
    at = output_of("git", "rev-parse", "--short=12", "HEAD")
    # this run's own table is no change to what it measured
    changed = output_of("git", "status", "--porcelain", "--", ".", ":!bench/RESULTS.md")
    return (at or "unknown") + (" with changes" if changed else "")


def cpu():
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        found = re.search(r"^model name\s*:\s*(.*)$", file.read(), re.M)
    return f"{found[1] if found else platform.machine()}, {os.cpu_count()} processors"


def versions(programs):
    found = [output_of(programs.flowtoll, "--version")]
    found.append("ISA-L " + (output_of("pkg-config", "--modversion", "libisal") or "unknown"))
    names = "('polars', 'duckdb', 'chdb', 'pandas', 'pyarrow')"
    script = f"from importlib.metadata import version as v\nfor n in {names}: print(n, v(n))"
    found += output_of(sys.executable, "-c", script).splitlines()
    if programs.awk:
        said = output_of(programs.awk, "-W", "version") or output_of(programs.awk, "--version")
        found.append((said.splitlines() or [os.path.basename(programs.awk)])[0])
    return ", ".join(found)


def report(bench, sets, peaks, version_s, trie, named, noise):
    truth = sets["gz"].truth
    counts = f"{truth['rows']:,} records in 20 files, {truth['text_bytes'] / MB:.0f} MB of text"
    stored = sum(entry.stat().st_size for entry in os.scandir(sets["gz"].folder))
    counts += f", {stored / MB:.0f} MB as gzip; {truth['addresses']:,} values of dstaddr"
    counts += f", {truth['pairs']:,} of srcaddr, dstaddr" if truth["pairs"] else ""
    faults = [f"FAULT: {fault}" for fault in bench.faults]
    answers = "\n- ".join(faults) or "every answer equals the generator's totals"
    parts = [
        "# Results",
        "Made by `./run bench`; what the rows mean: [README.md](README.md).",
        f"- date: {datetime.date.today()}\n- CPU: {cpu()}\n- commit: {commit()}\n"
        f"- versions: {versions(bench.programs)}\n- set: {counts}\n"
        f"- others kept {100 * noise:.0f} % of the processors busy meanwhile\n"
        f"- {answers}",
        "## Ratios",
        table(ROW_HEADER, map(row_cells, bench.rows)),
        "## Peak memory, 2 threads",
        table(["question", "once, MB>", "ten times the rows, MB>", "growth>"],
              memory_table(peaks)),
    ]
    if trie:
        parts += ["## Look-ups in the prefix trie", "```\n" + trie[0] + "\n```"]
    if named:
        parts += ["## Naming a million addresses", named[0]]
    header = ["target", "to reach", "measured", ""]
    judged = [target.cells() for target in targets(bench, peaks, version_s, trie, named)]
    parts += ["## Targets", table(header, judged)]
    if truth["rows"] < ROWS_MEANT:
        parts.append(f"The targets are meant for {ROWS_MEANT:,} records at least.")
    return "\n\n".join(parts) + "\n"


def parse_options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true",
                        help="few rounds, without the sets large and v5; keeps no results")
    parser.add_argument("--large", action=argparse.BooleanOptionalAction, default=None,
                        help="memory with ten times the rows (default: unless --quick)")
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True,
                        help="other programs too (default)")
    parser.add_argument("--ranges", metavar="FILE",
                        help="AWS's ip-ranges.json: look-ups in the prefix trie, and naming, too")
    parser.add_argument("--rows", type=int, default=ROWS_MEANT,
                        help=f"of a set (default {ROWS_MEANT})")
    parser.add_argument("--rounds", type=int, help="of every row (default 9, slow ones 3)")
    parser.add_argument("--build", default="build", help="where the programs are (default build)")
    parser.add_argument("-o", "--output", metavar="FILE",
                        help="results (default bench/RESULTS.md, unless --quick)")
    parser.add_argument("--huge", action="store_true",
                        help="instead: 500 million records in 300 MB of memory; 60 GB of disk")
    parser.add_argument("--condense", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.rows < 1000 or options.rounds is not None and options.rounds < 1:
        parser.error("--rows must be 1000 at least, --rounds 1")
    if options.large is None:
        options.large = not options.quick
    if options.output is None and not options.quick:
        options.output = os.path.join(ROOT, "bench", "RESULTS.md")
    return options


def main():
    options = parse_options()
    if options.condense:
        condense(*options.condense)
        return 0
    programs = Programs(options)
    if options.huge:
        return huge.run(programs.flowtoll, programs.gen, CACHE)
    bench = Bench(options, programs)
    sets = make_sets(programs.gen, options)
    NOISE.wait_for_quiet()
    start = NOISE.now()
    bench.all_rows(sets, options.peers)
    peaks = {}
    for question in QUESTIONS:
        large = bench.peak(question, sets["large"]) if options.large else None
        peaks[question] = bench.peak(question, sets["gz"]), large
    if "v5 gz" in sets:
        many = sets["v5 gz"].repeated(NAT_TIMES)
        large = bench.peak(NAT_KNOWN, many) if options.large else None
        peaks[NAT_KNOWN] = bench.peak(NAT_KNOWN, sets["v5 gz"]), large
    version_s = bench.version_s()
    trie = bench.trie()
    named = bench.named()
    text = report(bench, sets, peaks, version_s, trie, named, NOISE.share_since(start))
    print(text, end="")
    if bench.faults:
        say("results are not kept, as there were faults")
    elif options.output:
        with open(options.output, "w", encoding="utf-8") as file:
            file.write(text)
    return 1 if bench.faults else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
