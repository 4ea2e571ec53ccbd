# SPDX-License-Identifier: Apache-2.0
"""large_inventory.py RELEASE ROOT: see large_inventory.sh. The server listens on loopback and ends
with this program."""
import json
import os
import resource
import subprocess
import sys

RELEASE, ROOT = sys.argv[1:]
sys.path.insert(0, os.path.join(ROOT, "tests", "aws"))

import fake_aws  # noqa: E402
import fake_ec2  # noqa: E402

COUNT, MEGABYTES, SECONDS = 50000, 60, 0.3
SLACK = 2  # other tests run beside this one: processors that share a core are slower


def identifier(prefix, number):
    return f"{prefix}-{number * 2654435761 % 2 ** 68:017x}"


def interface(number):
    high, low = number >> 8, number & 255
    address, name = f"10.{high >> 8}.{high & 255}.{low}", f"ip-10-{high >> 8}-{high & 255}-{low}"
    return {
        "Attachment": {
            "AttachTime": "2026-11-01T10:00:00.000Z", "AttachmentId": identifier("eni-attach",
                                                                                 number),
            "DeleteOnTermination": True, "DeviceIndex": 0, "InstanceId": identifier("i", number),
            "InstanceOwnerId": "123456789012", "NetworkCardIndex": 0, "Status": "attached"},
        "AvailabilityZone": f"us-east-1{'abc'[number % 3]}", "AvailabilityZoneId": "use1-az1",
        "Description": "" if number % 2 else f"aws-K8S-{identifier('i', number)}",
        "Groups": [{"GroupId": identifier("sg", number % 50), "GroupName": f"g{number % 50}"}],
        "InterfaceType": "interface", "Ipv6Addresses": [],
        "MacAddress": f"02:00:00:00:00:{low:02x}",
        "NetworkInterfaceId": identifier("eni", number), "OwnerId": "123456789012",
        "PrivateDnsName": f"{name}.ec2.internal", "PrivateIpAddress": address,
        "PrivateIpAddresses": [{"Primary": True, "PrivateDnsName": f"{name}.ec2.internal",
                                "PrivateIpAddress": address}],
        "RequesterManaged": False, "SourceDestCheck": True, "Status": "in-use",
        "SubnetId": identifier("subnet", number % 60), "VpcId": identifier("vpc", number % 5),
        "TagSet": [{"Key": "node.k8s.amazonaws.com/instance_id",
                    "Value": identifier("i", number)}] if number % 2 == 0 else []}


def run(*words, **more):
    return subprocess.run([RELEASE, *words], check=True, capture_output=True, text=True, **more)


def seconds(*words):
    """Of both processors, at best."""
    best = None
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run("sql", "select 1", "--format", "csv", "--no-config", *words)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        best = took if best is None else min(best, took)
    return best


def main():
    fake = fake_aws.Fake()
    try:
        fake.ec2 = fake_ec2.Ec2({"": {
            "NetworkInterfaces": [interface(number) for number in range(COUNT)],
            "Tags": [{"ResourceId": identifier("i", number), "ResourceType": "instance",
                      "Key": "Name", "Value": f"node-{number}"} for number in range(COUNT // 5)]}})
        env = {name: value for name, value in os.environ.items() if name[:4] != "AWS_"}
        env |= {"AWS_ENDPOINT_URL": fake.url, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "KEY",
                "AWS_SECRET_ACCESS_KEY": fake_aws.SECRET, "AWS_SESSION_TOKEN": "faketoken"}
        run("inventory", "-o", "large.json", "--no-config", env=env)
    finally:
        fake.close()
    with open("large.json", encoding="ascii") as file:
        text = file.read()
    assert len(json.loads(text)["NetworkInterfaces"]) == COUNT
    assert fake_aws.SECRET not in text and "faketoken" not in text, "a secret is in the file"
    size, took = len(text) / 1e6, seconds("--inventory", "large.json") - seconds()
    print(f"{size:.1f} MB, read in {took:.2f} s of processor time")
    assert size <= MEGABYTES, size
    assert took <= SECONDS * SLACK, took
    name = run("who", "10.0.0.4", "--inventory", "large.json", "--format", "csv").stdout
    assert "node-4 (EKS pods on i-" in name, name


if __name__ == "__main__":
    main()
