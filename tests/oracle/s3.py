# SPDX-License-Identifier: Apache-2.0
"""s3.py FLOWTOLL RELEASE DRIVER VERSITYGW SCRATCH: see s3.sh. Servers listen on loopback and end
with this program."""
import contextlib
import datetime
import hashlib
import ipaddress
import itertools
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials
import botocore.session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

sys.path.insert(0, os.path.join(os.environ["ROOT"], "tests"))
from loopback import free_port, wait_for  # noqa: E402

FLOWTOLL, RELEASE, DRIVER, VERSITYGW, SCRATCH = sys.argv[1:]
KEY, SECRET = "AKIDTESTTESTTEST0001", "sec/ret+key0123456789"
REGION = "us-east-1"
CASES = 500
PAGES_KEYS = 2500
KILLS, KILL_SECONDS = 50, 20
ODD_KEYS = [
    "plain", "two words", "plus+plus", "equals=a&b", "percent%41", "caf\u00e9/\u65e5\u672c",
    "tilde~-_.",
    "quote'\"", "star*(!)", "semi;colon:at@", "deep/er/and/deeper/x", "comma,$#?", "a<b>&amp;",
]

random.seed(20261120)


def check(condition, *what):
    if not condition:
        raise AssertionError(" ".join(str(part) for part in what))


@contextlib.contextmanager
def server(command, port, env):
    """Runs one until the block ends; by its own pid."""
    with open(os.path.join(SCRATCH, "server.log"), "ab") as log:
        process = subprocess.Popen(command, env=os.environ | env, stdout=log, stderr=log)
    try:
        wait_for(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def client(service, url, key=KEY, secret=SECRET, token=None):
    return botocore.session.get_session().create_client(
        service, region_name=REGION, endpoint_url=url, aws_access_key_id=key,
        aws_secret_access_key=secret, aws_session_token=token,
        config=botocore.config.Config(s3={"addressing_style": "path"}),
    )


def environment(url, **more):
    home = os.path.join(SCRATCH, "home")
    os.makedirs(home, exist_ok=True)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return clean | {
        "HOME": home, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_ENDPOINT_URL": url, "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "2",
    } | more


def get(env, *arguments, program=FLOWTOLL):
    done = subprocess.run([program, "get", *arguments], env=env, cwd=SCRATCH, text=True,
                          capture_output=True, check=False)
    for secret in (SECRET, env["AWS_SECRET_ACCESS_KEY"]):
        check(len(secret) < 4 or secret not in done.stdout + done.stderr, "a secret was printed")
    return done


def sha(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def tree(folder):
    found = {}
    for at, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(at, name)
            found[os.path.relpath(path, folder)] = sha(path)
    return found


# ---- signatures -------------------------------------------------------------------------------


def random_text(longest):
    letters = "abcXYZ019-_.~ /+=&%?#;:@!$'()*,<>\"\\^`{|}[]\u00e9\u65e5\U0001f600"
    return "".join(random.choice(letters) for _ in range(random.randint(1, longest)))


def hexed(text):
    return text.encode().hex() or "."


def sign_cases():
    """CASES random requests, signed by botocore and by us."""
    lines, expected = [], []
    now = datetime.datetime(2026, 11, 20, 10, 15, tzinfo=datetime.timezone.utc)
    for case in range(CASES):
        at = now + datetime.timedelta(seconds=case * 9973)
        path = "/" + random_text(60)
        query = {random_text(8): random_text(40) for _ in range(random.randint(0, 6))}
        query[""] = query.pop("", "")
        query.pop("")
        token = random_text(60).strip().encode("ascii", "ignore").decode() if case % 3 == 0 else ""
        encoded = "&".join(f"{urllib.parse.quote(name, safe='-_.~')}="
                           f"{urllib.parse.quote(value, safe='-_.~')}"
                           for name, value in query.items())
        url = "https://bucket.s3.example.com" + urllib.parse.quote(path, safe="/-_.~")
        request = botocore.awsrequest.AWSRequest("GET", url + ("?" + encoded if encoded else ""))
        request.context["timestamp"] = at.strftime("%Y%m%dT%H%M%SZ")
        auth = botocore.auth.S3SigV4Auth(
            botocore.credentials.Credentials(KEY, SECRET, token or None), "s3", "eu-west-1")
        request.headers["X-Amz-Date"] = request.context["timestamp"]
        request.headers["X-Amz-Content-SHA256"] = hashlib.sha256(b"").hexdigest()
        if token:
            request.headers["X-Amz-Security-Token"] = token
        signature = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)),
                                   request)
        expected.append(signature)
        parts = ["GET", "bucket.s3.example.com", path, "eu-west-1", "s3", KEY, SECRET, token,
                 str(int(at.timestamp()))]
        for pair in query.items():
            parts += pair
        lines.append(" ".join(hexed(part) for part in parts))
    done = subprocess.run([DRIVER], input="\n".join(lines) + "\n", text=True, check=True,
                          capture_output=True)
    made = [line.rsplit("Signature=", 1)[1] for line in done.stdout.splitlines()]
    wrong = [index for index in range(CASES) if made[index] != expected[index]]
    first = lines[wrong[0]] if wrong else ""
    check(not wrong, len(wrong), "signatures differ, the first of", first)
    print(f"{CASES} signatures equal botocore's")


