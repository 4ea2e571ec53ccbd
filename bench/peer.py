#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""peer.py NAME FOLDER THREADS: another program ranks dstaddr by bytes over FOLDER.

The files are default-format (version 2) logs, each with a header line, `*.log.gz` or `*.log`; or
the same as Parquet, `*.log.parquet`, which `peer.py --parquet LOGS FOLDER` makes of them.
Each peer has the best of the settings tried with it; only `pandas` is as notebooks have it.
Prints, as one JSON object, the first ten addresses with their bytes, and how many seconds it took
once the library was imported. Started by run.py, which holds it to THREADS processors.
"""
import glob
import json
import os
import sys
import time

COLUMNS = (
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes "
    "start end action log-status"
).split()
INT32 = {"version", "srcport", "dstport", "protocol"}
INT64 = {"packets", "bytes", "start", "end"}
ROWS = 10


def files_of(folder):
    found = sorted(glob.glob(os.path.join(folder, "*.log*")))
    if not found:
        sys.exit(f"peer.py: no logs in {folder}")
    return found


def types(int32, int64, text):
    """Column by column, in the names that a program has for the three types."""
    return {c: int32 if c in INT32 else int64 if c in INT64 else text for c in COLUMNS}


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def polars(folder, threads):
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars as pl

    def query():
        # Lazy: only the two columns are parsed. The streaming engine beats the default here.
        return (
            pl.scan_csv(
                files_of(folder), separator=" ", quote_char=None, null_values="-",
                schema=types(pl.Int32, pl.Int64, pl.String),
            )
            .group_by("dstaddr")
            .agg(pl.col("bytes").sum())
            .sort("bytes", descending=True, nulls_last=True)
            .head(ROWS)
            .collect(engine="streaming")
            .rows()
        )

    return query


def duckdb(folder, threads):
    import duckdb as db

    def query():
        # The names of the files are no bound parameter: with one it takes a fifth longer.
        files = ", ".join(map(quoted, files_of(folder)))
        kinds = types("INTEGER", "BIGINT", "VARCHAR").items()
        columns = ", ".join(f"{quoted(column)}: {quoted(kind)}" for column, kind in kinds)
        connection = db.connect()
        connection.execute(f"SET threads = {threads}; SET preserve_insertion_order = false")
        return connection.execute(
            f"""SELECT dstaddr, sum(bytes)::BIGINT AS total
                FROM read_csv([{files}], columns = {{{columns}}}, auto_detect = false,
                              header = true, delim = ' ', quote = '', escape = '', nullstr = '-')
                GROUP BY dstaddr ORDER BY total DESC NULLS LAST LIMIT {ROWS}"""
        ).fetchall()

    return query


def duckdb_parquet(folder, threads):
    import duckdb as db

    def query():
        files = ", ".join(map(quoted, files_of(folder)))
        connection = db.connect()
        connection.execute(f"SET threads = {threads}; SET preserve_insertion_order = false")
        return connection.execute(
            f"""SELECT dstaddr, sum(bytes)::BIGINT AS total FROM read_parquet([{files}])
                GROUP BY dstaddr ORDER BY total DESC NULLS LAST LIMIT {ROWS}"""
        ).fetchall()

    return query


def chdb_source(folder):
    """The pattern of its files, for the table function file()."""
    files = files_of(folder)
    return quoted(os.path.join(folder, "*.log.gz" if files[0].endswith(".gz") else "*.log"))


def chdb_rows(answer):
    rows = (line.split("\t") for line in answer.data().splitlines())
    return [(address, int(total)) for address, total in rows]


def chdb(folder, threads):
    import chdb as ch

    def query():
        kinds = types("Nullable(Int32)", "Nullable(Int64)", "Nullable(String)").items()
        structure = quoted(", ".join(f"`{column}` {kind}" for column, kind in kinds))
        answer = ch.query(
            f"""SELECT dstaddr, sum(bytes) AS total
                FROM file({chdb_source(folder)}, 'CSVWithNames', {structure})
                GROUP BY dstaddr ORDER BY total DESC NULLS LAST LIMIT {ROWS}
                SETTINGS max_threads = {threads}, format_csv_delimiter = ' ',
                    input_format_csv_allow_whitespace_or_tab_as_delimiter = 1,
                    format_csv_null_representation = '-'""",
            "TabSeparated",
        )
        return chdb_rows(answer)

    return query


def chdb_lines(folder, threads):
    """The same without its parser of tables: whole lines, split in the query."""
    import chdb as ch

    def query():
        answer = ch.query(
            f"""SELECT field[5] AS dstaddr, sum(toInt64OrNull(field[10])) AS total
                FROM (SELECT splitByChar(' ', line, 10) AS field
                      FROM file({chdb_source(folder)}, 'LineAsString', 'line String'))
                GROUP BY dstaddr ORDER BY total DESC NULLS LAST LIMIT {ROWS}
                SETTINGS max_threads = {threads},
                    splitby_max_substrings_includes_remaining_string = 0""",
            "TabSeparated",
        )
        return chdb_rows(answer)

    return query


def pandas(folder, threads):
    """As in a notebook: all columns, types guessed, one frame of everything."""
    del threads  # it has no such thing
    import pandas as pd

    def query():
        frames = [pd.read_csv(path, sep=" ", na_values="-") for path in files_of(folder)]
        flows = pd.concat(frames, ignore_index=True)
        totals = flows.groupby("dstaddr")["bytes"].sum().sort_values(ascending=False)
        return [(address, int(total)) for address, total in totals.head(ROWS).items()]

    return query


def pandas_tuned(folder, threads):
    """The two columns only, typed, added up file by file, by the faster parser."""
    import pandas as pd
    import pyarrow

    pyarrow.set_cpu_count(threads)

    def totals_of(path):
        flows = pd.read_csv(
            path, sep=" ", na_values="-", engine="pyarrow", usecols=["dstaddr", "bytes"],
            dtype={"dstaddr": "string[pyarrow]", "bytes": "Int64"},
        )
        return flows.groupby("dstaddr")["bytes"].sum()

    def query():
        parts = pd.concat([totals_of(path) for path in files_of(folder)])
        totals = parts.groupby(level=0).sum().sort_values(ascending=False)
        return [(address, int(total)) for address, total in totals.head(ROWS).items()]

    return query


PEERS = (polars, duckdb, duckdb_parquet, chdb, chdb_lines, pandas, pandas_tuned)


def write_parquet(logs, folder):
    """As AWS writes it: underscores, gzip, integers null, a hyphen for missing text."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    names = [column.replace("-", "_") for column in COLUMNS]
    kinds = types(pa.int32(), pa.int64(), pa.string()).values()
    for path in files_of(logs):
        table = csv.read_csv(
            path,
            read_options=csv.ReadOptions(column_names=names, skip_rows=1),
            parse_options=csv.ParseOptions(delimiter=" ", quote_char=False),
            convert_options=csv.ConvertOptions(
                column_types=dict(zip(names, kinds)), null_values=["-"], strings_can_be_null=False),
        )
        name = os.path.basename(path).replace(".log.gz", ".log.parquet")
        parquet.write_table(table, os.path.join(folder, name), compression="gzip")


def main():
    if len(sys.argv) == 4 and sys.argv[1] == "--parquet":
        write_parquet(*sys.argv[2:])
        return
    peers = {peer.__name__: peer for peer in PEERS}
    if len(sys.argv) != 4 or sys.argv[1] not in peers:
        sys.exit(f"usage: peer.py {'|'.join(peers)} FOLDER THREADS")
    query = peers[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
    start = time.perf_counter()
    answer = query()
    took = time.perf_counter() - start
    print(json.dumps({"answer": answer, "query_s": took}))


if __name__ == "__main__":
    main()
