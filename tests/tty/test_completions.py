# SPDX-License-Identifier: Apache-2.0
"""`flowtoll completions SHELL`, sourced in the real shells; zsh and bash at a pseudo-terminal too,
where a word is typed and the Tab key pressed."""
import os
import pty
import re
import select
import shutil
import subprocess
import tempfile
import time
import unittest

FLOWTOLL = os.environ.get("FLOWTOLL", "flowtoll")
ROOT = os.environ.get("ROOT", os.getcwd())
LIMIT_S = 30
COMMANDS = [
    "completions", "files", "flow-logs", "get", "head", "help", "inventory", "man", "nat", "sql",
    "top", "who",
]


def flowtoll(*args):
    return subprocess.run([FLOWTOLL, *args], capture_output=True, text=True, check=False)


def needs(shell):
    return unittest.skipIf(shutil.which(shell) is None, f"{shell} is not installed")


class Scratch(unittest.TestCase):
    """A folder with the script of each shell, and a few files to complete."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="flowtoll-completion-")
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name
        for shell in ("bash", "zsh", "fish"):
            with open(os.path.join(self.folder, "script." + shell), "w", encoding="utf-8") as file:
                file.write(flowtoll("completions", shell).stdout)
        for name in ("log one.gz", "log_two.gz", "enis.json"):
            with open(os.path.join(self.folder, name), "w", encoding="utf-8"):
                pass
        os.symlink(os.path.realpath(FLOWTOLL), os.path.join(self.folder, "flowtoll"))
        self.env = {
            "PATH": self.folder + ":" + os.environ["PATH"], "HOME": self.folder,
            "TERM": "dumb", "LC_ALL": "C.UTF-8", "PS1": "> ",
        }

    def run_in(self, *command):
        done = subprocess.run(command, cwd=self.folder, env=self.env, capture_output=True,
                              text=True, timeout=LIMIT_S, check=False)
        self.assertEqual(done.stderr, "")
        return done.stdout.splitlines()

    # What each shell has to offer for a line: all of it, or that this is in it and that is not.
    def check(self, offers):
        self.assertEqual(sorted(offers("flowtoll ")), COMMANDS)
        self.assertEqual(offers("flowtoll comp"), ["completions"])
        self.assertEqual(offers("flowtoll top dsta")[:1], ["dstaddr"])
        self.assertIn("dst.owner", offers("flowtoll top dst."))
        self.assertIn("srcaddr,dst.owner", offers("flowtoll top srcaddr,dst.o"))
        self.assertEqual(offers("flowtoll top a,b,hou"), ["a,b,hour"])
        self.assertEqual(offers("flowtoll top x --also=minu")[-1][-6:], "minute")
        self.assertEqual(offers("flowtoll top x --also minu"), ["minute"])
        self.assertEqual(sorted(offers("flowtoll top x --by ")), ["bytes", "flows", "packets"])
        self.assertEqual(offers("flowtoll head --for"), ["--format"])
        self.assertEqual(offers("flowtoll head --format ndj"), ["ndjson"])
        self.assertEqual(offers("flowtoll head --hav"), [])
        self.assertEqual(offers("flowtoll top x --hav"), ["--having"])
        self.assertEqual(offers("flowtoll --format csv -n 3 top prot"), ["protocol"])
        self.assertEqual(offers("flowtoll help exit"), ["exit-codes"])
        self.assertEqual(sorted(offers("flowtoll completions ")), ["bash", "fish", "zsh"])
        self.assertEqual(offers("flowtoll man "), [])
        self.assertEqual(offers("flowtoll top dstaddr --where "), [])


@needs("bash")
class Bash(Scratch):
    def offers(self, line):
        """What _flowtoll puts into COMPREPLY; bash would have split the line at = too."""
        words = re.findall(r"=|[^\s=]+", line) + ([""] if line[-1] == " " else [])
        return [word for word in self.run_in(
            "bash", "--norc", "-c",
            'source script.bash; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _flowtoll; '
            '((${#COMPREPLY[@]})) && printf "%s\\n" "${COMPREPLY[@]}"; true', "bash", *words)]

    def test_offers(self):
        self.check(self.offers)

    def test_typed(self):
        line = typed(["bash", "--norc", "-i"], "source ./script.bash", self)
        self.assertIn("flowtoll completions ", line("flowtoll comp\t"))
        self.assertIn("flowtoll top srcaddr,dst.owner ", line("flowtoll top srcaddr,dst.o\t"))
        self.assertIn("--inventory enis.json ", line("flowtoll head x --inventory en\t"))
        self.assertIn("--inventory=enis.json ", line("flowtoll head x --inventory=en\t"))
        self.assertIn("flowtoll head log_two.gz ", line("flowtoll head log_\t"))
        self.assertIn("flowtoll head log\\ one.gz ", line("flowtoll head log\\ \t"))
        self.assertIn("flowtoll top dstaddr log_two.gz ", line("flowtoll top dstaddr log_\t"))

    def test_shellcheck(self):
        if shutil.which("shellcheck") is None:
            self.skipTest("shellcheck is not installed")
        self.assertEqual(self.run_in("shellcheck", "-s", "bash", "script.bash"), [])


@needs("fish")
class Fish(Scratch):
    def offers(self, line):
        """Words without their explanations."""
        found = self.run_in("fish", "--no-config", "-c",
                            "source script.fish; complete -C $argv[1]", "--", line)
        return [word.split("\t")[0] for word in found]

    def test_offers(self):
        self.check(self.offers)

    def test_files(self):
        self.assertEqual(self.offers("flowtoll head log_"), ["log_two.gz"])
        self.assertEqual(self.offers("flowtoll top dstaddr log_"), ["log_two.gz"])
        self.assertEqual(self.offers("flowtoll head x --inventory en"), ["enis.json"])
        self.assertNotIn("enis.json", self.offers("flowtoll top "))

    def test_explanations(self):
        found = self.run_in("fish", "--no-config", "-c",
                            "source script.fish; complete -C 'flowtoll top dst.ow'")
        self.assertEqual(found, ["dst.owner\twho answers for it"])


@needs("zsh")
class Zsh(Scratch):
    def setUp(self):
        super().setUp()
        with open(os.path.join(self.folder, "start.zsh"), "w", encoding="utf-8") as file:
            file.write("PS1='> '; unsetopt zle_bracketed_paste prompt_cr prompt_sp 2>/dev/null\n"
                       "setopt no_beep no_list_beep no_auto_menu\n"
                       "autoload -Uz compinit && compinit -u -D\n"
                       "source ./script.zsh\n")

    def test_syntax(self):
        self.assertEqual(self.run_in("zsh", "-f", "-n", "script.zsh"), [])

    def test_typed(self):
        line = typed(["zsh", "-f", "-i"], "source ./start.zsh", self)
        for begun, done in (
                ("flowtoll comp", "flowtoll completions "),
                ("flowtoll top dsta", "flowtoll top dstaddr"),
                ("flowtoll top srcaddr,dst.o", "flowtoll top srcaddr,dst.owner"),
                ("flowtoll top x --also minu", "--also minute"),
                ("flowtoll top x --also=minu", "--also=minute"),
                ("flowtoll top x --by fl", "--by flows "),
                ("flowtoll head --format ndj", "--format ndjson "),
                ("flowtoll top x --hav", "--having="),
                ("flowtoll --format csv -n 3 top prot", "top protocol"),
                ("flowtoll help exit", "help exit-codes "),
                ("flowtoll completions z", "completions zsh "),
                ("flowtoll head x --inventory en", "--inventory enis.json "),
                ("flowtoll head log_", "flowtoll head log_two.gz "),
                ("flowtoll top dstaddr log_", "flowtoll top dstaddr log_two.gz ")):
            self.assertIn(done, line(begun + "\t"))
        self.assertNotIn("having", line("flowtoll head --hav\t"))
        offered = line("flowtoll \t\t")
        for command in COMMANDS:
            self.assertIn(command, offered)


def typed(command, first, test):
    """A function that types keys at a new prompt of the shell and returns what the line becomes."""
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(test.folder)
        os.execvpe(command[0], command, test.env)

    def quit_shell():
        os.close(master)  # hangs up
        os.waitpid(pid, 0)

    test.addCleanup(quit_shell)

    def read_until(mark):
        text, end = "", time.monotonic() + LIMIT_S
        while mark not in text:
            wait = end - time.monotonic()
            if wait <= 0 or not select.select([master], [], [], wait)[0]:
                raise AssertionError(f"{mark!r} does not come after {text!r}")
            text += os.read(master, 65536).decode("utf-8", "replace")
        return text

    os.write(master, f"{first}; echo rea''dy\n".encode())
    read_until("ready")

    count = 0

    def line(keys):
        nonlocal count
        count += 1
        os.write(master, keys.encode())
        # ^E goes to the end of the line, which is run, so that it is known to be complete
        os.write(master, f"\x05; echo en''d{count}\n".encode())
        text = read_until(f"end{count}").rpartition("; echo")[0]
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\x08|\x07", "", text)

    return line


class Keys(unittest.TestCase):
    def test_all_are_keys(self):
        """Each that is no field: an answer, or that these logs lack the field for it."""
        listed = flowtoll("help", "keys").stdout
        words = re.findall(r"^  (\S+)  ", listed, re.M)
        self.assertGreater(len(words), 30)
        for word in words:
            done = flowtoll("top", word, os.path.join(ROOT, "examples/flowlogs"), "--sql",
                            "--no-config", "--inventory",
                            os.path.join(ROOT, "examples/interfaces.json"))
            self.assertEqual(done.returncode, 0, f"{word}: {done.stderr}")


if __name__ == "__main__":
    unittest.main()
