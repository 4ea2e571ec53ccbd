# SPDX-License-Identifier: Apache-2.0
"""The package with nothing else installed: values, text, files, errors, processes and threads."""
import csv
import datetime
import json
import os
import subprocess
import sys
import tempfile
import threading
import unittest
import warnings

import flowtoll

ROOT = os.environ["ROOT"]
EXAMPLES = os.path.join(ROOT, "examples")
LOGS = os.path.join(EXAMPLES, "flowlogs")
NAMES = {
    "inventory": os.path.join(EXAMPLES, "interfaces.json"),
    "aws_ranges": os.path.join(EXAMPLES, "aws-ip-ranges.json"),
}
HEADER = "version interface-id srcaddr dstaddr srcport dstport bytes start end action log-status\n"
RECORD = "2 eni-0a1 10.0.0.1 10.0.0.2 1 2 {} 1795132800 1795132860 ACCEPT OK\n"
NODATA = "2 eni-0a1 - - - - - 1795132800 1795132860 - NODATA\n"


def program(*arguments):
    """What the program says, as a list of rows."""
    done = subprocess.run([os.environ["RELEASE"], *arguments, "--format", "csv", "-q"],
                          capture_output=True, text=True, check=True)
    return list(csv.reader(done.stdout.splitlines()))


