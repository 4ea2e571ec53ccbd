# SPDX-License-Identifier: Apache-2.0
"""The comparison of answers with the truth can fail: a right answer passes, and each way to spoil
it is found."""
import copy
import unittest

from nat_case import case

from nat_answer import REFUSED_CODE, SUMS, Answer, differences

REFUSED = Answer(REFUSED_CODE, "flowtoll: refused, as it does not add up\n")


def right_answer(truth, figure="exact"):
    """What a program that knows the truth would print."""
    def listed(table, **more):
        return [{k: v for k, v in row.items() if k != "packets"} | more for row in truth[table]]
    gateways = []
    for row in truth["gateways"]:
        arrived = sum(r["bytes"] for r in truth["unbilled"]
                      if r["nat_gateway_id"] == row["nat_gateway_id"]
                      and r["reason"] in ("unsolicited_inbound", "late_inbound"))
        gateways.append(row | {
            "figure": figure, "billed_bytes_low": row["billed_bytes"],
            "billed_bytes_high": None if figure == "lower bound" else row["billed_bytes"],
            "unsolicited_bytes": arrived, "unsent_bytes": 0, "residual_bytes": 0})
    body = {"gateways": gateways, "pairs": listed("pairs", how="packet"), "hours": listed("hours"),
            "clients": listed("clients"), "remotes": listed("remotes"),
            "coverage": {"skipdata_records": truth["coverage"]["skipdata_records"],
                         "residual_bytes": 0, "windows": truth["coverage"]["windows"],
                         "windows_with_files": truth["coverage"]["windows"]
                         - len(truth["coverage"]["missing_windows"])}}
    total = sum(g["billed_bytes"] for g in gateways)
    for table in ("clients", "remotes"):
        for row in body[table]:
            row["share"] = row["billed_bytes"] / total
    traffic = {}
    for row in truth["traffic"]:
        key = tuple(row[k] for k in ("nat_gateway_id", "client", "remote", "direction", "hour"))
        size, packets = traffic.get(key, (0, 0))
        traffic[key] = size + row["bytes"], packets + row["packets"]
    rows = [{"gateway": g, "interface_id": None, "client": c, "remote": r, "direction": d,
             "hour": h, "bytes": size, "packets": packets}
            for (g, c, r, d, h), (size, packets) in traffic.items()]
    return Answer(0, "", body, rows)


def spoiled(answer, change):
    """A copy in which `change` was done to the body."""
    body, traffic = copy.deepcopy(answer.body), copy.deepcopy(answer.traffic)
    change(body, traffic)
    return Answer(answer.code, answer.said, body, traffic)


def add(table, row, name, count):
    def change(body, _):
        body[table][row][name] += count
    return change


def move(table, one, other):
    """A byte from one row to another: sums stay."""
    def change(body, _):
        for row, count in ((one, 1), (other, -1)):
            body[table][row]["billed_bytes"] += count
            body[table][row]["upload_bytes"] += count
    return change


def drop(table):
    return lambda body, _: body[table].pop()


def no_bytes(table, **keys):
    """One more row, of nothing."""
    return lambda body, _: body[table].append(
        dict(body[table][0], share=0.0, **keys) | dict.fromkeys(SUMS, 0))


def give(table, row, **values):
    return lambda body, _: body[table][row].update(values)


