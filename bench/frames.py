#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures the Python package: all records as a data frame, and a rank, against pandas and polars.

5 million records of 14 columns in 20 gzip files. Each measure is a process of its own; the time is
from after the imports to the frame, the memory the process' peak when something of each of the
frame's pages has been read, as pages may be there without being resident before. Programs run in
turns, a ratio is the median over the rounds, and every frame is held against the generator's
totals. Started by `./run bench --frames [--rounds N] [-o FILE]`, and after all else by `./run
bench`.
"""
import argparse
import glob
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

from results import target, tell

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROWS, FILES = 5_000_000, 20
SLICE = 1 << 16

# ---- one measure, in a process of its own


def read_with_pandas(folder):
    """As in a notebook: each file as it is, types guessed, one frame of all."""
    import pandas

    start = time.perf_counter()
    frames = [pandas.read_csv(path, sep=" ", na_values="-")
              for path in sorted(glob.glob(os.path.join(folder, "*")))]
    return start, pandas.concat(frames, ignore_index=True)


def rank_with_pandas(folder):
    start, flows = read_with_pandas(folder)
    return start, flows.groupby("dstaddr")["bytes"].sum().sort_values(ascending=False).head(10)


def read_with_polars(folder):
    import polars

    start = time.perf_counter()
    texts = {"account-id": polars.String}  # of which not all are numbers
    return start, polars.scan_csv(os.path.join(folder, "*"), separator=" ", null_values="-",
                                  schema_overrides=texts).collect()


def flowtoll_to_pandas(folder):
    import pandas  # noqa: F401
    import pyarrow  # noqa: F401

    import flowtoll

    start = time.perf_counter()
    return start, flowtoll.open(folder).flows().df()


def flowtoll_to_polars(folder):
    import polars  # noqa: F401

    import flowtoll

    start = time.perf_counter()
    return start, flowtoll.open(folder).flows().pl()


def flowtoll_rank(folder):
    import pandas  # noqa: F401
    import pyarrow  # noqa: F401

    import flowtoll

    start = time.perf_counter()
    return start, flowtoll.open(folder).top("dstaddr", n=10).df()


MEASURES = {one.__name__: one for one in (
    read_with_pandas, flowtoll_to_pandas, read_with_polars, flowtoll_to_polars, rank_with_pandas,
    flowtoll_rank)}


def read_each_page(frame):
    """Of 4096 bytes: a row has 8 at least in most columns, and in all of many pages at once. By
    slices, as pyarrow joins what it takes rows of."""
    for at in range(0, len(frame), SLICE):
        if hasattr(frame, "iloc"):
            frame.iloc[at:at + SLICE].iloc[::256].copy()
        else:
            frame[at:at + SLICE].gather_every(256)


def measure(name, folder):
    """Prints seconds, rows and the sum of bytes, or the first addresses with theirs."""
    start, frame = MEASURES[name](folder)
    seconds = time.perf_counter() - start
    read_each_page(frame)
    if name == "rank_with_pandas":
        told = [[address, int(total)] for address, total in frame.items()]
    elif name == "flowtoll_rank":
        told = [[row.dstaddr, int(row.bytes)] for row in frame.head(10).itertuples()]
    else:
        told = [len(frame), int(frame["bytes"].sum())]
    print(json.dumps([seconds, told]))


# ---- all of them

# what is told, its rival, how many times as fast it is to be, and with what part of its memory
QUESTIONS = (
    ("flowtoll_to_pandas", "read_with_pandas", 4, 0.5),
    ("flowtoll_to_polars", "read_with_polars", 1, None),
    ("flowtoll_rank", "rank_with_pandas", 20, None),
)


def run(name, folder, package):
    env = os.environ | {"PYTHONPATH": package, "PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen([sys.executable, __file__, "--measure", name, folder], env=env,
                                   stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"bench: {name}: exit code {process.returncode}")
        out.seek(0)
        seconds, told = json.loads(out.read())
    return seconds, usage.ru_maxrss * 1024 / 1e6, told


def compare(question, truth, folder, options):
    own, rival, times, part = question
    runs = {own: [], rival: []}
    for _ in range(options.rounds):
        for name, made in runs.items():
            seconds, peak, told = run(name, folder, options.package)
            if told != truth[own]:
                sys.exit(f"bench: {name} answers {told[:2]}, the truth is {truth[own][:2]}")
            made.append((seconds, peak))
            print(f"{name}: {seconds:.2f} s, {peak:.0f} MB", file=sys.stderr)
    ratio = statistics.median(b[0] / a[0] for a, b in zip(runs[own], runs[rival]))
    memory = statistics.median(a[1] / b[1] for a, b in zip(runs[own], runs[rival]))
    rows = [f"| {name} | {min(made)[0]:.2f} | {statistics.median(made)[0]:.2f} "
            f"| {max(peak for _, peak in made):.0f} |" for name, made in runs.items()]
    targets = [target(f"{own}: times faster than {rival}", times, f"{ratio:.2f}", ratio >= times)]
    if part is not None:
        targets.append(target(f"{own}: peak memory against {rival}", f"{part} at most",
                              f"{memory:.2f}", memory <= part))
    return rows, targets


def make_set(options, scratch):
    folder, truth = os.path.join(scratch, "logs"), os.path.join(scratch, "truth.json")
    subprocess.run([os.path.join(ROOT, options.build, "gen"), "--rows", str(options.rows),
                    "--files", str(FILES), "--format", "v2", "--out", folder, "--truth", truth],
                   check=True)
    with open(truth, encoding="utf-8") as file:
        sums = json.load(file)["by_dstaddr"]
    first = sorted(([name, row["bytes"]] for name, row in sums.items()),
                   key=lambda row: -row[1])[:10]
    whole = [options.rows, sum(row["bytes"] for row in sums.values())]
    return folder, {"flowtoll_to_pandas": whole, "flowtoll_to_polars": whole,
                    "flowtoll_rank": first}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", nargs="?", help="a folder that flowtoll is installed in")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--build", default="build")
    parser.add_argument("-o", "--output", metavar="FILE")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(*options.measure)
        return
    rows, targets = [], []
    with tempfile.TemporaryDirectory(prefix="flowtoll-bench-") as scratch:
        folder, truth = make_set(options, scratch)
        for question in QUESTIONS:
            made, judged = compare(question, truth, folder, options)
            rows += made
            targets += judged
    facts = ["", f"set: {options.rows:,} records of 14 columns in {FILES} gzip files",
             "every frame equals the generator's totals"]
    columns = ["| program | least, s | median, s | peak, MB |", "|---|--:|--:|--:|"]
    tell("--frames", "of data frames", facts, columns, rows, targets, options.output)


main()
