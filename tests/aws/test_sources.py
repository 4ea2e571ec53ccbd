# SPDX-License-Identifier: Apache-2.0
"""s3:// as a source, against a server that plays S3: the same answers as from the same files here,
only the folders that a period needs are listed, and no failure passes for a whole answer."""
import gzip
import os
import signal
import subprocess
import sys
import time
import unittest

import fake_aws
from fake_aws import error
from test_access import Case

HEADER = ("version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes "
          "start end action log-status\n")
DAY_S = 1795132800  # 2026-11-20
PLAIN = "AWSLogs/123456789012/vpcflowlogs/eu-west-1/2026/11/{:02}/"
HOURLY = PLAIN + "{:02}/"
HIVE = ("AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=eu-west-1/"
        "year=2026/month=11/day={:02}/")
LAYOUTS = {"plain": PLAIN, "hourly": HOURLY, "hive": HIVE, "hive, hourly": HIVE + "hour={:02}/"}
NAME = "123456789012_vpcflowlogs_eu-west-1_{}_202611{:02}T{:02}{:02}Z_abc.log.gz"


def text_of(window_s, rows=20):
    """Records that end in the window, and began up to ten minutes before."""
    lines = [HEADER]
    for row in range(rows):
        end = window_s + 7 * row % 300
        lines.append(f"2 123456789012 eni-{row % 3} 10.0.0.{row % 250} "
                     f"10.1.{window_s // 300 % 200}.{row % 250} 443 {1024 + row} 6 1 {100 + row} "
                     f"{end - 30 * (row % 20)} {end} ACCEPT OK\n")
    return "".join(lines).encode()


class Sources(Case):
    def setUp(self):
        super().setUp()
        self.keys()
        self.fake.objects = {}
        self.here = os.path.join(self.home, "here")

    def put(self, key, text):
        self.fake.objects[key] = gzip.compress(text, mtime=0) if key.endswith(".gz") else text
        path = os.path.join(self.here, key)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(self.fake.objects[key])

    def put_days(self, layout, days=(18, 19, 20, 21, 22), hours=(0, 9, 10, 23), flow_log="fl-1"):
        for day in days:
            for hour in hours:
                for minute in (0, 55):
                    window_s = DAY_S + (day - 20) * 86400 + hour * 3600 + minute * 60
                    self.put(layout.format(day, hour) + NAME.format(flow_log, day, hour, minute),
                             text_of(window_s))

    def ask(self, *arguments, code=0, says=()):
        done = subprocess.run([os.environ["FLOWTOLL"], *arguments], env=self.env, text=True,
                              capture_output=True, check=False, cwd=self.home)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        for words in says:
            self.assertIn(words, done.stderr)
        return done

    def both(self, *question, source="s3://bucket/", says=()):
        there = self.ask(*question, source, says=says)
        here = self.ask(*question, os.path.join(self.here, source[len("s3://bucket/"):]))
        self.assertEqual(there.stdout.replace("s3://bucket", "here"),
                         here.stdout.replace(self.here, "here"))
        self.assertTrue(there.stdout)
        return there

    def listed(self):
        return [request.query["prefix"] for request in self.fake.requests
                if "list-type" in request.query]

    def gets(self):
        return [request for request in self.fake.requests if request.path.count("/") > 2]


