# SPDX-License-Identifier: Apache-2.0
"""Flow logs as objects in a bucket, and what can go wrong with them.

A file is named by the five minutes in which its records end. Faults are made of records and files
that were right before: the truth stays that of the whole.
"""
import datetime
import gzip
import os
import random
import zlib
from collections import defaultdict
from dataclasses import dataclass, field, replace

from .fields import line
from .model import REGION, Attachment
from .recorder import ACCEPT, Record, window_of

FILE_S = 300
SKIPPED_SHARE, BLIND_SHARE, MISSING_SHARE = 0.03, 0.04, 0.08


@dataclass
class Written:
    files: int = 0
    rows: int = 0
    bytes: int = 0
    nodata: int = 0
    skipdata: int = 0
    first_start: int = None
    last_end: int = 0
    skipped_bytes: int = 0       # of the gateways' interfaces, ACCEPT
    blind_bytes: int = 0         # likewise
    missing: set = field(default_factory=set)
    windows: set = field(default_factory=set)


def is_gateways(record, gateways):
    return record.action == ACCEPT and record.point in {g.point for g in gateways}


def skip(records, gateways, interval, rng, written):
    """Windows of gateways' interfaces of which AWS says that it lost records."""
    windows = sorted({(r.point.id, window_of(r.point, r.start, interval)) for r in records
                      if is_gateways(r, gateways)})
    wanted = max(2, int(len(windows) * SKIPPED_SHARE))
    chosen = set(rng.sample(windows, min(wanted, len(windows))))
    kept = []
    for record in records:
        window = (record.point.id, window_of(record.point, record.start, interval))
        if window in chosen and is_gateways(record, gateways):
            if rng.random() < 0.5:
                written.skipped_bytes += record.bytes
                continue
        kept.append(record)
    points = {g.point.id: g.point for g in gateways}
    for point_id, (_, begin) in sorted(chosen):
        kept.append(Record(points[point_id], begin, begin + interval - 1, status="SKIPDATA"))
    return kept


def blind(records, gateways, rng, written):
    """Records without what is optional: fields beyond the first ones are best effort."""
    kept = []
    for record in records:
        if is_gateways(record, gateways) and record.step and rng.random() < BLIND_SHARE:
            written.blind_bytes += record.bytes
            record = replace(record, blind=True)
        kept.append(record)
    return kept


def path_of(flow_log, stamp):
    when = datetime.datetime.fromtimestamp(stamp, datetime.timezone.utc)
    digest = zlib.crc32(f"{flow_log.id} {stamp}".encode())
    folder = os.path.join("AWSLogs", flow_log.account, "vpcflowlogs", REGION,
                          when.strftime("%Y"), when.strftime("%m"), when.strftime("%d"))
    name = (f"{flow_log.account}_vpcflowlogs_{REGION}_{flow_log.id}_{when:%Y%m%dT%H%MZ}"
            f"_{digest:08x}.log.gz")
    return os.path.join(folder, name)


def write_file(path, lines):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 6, raw, 0) as file:
        file.write("".join(text + "\n" for text in lines).encode())


def count(record, written):
    if record.status == "OK":
        written.rows += 1
        written.bytes += record.bytes
    elif record.status == "NODATA":
        written.nodata += 1
    else:
        written.skipdata += 1
    first = written.first_start
    written.first_start = record.start if first is None else min(first, record.start)
    written.last_end = max(written.last_end, record.end)


def keeps_idle(seed):
    """Of windows without data, all of gateways and transit gateways, and an eighth of others':
    in a small network they would otherwise be nearly all that there is."""
    def keep(point, index):
        if point.log_type != "-":
            return True
        return zlib.crc32(f"{seed} {point.id} {index}".encode()) % 8 == 0
    return keep


def write(folder, world, recorder, period, faults, seed):
    """All flow logs' files. What was written is for checks, and for the coverage."""
    written = Written()
    by_window = {}
    for flow_log in world.flow_logs:
        rng = random.Random(f"faults {seed} {flow_log.id}")
        records = recorder.records(flow_log, period, keeps_idle(seed))
        gateways = [g for g in world.gateways if g.point in flow_log.points]
        if "skipdata" in faults and gateways:
            records = skip(records, gateways, flow_log.interval, rng, written)
        if "blind" in faults and "pkt-srcaddr" in flow_log.fields:
            records = blind(records, gateways, rng, written)
        files = defaultdict(list)
        for record in sorted(records, key=Record.sort_key):
            files[record.end // FILE_S * FILE_S].append(record)
        by_window[flow_log] = files
    written.windows = set().union(*by_window.values())
    if "missing_files" in faults:
        inner = sorted(written.windows)[2:-2]
        rng = random.Random(f"missing {seed}")
        wanted = max(1, int(len(inner) * MISSING_SHARE))
        written.missing = set(rng.sample(inner, min(wanted, len(inner))))
    for flow_log, files in by_window.items():
        for stamp, records in sorted(files.items()):
            if stamp in written.missing:
                continue
            lines = [" ".join(flow_log.fields)]
            for record in records:
                count(record, written)
                lines.append(line(record, flow_log))
            write_file(os.path.join(folder, path_of(flow_log, stamp)), lines)
            written.files += 1
    return written


def points_of(world, choose):
    return frozenset(p for p in world.points() if not isinstance(p, Attachment) and choose(p))
