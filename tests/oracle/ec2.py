# SPDX-License-Identifier: Apache-2.0
"""ec2.py FLOWTOLL SCRATCH: see ec2.sh. Servers listen on loopback and end with this program."""
import http.server
import ipaddress
import json
import logging
import os
import subprocess
import sys
import threading
import urllib.parse
import urllib.request
from xml.sax.saxutils import escape

# moto reads it when it is loaded
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "1000000"

import botocore.parsers  # noqa: E402
import botocore.session  # noqa: E402
from moto.ec2.models import ec2_backends  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402

FLOWTOLL, SCRATCH = sys.argv[1:]
REGION, ACCOUNT = "us-east-1", "123456789012"
KEY, SECRET = "AKIDTESTTESTTEST0001", "sec/ret+key0123456789"
LISTS = ("NetworkInterfaces", "NatGateways", "Subnets", "Vpcs", "RouteTables", "PrefixLists",
         "VpcEndpoints", "Addresses", "FlowLogs", "Tags")
TAGS_OF_INSTANCES = [{"Name": "resource-type", "Values": ["instance"]}]

session = botocore.session.get_session()
# times stay as EC2 writes them
session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=str)


def check(condition, *what):
    if not condition:
        raise AssertionError(" ".join(str(part) for part in what))


def client(service, url, key=KEY, secret=SECRET):
    return session.create_client(service, region_name=REGION, endpoint_url=url,
                                 aws_access_key_id=key, aws_secret_access_key=secret)


def run(url, *options, key=KEY, secret=SECRET, code=0):
    env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    env |= {"HOME": SCRATCH, "AWS_ENDPOINT_URL": url, "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1"}
    done = subprocess.run([FLOWTOLL, *options], env=env, cwd=SCRATCH, text=True,
                          capture_output=True, check=False)
    check(done.returncode == code, done.returncode, done.stderr)
    check(secret not in done.stdout + done.stderr, "a secret was printed")
    return done


def same(made, expected, what):
    if made == expected:
        return
    made, expected = (json.dumps(v, indent=1, sort_keys=True).splitlines()
                      for v in (made, expected))
    for ours, theirs in zip(made, expected):
        check(ours == theirs, what, "\n  ours:     ", ours, "\n  botocore: ", theirs)
    check(False, what, "one is longer")


# ---- every element of the model -----------------------------------------------------------------


class Model:
    """Plays EC2: `full` answers have all that the model knows, others all of it empty."""

    def __init__(self):
        self.model = session.get_service_model("ec2")
        self.full = True
        self.elements = set()

    def inside(self, shape):
        if shape.type_name == "list":
            item = shape.member.serialization.get("name", "item")
            return f"\n  <{item}>{self.inside(shape.member)}</{item}>" * (2 if self.full else 0)
        if shape.type_name != "structure":
            return {"integer": "7", "boolean": "true"}.get(shape.type_name,
                                                           escape(f"{shape.name} <&\"é"))
        if not self.full and shape.name not in self.outer:
            return ""
        members = {name: member for name, member in shape.members.items() if name != "NextToken"}
        self.elements |= {member.serialization["name"] for member in members.values()}
        return "".join(f"<{member.serialization['name']}>{self.inside(member)}"
                       f"</{member.serialization['name']}>" for member in members.values())

    def shape(self, operation):
        return self.model.operation_model(operation).output_shape

    def xml(self, operation):
        shape = self.shape(operation)
        items = next(m for m in shape.members.values() if m.type_name == "list")
        self.outer = {shape.name, items.member.name}
        body = self.inside(shape)
        if not self.full:  # a member with all its lists and structures empty, and one with nothing
            name = items.serialization["name"]
            body = f"<{name}><item>{self.inside(items.member)}</item><item/></{name}>"
        return f"<{operation}Response><requestId>1</requestId>{body}</{operation}Response>".encode()

    def parsed(self, operation):
        parser = botocore.parsers.EC2QueryParser(timestamp_parser=str)
        answer = {"status_code": 200, "headers": {}, "body": self.xml(operation)}
        found = parser.parse(answer, self.shape(operation))
        return found[operation.removeprefix("Describe")]


