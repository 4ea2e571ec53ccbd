# SPDX-License-Identifier: Apache-2.0
"""Parquet in and out, against pyarrow and DuckDB.

usage: parquet.py FLOWTOLL RELEASE GEN SCRATCH

FLOWTOLL has sanitizers; RELEASE, without, runs where many runs are needed.
"""

import glob
import gzip
import json
import os
import shutil
import subprocess
import sys

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

FLOWTOLL, RELEASE, GEN, SCRATCH = sys.argv[1:5]
INT32 = {"version", "srcport", "dstport", "protocol", "tcp-flags", "traffic-path"}
INT64 = {"packets", "bytes", "start", "end"}
ROWS = 6000


def run(arguments, program=FLOWTOLL, codes=(0,)):
    env = dict(os.environ, LC_ALL="C.UTF-8")
    done = subprocess.run([program, *arguments], env=env, capture_output=True, check=False)
    if done.returncode not in codes:
        sys.exit(f"{arguments}: exit code {done.returncode}, not {codes}\n{done.stderr.decode()}")
    return done.stdout.decode(), done.stderr.decode(), done.returncode


def ask(*arguments, **more):
    return json.loads(run([*arguments, "--format", "json", "-q"], **more)[0])


def check(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}:\n  got    {str(got)[:900]}\n  wanted {str(wanted)[:900]}")


# ---- the same records as text and as Parquet --------------------------------------------------


