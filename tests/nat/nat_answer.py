# SPDX-License-Identifier: Apache-2.0
"""Holds what `flowtoll nat --format json` says against truth.json, as its `expect` asks.

Nothing here runs anything: an answer is what a program printed, so that tests can spoil one.
"""
from dataclasses import dataclass

FIGURES = ("exact", "interval", "lower bound", "estimate", "refused")
LISTS = ("clients", "remotes", "pairs", "hours")
KEYS = {"clients": ("client",), "remotes": ("remote",),
        "pairs": ("nat_gateway_id", "client", "remote"), "hours": ("nat_gateway_id", "hour")}
SUMS = ("billed_bytes", "upload_bytes", "download_bytes")
GATEWAY_SUMS = SUMS + ("ingress_bytes", "egress_bytes")
TOLD_BYTES = GATEWAY_SUMS + ("billed_bytes_low", "billed_bytes_high", "unsolicited_bytes",
                             "unsent_bytes", "residual_bytes")
MORE_THAN_BILLED = {"upload_bytes": ("lost_before_gateway", "rejected_at_gateway"),
                    "download_bytes": ("late_inbound",)}
NEVER_ASKED_FOR = ("unsolicited_inbound", "late_inbound")
REFUSED_CODE = 3
SHARE_SLACK = 1e-6


@dataclass(frozen=True)
class Answer:
    code: int            # how the program ended
    said: str            # on standard error
    body: dict = None    # its JSON
    traffic: list = None  # rows of nat_traffic; None: not asked for


@dataclass(frozen=True)
class Difference:
    table: str
    key: object
    wanted: object
    got: object

    def __str__(self):
        key = "" if self.key is None else f" {self.key}"
        return f"{self.table}{key}: wanted {self.wanted}, got {self.got}"


