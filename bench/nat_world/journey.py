# SPDX-License-Identifier: Apache-2.0
"""The way of a connection's packets: past which interfaces, with which addresses, to which bill.

    client ──▶ [attachment ──▶ attachment] ──▶ gateway ──▶ [gateway] ──▶ remote

The way back is the same, mirrored: a gateway finds the client by the port that it chose.
"""
from dataclasses import dataclass, replace

from .model import is_ipv6, nat64
from .traffic import ICMP

INGRESS, EGRESS = "ingress", "egress"
IPV6_MORE = 20  # bytes by which an IPv6 header is longer than one of IPv4
IN_VPC = 1      # field traffic-path: through another resource in the VPC


@dataclass(frozen=True)
class Packet:
    src: str
    dst: str
    src_port: int
    dst_port: int
    protocol: int

    def back(self):
        return Packet(self.dst, self.src, self.dst_port, self.src_port, self.protocol)


@dataclass(frozen=True)
class Step:
    """A packet passes a point. `seen` is False where nothing is noted of it."""
    point: object
    direction: str
    packet: Packet
    next_hop: object = None
    path: int = None             # field traffic-path, of egress only
    more: int = 0                # bytes a packet beyond what the burst says: longer headers
    at_client: bool = False      # before anything can be lost on the way
    seen: bool = True
    link: tuple = ()             # attachments (source, destination), of a transit gateway's point
    leg: str = ""                # which of docs/accounting.md's legs; for tests alone

    def back(self):
        direction = EGRESS if self.direction == INGRESS else INGRESS
        path = IN_VPC if direction == EGRESS else None
        return replace(self, direction=direction, packet=self.packet.back(), path=path,
                       link=self.link[::-1], leg=BACK.get(self.leg, self.leg))


BACK = {"A": "D", "B": "C", "E": "F"}


@dataclass(frozen=True)
class Charge:
    """A gateway processes a packet. The client is who it came from, as the gateway sees it."""
    gateway: object
    client: str
    origin: str
    remote: str
    flow: tuple
    more: int


@dataclass(frozen=True)
class Journey:
    up: tuple
    down: tuple
    charges: tuple


def through_transit(packet, client, transit, first, more):
    """Past both attachments: their interfaces, and the transit gateway's own records."""
    near, far = transit
    interface_leg = {"packet": packet, "more": more, "leg": "T"}
    tgw_leg = {"packet": packet, "more": more, "leg": "W", "link": (near, far)}
    return [
        Step(near.interface, INGRESS, next_hop=client.interface, **interface_leg),
        Step(near, INGRESS, **tgw_leg),
        Step(far, EGRESS, **tgw_leg),
        Step(far.interface, EGRESS, next_hop=first, path=IN_VPC, **interface_leg),
    ]


def through_gateway(rng, packet, gateway, before, after, remote, more):
    """Both sides of a gateway, and the packet as it leaves."""
    address = rng.choice(gateway.addresses)
    port = 0 if packet.protocol == ICMP else gateway.next_port()
    outside = Packet(address, remote, port, packet.dst_port, packet.protocol)
    shown = outside
    if gateway.legs == "shown":
        shown = replace(outside, src=gateway.public[address])
    elif gateway.legs == "hidden":
        shown = packet
    path = gateway.leave if after is None else IN_VPC
    inner = Step(gateway.point, INGRESS, packet, before, more=more, leg="A")
    outer = Step(gateway.point, EGRESS, shown, after, path, leg="B", seen=gateway.legs != "inner")
    return [inner, outer], outside


def make(rng, client, way, remote, client_port, remote_port, protocol):
    more = IPV6_MORE if is_ipv6(client.address) else 0
    packet = Packet(client.address, nat64(remote) if more else remote, client_port, remote_port,
                    protocol)
    points = [g.point for g in way.gateways] + [None]
    first = way.transit[0].interface if way.transit else points[0]
    steps = [Step(client.interface, EGRESS, packet, first, IN_VPC, more, True, leg="E")]
    before = client.interface
    if way.transit:
        steps += through_transit(packet, client, way.transit, points[0], more)
        before = way.transit[1].interface
    charges = []
    for i, gateway in enumerate(way.gateways):
        if gateway.billed:
            flow = (packet.src_port, packet.dst_port, packet.protocol)
            charges.append(Charge(gateway, packet.src, client.origin, remote, flow, more))
        sides, packet = through_gateway(rng, packet, gateway, before, points[i + 1], remote, more)
        steps += sides
        before, more = gateway.point, 0
    return Journey(tuple(steps), tuple(step.back() for step in reversed(steps)), tuple(charges))


def play(connection, journey, recorder, meter):
    """All bursts of a connection along its journey."""
    for burst in connection.bursts:
        for step in journey.up:
            size = burst.up.plus(burst.lost_up) if step.at_client else burst.up
            recorder.see(step, size, burst.at, burst.until, burst.up_flags)
        for step in journey.down:
            size = burst.down.less(burst.lost_down) if step.at_client else burst.down
            recorder.see(step, size, burst.at, burst.until, burst.down_flags)
        for charge in journey.charges:
            meter.charge(charge, "upload", burst.up, burst.at)
            meter.charge(charge, "download", burst.down, burst.at)
        meter.note_lost(journey, burst)
    meter.note_repeated(connection.repeated if journey.charges else 0)
