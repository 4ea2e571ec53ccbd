# SPDX-License-Identifier: Apache-2.0
"""What a gateway bills: each byte that it processes once, whichever way it goes.

Nothing here knows of records but one thing: for the hours, a byte counts where the record that
holds it starts, so the meter keeps flows by the same windows as the gateway's interface.
"""
from collections import defaultdict
from dataclasses import dataclass

from .recorder import window_of


@dataclass
class Metered:
    bytes: int = 0
    packets: int = 0
    start: int = None


@dataclass
class Counters:
    """As the gateway's metrics in CloudWatch count: in and out, on either side."""
    in_from_source: int = 0
    out_to_destination: int = 0
    in_from_destination: int = 0
    out_to_source: int = 0


class Meter:
    def __init__(self, intervals):
        self.flows = {interval: defaultdict(Metered) for interval in sorted(intervals)}
        self.counters = defaultdict(Counters)
        self.unbilled = defaultdict(Metered)  # (gateway id or None, reason)
        self.repeated = 0

    def charge(self, charge, direction, size, at):
        if size.packets == 0:
            return
        gateway = charge.gateway
        inner = size.bytes + size.packets * charge.more  # the client's side, where IPv6 is
        counters = self.counters[gateway.id]
        if direction == "upload":
            counters.in_from_source += inner
            counters.out_to_destination += size.bytes
        else:
            counters.in_from_destination += size.bytes
            counters.out_to_source += inner
        for interval, flows in self.flows.items():
            index, _ = window_of(gateway.point, at, interval)
            key = (gateway, direction, charge.client, charge.origin, charge.remote, charge.flow,
                   index)
            flow = flows[key]
            flow.bytes += inner
            flow.packets += size.packets
            flow.start = at if flow.start is None else min(flow.start, at)

    def not_billed(self, gateway, reason, size):
        """Bytes that some record holds and no bill does."""
        row = self.unbilled[gateway.id if gateway else None, reason]
        row.bytes += size.bytes
        row.packets += size.packets

    def note_lost(self, journey, burst):
        if not journey.charges:
            return
        gateway, more = journey.charges[0].gateway, journey.charges[0].more
        for reason, size in (("lost_before_gateway", burst.lost_up),
                             ("lost_behind_gateway", burst.lost_down)):
            if size.packets:
                row = self.unbilled[gateway.id, reason]
                row.bytes += size.bytes + more * size.packets
                row.packets += size.packets

    def note_repeated(self, count):
        self.repeated += count