class Answers(Sources):
    def test_every_question(self):
        self.put_days(PLAIN, days=(20,))
        self.both("top", "dstaddr", "--format", "csv", "-n", "1000")
        self.both("head", "-n", "100", "--format", "csv")
        self.both("files", "--format", "csv")
        self.both("sql", "select count(*), sum(bytes), min(file) from flows", "--format", "csv")
        self.both("top", "file", "--format", "csv", source="s3://bucket/AWSLogs/")
        (one,) = [key for key in self.fake.objects if "T0955Z" in key]
        self.both("top", "srcaddr", "--format", "csv", source="s3://bucket/" + one)

    def test_periods(self):
        for name, layout in LAYOUTS.items():
            with self.subTest(name):
                self.fake.objects = {}
                self.here = os.path.join(self.home, name)
                self.put_days(layout)
                self.both("top", "dstaddr", "--since", "2026-11-20T09:58", "--until",
                          "2026-11-20T10:02", "--format", "csv", "-n", "1000")
                self.both("top", "dstaddr", "--since", "2026-11-19", "--until", "2026-11-21",
                          "--format", "csv", "-n", "1000")
                self.both("top", "hour", "--since", "2026-11-21T23:50", "--format", "csv")

    def test_only_what_is_needed(self):
        for name, layout in LAYOUTS.items():
            with self.subTest(name):
                self.fake.objects = {}
                self.put_days(layout)
                self.put("AWSLogs/123456789012/CloudTrail/eu-west-1/2026/11/20/x.json.gz", b"{}")
                self.fake.requests.clear()
                self.ask("top", "dstaddr", "s3://bucket/", "--since", "2026-11-20T09:58",
                         "--until", "2026-11-20T10:02")
                folders = layout.format(20, 10).split("/")
                for prefix in self.listed():
                    if "CloudTrail" in prefix or not prefix.startswith("AWSLogs/123"):
                        self.assertNotIn("CloudTrail", prefix)
                    if prefix.count("/") > 6:
                        self.assertEqual(prefix.split("/")[:7], folders[:7])
                if "hour" in name:
                    self.assertNotIn(layout.format(20, 23), self.listed())
                    self.assertIn(layout.format(20, 10), self.listed())
                self.assertLessEqual(len(self.listed()), 12)
                # windows 09:55, 10:00; none of 09:00, and 10:55 is too late
                self.assertEqual({request.path[-14:] for request in self.gets()},
                                 {"T0955Z_abc.log.gz"[-14:], "T1000Z_abc.log.gz"[-14:]})

    def test_pages(self):
        self.fake.page_keys = 3
        self.put_days(PLAIN)
        self.both("top", "dstaddr", "--format", "csv", "-n", "1000")
        self.both("top", "dstaddr", "--since", "2026-11-20", "--until", "2026-11-21", "--format",
                  "csv")

    def test_one_look_for_a_flow_log(self):
        self.put_days(PLAIN, flow_log="fl-1")
        self.put_days(PLAIN, flow_log="fl-2", days=(23,))
        self.ask("sql", "select count(*) from flows", "s3://bucket/")
        self.assertEqual(len(self.gets()), len(self.fake.objects) + 2)

    def test_many_at_once(self):
        self.put_days(PLAIN)
        self.fake.latency_s = 0.1
        done = self.ask("top", "dstaddr", "s3://bucket/AWSLogs/123456789012/vpcflowlogs/", "-v",
                        says=["read 40 files, 800 records"])
        # one after another it would be 4 s
        self.assertLess(float(done.stderr.rsplit(" in ", 1)[1].split(" s")[0]), 2)

    def test_large_objects(self):
        text = text_of(DAY_S, 30000)
        for number in range(4):
            self.put(f"logs/{number}.log", text)
            self.put(f"logs/{number}.log.gz", text)
        self.both("top", "dstport", "--format", "csv", source="s3://bucket/logs/")
        ranges = [request.headers.get("range") for request in self.gets()]
        self.assertEqual(ranges.count("bytes=0-65535"), 8)
        self.assertEqual(ranges.count(None), 8)
        self.both("head", "-n", "3", "--format", "csv", source="s3://bucket/logs/")

    def test_much_is_told(self):
        self.put("logs/a.log", text_of(DAY_S))
        self.fake.sizes["logs/a.log"] = 11 << 30
        words = "note: up to "
        done = self.ask("top", "dstaddr", "s3://bucket/logs/", code=3)
        self.assertNotIn(words, done.stderr)  # its header says already that it is another
        self.put("logs/b.log", text_of(DAY_S))
        self.put_days(PLAIN, days=(20,))
        self.fake.sizes[max(self.fake.objects, key=lambda key: "T2355Z" in key)] = 12 << 30
        self.ask("top", "dstaddr", "s3://bucket/AWSLogs/", code=4,
                 says=["note: up to 12.0 GiB in 8 files from S3 now"])
        done = self.ask("top", "dstaddr", "s3://bucket/AWSLogs/", "-q", code=4)
        self.assertNotIn("note:", done.stderr)

    def test_sample(self):
        self.put_days(PLAIN)
        self.put_days(PLAIN, days=(25,), flow_log="fl-2")
        done = self.ask("sql", "select regexp_extract(file, 'fl-.*T....') as name, count(*) "
                        "from flows group by 1 order by 1", "s3://bucket/", "--files", "6",
                        "--format", "csv", says=["note: a sample: 6 of 48 files"])
        self.assertEqual([line.partition(",")[0] for line in done.stdout.split()[1:]],
                         ["fl-1_20261118T1000", "fl-1_20261119T1000", "fl-1_20261120T1000",
                          "fl-1_20261121T1000", "fl-1_20261122T1000", "fl-2_20261125T1000"])
        self.assertEqual(len(self.gets()), 6 + 2)

    def test_beside_files(self):
        self.put("a/1.log", text_of(DAY_S))
        self.put("b/2.log", text_of(DAY_S + 300))
        mixed = self.ask("top", "dstaddr", "s3://bucket/a/", os.path.join(self.here, "b"), "-q")
        self.assertEqual(mixed.stdout, self.ask("top", "dstaddr", self.here, "-q").stdout)

    def test_what_is_no_log(self):
        self.put("logs/a.log", text_of(DAY_S))
        self.put("logs/readme.html", b"x")
        self.fake.objects["logs/"] = b""
        self.both("top", "dstaddr", source="s3://bucket/logs/")
        self.ask("top", "dstaddr", "s3://bucket/nowhere/", code=3, says=["no logs below"])
        self.put("logs/p.parquet", b"PAR1....PAR1")
        self.ask("top", "dstaddr", "s3://bucket/logs/", code=4,
                 says=["1 of 2 files", "p.parquet.", "its Parquet footer cannot be read"])

    def put_parquet(self):
        self.put_days(PLAIN, days=(20,))
        path = os.path.join(self.home, "all.parquet")
        self.ask("sql", "select * exclude (file, line) from flows where file not like '%T1000Z%'",
                 self.here, "-o", path)
        for key in list(self.fake.objects):
            if "T1000Z" not in key:
                del self.fake.objects[key]
        with open(path, "rb") as file:
            self.fake.objects[PLAIN.format(20) + "all.log.parquet"] = file.read()

    def test_parquet(self):
        self.put_parquet()
        question = ("top", "dstaddr", "--format", "csv", "-n", "1000")
        spill = os.path.join(self.home, "spill")
        os.mkdir(spill)
        self.env["TMPDIR"] = spill
        for _ in range(2):
            there = self.ask(*question, "s3://bucket/AWSLogs/", says=[
                "note: 1 Parquet file of ", "copied from S3 first"])
            self.assertEqual(there.stdout, self.ask(*question, self.here).stdout)
            self.assertEqual(os.listdir(spill), [])
        gone = PLAIN.format(20) + "gone.parquet"
        self.fake.objects[gone] = b"PAR1"
        self.fake.faults = [lambda request: error(404, "NoSuchKey")
                            if request.path.endswith("gone.parquet") else None] * 9
        self.ask(*question, "s3://bucket/AWSLogs/", code=4, says=["NoSuchKey", "1 of 3 files"])
        self.fake.faults = [lambda request: error(403, "AccessDenied")
                            if request.path.endswith("all.log.parquet") else None] * 9
        self.ask(*question, "s3://bucket/AWSLogs/", code=5, says=["AccessDenied"])
        self.assertEqual(os.listdir(spill), [])

    def test_whose(self):
        self.put_days(PLAIN)
        for account, region in (("123456789012", "us-east-1"), ("210987654321", "eu-west-1")):
            layout = PLAIN.replace("123456789012", account).replace("eu-west-1", region)
            name = NAME.replace("123456789012", account).replace("eu-west-1", region)
            for minute in (0, 5):
                self.put(layout.format(20) + name.format("fl-9", 20, 9, minute), text_of(DAY_S))
        count = ("sql", "select count(*) from flows", "--format", "csv")
        for options, rows in ((["--account", "210987654321"], 40),
                              (["--log-region", "us-east-1"], 40),
                              (["--account", "123456789012", "--log-region", "eu-west-1"], 800),
                              (["--account", "123456789012", "--account", "210987654321"], 880)):
            self.fake.requests.clear()
            self.assertEqual(self.ask(*count, "s3://bucket/", *options).stdout.split()[1],
                             str(rows))
            for prefix in self.listed():
                if options[0] == "--account" and len(options) == 2:
                    self.assertNotIn("123456789012", prefix)
                if "--log-region" in options and prefix.count("/") > 3:
                    self.assertIn(options[-1], prefix)
            here = self.ask(*count, self.here, *options)
            self.assertEqual(here.stdout.split()[1], str(rows))
        self.ask(*count, "s3://bucket/", "--account", "1", code=3, says=["no logs below"])
        self.ask(*count, self.here, "--account", "1", code=3, says=[
            "none of the files is of the account 1", "there are 123456789012, 210987654321"])
        self.ask(*count, self.here, "--account", "210987654321", "--log-region", "us-east-1",
                 code=3, says=["no file is of all that is chosen"])

    def test_listed_side_by_side(self):
        for day in range(1, 29):
            self.put(PLAIN.format(day) + NAME.format("fl-1", day, 10, 0),
                     text_of(DAY_S + (day - 20) * 86400 + 36000))
        self.fake.latency_s = 0.1
        start = time.monotonic()
        self.ask("sql", "select count(*) from flows", "s3://bucket/", "--since",
                 "2026-11-02T09:00", "--until", "2026-11-27T11:00")
        self.assertGreaterEqual(len(self.listed()), 6)
        self.assertLess(time.monotonic() - start, 4)

    def test_payer(self):
        self.put_days(PLAIN, days=(20,))
        self.ask("top", "dstaddr", "s3://bucket/", "--request-payer", "requester")
        self.assertGreater(len(self.fake.requests), 9)
        for request in self.fake.requests:
            self.assertEqual(request.headers["x-amz-request-payer"], "requester")
            self.assertIn("x-amz-request-payer", request.headers["authorization"])
        self.fake.requests.clear()
        self.ask("get", "s3://bucket/AWSLogs/", "got", "--request-payer", "requester")
        self.assertTrue(all("x-amz-request-payer" in request.headers
                            for request in self.fake.requests))
        self.fake.requests.clear()
        self.ask("top", "dstaddr", "s3://bucket/")
        self.assertFalse(any("x-amz-request-payer" in request.headers
                             for request in self.fake.requests))


