# SPDX-License-Identifier: Apache-2.0
"""What tests of the NAT oracle share: scenarios, each written once, and their records."""
import functools
import json
import os
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "bench"))

from nat_world import reader, scenarios, simulate  # noqa: E402

SCRATCH = tempfile.TemporaryDirectory(prefix="nat-oracle-")
FLOWS = 20


class Case:
    """A scenario as it lies on disk."""

    def __init__(self, name, format_name, seed, order, flows):
        self.sim = simulate.run(simulate.Options(
            scenarios.BY_NAME[name], seed, format_name, order, flows=flows))
        self.folder = os.path.join(SCRATCH.name, f"{name}-{format_name}-{seed}-{order}-{flows}")
        self.truth = simulate.write(self.sim, self.folder)
        self.logs = os.path.join(self.folder, "logs")

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return json.load(file)

    @functools.cached_property
    def paths(self):
        return reader.paths_of(self.logs)

    @functools.cached_property
    def rows(self):
        return [row for path in self.paths for row in reader.rows_of(path)]

    def data(self, flow_log=0):
        """Records with traffic of one of the flow logs, those of transit gateways left out."""
        flow_log_id = self.truth["flow_logs"][flow_log]["id"]
        return [row for row in self.rows
                if row["log-status"] == "OK" and flow_log_id in row["file"]]

    def accepted(self, gateway, flow_log=0):
        """ACCEPT records of a gateway's interface, or of itself where it has none."""
        key = "interface-id" if gateway["interface_id"] else "resource-id"
        own = gateway["interface_id"] or gateway["nat_gateway_id"]
        return [row for row in self.data(flow_log)
                if row[key] == own and row["action"] == "ACCEPT"]

    def unbilled(self, gateway_id, *reasons):
        return sum(row["bytes"] for row in self.truth["unbilled"]
                   if row["nat_gateway_id"] == gateway_id and row["reason"] in reasons)


CASES = {}


def case(name, format_name="v5", seed=1, order="documented", flows=FLOWS):
    key = (name, format_name, seed, order, flows)
    if key not in CASES:
        CASES[key] = Case(*key)
    return CASES[key]


def total(rows, field="bytes"):
    return sum(int(row[field]) for row in rows)