# ---- versitygw --------------------------------------------------------------------------------


def many_keys(s3, url, data):
    folder = os.path.join(data, "many", "AWSLogs")
    os.makedirs(folder)
    for number in range(PAGES_KEYS):
        with open(os.path.join(folder, f"{number:05}.log"), "wb") as file:
            file.write(random.randbytes(number % 50))
    os.makedirs(os.path.join(folder, "empty"))
    s3.put_object(Bucket="many", Key="AWSLogs/empty/")
    done = get(environment(url), "s3://many/AWSLogs/", "many", "-v", program=RELEASE)
    check(done.returncode == 0, done.stderr)
    check(done.stdout.count("Downloading ") == PAGES_KEYS, done.stdout[-500:])
    check("1 empty folder key passed over" in done.stderr, done.stderr)
    here = tree(os.path.join(SCRATCH, "many"))
    there = {name: value for name, value in tree(folder).items() if os.path.basename(name)}
    check(here == there, "files differ")
    done = get(environment(url), "s3://many/AWSLogs/", "many", "-v", program=RELEASE)
    check(done.stdout.count("Skipping ") == PAGES_KEYS, done.stdout[-500:])
    check("; 0 B in" in done.stderr, done.stderr)
    done = get(environment(url), "s3://many/AWSLogs/", "few", "--first", "20", "-q")
    check(done.returncode == 0 and not done.stdout, done.stderr)
    check(len(os.listdir(os.path.join(SCRATCH, "few"))) == 20, "not 20 files")


def odd_keys(s3, url):
    s3.create_bucket(Bucket="odd")
    for key in ODD_KEYS:
        s3.put_object(Bucket="odd", Key="p/" + key, Body=key.encode())
    done = get(environment(url), "s3://odd/p/", "odd", "--keep-tree")
    check(done.returncode == 0, done.stderr)
    for key in ODD_KEYS:
        with open(os.path.join(SCRATCH, "odd", key), "rb") as file:
            check(file.read() == key.encode(), key)
    check(sorted(tree(os.path.join(SCRATCH, "odd"))) == sorted(ODD_KEYS), "other files")
    done = get(environment(url), "s3://odd/p/caf\u00e9", "cafe")
    check(done.returncode == 0 and os.listdir(os.path.join(SCRATCH, "cafe")) == ["\u65e5\u672c"],
          done.stderr)
    s3.put_object(Bucket="odd", Key="p/other/plain", Body=b"x")
    done = get(environment(url), "s3://odd/p/", "clash")
    check(done.returncode == 2 and "--keep-tree" in done.stderr, done.stderr)
    check(not os.path.exists(os.path.join(SCRATCH, "clash")), "something was written")