def cell(value):
    """As csv has it."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return repr(value) if isinstance(value, float) else str(value)


def same_floats(text):
    try:
        return repr(float(text)) if "." in text or "e" in text else text
    except ValueError:
        return text


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path


class Equal(unittest.TestCase):
    """Every question gives what the program prints."""

    def check(self, result, *arguments):
        names, *rows = program(*arguments)
        only_here = ("is_other", "registry")  # registry is nested in the program's JSON
        self.assertEqual([name for name in result.columns if name not in only_here], names)
        kept = [result.columns.index(name) for name in names]
        ours = []
        for row in result:
            texts = [cell(row[at]) for at in kept]
            if "is_other" in result.columns and row["is_other"]:
                texts = ["Other" if not text else text for text in texts]
                ours.append(texts)
            else:
                ours.append(texts)
        self.assertEqual(len(ours), len(rows))
        for one, other in zip(ours, rows):
            if "Other" in other:  # whose keys are no text in columns of numbers
                continue
            self.assertEqual([same_floats(text) for text in one],
                             [same_floats(text) for text in other])

    def test_questions(self):
        options = ["--inventory", NAMES["inventory"], "--aws-ranges", NAMES["aws_ranges"]]
        with flowtoll.open(LOGS, **NAMES) as logs:
            self.check(logs.top("dstaddr"), "top", "dstaddr", LOGS, "-n", "25", *options)
            self.check(logs.top("srcaddr/24,dstport", n=7, by="packets", where="bytes > 100"),
                       "top", "srcaddr/24,dstport", LOGS, "-n", "7", "--by", "packets",
                       "--where", "bytes > 100", *options)
            self.check(logs.top("hour", n=None), "top", "hour", LOGS, "-n", "1000", *options)
            self.check(logs.head(20), "head", LOGS, "-n", "20")
            self.check(logs.files(), "files", LOGS)
            self.check(logs.who(["10.0.1.7", "52.216.8.1", "2001:db8::1"]),
                       "who", "10.0.1.7", "52.216.8.1", "2001:db8::1", *options)
            query = "select action, sum(bytes) as bytes from flows group by all order by 2"
            self.check(logs.sql(query), "sql", query, LOGS)

    def test_nat(self):
        done = subprocess.run(
            [os.environ["RELEASE"], "nat", LOGS, "--format", "json", "-q",
             "--inventory", NAMES["inventory"], "--aws-ranges", NAMES["aws_ranges"]],
            capture_output=True, text=True, check=True)
        theirs = json.loads(done.stdout)
        with flowtoll.open(LOGS, **NAMES) as logs:
            nat = logs.nat()
        for name in ("gateways", "clients", "remotes", "pairs", "hours"):
            ours = nat.tables[name]
            self.assertEqual(ours["billed_bytes"], [row["billed_bytes"] for row in theirs[name]])
            self.assertGreater(len(ours), 0)
            self.assertIs(getattr(nat, name), ours)
        self.assertIn("NAT gateway nat-072af503164aaef3c processed 29.0 GiB", nat.headline)
        self.assertIn(nat.headline.splitlines()[0], repr(nat))
        self.assertIn("<summary>remotes</summary>", nat._repr_html_())
        with self.assertRaisesRegex(AttributeError, "there are .*clients"):
            nat.nothing

    def test_several_lists_from_one_pass(self):
        with flowtoll.open(LOGS, **NAMES) as logs:
            both = logs.top("srcaddr", "dstport", n=3)
            self.assertEqual([result.name for result in both], ["srcaddr", "dstport"])
            self.assertEqual(sum(both[0]["bytes"]), sum(both[1]["bytes"]))
            self.assertIn("srcaddr", repr(both))

    def test_flows(self):
        with flowtoll.open(LOGS) as logs:
            some = logs.flows("srcaddr", where="dstport = 443 -- secure")
            self.assertEqual(some.columns, ("srcaddr",))
            count = logs.sql("select count(*) from flows where dstport = 443")[0][0]
            self.assertEqual(len(some), count)
            everything = logs.flows()
            self.assertEqual(len(everything), 24000)
            self.assertEqual(everything.columns, logs.head(1).columns)
            self.assertEqual(sum(b or 0 for b in everything["bytes"]),
                             logs.sql("select sum(bytes) from flows")[0][0])


class Values(Folder):
    def test_rows(self):
        with flowtoll.open(LOGS) as logs:
            top = logs.top("dstaddr", n=5)
        self.assertEqual(len(top), 6)
        self.assertEqual(top[0], next(iter(top)))
        self.assertEqual(top[-1], top[5])
        self.assertEqual(top[1:3], [top[1], top[2]])
        self.assertEqual(top[::-1], list(top)[::-1])
        self.assertEqual(top[4:1:-2], list(top)[4:1:-2])
        self.assertEqual(top["bytes"], [row["bytes"] for row in top.rows()])
        self.assertEqual(dict(top[0])["dstaddr"], "10.0.1.7")
        self.assertTrue(top[-1]["is_other"])
        self.assertEqual(len(list(top.rows(2))), 2)
        for wrong in (6, -7):
            with self.assertRaises(IndexError):
                top[wrong]
        for wrong in ("nope", "bytes "):
            with self.assertRaises(KeyError):
                top[wrong]
            with self.assertRaises(KeyError):
                top[0][wrong]

    def test_types_and_exact_sums(self):
        big = 2**63 - 1
        path = self.write("a.log", HEADER + RECORD.format(big) * 5 + NODATA + RECORD.format(1))
        with flowtoll.open(path) as logs:
            flows = logs.flows(["srcaddr", "bytes", "start", "dstport", "action"])
            total = logs.sql("select sum(bytes) as bytes from flows")
            top = logs.top("dstaddr")
        self.assertEqual(total[0]["bytes"], 5 * big + 1)
        self.assertEqual(top[0]["bytes"], 5 * big + 1)
        self.assertEqual(sorted((b for b in flows["bytes"] if b is not None)), [1] + [big] * 5)
        self.assertEqual(flows["bytes"].count(None), 1)
        row = next(row for row in flows if row["bytes"] == 1)
        start = datetime.datetime(2026, 11, 20, tzinfo=datetime.timezone.utc)
        self.assertEqual(tuple(row), ("10.0.0.1", 1, start, 2, "ACCEPT"))
        nodata = next(row for row in flows if row["bytes"] is None)
        self.assertEqual(tuple(nodata)[:2], (None, None))

    def test_no_rows(self):
        with flowtoll.open(LOGS) as logs:
            none = logs.sql("select bytes from flows where false")
            self.assertEqual((len(none), list(none), bool(none)), (0, [], False))
            self.assertIn("no rows", repr(none))
            self.assertIn("<table", none._repr_html_())

    def test_results_outlive_their_session(self):
        logs = flowtoll.open(LOGS)
        top, flows = logs.top("dstaddr", n=3), logs.flows(["bytes"])
        before = list(top)
        logs.close()
        logs.close()
        del logs
        self.assertEqual(list(top), before)
        self.assertEqual(list(top), before)
        self.assertEqual(len(flows), 24000)
        self.assertIn("10.0.1.7", repr(top))

    def test_closed(self):
        logs = flowtoll.open(LOGS)
        logs.close()
        with self.assertRaisesRegex(flowtoll.UsageError, "the session is closed"):
            logs.head()


class Text(Folder):
    EVIL = "<script>alert(1)</script>&\x1b[31m$x^2$"

    def test_table_is_the_program_s(self):
        done = subprocess.run(
            [os.environ["RELEASE"], "top", "dstaddr", LOGS, "-n", "3", "-q"], text=True,
            capture_output=True, check=True, env=os.environ | {"COLUMNS": "100"})
        with flowtoll.open(LOGS) as logs:
            top = logs.top("dstaddr", n=3)
        table = repr(top).split("\nnote:")[0]
        self.assertEqual(table, done.stdout.rstrip("\n"))
        self.assertEqual(repr(top), repr(top))
        self.assertEqual([f"note: {note}" for note in top.notes],
                         [line for line in repr(top).splitlines() if line.startswith("note:")])
        self.assertIn("SKIPDATA", " ".join(top.notes))

    def test_large_results_are_cut(self):
        with flowtoll.open(LOGS) as logs:
            flows = logs.flows()
        lines = repr(flows).splitlines()
        self.assertLess(len(lines), 20)
        self.assertIn("23 990 more rows", repr(flows))
        self.assertTrue(all(len(line) <= 100 for line in lines[:11]), lines[:11])
        self.assertLess(len(flows._repr_html_()), 60000)

    def test_html_is_escaped(self):
        with flowtoll.open() as nothing:
            text = self.sql_text(self.EVIL)
            result = nothing.sql(f'select {text} as "<b>", 12345 as bytes')
        page = result._repr_html_()
        self.assertNotIn("<script", page)
        self.assertNotIn("<b>", page)
        self.assertNotIn("\x1b", page)
        self.assertIn("&lt;script&gt;", page)
        self.assertIn('text-align:right">12345<', page)
        with flowtoll.open(LOGS) as logs:
            page = logs.top("dstaddr", n=1)._repr_html_()
        self.assertIn('text-align:right" title="31168857260">29.0 GiB<', page)
        self.assertNotIn("\x1b", repr(result))
        self.assertEqual(result[0][0], self.EVIL)

    def test_html_of_hostile_names(self):
        """Of files, of addresses, and in what is said of them."""
        evil = '<img src=x onerror="alert(1)">'
        names = self.write("names.csv", "cidr,name,kind,owner\n10.0.0.1,%s,%s,%s\n" % (
            (f'"{self.EVIL} \u202e{evil.replace(chr(34), chr(34) * 2)}"',) * 3))
        path = self.write(f"{evil}.log", HEADER + RECORD.format(7) + "2 eni-0a1 x\n")
        with warnings.catch_warnings(), flowtoll.open(path, names_file=names) as logs:
            warnings.simplefilter("ignore")
            shown = [logs.top("srcaddr,src.owner"), logs.top("srcaddr", "src.name"), logs.files(),
                     logs.who("10.0.0.1"), logs.sql("select * from rejects"),
                     logs.sql(f"select '{evil}' as \"{evil.replace(chr(34), chr(34) * 2)}\"")]
        for page in [result._repr_html_() for result in shown]:
            self.assertNotIn("<img", page)
            self.assertNotIn("<script", page)
            self.assertTrue(page.isprintable(), ascii(page))
            self.assertIn("&lt;", page)
        self.assertIn("&lt;img", shown[0]._repr_html_().partition("note: ")[2])
        for text in map(repr, shown):
            self.assertTrue(text.replace("\n", "").isprintable(), ascii(text))

    @staticmethod
    def sql_text(text):
        return "'" + text.replace("'", "''") + "'"

    def test_short_forms_are_the_program_s(self):
        from flowtoll._text import cell_text
        values = [0, 1, 1023, 1024, 1025, 10239, 1048575, 1048576, 10 * 2**30 - 1, 2**40, 2**63 - 1,
                  1047527424, 1018 * 2**20, 999 * 2**30]
        records = (RECORD.format(value).replace("10.0.0.2", f"10.0.1.{at}")
                   for at, value in enumerate(values))
        with flowtoll.open(self.write("a.log", HEADER + "".join(records))) as logs:
            top = logs.top("dstaddr")
            theirs = [line for line in top.text().splitlines() if line.startswith("10.")]
        self.assertEqual(len(theirs), len(values))
        for line in theirs:
            short = cell_text("bytes", values[int(line.split()[0].split(".")[3])])
            self.assertRegex(line, rf" {short}  ")

    def test_files(self):
        logs = flowtoll.open(LOGS)
        top = logs.top("dstaddr", n=3)
        for ending in ("csv", "tsv", "json", "ndjson", "md", "txt", "parquet"):
            path = os.path.join(self.folder, "answer." + ending)
            top.write(path)
            top.write(path)
            with open(path, "rb") as file:
                self.assertIn(b"10.0.1.7", file.read())
            self.assertEqual(os.stat(path).st_mode & 0o777, 0o666 & ~umask())
        with open(os.path.join(self.folder, "answer.csv"), newline="", encoding="utf-8") as file:
            self.assertEqual(list(csv.reader(file)), program("top", "dstaddr", LOGS, "-n", "3"))
        with self.assertRaisesRegex(flowtoll.UsageError, "no format"):
            top.write(os.path.join(self.folder, "answer.xls"))
        with self.assertRaises(OSError):
            top.write(os.path.join(self.folder, "none", "answer.csv"))
        logs.close()
        for ending in ("csv", "parquet"):  # a closed session's results are files as before
            path = os.path.join(self.folder, "answer." + ending)
            with open(path, "rb") as file:
                before = file.read()
            os.remove(path)
            top.write(path)
            with open(path, "rb") as file:
                self.assertEqual(file.read(), before)
        self.assertEqual(len(os.listdir(self.folder)), 7)
        with self.assertRaises(flowtoll.UsageError):
            top.text("parquet")

    def test_a_full_disk(self):
        with flowtoll.open(LOGS) as logs:
            flows = logs.flows()
        with self.assertRaises(OSError), open("/dev/full", "wb", buffering=0) as full:
            flows._answer.write(0, "csv", 0, True, full.fileno())


def umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


class Errors(Folder):
    def test_kinds(self):
        with flowtoll.open(LOGS) as logs:
            with self.assertRaises(flowtoll.UsageError) as caught:
                logs.top("dstadr")
            self.assertIn("dstadr", caught.exception.message)
            self.assertIn("dstaddr", caught.exception.hint)
            self.assertEqual(caught.exception.code, 2)
            self.assertIn("\nhint: ", str(caught.exception))
            self.assertIsInstance(caught.exception, ValueError)
            for wrong in ("bytes >", "1) or (1=1", "nope = 1"):
                with self.assertRaises(flowtoll.Error):
                    logs.flows(where=wrong)
            with self.assertRaises(flowtoll.Error):
                logs.flows(columns=["nope"])
            with self.assertRaisesRegex(flowtoll.UsageError, "no columns"):
                logs.flows(columns=[])
            with self.assertRaises(flowtoll.UsageError):
                logs.sql("select")
            with self.assertRaises(flowtoll.UsageError):
                logs.head(0)
            with self.assertRaises(flowtoll.Error):
                logs.who("1.2.3")
            with self.assertRaises(ValueError):
                logs.sql("select 1\0")
            with self.assertRaises(TypeError):
                logs.top(7)
            self.assertEqual(len(logs.head(2)), 2)  # and goes on

    def test_sources(self):
        nothing = os.path.join(self.folder, "nothing")
        for wrong, says in ((nothing, "cannot open"), (nothing + "/*.log", "nothing matches"),
                            (self.folder, "no logs in the folder")):
            with self.assertRaisesRegex(flowtoll.InputError, says) as caught:
                flowtoll.open(wrong)
            self.assertEqual(caught.exception.code, 3)
            self.assertTrue(caught.exception.hint)
        for wrong in ("inventory", "aws_ranges", "names_file", "asn_db"):
            with self.assertRaisesRegex(flowtoll.InputError, "No such file"):
                flowtoll.open(LOGS, **{wrong: nothing})
        with self.assertRaises(flowtoll.UsageError):
            flowtoll.open("s3://")
        with self.assertRaisesRegex(flowtoll.UsageError, "no source"):
            flowtoll.open().top("dstaddr")
        with self.assertRaisesRegex(TypeError, r"open\(\*sources\)"):
            flowtoll.open([LOGS])
        for wrong in (None, 7):
            with self.assertRaises(TypeError):
                flowtoll.open(wrong)
        with flowtoll.open(os.fsencode(LOGS)) as logs:
            self.assertEqual(list(logs.top("dstport", n=2**70)), list(logs.top("dstport", n=None)))
        with self.assertRaises(flowtoll.Error):
            flowtoll.open(LOGS, inventory=self.write("i.json", "{")).head()
        for wrong in ({"since": "someday"}, {"memory": "much"}, {"names": "all"}, {"threads": 0}):
            with self.assertRaises(flowtoll.UsageError):
                flowtoll.open(LOGS, **wrong)

    def test_hints_have_the_names_of_arguments(self):
        """The program's flags are not to be had here."""
        with self.assertRaisesRegex(flowtoll.InputError, "fields='version account-id"):
            flowtoll.open(self.write("a.log", "no header\n")).head()
        with self.assertRaisesRegex(flowtoll.UsageError, r"memory= is too small[^-]*memory='\d+M'"):
            flowtoll.open(LOGS, memory="1K").top("dstaddr")
        from flowtoll._errors import for_python
        for text, here in (("add --names rdap, or not", "add names='rdap', or not"),
                           ("give --inventory with what", "give inventory= with what"),
                           ("--flow-log chooses", "flow_log= chooses"), ("--verbose", "--verbose"),
                           ("a--b -- c", "a--b -- c"), ("(--lookups)", "(lookups=)")):
            self.assertEqual(for_python(text), here)

    def test_partial(self):
        path = self.write("a.log", HEADER + RECORD.format(5) + "2 eni-0a1 x\n" + RECORD.format(6))
        with flowtoll.open(path) as logs, warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            top = logs.top("dstaddr")
            self.assertEqual(logs.counts()["rejected"], 1)
        self.assertEqual(top[0]["bytes"], 11)
        self.assertEqual([w.category for w in caught], [flowtoll.PartialWarning])
        self.assertIn("a.log:3", str(caught[0].message))
        self.assertEqual(caught[0].filename, __file__)
        self.assertIn("lacks 1 line that could not be read: ", top.notes[-1])

    def test_times(self):
        def count(**period):
            with flowtoll.open(LOGS, **period) as logs:
                return logs.sql("select count(*) from flows")[0][0]
        zone = datetime.timezone(datetime.timedelta(hours=2))
        half = count(since="2026-11-20T00:30", until="2026-11-20T01:00Z")
        self.assertGreater(half, 1000)
        self.assertEqual(half, count(since=datetime.datetime(2026, 11, 20, 0, 30),
                                     until=datetime.datetime(2026, 11, 20, 3, 0, tzinfo=zone)))
        self.assertEqual(count(until=datetime.date(2026, 11, 20)) +
                         count(since=datetime.date(2026, 11, 20)), 24000)

    def test_many_files_and_odd_names(self):
        path = self.write("a \udcff\u00e9.log", HEADER + RECORD.format(5))
        with flowtoll.open(path) as logs:
            self.assertEqual(logs.top("dstaddr")[0]["bytes"], 5)
            self.assertEqual(len(logs.files()), 1)


