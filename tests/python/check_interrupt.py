# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C in the middle of 50 million rows, from a program and from a notebook's kernel; while S3,
EC2 or a registry lets it wait; and while an answer is read."""
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import flowtoll

ROOT = os.environ["ROOT"]
sys.path[:0] = [os.path.join(ROOT, "tests", "aws"), os.path.join(ROOT, "tests", "registry")]
from fake_aws import SECRET, Fake  # noqa: E402
from registry_server import Registries  # noqa: E402

LOGS = os.path.join(ROOT, "examples", "flowlogs")
ROWS, FILES, TIMES = 500_000, 4, 100  # a set of 500 000 rows, read 100 times
BEGUN_S, STOPPED_S = 20, 1.0

ASK = """
import signal
import flowtoll
signal.signal(signal.SIGINT, signal.default_int_handler)
{before}
print("begin", flush=True)
try:
    {question}
    print("ended", flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
{after}
print(42, flush=True)
"""
AFTER = "assert logs.sql('select 42')[0][0] == 42"  # the session goes on
CELL = """
import flowtoll
logs = flowtoll.open({folder!r})
logs.sql("select srcaddr, dstaddr, sum(bytes) from flows group by all")
"""


class Interrupted(unittest.TestCase):
    def interrupt(self, question, wait, before="", after="", env=None):
        """After `wait()` has returned."""
        process = subprocess.Popen(
            [sys.executable, "-c", ASK.format(before=before, question=question, after=after)],
            stdout=subprocess.PIPE, text=True, env=os.environ | (env or {}))
        try:
            self.assertEqual(process.stdout.readline(), "begin\n")
            wait()
            process.send_signal(signal.SIGINT)
            start = time.monotonic()
            self.assertEqual(process.stdout.readline(), "interrupted\n")
            seconds = time.monotonic() - start
            self.assertEqual(process.stdout.readline(), "42\n")
            self.assertEqual(process.wait(), 0)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
        self.assertLess(seconds, STOPPED_S)


class Interrupt(Interrupted):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        once, cls.folder = os.path.join(folder.name, "once"), os.path.join(folder.name, "all")
        subprocess.run([os.environ["GEN"], "--seed", "1", "--rows", str(ROWS), "--files",
                        str(FILES), "--out", once], check=True, stdout=subprocess.DEVNULL)
        os.mkdir(cls.folder)
        for at, name in enumerate(sorted(os.listdir(once))):
            for number in range(TIMES):
                os.link(os.path.join(once, name), os.path.join(cls.folder, f"{at}-{number}.log.gz"))

    def check(self, question, wait_s):
        self.interrupt(question, lambda: time.sleep(wait_s),
                       f"logs = flowtoll.open({self.folder!r}, progress=False)", AFTER)

    def test_in_the_middle(self):
        self.check('logs.sql("select srcaddr, dstport, sum(bytes) from flows group by all")', 2)

    def test_at_the_beginning(self):
        self.check('logs.top("dstaddr,srcport")', 0.02)

    def test_of_records(self):
        self.check("logs.flows()", 3)

    def test_progress_on_a_terminal(self):
        """A line that is drawn over and over, and gone at the end."""
        master, slave = os.openpty()
        code = f"import flowtoll; flowtoll.open({self.folder!r}, files=200).top('dstaddr')"
        process = subprocess.Popen([sys.executable, "-c", code], stderr=slave)
        os.close(slave)
        seen = b""
        try:
            while True:
                seen += os.read(master, 65536)
        except OSError:  # the end, on a terminal
            os.close(master)
        self.assertEqual(process.wait(), 0)
        lines = seen.split(b"\r\x1b[K")
        self.assertGreater(len(lines), 3)
        self.assertRegex(lines[2], rb"^\[#*\.*\] +\d+%  .* records.* left$")
        self.assertEqual(lines[-1], b"")

    def test_in_a_notebook(self):
        from jupyter_client.manager import KernelManager
        manager = KernelManager(kernel_name="python3")
        manager.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        client = manager.client()
        try:
            client.start_channels()
            client.wait_for_ready(timeout=60)
            bars, asked = [], client.execute(CELL.format(folder=self.folder))
            until = time.monotonic() + BEGUN_S
            while time.monotonic() < until and len(bars) < 3:
                message = client.get_iopub_msg(timeout=BEGUN_S)
                if message["msg_type"] in ("display_data", "update_display_data"):
                    bars.append(message["content"]["data"]["text/plain"])
            self.assertEqual(len(bars), 3, "no progress was shown")
            self.assertRegex(bars[-1], r"\[#*\.*\] +\d+%  .* records")
            manager.interrupt_kernel()
            start = time.monotonic()
            reply = client.get_shell_msg(timeout=BEGUN_S)
            while reply["parent_header"]["msg_id"] != asked:  # of wait_for_ready, if it was slow
                reply = client.get_shell_msg(timeout=BEGUN_S)
            seconds = time.monotonic() - start
            self.assertEqual(reply["content"]["ename"], "KeyboardInterrupt")
            self.assertLess(seconds, STOPPED_S)
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


class Answers(Interrupted):
    """While an answer is read that is all there: two million rows, again and again."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        subprocess.run([os.environ["GEN"], "--seed", "1", "--rows", str(ROWS), "--files", "1",
                        "--out", os.path.join(cls.folder, "logs")], check=True,
                       stdout=subprocess.DEVNULL)

    def check(self, use):
        logs = os.path.join(self.folder, "logs")
        # without end; `while True` that begins a `try` is not all within it in CPython 3.11, whose
        # jump back, where a signal is seen too, counts as what comes before the loop
        self.interrupt(f"for _ in iter(int, 1): {use}", lambda: time.sleep(1),
                       f"logs = flowtoll.open(*[{logs!r}] * 4, progress=False)\n"
                       "flows = logs.flows()\nassert len(flows) == 2_000_000",
                       AFTER + "; assert len(flows) == 2_000_000; flows[1]")

    def test_rows(self):
        self.check("sum(row['bytes'] or 0 for row in flows)")

    def test_a_column(self):
        self.check("flows['srcaddr']")

    def test_text(self):
        self.check("flows.text('csv')")

    def test_a_file(self):
        for ending in ("json", "parquet"):
            with self.subTest(ending):
                path = os.path.join(self.folder, "flows." + ending)
                self.check(f"flows.write({path!r})")
                self.assertEqual([name for name in os.listdir(self.folder)
                                  if name.startswith(".")], [])

    def test_pandas(self):
        self.check("flows.df()")

    def test_polars(self):
        self.check("flows.pl()")


