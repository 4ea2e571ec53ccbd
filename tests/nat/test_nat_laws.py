# SPDX-License-Identifier: Apache-2.0
"""Laws that hold whatever the oracle's bookkeeping says: the meter adds up what gateways process,
the recorder what interfaces see, and these compare the two, and either with the connections."""
import collections
import datetime
import unittest

from nat_case import case, scenarios, total

ARRIVED = ("unsolicited_inbound", "late_inbound", "port_exhaustion")
WHOLE = [s.name for s in scenarios.TABLE if not s.faults and s.flow_logs != "clients"]
ZONAL = [s.name for s in scenarios.TABLE
         if not s.faults and s.flow_logs == "vpc" and not s.is_regional]


def gateways(name, format_name="v5"):
    found = case(name, format_name)
    return found, [g for g in found.truth["gateways"] if g["nat_gateway_id"].startswith("nat-")
                   and (g["billed_bytes"] or not name.startswith("nat_instance"))]


def seconds(text):
    when = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    return int(when.replace(tzinfo=datetime.timezone.utc).timestamp())


class Billed(unittest.TestCase):
    def test_bill_is_what_connections_carried(self):
        """Both ways of each burst, once for each gateway on the way."""
        for scenario in scenarios.TABLE:
            with self.subTest(scenario.name):
                found = case(scenario.name)
                carried = 0
                for connection, journey in found.sim.played:
                    for charge in journey.charges:
                        for b in connection.bursts:
                            carried += b.up.bytes + b.down.bytes
                            carried += charge.more * (b.up.packets + b.down.packets)
                billed = sum(g["billed_bytes"] for g in found.truth["gateways"])
                self.assertGreater(carried, 0)
                self.assertEqual(billed, carried)

    def test_repetitions(self):
        """They are on the bill, a part of it, and only where there are any."""
        for name in ("zonal", "retransmitted", "everything"):
            truth = case(name).truth
            billed = sum(g["billed_bytes"] for g in truth["gateways"])
            self.assertEqual(truth["repeated_bytes"] > 0, name != "zonal")
            self.assertLess(truth["repeated_bytes"], billed / 4)

    def test_tables_have_the_same_sums(self):
        for scenario in scenarios.TABLE:
            with self.subTest(scenario.name):
                truth = case(scenario.name).truth
                billed = sum(g["billed_bytes"] for g in truth["gateways"])
                self.assertEqual(sum(row["bytes"] for row in truth["traffic"]), billed)
                for table in ("clients", "remotes", "pairs", "hours"):
                    self.assertEqual(sum(r["billed_bytes"] for r in truth[table]), billed, table)
                    for row in truth[table] + truth["gateways"]:
                        self.assertEqual(row["upload_bytes"] + row["download_bytes"],
                                         row["billed_bytes"])


