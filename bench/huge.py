# SPDX-License-Identifier: Apache-2.0
"""More than fits in memory: 500 million records of ten made-up networks, in 2,000 files, ranked by
two addresses (tens of millions of groups) in `--memory 300MB`.

Started by `./run bench --huge`. Every answer is compared with that of DuckDB's own CSV reader,
which is given most of the machine's memory; the totals also with the generator's. The logs are made
in the cache folder, one part of ten after the other, and deleted at the end.
"""
import csv
import glob
import io
import json
import os
import subprocess
import sys
import tempfile
import time

PARTS, PART_ROWS, PART_FILES = 10, 50_000_000, 200
NEEDED_BYTES = 60e9  # of disk: the logs, and what is spilled
MEMORY, PEAK_MB = "300MB", 450
SHOWN = 1000
TIME_RATIO = 1.2  # of seconds a record, all parts against one

PEER = """
import duckdb, json, sys
folders, shown, spill = json.loads(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
names = "version account_id interface_id srcaddr dstaddr srcport dstport protocol packets bytes"
types = {name: "VARCHAR" for name in (names + " start end action log_status").split()}
types["bytes"] = "BIGINT"
con = duckdb.connect(config={"temp_directory": spill, "preserve_insertion_order": "false"})
con.execute(f"create table g as select srcaddr, dstaddr, sum(bytes) b, count(*) n from read_csv("
            f"{[f + '/*.gz' for f in folders]}, delim=' ', header=true, nullstr='-', quote='', "
            f"escape='', columns={types}) group by all")
top = con.execute(f"select b, n, srcaddr, dstaddr from g where b is not null order by b desc, "
                  f"srcaddr, dstaddr limit {shown}").fetchall()
rest = con.execute("select sum(b), sum(n), count(*) from g").fetchone()
print(json.dumps([[[str(b), str(n), s, d] for b, n, s, d in top], [str(v) for v in rest]]))
"""


def make(gen, folder):
    """Folders of logs, and their records and bytes by the generator."""
    parts = []
    for seed in range(1, PARTS + 1):
        logs = os.path.join(folder, f"logs_{seed}")
        truth = os.path.join(folder, f"truth_{seed}.json")
        argv = [gen, "--rows", str(PART_ROWS), "--files", str(PART_FILES), "--format", "v2"]
        argv += ["--level", "1", "--clients", "2000", "--remotes", "200000", "--groups", "0"]
        subprocess.run([*argv, "--seed", str(seed), "--out", logs, "--truth", truth], check=True)
        with open(truth, encoding="utf-8") as file:
            totals = json.load(file)["totals"]
        parts.append((logs, int(totals["rows"]), int(totals["bytes"])))
        print(f"made {seed * PART_ROWS:,} records", file=sys.stderr, flush=True)
    return parts


def measure(flowtoll, folders, spill):
    """The answer, seconds by the clock and of the processors, and the peak of resident memory."""
    argv = [flowtoll, "top", "srcaddr,dstaddr", *folders, "--memory", MEMORY, "-n", str(SHOWN)]
    argv += ["--format", "csv", "--quiet"]
    env = {**os.environ, "TMPDIR": spill}
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        process = subprocess.Popen(argv, env=env, stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode()
    if process.returncode != 0:
        sys.exit(f"bench: flowtoll ends with exit code {process.returncode}")
    if os.listdir(spill):
        sys.exit(f"bench: left behind: {os.listdir(spill)}")
    return text, wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6


def fault_of(text, parts, spill):
    """What is wrong with an answer, or None; and the number of groups."""
    rows = [[r["bytes"], r["flows"], r["srcaddr"], r["dstaddr"]]
            for r in csv.DictReader(io.StringIO(text))]
    folders = json.dumps([part[0] for part in parts])
    argv = [sys.executable, "-c", PEER, folders, str(SHOWN), spill]
    done = subprocess.run(argv, check=True, capture_output=True, text=True)
    top, (total, count, groups) = json.loads(done.stdout.splitlines()[-1])  # after its progress
    sums = [str(sum(int(row[i]) for row in rows)) for i in (0, 1)]
    truth = [str(sum(part[i] for part in parts)) for i in (2, 1)]
    if sums != truth or [total, count] != truth:
        return f"totals {sums}, by the generator {truth}, by DuckDB {[total, count]}", int(groups)
    # equal sums may be in another order: as text, addresses sort otherwise
    if rows[-1][2] != "Other" or sorted(rows[:-1]) != sorted(top):
        return f"other rows than DuckDB's: {rows[0]} ... {top[0]}", int(groups)
    return None, int(groups)


def run(flowtoll, gen, cache):
    """Prints the rows of a table; the exit code."""
    os.makedirs(cache, exist_ok=True)
    free = os.statvfs(cache)
    if free.f_bavail * free.f_frsize < NEEDED_BYTES:
        sys.exit(f"bench: {NEEDED_BYTES / 1e9:.0f} GB of room are needed in {cache}")
    with tempfile.TemporaryDirectory(dir=cache, prefix="huge-") as folder:
        spill = os.path.join(folder, "spill")
        os.mkdir(spill)
        parts = make(gen, folder)
        stored = [sum(map(os.path.getsize, glob.glob(part[0] + "/*"))) for part in parts]
        print("| records | groups | GB as gzip | wall s | CPU s | CPU ns a record | peak MB |")
        print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
        ok, per_record = True, []
        for count in (1, PARTS):
            some = parts[:count]
            text, wall_s, cpu_s, peak_mb = measure(flowtoll, [p[0] for p in some], spill)
            fault, groups = fault_of(text, some, spill)
            rows = sum(part[1] for part in some)
            per_record.append(cpu_s / rows)
            ok = ok and fault is None and peak_mb <= PEAK_MB
            print(f"| {rows:,} | {groups:,} | {sum(stored[:count]) / 1e9:.1f} | {wall_s:.1f} | "
                  f"{cpu_s:.1f} | {per_record[-1] * 1e9:.0f} | {peak_mb:.0f} |", flush=True)
            if fault:
                print(f"FAULT: {fault}")
        ratio = per_record[1] / per_record[0]
        print(f"\nTime a record, all against one part: {ratio:.2f} × (to reach: {TIME_RATIO} ×)")
    return 0 if ok and ratio <= TIME_RATIO else 1
