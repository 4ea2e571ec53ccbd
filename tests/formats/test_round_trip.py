# SPDX-License-Identifier: Apache-2.0
"""Every value of every record in tests/data/aws, read and compared with what the file says.

The records are those with which AWS explains its formats, and layouts that other readers of flow
logs are known to meet; a field is looked up by its name in the header, so no order is assumed.
"""
import datetime
import glob
import ipaddress
import json
import os
import subprocess
import unittest

FLOWTOLL = os.environ.get("FLOWTOLL", "flowtoll")
LOGS = os.path.join(os.path.dirname(__file__), "../data/aws/*.log")

ADDRESSES = {"srcaddr", "dstaddr", "pkt-srcaddr", "pkt-dstaddr"}
TIMES = {"start", "end"}
NUMBERS = {
    "version", "srcport", "dstport", "protocol", "packets", "bytes", "tcp-flags", "traffic-path",
    "packets-lost-no-route", "packets-lost-blackhole", "packets-lost-mtu-exceeded",
    "packets-lost-ttl-expired",
}
MILLISECONDS_FROM = 10 ** 11


def meaning(field, text):
    if text == "-":
        return None
    if field in NUMBERS:
        return int(text)
    if field in ADDRESSES:
        return str(ipaddress.ip_address(text))
    if field in TIMES:
        seconds = int(text) // (1000 if int(text) >= MILLISECONDS_FROM else 1)
        time = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
        return time.strftime("%Y-%m-%dT%H:%M:%SZ")
    return text


def written(path):
    """The header's fields and the records, as the file says."""
    with open(path, encoding="utf-8") as file:
        lines = [line.split() for line in file]
    fields = lines[0]
    return fields, [
        {field.replace("-", "_"): meaning(field, text) for field, text in zip(fields, line)}
        for line in lines[1:] if line != fields
    ]


def read(path, fields, kernel):
    columns = ", ".join(f'"{field.replace("-", "_")}"' for field in fields)
    done = subprocess.run(
        [FLOWTOLL, "sql", f"SELECT {columns} FROM flows ORDER BY line", path, "-q",
         "--format", "ndjson"],
        env={**os.environ, "FLOWTOLL_CPU": kernel}, capture_output=True, text=True, check=False,
    )
    if done.returncode != 0 or done.stderr:
        raise AssertionError(f"exit {done.returncode}\n{done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


class RoundTrip(unittest.TestCase):
    def test_every_value(self):
        paths = sorted(glob.glob(LOGS))
        self.assertGreaterEqual(len(paths), 21)
        for path in paths:
            fields, records = written(path)
            self.assertTrue(records)
            for kernel in ("scalar", ""):  # "" is the best there is
                with self.subTest(log=os.path.basename(path), kernel=kernel):
                    self.assertEqual(read(path, fields, kernel), records)


if __name__ == "__main__":
    unittest.main()