def as_sources(s3, url):
    """The same answers straight from S3 as from the files here; and what it refuses."""
    s3.create_bucket(Bucket="logs")
    here = os.path.join(os.environ["ROOT"], "examples", "flowlogs")
    prefix = "AWSLogs/123456789012/vpcflowlogs/us-east-1/2026/11/20/"
    for name in os.listdir(here):
        with open(os.path.join(here, name), "rb") as file:
            s3.put_object(Bucket="logs", Key=prefix + name, Body=file.read())
    s3.put_object(Bucket="logs", Key="AWSLogs/123456789012/CloudTrail/x.json.gz", Body=b"{}")

    def ask(*arguments, **more):
        return subprocess.run([FLOWTOLL, *arguments], env=environment(url, **more), text=True,
                              capture_output=True, check=False)

    for question in (["top", "srcaddr,dstaddr", "-n", "100000", "--format", "csv"],
                     ["nat", "--format", "csv"],
                     ["head", "--format", "csv"],
                     ["top", "dstaddr", "--since", "2026-11-20T00:30", "--until",
                      "2026-11-20T01:00", "--format", "csv"]):
        there, local = ask(*question, "s3://logs"), ask(*question, here)
        check(there.returncode == 0 and there.stdout == local.stdout, question, there.stderr)
    for where, code in (("s3://no-such-bucket/x", "NoSuchBucket"), ("s3://logs/none", "no logs")):
        check(code in ask("head", where).stderr, where)
    done = ask("head", "s3://logs", AWS_SECRET_ACCESS_KEY="wrongwrongwrong")
    check(done.returncode == 5 and "SignatureDoesNotMatch" in done.stderr, done.stderr)


PLAIN = "AWSLogs/{}/vpcflowlogs/{}/2026/11/{:02}/"
HIVE = ("AWSLogs/aws-account-id={}/aws-service=vpcflowlogs/aws-region={}/year=2026/month=11/"
        "day={:02}/")
LAYOUTS = {"plain": PLAIN, "hourly": PLAIN + "{:02}/", "hive": HIVE,
           "hive-hourly": HIVE + "hour={:02}/"}
ACCOUNTS, REGIONS = ("111111111111", "222222222222"), ("eu-west-1", "us-east-1")
DAYS, HOURS = (19, 20, 21), (3, 9, 10, 23)
MORNING = ("--since", "2026-11-20T09:50", "--until", "2026-11-20T10:02")
CHOICES = [  # options, and whose logs of when they choose
    ((), ACCOUNTS, REGIONS, DAYS, HOURS),
    (("--account", ACCOUNTS[1]), ACCOUNTS[1:], REGIONS, DAYS, HOURS),
    (("--log-region", REGIONS[0]), ACCOUNTS, REGIONS[:1], DAYS, HOURS),
    (("--since", "2026-11-20", "--until", "2026-11-20T23:30"), ACCOUNTS, REGIONS, (20,), HOURS),
    (MORNING, ACCOUNTS, REGIONS, (20,), (9, 10)),
    (("--account", ACCOUNTS[0], "--log-region", REGIONS[1], *MORNING), ACCOUNTS[:1], REGIONS[1:],
     (20,), (9, 10)),
]


def put_tree(s3, layout, bucket):
    """One file an hour, and the same here."""
    here = os.path.join(SCRATCH, bucket)
    s3.create_bucket(Bucket=bucket)
    for account, region, day, hour in itertools.product(ACCOUNTS, REGIONS, DAYS, HOURS):
        start = 1795132800 + (day - 20) * 86400 + hour * 3600
        name = f"{account}_vpcflowlogs_{region}_fl-1_202611{day:02}T{hour:02}55Z_abc.log"
        key = layout.format(account, region, day, hour) + name
        body = "version account-id srcaddr dstaddr bytes start end action\n" + "".join(
            f"2 {account} 10.0.0.1 10.{REGIONS.index(region)}.{day}.{hour} {40 + minute} "
            f"{start + minute * 60} {start + minute * 60 + 59} ACCEPT\n" for minute in (54, 57, 59))
        s3.put_object(Bucket=bucket, Key=key, Body=body.encode())
        os.makedirs(os.path.dirname(os.path.join(here, key)), exist_ok=True)
        with open(os.path.join(here, key), "w", encoding="ascii") as file:
            file.write(body)
    return here