class Judge:
    """One answer to one scenario. `hours` and `traffic` list what is as right: a record counts in
    the hour in which it starts, and flow logs of one interface may cut it into other windows."""

    def __init__(self, truth, answer, hours=None, traffic=None, has_inventory=True):
        self.truth, self.answer, self.has_inventory = truth, answer, has_inventory
        self.hours = hours or [truth["hours"]]
        self.traffic = traffic or [truth["traffic"]]
        self.found = []

    def differs(self, table, key, wanted, got):
        self.found.append(Difference(table, key, wanted, got))

    def want(self, table, key, wanted, got):
        if wanted != got:
            self.differs(table, key, wanted, got)

    # ---- who is who --------------------------------------------------------------------------

    def true_id(self, gateway_id, interface_id=None):
        """The gateway that is meant: where no inventory told, it goes by its interface."""
        for gateway in self.truth["gateways"]:
            names = {gateway["nat_gateway_id"], gateway["interface_id"]} - {None}
            if gateway_id in names or interface_id in names:
                return gateway["nat_gateway_id"]
        return gateway_id or interface_id

    def true_gateway(self, row):
        """The truth about a row of gateways, or None."""
        wanted = self.true_id(row["nat_gateway_id"], row["interface_id"])
        return next((g for g in self.truth["gateways"] if g["nat_gateway_id"] == wanted), None)

    def keyed(self, table, rows, values):
        """{key: values}; a key that is there twice is a difference."""
        found = {}
        for row in rows:
            key = tuple(self.true_id(row[name]) if name == "nat_gateway_id" else row[name]
                        for name in KEYS[table])
            if key in found:
                self.differs(table, key, "one row", "two")
            found[key] = {name: row[name] for name in values}
        return found

    def told(self):
        return [g for g in self.answer.body["gateways"] if g["figure"] != "refused"]

    # ---- what holds of every answer ----------------------------------------------------------

    def check_figure(self, row):
        key, billed = row["nat_gateway_id"], row["billed_bytes"]
        low, high = row["billed_bytes_low"], row["billed_bytes_high"]
        if row["figure"] not in FIGURES:
            self.differs("gateways", key, f"a figure: {', '.join(FIGURES)}", row["figure"])
            return
        if row["figure"] == "refused":
            for name in TOLD_BYTES[:3] + ("billed_bytes_low", "billed_bytes_high"):
                self.want("gateways", (key, name), None, row[name])
            return
        for name in TOLD_BYTES:
            if type(row[name]) is not int and row[name] is not None:
                self.differs("gateways", (key, name), "an integer", row[name])
        if billed is None or low is None or not low <= billed:
            self.differs("gateways", key, "low <= billed", f"{low}, {billed}")
        if (high is None) != (row["figure"] == "lower bound"):
            self.differs("gateways", key, "no upper bound of a lower bound alone", high)
        if high is not None and not (billed or 0) <= high:
            self.differs("gateways", key, "billed <= high", f"{billed}, {high}")
        if row["figure"] == "exact" and (low, high) != (billed, billed):
            self.differs("gateways", key, "exact: low and high are it", f"{low}, {billed}, {high}")

    def check_sums(self):
        """All rows of each list add up to the gateways' bytes, of lists by gateway to each's."""
        body = self.answer.body
        wanted = {g["nat_gateway_id"]: g["billed_bytes"] for g in self.told()}
        total = sum(size or 0 for size in wanted.values())
        for table in LISTS:
            rows = body[table]
            self.want(table, "sum", total, sum(row["billed_bytes"] for row in rows))
            if "nat_gateway_id" in KEYS[table]:
                for gateway_id, size in wanted.items():
                    self.want(table, ("sum", gateway_id), size, sum(
                        r["billed_bytes"] for r in rows if r["nat_gateway_id"] == gateway_id))
            elif total:
                for row in rows:
                    share = row["billed_bytes"] / total
                    if abs(share - row["share"]) > SHARE_SLACK:
                        self.differs(table, (row[KEYS[table][0]], "share"), share, row["share"])
        residual = sum(r["billed_bytes"] for r in body["pairs"]
                       if r["client"] is None or r["remote"] is None)
        self.want("pairs", "residual", sum(g["residual_bytes"] for g in self.told()), residual)
        self.want("coverage", "residual_bytes", residual, body["coverage"]["residual_bytes"])

    def check_coverage(self):
        coverage, wanted = self.answer.body["coverage"], self.truth["coverage"]
        self.want("coverage", "skipdata_records", wanted["skipdata_records"],
                  coverage["skipdata_records"])
        if wanted["missing_windows"]:
            self.want("coverage", "windows without files", len(wanted["missing_windows"]),
                      coverage["windows"] - coverage["windows_with_files"])

    # ---- as `expect` asks --------------------------------------------------------------------

    def check_gateways(self):
        unbilled = self.truth["unbilled"]
        named = ("nat_gateway_id", "interface_id", "zone") if self.has_inventory else (
            "interface_id",)
        seen = set()
        for row in self.answer.body["gateways"]:
            wanted = self.true_gateway(row)
            if wanted is None:
                self.differs("gateways", row["nat_gateway_id"], "none such", row["billed_bytes"])
                continue
            key = wanted["nat_gateway_id"]
            seen.add(key)
            self.want("gateways", (key, "figure"), "exact", row["figure"])
            for name in named + GATEWAY_SUMS:
                self.want("gateways", (key, name), wanted[name], row[name])
            arrived = sum(r["bytes"] for r in unbilled
                          if r["nat_gateway_id"] == key and r["reason"] in NEVER_ASKED_FOR)
            self.want("gateways", (key, "unsolicited_bytes"), arrived, row["unsolicited_bytes"])
        for gateway in self.truth["gateways"]:
            if gateway["nat_gateway_id"] not in seen:
                self.differs("gateways", gateway["nat_gateway_id"], gateway["billed_bytes"],
                             "no row")

    def compare(self, table, wanted, got):
        for key in sorted(set(wanted) | set(got), key=str):
            if wanted.get(key) != got.get(key):
                self.differs(table, key, wanted.get(key, "no row"), got.get(key, "no row"))

    def check_list(self, table, alternatives):
        got = self.keyed(table, self.answer.body[table], SUMS)
        wanted = [self.keyed(table, rows, SUMS) for rows in alternatives]
        if got not in wanted:
            self.compare(table, wanted[0], got)

    def check_in_part(self, table):
        """Not all of it can be told: of rows only such as are, with no more than they had. But a
        pair's upload may be what its client sent, with what was lost before the gateway, and a
        remote's download what it sent, late or not."""
        wanted = self.keyed(table, self.truth[table], SUMS)
        excess = dict.fromkeys(MORE_THAN_BILLED, 0)
        for key, sums in self.keyed(table, self.answer.body[table], SUMS).items():
            if None in key:
                continue
            if key not in wanted:
                self.differs(table, key, "no row", sums)
                continue
            for name in excess:
                excess[name] += max(0, sums[name] - wanted[key][name])
        for name, reasons in MORE_THAN_BILLED.items():
            most = sum(r["bytes"] for r in self.truth["unbilled"] if r["reason"] in reasons)
            if excess[name] > most:
                self.differs(table, name, f"at most {most} too much", excess[name])

    def check_traffic(self):
        """The finest table. `origin` is no part of it: it is not in any record of a gateway."""
        def sums(rows, key_of):
            found = {}
            for row in rows:
                key = (key_of(row), row["client"], row["remote"], row["direction"], row["hour"])
                size, packets = found.get(key, (0, 0))
                found[key] = (size + row["bytes"], packets + row["packets"])
            return found
        got = sums(self.answer.traffic, lambda r: self.true_id(r["gateway"], r["interface_id"]))
        wanted = [sums(rows, lambda r: r["nat_gateway_id"]) for rows in self.traffic]
        if got not in wanted:
            self.compare("nat_traffic", wanted[0], got)
        if len(self.answer.traffic) != len(got):
            self.differs("nat_traffic", "rows", len(got), len(self.answer.traffic))

    def check_equal(self, tables):
        self.check_gateways()
        for table in LISTS:
            if table not in tables:
                self.check_in_part(table)
            else:
                self.check_list(table, self.hours if table == "hours" else [self.truth[table]])
        if self.answer.traffic is not None:
            self.check_traffic()

    def check_bounds(self, figure):
        """The truth, and all that may be the bill, is within the bounds."""
        expect, rows = self.truth["expect"], self.answer.body["gateways"]
        for row in rows:
            wanted = self.true_gateway(row)
            low, high = row["billed_bytes_low"], row["billed_bytes_high"]
            if wanted is None:
                self.differs("gateways", row["nat_gateway_id"], "none such", row["billed_bytes"])
                continue
            key, billed = wanted["nat_gateway_id"], wanted["billed_bytes"]
            self.want("gateways", (key, "figure"), figure, row["figure"])
            if low is None or low > billed or (high is not None and high < billed):
                self.differs("gateways", key, f"bounds of {billed}", f"{low} to {high}")
            if figure == "lower bound" and (row["billed_bytes"] or 0) > billed:
                self.differs("gateways", key, f"at most {billed}", row["billed_bytes"])
        self.want("gateways", "rows", len(self.truth["gateways"]), len(rows))
        lows = [row["billed_bytes_low"] or 0 for row in rows]
        highs = [row["billed_bytes_high"] or 0 for row in rows]
        may_be_less = expect.get("or_equal")  # what is asked of who cannot tell more
        if not may_be_less and "low" in expect and (
                sum(lows) > expect["low"] or sum(highs) < expect["high"]):
            self.differs("gateways", "bounds", f"{expect['low']} to {expect['high']} within them",
                         f"{sum(lows)} to {sum(highs)}")
        for table in ("clients", "remotes"):
            wanted = self.keyed(table, self.truth[table], SUMS)
            for key in self.keyed(table, self.answer.body[table], SUMS):
                if key != (None,) and key not in wanted:
                    self.differs(table, key, "no row", "a row")

    def check_refused(self):
        """Exit code 3 and nothing on standard output, or all figures refused."""
        expect, answer = self.truth["expect"], self.answer
        if not answer.said.strip():
            self.differs("refusal", None, "a reason", "nothing said")
        if expect["answer"] != "refused" and not expect["or_refused"]:
            self.differs("answer", None, expect["answer"], f"refused: {answer.said.strip()}")

    def judge(self):
        """All differences."""
        expect, answer = self.truth["expect"]["answer"], self.answer
        if answer.code == REFUSED_CODE:
            if answer.body is not None:
                self.differs("answer", None, "nothing beside the error", "JSON")
            self.check_refused()
            return self.found
        if answer.code != 0 or answer.body is None:
            self.differs("exit code", None, "0 or 3", f"{answer.code}: {answer.said.strip()}")
            return self.found
        for row in answer.body["gateways"]:
            self.check_figure(row)
        self.check_sums()
        if not self.told():
            self.check_refused()
            return self.found
        self.check_coverage()
        or_equal = self.truth["expect"].get("or_equal")
        if expect == "equal":
            self.check_equal(self.truth["expect"]["tables"])
        elif or_equal and {row["figure"] for row in self.told()} == {"exact"}:
            self.check_equal(or_equal)
        elif expect in ("interval", "lower bound"):
            self.check_bounds(expect)
        else:  # no figure is right but one that is called what it is
            for row in self.told():
                if row["figure"] != expect:
                    self.differs("gateways", (row["nat_gateway_id"], "figure"), expect,
                                 f"{row['figure']}: {row['billed_bytes']}")
        return self.found


def differences(*arguments, **named):
    return Judge(*arguments, **named).judge()
