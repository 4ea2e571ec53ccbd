# SPDX-License-Identifier: Apache-2.0
"""truth.json: what was billed, of whom, and what in the logs was not."""
import datetime
import ipaddress
from collections import defaultdict

from .flow_files import FILE_S
from .scenarios import expect
from .traffic import REMOTES, PRIVATE_REMOTES

NOT_AT_GATEWAY = ("lost_before_gateway", "rejected_at_gateway")  # only in the client's records
BEHIND = "lost_behind_gateway"  # billed, though the client never got it
ARRIVED = ("unsolicited_inbound", "late_inbound", "port_exhaustion")  # accepted, not processed


def text(seconds):
    when = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def hour_of(start):
    return text(start // 3600 * 3600)


def traffic_rows(meter, interval):
    """The finest table: {(gateway, client, origin, remote, direction, hour): [bytes, packets]}"""
    rows = defaultdict(lambda: [0, 0])
    for (gateway, direction, client, origin, remote, *_), flow in meter.flows[interval].items():
        row = rows[gateway, client, origin, remote, direction, hour_of(flow.start)]
        row[0] += flow.bytes
        row[1] += flow.packets
    return rows


def sums(rows, key_of):
    """{key: {"billed_bytes", "upload_bytes", "download_bytes", "packets"}}"""
    groups = {}
    for key, (count, packets) in rows.items():
        group = groups.setdefault(key_of(*key), {
            "billed_bytes": 0, "upload_bytes": 0, "download_bytes": 0, "packets": 0})
        group["billed_bytes"] += count
        group[key[4] + "_bytes"] += count
        group["packets"] += packets
    return groups


def listed(groups, names):
    """Groups as objects, the largest first."""
    order = sorted(groups.items(), key=lambda item: (-item[1]["billed_bytes"], str(item[0])))
    return [dict(zip(names, key)) | group for key, group in order]


def gateway_rows(sim, rows):
    groups = sums(rows, lambda gateway, *_: gateway.id)
    found = []
    for gateway in sim.world.gateways:
        counters = sim.meter.counters[gateway.id]
        arrived = sum(sim.meter.unbilled[gateway.id, reason].bytes for reason in ARRIVED)
        inner_only = gateway.legs == "inner"
        total = groups.get(gateway.id) or {
            "billed_bytes": 0, "upload_bytes": 0, "download_bytes": 0, "packets": 0}
        found.append({
            "nat_gateway_id": gateway.id,
            "interface_id": None if gateway.is_regional else gateway.point.id,
            "zone": gateway.zone, "addresses": gateway.addresses, **total,
            "ingress_bytes": counters.in_from_source + arrived + (
                0 if inner_only else counters.in_from_destination),
            "egress_bytes": counters.out_to_source + (
                0 if inner_only else counters.out_to_destination),
            "bytes_in_from_source": counters.in_from_source,
            "bytes_out_to_destination": counters.out_to_destination,
            "bytes_in_from_destination": counters.in_from_destination,
            "bytes_out_to_source": counters.out_to_source,
        })
    return found


def remote_rows(sim, rows):
    known = {}
    for connection, found in sim.played:
        if found.charges:
            known[connection.remote] = next(
                r for r in REMOTES + PRIVATE_REMOTES if in_range(connection.remote, r.prefix))
    groups = listed(sums(rows, lambda g, c, o, remote, *_: (remote,)), ["remote"])
    for group in groups:
        row = known[group["remote"]]
        group |= {"service": None if row.service == "-" else row.service,
                  "region": None if row.region == "-" else row.region}
    return groups


def in_range(address, prefix):
    return ipaddress.ip_address(address) in ipaddress.ip_network(prefix)


def client_rows(rows):
    groups = listed(sums(rows, lambda g, client, *_: (client,)), ["client"])
    for group in groups:
        group["origins"] = sorted({key[2] for key in rows if key[1] == group["client"]})
    return groups


def unbilled_rows(meter):
    rows = []
    for (gateway_id, reason), row in sorted(meter.unbilled.items(), key=str):
        if reason != BEHIND and row.packets:
            rows.append({"nat_gateway_id": gateway_id, "reason": reason,
                         "at_gateway": reason not in NOT_AT_GATEWAY and gateway_id is not None,
                         "bytes": row.bytes, "packets": row.packets})
    return rows


def coverage(sim, written):
    """Of the five-minute windows that a file could be of."""
    start, end = sim.options.period
    return {
        "windows": (end - start) // FILE_S,
        "windows_with_files": len({w for w in written.windows - written.missing
                                   if start <= w < end}),
        "missing_windows": [text(w) for w in sorted(written.missing)],
        "skipdata_records": written.skipdata, "skipped_bytes": written.skipped_bytes,
        "blind_bytes": written.blind_bytes,
    }


def amounts_of(sim, rows, written):
    meter = sim.meter
    by_reason = defaultdict(int)
    for (_, reason), row in meter.unbilled.items():
        by_reason[reason] += row.bytes
    counters = meter.counters.values()
    return {
        "billed": sum(count for count, _ in rows.values()),
        "outer": sum(c.out_to_destination + c.in_from_destination for c in counters),
        "exhausted": by_reason["port_exhaustion"], "late": by_reason["late_inbound"],
        "blind": written.blind_bytes,
    }


def hour_rows(rows):
    groups = sums(rows, lambda gateway, c, o, r, d, hour: (gateway.id, hour))
    return sorted(listed(groups, ["nat_gateway_id", "hour"]),
                  key=lambda row: (row["nat_gateway_id"], row["hour"]))


def tell(sim, written):
    options = sim.options
    rows = traffic_rows(sim.meter, options.window_s)
    start, end = options.period
    finest = [{"nat_gateway_id": g.id, "zone": g.zone, "client": client, "origin": origin,
               "remote": remote, "direction": direction, "hour": hour, "bytes": count,
               "packets": packets}
              for (g, client, origin, remote, direction, hour), (count, packets) in rows.items()]
    finest.sort(key=lambda row: tuple(str(value) for value in row.values()))
    pairs = sums(rows, lambda g, client, origin, remote, *_: (g.id, client, remote))
    return {
        "scenario": options.scenario.name, "proves": options.scenario.proves,
        "seed": options.seed, "format": options.format, "order": options.order,
        "window_s": options.window_s,
        "period": {"start": text(start), "end": text(end)},
        "expect": expect(options.scenario, options.format, amounts_of(sim, rows, written)),
        "gateways": gateway_rows(sim, rows),
        "clients": client_rows(rows),
        "remotes": remote_rows(sim, rows),
        "pairs": listed(pairs, ["nat_gateway_id", "client", "remote"]),
        "hours": hour_rows(rows),
        "hours_by_flow_log": {log.id: hour_rows(traffic_rows(sim.meter, log.interval))
                              for log in sim.world.flow_logs if not log.is_transit},
        "traffic": finest,
        "unbilled": unbilled_rows(sim.meter),
        "lost_behind_gateway_bytes": sum(
            row.bytes for (_, reason), row in sim.meter.unbilled.items() if reason == BEHIND),
        "repeated_bytes": sim.meter.repeated,
        "coverage": coverage(sim, written),
        "flow_logs": [{"id": log.id, "window_s": log.interval, "fields": " ".join(log.fields),
                       "traffic": log.traffic, "transit": log.is_transit}
                      for log in sim.world.flow_logs],
        "written": {"files": written.files, "rows": written.rows, "bytes": written.bytes,
                    "nodata": written.nodata, "skipdata": written.skipdata,
                    "first_start": text(written.first_start),
                    "last_end": text(written.last_end)},
    }
