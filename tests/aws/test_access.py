# SPDX-License-Identifier: Apache-2.0
"""`get` against a server that plays AWS: where credentials come from, what is tried again, and what
is done about answers that are wrong."""
import calendar
import fcntl
import hashlib
import http.client
import http.server
import json
import os
import resource
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse
from email.utils import formatdate

import fake_aws
from fake_aws import SECRET, error

LOG = b"2 123456789012 eni-0a1b 10.0.0.1 10.0.0.2 1 2 6 1 40 1795132800 1795132860 ACCEPT OK\n"


class Case(unittest.TestCase):
    def setUp(self):
        self.fake = fake_aws.Fake()
        self.addCleanup(self.fake.close)
        self.fake.objects = {"p/a.log": LOG, "p/b.log": LOG * 2}
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = folder.name
        self.out = os.path.join(self.home, "out")
        self.env = {name: value for name, value in os.environ.items() if name[:4] != "AWS_"}
        self.env |= {"HOME": self.home, "AWS_ENDPOINT_URL": self.fake.url,
                     "AWS_EC2_METADATA_DISABLED": "true"}

    def keys(self):
        self.env |= {"AWS_ACCESS_KEY_ID": "ENVKEY", "AWS_SECRET_ACCESS_KEY": SECRET}

    def config(self, text, name="config"):
        path = os.path.join(self.home, ".aws", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def get(self, *options, code=0, says=(), where="s3://bucket/p/"):
        done = subprocess.run([os.environ["FLOWTOLL"], "get", where, self.out, *options],
                              env=self.env, capture_output=True, text=True, check=False)
        printed = done.stdout + done.stderr
        self.assertEqual(done.returncode, code, printed)
        for words in says:
            self.assertIn(words, printed)
        for secret in (SECRET, "faketoken", "ssotoken", "ssorefresh", "ssoclient", "webtoken",
                       "instancetoken"):
            self.assertNotIn(secret, printed)
        if code == 0:
            for key, body in self.fake.objects.items():
                with open(os.path.join(self.out, os.path.basename(key)), "rb") as file:
                    self.assertEqual(file.read(), body)
        return done

    def signers(self):
        return {request.key_id() for request in self.fake.requests if "/bucket" in request.path}


class Proxy:
    """Passes plain requests on, as forward proxies do."""

    def __init__(self):
        self.asked = []
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def do_GET(self):
                place = urllib.parse.urlsplit(self.path)
                proxy.asked.append(f"{place.scheme}://{place.netloc}")
                there = http.client.HTTPConnection(place.netloc)
                there.request("GET", self.path[len(proxy.asked[-1]):], headers=dict(self.headers))
                answer = there.getresponse()
                body = answer.read()
                self.send_response_only(answer.status)
                for name, value in answer.getheaders():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                there.close()

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def make_certificate(folder, *hosts):
    """Of those hosts, signed by itself: the paths of it and of its key."""
    paths = [os.path.join(folder, name) for name in ("certificate.pem", "key.pem")]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=flowtoll's tests", "-addext",
         "subjectAltName=" + ",".join(hosts), "-out", paths[0], "-keyout", paths[1]],
        check=True, capture_output=True)
    return paths


