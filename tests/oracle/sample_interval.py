"""How often the interval of a share, from a sample of files, holds the true share.

usage: sample_interval.py FLOWTOLL GEN SCRATCH [--first-seed N] [--seeds N] [--files N...] [--of N]
                          [--rows N] [--steady]

For each seed: makes a day of files whose traffic comes in bursts, with the true totals; asks for
the first destinations and sources of samples of several sizes; and looks whether the true share of
each lies in its interval. The first ones' must in 95 of 100 seeds, and Other, and all rows
together. Also told: how wide the intervals are, as one from 0 to 1 would always hold.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys

KEYS = ("dstaddr", "srcaddr")
ROWS = 8
WANTED = 0.95


def ask(program, folder, files):
    """{key: rows, the last is Other}"""
    also = [part for key in KEYS[1:] for part in ("--also", key)]
    done = subprocess.run([program, "top", KEYS[0], *also, folder, "--files", str(files), "-n",
                           str(ROWS), "--format", "json", "-q"], stdout=subprocess.PIPE, check=True)
    return {table["keys"][0]: table["rows"] for table in json.loads(done.stdout)["lists"]}


def true_share(truth, key, name):
    groups = truth[f"by_{key}"]
    return groups[name]["bytes"] / sum(group["bytes"] for group in groups.values())


class Tally:
    def __init__(self):
        self.held, self.asked, self.widths, self.relative, self.misses = 0, 0, [], [], []

    def add(self, seed, row, truth):
        self.asked += 1
        held = row["share_low"] <= truth <= row["share_high"]
        self.held += held
        self.widths.append(row["share_high"] - row["share_low"])
        self.relative.append(self.widths[-1] / row["share"])
        if not held:
            self.misses.append(f"seed {seed}: {truth:.4f} is not in "
                               f"{row['share_low']:.4f} to {row['share_high']:.4f}")

    def __str__(self):
        return (f"{self.held} of {self.asked} hold ({100 * self.held / self.asked:.1f} %), "
                f"{statistics.mean(self.widths):.4f} wide in the mean, half of them narrower than "
                f"{statistics.median(self.relative):.2f} x the share")

    def is_good(self):
        return self.held >= WANTED * self.asked


def check_seed(arguments, seed, tallies):
    folder = os.path.join(arguments.scratch, "logs")
    truth_path = os.path.join(arguments.scratch, "truth.json")
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([arguments.gen, "--rows", str(arguments.rows), "--files", str(arguments.of),
                    "--seed", str(seed), "--format", "v2", "--level", "1", "--out", folder,
                    "--truth", truth_path, *([] if arguments.steady else ["--bursts"])],
                   check=True, stdout=subprocess.DEVNULL)
    with open(truth_path, encoding="utf-8") as file:
        truth = json.load(file)
    for files in arguments.files:
        for key, rows in ask(arguments.program, folder, files).items():
            shares = [true_share(truth, key, row[key]) for row in rows[:ROWS]]
            for place, row in enumerate(rows):
                name = ("the first", "the second", "the rest")[min(place, 2)]
                if place == ROWS:
                    tallies.setdefault((files, key, "Other"), Tally()).add(
                        seed, row, 1 - sum(shares))
                    continue
                tallies.setdefault((files, key, name), Tally()).add(seed, row, shares[place])
                tallies.setdefault((files, key, "all rows"), Tally()).add(seed, row, shares[place])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("gen")
    parser.add_argument("scratch")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--files", type=int, nargs="+", default=[5, 10, 30, 100])
    parser.add_argument("--of", type=int, default=288)
    parser.add_argument("--rows", type=int, default=40000)
    parser.add_argument("--steady", action="store_true")
    arguments = parser.parse_args()
    tallies = {}
    for seed in range(arguments.first_seed, arguments.first_seed + arguments.seeds):
        check_seed(arguments, seed, tallies)
    print(f"{arguments.seeds} seeds, samples of {arguments.of} files")
    for (files, key, name), tally in sorted(tallies.items()):
        print(f"{files} files, {key}, {name}: {tally}")
    strict = [tally for (_, _, name), tally in tallies.items()
              if name in ("the first", "all rows", "Other")]
    for tally in strict:
        if not tally.is_good():
            print("too few hold:", *tally.misses, sep="\n")
    sys.exit(not all(tally.is_good() for tally in strict))


main()
