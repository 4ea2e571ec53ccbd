# SPDX-License-Identifier: Apache-2.0
"""pandas, polars, pyarrow and DuckDB take results as they are: types, and exact sums."""
import decimal
import gzip
import os
import subprocess
import sys
import tempfile
import unittest

import duckdb
import matplotlib
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet

import flowtoll

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

EXAMPLES = os.path.join(os.environ["ROOT"], "examples")
LOGS = os.path.join(EXAMPLES, "flowlogs")
NAMES = {
    "inventory": os.path.join(EXAMPLES, "interfaces.json"),
    "aws_ranges": os.path.join(EXAMPLES, "aws-ip-ranges.json"),
}
HEADER = "version interface-id srcaddr dstaddr srcport dstport bytes start end action log-status\n"
RECORD = "2 eni-0a1 10.0.0.1 10.0.0.2 1 2 {} 1795132800 1795132860 ACCEPT OK\n"
NODATA = "2 eni-0a1 - - - - - 1795132800 1795132860 - NODATA\n"
COLUMNS = ["srcaddr", "interface_id", "action", "dstport", "bytes", "start"]


class Frames(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.logs = flowtoll.open(LOGS, **NAMES)
        cls.flows = cls.logs.flows(COLUMNS)
        cls.total = cls.logs.sql("select sum(bytes) from flows")[0][0]

    def test_pandas(self):
        for frame in (self.flows.df(), pd.DataFrame.from_arrow(self.flows)):
            self.assertEqual(len(frame), 24000)
            self.assertEqual(int(frame["bytes"].sum()), self.total)
        types = self.flows.df().dtypes.astype(str).to_dict()
        self.assertEqual(types["interface_id"], "category")
        self.assertEqual(types["action"], "category")
        self.assertEqual(types["bytes"], "Int64")
        self.assertEqual(types["dstport"], "Int32")
        self.assertEqual(types["start"], "datetime64[us, UTC]")
        frame = self.flows.df()
        nodata = frame[frame["srcaddr"].isna()]
        self.assertEqual(len(nodata), 270)
        self.assertTrue(nodata["bytes"].isna().all())
        one = frame[frame["srcaddr"].notna()].iloc[0]
        self.assertIsInstance(one["srcaddr"], str)

    def test_written(self):
        """A frame is the caller's own: what is written there is nowhere else."""
        for query in ("select bytes, start, action, interface_id, dstport from flows order by all",
                      "select bytes, start, action, interface_id, dstport from flows limit 50"):
            result = self.logs.sql(query)
            before, frame = result.df(), result.df()
            there = frame["bytes"].notna()
            frame.loc[there, "bytes"] = 7
            frame.loc[frame.index[0], "action"] = None
            frame["dstport"] += 1
            frame["start"] += pd.Timedelta(hours=1)
            frame["interface_id"].array.codes[:]  # readable, whatever pandas does
            self.assertTrue((frame.loc[there, "bytes"] == 7).all())
            pd.testing.assert_frame_equal(result.df(), before)
            self.assertEqual(before["bytes"].dropna().tolist(),
                             [row["bytes"] for row in result if row["bytes"] is not None])
            del result  # which the frames outlive
            before.loc[before.index[0], "bytes"] = 5
            self.assertEqual(before["bytes"].iloc[0], 5)
            later = before["start"].iloc[0] + pd.Timedelta(hours=1)
            self.assertEqual(frame["start"].iloc[0], later)

    def test_categories(self):
        """As many as pandas has codes of one byte, of two, and more; and missing ones."""
        for count, code in ((126, "int8"), (127, "int16"), (32766, "int16"), (32767, "int32")):
            frame = self.logs.sql("select i, case when i % 9 <> 4 then 'eni-' || i % {} end as "
                                  "interface_id from range(70000) as r(i)".format(count)).df()
            self.assertEqual(str(frame["interface_id"].cat.codes.dtype), code)
            wanted = [f"eni-{i % count}" if i % 9 != 4 else None for i in frame["i"]]
            got = [None if pd.isna(one) else one for one in frame["interface_id"]]
            self.assertEqual(got, wanted)

    def test_missing_words_of_threads(self):
        """Threads meet words in different orders; what is missing is so in each."""
        record = "2 eni-0a1 10.0.0.1 10.0.0.2 1 2 5 1795132800 1795132860 {} OK\n"
        with tempfile.TemporaryDirectory() as folder:
            for number in range(8):
                words = ("ACCEPT", "REJECT") if number % 2 == 0 else ("REJECT", "ACCEPT")
                path = os.path.join(folder, f"{number}.log.gz")
                with gzip.open(path, "wt", compresslevel=1, encoding="utf-8") as file:
                    file.write(HEADER + (record.format(words[0]) + NODATA
                                         + record.format(words[1])) * 20000)
            with flowtoll.open(folder, threads=2) as logs:
                for _ in range(8):
                    frame = logs.flows(["action", "log_status"]).df()
                    missing = frame["action"].isna()
                    self.assertEqual(missing.sum(), 160000)
                    self.assertTrue((missing == (frame["log_status"] == "NODATA")).all())
                    counts = frame["action"].value_counts().to_dict()
                    self.assertEqual(counts, {"ACCEPT": 160000, "REJECT": 160000})

    def test_rows_of_threads(self):
        """Rows that threads give side by side are those that come in an order, by one thread."""
        query = "select file, line, {} from flows".format(", ".join(COLUMNS))
        with flowtoll.open(LOGS, threads=2, **NAMES) as logs:
            free = logs.sql(query).df()
            ordered = logs.sql(query + " order by file, line").df()
        free = free.sort_values(["file", "line"], ignore_index=True)
        self.assertEqual(len(free), 24000)
        for column in free.columns:
            self.assertEqual([None if pd.isna(one) else one for one in free[column]],
                             [None if pd.isna(one) else one for one in ordered[column]], column)

    def test_polars(self):
        for frame in (self.flows.pl(), pl.DataFrame(self.flows)):
            self.assertEqual(frame.height, 24000)
            self.assertEqual(frame["bytes"].sum(), self.total)
            self.assertEqual(frame.schema["bytes"], pl.Int64)
            self.assertEqual(frame.schema["start"], pl.Datetime("us", "UTC"))
            self.assertIn(type(frame.schema["action"]), (pl.Categorical, pl.Enum))
            self.assertEqual(frame["bytes"].null_count(), 270)
        top = self.logs.top("dstaddr", n=3).pl()
        self.assertEqual(top.filter(~pl.col("is_other"))[0, "dstaddr"], "10.0.1.7")

    def test_pyarrow(self):
        for table in (self.flows.arrow(), pa.table(self.flows),
                      pa.RecordBatchReader.from_stream(self.flows).read_all()):
            table.validate(full=True)
            self.assertEqual(table.num_rows, 24000)
            self.assertEqual(pa.compute.sum(table["bytes"]).as_py(), self.total)
            self.assertTrue(pa.types.is_dictionary(table.schema.field("interface_id").type))
            self.assertEqual(table.schema.field("start").type, pa.timestamp("us", "UTC"))
        rows = [tuple(row.values()) for row in table.to_pylist()]
        self.assertEqual(sorted(rows, key=str), sorted(map(tuple, self.flows), key=str))

    def test_duckdb(self):
        self.assertEqual(duckdb.__version__, "1.5.6")
        flows = self.flows  # found by its name
        query = "select sum(bytes), count(*), count(bytes), epoch_us(min(start)) from flows"
        for _ in range(2):
            total, rows, some, first = duckdb.sql(query).fetchone()
            self.assertEqual((total, rows, some), (self.total, 24000, 23730))
        self.assertEqual(first / 1e6, min(row["start"] for row in flows).timestamp())
        top = self.logs.top("dstaddr", n=3)
        self.assertEqual(duckdb.sql("select sum(bytes)::hugeint from top").fetchone()[0],
                         sum(top["bytes"]))

    def test_exact_sums(self):
        """Above 2^53, where doubles end, with NODATA, and above 2^64."""
        odd = 2**53 + 1
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.log")
            with open(path, "w", encoding="utf-8") as file:
                file.write(HEADER + NODATA + RECORD.format(odd) + NODATA)
            with flowtoll.open(path) as logs:
                one, flows = logs.top("dstaddr"), logs.flows()
            with open(path, "a", encoding="utf-8") as file:
                file.write(RECORD.format(2**63 - 1) * 3)
            with flowtoll.open(path) as logs:
                wide = logs.top("dstaddr")
        self.assertEqual(one.df()["bytes"].tolist()[0], odd)
        self.assertEqual(str(one.df()["bytes"].dtype), "Int64")
        self.assertEqual(one.pl()["bytes"].to_list()[0], odd)
        self.assertEqual(one.arrow()["bytes"].to_pylist()[0], odd)
        self.assertEqual(duckdb.sql("select max(bytes) from one").fetchone()[0], odd)
        self.assertEqual(sorted(flows.df()["bytes"].dropna()), [odd])
        taken = pd.DataFrame.from_arrow(flows)["bytes"]
        self.assertEqual((str(taken.dtype), sorted(taken.dropna())), ("Int64", [odd]))
        total = odd + 3 * (2**63 - 1)
        self.assertEqual(wide[0]["bytes"], total)
        self.assertEqual(wide.df()["bytes"].tolist()[0], total)
        self.assertIsInstance(wide.df()["bytes"].tolist()[0], int)
        self.assertEqual(wide.pl()["bytes"].to_list()[0], total)
        self.assertEqual(wide.arrow()["bytes"].to_pylist()[0], decimal.Decimal(total))
        self.assertEqual(duckdb.sql("select max(bytes)::hugeint from wide").fetchone()[0], total)

    def test_every_question_in_every_library(self):
        nat = self.logs.nat()
        results = [self.logs.head(3), self.logs.files(), self.logs.who(["10.0.1.7", "8.8.8.8"]),
                   self.logs.sql("select 1 as a, 'x' as a, null as b, 1.5 as c, true as d, "
                                 "date '2026-11-20' as e, interval 1 hour as f, [1, 2] as g"),
                   self.logs.sql("select bytes from flows where false"), *nat.tables.values()]
        for result in results:
            rows = len(list(result))
            self.assertEqual(len(result), rows)
            for frame in (result.df(), result.arrow()):
                self.assertEqual(len(frame), rows, result.name)
                self.assertEqual(tuple(frame.columns if isinstance(frame, pd.DataFrame)
                                       else frame.column_names), result.columns)
            if len(set(result.columns)) == len(result.columns):
                self.assertEqual(result.pl().height, rows)

    def test_outlives(self):
        with flowtoll.open(LOGS) as logs:
            flows = logs.flows(COLUMNS)
            table = flows.arrow()
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "flows.parquet")
            flows.write(path)
            written = pa.parquet.read_table(path)
        self.assertEqual(written.column_names, table.column_names)
        self.assertEqual(written["bytes"].to_pylist(), table["bytes"].to_pylist())
        self.assertEqual(written["srcaddr"].to_pylist(), table["srcaddr"].to_pylist())
        del logs, flows
        self.assertEqual(pa.compute.sum(table["bytes"]).as_py(), self.total)

    def test_both_duckdbs(self):
        """2.0.0 and ours in one process, in either order, each with a question."""
        ours = ("import flowtoll; logs = flowtoll.open(%r); top = logs.top('dstaddr', n=3); "
                "assert top[0]['bytes'] == 31168857260\n" % LOGS)
        theirs = ("import duckdb; assert duckdb.__version__ == '2.0.0', duckdb.__version__; "
                  "assert duckdb.sql('select sum(range) from range(1000000)').fetchall()[0][0] == "
                  "499999500000\n")
        both = ("assert int(duckdb.sql('select sum(bytes) from top').fetchall()[0][0]) == "
                "sum(top['bytes'])\n"
                "assert logs.top('srcaddr', n=1)[0]['bytes'] > 0\n")
        path = os.pathsep.join([os.environ["SITE2"], os.environ["SITE"]])
        for code in (ours + theirs + both, theirs + ours + both):
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                                  env=os.environ | {"PYTHONPATH": path})
            self.assertEqual(done.stderr, "")
            self.assertEqual(done.returncode, 0)