def log_of(path, begin):
    """Prefixes that were listed and keys that were read, as the server logged them."""
    with open(path, encoding="utf-8") as file:
        file.seek(begin)
        lines = file.read().splitlines()
    listed, read = [], []
    for line in lines:
        found = re.search(r" s3_(ListObjectsV2|GetObject) .*? /([^ ]*) 20[06] ", line)
        if found and found[1] == "ListObjectsV2":
            query = urllib.parse.urlsplit(found[2]).query
            listed += urllib.parse.parse_qs(query).get("prefix", [""])
        elif found:
            read.append(urllib.parse.unquote(found[2].partition("/")[2]))
    return listed, read


def only_needed(s3, url, log):
    """For each layout and choice: the answer of the files here; and the server lists nothing but
    what leads to the folders that are needed or lies in them."""
    figures = []
    for name, layout in LAYOUTS.items():
        here = put_tree(s3, layout, name)
        for options, *whose in CHOICES:
            needed = {layout.format(*one) for one in itertools.product(*whose)}
            begin = os.path.getsize(log)
            answers = [subprocess.run(
                [FLOWTOLL, "top", "account_id,dstaddr", where, *options, "-n", "1000", "--format",
                 "csv"], env=environment(url), text=True, capture_output=True, check=False)
                       for where in (f"s3://{name}/", here)]
            check(answers[0].returncode == 0, name, options, answers[0].stderr)
            check(answers[0].stdout == answers[1].stdout, name, options, answers[0].stdout,
                  answers[1].stdout)
            listed, read = log_of(log, begin)
            check(listed and read, "the log tells nothing of", name, options)
            for prefix in listed:
                check(any(folder.startswith(prefix) or prefix.startswith(folder)
                          for folder in needed), name, options, "lists", prefix)
            for key in read:
                check(any(key.startswith(folder) for folder in needed), name, options, "reads", key)
            figures.append(f"{len(listed)}/{len(read)}")
    print("versitygw's log, prefixes listed / keys read:", *figures)


def refusals(url, data):
    def told(*words, where="s3://odd/p/", code=5, **more):
        done = get(environment(url, **more), where, "none")
        check(done.returncode == code, done.returncode, done.stderr)
        for word in words:
            check(word in done.stderr, word, "is not in", done.stderr)
        check(not os.path.exists(os.path.join(SCRATCH, "none")), "something was written")

    told("SignatureDoesNotMatch", "secret access key", AWS_SECRET_ACCESS_KEY="wrongwrongwrong")
    told("InvalidAccessKeyId", AWS_ACCESS_KEY_ID="AKIDUNKNOWNUNKNOWN00")
    told("NoSuchBucket", where="s3://no-such-bucket/x")
    told("nothing to get", where="s3://odd/nowhere/", code=3)
    admin = [VERSITYGW, "admin", "-a", KEY, "-s", SECRET, "-er", url, "create-user"]
    subprocess.run([*admin, "-a", "bob", "-s", "bobsecret12", "-r", "user"], check=True,
                   stdout=subprocess.DEVNULL)
    told("AccessDenied", "s3:ListBucket", AWS_ACCESS_KEY_ID="bob",
         AWS_SECRET_ACCESS_KEY="bobsecret12")
    # a wrong Region is followed: the server names its own
    done = get(environment(url), "s3://odd/p/plain", "region", "--region", "eu-west-3")
    check(done.returncode == 0, done.stderr)
    check(os.path.exists(os.path.join(data, "odd")), data)


