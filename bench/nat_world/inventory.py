# SPDX-License-Identifier: Apache-2.0
"""What `aws ec2 describe-...` would print of a world, by the names of its files."""
from .model import ACCOUNT, Interface

WHEN = "2026-04-08T10:00:16+00:00"


def association(public):
    return {"IpOwnerId": ACCOUNT, "PublicIp": public,
            "PublicDnsName": f"ec2-{public.replace('.', '-')}.compute-1.amazonaws.com"}


def listed_addresses(interface):
    return [a for a in interface.addresses if a not in interface.hidden]


def describe_interface(interface):
    subnet, public = interface.subnet, interface.public
    addresses = []
    for address in listed_addresses(interface):
        entry = {"Primary": address == interface.primary, "PrivateIpAddress": address}
        if address in public:
            entry["Association"] = association(public[address])
        addresses.append(entry)
    found = {
        "Attachment": {"Status": "attached", "AttachTime": WHEN, "DeviceIndex": 1,
                       "DeleteOnTermination": False},
        "AvailabilityZone": subnet.zone, "AvailabilityZoneId": subnet.zone_id,
        "Description": interface.description, "Groups": [], "InterfaceType": interface.type,
        "Ipv6Addresses": [{"Ipv6Address": interface.ipv6}] if interface.ipv6 else [],
        "NetworkInterfaceId": interface.id, "OwnerId": subnet.vpc.account,
        "PrivateIpAddress": interface.primary, "PrivateIpAddresses": addresses,
        "RequesterManaged": interface.instance_id == "-", "Status": "in-use",
        "SourceDestCheck": interface.type == "interface", "SubnetId": subnet.id,
        "TagSet": [{"Key": "Name", "Value": interface.name}] if interface.name else [],
        "VpcId": subnet.vpc.id,
    }
    if interface.primary in public:
        found["Association"] = association(public[interface.primary])
    if interface.instance_id != "-":
        found["Attachment"]["InstanceId"] = interface.instance_id
    return found


def gateway_addresses(gateway):
    if gateway.is_regional:
        return [{"PublicIp": a, "AllocationId": f"eipalloc-{i:017x}", "Status": "succeeded",
                 "AvailabilityZone": subnet.zone, "AvailabilityZoneId": subnet.zone_id}
                for i, (a, subnet) in enumerate(zip(gateway.addresses, gateway.point.vpc.subnets))]
    interface = gateway.point
    entries = []
    for address in listed_addresses(interface):
        entry = {"NetworkInterfaceId": interface.id, "PrivateIp": address,
                 "IsPrimary": address == interface.primary, "Status": "succeeded"}
        if address in gateway.public:
            entry["PublicIp"] = gateway.public[address]
        entries.append(entry)
    return entries


def describe_gateway(gateway):
    point = gateway.point
    found = {
        "CreateTime": WHEN, "NatGatewayAddresses": gateway_addresses(gateway),
        "NatGatewayId": gateway.id, "State": "available", "VpcId": point.vpc.id, "Tags": [],
        "ConnectivityType": gateway.connectivity,
        "AvailabilityMode": "regional" if gateway.is_regional else "zonal",
    }
    if not gateway.is_regional:
        found["SubnetId"] = point.subnet.id
    return found


def describe_subnet(subnet):
    return {
        "AvailabilityZone": subnet.zone, "AvailabilityZoneId": subnet.zone_id,
        "CidrBlock": subnet.cidr, "State": "available", "SubnetId": subnet.id,
        "VpcId": subnet.vpc.id, "OwnerId": subnet.vpc.account, "Ipv6CidrBlockAssociationSet": [],
    }


def associations(key, state, prefix, cidrs):
    return [{"AssociationId": f"vpc-cidr-assoc-{prefix}{i:016x}", key: cidr,
             state: {"State": "associated"}} for i, cidr in enumerate(cidrs)]


def describe_vpc(vpc):
    found = {
        "CidrBlock": vpc.cidrs[0], "State": "available", "VpcId": vpc.id, "OwnerId": vpc.account,
        "InstanceTenancy": "default", "IsDefault": False,
        "CidrBlockAssociationSet": associations("CidrBlock", "CidrBlockState", "0", vpc.cidrs),
    }
    if vpc.ipv6_cidr:
        found["Ipv6CidrBlockAssociationSet"] = associations(
            "Ipv6CidrBlock", "Ipv6CidrBlockState", "6", [vpc.ipv6_cidr])
    return found


def describe_table(subnet):
    local = [{"DestinationCidrBlock": cidr, "GatewayId": "local", "State": "active",
              "Origin": "CreateRouteTable"} for cidr in subnet.vpc.cidrs]
    routes = [{"State": "active", "Origin": "CreateRoute", **route} for route in subnet.routes]
    return {
        "Associations": [{"Main": False, "RouteTableId": subnet.table_id,
                          "SubnetId": subnet.id, "AssociationState": {"State": "associated"}}],
        "PropagatingVgws": [], "RouteTableId": subnet.table_id, "Routes": local + routes,
        "Tags": [], "VpcId": subnet.vpc.id, "OwnerId": subnet.vpc.account,
    }


def files(world, kind):
    """{file name: document}; kind: full, none, or foreign, where the gateways are not ours."""
    if kind == "none":
        return {}
    gateways = [] if kind == "foreign" else [g for g in world.gateways if g.billed]
    foreign = {g.point for g in world.gateways} if kind == "foreign" else set()
    subnets = [s for vpc in world.vpcs for s in vpc.subnets]
    interfaces = [i for i in world.interfaces if isinstance(i, Interface) and i not in foreign]
    return {
        "interfaces.json": {"NetworkInterfaces": [describe_interface(i) for i in interfaces]},
        "nat-gateways.json": {"NatGateways": [describe_gateway(g) for g in gateways]},
        "subnets.json": {"Subnets": [describe_subnet(s) for s in subnets]},
        "vpcs.json": {"Vpcs": [describe_vpc(v) for v in world.vpcs]},
        "route-tables.json": {"RouteTables": [describe_table(s) for s in subnets]},
        "prefix-lists.json": {"PrefixLists": [
            {"Cidrs": cidrs, "PrefixListId": list_id, "PrefixListName": name}
            for list_id, name, cidrs in world.prefix_lists]},
    }