class Tunnel:
    """A proxy that passes on whatever comes after CONNECT, to `port` of this machine, as the one
    that knows the hosts. `answer`: its status line, where it does not."""

    def __init__(self, port, answer="HTTP/1.1 200 Connection established"):
        self.asked = []
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        self.port, self.answer = port, answer

    def __enter__(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listening.close()

    def serve(self):
        while True:
            try:
                client = self.listening.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.tunnel, args=(client,), daemon=True).start()

    def tunnel(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(1)
        self.asked.append(head.decode())
        client.sendall(f"{self.answer}\r\n\r\n".encode())
        if " 200 " not in self.answer:
            client.close()
            return
        server = socket.create_connection(("127.0.0.1", self.port))
        threading.Thread(target=self.copy, args=(server, client), daemon=True).start()
        self.copy(client, server)

    @staticmethod
    def copy(there, here):
        try:
            while piece := there.recv(65536):
                here.sendall(piece)
            here.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class Tls(Case):
    """A server with a certificate, whose host only the proxy knows."""

    HOST = "s3.flowtoll.test"

    def setUp(self):
        super().setUp()
        self.keys()
        certificate, key = make_certificate(self.home, f"DNS:{self.HOST}", "IP:127.0.0.1")
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate, key)
        objects = self.fake.objects
        self.fake = fake_aws.Fake(tls)
        self.addCleanup(self.fake.close)
        self.fake.objects = objects
        self.port = self.fake.server.server_port
        self.env |= {"AWS_CA_BUNDLE": certificate, "AWS_MAX_ATTEMPTS": "1",
                     "AWS_ENDPOINT_URL": f"https://{self.HOST}:{self.port}"}

    def test_proxy(self):
        for name in ("HTTPS_PROXY", "https_proxy"):
            with Tunnel(self.port) as proxy, self.subTest(name=name):
                self.env[name] = proxy.url.replace("http://", "http://ann:pass@")
                self.get("--keep-tree")
                self.assertTrue(proxy.asked)
                for head in proxy.asked:
                    self.assertTrue(head.startswith(f"CONNECT {self.HOST}:{self.port} "), head)
                    self.assertIn("Proxy-Authorization: Basic YW5uOnBhc3M=", head)
                    self.assertNotIn("Credential=", head)
                for request in self.fake.requests:  # what is the proxy's stays with the proxy
                    self.assertNotIn("proxy-authorization", request.headers)
                    self.assertEqual(request.headers["host"], f"{self.HOST}:{self.port}")
                del self.env[name]
                shutil.rmtree(self.out)

    def test_no_proxy(self):
        with Tunnel(self.port) as proxy:
            self.env |= {"HTTPS_PROXY": proxy.url, "NO_PROXY": "example.com,127.0.0.1",
                         "AWS_ENDPOINT_URL": f"https://127.0.0.1:{self.port}"}
            self.get()
            self.assertEqual(proxy.asked, [])
            self.env["NO_PROXY"] = "example.com"
            self.fake.objects["p/c.log"] = LOG
            self.get()
            self.assertTrue(proxy.asked)

    def test_no_proxy_of_a_host(self):
        """Past the proxy nobody knows it."""
        with Tunnel(self.port) as proxy:
            self.env |= {"HTTPS_PROXY": proxy.url, "NO_PROXY": "flowtoll.test"}
            self.get(code=5, says=[self.HOST])
            self.assertEqual(proxy.asked, [])

    def test_proxy_that_refuses(self):
        for status, code in (("403 Forbidden", "403"), ("407 Who Are You", "407")):
            with Tunnel(self.port, "HTTP/1.1 " + status) as proxy, self.subTest(status=status):
                self.env["HTTPS_PROXY"] = proxy.url.replace("http://", "http://ann:secretword@")
                self.env["AWS_MAX_ATTEMPTS"] = "3"
                done = self.get(code=5, says=[f"the proxy does not let through to {self.HOST} "
                                              f"({code})", "HTTPS_PROXY"])
                self.assertNotIn("secretword", done.stderr)
                self.assertEqual(len(proxy.asked), 1)
                self.assertEqual(self.fake.requests, [])

    def test_no_such_proxy(self):
        self.env["HTTPS_PROXY"] = "http://127.0.0.1:1"
        self.get(code=5, says=["no answer from"])

    def test_certificate_of_nobody(self):
        with Tunnel(self.port) as proxy:
            self.env["HTTPS_PROXY"] = proxy.url
            del self.env["AWS_CA_BUNDLE"]
            self.get(code=5, says=["AWS_CA_BUNDLE"])
            self.assertEqual(self.fake.requests, [])

    def test_certificate_of_another(self):
        with Tunnel(self.port) as proxy:
            self.env |= {"HTTPS_PROXY": proxy.url,
                         "AWS_ENDPOINT_URL": f"https://ec2.flowtoll.test:{self.port}"}
            self.get(code=5, says=["ec2.flowtoll.test"])
            self.assertEqual(self.fake.requests, [])