def identity():
    return (b"<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account>"
            b"<Arn>a</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>")


def every_element():
    model = Model()

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            action = dict(urllib.parse.parse_qsl(body))["Action"]
            answer = model.xml(action) if action.startswith("Describe") else identity()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        for model.full in (True, False):
            made = json.loads(run(f"http://127.0.0.1:{server.server_port}", "inventory").stdout)
            for name in LISTS:
                same(made[name], model.parsed("Describe" + name), name)
    finally:
        server.shutdown()
        server.server_close()
    check(len(model.elements) > 200, "only", len(model.elements), "elements")
    print("botocore: its model's", len(model.elements), "elements, filled and empty")


# ---- moto ---------------------------------------------------------------------------------------


def post(url, body):
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "text/plain"})
    with urllib.request.urlopen(request) as answer:
        answer.read()


def build(url):
    """A VPC with a gateway, and what moto makes otherwise than AWS put right. The gateway's id,
    its address, and that of a client."""
    ec2 = client("ec2", url)
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    public, private = (
        ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=REGION + "a")["Subnet"]
        ["SubnetId"] for cidr in ("10.9.1.0/24", "10.9.2.0/24"))
    elastic = ec2.allocate_address(Domain="vpc")["AllocationId"]
    gateway = ec2.create_nat_gateway(SubnetId=public, AllocationId=elastic)["NatGateway"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=private)
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0",
                     NatGatewayId=gateway["NatGatewayId"])
    ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=f"com.amazonaws.{REGION}.s3",
                            RouteTableIds=[table])
    image = ec2.describe_images()["Images"][0]["ImageId"]
    instance = ec2.run_instances(
        ImageId=image, MinCount=1, MaxCount=1, SubnetId=private, TagSpecifications=[
            {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "batch é"}]}],
    )["Instances"][0]
    client_id = instance["NetworkInterfaces"][0]["NetworkInterfaceId"]
    ec2.create_tags(Resources=[client_id], Tags=[{"Key": "Name", "Value": "batch"}])
    client("s3", url).create_bucket(Bucket="logs")
    ec2.create_flow_logs(ResourceIds=[vpc], ResourceType="VPC", TrafficType="ALL",
                         LogDestinationType="s3", LogDestination="arn:aws:s3:::logs")
    interfaces = ec2_backends[ACCOUNT][REGION].enis
    gateway = ec2.describe_nat_gateways()["NatGateways"][0]
    mine = interfaces[gateway["NatGatewayAddresses"][0]["NetworkInterfaceId"]]
    mine.interface_type = "nat_gateway"
    mine.description = f"Interface for NAT Gateway {gateway['NatGatewayId']}"
    return gateway["NatGatewayId"], mine, interfaces[client_id]