class Cache(Sources):
    question = ("top", "dstaddr", "--format", "csv", "-n", "1000")

    def setUp(self):
        super().setUp()
        self.put_days(PLAIN, days=(20,))
        self.wanted = self.ask(*self.question, self.here).stdout
        self.cache = os.path.join(self.home, "cache")
        self.options = ("s3://bucket/AWSLogs/", "--cache", self.cache)

    def again(self, **how):
        self.fake.requests.clear()
        done = self.ask(*self.question, *self.options, **how)
        self.assertEqual(done.stdout, self.wanted)
        self.assertFalse([name for name in os.listdir(self.cache) if name.startswith(".")])
        return done

    def test_kept(self):
        self.again()
        self.assertEqual(len(self.gets()), 8 + 1)
        self.assertEqual(len(os.listdir(self.cache)), 8)
        self.again()
        self.assertEqual(self.gets(), [])
        # one that is shorter than it should be, one that changed in S3, one that is gone here
        names = sorted(os.listdir(self.cache))
        os.truncate(os.path.join(self.cache, names[0]), 10)
        os.unlink(os.path.join(self.cache, names[1]))
        key = max(self.fake.objects)
        self.put(key, text_of(DAY_S, 21))
        self.wanted = self.ask(*self.question, self.here).stdout
        self.again()
        self.assertGreaterEqual(len(self.gets()), 3)
        self.again()
        self.assertEqual(self.gets(), [])

    def test_broken_off(self):
        self.fake.faults = [lambda request: None] * 3 + [
            lambda request: error(403, "AccessDenied")] * 99
        self.ask(*self.question, *self.options, code=5)
        self.fake.faults = []
        self.ask("head", "-n", "1", *self.options)
        self.again()
        part = os.path.join(self.cache, ".part-1-2-3.s3")
        with open(part, "wb") as file:
            file.write(b"x")
        self.again()
        self.assertFalse(os.path.exists(part))

    def test_at_the_same_time(self):
        command = [os.environ["FLOWTOLL"], *self.question, *self.options]
        asking = [subprocess.Popen(command, env=self.env, text=True, stdout=subprocess.PIPE)
                  for _ in range(4)]
        for one in asking:
            self.assertEqual(one.communicate()[0], self.wanted)
            self.assertEqual(one.returncode, 0)
        self.again()
        self.assertEqual(self.gets(), [])

    def test_no_folder(self):
        with open(self.cache, "wb"):
            pass
        self.ask(*self.question, *self.options, code=3, says=["cannot keep objects in"])

    def test_parquet(self):
        path = os.path.join(self.home, "all.parquet")
        self.ask("sql", "select * exclude (file, line) from flows", self.here, "-o", path)
        with open(path, "rb") as file:
            self.fake.objects = {"AWSLogs/all.parquet": file.read()}
        self.again()
        self.assertEqual(len(self.gets()), 1)
        self.again()
        self.assertEqual(self.gets(), [])