def resumed(s3, url):
    body = random.randbytes(3_000_000)
    s3.create_bucket(Bucket="big")
    etag = s3.put_object(Bucket="big", Key="one.log", Body=body)["ETag"]
    folder = os.path.join(SCRATCH, "resumed")
    part = os.path.join(folder, "one.log.part")

    def again(start, beside, comes):
        os.makedirs(folder, exist_ok=True)
        with open(part, "wb") as file:
            file.write(start)
        with open(part + ".etag", "w", encoding="ascii") as file:
            file.write(beside)
        with contextlib.suppress(FileNotFoundError):
            os.remove(os.path.join(folder, "one.log"))
        done = get(environment(url), "s3://big/", "resumed", "-v")
        check(done.returncode == 0, done.stderr)
        check(os.listdir(folder) == ["one.log"], os.listdir(folder))
        check(sha(os.path.join(folder, "one.log")) == hashlib.sha256(body).hexdigest(), "differs")
        check(comes in done.stderr, comes, "did not come in:", done.stderr)

    again(body[:2_999_000], etag, "1000 B in")
    again(body, etag, "1 B in")                       # whole, but not renamed
    again(body[:2_999_000], '"another"', "2.86 MiB in")
    again(body + b"x", etag, "2.86 MiB in")
    again(b"\0" * 2_999_000, etag, "2.86 MiB in")     # the MD5 tells; once more from the start


def killed(s3, url):
    bodies = {f"f{number}.log": random.randbytes(700_000 + number) for number in range(10)}
    s3.create_bucket(Bucket="killed")
    for key, body in bodies.items():
        s3.put_object(Bucket="killed", Key=key, Body=body)
    wanted = {key: hashlib.sha256(body).hexdigest() for key, body in bodies.items()}
    folder = os.path.join(SCRATCH, "killed")
    began = time.monotonic()
    check(get(environment(url), "s3://killed/", folder, program=RELEASE).returncode == 0, "get")
    takes = time.monotonic() - began
    for name in wanted:
        os.remove(os.path.join(folder, name))
    kills = in_the_middle = 0
    end = time.monotonic() + KILL_SECONDS
    while kills < KILLS and time.monotonic() < end:
        process = subprocess.Popen([RELEASE, "get", "s3://killed/", folder, "-q"],
                                   env=environment(url))
        time.sleep(random.uniform(0, takes))
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
        here = tree(folder) if os.path.isdir(folder) else {}
        for name, value in here.items():
            check(".part" in name or value == wanted[name], name, "is wrong after a kill")
        in_the_middle += any(name.endswith(".part") for name in here)
        if kills % 5 == 0 or set(here) == set(wanted):
            done = get(environment(url), "s3://killed/", folder, program=RELEASE)
            check(done.returncode == 0, done.stderr)
            check(tree(folder) == wanted, sorted(tree(folder)))
            for name in wanted:
                os.remove(os.path.join(folder, name))
    check(kills >= 10 and in_the_middle > 0, kills, in_the_middle)
    print(f"killed {kills} times, {in_the_middle} times with files half there")


def with_versitygw():
    data, iam, log = (os.path.join(SCRATCH, name) for name in ("data", "iam", "access.log"))
    os.makedirs(data)
    os.makedirs(iam)
    port = free_port()
    command = [VERSITYGW, "--port", f"127.0.0.1:{port}", "--region", REGION, "--keep-alive",
               "--quiet", "--iam-dir", iam, "--access-log", log, "posix", data]
    env = {"ROOT_ACCESS_KEY": KEY, "ROOT_SECRET_KEY": SECRET}
    with server(command, port, env) as url:
        s3 = client("s3", url)
        s3.create_bucket(Bucket="many")
        many_keys(s3, url, data)
        odd_keys(s3, url)
        as_sources(s3, url)
        only_needed(s3, url, log)
        refusals(url, data)
        resumed(s3, url)
        killed(s3, url)
    print("versitygw: pages, odd keys, sources, refusals, resumed files")


