#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds `flowtoll nat` against the oracle's truth: scenarios, formats and seeds.

    tests/oracle/nat_truth.py build/flowtoll
    tests/oracle/nat_truth.py build/flowtoll --seeds 1-100 --scenarios missing_files skipdata

Each difference is told with its scenario, format, seed, table and key; at the end, how many seeds
hold. All must, but of missing files 95 of 100. --keep leaves the folders, to try by hand.
"""
import argparse
import collections
import json
import math
import multiprocessing
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "../nat"), os.path.join(HERE, "../../bench")]

import nat_answer  # noqa: E402
from nat_world import fields, reader, scenarios, simulate, truth as truths  # noqa: E402

DEFAULT_SEEDS = (1,)
BARE = "interfaces.json"  # enough where records have packet-level addresses
BARE_FORMAT = "v5"
ORDERED = ("zonal", "central", "everything", "regional_shown")  # in all orders of fields
ALIKE = (("everything", "v5"), ("two_zones", "v2"))  # however they are computed
WAYS = (([], {}), (["--threads", "1"], {}), (["--threads", "2"], {}),
        ([], {"FLOWTOLL_CPU": "scalar"}))
SHARE_THAT_HOLDS = {"missing_files": 0.95}
TOLD_AT_MOST = 6  # differences of a case
TIMEOUT_S = 60
TRAFFIC = ("SELECT gateway, interface_id, client, remote, direction, hour, bytes, packets"
           " FROM nat_traffic")


@dataclass(frozen=True)
class Case:
    scenario: str
    format: str
    seed: int
    order: str = "documented"
    only: str = None             # of the inventory

    def __str__(self):
        order = "" if self.order == "documented" else f" {self.order}"
        only = f" {self.only}" if self.only else ""
        return f"{self.scenario} {self.format}{order}{only} seed {self.seed}"

    @property
    def folder(self):
        return str(self).replace(" ", "-")


class Runner:
    """Writes a case to disk and asks the program. What a process of the pool runs."""

    def __init__(self, program, scratch, keep):
        self.program, self.scratch, self.keep = program, scratch, keep

    def flowtoll(self, arguments, env=None):
        return subprocess.run([self.program, *arguments, "--format", "json"], check=False,
                              capture_output=True, text=True, timeout=TIMEOUT_S,
                              env=os.environ | (env or {}))

    def answer(self, truth, sources):
        done = self.flowtoll(["nat", *sources])
        body = json.loads(done.stdout) if done.stdout else None
        rows = None
        packets = "pkt-srcaddr" in truth["flow_logs"][0]["fields"].split()
        if done.returncode == 0 and truth["expect"]["answer"] == "equal" and packets:
            asked = self.flowtoll(["sql", TRAFFIC, *sources, "-q"])
            if asked.returncode != 0:
                return nat_answer.Answer(asked.returncode, f"nat_traffic: {asked.stderr}")
            rows = json.loads(asked.stdout)
        return nat_answer.Answer(done.returncode, done.stderr, body, rows)

    def differences(self, case, folder):
        scenario = scenarios.BY_NAME[case.scenario]
        sim = simulate.run(simulate.Options(scenario, case.seed, case.format, case.order))
        truth = simulate.write(sim, folder)
        logs = [log for log in sim.world.flow_logs if not log.is_transit]
        traffic = [truth["traffic"]] + [
            [{"nat_gateway_id": g.id, "client": client, "remote": remote, "direction": direction,
              "hour": hour, "bytes": size, "packets": packets}
             for (g, client, _, remote, direction, hour), (size, packets)
             in truths.traffic_rows(sim.meter, log.interval).items()] for log in logs[1:]]
        return nat_answer.differences(
            truth, self.answer(truth, reader.sources_of(folder, case.only)),
            hours=list(truth["hours_by_flow_log"].values()), traffic=traffic,
            has_inventory=scenario.inventory == "full")

    def in_folder(self, case, call):
        """[text], of what went wrong."""
        with tempfile.TemporaryDirectory(dir=self.scratch) as scratch:
            folder = os.path.join(self.keep or scratch, case.folder)
            try:
                return call(case, folder)
            except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError) as error:
                return [f"{type(error).__name__}: {error}"]

    def judge(self, case):
        return case, [str(found) for found in self.in_folder(case, self.differences)]

    def alike(self, case, folder):
        simulate.write(simulate.run(simulate.Options(
            scenarios.BY_NAME[case.scenario], case.seed, case.format)), folder)
        outs = [self.flowtoll(["nat", *reader.sources_of(folder), *options], env).stdout
                for options, env in WAYS]
        found = [] if outs[0] else ["no answer"]
        return found + [f"{' '.join(options) or env}: not what it is otherwise"
                        for (options, env), out in zip(WAYS, outs) if out != outs[0]]

    def judge_alike(self, case):
        return case, self.in_folder(case, self.alike)


def seeds_of(text):
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", metavar="FLOWTOLL")
    parser.add_argument("--scenarios", nargs="+", default=[s.name for s in scenarios.TABLE],
                        choices=sorted(scenarios.BY_NAME), metavar="NAME")
    parser.add_argument("--formats", nargs="+", default=list(fields.FORMATS),
                        choices=list(fields.FORMATS), metavar="FORMAT")
    parser.add_argument("--seeds", type=seeds_of, default=DEFAULT_SEEDS, metavar="FIRST-LAST")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", metavar="DIR", help="leave what was generated there")
    parser.add_argument("--all", action="store_true", help="tell all differences of a case")
    return parser.parse_args()


def cases_of(options):
    for seed in options.seeds:
        for name in options.scenarios:
            for format_name in options.formats:
                yield Case(name, format_name, seed)
    for name in ORDERED:
        if name in options.scenarios:
            for order in fields.ORDERS[1:]:
                yield Case(name, options.formats[-1], options.seeds[0], order)
    for name in options.scenarios if BARE_FORMAT in options.formats else ():
        if scenarios.BY_NAME[name].inventory == "full":
            yield Case(name, BARE_FORMAT, options.seeds[0], only=BARE)


def tell(case, found, most):
    for text in found[:most]:
        print(f"{case}: {text}")
    if len(found) > most:
        print(f"{case}: {len(found) - most} more differences (--all)")
    sys.stdout.flush()


def tell_share(options, held):
    """How many seeds of each scenario hold, where there are several. Gives whether enough do."""
    enough = True
    for (name, format_name), results in sorted(held.items()):
        needed = math.ceil(SHARE_THAT_HOLDS.get(name, 1) * len(results))
        enough = enough and sum(results) >= needed
        if len(options.seeds) > 1:
            print(f"{name} {format_name}: {sum(results)} of {len(results)} hold, "
                  f"{needed} must")
    return enough


def main():
    options = arguments()
    most = None if options.all else TOLD_AT_MOST
    held = collections.defaultdict(list)
    alike = [Case(name, format_name, 1) for name, format_name in ALIKE
             if name in options.scenarios and format_name in options.formats]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="nat-truth-") as scratch:
        runner = Runner(os.path.abspath(options.program), scratch, options.keep)
        with multiprocessing.Pool(options.jobs) as pool:
            for case, found in pool.imap_unordered(runner.judge, cases_of(options)):
                held[case.scenario, case.format].append(not found)
                tell(case, found, most if most else len(found))
            runner.keep = None
            for case, found in pool.imap_unordered(runner.judge_alike, alike):
                failed += bool(found)
                tell(case, found, len(found))
    enough = tell_share(options, held)
    count = sum(len(results) for results in held.values())
    print(f"{sum(sum(results) for results in held.values())} of {count} cases hold, "
          f"{len(alike) - failed} of {len(alike)} are alike on every way")
    sys.exit(0 if enough and not failed else 1)


if __name__ == "__main__":
    main()