class Threads(unittest.TestCase):
    """A question of another thread, where no signal comes."""

    def check(self, logs, ask, is_running):
        ended = []

        def run():
            try:
                ask(logs)
                ended.append("it came to its end")
            except BaseException as error:
                ended.append(error)
        thread = threading.Thread(target=run)
        thread.start()
        until = time.monotonic() + BEGUN_S
        while not is_running() and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.3)
        start = time.monotonic()
        logs.interrupt()
        thread.join()
        self.assertLess(time.monotonic() - start, STOPPED_S)
        self.assertIsInstance(ended[0], flowtoll.InterruptedQuestion)
        self.assertEqual(logs.sql("select 42")[0][0], 42)

    def test_a_query(self):
        with flowtoll.open(progress=False) as logs:
            logs.interrupt()  # of nothing
            self.check(logs, lambda logs: logs.sql(
                "select sum(a.range * b.range) from range(10000000) a, range(100000) b"),
                lambda: True)
        logs.interrupt()  # of what is closed

    def test_a_registry(self):
        with Registries(faults={"arin": ["stall"]}) as registries, tempfile.TemporaryDirectory() \
                as folder:
            os.environ["XDG_CACHE_HOME"] = folder
            with flowtoll.open(names="rdap", rdap_bootstrap=registries.bootstrap) as logs:
                self.check(logs, lambda logs: logs.who("8.8.8.8"), registries.asked)