def user(url, name, denied=()):
    iam = client("iam", url)
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    allowed = ["ec2:Describe" + key for key in LISTS if key not in denied]
    document = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": [*allowed, "sts:*"], "Resource": "*"}]}
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(document))
    return {"key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}


def described(url, who):
    ec2 = client("ec2", url, *who.values())
    found = {}
    for name in LISTS:
        method = "describe_" + "".join("_" + c.lower() if c.isupper() else c for c in name)[1:]
        filters = {"Filters": TAGS_OF_INSTANCES} if name == "Tags" else {}
        found[name] = getattr(ec2, method)(**filters)[name]
    return found


def nat(gateway, gateway_address, client_address, *inventory):
    """The answer for 100 bytes up, and down."""
    path = os.path.join(SCRATCH, "a.log")
    rows = [(client_address, gateway_address, client_address, "52.0.0.1", "ingress"),
            (gateway_address, "52.0.0.1", gateway_address, "52.0.0.1", "egress")]
    rows += [(b, a, d, c, "egress" if e == "ingress" else "ingress") for a, b, c, d, e in rows]
    with open(path, "w", encoding="ascii") as file:
        file.write("interface-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr flow-direction bytes "
                   "packets start end action log-status\n")
        for row in rows:
            file.write(f"{gateway} {' '.join(row)} 100 1 1795132800 1795132860 ACCEPT OK\n")
    return ["nat", path, "--format", "csv", *inventory]


# what AWS writes into interfaces of its services: type, description; the name and the kind
SERVICES = [
    ("interface", "ELB app/shop/0123456789abcdef", "load balancer shop", "load_balancer"),
    ("lambda", "AWS Lambda VPC ENI-resize-01234567-89ab-cdef-0123-456789abcdef", "Lambda resize",
     "lambda"),
    ("vpc_endpoint", "VPC Endpoint Interface vpce-0b2", "VPC endpoint vpce-0b2", "vpc_endpoint"),
    ("interface", "RDSNetworkInterface", "RDS eni-", "rds"),
    ("interface", "arn:aws:ecs:us-east-1:123456789012:attachment/0123", "ECS task attachment 0123",
     "ecs_task"),
    ("interface", "aws-K8S-i-01", "EKS pods on i-01", "eks_pods"),
]


def build_services(url, region, subnet_cidr):
    """An interface of each, realistic; their addresses."""
    ec2 = session.create_client("ec2", region_name=region, endpoint_url=url,
                                aws_access_key_id=KEY, aws_secret_access_key=SECRET)
    vpc = ec2.create_vpc(CidrBlock=subnet_cidr)["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=subnet_cidr)["Subnet"]["SubnetId"]
    addresses = []
    hosts = ipaddress.ip_network(subnet_cidr).hosts()
    for kind, description, _, _ in SERVICES:
        made = ec2.create_network_interface(  # moto draws addresses by lot, some twice
            SubnetId=subnet, Description=description, PrivateIpAddress=str(next(hosts)))
        made = made["NetworkInterface"]
        ec2_backends[ACCOUNT][region].enis[made["NetworkInterfaceId"]].interface_type = kind
        addresses.append(made["PrivateIpAddress"])
    return addresses


OTHER = "210987654321"


def build_role(url):
    """In another account, with one VPC."""
    role = f"arn:aws:iam::{OTHER}:role/audit"
    own = client("sts", url).assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    keys = {"aws_access_key_id": own["AccessKeyId"],
            "aws_secret_access_key": own["SecretAccessKey"],
            "aws_session_token": own["SessionToken"], "endpoint_url": url, "region_name": REGION}
    iam = session.create_client("iam", **keys)
    everyone = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
    iam.create_role(RoleName="audit", AssumeRolePolicyDocument=json.dumps(everyone))
    document = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["ec2:Describe*", "sts:*"], "Resource": "*"}]}
    iam.put_role_policy(RoleName="audit", PolicyName="p", PolicyDocument=json.dumps(document))
    vpc = session.create_client("ec2", **keys).create_vpc(CidrBlock="10.77.0.0/16")
    return role, vpc["Vpc"]["VpcId"]


def who_in_moto(url, ann, bob, services, nat_id, gateway, machine):
    addresses = [*services, gateway.private_ip_address, machine.private_ip_address, "10.200.0.1"]
    unused = "10.8.0.200"  # of the services' subnet
    done = run(url, "who", *addresses, unused, "--format", "json", **ann)
    rows = json.loads(done.stdout)[:-1]
    for row, (_, description, name, kind) in zip(rows, SERVICES):
        check(row["name"].startswith(name) and row["kind"] == kind, row)
        check(row["description"] == description and row["owner"] == f"account {ACCOUNT}", row)
    check(rows[-3]["name"] == f"NAT gateway {nat_id}", rows[-3])
    check(rows[-2]["name"].startswith("batch (i-"), rows[-2])
    check(json.loads(rows[-2]["tags"])["Name"] == "batch", rows[-2])
    check("10.200.0.1 and 1 more: no interface has them" in done.stderr, done.stderr)
    done = run(url, "who", machine.private_ip_address, **bob)
    check("permission ec2:DescribeNetworkInterfaces" in done.stderr, done.stderr)
    done = run(url, "who", machine.private_ip_address, key=ann["key"], secret="wrongwrong")
    check("SignatureDoesNotMatch" in done.stderr or "AuthFailure" in done.stderr, done.stderr)


