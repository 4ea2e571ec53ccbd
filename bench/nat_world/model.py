# SPDX-License-Identifier: Apache-2.0
"""What there is: VPCs, subnets, interfaces, gateways, transit gateways."""
import ipaddress
from dataclasses import dataclass, field

REGION = "us-east-1"
ACCOUNT = "123456789012"
ZONES = (("us-east-1a", "use1-az4"), ("us-east-1b", "use1-az6"))
NAT64_PREFIX = int(ipaddress.IPv6Address("64:ff9b::"))


def is_ipv6(address):
    return ":" in address


def nat64(address):
    """How a client that speaks IPv6 only writes an IPv4 address (RFC 6052)."""
    return str(ipaddress.IPv6Address(NAT64_PREFIX + int(ipaddress.IPv4Address(address))))


class Ids:
    """Ids as AWS makes them, by seed."""

    def __init__(self, rng):
        self.rng = rng

    def __call__(self, prefix):
        return f"{prefix}-0{self.rng.getrandbits(64):016x}"


@dataclass(eq=False)
class Vpc:
    id: str
    cidrs: list
    account: str = ACCOUNT
    ipv6_cidr: str = None
    subnets: list = field(default_factory=list)


@dataclass(eq=False)
class Subnet:
    id: str
    vpc: Vpc
    cidr: str
    zone: str
    zone_id: str
    table_id: str
    routes: list = field(default_factory=list)  # beyond the local ones, as AWS describes them
    taken: int = 3  # the router, the name server and one address that AWS reserves

    def take(self):
        self.taken += 1
        return str(ipaddress.ip_network(self.cidr)[self.taken])


@dataclass(eq=False)
class Interface:
    """addresses: of IPv4, the primary one first; public: private address -> Elastic IP."""
    id: str
    subnet: Subnet
    addresses: list
    description: str = ""
    type: str = "interface"      # as describe-network-interfaces has it
    log_type: str = "-"          # as field interface-type of the records has it
    instance_id: str = "-"
    ipv6: str = None
    public: dict = field(default_factory=dict)
    name: str = ""
    hidden: tuple = ()           # addresses that the inventory lacks

    @property
    def primary(self):
        return self.addresses[0]

    @property
    def vpc(self):
        return self.subnet.vpc


@dataclass(eq=False)
class RegionalPoint:
    """Where a regional gateway's records are made: it has no interface."""
    id: str                      # the gateway's
    vpc: Vpc
    primary: str = None
    log_type: str = "regional_nat_gateway"
    instance_id: str = "-"
    subnet: Subnet = None


@dataclass(eq=False)
class Gateway:
    """What translates addresses; `billed` unless it is somebody's own instance.

    leave: what field traffic-path says of packets that leave it towards remotes.
    """
    id: str
    point: object                # Interface or RegionalPoint
    addresses: list              # it translates to these
    public: dict                 # private address -> Elastic IP
    connectivity: str = "public"
    billed: bool = True
    leave: int = 8
    legs: str = "substituted"    # a regional gateway's: shown, hidden or inner; see docs
    port: int = 1023

    @property
    def is_regional(self):
        return isinstance(self.point, RegionalPoint)

    @property
    def zone(self):
        return None if self.is_regional else self.point.subnet.zone

    def next_port(self):
        """Of its outer side; always another than the client's, as gateways choose them."""
        self.port = self.port + 7 if self.port < 65000 else 1024 + self.port % 7
        return self.port


@dataclass(eq=False)
class Attachment:
    """A VPC's attachment to a transit gateway, and the interface of it in that VPC."""
    id: str
    tgw_id: str
    interface: Interface

    @property
    def vpc(self):
        return self.interface.vpc


@dataclass(frozen=True, eq=False)
class Client:
    """Who opens connections: the address that the network sees, and whose traffic it really is."""
    interface: Interface
    address: str
    origin: str
    kind: str


@dataclass
class World:
    ids: Ids
    vpcs: list = field(default_factory=list)
    interfaces: list = field(default_factory=list)
    gateways: list = field(default_factory=list)
    attachments: list = field(default_factory=list)
    clients: list = field(default_factory=list)
    ways: dict = field(default_factory=dict)   # client -> Way
    flow_logs: list = field(default_factory=list)
    prefix_lists: list = field(default_factory=list)
    endpoint_subnets: set = field(default_factory=set)
    database: Interface = None
    balancer: Interface = None
    proxy: Interface = None

    def points(self):
        """Whatever records are made at."""
        regional = [g.point for g in self.gateways if g.is_regional]
        return self.interfaces + regional + self.attachments


@dataclass(frozen=True, eq=False)
class Way:
    """From a client to the outside: through an attachment pair, perhaps, then gateways in turn."""
    gateways: tuple
    transit: tuple = ()          # (Attachment of the client's VPC, Attachment of the gateway's)
