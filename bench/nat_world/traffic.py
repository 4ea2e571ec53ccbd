# SPDX-License-Identifier: Apache-2.0
"""Connections, as bursts of packets with sizes, losses and repetitions."""
import functools
import ipaddress
from dataclasses import dataclass

TCP, UDP, ICMP = 6, 17, 1
HEADERS = {TCP: 52, UDP: 28, ICMP: 28}
PAYLOAD_MAX = 1400
FIN, SYN, SYN_ACK = 1, 2, 18
LAST_S = 30  # no burst begins in the last half minute, so that all traffic is over at the end


@dataclass(frozen=True)
class Remotes:
    """Of whom there are some: `service` and `region` as AWS's ranges have them."""
    prefix: str
    service: str
    region: str
    weight: int
    habits: tuple


REMOTES = (
    Remotes("52.216.0.0/15", "S3", "us-east-1", 6, ("download", "upload")),
    Remotes("52.218.0.0/17", "S3", "eu-west-1", 1, ("download",)),
    Remotes("52.94.0.0/22", "DYNAMODB", "us-east-1", 2, ("chat",)),
    Remotes("52.94.244.0/22", "AMAZON", "us-east-1", 2, ("chat", "upload")),
    Remotes("13.224.0.0/14", "CLOUDFRONT", "GLOBAL", 2, ("download",)),
    Remotes("54.156.0.0/14", "EC2", "us-east-1", 1, ("chat", "ping")),
    Remotes("140.82.112.0/20", "-", "-", 2, ("download", "chat")),
    Remotes("91.189.88.0/21", "-", "-", 2, ("oneway", "ping", "lookup")),
)
PRIVATE_REMOTES = (
    Remotes("10.200.0.0/18", "-", "-", 3, ("download", "upload", "chat")),
    Remotes("172.20.0.0/20", "-", "-", 1, ("chat", "oneway", "ping")),
)
HABITS = {  # protocol, port there, payload of a burst up and down (medians), how it spreads
    "download": (TCP, 443, 900, 160_000, 1.4),
    "upload": (TCP, 443, 120_000, 700, 1.4),
    "chat": (TCP, 443, 2_500, 5_000, 0.9),
    "oneway": (UDP, 514, 1_800, 0, 0.7),
    "lookup": (UDP, 53, 60, 180, 0.3),
    "ping": (ICMP, 0, 56, 56, 0.0),
}


@functools.lru_cache(maxsize=None)
def service_of(address):
    """What AWS writes into pkt-src-aws-service and pkt-dst-aws-service."""
    if ":" in address:
        return "-"
    number = ipaddress.ip_address(address)
    for row in REMOTES:
        if number in ipaddress.ip_network(row.prefix):
            return row.service
    return "-"


@dataclass(frozen=True)
class Size:
    packets: int
    bytes: int

    def plus(self, other):
        return Size(self.packets + other.packets, self.bytes + other.bytes)

    def less(self, other):
        return Size(self.packets - other.packets, self.bytes - other.bytes)


NOTHING = Size(0, 0)


@dataclass(frozen=True)
class Burst:
    """Both ways within some seconds. `up` and `down` are what the gateway is handed, repetitions
    included; of `down`, lost_down is lost behind the gateway; lost_up is lost before it."""
    at: int
    until: int
    up: Size
    down: Size
    lost_up: Size = NOTHING
    lost_down: Size = NOTHING
    up_flags: int = 0
    down_flags: int = 0


@dataclass(frozen=True)
class Connection:
    client: object
    remote: str
    protocol: int
    client_port: int
    remote_port: int
    bursts: tuple
    repeated: int = 0  # bytes among them that were sent again


class Traffic:
    """Draws connections. `habits`: retransmitted, lost, long, steady."""

    def __init__(self, rng, start, end, remotes, habits):
        self.rng, self.start, self.end = rng, start, end
        self.rows, self.habits = remotes, habits
        self.known = [(self.draw_address(row), row) for row in remotes for _ in range(4)]

    def draw_address(self, row):
        network = ipaddress.ip_network(row.prefix)
        return str(network[self.rng.randrange(1, network.num_addresses - 1)])

    def draw_remote(self, services=None):
        known = [k for k in self.known if services is None or k[1].service in services]
        weights = [row.weight for _, row in known]
        return self.rng.choices(known, weights)[0]

    def size(self, protocol, median, spread):
        if median == 0:
            return NOTHING
        payload = int(median * self.rng.lognormvariate(0, spread)) if spread else median
        packets = max(1, -(-payload // PAYLOAD_MAX))
        if protocol == TCP:
            packets += packets // 8  # some carry nothing
        return Size(packets, payload + packets * HEADERS[protocol])

    def part(self, size, share):
        """Some packets out of a burst, with their bytes; never all of them."""
        packets = min(size.packets - 1, max(1, int(size.packets * share)))
        if packets <= 0:
            return NOTHING
        return Size(packets, size.bytes // size.packets * packets)

    def times(self):
        """When the bursts of a connection begin."""
        draw = self.rng.random()
        room = self.end - LAST_S - self.start
        if "steady" in self.habits:  # many short ones, so that no window stands out
            length = 1 + self.rng.randrange(90)
        elif "long" in self.habits or draw > 0.9:
            length = self.rng.randrange(room // 3, room - 1)
        else:
            length = self.rng.randrange(2, 80) if draw < 0.6 else self.rng.randrange(80, 900)
        begin = self.start + self.rng.randrange(room - length)
        gap = max(5, length / 100)
        at, times = float(begin), []
        while at <= begin + length:
            times.append(int(at))
            at += gap * self.rng.uniform(0.5, 1.5)
        return times

    def burst(self, at, protocol, up_median, down_median, spread):
        up = self.size(protocol, up_median, spread)
        down = self.size(protocol, down_median, spread)
        repeated, lost_up, lost_down = 0, NOTHING, NOTHING
        if "retransmitted" in self.habits and protocol == TCP and self.rng.random() < 0.5:
            again_up = self.part(up, self.rng.uniform(0.02, 0.2))
            again_down = self.part(down, self.rng.uniform(0.02, 0.2))
            up, down = up.plus(again_up), down.plus(again_down)
            repeated = again_up.bytes + again_down.bytes
        if "lost" in self.habits and self.rng.random() < 0.4:
            lost_up = self.part(up, 0.1)
            lost_down = self.part(down, 0.05)
        until = at + self.rng.randrange(0, 8)
        return Burst(at, until, up, down, lost_up, lost_down), repeated

    def connection(self, client, remote=None, row=None, habit=None):
        if row is None:
            remote, row = self.draw_remote()
        habit = habit or self.rng.choice(row.habits)
        protocol, port, up, down, spread = HABITS[habit]
        drawn = [self.burst(at, protocol, up, down, spread) for at in self.times()]
        bursts = [b for b, _ in drawn]
        if protocol == TCP:
            bursts[0] = replace_flags(bursts[0], SYN, SYN_ACK)
            bursts[-1] = replace_flags(bursts[-1], FIN, FIN)
        client_port = 0 if protocol == ICMP else self.rng.randrange(32768, 61000)
        return Connection(client, remote, protocol, client_port, port, tuple(bursts),
                          sum(r for _, r in drawn))


def replace_flags(burst, up, down):
    return Burst(burst.at, burst.until, burst.up, burst.down, burst.lost_up, burst.lost_down,
                 burst.up_flags | up, burst.down_flags | down)