class Processes(Folder):
    def run_python(self, code, *options):
        return subprocess.run(
            [sys.executable, *options, "-c", code], capture_output=True, text=True)

    def test_imports_the_standard_library_alone(self):
        code = ("import sys, flowtoll; flowtoll.open(%r).top('dstaddr')[0];"
                "print([m for m in sys.modules if m.partition('.')[0] in "
                "('numpy', 'pandas', 'pyarrow', 'polars', 'matplotlib', 'IPython')])" % LOGS)
        self.assertEqual(self.run_python(code).stdout, "[]\n")

    def test_says_what_it_needs(self):
        for call, package in (("df", "pandas"), ("pl", "polars"), ("arrow", "pyarrow"),
                              ("plot", "matplotlib")):
            code = f"import flowtoll; flowtoll.open({LOGS!r}).head(2).{call}()"
            done = self.run_python(code, "-E")
            self.assertIn(f"ImportError: .{call}() needs {package}", done.stderr)
            self.assertIn("pip install", done.stderr)

    def test_fork(self):
        logs = flowtoll.open(LOGS)
        top = logs.top("dstaddr", n=2)
        before = list(top)
        code = os.fork()
        if code == 0:
            faults = 0
            try:
                logs.head()
            except flowtoll.UsageError as error:
                faults = "fork" in str(error) and "open a session in each process" in error.hint
            for use in (lambda: list(top), lambda: repr(top), lambda: top.write("top.csv"),
                        lambda: top.write("top.parquet"), logs.counts, logs.nat):
                try:
                    use()
                except flowtoll.UsageError as error:
                    faults += "fork" in str(error)
            logs.close()
            del logs, top
            with flowtoll.open(LOGS) as own:
                faults += len(own.top("dstaddr", n=2)) == 3
            os._exit(40 + faults)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(code, 0)[1]), 48)
        self.assertEqual(list(top), before)
        self.assertEqual(len(logs.top("dstaddr", n=2)), 3)

    def test_threads(self):
        """Two sessions, and one that is shared."""
        shared = flowtoll.open(LOGS)
        want = list(shared.top("dstaddr", n=5))
        faults = []

        def ask(own):
            try:
                session = flowtoll.open(LOGS) if own else shared
                for _ in range(5):
                    assert list(session.top("dstaddr", n=5)) == want
            except BaseException as error:
                faults.append(error)
        threads = [threading.Thread(target=ask, args=(own,)) for own in (True, True, False, False)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(faults, [])

    def test_no_progress_where_nobody_looks(self):
        code = f"import flowtoll; flowtoll.open({LOGS!r}).top('dstaddr')"
        self.assertEqual(self.run_python(code).stderr, "")

    def test_program(self):
        script = os.path.join(os.path.dirname(sys.executable), "flowtoll")
        for command in ([script], [sys.executable, "-m", "flowtoll"]):
            done = subprocess.run([*command, "top", "nope", LOGS], capture_output=True, text=True)
            self.assertEqual(done.returncode, 2)
            done = subprocess.run([*command, "--version"], capture_output=True, text=True)
            self.assertIn(flowtoll.__version__, done.stdout)
