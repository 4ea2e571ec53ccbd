# SPDX-License-Identifier: Apache-2.0
"""A server on loopback that answers like S3, STS, SSO, an instance and a container, and fails as
they do when told to. It checks no signature: tests/oracle/s3.py has servers that do."""
import hashlib
import http.server
import json
import os
import signal
import sys
import threading
import time
import urllib.parse
from email.utils import formatdate
from xml.sax.saxutils import escape


def heed_interrupts():
    """For a process that is to be interrupted: whoever runs the tests in the background may have
    switched that off, and children inherit it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


SECRET = "fakesecret/fakesecret+fakesecret"


def error(status, code, extra="", headers=None):
    body = f"<Error><Code>{code}</Code><Message>told by the test</Message>{extra}</Error>"
    return status, headers or {}, body.encode()


class Request:
    def __init__(self, method, path, headers, body):
        self.method, self.headers, self.body = method, headers, body
        self.path, _, query = path.partition("?")
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))

    def key_id(self):
        return self.headers.get("authorization", "").partition("Credential=")[2].partition("/")[0]

    def scope(self):
        return self.headers.get("authorization", "").partition("Credential=")[2].split("/")

    def region(self):
        return self.scope()[2]

    def service(self):
        return self.scope()[3] if len(self.scope()) > 3 else ""


class Fake:
    def __init__(self):
        self.objects = {}  # key: bytes
        self.page_keys = 1000
        self.latency_s = 0
        self.sizes = {}  # told in listings, where they are not the true ones
        self.faults = []   # called with each request in turn: an answer, or None for the usual one
        self.requests = []
        self.ec2 = None    # a fake_ec2.Ec2
        self.near_keys = iter(range(100))
        self.lasts_s = 3600  # of the credentials that it gives
        self.role_lasts_s = None  # of those of a role; None: for ever
        self.assumed = []    # roles
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Request(self.command, self.path, headers, body)
                fake.requests.append(request)
                time.sleep(fake.latency_s)
                answer = fake.faults.pop(0)(request) if fake.faults else None
                status, headers, body = answer or fake.answer(request)
                cut, stall_s = headers.pop("cut", None), headers.pop("stall_s", 0)
                date = headers.pop("Date", formatdate(usegmt=True))
                self.send_response_only(status)
                self.send_header("Date", date)
                self.send_header("Content-Length", str(len(body)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body[:cut])
                time.sleep(stall_s)
                self.close_connection = cut is not None

            do_GET = do_PUT = do_POST = handle_any

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 64  # all connect at once

            def handle_error(self, request, client_address):
                if not isinstance(sys.exception(), ConnectionError):  # who has enough hangs up
                    super().handle_error(request, client_address)

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,),
                                       daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def put_folder(self, folder, prefix):
        """Its files as objects."""
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), "rb") as file:
                self.objects[prefix + name] = file.read()

    def stall(self, stalls):
        """What `stalls` says yes to comes half, and then nothing. Gives: has it been asked yet?"""
        def fault(request):
            if not stalls(request):
                return None
            status, headers, body = (200, {}, b"<half/>") if request.method == "POST" \
                else self.answer(request)
            return status, headers | {"cut": len(body) // 2, "stall_s": 30}, body
        self.faults = [fault] * 200
        return lambda: any(map(stalls, self.requests))

    def answer(self, request):
        if request.path.startswith("/latest/"):
            return self.instance(request)
        if request.path == "/container":
            return 200, {}, self.credentials("CONTAINER")
        if request.path == "/federation/credentials":
            return self.sso(request)
        if request.method == "POST" and request.service() == "ec2":
            return self.ec2.answer(request)
        if request.method == "POST":
            return self.sts(request)
        if request.path.count("/") == 2 and request.path.endswith("/"):
            return self.listing(request)
        return self.object(request)

    def credentials(self, prefix):
        expires = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + self.lasts_s))
        return json.dumps({"AccessKeyId": f"{prefix}{next(self.near_keys)}", "Token": "faketoken",
                           "SecretAccessKey": SECRET, "Expiration": expires}).encode()

    def instance(self, request):
        if request.path == "/latest/api/token" and request.method == "PUT":
            return 200, {}, b"instancetoken"
        if request.headers.get("x-aws-ec2-metadata-token") != "instancetoken":
            return 401, {}, b""
        name = request.path.rpartition("/")[2]
        return 200, {}, self.credentials("INSTANCE") if name == "reader" else b"reader"

    def sso(self, request):
        if request.headers.get("x-amz-sso_bearer_token") != "ssotoken":
            return 401, {}, b"{}"
        role = {"accessKeyId": "SSO" + request.query["role_name"], "secretAccessKey": SECRET,
                "sessionToken": "faketoken", "expiration": 4070908800000}
        return 200, {}, json.dumps({"roleCredentials": role}).encode()

    def sts(self, request):
        form = dict(urllib.parse.parse_qsl(request.body.decode()))
        if form["Action"] == "GetCallerIdentity":
            return 200, {}, (
                "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>"
                f"{sum(request.key_id().encode()):012}</Account><UserId>U</UserId>"
                f"<Arn>arn:aws:iam::1:user/{request.key_id()}</Arn>"
                "</GetCallerIdentityResult></GetCallerIdentityResponse>").encode()
        if form["Action"] == "AssumeRoleWithWebIdentity" and form["WebIdentityToken"] != "webtoken":
            return error(400, "InvalidIdentityToken")
        if form["Action"] == "AssumeRole":
            self.assumed.append(form["RoleArn"])
        key = form["RoleArn"].rpartition("/")[2].upper() + request.key_id()
        return 200, {}, (
            f"<{form['Action']}Response><{form['Action']}Result><Credentials>"
            f"<AccessKeyId>{key}</AccessKeyId><SecretAccessKey>{SECRET}</SecretAccessKey>"
            f"<SessionToken>faketoken</SessionToken><Expiration>{self.role_expires()}</Expiration>"
            f"</Credentials></{form['Action']}Result></{form['Action']}Response>").encode()

    def role_expires(self):
        if self.role_lasts_s is None:
            return "2099-01-01T00:00:00Z"
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + self.role_lasts_s))

    def listing(self, request):
        prefix, delimiter = request.query["prefix"], request.query.get("delimiter")
        rows, folders = [], {}
        for key, body in sorted(self.objects.items()):
            if not key.startswith(prefix):
                continue
            rest = key[len(prefix):]
            if delimiter and delimiter in rest:
                folders[prefix + rest.partition(delimiter)[0] + delimiter] = True
                continue
            size = self.sizes.get(key, len(body))
            rows.append(f"<Contents><Key>{urllib.parse.quote(key)}</Key><Size>{size}</Size>"
                        f"<ETag>{escape(etag(body))}</ETag></Contents>")
        rows += [f"<CommonPrefixes><Prefix>{urllib.parse.quote(name)}</Prefix></CommonPrefixes>"
                 for name in folders]
        start = int(request.query.get("continuation-token", "0"))
        end = start + self.page_keys
        more = (f"<IsTruncated>true</IsTruncated><NextContinuationToken>{end}"
                "</NextContinuationToken>" if end < len(rows) else "")
        return 200, {}, (f"<ListBucketResult><EncodingType>url</EncodingType>{more}"
                         f"{''.join(rows[start:end])}</ListBucketResult>").encode()

    def object(self, request):
        key = urllib.parse.unquote(request.path.partition("/")[2].partition("/")[2])
        body = self.objects.get(key)
        if body is None:
            return error(404, "NoSuchKey")
        if request.headers.get("if-match", etag(body)) != etag(body):
            return error(412, "PreconditionFailed")
        headers = {"ETag": etag(body)}
        if "range" not in request.headers:
            return 200, headers, body
        first, _, last = request.headers["range"].removeprefix("bytes=").partition("-")
        start, end = int(first), min(int(last or len(body)), len(body) - 1) + 1
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(body)}"
        return 206, headers, body[start:end]


def etag(body):
    return f'"{hashlib.md5(body).hexdigest()}"'