class Remote(Interrupted):
    """While a server lets it wait."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.env = {
            "AWS_ACCESS_KEY_ID": "AKIDFAKE", "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1", "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "XDG_CACHE_HOME": self.folder}

    def check(self, is_asked, question, before="", after=""):
        def wait():
            until = time.monotonic() + BEGUN_S
            while not is_asked():
                self.assertLess(time.monotonic(), until, "nothing was asked")
                time.sleep(0.02)
            time.sleep(0.3)  # so that it waits for the answer
        self.interrupt(question, wait, before, after, self.env)

    def fake(self, stalls):
        fake = Fake()
        self.addCleanup(fake.close)
        self.env |= {"AWS_ENDPOINT_URL": fake.url}
        fake.put_folder(LOGS, "p/")
        return fake.stall(stalls)

    def registries(self):
        made = Registries(faults={"arin": ["stall"]})
        self.addCleanup(made.close)
        return made, f"logs = flowtoll.open({LOGS!r}, names='rdap', " \
                     f"rdap_bootstrap={made.bootstrap!r})"

    def test_get(self):
        is_asked = self.fake(lambda request: request.path.endswith(".gz"))
        place = os.path.join(self.folder, "got")
        self.check(is_asked, f"flowtoll.get('s3://bucket/p/', {place!r})")
        self.assertEqual([name for name in os.listdir(place) if ".part" not in name], [])

    def test_get_while_it_lists(self):
        is_asked = self.fake(lambda request: request.path.endswith("/bucket/"))
        self.check(is_asked, f"flowtoll.get('s3://bucket/p/', {self.folder!r})")

    def test_opening_s3(self):
        is_asked = self.fake(lambda request: request.path.endswith("/bucket/"))
        self.check(is_asked, "flowtoll.open('s3://bucket/p/')")

    def test_reading_s3(self):
        is_asked = self.fake(lambda request: request.path.endswith(".gz"))
        self.check(is_asked, "logs.top('dstaddr')", "logs = flowtoll.open('s3://bucket/p/')", AFTER)

    def test_a_live_inventory(self):
        is_asked = self.fake(lambda request: request.method == "POST")
        self.check(is_asked, "flowtoll.open(inventory='live')")

    def test_a_program_that_gives_credentials(self):
        mark, config = (os.path.join(self.folder, name) for name in ("mark", "config"))
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"[default]\ncredential_process = sh -c 'touch {mark}; exec sleep 60'\n")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            self.env[name] = ""
        self.env["AWS_CONFIG_FILE"] = config
        self.check(lambda: os.path.exists(mark), "flowtoll.open('s3://bucket/p/')")

    def test_registries_of_an_address(self):
        registries, before = self.registries()
        self.check(registries.asked, "logs.who('8.8.8.8')", before, AFTER)

    def test_registries_of_a_ranking(self):
        registries, before = self.registries()
        self.check(lambda: registries.asked("arin"), "logs.top('dst.owner')", before, AFTER)

    def test_a_pipe_that_nobody_writes_into(self):
        """And its text is there for the next question, when somebody does."""
        pipe, log = os.path.join(self.folder, "pipe"), sorted(os.listdir(LOGS))[0]
        os.mkfifo(pipe)
        self.check(lambda: True, "logs.top('dstaddr')", f"logs = flowtoll.open({pipe!r})", f"""
import threading
def write():
    with open({os.path.join(LOGS, log)!r}, "rb") as file, open({pipe!r}, "wb") as out:
        out.write(file.read())
threading.Thread(target=write).start()
assert logs.sql("select count(*) from flows")[0][0] == 1157""")

    def test_a_pipe_that_gives_no_more(self):
        pipe = os.path.join(self.folder, "pipe")
        os.mkfifo(pipe)

        def write():
            with open(os.path.join(LOGS, sorted(os.listdir(LOGS))[0]), "rb") as log:
                self.writer = open(pipe, "wb", buffering=0)
                self.addCleanup(self.writer.close)
                self.writer.write(log.read())
            return True
        self.check(write, "logs.top('dstaddr')", f"logs = flowtoll.open({pipe!r})")

    def test_progress_of_registries(self):
        """How many queries were sent of how many, on a terminal."""
        registries, before = self.registries()
        master, slave = os.openpty()
        process = subprocess.Popen(
            [sys.executable, "-c", f"import flowtoll; {before}; logs.who(['8.8.8.8', '3.0.0.1'])"],
            stderr=slave, env=os.environ | self.env)
        os.close(slave)
        try:
            seen, until = b"", time.monotonic() + BEGUN_S
            while b"asking registries: 2 of" not in seen and time.monotonic() < until:
                seen += os.read(master, 65536)
        finally:
            process.kill()
            process.wait()
            os.close(master)
        self.assertRegex(seen, rb"\r\x1b\[Kasking registries: 2 of at most 25 queries, \d+ s")


if __name__ == "__main__":
    unittest.main()
