#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the intervals of `flowtoll nat --files` against the same estimator, written plainly.

usage: nat_interval.py FLOWTOLL SCENARIO-FORMAT...

What each file of the sample has of each client, remote and pair is told by asking for that file
alone; from these come the jackknife, its degrees of freedom and the row Other, as sql/interval.sql
says them. Sums must agree to the byte, bounds to as many digits as are printed.
"""
import collections
import json
import math
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../bench"))

from nat_world import reader, scenarios, simulate  # noqa: E402

KEYS = {"clients": ("client",), "remotes": ("remote",),
        "pairs": ("nat_gateway_id", "client", "remote")}
FILES = 9
ROWS = 3                   # before Other
DIGITS = 1e-11
TIMEOUT_S = 60
STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306)  # 97.5 % of t; FILES - 1


def ask(program, *arguments):
    done = subprocess.run([program, *arguments, "--format", "json", "-q"], check=False,
                          stdout=subprocess.PIPE, timeout=TIMEOUT_S)
    return json.loads(done.stdout) if done.returncode == 0 else None


def name_of(row, keys):
    return tuple(row[key] for key in keys)


class Sample:
    """x: bytes of each file; of[table][name]: those of a row, by file."""

    def __init__(self, program, logs, inventory):
        chosen = [row["file"] for row in ask(
            program, "sql", "SELECT DISTINCT file FROM flows", logs, "--files", str(FILES))]
        self.files, self.files_of = len(chosen), len(reader.paths_of(logs))
        self.x = {}
        self.of = {table: collections.defaultdict(dict) for table in KEYS}
        for file in chosen:
            answer = ask(program, "nat", file, *inventory)
            if answer is None:  # the gateway has no record in it
                continue
            self.x[file] = sum(row["billed_bytes"] for row in answer["clients"])
            for table, keys in KEYS.items():
                for row in answer[table]:
                    self.of[table][name_of(row, keys)][file] = row["billed_bytes"]
        self.all = sum(self.x.values())
        self.t = self.student()

    def student(self):
        w = {f: x / self.all for f, x in self.x.items()}
        b = {f: x / (self.all - x) for f, x in self.x.items()}
        w2 = sum(v ** 2 for v in w.values())
        trace = sum(b[f] ** 2 * (1 - 2 * w[f] + w2) for f in w)
        squared = sum((b[f] * b[g] * ((f == g) - w[f] - w[g] + w2)) ** 2 for f in w for g in w)
        df = min(max(trace ** 2 / squared, 1), self.files - 1)
        below = min(int(df), len(STUDENT) - 1)
        low, high = STUDENT[below - 1], STUDENT[below]
        return low - (low - high) * (below + 1) * (1 - below / df)

    def bounds(self, parts):
        """(low, high, the largest move up) of a share with these bytes in the files."""
        p = sum(parts.values()) / self.all
        if not 0 < p < 1:
            return None
        moves = {f: (parts.get(f, 0) - p * x) / (self.all - x) for f, x in self.x.items()}
        error = math.sqrt((1 - self.files / self.files_of) * (self.files - 1) / self.files
                          * sum(move ** 2 for move in moves.values()))
        logit, reach = math.log(p / (1 - p)), self.t * error / (p * (1 - p))
        most = max(moves[f] for f in parts if f in moves)
        return (1 / (1 + math.exp(min(reach - logit, 700))),
                1 / (1 + math.exp(max(-reach - logit, -700))), p - most)

    def of_row(self, table, name):
        found = self.bounds(self.of[table][name])
        return found and (max(min(found[0], found[2]), 0), found[1])

    def of_other(self, table, keys):
        """The rest, and what each file has besides the rows that are first without it."""
        key = keys.index("remote" if table == "remotes" else "client")
        named = {name: parts for name, parts in self.of[table].items() if name[key] is not None}
        totals = {name: sum(parts.values()) for name, parts in named.items()}

        def first(f):
            return sorted(named, key=lambda name: -(totals[name] - named[name].get(f, 0)))[:ROWS]
        kept = {f: sum(named[name].get(f, 0) for name in first(None)) for f in self.x}
        crossed = {f: sum(named[name].get(f, 0) for name in first(f)) for f in self.x}
        n, of = self.files, self.files_of
        ways = [self.bounds({f: x - kept[f] for f, x in self.x.items()}),
                self.bounds({f: x - (n * kept[f] + (of - n) * crossed[f]) / of
                             for f, x in self.x.items()})]
        return min(way[0] for way in ways), max(way[1] for way in ways)


def differs(row, wanted):
    if wanted is None:
        return row["share_low"] is not None or row["share_high"] is not None
    return row["share_low"] is None or any(
        abs(said - told) > DIGITS for said, told in zip((row["share_low"], row["share_high"]),
                                                        wanted))


def check_rows(sample, answer):
    """Gives how many rows have an interval."""
    count = 0
    for table, keys in KEYS.items():
        for row in answer[table]:
            name = name_of(row, keys)
            if row["billed_bytes"] != sum(sample.of[table][name].values()):
                sys.exit(f"{table} {name}: not the sum of its files")
            wanted = sample.of_row(table, name)
            if differs(row, wanted):
                sys.exit(f"{table} {name}: {row['share_low']} to {row['share_high']}, not {wanted}")
            count += wanted is not None
    return count


def check_other(sample, answer):
    for table, keys in KEYS.items():
        row, wanted = answer[table][ROWS], sample.of_other(table, keys)
        if name_of(row, keys)[0] != "Other" or differs(row, wanted):
            sys.exit(f"{table}: {row}, not {wanted}")


def check(program, case):
    name, format_name = case.rsplit("-", 1)
    with tempfile.TemporaryDirectory() as folder:
        simulate.write(simulate.run(simulate.Options(scenarios.BY_NAME[name], 1, format_name)),
                       folder)
        logs = os.path.join(folder, "logs")
        inventory = [source for source in reader.sources_of(folder) if source != logs]
        sample = Sample(program, logs, inventory)
        asked = ("nat", logs, *inventory, "--files", str(FILES))
        count = check_rows(sample, ask(program, *asked))
        check_other(sample, ask(program, *asked, "-n", str(ROWS)))
    if count == 0:
        sys.exit(f"{case}: no row has an interval")
    print(f"{case}: {count} rows")


if __name__ == "__main__":
    for each in sys.argv[2:]:
        check(os.path.abspath(sys.argv[1]), each)