class Plots(unittest.TestCase):
    def tearDown(self):
        pyplot.close("all")

    def check(self, figure):
        """Nothing is cut off, and no label lies on another."""
        figure.canvas.draw()
        page = figure.bbox
        renderer = figure.canvas.get_renderer()
        for ax in figure.axes:
            texts = [*ax.texts, ax.title, ax._left_title, *ax.get_xticklabels(),
                     *ax.get_yticklabels()]
            legend = ax.get_legend()
            texts += legend.get_texts() if legend else []
            boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in texts
                     if text.get_text() and text.get_visible()
                     and (text not in ax.get_xticklabels() + ax.get_yticklabels()
                          or self.is_shown(ax, text))]
            for text, box in boxes:
                self.assertTrue(
                    box.x0 >= page.x0 - 1 and box.x1 <= page.x1 + 1 and box.y0 >= page.y0 - 1
                    and box.y1 <= page.y1 + 1, f"cut off: {text!r} {box} of {page}")
            for at, (text, box) in enumerate(boxes):
                for other, beside in boxes[at + 1:]:
                    self.assertFalse(box.overlaps(beside) and box.width and beside.width,
                                     f"{text!r} lies on {other!r}")
        return figure

    @staticmethod
    def is_shown(ax, text):
        x, y = text.get_position()
        low, high = sorted(ax.get_xlim()) if text in ax.get_xticklabels() else sorted(ax.get_ylim())
        at = x if text in ax.get_xticklabels() else y
        return low <= at <= high

    def test_all_kinds(self):
        with flowtoll.open(LOGS, **NAMES) as logs:
            results = [logs.top("dstaddr"), logs.top("srcaddr,dstaddr", n=40),
                       logs.top("hour"), logs.top("minute", n=None), logs.top("day"),
                       logs.top("hour,dst.service", n=None), logs.top("dst.owner,hour", n=None),
                       logs.top("dstport,protocol", by="flows"), logs.top("dstaddr", where="false"),
                       logs.files(),
                       logs.sql("select srcaddr, count(*) n from flows group by 1 limit 3"),
                       *(table for name, table in logs.nat(n=5).tables.items()
                         if name in ("gateways", "clients", "remotes", "pairs", "hours"))]
            for result in results:
                with self.subTest(result.name):
                    figure = self.check(result.plot().figure)
                    self.assertTrue(figure.axes[0].get_title(loc="left"))
            self.check(logs.nat().plot()[0].figure)
            with self.assertRaises(flowtoll.UsageError):
                logs.sql("select 'a' as b").plot()

    def test_strange_text(self):
        values = ["$\\frac$", "$x^2$", "\x1b[31mred", "a" * 500, "<b>", "\u202eback", "tab\there"]
        rows = ", ".join("('" + value.replace("'", "''") + f"', {at + 1})"
                         for at, value in enumerate(values))
        with flowtoll.open() as nothing:
            result = nothing.sql(f"select * from (values {rows}) t(\"$what\", bytes)")
            self.check(result.plot(title="$\\sum").figure)

    def test_long_names(self):
        """Of both ends; what they are called has room beside bars that can be told apart."""
        addresses = [f"2600:1f18:24e6:b900:aaaa:bbbb:cccc:{number:x}" for number in range(1, 9)]
        with tempfile.TemporaryDirectory() as folder:
            names, log = (os.path.join(folder, name) for name in ("names.csv", "a.log"))
            with open(names, "w", encoding="utf-8") as file:
                file.write("cidr,name,kind,owner\n")
                file.writelines(f"{address}/128,load balancer of the shop in production {at},,\n"
                                for at, address in enumerate(addresses))
            with open(log, "w", encoding="utf-8") as file:
                file.write(HEADER)
                file.writelines(RECORD.format(10**9 * (at + 1)).replace("10.0.0.1", address)
                                .replace("10.0.0.2", addresses[-1 - at])
                                for at, address in enumerate(addresses))
            with flowtoll.open(log, names_file=names) as logs:
                figure = self.check(logs.top("srcaddr,dstaddr").plot().figure)
        axes = figure.axes[0]
        labels = [label.get_text() for label in axes.get_yticklabels()]
        self.assertEqual(len(set(labels)), 8)
        self.assertTrue(all(" \u2192 " in label for label in labels), labels)
        self.assertGreater(axes.bbox.width, figure.bbox.width * 0.3)

    def test_files_differ(self):
        with flowtoll.open(LOGS) as logs:
            axes = self.check(logs.files().plot().figure).axes[0]
        labels = [label.get_text() for label in axes.get_yticklabels()]
        self.assertEqual(len(set(labels)), 16)

    def test_own_axes(self):
        with flowtoll.open(LOGS) as logs:
            figure, axes = pyplot.subplots(1, 2, figsize=(14, 6), layout="constrained")
            self.assertIs(logs.top("dstaddr", n=3).plot(axes[0]), axes[0])
            logs.top("hour").plot(axes[1], title="hours")
            self.check(figure)
            self.assertEqual(axes[1].get_title(loc="left"), "hours")


if __name__ == "__main__":
    unittest.main()
