"""What flowtoll ranks is what the generator knows, to the byte.

usage: top_truth.py FLOWTOLL GEN SCRATCH

For every format: makes a set with its truth, asks flowtoll for every group of each list, and
compares all of them; then the first rows, where Other must hold the exact rest. Python integers
are exact, and so must be the JSON.
"""

import json
import os
import subprocess
import sys

SETS = {  # name: options of the generator
    "v2": ["--format", "v2"],
    "v5": ["--format", "v5"],
    "v11": ["--format", "v11"],
    "alphabetical": ["--format", "alphabetical"],
    "ipv6": ["--format", "v5", "--ipv6", "0.6"],
    "big": ["--format", "v2", "--big"],
    "ms": ["--format", "v5", "--ms"],
    "mid_headers": ["--format", "v2", "--mid-headers"],
    "plain": ["--format", "v5", "--plain"],
    "custom": ["--format", "custom", "--fields",
               "log-status x-new dstaddr bytes interface-id start packets srcaddr dstport"],
    "unsorted": ["--format", "custom", "--fields",
                 "end bytes dstport srcaddr action packets start dstaddr interface-id log-status"],
    "no_status": ["--format", "custom", "--fields",
                  "srcaddr dstaddr dstport interface-id packets bytes start"],
    "blank": ["--format", "v2", "--nodata", "0.5", "--skipdata", "0.3"],
}
ROWS = 30000
ALL = 1000000000


def flowtoll(program, arguments, env):
    done = subprocess.run([program, *arguments, "--format", "json", "-q"], env=env,
                          stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(arguments)}: exit code {done.returncode}")
    return json.loads(done.stdout)


def wanted_lists(truth):
    """{key: {value: (bytes, packets, flows)}}, with the missing value for NODATA and SKIPDATA."""
    blank = truth["totals"]["nodata"] + truth["totals"]["skipdata"]
    lists = {}
    for key in ("srcaddr", "dstaddr"):
        lists[key] = {name: (g["bytes"], g["packets"], g["flows"])
                      for name, g in truth[f"by_{key}"].items()}
        if blank:
            lists[key][None] = (None, None, blank)
    for key, name in (("interface_id", "by_interface"), ("hour", "by_hour")):
        lists[key] = {}
        for group, g in truth[name].items():
            rows = g["flows"] + g["nodata"] + g["skipdata"]
            sums = (g["bytes"], g["packets"]) if g["flows"] else (None, None)
            lists[key][group] = (*sums, rows)
    return lists


def compare(what, got, wanted):
    if got == wanted:
        return 0
    print(f"{what}: differs")
    for key in sorted(set(got) | set(wanted), key=str)[:2000]:
        if got.get(key) != wanted.get(key):
            print(f"  {key}: {got.get(key)}, wanted {wanted.get(key)}")
            break
    return 1


def check_rest(what, rows, metric, wanted):
    """The first rows and Other add up to all, exactly."""
    total = sum(group[metric] or 0 for group in wanted.values())
    name = ("bytes", "packets", "flows")[metric]
    return compare(what, {"sum": sum(row[name] or 0 for row in rows)}, {"sum": total})


def check_set(name, program, folder, truth, threads, env):
    faults = 0
    wanted = wanted_lists(truth)
    common = [folder, "--by", "packets", "--threads", str(threads)]
    also = [part for key in list(wanted)[1:] for part in ("--also", key)]
    answer = flowtoll(program, ["top", list(wanted)[0], *also, "-n", str(ALL), *common], env)
    for table in answer["lists"]:
        key = table["keys"][0]
        got = {row[key]: (row["bytes"], row["packets"], row["flows"]) for row in table["rows"]}
        faults += compare(f"{name}: {key}", got, wanted[key])
    for key in wanted:
        first = flowtoll(program, ["top", key, "-n", "3", *common], env)
        for metric in range(3):
            faults += check_rest(f"{name}: {key}, with Other", first, metric, wanted[key])
    for keys in ("srcaddr,dstaddr", "srcaddr,dstaddr,dstport"):
        group = truth["by_" + keys.replace(",", "_")]
        rows = flowtoll(program, ["top", keys, "-n", str(ALL), folder], env)
        rows = [row for row in rows if row["srcaddr"] is not None]
        faults += compare(f"{name}: groups of {keys}", {"n": len(rows)}, {"n": group["groups"]})
        got = {tuple(row[k] for k in keys.split(",")): row["bytes"] for row in rows}
        for row in group["top"]:
            key = tuple(row[k] for k in keys.split(","))
            faults += compare(f"{name}: {key}", {key: got.get(key)}, {key: row["bytes"]})
    return faults


def main():
    program, gen, scratch = sys.argv[1:4]
    faults = 0
    for name, options in SETS.items():
        folder = os.path.join(scratch, name)
        truth_path = folder + ".json"
        subprocess.run([gen, "--rows", str(ROWS), "--files", "5", "--seed", "7", *options,
                        "--out", folder, "--truth", truth_path], check=True,
                       stdout=subprocess.DEVNULL)
        with open(truth_path, encoding="utf-8") as file:
            truth = json.load(file)
        for kernel, threads in (("", 2), ("scalar", 1)):
            env = dict(os.environ, FLOWTOLL_CPU=kernel)
            faults += check_set(f"{name} {kernel}", program, folder, truth, threads, env)
    print(f"{len(SETS)} sets, {faults} differences")
    sys.exit(1 if faults else 0)


main()
