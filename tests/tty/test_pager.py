# SPDX-License-Identifier: Apache-2.0
"""The pager, on a pseudo-terminal: when there is one, what it gets, how it ends."""
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import tempfile
import termios
import time
import unittest

FLOWTOLL = os.environ.get("FLOWTOLL", "flowtoll")
ROWS, COLUMNS = 10, 60
LIMIT_S = 30


class Terminal:
    """Runs the program on a terminal of ROWS lines and keeps what comes out there."""

    def __init__(self, *args, **env):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        env = {**os.environ, "TERM": "xterm", **env}
        env = {name: value for name, value in env.items() if value is not None}
        self.process = subprocess.Popen(
            [FLOWTOLL, *args], stdin=slave, stdout=slave, stderr=slave, env=env,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(slave, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        self.text = b""

    def read_some(self):
        """False at the end."""
        if not select.select([self.master], [], [], LIMIT_S)[0]:
            self.process.kill()
            raise AssertionError(f"nothing comes after {self.text!r}")
        try:
            piece = os.read(self.master, 65536)
        except OSError:  # all have closed the terminal
            piece = b""
        self.text += piece
        return bool(piece)

    def read_until(self, wanted):
        while wanted not in self.text:
            if not self.read_some():
                raise AssertionError(f"{wanted!r} is not in {self.text!r}")

    def type(self, keys):
        os.write(self.master, keys)

    def end(self):
        """The exit code and all text, with plain line ends."""
        while self.read_some():
            pass
        os.close(self.master)
        return self.process.wait(LIMIT_S), self.text.decode().replace("\r\n", "\n")


def numbers(count):
    return ["sql", f"SELECT range AS n FROM range({count})", "-q", "--format", "csv"]


def lines(count):
    return "n\n" + "".join(f"{n}\n" for n in range(count))


class PagerTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.seen = os.path.join(folder.name, "seen")

    def test_taller_than_the_terminal(self):
        code, text = Terminal(*numbers(ROWS), PAGER=f"echo paged; cat >{self.seen}").end()
        self.assertEqual((code, text), (0, "paged\n"))
        with open(self.seen, encoding="utf-8") as file:
            self.assertEqual(file.read(), lines(ROWS))

    def test_all_of_a_large_answer(self):
        code, _ = Terminal(*numbers(200000), PAGER=f"cat >{self.seen}").end()
        self.assertEqual(code, 0)
        with open(self.seen, encoding="utf-8") as file:
            self.assertEqual(file.read(), lines(200000))

    def test_what_fits_is_not_paged(self):
        code, text = Terminal(*numbers(ROWS - 2), PAGER="echo paged").end()
        self.assertEqual((code, text), (0, lines(ROWS - 2)))

    def test_none_wanted(self):
        for env in ({"PAGER": ""}, {"PAGER": "cat"}, {"PAGER": "echo paged", "TERM": "dumb"}):
            code, text = Terminal(*numbers(50), **env).end()
            self.assertEqual((code, text), (0, lines(50)))
        code, text = Terminal(*numbers(50), "--no-pager", PAGER="echo paged").end()
        self.assertEqual((code, text), (0, lines(50)))

    def test_not_for_a_pipe_or_a_file(self):
        env = {**os.environ, "TERM": "xterm", "PAGER": f"touch {self.seen}"}
        done = subprocess.run([FLOWTOLL, *numbers(50)], capture_output=True, text=True, env=env,
                              check=True)
        self.assertEqual(done.stdout, lines(50))
        code, text = Terminal(*numbers(50), "-o", self.seen + ".csv", PAGER="echo paged").end()
        self.assertEqual((code, text), (0, ""))

    def test_quitting_early_is_quiet(self):
        code, text = Terminal(*numbers(3000000), PAGER="head -n 2").end()
        self.assertEqual((code, text), (0, "n\n0\n"))

    def test_one_that_is_not_there(self):
        code, text = Terminal(*numbers(50), PAGER="/no/such/pager").end()
        self.assertEqual(code, 6)
        self.assertIn("the pager cannot be run: /no/such/pager", text)

    def test_no_less_installed(self):
        code, text = Terminal(*numbers(50), PAGER=None, PATH="/nowhere").end()
        self.assertEqual((code, text), (0, lines(50)))

    def test_environment_of_less(self):
        show = "sh -c 'echo $LESS'"
        self.assertEqual(Terminal(*numbers(50), PAGER=show, LESS=None).end(), (0, "FRSX\n"))
        self.assertEqual(Terminal(*numbers(50), PAGER=show, LESS="M").end(), (0, "M\n"))

    def test_interrupt_is_the_pagers(self):
        script = "trap 'echo stopped' INT; read first; echo $first; sleep 60 & wait; cat >/dev/null"
        terminal = Terminal(*numbers(50), PAGER=script)
        terminal.read_until(b"n\r\n")
        time.sleep(0.2)
        terminal.type(b"\x03")
        code, text = terminal.end()
        self.assertEqual(code, 0)
        self.assertIn("stopped", text)

    def test_termination_ends_the_pager(self):
        terminal = Terminal(*numbers(50), PAGER="read first; echo $first; exec sleep 60")
        terminal.read_until(b"n\r\n")
        time.sleep(0.2)
        start = time.monotonic()
        terminal.process.send_signal(signal.SIGTERM)
        code, _ = terminal.end()
        self.assertIn(code, (0, 130))
        self.assertLess(time.monotonic() - start, 20)


if __name__ == "__main__":
    unittest.main()
