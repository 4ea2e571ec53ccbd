# SPDX-License-Identifier: Apache-2.0
"""Packets that no gateway processes, and traffic beside the gateway."""
from .journey import EGRESS, IN_VPC, INGRESS, Packet, Step
from .recorder import ACCEPT, REJECT
from .traffic import NOTHING, SYN, SYN_ACK, TCP, UDP, Size

TO_INTERNET, TO_ENDPOINT = 8, 7
MAPPING_S = 350  # a mapping that is idle for so long is forgotten
SYN_SIZE = Size(1, 60)


class Events:
    def __init__(self, rng, world, traffic, recorder, meter):
        self.rng, self.world, self.traffic = rng, world, traffic
        self.recorder, self.meter = recorder, meter

    def when(self):
        return self.rng.randrange(self.traffic.start, self.traffic.end - 30)

    def zonal_gateways(self):
        return [g for g in self.world.gateways if not g.is_regional]

    def both_ways(self, step, up, down, at, action=ACCEPT):
        self.recorder.see(step, up, at, at + 3, SYN, action)
        self.recorder.see(step.back(), down, at, at + 3, SYN_ACK, action)

    # ---- at the gateway, not processed -------------------------------------------------------

    def unsolicited(self, count):
        """From outside, to an address of the gateway, where nobody asked for it. The network
        ACL lets it in, the gateway has no mapping for it."""
        for gateway in self.zonal_gateways():
            for _ in range(count):
                source = f"198.51.100.{self.rng.randrange(1, 255)}"
                protocol = self.rng.choice((TCP, TCP, UDP))
                packet = Packet(source, self.rng.choice(gateway.addresses),
                                self.rng.randrange(1024, 65536), self.rng.randrange(1, 65536),
                                protocol)
                packets = self.rng.randrange(1, 6)
                size = Size(packets, packets * self.rng.randrange(40, 600))
                at = self.when()
                step = Step(gateway.point, INGRESS, packet, leg="C")
                if self.rng.random() < 0.3:  # others the ACL turns away
                    self.recorder.see(step, size, at, at + 2, SYN, REJECT)
                    self.meter.not_billed(gateway, "rejected", size)
                else:
                    self.recorder.see(step, size, at, at + 2, SYN)
                    self.meter.not_billed(gateway, "unsolicited_inbound", size)

    def late(self, played, count):
        """A remote goes on after the mapping was forgotten: the ports are those of a connection
        that was, the packets go nowhere."""
        chosen = [(c, j) for c, j in played if c.protocol == UDP]
        chosen = [(c, j) for c, j in chosen if c.bursts[-1].at + 2 * MAPPING_S < self.traffic.end]
        for connection, journey in self.rng.sample(chosen, min(count, len(chosen))):
            step = next(s for s in journey.down if s.leg == "C")
            at = connection.bursts[-1].at + MAPPING_S + self.rng.randrange(10, MAPPING_S - 10)
            packets = self.rng.randrange(2, 40)
            size = Size(packets, packets * 1200)
            self.recorder.see(step, size, at, at + 4)
            gateway = journey.charges[-1].gateway
            self.meter.not_billed(gateway, "late_inbound", size)

    def exhausted(self, played, count):
        """The gateway has no port left for a remote: attempts come in, and go nowhere."""
        chosen = [(c, j) for c, j in played if c.protocol == TCP and len(j.charges) == 1]
        for connection, journey in self.rng.sample(chosen, min(count, len(chosen))):
            gateway = journey.charges[0].gateway
            port = self.rng.randrange(61000, 65536)  # no connection that succeeded has it
            for i in range(3):
                at = self.when()
                size = Size(3, 3 * SYN_SIZE.bytes)
                for step in journey.up:
                    packet = Packet(step.packet.src, step.packet.dst, port + i - 3,
                                    step.packet.dst_port, TCP)
                    moved = Step(step.point, step.direction, packet, step.next_hop, step.path,
                                 step.more, link=step.link, leg=step.leg)
                    if step.leg == "B":
                        break
                    self.recorder.see(moved, size, at, at + 7, SYN)
                self.meter.not_billed(gateway, "port_exhaustion", size)

    def rejected(self, played, count):
        """Turned away at the client's interface, or at the gateway's by its subnet's ACL, or sent
        after a connection was closed."""
        for connection, journey in self.rng.choices(played, k=count):
            where = self.rng.choice(("E", "A", "C"))
            steps = journey.down if where == "C" else journey.up
            step = next(s for s in steps if s.leg == where)
            packets = self.rng.randrange(1, 4)
            size = Size(packets, packets * 60)
            at = self.when()
            if where == "A":  # the client's own interface let it go
                self.recorder.see(journey.up[0], size, at, at + 3)
                self.meter.not_billed(None, "rejected_at_gateway", size)
            self.recorder.see(step, size, at, at + 3, SYN, REJECT)
            gateway = None if where == "E" else journey.charges[0 if where == "A" else -1].gateway
            self.meter.not_billed(gateway, "rejected", size)

    # ---- beside the gateway ------------------------------------------------------------------

    def within(self, client, server, port, up, down):
        """Between two interfaces of a VPC."""
        packet = Packet(client.primary, server.primary, self.rng.randrange(32768, 61000), port, TCP)
        at = self.when()
        self.both_ways(Step(client, EGRESS, packet, server, IN_VPC, leg="E"), up, down, at)
        self.both_ways(Step(server, INGRESS, packet, client, leg="E"), up, down, at)

    def from_internet(self, server, up, down):
        source = f"203.0.113.{self.rng.randrange(1, 255)}"
        packet = Packet(source, server.primary, self.rng.randrange(32768, 61000), 443, TCP)
        step = Step(server, INGRESS, packet)
        at = self.when()
        self.recorder.see(step, up, at, at + 3, SYN)
        back = Step(server, EGRESS, packet.back(), path=TO_INTERNET)
        self.recorder.see(back, down, at, at + 3, SYN_ACK)

    def to_outside(self, interface, remote, up, down, path):
        packet = Packet(interface.primary, remote, self.rng.randrange(32768, 61000), 443, TCP)
        self.both_ways(Step(interface, EGRESS, packet, None, path), up, down, self.when())

    def draw_sizes(self):
        return (self.traffic.size(TCP, 4000, 1.0), self.traffic.size(TCP, 30000, 1.2))

    def beside(self, count):
        world = self.world
        hosts = [c.interface for c in world.clients if c.kind == "instance"]
        for _ in range(count if world.database else 0):
            host = self.rng.choice(hosts)
            if host.vpc is world.database.vpc:
                self.within(host, world.database, 5432, *self.draw_sizes())
        for _ in range(2 * count if world.balancer else 0):
            self.from_internet(world.balancer, *self.draw_sizes())
            self.within(world.balancer, self.rng.choice(hosts), 8080, *self.draw_sizes())
        for _ in range(2 * count if world.proxy else 0):
            self.within(self.rng.choice(hosts), world.proxy, 3128, *self.draw_sizes())
            remote, _ = self.traffic.draw_remote()
            self.to_outside(world.proxy, remote, *self.draw_sizes(), TO_INTERNET)
        for _ in range(2 * count if world.endpoint_subnets else 0):
            near = [h for h in hosts if h.subnet in world.endpoint_subnets]
            remote = self.endpoint_remote()
            up, down = self.draw_sizes()
            self.to_outside(self.rng.choice(near), remote, up, down, TO_ENDPOINT)

    def endpoint_remote(self):
        while True:
            remote, row = self.traffic.draw_remote(("S3",))
            if row.region == "us-east-1":
                return remote


__all__ = ["Events", "NOTHING"]