def records_of(path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        names = file.readline().split()
        return names, [line.split() for line in file]


def aws_table(names, rows, missing="-"):
    """As AWS writes it: underscores, integers null, text with a hyphen (or null) if missing."""
    columns = {}
    for i, name in enumerate(names):
        values = [row[i] for row in rows]
        if name in INT32 or name in INT64:
            kind = pa.int32() if name in INT32 else pa.int64()
            values = [None if v == "-" else int(v) for v in values]
        else:
            kind = pa.string()
            values = [missing if v == "-" else v for v in values]
        columns[name.replace("-", "_")] = pa.array(values, kind)
    return pa.table(columns)


def write_aws(table, path):
    pq.write_table(table, path, compression="gzip", row_group_size=700)


def write_nulls_zstd(table, path):
    """Null for missing text, small pages, columns in another order, one unknown column."""
    columns = {}
    for name in sorted(table.column_names, reverse=True):
        column = table[name]
        if pa.types.is_string(column.type):
            column = pa.array([None if v == "-" else v for v in column.to_pylist()], pa.string())
        columns[name] = column
    columns["My Note"] = pa.array(["x"] * table.num_rows)
    pq.write_table(pa.table(columns), path, compression="zstd", data_page_size=512)


def write_hyphens(table, path):
    """Hyphenated names, other widths, floats, times that are times, no dictionary."""
    columns = {}
    for name in table.column_names:
        column = table[name]
        if name in ("start", "end"):
            column = column.cast(pa.timestamp("s", tz="UTC")).cast(pa.timestamp("ms", tz="UTC"))
        elif name in ("srcport", "dstport"):
            column = column.cast(pa.uint16())
        elif name == "protocol":
            column = column.cast(pa.float64())
        elif name == "version":
            column = column.cast(pa.int64())
        elif name == "packets":
            column = column.cast(pa.uint64())
        columns[name.replace("_", "-")] = column
    pq.write_table(pa.table(columns), path, compression="none", use_dictionary=False)


def write_duckdb(table, path):
    con = duckdb.connect()
    con.register("t", table)
    con.execute(f"COPY (SELECT * FROM t) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)")


def write_text(table, path):
    """Every column is text."""
    columns = {}
    for name in table.column_names:
        values = ["-" if v is None else str(v) for v in table[name].to_pylist()]
        columns[name] = pa.array(values, pa.large_string())
    pq.write_table(pa.table(columns), path, compression="snappy")


WRITERS = (write_aws, write_nulls_zstd, write_hyphens, write_duckdb, write_text)

QUESTIONS = (
    ("top", "dstaddr", "-n", "50"),
    ("top", "srcaddr,dstport", "-n", "1000"),
    ("top", "srcaddr/24", "--also", "hour", "--also", "action,protocol", "--by", "packets"),
    ("top", "interface_id", "--where", "dstport = 443 and in_cidr(srcaddr, '10.0.0.0/8')"),
    ("top", "dstaddr", "--since", "2026-11-20T00:03", "--until", "2026-11-20T00:11"),
    ("top", "dstaddr", "--having", "bytes > 1e6", "--by", "flows"),
)
SQL = (
    "SELECT count(*), count(srcaddr), sum(bytes), sum(packets), min(\"start\"), max(\"end\"), "
    "count(DISTINCT account_id) FROM flows",
    "SELECT COLUMNS(c -> c NOT IN ('file', 'line', 'my_note')) FROM flows ORDER BY ALL",
    "SELECT max(line), min(line), count(DISTINCT file) FROM flows",
)


def source(question, folder):
    return [*question[:2], folder, *question[2:]]


def same_answers(text, parquet, log):
    for question in QUESTIONS:
        check(f"{log}: {question}", ask(*source(question, parquet)), ask(*source(question, text)))
    for sql in SQL[:2]:
        check(f"{log}: {sql}", ask("sql", sql, parquet), ask("sql", sql, text))
    # a line of text has the header before it
    got, wanted = ask("sql", SQL[2], parquet), ask("sql", SQL[2], text)
    check(f"{log}: lines", [v + (k < 2) for k, v in enumerate(got[0].values())],
          list(wanted[0].values()))
    names = [c for c in ask("head", text, "-n", "1")[0]]
    heads = [[{c: row[c] for c in names} for row in ask("head", folder, "-n", "2500")]
             for folder in (parquet, text)]
    check(f"{log}: head", *heads)
    shown = ("flow_log", "window_start", "version", "rows", "nodata", "skipdata", "rejected",
             "first_start", "last_end", "fault")
    files = [[{c: row[c] for c in shown} for row in ask("files", folder)]
             for folder in (parquet, text)]
    check(f"{log}: files", *files)
    notes = [run([*source(QUESTIONS[0], folder)])[1] for folder in (parquet, text)]
    check(f"{log}: notes", *notes)


def formats():
    for form, options in (("v2", []), ("v5", ["--ipv6", "0.4"]), ("v11", ["--big"]),
                          ("tgw", [])):
        text = os.path.join(SCRATCH, form)
        subprocess.run([GEN, "--rows", str(ROWS), "--files", "3", "--format", form, "--out", text,
                        "--skipdata", "0.01", *options], check=True, stdout=subprocess.DEVNULL)
        for writer in WRITERS if form != "tgw" else WRITERS[:1]:
            folder = f"{text}-{writer.__name__}"
            os.makedirs(folder + "/day")
            for log in sorted(glob.glob(text + "/*.log.gz")):
                name = os.path.basename(log).replace(".log.gz", ".log.parquet")
                table = aws_table(*records_of(log))
                if writer is write_hyphens and form == "tgw":
                    continue
                writer(table, os.path.join(folder, "day", name))
            if form != "tgw":
                same_answers(text, folder, folder)
            else:
                question = ("top", "tgw_id,dstaddr")
                check(folder, ask(*question, folder), ask(*question, text))
    return os.path.join(SCRATCH, "v2"), os.path.join(SCRATCH, "v2-write_aws/day")


# ---- mixed and odd sources --------------------------------------------------------------------


def mixed(text, parquet):
    folder = os.path.join(SCRATCH, "mixed [1]*")
    os.makedirs(folder)
    logs, tables = sorted(glob.glob(text + "/*")), sorted(glob.glob(parquet + "/*"))
    shutil.copy(logs[0], folder)
    shutil.copy(tables[1], folder)
    shutil.copy(tables[2], os.path.join(folder, "odd?name.txt"))
    with open(os.path.join(folder, "plain.log"), "w", encoding="utf-8") as file:
        file.write("dstaddr bytes x-new\n10.9.9.9 5 hello\n")
    shutil.copy(tables[2], os.path.join(folder, "not-a-log-name.pq"))
    whole = ask("top", "dstaddr", text, "-n", "100000")
    for row in whole:
        row.pop("share")
    got = ask("top", "dstaddr", folder, "-n", "100000", "--where",
              "dstaddr IS DISTINCT FROM '10.9.9.9'")
    for row in got:
        row.pop("share")
    check("mixed", got, whole)
    kinds = [row["kind"] for row in ask("files", folder)]
    check("kinds", sorted(kinds), ["gzip", "parquet", "parquet", "passed over", "text"])
    check("unknown", ask("sql", "SELECT x_new, bytes FROM flows WHERE x_new IS NOT NULL", folder),
          [{"x_new": "hello", "bytes": 5}])
    check("a file twice", ask("sql", "SELECT count(*) AS n FROM flows", tables[0], tables[0]),
          [{"n": 2 * pq.read_metadata(tables[0]).num_rows}])
    with open(tables[0], "rb") as pipe:
        done = subprocess.run([FLOWTOLL, "head", "-"], stdin=pipe, capture_output=True, check=False)
    check("a pipe", (done.returncode, b"cannot be read from a pipe" in done.stderr), (3, True))


def bad_values():
    table = pa.table({
        "srcaddr": ["10.0.0.1", "10.0.0.300", "-", "10.0.0.2", None, "10.0.0.1"],
        "dstport": pa.array([443, 80, 70000, -1, None, 53]),
        "bytes": pa.array([1, 2, 4, 8, 16, 32]),
        "action": ["ACCEPT", "ACCEPT", "REJECT", "ACCEPT", "-", "DROP"],
        "log_status": ["OK"] * 6,
    })
    path = os.path.join(SCRATCH, "bad.parquet")
    pq.write_table(table, path)
    check("no bad field is read", ask("sql", "SELECT sum(bytes) AS b FROM flows", path),
          [{"b": 63}])
    for fields, wanted in (("srcaddr", 63 - 2), ("dstport", 63 - 4 - 8), ("action", 63 - 32),
                           ("dstport, srcaddr, action", 1 + 16)):
        counts = ", ".join(f"count({field})" for field in fields.split(", "))
        sql = f"SELECT sum(bytes) AS b, {counts} FROM flows"
        check(sql, ask("sql", sql, path, codes=(4,))[0]["b"], wanted)
    rows = ask("sql", "SELECT file, line, byte, field, text FROM rejects ORDER BY line", path,
               codes=(0, 4))
    check("rejects", rows, [
        {"file": path, "line": 2, "byte": None, "field": "srcaddr",
         "text": "10.0.0.300 80 2 ACCEPT OK"},
        {"file": path, "line": 3, "byte": None, "field": "dstport", "text": "- 70000 4 REJECT OK"},
        {"file": path, "line": 4, "byte": None, "field": "dstport",
         "text": "10.0.0.2 -1 8 ACCEPT OK"},
        {"file": path, "line": 6, "byte": None, "field": "action",
         "text": "10.0.0.1 53 32 DROP OK"},
    ])
    kept = os.path.join(SCRATCH, "kept.txt")
    _, said, _ = run(["top", "srcaddr", path, "--where", "srcaddr = '10.0.0.1'", "--rejects", kept],
                     codes=(4,))
    check("told", "bad.parquet, row 2: srcaddr: '10.0.0.300' is no address" in said, True)
    with open(kept, encoding="utf-8") as file:
        check("--rejects", file.read(), "10.0.0.300 80 2 ACCEPT OK\n")
    files = ask("files", path, codes=(4,))
    check("files", [(row["rows"], row["rejected"]) for row in files], [(2, 4)])
    # rows that go out one by one: the bad one comes long after the first
    many = pa.table({"srcaddr": ["10.0.0.1"] * 30000 + ["x"] + ["10.0.0.2"] * 10,
                     "bytes": pa.array([1] * 30011)})
    pq.write_table(many, path, row_group_size=5000)
    rows = ask("sql", "SELECT srcaddr, bytes FROM flows", path, codes=(4,))
    check("streamed", len(rows), 30010)


# ---- damage -----------------------------------------------------------------------------------


def total(text):
    return sum(row["bytes"] or 0 for row in json.loads(text))


def damaged(parquet):
    folder = os.path.join(SCRATCH, "damaged")
    os.makedirs(folder)
    tables = sorted(glob.glob(parquet + "/*"))
    good = os.path.join(folder, "good.parquet")
    shutil.copy(tables[0], good)
    wanted = ask("top", "dstaddr", good)
    with open(tables[1], "rb") as file:
        whole = file.read()
    footer = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    page = pq.read_metadata(tables[1]).row_group(1).column(4).data_page_offset
    cases = {
        "footer": whole[:footer] + b"\xff" * 40 + whole[footer + 40:],
        "length": whole[:-8] + b"\xff\xff\xff\x7f" + whole[-4:],
        "cut": whole[:-1000],
        "head": whole[:2000],
        "zero": b"",
        "magic": b"PAR1",
        "page": whole[:page + 20] + b"\xff" * 60 + whole[page + 80:],
        "garbage": os.urandom(5000).replace(b"PAR1", b"PAR2"),
    }
    for name, data in cases.items():
        path = os.path.join(folder, f"{name}.parquet")
        with open(path, "wb") as file:
            file.write(data)
        for question in (("top", "dstaddr"), ("top", "dstaddr", "-n", "3")):
            out, said, _ = run([*source(question, folder), "--format", "json"], codes=(4,))
            check(f"damaged {name}", total(out), sum(row["bytes"] for row in wanted))
            check(f"damaged {name} is named", f"{name}.parquet" in said, True)
        rows = ask("files", folder, codes=(4,))
        check(f"files {name}", [row["fault"] is None for row in rows], [False, True])
        out = ask("sql", "SELECT dstaddr, bytes FROM flows", folder, codes=(4,))
        check(f"streamed {name}", len(out), pq.read_metadata(good).num_rows)
        run(["top", "dstaddr", path], codes=(3,))
        os.remove(path)
    other = os.path.join(folder, "other.parquet")
    pq.write_table(pa.table({"city": ["Ulm"], "people": [1]}), other)
    _, said, _ = run(["top", "dstaddr", folder], codes=(4,))
    check("no log", "none of the columns is a flow log field" in said, True)


def flipped(parquet):
    """One byte after another. Without checksums in the format, a value may change unseen; but no
    run crashes, and an answer that lacks rows says so."""
    path = os.path.join(SCRATCH, "flipped.parquet")
    table = pq.read_table(sorted(glob.glob(parquet + "/*"))[0]).slice(0, 60)
    pq.write_table(table.select(["srcaddr", "dstaddr", "bytes", "start", "log_status"]), path,
                   compression="gzip")
    with open(path, "rb") as file:
        whole = file.read()
    rows = table.num_rows
    for place in range(0, len(whole), 7):
        data = bytearray(whole)
        data[place] ^= 0xff
        with open(path, "wb") as file:
            file.write(data)
        out, said, code = run(["top", "dstaddr", path, "--format", "json", "-n", "100"],
                              program=RELEASE, codes=(0, 3, 4))
        if code == 4 and "flipped.parquet" not in said:
            sys.exit(f"byte {place} flipped: exit code {code}, and nothing is named\n{said}")
        flows = sum(row["flows"] for row in json.loads(out)) if out else 0
        if code == 0 and flows != rows:
            sys.exit(f"byte {place} flipped: {flows} of {rows} rows, and nothing is said")


# ---- Parquet out ------------------------------------------------------------------------------


def written(text):
    path = os.path.join(SCRATCH, "out.parquet")
    run(["top", "dstaddr,dstport", text, "-n", "5", "-o", path, "-q"])
    table = pq.read_table(path)
    check("types of top", [str(t) for t in table.schema.types],
          ["string", "int64", "int64", "double", "int64", "bool"])
    rows = ask("top", "dstaddr,dstport", text, "-n", "5")
    for row in rows:
        row["is_other"] = row["dstport"] == "Other"
        row["dstport"] = None if row["is_other"] else row["dstport"]
    check("top", table.to_pylist(), rows)
    run(["head", text, "-n", "4000", "-o", path])
    table = pq.read_table(path)
    check("type of start", str(table.schema.field("start").type), "timestamp[us, tz=UTC]")
    check("head again", ask("head", path, "-n", "4000"), ask("head", text, "-n", "4000"))
    run(["files", text, "-o", path])
    check("files", pq.read_table(path).column("rows").to_pylist(),
          [row["rows"] for row in ask("files", text)])
    sql = ("SELECT * FROM (VALUES (1, 9007199254740993::HUGEINT, 170141183460469231::HUGEINT * "
           "10 ** 0, true, 'é', NULL), (2, -1, NULL, NULL, '', 'x')) AS v(a, b, c, d, e, f)")
    run(["sql", sql, "-o", path])
    rows = pq.read_table(path).to_pylist()
    check("exact", [rows[0]["b"], rows[1]["b"]], [9007199254740993, -1])
    check("sql", [list(row.values())[3:] for row in rows], [[True, "é", None], [None, "", "x"]])
    run(["sql", "SELECT 18446744073709551616::HUGEINT * 99 AS n, 1 AS one UNION ALL SELECT 5, 2 "
         "ORDER BY 2", "-o", path])
    table = pq.read_table(path)
    check("wide", (str(table.schema.field("n").type), str(table.schema.field("one").type)),
          ("decimal128(38, 0)", "int64"))
    check("wide values", [int(v) for v in table.column("n").to_pylist()], [2**64 * 99, 5])
    code = run(["sql", "SELECT 170141183460469231731687303715884105727 AS n", "-o", path],
               codes=(6,))[2]
    check("too wide", code, 6)
    check("the file is as it was", pq.read_table(path).num_rows, 2)
    rows = 300000
    run(["sql", f"SELECT range AS n, 'text ' || range AS t FROM range({rows}) ORDER BY n", "-o",
         path, "--memory", "60M"], program=RELEASE)
    check("order", pq.read_table(path).column("n").to_pylist(), list(range(rows)))
    run(["top", "dstaddr", text, "--also", "srcaddr", "-o", path], codes=(2,))
    left = glob.glob(os.path.join(os.environ["TMPDIR"], "flowtoll-*"))
    check("left behind", left, [])


def main():
    text, parquet = formats()
    mixed(text, parquet)
    bad_values()
    damaged(parquet)
    flipped(parquet)
    written(text)


if __name__ == "__main__":
    main()