class Credentials(Case):
    def test_environment(self):
        self.keys()
        self.env["AWS_SESSION_TOKEN"] = "faketoken"
        self.get()
        self.assertEqual(self.signers(), {"ENVKEY"})
        for request in self.fake.requests:
            self.assertEqual(request.headers["x-amz-security-token"], "faketoken")

    def test_profile_goes_before_environment(self):
        self.keys()
        self.config(f"[audit]\naws_access_key_id=AUDIT\naws_secret_access_key={SECRET}\n",
                    "credentials")
        self.env["AWS_PROFILE"] = "audit"
        self.get()
        self.get("--profile", "audit")
        self.assertEqual(self.signers(), {"ENVKEY", "AUDIT"})

    def test_half_of_them(self):
        self.env["AWS_ACCESS_KEY_ID"] = "ENVKEY"
        self.get(code=5, says=["AWS_SECRET_ACCESS_KEY is not"])

    def test_none(self):
        self.get(code=5, says=["there are no credentials", "AWS_ACCESS_KEY_ID", ".aws/config"])
        self.assertEqual(self.fake.requests, [])

    def test_no_such_profile(self):
        self.get("--profile", "nobody", code=2, says=["there is no profile nobody"])

    def test_services(self):
        del self.env["AWS_ENDPOINT_URL"]
        keys = f"aws_access_key_id = FILEKEY\naws_secret_access_key = {SECRET}\n"
        own = f"[services lab]\nec2 =\n  endpoint_url = http://127.0.0.1:1\nS3 =\n  endpoint_url = "
        self.config(f"[default]\n{keys}services = lab\nendpoint_url = http://127.0.0.1:1\n"
                    f"{own}{self.fake.url}\n  max_concurrent_requests = 1\n")
        self.get()
        self.assertEqual(self.signers(), {"FILEKEY"})
        # the environment goes before it; what is indented elsewhere is no setting
        self.fake.requests.clear()
        self.config(f"[default]\n{keys}services = lab\n{own}http://127.0.0.1:1\n"
                    "[profile other]\ns3 =\n  endpoint_url = http://127.0.0.1:1\n")
        self.env["AWS_ENDPOINT_URL"] = self.fake.url
        self.get("--keep-tree")
        self.assertTrue(self.fake.requests)

    def test_proxy(self):
        """A proxy is asked for the whole URL, unless NO_PROXY names the host."""
        self.keys()
        with Proxy() as proxy:
            self.env["http_proxy"] = proxy.url
            self.get()
            self.assertEqual(set(proxy.asked), {self.fake.url})
            proxy.asked.clear()
            self.env["no_proxy"] = "127.0.0.1"
            self.get("--keep-tree")
            self.assertEqual(proxy.asked, [])
            del self.env["no_proxy"]
            self.env["http_proxy"] = "http://127.0.0.1:1"
            self.env["AWS_MAX_ATTEMPTS"] = "1"
            self.fake.objects["p/c.log"] = LOG
            self.get(code=5, says=["no answer from 127.0.0.1"])

    def test_damaged_file(self):
        self.config(f"[default]\n{SECRET}\n", "credentials")
        self.get(code=2, says=["credentials, line 2, byte 10"])

    def instance(self):
        del self.env["AWS_EC2_METADATA_DISABLED"]
        self.env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = self.fake.url

    def test_instance(self):
        self.instance()
        self.get()
        self.assertEqual(self.signers(), {"INSTANCE0"})

    def test_instance_renewed(self):
        self.instance()
        usual = [lambda request: None] * 3
        self.fake.faults = [*usual, lambda request: error(400, "ExpiredToken")]
        self.get()
        self.assertEqual(self.signers(), {"INSTANCE0", "INSTANCE1"})

    def test_container(self):
        token = os.path.join(self.home, "token")
        with open(token, "w", encoding="ascii") as file:
            file.write("podtoken\n")
        self.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = self.fake.url + "/container"
        self.env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = token
        self.get()
        self.assertEqual(self.signers(), {"CONTAINER0"})
        self.assertEqual(self.fake.requests[0].headers["authorization"], "podtoken")

    def test_container_about_to_expire(self):
        self.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = self.fake.url + "/container"
        self.fake.lasts_s = 120
        self.get()
        self.assertEqual(self.signers(), {"CONTAINER0", "CONTAINER1", "CONTAINER2"})

    def test_container_that_cannot_renew(self):
        self.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = self.fake.url + "/container"
        self.fake.lasts_s = 120
        usual = self.fake.answer
        self.fake.answer = lambda request: (500, {}, b"") if (
            request.path == "/container" and len(self.fake.requests) > 1) else usual(request)
        self.get()
        self.assertEqual(self.signers(), {"CONTAINER0"})

    def test_container_in_the_clear(self):
        self.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://169.254.170.2.example.com/x"
        self.get(code=5, says=["without encryption"])

    def test_web_identity(self):
        token = os.path.join(self.home, "token")
        with open(token, "w", encoding="ascii") as file:
            file.write("webtoken\n")
        self.env |= {"AWS_ROLE_ARN": "arn:aws:iam::1:role/web",
                     "AWS_WEB_IDENTITY_TOKEN_FILE": token}
        self.get()
        self.assertEqual(self.signers(), {"WEB"})
        self.assertNotIn("authorization", self.fake.requests[0].headers)

    def test_role_of_a_role(self):
        self.config("[profile last]\nrole_arn=arn:aws:iam::1:role/last\nsource_profile=first\n"
                    "external_id=a+b c\n"
                    "[profile first]\nrole_arn=arn:aws:iam::1:role/first\n"
                    "credential_source=Environment\n")
        self.keys()
        self.get("--profile", "last")
        self.assertEqual(self.signers(), {"LASTFIRSTENVKEY"})
        self.assertIn(b"ExternalId=a%2Bb%20c", self.fake.requests[1].body)

    def test_roles_in_a_circle(self):
        self.config("[profile a]\nrole_arn=x\nsource_profile=b\n"
                    "[profile b]\nrole_arn=y\nsource_profile=a\n")
        self.get("--profile", "a", code=2, says=["in a circle"])

    def test_role_without_source(self):
        self.config("[profile a]\nrole_arn=x\n")
        self.get("--profile", "a", code=2, says=["neither source_profile nor credential_source"])

    def test_role_with_a_device(self):
        self.config("[profile a]\nrole_arn=x\nsource_profile=a\nmfa_serial=m\n")
        self.get("--profile", "a", code=5, says=["mfa_serial", "export-credentials"])

    def process(self, code):
        words = [sys.executable, "-c", code, "two words"]
        self.config("[default]\ncredential_process = " + shlex.join(words) + "\n")

    def test_process(self):
        self.process("import json, sys; print(json.dumps(dict(Version=1, SecretAccessKey="
                     f"\"{SECRET}\", AccessKeyId=sys.argv[1].replace(\" \", \"-\"))))")
        self.get()
        self.assertEqual(self.signers(), {"two-words"})

    def test_process_fails(self):
        self.process("import sys; sys.exit(3)")
        self.get(code=5, says=["credential_process", "failed (3)"])
        self.process(f"print(\"{SECRET}\")")
        self.get(code=5, says=["no JSON"])

    def sso(self, expires):
        self.config("[default]\nsso_session=work\nsso_account_id=1\nsso_role_name=Reader\n"
                    "[sso-session work]\nsso_region=eu-west-1\nsso_start_url=https://x\n")
        name = hashlib.sha1(b"work").hexdigest()
        self.config(json.dumps({"accessToken": "ssotoken", "expiresAt": expires}),
                    f"sso/cache/{name}.json")

    def test_sso(self):
        self.sso("2099-01-01T00:00:00Z")
        self.env["AWS_ENDPOINT_URL_SSO"] = self.fake.url
        self.get()
        self.assertEqual(self.signers(), {"SSOReader"})

    def test_sso_expired(self):
        self.sso("2020-01-01T00:00:00Z")
        self.get(code=5, says=["the session has expired", "aws sso login"])
        self.assertEqual(self.fake.requests, [])

    def sso_renewable(self, expires, registered="2099-01-01T00:00:00Z", **more):
        self.sso(expires)
        self.token = os.path.join(self.home, ".aws", "sso", "cache",
                                  hashlib.sha1(b"work").hexdigest() + ".json")
        with open(self.token, "w", encoding="utf-8") as file:
            json.dump({"accessToken": "ssotoken", "expiresAt": expires, "clientId": "client",
                       "clientSecret": "ssoclient", "registrationExpiresAt": registered,
                       "refreshToken": "ssorefresh0", "kept": "as it is"} | more, file)
        os.chmod(self.token, 0o644)

    def read_token(self):
        with open(self.token, encoding="utf-8") as file:
            return json.load(file)

    def test_sso_hosts(self):
        """With FIPS and dual-stack: whom the proxy is asked for, which lets nobody through."""
        self.env["AWS_ENDPOINT_URL_S3"] = self.env.pop("AWS_ENDPOINT_URL")
        self.env |= {"AWS_MAX_ATTEMPTS": "1", "AWS_USE_FIPS_ENDPOINT": "true"}
        for expires, host, dual in (
                ("2099-01-01T00:00:00Z", "portal.sso-fips.eu-west-1.amazonaws.com", "false"),
                ("2099-01-01T00:00:00Z", "portal.sso-fips.eu-west-1.api.aws", "true"),
                ("2020-01-01T00:00:00Z", "oidc-fips.eu-west-1.amazonaws.com", "false"),
                ("2020-01-01T00:00:00Z", "oidc-fips.eu-west-1.api.aws", "true")):
            with Tunnel(0, "HTTP/1.1 403 Forbidden") as proxy, self.subTest(host=host):
                self.env |= {"HTTPS_PROXY": proxy.url, "AWS_USE_DUALSTACK_ENDPOINT": dual}
                self.sso_renewable(expires)
                self.get(code=5)
                self.assertEqual({head.split()[1] for head in proxy.asked}, {host + ":443"})

    def test_sso_renewed(self):
        """By AWS_ENDPOINT_URL, as all services."""
        self.sso_renewable("2020-01-01T00:00:00Z")
        self.get()
        self.assertEqual(self.signers(), {"SSOReader"})
        token = self.read_token()
        self.assertEqual(token["accessToken"], "ssotoken1")
        self.assertEqual(token["refreshToken"], "ssorefresh1")
        self.assertEqual((token["region"], token["startUrl"]), ("eu-west-1", "https://x"))
        self.assertEqual(token["kept"], "as it is")
        self.assertAlmostEqual(
            calendar.timegm(time.strptime(token["expiresAt"], "%Y-%m-%dT%H:%M:%SZ")),
            time.time() + 28800, delta=60)
        self.assertEqual(os.stat(self.token).st_mode & 0o777, 0o600)
        self.assertEqual(os.listdir(os.path.dirname(self.token)), [os.path.basename(self.token)])
        self.get("--keep-tree")  # it lasts
        self.assertEqual(len(self.fake.sso_asked), 1)

    def test_sso_soon_expired(self):
        """Renewed a quarter of an hour before, by its own endpoint; else it serves to its end."""
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 600))
        self.sso_renewable(soon)
        self.env["AWS_ENDPOINT_URL_SSO_OIDC"] = "http://127.0.0.1:1"
        self.get()
        self.assertEqual(self.read_token()["accessToken"], "ssotoken")
        self.env["AWS_ENDPOINT_URL_SSO_OIDC"] = self.fake.url + "/"
        self.get("--keep-tree")
        self.assertEqual(self.read_token()["accessToken"], "ssotoken1")

    def test_sso_not_renewed(self):
        for more, asked, says in (({"refreshToken": "ssorefreshold"}, 1, "invalid_grant (400)"),
                                  ({"registered": "2020-01-01T00:00:00Z"}, 0, "has expired"),
                                  ({"clientSecret": ""}, 0, "has expired")):
            with self.subTest(says=says):
                self.fake.sso_asked.clear()
                self.sso_renewable("2020-01-01T00:00:00Z", **more)
                before = self.read_token()
                self.get(code=5, says=["the session has expired", says, "aws sso login"])
                self.assertEqual(self.read_token(), before)
                self.assertEqual(len(self.fake.sso_asked), asked)

    def test_sso_cannot_be_kept(self):
        """The file before stays, and nothing beside it."""
        self.sso_renewable("2020-01-01T00:00:00Z")
        before = self.read_token()
        done = subprocess.run(
            [os.environ["FLOWTOLL"], "get", "s3://bucket/p/", self.out], env=self.env, text=True,
            capture_output=True, check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10)))
        self.assertEqual(done.returncode, 6, done.stderr)
        for words in ("cannot write", self.token, "must be kept"):
            self.assertIn(words, done.stderr)
        self.assertNotIn("ssotoken", done.stderr)
        self.assertEqual(self.read_token(), before)
        self.assertEqual(os.listdir(os.path.dirname(self.token)), [os.path.basename(self.token)])

    def test_sso_answers_that_are_none(self):
        for body in (b"", b"{}", b"<html>", b'{"accessToken": "ssotoken"}',
                     b'{"accessToken": "ssotoken", "expiresIn": -1}',
                     b'{"accessToken": 7, "expiresIn": 600}'):
            self.sso_renewable("2020-01-01T00:00:00Z")
            before = self.read_token()
            self.fake.faults = [lambda request, body=body: (200, {}, body)]
            self.get(code=5, says=["the session has expired", "aws sso login"])
            self.assertEqual(self.read_token(), before)
        self.fake.faults = [lambda request: (
            200, {}, b'{"accessToken": "ssotoken\\r\\nx: y", "expiresIn": 600}')]
        self.get(code=5, says=["no line of text"])