class Failures(Sources):
    def setUp(self):
        super().setUp()
        self.put_days(PLAIN, days=(20,))
        self.source = "s3://bucket/" + PLAIN.format(20)
        self.question = ("top", "dstaddr", "--format", "csv", "-n", "1000")
        self.wanted = self.ask(*self.question, self.here).stdout

    def ask_with(self, *faults, after=2, code=0, says=()):
        """With faults in turn after some answers: the listing, and the look at one header."""
        self.fake.faults = [lambda request: None] * after + list(faults)
        done = self.ask(*self.question, self.source, code=code, says=says)
        if code == 0:
            self.assertEqual(done.stdout, self.wanted)
        return done

    def cut(self, at):
        def answer(request):
            status, headers, body = self.fake.object(request)
            return status, headers | {"cut": at}, body
        return answer

    def test_cut_off(self):
        self.ask_with(*[self.cut(at) for at in (0, 1, 10, 100, 300)], says=["trying again"])
        resumed = [request for request in self.gets() if "range" in request.headers]
        self.assertGreaterEqual(len(resumed), 3)
        for request in resumed:
            self.assertIn("if-match", request.headers)

    def test_cut_off_for_ever(self):
        self.env["AWS_MAX_ATTEMPTS"] = "2"
        self.ask_with(*[self.cut(0)] * 99, code=5,
                      says=["no answer from", self.source])

    def test_busy(self):
        self.env["AWS_MAX_ATTEMPTS"] = "5"
        self.ask_with(*[lambda request: error(503, "SlowDown")] * 4, says=["SlowDown (503)"])

    def test_busy_all_at_once(self):
        self.env["AWS_MAX_ATTEMPTS"] = "5"
        done = self.ask_with(*[lambda request: error(503, "SlowDown")] * 8)
        self.assertEqual(done.stderr.count("trying again"), 1, done.stderr)

    def test_stall(self):
        """Bytes that do not come any more are a cut, after half a minute."""
        def stall(request):
            status, headers, body = self.fake.object(request)
            return status, headers | {"cut": 100, "stall_s": 34}, body
        self.ask_with(stall, says=["trying again"])

    def test_busy_for_long(self):
        self.env["AWS_MAX_ATTEMPTS"] = "1"
        self.ask_with(lambda request: error(503, "SlowDown"), code=5, says=["SlowDown (503)"])

    def test_shorter_than_listed(self):
        def short(request):
            status, headers, body = self.fake.object(request)
            return status, headers, body[:-20]
        done = self.ask_with(short, code=4, says=["another than was listed", "1 of 8 files"])
        self.assertNotEqual(done.stdout, self.wanted)

    def test_garbage(self):
        def garbage(request):
            status, headers, body = self.fake.object(request)
            return status, headers, body[:40] + bytes(byte ^ 0x55 for byte in body[40:])
        self.ask_with(garbage, code=4, says=["of the compressed file", "1 of 8 files"])

    def test_damaged_text(self):
        self.fake.objects = {"logs/a.log": text_of(DAY_S)}
        self.source = "s3://bucket/logs/"
        def damaged(request):
            status, headers, body = self.fake.object(request)
            return status, headers, body.replace(b"10.1.", b"10.2.")
        self.ask_with(damaged, code=5, says=["came damaged"])

    def test_changed_meanwhile(self):
        def change(request):
            key = request.path.partition("/")[2].partition("/")[2]
            self.fake.objects[key] = gzip.compress(text_of(DAY_S, 21))
        self.ask_with(change, code=4, says=["it changed after it was listed"])

    def test_gone(self):
        self.ask_with(lambda request: error(404, "NoSuchKey"), code=4, says=["NoSuchKey"])
        self.ask_with(lambda request: error(403, "InvalidObjectState"), code=4,
                  says=["InvalidObjectState"])

    def test_gone_when_looked_at(self):
        self.ask_with(lambda request: error(404, "NoSuchKey"), after=1, code=4, says=["NoSuchKey"])

    def test_another_header(self):
        key = max(self.fake.objects)
        lines = text_of(DAY_S).replace(b"srcaddr dstaddr", b"dstaddr srcaddr", 1)
        for text in (lines, text_of(DAY_S).partition(b"\n")[2]):
            self.fake.objects[key] = gzip.compress(text)
            self.ask_with(code=4, says=["does not begin with the header", key])

    def test_interrupted(self):
        def stall(request):
            status, headers, body = self.fake.object(request)
            return status, headers | {"cut": 100, "stall_s": 5}, body
        self.fake.faults = [lambda request: None] * 2 + [stall] * 8
        with subprocess.Popen([os.environ["FLOWTOLL"], *self.question, self.source], text=True,
                              env=self.env, stderr=subprocess.PIPE,
                              preexec_fn=fake_aws.heed_interrupts) as asking:
            while len(self.fake.requests) < 4:
                time.sleep(0.01)
            asking.send_signal(signal.SIGINT)
            start = time.monotonic()
            self.assertEqual(asking.communicate()[1], "flowtoll: interrupted\n")
        self.assertEqual(asking.returncode, 130)
        self.assertLess(time.monotonic() - start, 3)

    def test_no_headers(self):
        for key, body in self.fake.objects.items():
            self.fake.objects[key] = gzip.compress(gzip.decompress(body).partition(b"\n")[2])
        self.ask_with()

    def test_refused(self):
        self.ask_with(*[lambda request: error(403, "AccessDenied")] * 99, code=5,
                  says=["AccessDenied", "s3:GetObject"])
        self.ask_with(lambda request: error(403, "AccessDenied"), after=0, code=5,
                  says=["AccessDenied", "s3:ListBucket"])
        self.ask_with(lambda request: error(404, "NoSuchBucket"), after=0, code=5,
                  says=["NoSuchBucket"])
        self.ask_with(lambda request: error(400, "ExpiredToken"), after=3, code=5,
                  says=["ExpiredToken (400)"])
        self.ask("top", "dstaddr", "s3://-/x", code=2, says=["is no bucket and prefix"])


if __name__ == "__main__":
    sys.exit(unittest.main())
