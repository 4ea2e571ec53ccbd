# SPDX-License-Identifier: Apache-2.0
"""Records as text: the fields, their orders, and what a record has in each."""
import functools

from .journey import EGRESS
from .model import REGION, RegionalPoint, is_ipv6
from .recorder import shown
from .traffic import service_of

BY_VERSION = {  # in the order of AWS's table, "Flow log records"
    2: "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes"
       " start end action log-status",
    3: "vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr",
    4: "region az-id sublocation-type sublocation-id",
    5: "pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path",
    7: "ecs-cluster-arn ecs-cluster-name ecs-container-instance-arn ecs-container-instance-id"
       " ecs-container-id ecs-second-container-id ecs-service-name ecs-task-definition-arn"
       " ecs-task-arn ecs-task-id",
    8: "reject-reason",
    9: "resource-id",
    10: "encryption-status",
    11: "instance-tag instance-tag-2 interface-tag interface-tag-2 asg-tag asg-tag-2"
        " interface-type next-hop-interface-id next-hop-subnet-id next-hop-az-id next-hop-vpc-id"
        " next-hop-interface-type",
}
TRANSIT = ("version resource-type account-id tgw-id tgw-attachment-id tgw-src-vpc-account-id"
           " tgw-dst-vpc-account-id tgw-src-vpc-id tgw-dst-vpc-id tgw-src-subnet-id"
           " tgw-dst-subnet-id tgw-src-eni tgw-dst-eni tgw-src-az-id tgw-dst-az-id"
           " tgw-pair-attachment-id srcaddr dstaddr srcport dstport protocol packets bytes start"
           " end log-status type packets-lost-no-route packets-lost-blackhole"
           " packets-lost-mtu-exceeded packets-lost-ttl-expired tcp-flags region flow-direction"
           " pkt-src-aws-service pkt-dst-aws-service").split()
FORMATS = {"v2": 2, "v3": 3, "v5": 5, "v11": 11}
ORDERS = ("documented", "custom", "alphabetical")
WITHOUT_DATA = {  # what a record has that no traffic stands in
    "version", "account-id", "interface-id", "start", "end", "log-status", "vpc-id", "subnet-id",
    "instance-id", "region", "az-id", "resource-id", "interface-type",
}


def of_format(name, order, rng):
    """The fields of a format; custom: its fields shuffled, as somebody may have typed them."""
    fields = [f for version, names in BY_VERSION.items() if version <= FORMATS[name]
              for f in names.split()]
    if order == "alphabetical":
        fields.sort()
    elif order == "custom":
        rng.shuffle(fields)
    return tuple(fields)


@functools.lru_cache(maxsize=None)
def version_of(fields):
    return max(v for v, names in BY_VERSION.items() if set(names.split()) & set(fields))


def hop_values(hop):
    """Of the interface that receives what leaves, or has sent what comes."""
    if hop is None or isinstance(hop, RegionalPoint):
        return {"next-hop-interface-type": hop.log_type if hop else "-"}
    return {
        "next-hop-interface-id": hop.id, "next-hop-subnet-id": hop.subnet.id,
        "next-hop-az-id": hop.subnet.zone_id, "next-hop-vpc-id": hop.vpc.id,
        "next-hop-interface-type": hop.log_type,
    }


def packet_values(record):
    step = record.step
    packet = step.packet
    src, dst = shown(step)
    values = {
        "srcaddr": src, "dstaddr": dst, "srcport": packet.src_port, "dstport": packet.dst_port,
        "protocol": packet.protocol, "packets": record.packets, "bytes": record.bytes,
        "action": record.action, "tcp-flags": record.flags,
        "type": "IPv6" if is_ipv6(packet.src) else "IPv4",
        "pkt-srcaddr": packet.src, "pkt-dstaddr": packet.dst,
        "pkt-src-aws-service": service_of(packet.src),
        "pkt-dst-aws-service": service_of(packet.dst), "flow-direction": step.direction,
    }
    if step.direction == EGRESS:
        values["traffic-path"] = step.path
    if record.blind:
        values["pkt-srcaddr"] = values["pkt-dstaddr"] = "-"
    return values


def vpc_values(record, flow_log):
    point = record.point
    regional = isinstance(point, RegionalPoint)
    values = {
        "version": version_of(flow_log.fields), "account-id": point.vpc.account,
        "interface-id": "-" if regional else point.id, "start": record.start, "end": record.end,
        "log-status": record.status, "vpc-id": point.vpc.id, "instance-id": point.instance_id,
        "region": REGION, "interface-type": point.log_type,
        "resource-id": point.id if regional else "-",
    }
    if not regional:
        values |= {"subnet-id": point.subnet.id, "az-id": point.subnet.zone_id}
    if record.step is not None:
        values |= packet_values(record) | hop_values(record.step.next_hop)
    return values


def side_values(side, attachment):
    interface = attachment.interface
    return {
        f"tgw-{side}-vpc-account-id": attachment.vpc.account,
        f"tgw-{side}-vpc-id": attachment.vpc.id, f"tgw-{side}-subnet-id": interface.subnet.id,
        f"tgw-{side}-eni": interface.id, f"tgw-{side}-az-id": interface.subnet.zone_id,
    }


def transit_values(record, flow_log):
    here, (src, dst) = record.point, record.step.link
    values = packet_values(record) | side_values("src", src) | side_values("dst", dst)
    return values | {
        "version": 6, "resource-type": "TransitGateway", "account-id": flow_log.account,
        "tgw-id": here.tgw_id, "tgw-attachment-id": here.id,
        "tgw-pair-attachment-id": (dst if here is src else src).id, "start": record.start,
        "end": record.end, "log-status": record.status, "region": REGION,
        "packets-lost-no-route": 0, "packets-lost-blackhole": 0, "packets-lost-mtu-exceeded": 0,
        "packets-lost-ttl-expired": 0,
    }


def line(record, flow_log):
    if flow_log.is_transit:
        values = transit_values(record, flow_log)
    else:
        values = vpc_values(record, flow_log)
        if record.step is None:
            values = {k: v for k, v in values.items() if k in WITHOUT_DATA}
    return " ".join(str(values.get(name, "-")) for name in flow_log.fields)