class Answers(Case):
    def setUp(self):
        super().setUp()
        self.keys()

    def test_busy(self):
        self.fake.faults = [lambda request: error(503, "SlowDown")]
        self.get(says=["SlowDown (503)", "trying again in", "(2 of 3)"])

    def test_busy_for_long(self):
        self.env["AWS_MAX_ATTEMPTS"] = "2"
        self.fake.faults = [lambda request: error(503, "SlowDown")] * 2
        self.get(code=5, says=["SlowDown (503)", "try again later"])
        self.assertEqual(len(self.fake.requests), 2)

    def test_nobody_there(self):
        self.env["AWS_MAX_ATTEMPTS"] = "1"
        self.get("--endpoint-url", "http://127.0.0.1:1", code=5, says=["no answer from 127.0.0.1"])

    def test_expired_session(self):
        self.fake.faults = [lambda request: error(400, "ExpiredToken")]
        self.get(code=5, says=["ExpiredToken (400)", "the session has expired"])
        self.assertEqual(len(self.fake.requests), 1)

    def test_clock(self):
        ahead = time.time() + 3600
        self.fake.faults = [lambda request: error(403, "RequestTimeTooSkewed", headers={
            "Date": formatdate(ahead, usegmt=True)})]
        self.get()
        first, second = (request.headers["x-amz-date"] for request in self.fake.requests[:2])
        self.assertGreater(second[:11], first[:11])  # another hour, or day

    def test_other_region(self):
        self.fake.faults = [lambda request: error(301, "PermanentRedirect", headers={
            "x-amz-bucket-region": "eu-west-1"})]
        self.get()
        self.assertEqual([request.region() for request in self.fake.requests],
                         ["us-east-1"] + ["eu-west-1"] * 3)

    def test_region_that_is_none(self):
        self.fake.faults = [lambda request: error(400, "AuthorizationHeaderMalformed",
                                                  "<Region>evil.example/</Region>")]
        self.get(code=5, says=["AuthorizationHeaderMalformed (400)"])

    def test_redirect(self):
        self.fake.faults = [lambda request: (307, {"Location": self.fake.url + "/elsewhere"}, b"")]
        self.get(code=5, says=["(307)", "not followed"])
        self.assertEqual(len(self.fake.requests), 1)

    def test_no_listing(self):
        for body in (b"<html><body>Sign in to the hotel</body></html>", b"<ListBucketResult>", b"",
                     b"<!DOCTYPE x [<!ENTITY y 'z'>]><ListBucketResult>&y;</ListBucketResult>"):
            self.fake.faults = [lambda request, body=body: (200, {}, body)]
            self.get(code=5)

    def test_endless_listing(self):
        body = (b"<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t"
                b"</NextContinuationToken></ListBucketResult>")
        self.fake.faults = [lambda request: (200, {}, body)] * 9
        self.get(code=5, says=["in a circle"])

    def test_headers_without_end(self):
        self.fake.faults = [lambda request: (200, {f"x-{n}": "y" * 1000 for n in range(99)}, b"")]
        self.get(code=5, says=["more headers"])

    def test_cut_off(self):
        big = os.urandom(300_000)
        self.fake.objects = {"p/big.log": big}
        self.fake.faults = [lambda request: None,
                            lambda request: self.fake.object(request)[:1] +
                            (self.fake.object(request)[1] | {"cut": 100_000}, big)]
        self.get(says=["trying again"])
        last = self.fake.requests[-1].headers
        self.assertEqual(last["if-match"], fake_aws.etag(big))
        self.assertEqual(last["range"], "bytes=100000-")

    def test_changed_meanwhile(self):
        def change(request):
            del request
            self.fake.objects["p/a.log"] = LOG * 3
        self.fake.objects = {"p/a.log": LOG}
        self.fake.faults = [lambda request: None, change]
        self.get()

    def test_damaged(self):
        wrong = {"ETag": fake_aws.etag(LOG)}
        self.fake.objects = {"p/a.log": LOG}
        bad = LOG.replace(b"ACCEPT", b"REJECT")
        self.fake.faults = [lambda request: None] + [lambda request: (200, dict(wrong), bad)] * 2
        self.get(code=5, says=["came damaged"])
        self.assertEqual(os.listdir(self.out), [])
        self.fake.faults = [lambda request: None, lambda request: (200, dict(wrong), bad)]
        self.get()

    def test_gone(self):
        self.fake.faults = [lambda request: None, lambda request: error(404, "NoSuchKey")]
        self.get(code=4, says=["not got: p/", "NoSuchKey", "1 could not be got"])
        self.assertEqual(len(os.listdir(self.out)), 1)

    def test_denied_object(self):
        self.fake.faults = [lambda request: None] + [lambda request: error(403, "AccessDenied")] * 9
        self.get(code=5, says=["s3 GetObject", "s3:GetObject"])
        self.assertEqual(os.listdir(self.out), [])

    def test_hostile_keys(self):
        self.fake.objects = {"p/../../../out-of-it": LOG, "p/x\x1b[2J\n.log": LOG, "p/ok.log": LOG}
        done = self.get("--keep-tree", code=4, says=["its name has . or .. in it", "\\x1b[2J\\x0a"])
        self.assertNotIn("\x1b", done.stdout + done.stderr)
        self.assertEqual(sorted(os.listdir(self.out)), ["ok.log", "x\x1b[2J\n.log"])
        self.assertEqual(os.listdir(self.home), ["out"])

    def test_folder_that_is_a_link(self):
        os.makedirs(self.out)
        os.symlink(self.home, os.path.join(self.out, "sub"))
        self.fake.objects = {"p/sub/a.log": LOG}
        self.get("--keep-tree", code=6, says=["cannot open the folder"])
        self.assertNotIn("a.log", os.listdir(self.home))

    def test_interrupted(self):
        began = time.monotonic()
        self.fake.faults = [lambda request: None, lambda request: time.sleep(6)]
        process = subprocess.Popen([os.environ["FLOWTOLL"], "get", "s3://bucket/p/", self.out],
                                   env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   preexec_fn=fake_aws.heed_interrupts)
        # until all but the one that waits are whole: what is cut off is kept for the next time
        waiting = len(self.fake.objects) - 1
        while time.monotonic() < began + 30 and (len(self.fake.requests) < 2 or waiting > len(
                [name for name in (os.listdir(self.out) if os.path.isdir(self.out) else [])
                 if not name.endswith((".part", ".etag"))])):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        self.assertIn(b"interrupted", process.communicate()[1])
        self.assertEqual(process.returncode, 130)
        self.assertLess(time.monotonic() - began, 5)
        self.assertFalse([name for name in os.listdir(self.out) if name.endswith(".part")])

    def test_no_room(self):
        self.fake.objects = {"p/big.log": os.urandom(50_000)}
        done = subprocess.run(
            [os.environ["FLOWTOLL"], "get", "s3://bucket/p/", self.out], env=self.env, text=True,
            capture_output=True, check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)))
        self.assertEqual(done.returncode, 6, done.stderr)
        self.assertIn("cannot write", done.stderr)
        self.assertEqual(sorted(os.listdir(self.out)), ["big.log.part", "big.log.part.etag"])
        self.get()
        self.assertEqual(self.fake.requests[-1].headers["range"], "bytes=20000-")

    def test_another_gets_it(self):
        os.makedirs(self.out)
        with open(os.path.join(self.out, "a.log.part"), "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self.get(code=6, says=["another process is getting"])
            self.assertTrue(os.path.exists(os.path.join(self.out, "a.log.part")))

    def test_folder_that_is_a_file(self):
        with open(self.out, "w", encoding="ascii"):
            pass
        self.get(code=6, says=["cannot open the folder"])

    def test_times(self):
        name = "p/1_vpcflowlogs_us-east-1_fl-1_20261120T{}Z_a.log.gz"
        self.fake.objects = {name.format(at): LOG for at in ("1000", "1005", "1010")}
        self.fake.objects["p/other"] = LOG
        done = subprocess.run(
            [os.environ["FLOWTOLL"], "get", "s3://bucket/p/", self.out,
             "--since", "2026-11-20T10:05", "--until", "2026-11-20T10:10"],
            env=self.env, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("1 key without a time", done.stderr)
        self.assertEqual(os.listdir(self.out), [os.path.basename(name.format("1005"))])
