# SPDX-License-Identifier: Apache-2.0
"""Servers of others on loopback, for tests and benchmarks: a port for one, and when it listens."""
import socket
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(process, port, seconds=30):
    """Until it listens there."""
    for _ in range(seconds * 20):
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} has ended")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args[0]} does not listen")
