# SPDX-License-Identifier: Apache-2.0
"""Reads flow log files: it knows files and columns, and nothing of the simulation."""
import glob
import gzip
import os


def paths_of(folder):
    return sorted(glob.glob(os.path.join(folder, "**/*.log.gz"), recursive=True))


def sources_of(folder, only=None):
    """What flowtoll is given of a scenario on disk: its logs, and each file of its inventory, or
    only one of that name."""
    names = sorted(n for n in os.listdir(folder) if n.endswith(".json") and n != "truth.json"
                   and only in (None, n))
    return [os.path.join(folder, "logs")] + [
        part for name in names for part in ("--inventory", os.path.join(folder, name))]


def rows_of(path):
    """Records as {field: text}, with the name of their `file`."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        names = file.readline().split()
        for text in file:
            values = text.split()
            if len(values) != len(names):
                raise ValueError(f"{path}: {len(values)} columns, {len(names)} in the header")
            yield dict(zip(names, values), file=os.path.basename(path))
