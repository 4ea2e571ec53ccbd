# SPDX-License-Identifier: Apache-2.0
"""sso_token.py FLOWTOLL SCRATCH: see sso_token.sh."""
import hashlib
import json
import os
import subprocess
import sys
import time

ROOT = os.environ["ROOT"]
sys.path.insert(0, os.path.join(ROOT, "tests", "aws"))

import fake_aws  # noqa: E402

FLOWTOLL, SCRATCH = sys.argv[1:]
CONFIG = """[default]
region = eu-west-1
sso_session = work
sso_account_id = 123456789012
sso_role_name = Reader
[sso-session work]
sso_region = eu-west-1
sso_start_url = https://x.awsapps.com/start
"""
BOTOCORE = """
import botocore.session
s3 = botocore.session.get_session().create_client("s3")
s3.get_object(Bucket="bucket", Key="a.log")["Body"].read()
"""
LOG = b"2 123456789012 eni-0a1b 10.0.0.1 10.0.0.2 1 2 6 1 40 1795132800 1795132860 ACCEPT OK\n"


def at(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def token(expires_s, **more):
    return {"startUrl": "https://x.awsapps.com/start", "region": "eu-west-1",
            "accessToken": "ssotoken", "expiresAt": at(expires_s), "clientId": "client",
            "clientSecret": "ssoclient", "registrationExpiresAt": at(86400),
            "refreshToken": "ssorefresh0"} | more


def without(key, **row):
    del row[key]
    return row


CASES = {
    "it lasts": token(3600),
    "ten minutes left": token(600),
    "expired": token(-60),
    "ten minutes left, another has renewed it": token(600, refreshToken="ssorefreshold"),
    "expired, another has renewed it": token(-60, refreshToken="ssorefreshold"),
    "the registration has expired": token(-60, registrationExpiresAt=at(-5)),
    "no refresh token": without("refreshToken", **token(-60)),
    "no registration": without("registrationExpiresAt", **token(-60)),
}


def run(command, name, cached):
    """What became of it: could it sign, what was asked of SSO-OIDC and the portal, what is kept."""
    home = os.path.join(SCRATCH, name)
    cache = os.path.join(home, ".aws", "sso", "cache")
    os.makedirs(cache)
    kept = os.path.join(cache, hashlib.sha1(b"work").hexdigest() + ".json")
    with open(os.path.join(home, ".aws", "config"), "w", encoding="ascii") as file:
        file.write(CONFIG)
    with open(kept, "w", encoding="ascii") as file:
        json.dump(cached, file)
    os.chmod(kept, 0o600)
    fake = fake_aws.Fake()
    fake.objects = {"a.log": LOG}
    env = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    env |= {"HOME": home, "AWS_ENDPOINT_URL_S3": fake.url, "AWS_ENDPOINT_URL_SSO": fake.url,
            "AWS_ENDPOINT_URL_SSO_OIDC": fake.url, "AWS_EC2_METADATA_DISABLED": "true"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    signers = {request.key_id() for request in fake.requests if request.path.startswith("/bucket")}
    tokens = [request.headers.get("x-amz-sso_bearer_token") for request in fake.requests
              if request.path == "/federation/credentials"]
    paths = [(request.method, request.path, request.headers.get("content-type"))
             for request in fake.requests if request.path == "/token"]
    fake.close()
    with open(kept, encoding="ascii") as file:
        after = json.load(file)
    lasts_s = time.mktime(time.strptime(after.pop("expiresAt"), "%Y-%m-%dT%H:%M:%SZ"))
    return {"ok": done.returncode == 0, "asked": fake.sso_asked, "requests": paths,
            "signers": signers, "portal": tokens, "kept": after,
            "lasts": round((lasts_s - time.mktime(time.gmtime())) / 60),
            "mode": os.stat(kept).st_mode & 0o777}, done.stderr


failed = 0
for number, (what, cached) in enumerate(CASES.items()):
    theirs, _ = run([sys.executable, "-c", BOTOCORE], f"theirs{number}", cached)
    ours, said = run([FLOWTOLL, "head", "s3://bucket/"], f"ours{number}", cached)
    print(f"{what}: {'the same' if ours == theirs else 'DIFFERS'}, "
          f"{'signed' if theirs['ok'] else 'refused'}, {len(theirs['asked'])} asked")
    if ours != theirs:
        failed += 1
        print(" ours", ours, "\n theirs", theirs, "\n", said)
    if not theirs["ok"] and "aws sso login" not in said:
        failed += 1
        print("no hint:", said)
sys.exit(failed > 0)
