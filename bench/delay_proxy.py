#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""delay_proxy.py TO_PORT DELAY_MS MB_PER_S: a server that is some way off, on loopback.

Prints its port. Whatever a client sends is passed on DELAY_MS later, and what comes back at most at
that rate, for each connection by itself: as S3 is to who asks it from the same Region. 0 0: passes
all on at once, to see what the proxy itself costs.
"""
import socket
import sys
import threading
import time

PIECE_BYTES = 256 * 1024
BURST_S = 0.01  # that it may be behind its rate, so that a piece need not be slept for exactly


def pump_requests(client, server, delay_s):
    while data := client.recv(PIECE_BYTES):
        time.sleep(delay_s)
        server.sendall(data)
    server.shutdown(socket.SHUT_WR)


def pump_answers(server, client, bytes_per_s):
    due = time.monotonic()
    piece = bytearray(PIECE_BYTES)
    view = memoryview(piece)
    while count := server.recv_into(piece):
        client.sendall(view[:count])
        if bytes_per_s:
            now = time.monotonic()
            due = max(due, now - BURST_S) + count / bytes_per_s
            if due > now:
                time.sleep(due - now)
    client.shutdown(socket.SHUT_WR)


def quietly(pump, *arguments):
    try:
        pump(*arguments)
    except OSError:  # one of the two hung up
        for side in arguments[:2]:
            side.close()


def main():
    to_port, delay_s = int(sys.argv[1]), int(sys.argv[2]) / 1e3
    bytes_per_s = float(sys.argv[3]) * 1e6
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    print(listener.getsockname()[1], flush=True)
    while True:
        client, _ = listener.accept()
        server = socket.create_connection(("127.0.0.1", to_port))
        for side in (client, server):
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for arguments in ((pump_requests, client, server, delay_s),
                          (pump_answers, server, client, bytes_per_s)):
            threading.Thread(target=quietly, args=arguments, daemon=True).start()


main()