SPOILED = {  # of an answer that must be equal: name -> (change, table that differs)
    "a byte of a gateway": (add("gateways", 0, "billed_bytes", 1), "gateways"),
    "directions the other way": (
        lambda body, _: body["gateways"][0].update(
            upload_bytes=body["gateways"][0]["download_bytes"],
            download_bytes=body["gateways"][0]["upload_bytes"]), "gateways"),
    "what came in": (add("gateways", 0, "ingress_bytes", 1), "gateways"),
    "what went out": (add("gateways", 0, "egress_bytes", -1), "gateways"),
    "what nobody asked for": (add("gateways", 0, "unsolicited_bytes", 1), "gateways"),
    "a gateway's zone": (give("gateways", 0, zone="us-east-1z"), "gateways"),
    "a gateway that is none": (
        lambda body, _: body["gateways"].append(dict(
            body["gateways"][0], nat_gateway_id="nat-1", interface_id="eni-1")
            | dict.fromkeys(SUMS + ("billed_bytes_low", "billed_bytes_high"), 0)), "gateways"),
    "not exact": (give("gateways", 0, figure="interval"), "gateways"),
    "a figure's name": (give("gateways", 0, figure="about"), "gateways"),
    "exact with other bounds": (add("gateways", 0, "billed_bytes_high", 5), "gateways"),
    "a fraction of a byte": (add("gateways", 0, "ingress_bytes", 0.0), "gateways"),
    "a byte of another client": (move("clients", 0, 1), "clients"),
    "a client too few": (drop("clients"), "clients"),
    "a client too many": (no_bytes("clients", client="192.0.2.1"), "clients"),
    "a client twice": (no_bytes("clients"), "clients"),
    "a client that is not known": (no_bytes("clients", client=None), "clients"),
    "a share": (add("clients", 0, "share", 0.01), "clients"),
    "a byte of another remote": (move("remotes", 0, 1), "remotes"),
    "a remote's name": (give("remotes", 0, remote="192.0.2.1"), "remotes"),
    "a byte of another pair": (move("pairs", 0, 1), "pairs"),
    "a pair's client": (give("pairs", 0, client="192.0.2.1"), "pairs"),
    "a byte in another hour": (move("hours", 0, 1), "hours"),
    "an hour": (give("hours", 0, hour="2026-11-19T12:00:00Z"), "hours"),
    "a byte in the finest table": (
        lambda _, traffic: traffic[0].update(bytes=traffic[0]["bytes"] + 1), "nat_traffic"),
    "a packet in the finest table": (
        lambda _, traffic: traffic[0].update(packets=traffic[0]["packets"] + 1), "nat_traffic"),
    "a direction in the finest table": (
        lambda _, traffic: traffic[0].update(direction="sideways"), "nat_traffic"),
    "a row in two parts": (
        lambda _, traffic: traffic.append(dict(traffic[0], bytes=0, packets=0)), "nat_traffic"),
    "records of SKIPDATA": (
        lambda body, _: body["coverage"].update(skipdata_records=1), "coverage"),
}


def told(truth, answer, **named):
    return {found.table for found in differences(truth, answer, **named)}


def bounded(answer, low, high, figure="interval"):
    def change(body, _):
        body["gateways"][0].update(figure=figure, billed_bytes_low=low, billed_bytes_high=high)
    return spoiled(answer, change)


class Equal(unittest.TestCase):
    def test_right_answers(self):
        for name in ("zonal", "two_zones", "unsolicited", "central", "eks_hidden_pods"):
            for format_name in ("v2", "v5"):
                truth = case(name, format_name).truth
                self.assertEqual(differences(truth, right_answer(truth)), [], name)

    def test_spoiled_answers(self):
        truth = case("unsolicited").truth
        answer = right_answer(truth)
        for name, (change, table) in SPOILED.items():
            with self.subTest(name):
                self.assertIn(table, told(truth, spoiled(answer, change)))

    def test_a_gateway_that_is_missing(self):
        truth = case("two_zones").truth
        self.assertIn("gateways", told(truth, spoiled(right_answer(truth), drop("gateways"))))

    def test_refused_where_there_is_an_answer(self):
        self.assertIn("answer", told(case("zonal").truth, REFUSED))
        self.assertIn("exit code", told(case("zonal").truth, Answer(1, "flowtoll: no\n")))
        truth = case("zonal").truth
        refused = spoiled(right_answer(truth), lambda body, _: (
            body["gateways"][0].update(figure="refused"), body["gateways"][0].update(dict.fromkeys(
                SUMS + ("billed_bytes_low", "billed_bytes_high"))),
            [body[table].clear() for table in ("clients", "remotes", "pairs", "hours")]))
        self.assertIn("answer", told(truth, refused))

    def test_hours_of_either_flow_log(self):
        truth = case("two_flow_logs_other").truth
        one, other = truth["hours_by_flow_log"].values()
        self.assertNotEqual(one, other)
        answer = spoiled(right_answer(truth), lambda body, _: body.update(hours=other))
        self.assertEqual(told(truth, answer), {"hours"})
        self.assertEqual(told(truth, answer, hours=[one, other]), set())

    def test_pairs_without_packet_level_addresses(self):
        """What cannot be told is residual; what is told must be so."""
        truth = case("zonal", "v2").truth
        answer = right_answer(truth)

        def rest(body, _):
            gone = body["pairs"].pop(0)
            body["pairs"].append(dict(gone, client=None, remote=None))
            for row in body["gateways"] + [body["coverage"]]:
                row["residual_bytes"] = gone["billed_bytes"]
        right = spoiled(answer, rest)
        self.assertEqual(told(truth, right), set())
        for change in (give("pairs", 0, remote="192.0.2.1"), move("pairs", 0, 1),
                       drop("pairs"), add("gateways", 0, "residual_bytes", 1)):
            self.assertIn("pairs", told(truth, spoiled(right, change)))


