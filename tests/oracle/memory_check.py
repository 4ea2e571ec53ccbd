# SPDX-License-Identifier: Apache-2.0
"""memory_check.py FLOWTOLL GEN FOLDER: what memory.sh says, on three million records."""
import glob
import os
import re
import signal
import subprocess
import sys
import time

FLOWTOLL, GEN, FOLDER = sys.argv[1:]
LOGS, TMP = os.path.join(FOLDER, "logs"), os.path.join(FOLDER, "tmp")
MEMORY_MIB = 96
PROGRAM_MIB = 40  # its own pages, and what the engine does not count
ASK = [FLOWTOLL, "top", "srcaddr,dstaddr", LOGS, "-n", "50", "--format", "csv", "--quiet"]
# a text of some 40 MB, which cannot be spilled
LONG = [FLOWTOLL, "sql", "select length(string_agg(srcaddr::varchar, ',')) from flows", LOGS]
SMALL = ["--memory", f"{MEMORY_MIB}M", "--threads", "2"]
LIMIT_S = 60
TRIES = 5
INTERRUPTED = 130


def fail(text):
    sys.exit(f"memory_check: {text}")


def heed_signals():
    """Who runs the tests in the background may have switched some off, and children inherit it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def start(argv, tmp=TMP, stdin=None):
    return subprocess.Popen(
        argv, env={**os.environ, "TMPDIR": tmp}, stdin=stdin, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, preexec_fn=heed_signals,
    )


def end(process):
    """The exit code, what it printed, and its peak of resident memory."""
    out, err = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, out, err.decode(), usage.ru_maxrss / 1024


def left():
    return sorted(os.listdir(TMP))


def spilled():
    return glob.glob(os.path.join(TMP, "flowtoll-spill-*", "*"))


def start_and_spill():
    return wait_for_spill(start(ASK + SMALL))


def wait_for_spill(process):
    stop = time.monotonic() + LIMIT_S
    while not spilled():
        if not os.path.exists(f"/proc/{process.pid}/fd/1") or time.monotonic() > stop:
            fail("nothing is spilled")
        time.sleep(0.002)
    folder = left()
    if len(folder) != 1 or not re.fullmatch(rf"flowtoll-spill-{process.pid}-\w{{6}}", folder[0]):
        fail(f"odd folders: {folder}")
    if os.stat(os.path.join(TMP, folder[0])).st_mode & 0o7777 != 0o700:
        fail("others may look into the folder")
    return process


def check_answer():
    code, wanted, err, _ = end(start(ASK + ["--memory", "4G"]))
    if code != 0 or wanted.count(b"\n") != 52:
        fail(f"exit code {code}: {err}")
    process = start_and_spill()
    code, out, err, peak_mib = end(process)
    if code != 0 or out != wanted:
        fail(f"exit code {code}, or another answer: {err}")
    if peak_mib > MEMORY_MIB + PROGRAM_MIB:
        fail(f"{peak_mib:.0f} MiB with --memory {MEMORY_MIB}M")
    if left():
        fail(f"left behind: {left()}")
    return wanted


def check_end(process, number, times):
    """One signal asks it to stop; the second ends it at once, as of a user in a hurry."""
    for _ in range(times):
        process.send_signal(getattr(signal, "SIG" + number))
    code, _, err, _ = end(process)
    if left():
        fail(f"{number} x {times}: exit code {code}, left behind: {left()}")
    if code not in (0, INTERRUPTED, -getattr(signal, "SIG" + number)):
        fail(f"{number} x {times}: exit code {code}: {err}")
    return code


def check_signals():
    for number, times in [("INT", 1), ("TERM", 1), ("HUP", 1), ("INT", 2)]:
        # now and then it is done before the signal comes
        if all(check_end(start_and_spill(), number, times) == 0 for _ in range(TRIES)):
            fail(f"{number} x {times}: it goes on")


def check_forced_end():
    """A question that waits for its input does not see that it is to stop, and is ended."""
    reader, writer = os.pipe()
    argv = [FLOWTOLL, "top", "srcaddr,dstaddr", "-", "--memory", "48M", "--threads", "1"]
    process = start(argv, stdin=reader)
    os.close(reader)
    files = sorted(glob.glob(os.path.join(LOGS, "*")))
    subprocess.run(["cat", *files], stdout=writer, check=True)
    if check_end(wait_for_spill(process), "INT", 1) != INTERRUPTED:
        fail("a question that waits is not ended")
    os.close(writer)


def check_kill(wanted):
    process = start_and_spill()
    other = start(ASK + SMALL)  # must leave what is in use alone
    code, out, err, _ = end(other)
    if code != 0 or out != wanted:
        fail(f"beside another: exit code {code}: {err}")
    end(process)
    process = start_and_spill()
    process.kill()
    end(process)
    if len(left()) != 1:
        fail("a killed process leaves its folder, or this proves nothing")
    code, _, err, _ = end(start([FLOWTOLL, "sql", "select 1", "--format", "csv"]))
    if code != 0 or left():
        fail(f"after a kill: exit code {code}, {left()}: {err}")


def check_fewer_threads():
    """What two threads have no memory for is done by one."""
    ask = [*ASK[:2], "srcaddr,dstaddr,srcport,dstport", *ASK[3:]]
    code, wanted, err, _ = end(start(ask))
    if code != 0:
        fail(f"four keys: exit code {code}: {err}")
    code, out, err, _ = end(start([*ask, "--memory", "55M", "--threads", "2"]))
    if code != 0 or out != wanted:
        fail(f"four keys in 55 MiB: exit code {code}, {out != wanted}: {err}")


def check_errors():
    code, _, err, _ = end(start(ASK + SMALL, tmp=os.path.join(FOLDER, "none")))
    if code != 7 or "cannot make a folder in" not in err or "set TMPDIR" not in err:
        fail(f"without a folder: exit code {code}: {err}")
    code, _, err, _ = end(start(LONG + ["--memory", "39M", "--threads", "1"]))
    if code != 7 or "needs more memory than 39 MiB" not in err or "raise --memory" not in err:
        fail(f"with too little: exit code {code}: {err}")
    if left():
        fail(f"after errors: left behind: {left()}")


def main():
    os.mkdir(TMP)
    options = ["--rows", "3000000", "--pairs", "wide", "--format", "v2", "--level", "1"]
    subprocess.run([GEN, *options, "--groups", "0", "--out", LOGS], check=True)
    wanted = check_answer()
    check_signals()
    check_forced_end()
    check_kill(wanted)
    check_fewer_threads()
    check_errors()


main()