def several_of_moto(url, ann, role, vpc):
    """Two Regions, and another account by a role."""
    run(url, "inventory", "-o", "two.json", "--region", f"{REGION},eu-west-1", **ann)
    with open(os.path.join(SCRATCH, "two.json"), encoding="ascii") as file:
        made = json.load(file)
    zones = {row["AvailabilityZone"][:-1] for row in made["Subnets"]}
    check(zones == {REGION, "eu-west-1"}, zones)
    run(url, "inventory", "-o", "role.json", "--role-arn", role, **ann)
    with open(os.path.join(SCRATCH, "role.json"), encoding="ascii") as file:
        made = json.load(file)
    check(vpc in {row["VpcId"] for row in made["Vpcs"]}, made["Vpcs"])
    check(made["Inventory"]["Identities"][0]["Account"] == OTHER, made["Inventory"])


def with_moto(url):
    nat_id, gateway, machine = build(url)
    services = build_services(url, REGION, "10.8.0.0/24")
    build_services(url, "eu-west-1", "10.7.0.0/24")
    role, vpc = build_role(url)
    ann, bob = user(url, "ann"), user(url, "bob", denied=("Vpcs", "PrefixLists"))
    eve = user(url, "eve", denied=("NetworkInterfaces",))
    post(url + "/moto-api/reset-auth", b"0")  # from here on signatures are checked
    expected = described(url, ann)
    for name in LISTS:
        check(expected[name], "moto has no", name)
    done = run(url, "inventory", "-o", "inventory.json", **ann)
    with open(os.path.join(SCRATCH, "inventory.json"), encoding="ascii") as file:
        made = json.load(file)
    for name in LISTS:
        same(made[name], expected[name], name)
    check(made["Inventory"]["Identities"][0]["Account"] == ACCOUNT, made["Inventory"])
    check(made["Inventory"]["Identities"][0]["Arn"].endswith("user/ann"), made["Inventory"])
    question = nat(gateway.id, gateway.private_ip_address, machine.private_ip_address)
    for source in ("inventory.json", "live"):
        done = run(url, *question, "--inventory", source, **ann)
        check(nat_id in done.stdout and "batch" in done.stdout and ",200," in done.stdout,
              done.stdout, done.stderr)
    done = run(url, "inventory", "-o", "part.json", code=4, **bob)
    for action in ("ec2:DescribeVpcs", "ec2:DescribePrefixLists"):
        check("permission " + action in done.stderr, done.stderr)
    with open(os.path.join(SCRATCH, "part.json"), encoding="ascii") as file:
        check(sorted(made.keys() - json.load(file).keys()) == ["PrefixLists", "Vpcs"], "bob")
    done = run(url, "inventory", "-o", "none.json", code=5, key=ann["key"], secret="wrongwrong")
    check("SignatureDoesNotMatch" in done.stderr, done.stderr)
    check(not os.path.exists(os.path.join(SCRATCH, "none.json")), "a file all the same")
    who_in_moto(url, ann, eve, services, nat_id, gateway, machine)
    several_of_moto(url, ann, role, vpc)
    done = run(url, "flow-logs", "--format", "json", **ann)
    check("fl-" in done.stdout and "create-flow-logs" in done.stderr, done.stdout, done.stderr)
    print("moto: lists, nat, who, flow logs, Regions, roles, permissions, signatures")


if __name__ == "__main__":
    every_element()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    try:
        with_moto("http://{}:{}".format(*moto.get_host_and_port()))
    finally:
        moto.stop()
