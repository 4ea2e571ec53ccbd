"""How often the interval of a share, from a sample of files, holds the true share.

usage: sample_interval.py FLOWTOLL GEN SCRATCH [--first-seed N] [--seeds N] [--files N...]
                          [--nat-files N...] [--of N] [--rows N] [--steady] [--jobs N]

For each seed: makes a day of files whose traffic comes in bursts, with the true totals; asks for
the first destinations and sources of samples of several sizes, and for the first clients, remotes
and pairs of the NAT gateway; and looks whether the true share of each lies in its interval. The
first ones' must in 95 of 100 seeds, and Other, and all rows together. Of pairs, the truth is what
all files say. Also told: how wide the intervals are, as one from 0 to 1 would always hold.
"""

import argparse
import functools
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile

KEYS = ("dstaddr", "srcaddr")
NAT_KEYS = {"clients": ("client",), "remotes": ("remote",), "pairs": ("client", "remote")}
ROWS = 8
WANTED = 0.95


def run(program, *arguments):
    done = subprocess.run([program, *arguments, "--format", "json", "-q"],
                          stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def ask_top(program, folder, files):
    """{key: rows, the last is Other}"""
    also = [part for key in KEYS[1:] for part in ("--also", key)]
    answer = run(program, "top", KEYS[0], *also, folder, "--files", str(files), "-n", str(ROWS))
    return {table["keys"][0]: table["rows"] for table in answer["lists"]}


def ask_nat(program, folder, inventory, *options):
    """{list: rows, the last is Other if options leave any out}"""
    answer = run(program, "nat", folder, "--inventory", inventory, *options)
    return {name: answer[name] for name in NAT_KEYS}


def name_of(row, keys):
    return tuple(row[key] for key in keys)


def shares_of(totals):
    everything = sum(totals.values())
    return {name: total / everything for name, total in totals.items()}


def true_shares(truth, nat_of_all):
    """{list: {name: share}}"""
    shares = {key: shares_of({(name,): group["bytes"]
                              for name, group in truth[f"by_{key}"].items()})
              for key in KEYS}
    (gateway,) = truth["nat_gateways"].values()
    for name, keys in NAT_KEYS.items():
        said = {name_of(row, keys): row["billed_bytes"] for row in nat_of_all[name]}
        known = gateway.get(f"by_{keys[0]}") if len(keys) == 1 else None
        if known is not None and said != {(key,): group["billed_bytes"]
                                          for key, group in known.items()}:
            sys.exit(f"of all files, the {name} are not what the generator wrote")
        shares[name] = shares_of(said)
    return shares


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


def generate(arguments, seed, paths):
    subprocess.run([arguments.gen, "--rows", str(arguments.rows), "--files", str(arguments.of),
                    "--seed", str(seed), "--format", "v5", "--level", "1", "--skipdata", "0",
                    "--threads", "1",
                    *(part for name, path in paths.items() for part in (f"--{name}", path)),
                    *([] if arguments.steady else ["--bursts"])],
                   check=True, stdout=subprocess.DEVNULL)
    with open(paths["truth"], encoding="utf-8") as file:
        return json.load(file)


def judged(files, table, keys, rows, shares):
    """[(tally, row, truth)]"""
    known = [shares.get(name_of(row, keys), 0) for row in rows[:ROWS]]
    for place, row in enumerate(rows):
        if place == ROWS:
            yield (files, table, "Other"), row, 1 - sum(known)
            continue
        name = ("the first", "the second", "the rest")[min(place, 2)]
        yield (files, table, name), row, known[place]
        yield (files, table, "all rows"), row, known[place]


def check_seed(arguments, seed):
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as scratch:
        paths = {"out": os.path.join(scratch, "logs"),
                 "truth": os.path.join(scratch, "truth.json"),
                 "inventory": os.path.join(scratch, "inventory.json")}
        truth = generate(arguments, seed, paths)
        nat = (arguments.program, paths["out"], paths["inventory"])
        shares = true_shares(truth, ask_nat(*nat))
        found = []
        for files in arguments.files:
            for key, rows in ask_top(arguments.program, paths["out"], files).items():
                found += judged(files, key, (key,), rows, shares[key])
        for files in arguments.nat_files:
            for name, rows in ask_nat(*nat, "--files", str(files), "-n", str(ROWS)).items():
                found += judged(files, name, NAT_KEYS[name], rows, shares[name])
        return seed, found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("gen")
    parser.add_argument("scratch")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--files", type=int, nargs="*", default=[5, 10, 30, 100])
    parser.add_argument("--nat-files", type=int, nargs="*", default=[30, 100])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--of", type=int, default=288)
    parser.add_argument("--rows", type=int, default=40000)
    parser.add_argument("--steady", action="store_true")
    arguments = parser.parse_args()
    tallies = {}
    seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
    with multiprocessing.Pool(arguments.jobs) as pool:
        for seed, found in pool.imap(functools.partial(check_seed, arguments), seeds):
            for tally, row, truth in found:
                tallies.setdefault(tally, Tally()).add(seed, row, truth)
    print(f"{arguments.seeds} seeds, samples of {arguments.of} files")
    for (files, table, name), tally in sorted(tallies.items()):
        print(f"{files} files, {table}, {name}: {tally}")
    strict = [tally for (_, _, name), tally in tallies.items()
              if name in ("the first", "all rows", "Other")]
    for tally in strict:
        if not tally.is_good():
            print("too few hold:", *tally.misses, sep="\n")
    sys.exit(not all(tally.is_good() for tally in strict))


if __name__ == "__main__":
    main()