class Other(unittest.TestCase):
    def test_refused(self):
        truth = case("secondary_missing").truth
        self.assertEqual(told(truth, REFUSED), set())
        self.assertEqual(told(truth, Answer(REFUSED_CODE, "")), {"refusal"})
        self.assertEqual(told(truth, Answer(REFUSED_CODE, "why", {})), {"answer"})
        self.assertIn("gateways", told(truth, right_answer(truth)))

    def test_estimates(self):
        truth = case("clients_only").truth
        self.assertEqual(told(truth, REFUSED), set())
        self.assertIn("gateways", told(truth, right_answer(truth)))

    def test_interval(self):
        truth = case("port_exhaustion").truth
        low, high = truth["expect"]["low"], truth["expect"]["high"]
        answer = right_answer(truth)
        self.assertEqual(told(truth, bounded(answer, low, high)), set())
        self.assertEqual(told(truth, bounded(answer, low - 9, high + 9)), set())
        for wrong in (bounded(answer, low, high - 1), bounded(answer, low + 1, high),
                      bounded(answer, low, None), bounded(answer, low, high, "exact"), answer):
            self.assertEqual(told(truth, wrong), {"gateways"})
        stranger = spoiled(bounded(answer, low, high), no_bytes("clients", client="192.0.2.1"))
        self.assertEqual(told(truth, stranger), {"clients"})
        self.assertIn("answer", told(truth, REFUSED))

    def test_interval_or_equal(self):
        """An answer may know more than an interval, and must then be right to the byte."""
        truth = case("blind").truth
        answer = right_answer(truth)
        billed = answer.body["gateways"][0]["billed_bytes"]
        self.assertEqual(told(truth, answer), set())
        self.assertEqual(told(truth, bounded(answer, billed - 1, billed + 1)), set())
        self.assertEqual(told(truth, bounded(answer, billed + 1, billed + 2)), {"gateways"})
        for change, table in ((move("clients", 0, 1), "clients"), (move("hours", 0, 1), "hours"),
                              (move("remotes", 0, 1), "remotes"),
                              (add("gateways", 0, "egress_bytes", 1), "gateways")):
            self.assertEqual(told(truth, spoiled(answer, change)), {table})

    def test_missing_files(self):
        truth = case("missing_files").truth
        billed = sum(g["billed_bytes"] for g in truth["gateways"])
        answer = right_answer(truth, "interval")
        self.assertEqual(told(truth, bounded(answer, billed - 1, billed + 1)), set())
        self.assertEqual(told(truth, bounded(answer, billed + 1, billed + 2)), {"gateways"})
        short = spoiled(answer, lambda body, _: body["coverage"].update(windows=1))
        self.assertEqual(told(truth, short), {"coverage"})

    def test_lower_bound(self):
        truth = case("skipdata").truth
        answer = right_answer(truth, "lower bound")
        self.assertEqual(told(truth, answer), set())
        self.assertEqual(told(truth, right_answer(truth)), {"gateways"})
        billed = answer.body["gateways"][0]["billed_bytes"]
        for low, high in ((billed, billed), (billed + 1, None)):
            self.assertEqual(told(truth, bounded(answer, low, high, "lower bound")), {"gateways"})

    def test_without_an_inventory_a_gateway_goes_by_its_interface(self):
        truth = case("central_no_inventory", "v11").truth
        (gateway,) = truth["gateways"]

        def rename(body, traffic):
            for row in body["gateways"] + body["pairs"] + body["hours"]:
                row.update(nat_gateway_id=gateway["interface_id"], zone=None)
            for row in traffic:
                row.update(gateway=gateway["interface_id"], interface_id=gateway["interface_id"])
        answer = spoiled(right_answer(truth), rename)
        self.assertEqual(told(truth, answer, has_inventory=False), set())
        self.assertEqual(told(truth, answer), {"gateways"})


if __name__ == "__main__":
    unittest.main()
