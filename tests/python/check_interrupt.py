# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C in the middle of 50 million rows, from a program and from a notebook's kernel."""
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROWS, FILES, TIMES = 500_000, 4, 100  # a set of 500 000 rows, read 100 times
BEGUN_S, STOPPED_S = 20, 1.0

ASK = """
import glob, os, shutil, signal, sys, time
import flowtoll
signal.signal(signal.SIGINT, signal.default_int_handler)
logs = flowtoll.open({folder!r}, progress=False)
print("begin", flush=True)
try:
    {question}
    print("ended", flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
print(logs.sql("select 42")[0][0], flush=True)
"""
CELL = """
import flowtoll
logs = flowtoll.open({folder!r})
logs.sql("select srcaddr, dstaddr, sum(bytes) from flows group by all")
"""


class Interrupt(unittest.TestCase):
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
        process = subprocess.Popen(
            [sys.executable, "-c", ASK.format(folder=self.folder, question=question)],
            stdout=subprocess.PIPE, text=True)
        try:
            self.assertEqual(process.stdout.readline(), "begin\n")
            time.sleep(wait_s)
            process.send_signal(signal.SIGINT)
            start = time.monotonic()
            self.assertEqual(process.stdout.readline(), "interrupted\n")
            seconds = time.monotonic() - start
            self.assertEqual(process.stdout.readline(), "42\n")  # and the session goes on
            self.assertEqual(process.wait(), 0)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
        self.assertLess(seconds, STOPPED_S)

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


if __name__ == "__main__":
    unittest.main()