def certificate(path):
    """A key and a certificate for 127.0.0.1, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), 1, now - datetime.timedelta(days=1),
        now + datetime.timedelta(days=1),
    ).add_extension(
        x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
    ).add_extension(x509.BasicConstraints(True, None), True).sign(key, hashes.SHA256())
    with open(path + ".crt", "wb") as file:
        file.write(made.public_bytes(serialization.Encoding.PEM))
    with open(path + ".key", "wb") as file:
        file.write(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption()))


def with_tls():
    data, pem = os.path.join(SCRATCH, "data"), os.path.join(SCRATCH, "tls")
    certificate(pem)
    port = free_port()
    command = [VERSITYGW, "--port", f"127.0.0.1:{port}", "--region", REGION, "--quiet",
               "--cert", pem + ".crt", "--key", pem + ".key", "posix", data]
    with server(command, port, {"ROOT_ACCESS_KEY": KEY, "ROOT_SECRET_KEY": SECRET}):
        env = environment(f"https://127.0.0.1:{port}", AWS_MAX_ATTEMPTS="1")
        done = get(env, "s3://odd/p/plain", "tls")
        check(done.returncode == 5 and "AWS_CA_BUNDLE" in done.stderr, done.stderr)
        done = get(env | {"AWS_CA_BUNDLE": pem + ".crt"}, "s3://odd/p/plain", "tls")
        check(done.returncode == 0, done.stderr)
    print("TLS: only with the certificate")


# ---- moto -------------------------------------------------------------------------------------


def post(url, body):
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "text/plain"})
    with urllib.request.urlopen(request) as answer:
        answer.read()


def as_a_role(url):
    iam = client("iam", url)
    iam.create_user(UserName="ann")
    key = iam.create_access_key(UserName="ann")["AccessKey"]
    allow = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["s3:*", "sts:*"], "Resource": "*"}]}
    iam.put_user_policy(UserName="ann", PolicyName="all", PolicyDocument=json.dumps(allow))
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=json.dumps(allow))
    iam.put_role_policy(RoleName="reader", PolicyName="all", PolicyDocument=json.dumps(allow))
    s3 = client("s3", url)
    s3.create_bucket(Bucket="role")
    s3.put_object(Bucket="role", Key="a/b.log", Body=b"records")
    post(url + "/moto-api/reset-auth", b"0")  # from here on signatures are checked
    env = environment(url)
    del env["AWS_ACCESS_KEY_ID"]
    aws = os.path.join(env["HOME"], ".aws")
    os.makedirs(aws, exist_ok=True)
    with open(os.path.join(aws, "credentials"), "w", encoding="ascii") as file:
        file.write(f"[ann]\naws_access_key_id = {key['AccessKeyId']}\n"
                   f"aws_secret_access_key = {key['SecretAccessKey']}\n"
                   "[wrong]\naws_access_key_id = " + key["AccessKeyId"] +
                   "\naws_secret_access_key = wrongwrongwrong\n")
    with open(os.path.join(aws, "config"), "w", encoding="ascii") as file:
        for name in ("ann", "wrong"):
            file.write(f"[profile as-{name}]\nrole_arn = {role['Role']['Arn']}\n"
                       f"source_profile = {name}\nrole_session_name = test\n")
    done = get(env, "s3://role/a/", "role", "--profile", "as-ann")
    check(done.returncode == 0, done.stderr)
    done = get(env, "s3://role/a/", "role-none", "--profile", "as-wrong")
    check(done.returncode == 5 and "sts AssumeRole" in done.stderr, done.stderr)
    check("SignatureDoesNotMatch" in done.stderr, done.stderr)
    # a session's keys in the environment: without their token, and with another's
    session = client("sts", url, key["AccessKeyId"], key["SecretAccessKey"]).assume_role(
        RoleArn=role["Role"]["Arn"], RoleSessionName="test")["Credentials"]
    env = environment(url, AWS_ACCESS_KEY_ID=session["AccessKeyId"],
                      AWS_SECRET_ACCESS_KEY=session["SecretAccessKey"],
                      AWS_SESSION_TOKEN=session["SessionToken"])
    done = get(env, "s3://role/a/", "session")
    check(done.returncode == 0, done.stderr)
    done = get(env | {"AWS_SESSION_TOKEN": "no-such-token"}, "s3://role/a/", "session-none")
    check(done.returncode == 5, done.returncode, done.stderr)
    check(re.search(r"s3 ListObjectsV2 .*(InvalidAccessKeyId|InvalidToken)", done.stderr),
          done.stderr)


def with_moto():
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with server(command, port, {"INITIAL_NO_AUTH_ACTION_COUNT": "1000000"}) as url:
        as_a_role(url)
    print("moto: a role's session")


if __name__ == "__main__":
    sign_cases()
    with_versitygw()
    with_tls()
    with_moto()
