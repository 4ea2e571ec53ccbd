# SPDX-License-Identifier: Apache-2.0
"""The table of scenarios, and what may be asked of an answer to each in each format.

What is asked follows from what a format has and from what was done to the logs on purpose, not
from how anybody might tell records apart.
"""
from dataclasses import dataclass

ALL_TABLES = ("gateways", "clients", "remotes", "pairs", "hours")
V2_TABLES = ("gateways", "clients", "remotes", "hours")
CLIENT_TABLES = ("gateways", "clients", "hours")


@dataclass(frozen=True)
class Scenario:
    name: str
    proves: str
    topology: str = "zonal"
    extras: tuple = ()
    clients: tuple = ()
    habits: tuple = ()           # of traffic
    secondary: int = 0           # further addresses of the (outer) gateway
    interval: int = 60
    legs: str = "substituted"    # of a regional gateway, on its outer side
    flow_logs: str = "vpc"       # or vpc+subnet, vpc+subnet_other, clients
    faults: tuple = ()           # skipdata, missing_files, blind
    inventory: str = "full"      # or none, foreign: without the gateways

    @property
    def is_regional(self):
        return self.topology == "regional"

    def connections(self, flows):
        """How many, so that the scenarios are of about the same size."""
        if "steady" in self.habits:
            return flows * 4
        return max(4, flows // 3) if "long" in self.habits else flows


TABLE = (
    Scenario("zonal", "the four legs at the gateway, two at the client: each byte billed once"),
    Scenario("ten_minutes", "windows of ten minutes, some of them over a full hour", interval=600),
    Scenario("long_flows", "connections of hours, cut into many records", habits=("long",)),
    Scenario("public_cidr", "a VPC with a public range: private or public decides nothing",
             extras=("public_cidr",)),
    Scenario("regional_shown", "regional, its public address in the records of the outer side",
             "regional", legs="shown"),
    Scenario("regional_hidden", "regional, records of the outer side look like those of the inner",
             "regional", legs="hidden"),
    Scenario("regional_inner", "regional, no records of the outer side at all",
             "regional", legs="inner"),
    Scenario("private", "a private gateway: remotes are private too", "private", secondary=1),
    Scenario("chained", "a private gateway behind a public one: billed at both, by each's own "
             "addresses", "chained", secondary=1),
    Scenario("central", "behind a transit gateway, in another account: copies of every byte in "
             "five more places", "central"),
    Scenario("central_no_inventory", "an attachment's interface is not a gateway", "central",
             inventory="none"),
    Scenario("two_zones", "two gateways, half of the clients in the other's zone", "two_zones"),
    Scenario("secondary", "three addresses; records show the primary one", secondary=2),
    Scenario("secondary_missing", "one of three addresses is not in the inventory", secondary=2,
             extras=("secondary_missing",)),
    Scenario("eks_pods", "pods keep their addresses, their node's interface shows its own",
             clients=("pods",)),
    Scenario("eks_hidden_pods", "nodes translate pods to their own address: pods are not to be "
             "told", clients=("hidden_pods",)),
    Scenario("lambda", "functions without an instance", clients=("lambda",)),
    Scenario("nat64", "IPv6 clients: 20 bytes a packet less on the outer side",
             clients=("ipv6",)),
    Scenario("retransmitted", "what is sent again is processed, and billed, again",
             habits=("retransmitted",)),
    Scenario("lost", "lost before the gateway: in the client's records, on no bill",
             habits=("lost",)),
    Scenario("rejected", "REJECT at the client, at the gateway, after the end",
             extras=("rejected",)),
    Scenario("unsolicited", "accepted by the ACL, dropped by the gateway", secondary=1,
             extras=("unsolicited",)),
    Scenario("late_inbound", "as unsolicited, but with the ports of a connection that was",
             extras=("late",)),
    Scenario("port_exhaustion", "attempts that came in and went nowhere", extras=("exhausted",)),
    Scenario("two_flow_logs", "the gateway's interface in a flow log of the VPC and one of its "
             "subnet", flow_logs="vpc+subnet"),
    Scenario("two_flow_logs_other", "likewise, the second of accepted traffic, in other windows",
             flow_logs="vpc+subnet_other"),
    Scenario("balancer_and_proxy", "a load balancer and a proxy beside the gateway",
             extras=("balancer", "proxy")),
    Scenario("balancer_and_proxy_no_inventory", "likewise, without an inventory",
             extras=("balancer", "proxy"), inventory="none"),
    Scenario("nat_instance_no_inventory", "an instance that translates like a gateway, unbilled",
             extras=("nat_instance",), inventory="none"),
    Scenario("endpoint", "a gateway endpoint: S3 of that subnet passes no gateway",
             extras=("endpoint",)),
    Scenario("clients_only", "the gateway's own records are another account's",
             flow_logs="clients", inventory="foreign"),
    Scenario("skipdata", "AWS lost records of the gateway and says so", faults=("skipdata",)),
    Scenario("missing_files", "files of some windows did not come", habits=("steady",),
             faults=("missing_files",)),
    Scenario("blind", "records of the gateway without packet-level addresses",
             faults=("blind",)),
    Scenario("everything", "most of it at once", extras=(
        "balancer", "proxy", "endpoint", "rejected", "unsolicited"),
        clients=("pods", "lambda"), habits=("retransmitted", "lost"), secondary=2),
)
BY_NAME = {scenario.name: scenario for scenario in TABLE}


def expect(scenario, format_name, amounts):
    """What an answer must be: equal to the truth in some tables, refused, a lower bound, or an
    interval with the truth in it. or_refused: no answer is right too, a wrong one is not.
    or_equal: who knows the clients' side can tell these tables to the byte, which is right too.

    amounts: billed, its outer side (where IPv6 was translated), exhausted, late, blind.
    """
    packets = format_name != "v2"
    tables = ALL_TABLES if packets else V2_TABLES

    def say(answer, reason, or_refused=False, **more):
        found = {"answer": answer, "or_refused": or_refused, "reason": reason, **more}
        if answer == "equal":
            found["tables"] = list(tables)
        return found

    def between(low, high, reason, or_equal=()):
        return say("interval", reason, low=low, high=high, or_equal=list(or_equal))

    billed, extras, faults = amounts["billed"], scenario.extras, scenario.faults
    if scenario.flow_logs == "clients":
        return say("estimate", "the logs have no gateway: what clients sent is not what was "
                   "processed", True)
    if scenario.is_regional and format_name != "v11":
        return say("refused", "no field names a gateway without an interface: resource-id would")
    if scenario.is_regional:
        return say("equal", "what the outer side shows is not known; never a wrong figure",
                   scenario.legs != "shown")
    if scenario.inventory == "none" and format_name != "v11":
        return say("equal", "which interface is a gateway must be certain", True)
    if "secondary_missing" in extras and packets:
        return say("refused", "an address of the gateway is not in the inventory")
    if "missing_files" in faults:
        return say("interval", "the truth is in the interval that is told, for 95 of 100 seeds")
    if "skipdata" in faults:
        return say("lower bound", "AWS says that records were lost")
    if "blind" in faults and packets:
        return between(billed - amounts["blind"], billed + amounts["blind"],
                       "records without packet-level addresses are told apart", CLIENT_TABLES)
    if "ipv6" in scenario.clients and not packets:
        return between(amounts["outer"], billed, "which header is billed cannot be told apart",
                       CLIENT_TABLES)
    if "exhausted" in extras:
        return between(billed, billed + amounts["exhausted"],
                       "whether attempts without a port are billed is not stated")
    if "late" in extras and not packets:
        return between(billed, billed + amounts["late"], "late packets have a reverse flow",
                       CLIENT_TABLES)
    if scenario.inventory == "none":
        return say("equal", "interface-type names the gateways")
    return say("equal", "" if packets else "pairs: none that is not in the truth; with the "
               "residual they add up to the total")
