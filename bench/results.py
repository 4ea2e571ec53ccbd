# SPDX-License-Identifier: Apache-2.0
"""How a benchmark besides bench/run.py tells what it measured: facts, programs, targets."""
import datetime
import os


def target(what, to_reach, measured, is_reached):
    return f"| {what} | {to_reach} | {measured} | {'reached' if is_reached else 'MISSED'} |"


def tell(option, of, facts, columns, rows, targets, path):
    """Prints it, and writes it to `path` if there is one. `option` is that of ./run bench; the
    first of the facts goes on where the machine is told."""
    text = "\n".join([
        f"# Results, {of}", "", f"Made by `./run bench {option}`; what the rows mean: "
        "[README.md](README.md).", "",
        f"- date: {datetime.date.today()}",
        f"- {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}{facts[0]}",
        *(f"- {fact}" for fact in facts[1:]), "",
        *columns, *rows, "",
        "| target | to reach | measured | |", "|---|--:|--:|---|", *targets, ""])
    print(text, end="")
    if path:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
