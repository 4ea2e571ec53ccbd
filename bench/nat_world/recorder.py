# SPDX-License-Identifier: Apache-2.0
"""What an interface's flow log notes of the packets that pass it.

One rule makes srcaddr and dstaddr (Amazon VPC User Guide, "Flow log records" and "Limitations"):
the end that is the interface's own is shown as its primary private IPv4 address, of egress the
source and of ingress the destination, whatever the packet says there; pkt-srcaddr and pkt-dstaddr
are the packet's. Packets of a flow within an aggregation window become one record; the windows of
an interface begin at a second of its own.
"""
import zlib
from dataclasses import dataclass

from .journey import EGRESS, INGRESS
from .model import is_ipv6

ACCEPT, REJECT = "ACCEPT", "REJECT"


def shown(step):
    """(srcaddr, dstaddr) of the record."""
    own = step.point.primary if hasattr(step.point, "primary") else None
    packet = step.packet
    if own is None or is_ipv6(packet.src):
        return packet.src, packet.dst
    if step.direction == INGRESS:
        return packet.src, own
    return own, packet.dst


def window_of(point, at, interval):
    """The number of the aggregation window, and when it begins."""
    offset = zlib.crc32(point.id.encode()) % interval
    index = (at - offset) // interval
    return index, index * interval + offset


@dataclass
class Record:
    """step is None where the window had no data, or its records were skipped."""
    point: object
    start: int
    end: int
    step: object = None
    action: str = "-"
    packets: int = 0
    bytes: int = 0
    flags: int = 0
    status: str = "OK"
    blind: bool = False  # pkt-srcaddr and pkt-dstaddr could not be told

    def sort_key(self):
        packet = self.step.packet if self.step else None
        return (self.end, self.start, self.point.id, str(packet), self.action,
                self.step.direction if self.step else "")


@dataclass(frozen=True, eq=False)
class FlowLog:
    id: str
    account: str
    interval: int
    fields: tuple
    points: frozenset            # what it logs
    is_transit: bool = False
    traffic: str = "ALL"         # or ACCEPT


class Recorder:
    """Adds up what passes, for each length of window that some flow log asks for."""

    def __init__(self, intervals):
        self.open = {interval: {} for interval in sorted(intervals)}

    def see(self, step, size, at, until, flags=0, action=ACCEPT):
        if size.packets == 0 or not step.seen:
            return
        bytes_seen = size.bytes + size.packets * step.more
        for interval, records in self.open.items():
            index, begin = window_of(step.point, at, interval)
            end = min(until, begin + interval - 1)
            key = (step, action, index)
            record = records.get(key)
            if record is None:
                record = records[key] = Record(step.point, at, end, step, action)
            record.packets += size.packets
            record.bytes += bytes_seen
            record.flags |= flags if step.packet.protocol == 6 else 0
            record.start, record.end = min(record.start, at), max(record.end, end)

    def records(self, flow_log, period, keep_idle):
        """What a flow log holds, windows without data among it."""
        held = [record for record in self.open[flow_log.interval].values()
                if record.point in flow_log.points
                and flow_log.traffic in ("ALL", record.action)]
        if not flow_log.is_transit:
            held += idle_windows(flow_log, period, held, keep_idle)
        return sorted(held, key=Record.sort_key)


def idle_windows(flow_log, period, held, keep_idle):
    busy = {(r.point, window_of(r.point, r.start, flow_log.interval)[0]) for r in held}
    for point in sorted(flow_log.points, key=lambda p: p.id):
        first, _ = window_of(point, period[0], flow_log.interval)
        last, _ = window_of(point, period[1] - 1, flow_log.interval)
        for index in range(first + 1, last):
            _, begin = window_of(point, period[0] + (index - first) * flow_log.interval,
                                 flow_log.interval)
            if (point, index) not in busy and keep_idle(point, index):
                yield Record(point, begin, begin + flow_log.interval - 1, status="NODATA")


__all__ = ["ACCEPT", "REJECT", "EGRESS", "INGRESS", "FlowLog", "Record", "Recorder", "shown",
           "window_of"]
