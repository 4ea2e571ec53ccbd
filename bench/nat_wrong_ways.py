#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What ways to add up a gateway's bytes that look right make of the scenarios, and flowtoll.

    bench/nat_wrong_ways.py                            prints both tables of docs/accounting.md
    bench/nat_wrong_ways.py --update docs/accounting.md  writes them there

One table has what may be asked of an answer to each scenario, the other the sums, as multiples of
what was billed, from records in v11, seed 1, and what `flowtoll nat` says (build/flowtoll, or
--flowtoll PATH).
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from nat_world import reader, scenarios, simulate  # noqa: E402

PROGRAM = os.path.join(HERE, "../build/flowtoll")
FORMAT, SEED = "v11", 1
REFUSED_CODE = 3
FORMATS_TOLD = ("v2", "v5", "v11")
MARKED = r"(<!-- {0} -->\n).*?(<!-- end -->\n)"
NO_AMOUNTS = dict.fromkeys(("billed", "outer", "exhausted", "late", "blind"), 0)


def is_replaced(row):
    """What the shortcut takes for the gateway's traffic, counted once."""
    return (row["srcaddr"] != row["pkt-srcaddr"]) or (row["dstaddr"] != row["pkt-dstaddr"])


def sums_of(folder, truth):
    """(all records, the gateways' own, those of them in which an address was replaced)"""
    own = {g["interface_id"] or g["nat_gateway_id"] for g in truth["gateways"]}
    everything = gateway = shortcut = 0
    for path in reader.paths_of(folder):
        for row in reader.rows_of(path):
            if row["log-status"] != "OK":
                continue
            size = int(row["bytes"])
            everything += size
            if {row.get("interface-id"), row.get("resource-id")} & own:
                gateway += size
                shortcut += size if is_replaced(row) else 0
    return everything, gateway, shortcut


def times_of(size, billed, digits=4):
    return f"{size / billed:.{digits}f}"


def told(program, folder, billed):
    """What flowtoll says: a multiple of the bill, bounds of it, or nothing."""
    done = subprocess.run([program, "nat", *reader.sources_of(folder), "--format", "json", "-q"],
                          check=False, capture_output=True, text=True)
    if done.returncode == REFUSED_CODE:
        return "refused"
    if done.returncode != 0:
        sys.exit(f"nat_wrong_ways: {program}: {done.stderr}")
    gateways = json.loads(done.stdout)["gateways"]
    figures = {gateway["figure"] for gateway in gateways}
    low, middle, high = (sum(g[name] or 0 for g in gateways) for name in (
        "billed_bytes_low", "billed_bytes", "billed_bytes_high"))
    if "refused" in figures:
        return "refused"
    if "lower bound" in figures:
        return "at least " + times_of(low, billed)
    if figures == {"exact"}:
        return times_of(middle, billed)
    return f"{times_of(low, billed, 6)} to {times_of(high, billed, 6)}"


def sums_table(program):
    lines = ["| scenario | billed bytes | all records | gateway's records | address replaced |"
             " `flowtoll nat` |", "|---|--:|--:|--:|--:|--:|"]
    for scenario in scenarios.TABLE:
        with tempfile.TemporaryDirectory(prefix="nat-wrong-ways-") as scratch:
            folder = os.path.join(scratch, "it")
            truth = simulate.write(
                simulate.run(simulate.Options(scenario, SEED, FORMAT)), folder)
            sums = sums_of(os.path.join(folder, "logs"), truth)
            billed = sum(g["billed_bytes"] for g in truth["gateways"])
            cells = [times_of(part, billed) for part in sums] + [told(program, folder, billed)]
        lines.append(f"| `{scenario.name}` | {billed} | {' | '.join(cells)} |")
    return lines


def answer(scenario, format_name):
    wanted = scenarios.expect(scenario, format_name, NO_AMOUNTS)
    tables = wanted.get("tables", ())
    text = wanted["answer"] if "pairs" in tables or not tables else "equal but for pairs"
    text += " or equal" if wanted.get("or_equal") else ""
    return text + (" or refused" if wanted["or_refused"] else "")


def scenarios_table():
    lines = ["| scenario | what it is for | v2 | v3, v5 | v11 |", "|---|---|---|---|---|"]
    for scenario in scenarios.TABLE:
        answers = " | ".join(answer(scenario, name) for name in FORMATS_TOLD)
        lines.append(f"| `{scenario.name}` | {scenario.proves} | {answers} |")
    return lines


def update(text, program):
    """The document with both tables as they are now."""
    for name, lines in (("scenarios", scenarios_table()), ("sums", sums_table(program))):
        body = "".join(line + "\n" for line in lines)
        text, count = re.subn(MARKED.format(name), lambda m, body=body: m[1] + body + m[2], text,
                              flags=re.S)
        if count != 1:
            sys.exit(f"nat_wrong_ways: no place marked for the table of {name}")
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--update", metavar="FILE")
    parser.add_argument("--flowtoll", metavar="PATH", default=PROGRAM)
    options = parser.parse_args()
    if options.update is None:
        print("\n".join(scenarios_table() + [""] + sums_table(options.flowtoll)))
        return
    with open(options.update, encoding="utf-8") as file:
        text = update(file.read(), options.flowtoll)
    with open(options.update, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
