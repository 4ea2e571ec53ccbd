#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures ranking straight from S3 against copying first, and against a notebook.

20 objects of 6 MB lie in versitygw, which checks every signature; it is asked on loopback, and
through delay_proxy.py, which answers 30 ms late with 90 MB/s a connection. Programs run in turns, a
ratio is the median over such rounds, and every answer is compared with the generator's totals.
Started by `./run bench --s3 [--rounds N] [-o FILE]`, and after all else by `./run bench`.
"""
import argparse
import contextlib
import glob
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import boto3

from results import target, tell

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests"))
from loopback import free_port, wait_for  # noqa: E402

BUCKET, PREFIX = "logs", "AWSLogs/123456789012/vpcflowlogs/us-east-1/2026/11/20/"
KEY, SECRET, REGION = "AKIDTESTTESTTEST0001", "sec/ret+key0123456789", "us-east-1"
ROWS, FILES = 6_500_000, 20
PLACES = {"loopback": None, "30 ms, 90 MB/s": ("30", "90")}
NEEDED_CLI, NEEDED_NOTEBOOK, MOST_MB = 3, 10, 300


@contextlib.contextmanager
def serving(versitygw, folder):
    port = free_port()
    env = os.environ | {"ROOT_ACCESS_KEY": KEY, "ROOT_SECRET_KEY": SECRET}
    command = [versitygw, "--port", f"127.0.0.1:{port}", "--region", REGION, "--keep-alive",
               "--quiet", "posix", folder]
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as server:
        try:
            wait_for(server, port)
            yield port
        finally:
            server.terminate()


@contextlib.contextmanager
def through(port, how):
    if how is None:
        yield port
        return
    proxy = os.path.join(ROOT, "bench", "delay_proxy.py")
    with subprocess.Popen([sys.executable, proxy, str(port), *how], stdout=subprocess.PIPE,
                          text=True) as process:
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


class Run:
    def __init__(self, argv, env, folder=None):
        """`argv` may hold several commands, one after the other."""
        if folder:
            shutil.rmtree(folder, ignore_errors=True)
            os.makedirs(folder)
        self.rss_bytes = 0
        start = time.perf_counter()
        for command in argv:
            with tempfile.TemporaryFile() as out:
                process = subprocess.Popen(command, env=env, stdout=out,
                                           stderr=subprocess.DEVNULL)
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
                if process.returncode != 0:
                    sys.exit(f"bench: {' '.join(command)}: exit code {process.returncode}")
                self.rss_bytes = max(self.rss_bytes, usage.ru_maxrss * 1024)
                out.seek(0)
                self.out = out.read().decode()
        self.wall_s = time.perf_counter() - start


class Bench:
    def __init__(self, options, scratch):
        self.flowtoll = os.path.join(ROOT, options.build, "flowtoll")
        self.scratch, self.rounds = scratch, options.rounds
        self.logs = os.path.join(scratch, "logs")
        self.env = {name: value for name, value in os.environ.items() if name[:4] != "AWS_"}
        self.env |= {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "HOME": scratch,
                     "AWS_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true"}
        truth = os.path.join(scratch, "truth.json")
        subprocess.run([os.path.join(ROOT, options.build, "gen"), "--rows", str(options.rows),
                        "--files", str(FILES), "--format", "v2", "--out", self.logs, "--truth",
                        truth], check=True)
        with open(truth, encoding="utf-8") as file:
            sums = json.load(file)["by_dstaddr"].items()
        self.truth = sorted(([name, row["bytes"]] for name, row in sums),
                            key=lambda row: -row[1])[:10]

    def put(self, url):
        s3 = boto3.client("s3", endpoint_url=url, region_name=REGION, aws_access_key_id=KEY,
                          aws_secret_access_key=SECRET)
        s3.create_bucket(Bucket=BUCKET)
        for path in sorted(glob.glob(os.path.join(self.logs, "*"))):
            with open(path, "rb") as file:
                s3.put_object(Bucket=BUCKET, Key=PREFIX + os.path.basename(path), Body=file)

    def check(self, name, rows):
        if rows[:10] != self.truth:
            sys.exit(f"bench: {name} answers {rows[:2]}, the truth is {self.truth[:2]}")

    def programs(self, url):
        source, folder = f"s3://{BUCKET}/{PREFIX}", os.path.join(self.scratch, "copy")
        rank = [self.flowtoll, "top", "dstaddr", "--format", "json", "-q"]
        env = self.env | {"AWS_ENDPOINT_URL": url}
        aws = os.path.join(os.path.dirname(sys.executable), "aws")
        notebook = os.path.join(ROOT, "bench", "s3_notebook.py")

        def ranked(out):
            return [[row["dstaddr"], row["bytes"]] for row in json.loads(out)]

        return {
            "flowtoll, s3://": (lambda: Run([[*rank, source]], env), ranked),
            "aws s3 cp --recursive, then flowtoll": (lambda: Run([
                [sys.executable, aws, "s3", "cp", "--recursive", "--quiet", source, folder],
                [*rank, folder]], env, folder), ranked),
            "boto3 and pandas": (lambda: Run([
                [sys.executable, notebook, url, BUCKET, PREFIX, folder]], env, folder), json.loads),
        }

    def measure(self, place, url):
        programs, runs = self.programs(url), {}
        for done in range(self.rounds):
            for name, (run, read) in programs.items():
                if done > 2 and name == "boto3 and pandas":
                    continue
                runs.setdefault(name, []).append(run())
                self.check(name, read(runs[name][-1].out))
                print(f"{place}: {name}: {runs[name][-1].wall_s:.2f} s", file=sys.stderr)
        return runs


def rows_of(place, runs, stored_mb):
    own = runs["flowtoll, s3://"]
    for name, made in runs.items():
        ratio = statistics.median(a.wall_s / b.wall_s for a, b in zip(made, own))
        seconds = statistics.median(run.wall_s for run in made)
        peak = max(run.rss_bytes for run in made) / 1e6
        yield (f"| {place} | {name} | {min(run.wall_s for run in made):.2f} | {seconds:.2f} "
               f"| {stored_mb / seconds:.0f} | {ratio:.1f} | {peak:.0f} |")


def targets_of(place, runs):
    own = runs["flowtoll, s3://"]
    for name, needed in (("aws s3 cp --recursive, then flowtoll", NEEDED_CLI),
                         ("boto3 and pandas", NEEDED_NOTEBOOK)):
        ratio = statistics.median(a.wall_s / b.wall_s for a, b in zip(runs[name], own))
        yield target(f"{place}: times faster than {name}", needed, f"{ratio:.1f}", ratio >= needed)
    peak = max(run.rss_bytes for run in own) / 1e6
    yield target(f"{place}: peak memory, MB", f"{MOST_MB} at most", f"{peak:.0f}", peak <= MOST_MB)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("versitygw")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--build", default="build")
    parser.add_argument("-o", "--output", metavar="FILE")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="flowtoll-bench-") as scratch:
        data = os.path.join(scratch, "data")
        os.mkdir(data)
        bench = Bench(options, scratch)
        stored_mb = sum(entry.stat().st_size for entry in os.scandir(bench.logs)) / 1e6
        rows, targets = [], []
        with serving(options.versitygw, data) as port:
            bench.put(f"http://127.0.0.1:{port}")
            for place, how in PLACES.items():
                with through(port, how) as near:
                    runs = bench.measure(place, f"http://127.0.0.1:{near}")
                rows += rows_of(place, runs, stored_mb)
                targets += targets_of(place, runs)
    facts = ["; the server takes its share of them",
             f"set: {FILES} objects, {stored_mb:.0f} MB, {options.rows:,} records",
             "every answer equals the generator's totals"]
    columns = ["| server | program | least, s | median, s | MB/s stored | ÷ flowtoll | peak, MB |",
               "|---|---|--:|--:|--:|--:|--:|"]
    tell("--s3", "from S3", facts, columns, rows, targets, options.output)


main()