class Interfaces(unittest.TestCase):
    def test_twice_the_bill_and_what_was_not_processed(self):
        """ACCEPT bytes of a gateway's interface: all in, all out, and what only came in. An
        IPv6 record has 20 bytes a packet that its other side lacks."""
        for name in ZONAL:
            found, rows = gateways(name)
            for gateway in rows:
                with self.subTest(name, gateway=gateway["nat_gateway_id"]):
                    accepted = found.accepted(gateway)
                    more = 20 * total([r for r in accepted if r["type"] == "IPv6"], "packets")
                    arrived = found.unbilled(gateway["nat_gateway_id"], *ARRIVED)
                    self.assertEqual(total(accepted), 2 * gateway["billed_bytes"] + arrived - more)
                    self.assertEqual(more > 0, name == "nat64")

    def test_in_and_out(self):
        for name in ZONAL:
            found, rows = gateways(name)
            for gateway in rows:
                with self.subTest(name, gateway=gateway["nat_gateway_id"]):
                    accepted = found.accepted(gateway)
                    for direction in ("ingress", "egress"):
                        got = total([r for r in accepted if r["flow-direction"] == direction])
                        self.assertEqual(got, gateway[direction + "_bytes"])

    def test_a_remote_gets_what_came_for_it(self):
        """Legs A and B, and C and D, of each remote, told by nothing but the packet's far end."""
        for name in ZONAL:
            if name in ("nat64", "port_exhaustion", "late_inbound"):
                continue
            found, rows = gateways(name)
            for gateway in rows:
                sides = collections.Counter()
                for row in found.accepted(gateway):
                    sign = 1 if row["flow-direction"] == "ingress" else -1
                    for end in ("pkt-srcaddr", "pkt-dstaddr"):
                        sides[end, row[end]] += sign * int(row["bytes"])
                remotes = {r["remote"] for r in found.truth["remotes"]}
                found_remotes = {address for _, address in sides} & remotes
                self.assertGreater(len(found_remotes), 2)
                for address in found_remotes:
                    with self.subTest(name, remote=address):
                        self.assertEqual(sides["pkt-dstaddr", address], 0)
                        self.assertEqual(sides["pkt-srcaddr", address], 0)

    def test_hours(self):
        """Half of the interface's bytes by the hour in which their records start."""
        for name in ("zonal", "ten_minutes", "long_flows", "two_zones", "chained", "central"):
            found, rows = gateways(name)
            for gateway in rows:
                by_hour = collections.Counter()
                for row in found.accepted(gateway):
                    by_hour[int(row["start"]) // 3600 * 3600] += int(row["bytes"])
                wanted = {seconds(r["hour"]): 2 * r["billed_bytes"] for r in found.truth["hours"]
                          if r["nat_gateway_id"] == gateway["nat_gateway_id"]}
                with self.subTest(name):
                    self.assertGreater(len(wanted), 2)
                    self.assertEqual(dict(by_hour), wanted)

    def test_regional(self):
        """All four legs but where the outer side has no records."""
        for name, times in (("regional_shown", 2), ("regional_hidden", 2), ("regional_inner", 1)):
            found, (gateway,) = gateways(name, "v11")
            with self.subTest(name):
                accepted = found.accepted(gateway)
                self.assertEqual(total(accepted), times * gateway["billed_bytes"])
                self.assertEqual({row["interface-id"] for row in accepted}, {"-"})

    def test_clients_see_each_byte_once(self):
        """Records of clients with remotes: what was billed, what was lost before the gateway or
        turned away there, less what was lost behind it."""
        for name in ("zonal", "eks_pods", "lost", "rejected", "central", "two_zones", "lambda"):
            found = case(name)
            truth = found.truth
            remotes = {row["remote"] for row in truth["remotes"]}
            clients = {c.interface.id for c in found.sim.world.clients}
            logs = range(1 + (name == "central"))
            rows = [r for log in logs for r in found.data(log)
                    if r["interface-id"] in clients and r["action"] == "ACCEPT"
                    and {r["pkt-srcaddr"], r["pkt-dstaddr"]} & remotes]
            lost = sum(r["bytes"] for r in truth["unbilled"]
                       if r["reason"] in ("lost_before_gateway", "rejected_at_gateway"))
            billed = sum(g["billed_bytes"] for g in truth["gateways"])
            with self.subTest(name):
                self.assertEqual(total(rows),
                                 billed + lost - truth["lost_behind_gateway_bytes"])
                self.assertEqual(name == "lost", truth["lost_behind_gateway_bytes"] > 0)

    def test_transit(self):
        """Each place on the way through a transit gateway has every byte once."""
        found, (gateway,) = gateways("central")
        attachments = {a.interface.id: a for a in found.sim.world.attachments}
        sums = collections.Counter()
        for row in found.rows:
            if row["log-status"] == "OK":
                place = row.get("tgw-attachment-id") or row["interface-id"]
                sums[place] += int(row["bytes"])
        for interface_id, attachment in attachments.items():
            self.assertEqual(sums[interface_id], gateway["billed_bytes"])
            self.assertEqual(sums[attachment.id], gateway["billed_bytes"])
        near = found.sim.world.attachments[0]
        for row in found.rows:
            if row.get("log-status") == "OK" and row.get("tgw-attachment-id"):
                up = row["srcaddr"].startswith("10.1.")
                self.assertEqual(row["tgw-src-vpc-id"] == near.vpc.id, up)
                self.assertEqual(row["tgw-dst-eni"] == near.interface.id, not up)
                self.assertEqual((row["tgw-attachment-id"] == near.id) == up,
                                 row["flow-direction"] == "ingress")

    def test_chained(self):
        """The outer gateway's client is the inner one's address."""
        found = case("chained")
        inner = next(g for g in found.truth["gateways"] if g["addresses"][0].startswith("10.0.1."))
        outer = next(g for g in found.truth["gateways"] if g is not inner)
        through = [r for r in found.truth["pairs"] if r["client"] == inner["addresses"][0]]
        self.assertEqual(sum(r["billed_bytes"] for r in through), inner["billed_bytes"])
        self.assertEqual({r["nat_gateway_id"] for r in through}, {outer["nat_gateway_id"]})


class Beside(unittest.TestCase):
    def test_of_two_flow_logs_each_is_whole(self):
        for name in ("two_flow_logs", "two_flow_logs_other"):
            found, (gateway,) = gateways(name)
            with self.subTest(name):
                for log in range(2):
                    self.assertEqual(total(found.accepted(gateway, log)),
                                     2 * gateway["billed_bytes"])
        windows = [log["window_s"] for log in case("two_flow_logs_other").truth["flow_logs"]]
        self.assertEqual(windows, [60, 600])

    def test_faults_hide_what_they_say(self):
        found, (gateway,) = gateways("skipdata")
        hidden = found.truth["coverage"]["skipped_bytes"]
        self.assertGreater(hidden, 0)
        self.assertEqual(total(found.accepted(gateway)) + hidden, 2 * gateway["billed_bytes"])
        self.assertTrue(any(r["log-status"] == "SKIPDATA" and
                            r["interface-id"] == gateway["interface_id"] for r in found.rows))
        found, (gateway,) = gateways("blind")
        hidden = [r for r in found.accepted(gateway) if r["pkt-srcaddr"] == "-"]
        self.assertEqual(total(hidden), found.truth["coverage"]["blind_bytes"])
        self.assertGreater(len(hidden), 0)
        found, (gateway,) = gateways("missing_files")
        missing = found.truth["coverage"]["missing_windows"]
        self.assertEqual(len(found.paths) + len(missing), found.truth["coverage"]["windows"])
        self.assertLess(total(found.accepted(gateway)), 2 * gateway["billed_bytes"])

    def test_no_gateway_in_clients_own_logs(self):
        found, (gateway,) = gateways("clients_only")
        self.assertEqual(found.accepted(gateway), [])
        self.assertNotIn(gateway["interface_id"], str(found.read("interfaces.json")))

    def test_an_instance_that_translates_is_not_billed(self):
        found = case("nat_instance_no_inventory")
        box = next(w.gateways[0] for w in found.sim.world.ways.values()
                   if not w.gateways[0].billed)
        rows = [r for r in found.data() if r["interface-id"] == box.point.id]
        self.assertGreater(total(rows), 0)
        self.assertNotIn(box.id, str(found.truth["gateways"]))
        clients = {r["client"] for r in found.truth["clients"]}
        behind = {c.address for c, w in found.sim.world.ways.items() if w.gateways[0] is box}
        self.assertFalse(clients & behind)

    def test_endpoint_takes_its_traffic(self):
        """No S3 of the Region passes the gateway from a subnet that has the endpoint."""
        found = case("endpoint")
        near = [r for r in found.truth["remotes"]
                if (r["service"], r["region"]) == ("S3", "us-east-1")]
        self.assertEqual(near, [])
        self.assertTrue(any(r["traffic-path"] == "7" for r in found.data()))
        self.assertTrue(found.read("prefix-lists.json")["PrefixLists"][0]["Cidrs"])

    def test_missing_address_is_in_use(self):
        found, (gateway,) = gateways("secondary_missing")
        listed = next(i for i in found.read("interfaces.json")["NetworkInterfaces"]
                      if i["NetworkInterfaceId"] == gateway["interface_id"])
        listed = {a["PrivateIpAddress"] for a in listed["PrivateIpAddresses"]}
        (hidden,) = set(gateway["addresses"]) - listed
        self.assertIn(hidden, {r["pkt-srcaddr"] for r in found.accepted(gateway)})
        self.assertNotIn(hidden, str(found.read("nat-gateways.json")))


if __name__ == "__main__":
    unittest.main()
