# SPDX-License-Identifier: Apache-2.0
"""Which VPCs, subnets, interfaces and gateways a scenario has."""
from .model import (
    ACCOUNT, REGION, ZONES, Attachment, Client, Gateway, Ids, Interface, RegionalPoint, Subnet,
    Vpc, Way, World,
)
from .traffic import REMOTES

SPOKE_ACCOUNT = "210987654321"
SPOKE_CIDR = "10.1.0.0/16"
POD_CIDR = "100.64.0.0/16"
IPV6_CIDR = "2600:1f18:77aa:6400::/56"
PRIVATE_CIDR = "10.0.0.0/16"
PUBLIC_CIDR = "44.192.0.0/16"  # a VPC may have a range that is not a private one
INSTANCES = 8
PODS = 10


class Builder:
    def __init__(self, scenario, rng):
        self.scenario, self.rng = scenario, rng
        self.world = World(Ids(rng))

    # ---- parts -------------------------------------------------------------------------------

    def vpc(self, *cidrs, account=ACCOUNT, ipv6=None):
        vpc = Vpc(self.world.ids("vpc"), list(cidrs), account, ipv6)
        self.world.vpcs.append(vpc)
        return vpc

    def subnet(self, vpc, third, zone=0, base=None):
        head = (base or vpc.cidrs[0]).split(".")[:2]
        cidr = ".".join(head + [str(third), "0"]) + "/24"
        ids = self.world.ids
        subnet = Subnet(ids("subnet"), vpc, cidr, *ZONES[zone], table_id=ids("rtb"))
        vpc.subnets.append(subnet)
        return subnet

    def interface(self, subnet, description="", more=0, **others):
        addresses = [subnet.take() for _ in range(1 + more)]
        interface = Interface(self.world.ids("eni"), subnet, addresses, description, **others)
        self.world.interfaces.append(interface)
        return interface

    def instance(self, subnet, name, more=0, **others):
        return self.interface(subnet, name=name, more=more,
                              instance_id=self.world.ids("i"), **others)

    def elastic_ip(self):
        return f"54.158.{self.rng.randrange(1, 250)}.{self.rng.randrange(1, 250)}"

    def gateway(self, subnet, connectivity="public", more=0, leave=8):
        gateway_id = self.world.ids("nat")
        interface = self.interface(
            subnet, f"Interface for NAT Gateway {gateway_id}", more, type="nat_gateway",
            log_type="nat_gateway", name="nat-" + subnet.zone)
        if connectivity == "public":
            interface.public = {address: self.elastic_ip() for address in interface.addresses}
        gateway = Gateway(gateway_id, interface, interface.addresses, interface.public,
                          connectivity, leave=leave)
        self.world.gateways.append(gateway)
        return gateway

    def regional_gateway(self, vpc, legs):
        gateway_id = self.world.ids("nat")
        public = [self.elastic_ip() for _ in range(2)]
        point = RegionalPoint(gateway_id, vpc)
        gateway = Gateway(gateway_id, point, public, {a: a for a in public}, legs=legs)
        self.world.gateways.append(gateway)
        return gateway

    def route(self, subnet, destination, **target):
        subnet.routes.append({"DestinationCidrBlock": destination, **target})

    def client(self, interface, way, kind, address=None, origin=None):
        address = address or interface.primary
        client = Client(interface, address, origin or address, kind)
        self.world.clients.append(client)
        self.world.ways[client] = way

    # ---- clients -----------------------------------------------------------------------------

    def instances(self, subnet, way, count=INSTANCES):
        for i in range(count):
            interface = self.instance(subnet, f"app-{subnet.zone[-1]}-{i + 1}")
            self.client(interface, way, "instance")

    def pods(self, node_subnet, pod_subnet, way, hidden):
        """Two nodes: an interface with the node's address, one whose secondary addresses are
        pods'. `hidden`: the node translates pods to its own address, the network sees that."""
        for i in range(2):
            node = self.instance(node_subnet, f"node-{i + 1}")
            self.client(node, way, "node")
            second = self.interface(pod_subnet, f"aws-K8S-{node.instance_id}", PODS,
                                    instance_id=node.instance_id)
            for pod in second.addresses[1:]:
                if hidden:
                    self.client(node, way, "pod", node.primary, pod)
                else:
                    self.client(second, way, "pod", pod)

    def functions(self, subnet, way):
        for name in ("ingest", "mailer", "thumbnails"):
            interface = self.interface(
                subnet, f"AWS Lambda VPC ENI-{name}-7a3b1c52", type="lambda")
            self.client(interface, way, "lambda")

    def ipv6_clients(self, subnet, way):
        for i in range(INSTANCES // 2):
            interface = self.instance(subnet, f"six-{i + 1}")
            interface.ipv6 = f"2600:1f18:77aa:6400::{i + 0x10:x}"
            self.client(interface, way, "instance", interface.ipv6)

    def clients(self, vpc, subnet, way):
        self.instances(subnet, way)
        also = self.scenario.clients
        if "pods" in also or "hidden_pods" in also:
            pod_subnet = self.subnet(vpc, 0, base=POD_CIDR)
            self.pods(subnet, pod_subnet, way, "hidden_pods" in also)
        if "lambda" in also:
            self.functions(subnet, way)
        if "ipv6" in also:
            self.ipv6_clients(subnet, way)

    # ---- beside the gateway ------------------------------------------------------------------

    def beside(self, vpc, public_subnet, private_subnet):
        world, extras = self.world, self.scenario.extras
        world.database = self.interface(private_subnet, "RDSNetworkInterface", name="db")
        if "balancer" in extras:
            world.balancer = self.interface(public_subnet, "ELB app/shop/50dc6c495c0c9188")
            world.balancer.public = {world.balancer.primary: self.elastic_ip()}
        if "proxy" in extras:
            world.proxy = self.instance(public_subnet, "proxy")
            world.proxy.public = {world.proxy.primary: self.elastic_ip()}
        if "nat_instance" in extras:
            host = self.instance(public_subnet, "nat-instance")
            host.public = {host.primary: self.elastic_ip()}
            box = Gateway(host.instance_id, host, host.addresses, host.public, billed=False)
            subnet = self.subnet(vpc, 20)
            self.route(subnet, "0.0.0.0/0", NetworkInterfaceId=host.id)
            self.instances(subnet, Way((box,)), 3)
        if "endpoint" in extras:
            self.endpoint(private_subnet)

    def endpoint(self, subnet):
        """A gateway endpoint for S3: what goes there passes no gateway."""
        cidrs = [r.prefix for r in REMOTES if r.service == "S3" and r.region == REGION]
        list_id = self.world.ids("pl")
        self.world.prefix_lists.append((list_id, f"com.amazonaws.{REGION}.s3", cidrs))
        self.world.endpoint_subnets.add(subnet)
        subnet.routes.append({"DestinationPrefixListId": list_id,
                              "GatewayId": self.world.ids("vpce")})

    # ---- topologies --------------------------------------------------------------------------

    def zonal(self):
        clients = self.scenario.clients
        cidr = PUBLIC_CIDR if "public_cidr" in self.scenario.extras else PRIVATE_CIDR
        cidrs = [cidr] + ([POD_CIDR] if {"pods", "hidden_pods"} & set(clients) else [])
        vpc = self.vpc(*cidrs, ipv6=IPV6_CIDR if "ipv6" in clients else None)
        public, private = self.subnet(vpc, 0), self.subnet(vpc, 10)
        self.route(public, "0.0.0.0/0", GatewayId=self.world.ids("igw"))
        gateway = self.gateway(public, more=self.scenario.secondary)
        if "secondary_missing" in self.scenario.extras:
            gateway.point.hidden = tuple(gateway.addresses[-1:])
        self.route(private, "0.0.0.0/0", NatGatewayId=gateway.id)
        if "ipv6" in clients:
            private.routes.append({"DestinationIpv6CidrBlock": "64:ff9b::/96",
                                   "NatGatewayId": gateway.id})
        self.beside(vpc, public, private)
        self.clients(vpc, private, Way((gateway,)))
        if self.world.proxy is not None:  # it uses the gateway too, for some of its traffic
            self.client(self.world.proxy, Way((gateway,)), "proxy")

    def two_zones(self):
        """The second subnet of each zone is routed to the other zone's gateway."""
        vpc = self.vpc(PRIVATE_CIDR)
        public = [self.subnet(vpc, zone, zone) for zone in range(2)]
        gateways = [self.gateway(subnet, more=self.scenario.secondary) for subnet in public]
        for zone in range(2):
            self.route(public[zone], "0.0.0.0/0", GatewayId=self.world.ids("igw"))
            for part, gateway in enumerate((gateways[zone], gateways[1 - zone])):
                subnet = self.subnet(vpc, 10 + 10 * part + zone, zone)
                self.route(subnet, "0.0.0.0/0", NatGatewayId=gateway.id)
                self.instances(subnet, Way((gateway,)), INSTANCES // 2)
                if zone == 0 and part == 0:
                    self.beside(vpc, public[0], subnet)

    def regional(self):
        vpc = self.vpc(PRIVATE_CIDR)
        gateway = self.regional_gateway(vpc, self.scenario.legs)
        subnets = [self.subnet(vpc, 10 + zone, zone) for zone in range(2)]
        self.beside(vpc, None, subnets[0])
        for subnet in subnets:
            self.route(subnet, "0.0.0.0/0", NatGatewayId=gateway.id)
            self.instances(subnet, Way((gateway,)), INSTANCES // 2)

    def private(self):
        """Clients in a range that is routed nowhere else, behind a private gateway."""
        vpc = self.vpc(PRIVATE_CIDR, POD_CIDR)
        routable, inner = self.subnet(vpc, 0), self.subnet(vpc, 10, base=POD_CIDR)
        gateway = self.gateway(routable, "private", self.scenario.secondary, leave=3)
        self.route(routable, "10.0.0.0/8", GatewayId=self.world.ids("vgw"))
        self.route(routable, "172.16.0.0/12", GatewayId=self.world.ids("vgw"))
        self.route(inner, "0.0.0.0/0", NatGatewayId=gateway.id)
        self.beside(vpc, routable, inner)
        self.instances(inner, Way((gateway,)))

    def chained(self):
        """A private gateway behind a public one: each bills what it processes."""
        vpc = self.vpc(PRIVATE_CIDR, POD_CIDR)
        public, middle = self.subnet(vpc, 0), self.subnet(vpc, 1)
        inner = self.subnet(vpc, 10, base=POD_CIDR)
        outer_gateway = self.gateway(public, more=self.scenario.secondary)
        gateway = self.gateway(middle, "private")
        self.route(public, "0.0.0.0/0", GatewayId=self.world.ids("igw"))
        self.route(middle, "0.0.0.0/0", NatGatewayId=outer_gateway.id)
        self.route(inner, "0.0.0.0/0", NatGatewayId=gateway.id)
        self.beside(vpc, public, inner)
        self.instances(inner, Way((gateway, outer_gateway)))
        direct = self.subnet(vpc, 11)
        self.route(direct, "0.0.0.0/0", NatGatewayId=outer_gateway.id)
        self.instances(direct, Way((outer_gateway,)), 3)

    def central(self):
        """Clients in a VPC of another account, the gateway behind a transit gateway."""
        hub, spoke = self.vpc("10.9.0.0/16"), self.vpc(SPOKE_CIDR, account=SPOKE_ACCOUNT)
        ids, tgw_id = self.world.ids, self.world.ids("tgw")
        public, landing = self.subnet(hub, 0), self.subnet(hub, 1)
        private, start = self.subnet(spoke, 10), self.subnet(spoke, 1)
        gateway = self.gateway(public, more=self.scenario.secondary)
        ends = []
        for subnet in (start, landing):
            attachment_id = ids("tgw-attach")
            interface = self.interface(
                subnet, f"Network Interface for Transit Gateway Attachment {attachment_id}",
                type="transit_gateway", log_type="transit_gateway")
            ends.append(Attachment(attachment_id, tgw_id, interface))
        self.world.attachments += ends
        self.route(public, "0.0.0.0/0", GatewayId=ids("igw"))
        self.route(public, SPOKE_CIDR, TransitGatewayId=tgw_id)
        self.route(landing, "0.0.0.0/0", NatGatewayId=gateway.id)
        self.route(private, "0.0.0.0/0", TransitGatewayId=tgw_id)
        self.beside(spoke, None, private)
        self.instances(private, Way((gateway,), tuple(ends)))


def build(scenario, rng):
    builder = Builder(scenario, rng)
    getattr(builder, scenario.topology)()
    return builder.world
