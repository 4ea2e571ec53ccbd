# SPDX-License-Identifier: Apache-2.0
"""EC2's side of fake_aws: what the AWS CLI would print becomes EC2's XML, page by page."""
import threading
import time
import urllib.parse
from xml.sax.saxutils import escape

# how EC2 calls the lists of the AWS CLI, where it is not the name with a small first letter
SETS = {
    "NetworkInterfaces": "networkInterfaceSet", "NatGateways": "natGatewaySet",
    "Subnets": "subnetSet", "Vpcs": "vpcSet", "RouteTables": "routeTableSet",
    "PrefixLists": "prefixListSet", "VpcEndpoints": "vpcEndpointSet", "Addresses": "addressesSet",
    "FlowLogs": "flowLogSet", "Tags": "tagSet", "Groups": "groupSet",
    "PrivateIpAddresses": "privateIpAddressesSet", "Ipv6Addresses": "ipv6AddressesSet",
    "NatGatewayAddresses": "natGatewayAddressSet", "Associations": "associationSet",
    "Routes": "routeSet", "Ipv4Prefixes": "ipv4PrefixSet", "Ipv6Prefixes": "ipv6PrefixSet",
    "TagSet": "tagSet", "PropagatingVgws": "propagatingVgwSet", "Cidrs": "cidrSet",
    "Ipv6CidrBlockAssociationSet": "ipv6CidrBlockAssociationSet",
}
LISTS = list(SETS)[:10]


def element(name, value):
    if isinstance(value, dict):
        text = "".join(element(SETS.get(key, key[0].lower() + key[1:]), inner)
                       for key, inner in value.items())
    elif isinstance(value, list):
        text = "\n    ".join(element("item", item) for item in value)
    elif isinstance(value, bool):
        text = str(value).lower()
    else:
        text = escape(str(value))
    return f"<{name}>{text}</{name}>"


def ec2_error(status, code):
    return status, {}, (
        f"<Response><Errors><Error><Code>{code}</Code><Message>told by the test</Message></Error>"
        "</Errors><RequestID>1</RequestID></Response>").encode()


class Ec2:
    """Answers Describe calls. `lists`: {Region: {key: items}}, "" for any Region."""

    def __init__(self, lists, page=1000):
        self.lists, self.page = lists, page
        self.lasts_s = 0     # of each call
        self.denied = set()  # operations, or (operation, Region)
        self.asked = []      # (operation, Region, key id, token)
        self.faults = {}     # operation: answers to its calls in turn; None: the usual one
        self.forms = []      # all that was asked
        self.together = self.most_together = 0  # calls that are answered at a time
        self.lock = threading.Lock()

    @staticmethod
    def is_asked(form, key, item):
        """By the filters that flowtoll uses."""
        known = {
            "addresses.private-ip-address": lambda: [
                a["PrivateIpAddress"] for a in item.get("PrivateIpAddresses", [])],
            "association.public-ip": lambda: [item.get("Association", {}).get("PublicIp")],
            "addresses.association.public-ip": lambda: [
                a.get("Association", {}).get("PublicIp")
                for a in item.get("PrivateIpAddresses", [])],
            "ipv6-addresses.ipv6-address": lambda: [
                a["Ipv6Address"] for a in item.get("Ipv6Addresses", [])],
            "public-ip": lambda: [item["PublicIp"]],
            "subnet-id": lambda: [item["SubnetId"]],
            "network-interface-id": lambda: [item["NetworkInterfaceId"]],
            "resource-type": lambda: [item["ResourceType"]],
            "resource-id": lambda: [item["ResourceId"]],
        }
        for number in range(1, 9):
            name = form.get(f"Filter.{number}.Name")
            values = [value for field, value in form.items()
                      if field.startswith(f"Filter.{number}.Value.")]
            assert len(values) <= 200, key
            if name and not set(known[name]()) & set(values):
                return False
        return True

    def answer(self, request):
        with self.lock:
            self.together += 1
            self.most_together = max(self.most_together, self.together)
        time.sleep(self.lasts_s)
        try:
            return self.usual(request)
        finally:
            with self.lock:
                self.together -= 1

    def usual(self, request):
        form = dict(urllib.parse.parse_qsl(request.body.decode(), keep_blank_values=True))
        operation, region = form["Action"], request.region()
        self.asked.append((operation, region, request.key_id(), form.get("NextToken", "")))
        self.forms.append(form)
        fault = self.faults[operation].pop(0) if self.faults.get(operation) else None
        if fault is not None:
            return fault
        if self.denied & {operation, (operation, region)}:
            return ec2_error(403, "UnauthorizedOperation")
        key = operation.removeprefix("Describe")
        items = self.lists.get(region, self.lists.get("", {})).get(key, [])
        if "Filter.1.Name" in form or "Filter.2.Name" in form:
            items = [item for item in items if self.is_asked(form, key, item)]
        start = int(form.get("NextToken", "0+ =/").removesuffix("+ =/"))
        shown = items[start:start + self.page]
        body = element(SETS[key], shown)
        if start + self.page < len(items):
            body += f"<nextToken>{start + self.page}+ =/</nextToken>"
        return 200, {}, (f'<?xml version="1.0" encoding="UTF-8"?>\n<{operation}Response xmlns="http'
                         f'://ec2.amazonaws.com/doc/2016-11-15/"><requestId>1</requestId>{body}'
                         f"</{operation}Response>").encode()
