-- The bytes of NAT gateways, each once, from their legs. Behind sql/nat_legs.sql; parts of a WITH:
--
--   with packet-level addresses   A and D are the traffic, with client and remote; B and C prove it
--   without                       A and D tell the clients, B and C the remotes; pairs come from
--                                 the clients' own interfaces, where routes lead to the gateway
--
--   unsolicited    of C what nobody asked for: i, remote, hour, bytes, packets
--   client_points  clients' interfaces with one address: i, that, the number of their subnet
--   routes         of subnets: subnet, cidr, bits of it, target
--   gaps           i, windows that have no file and should, bytes that they may have had at most
by_remote AS (
  SELECT
    i, remote,
    sum(bytes) FILTER (leg = 'A') AS a,
    sum(bytes) FILTER (leg = 'B') AS b,
    sum(bytes) FILTER (leg = 'C') AS c,
    sum(bytes - header_bytes) FILTER (leg = 'D') AS d
  FROM legs
  WHERE is_packet AND leg IS NOT NULL
  GROUP BY i, remote
),
-- What goes out to a remote has come in for it, what goes to clients has come from it. An address
-- of the gateway that is not known as its own looks like a remote that never shows itself.
broken AS (
  SELECT
    i,
    sum(greatest(coalesce(b, 0) - coalesce(a, 0), 0) + greatest(coalesce(d, 0) - coalesce(c, 0), 0))
      AS bytes,
    sum(d) FILTER (b IS NULL AND c IS NULL) AS unseen_bytes,
    arg_max(remote, d) FILTER (b IS NULL AND c IS NULL AND d > 0) AS unseen
  FROM by_remote
  GROUP BY i
),
unsolicited (i, remote, hour, bytes, packets) AS (
  {unsolicited}
),
gaps (i, windows, bytes) AS (
  {gaps}
),
skipped AS (
  SELECT i, sum(flows) AS flows FROM kept WHERE is_skipped GROUP BY i
),
sums AS (
  SELECT
    i,
    sum(bytes) AS bytes,
    sum(bytes) FILTER (is_packet) AS packet_bytes,
    sum(bytes) FILTER (is_ingress) AS ingress,
    sum(bytes) FILTER (NOT is_ingress) AS egress,
    sum(bytes) FILTER (leg = 'A') AS a,
    sum(bytes) FILTER (leg = 'B') AS b,
    sum(bytes) FILTER (leg = 'C') AS c,
    sum(bytes) FILTER (leg = 'D') AS d,
    sum(header_bytes) FILTER (leg = 'A') AS a_header,
    sum(header_bytes) FILTER (leg = 'D') AS d_header,
    sum(bytes) FILTER (leg IS NULL AND is_packet) AS odd,
    sum(bytes) FILTER (leg IS NULL AND NOT is_packet) AS blind,
    sum(bytes) FILTER (NOT is_packet) AS packetless,
    string_agg(DISTINCT log, ' ') AS flow_log
  FROM legs
  GROUP BY i
),
zeros AS (
  SELECT
    points.*,
    coalesce(sums.bytes, 0) AS bytes,
    coalesce(packet_bytes, 0) * 2 >= coalesce(sums.bytes, 0) AS is_packet,
    coalesce(ingress, 0) AS ingress, coalesce(egress, 0) AS egress,
    coalesce(a, 0) AS a, coalesce(b, 0) AS b, coalesce(c, 0) AS c, coalesce(d, 0) AS d,
    coalesce(a_header, 0) AS a_header, coalesce(d_header, 0) AS d_header,
    coalesce(odd, 0) AS odd, coalesce(blind, 0) AS blind,
    coalesce(packetless, 0) AS packetless,
    coalesce(skipped.flows, 0) AS skipped,
    coalesce(broken.bytes, 0) AS broken,
    coalesce(unseen_bytes, 0) AS unseen_bytes, unseen,
    coalesce(u.bytes, 0) AS unsolicited_told,
    coalesce(gaps.windows, 0) AS gap_windows,
    coalesce(gaps.bytes, 0) AS gap_bytes,
    flow_log
  FROM points
  LEFT JOIN sums ON sums.i = points.i
  LEFT JOIN skipped ON skipped.i = points.i
  LEFT JOIN broken ON broken.i = points.i
  LEFT JOIN gaps ON gaps.i = points.i
  LEFT JOIN (SELECT i, sum(bytes) AS bytes FROM unsolicited GROUP BY i) AS u ON u.i = points.i
),
-- slack: what clocks and the edges of windows may part, a thousandth. Lost records part more.
judged AS (
  SELECT
    *,
    a + d AS kept_bytes,
    b + c > 0 AS has_outer,
    0.001 * (a + d) + 3000 AS slack
  FROM zeros
),
checks AS MATERIALIZED (
  SELECT
    *,
    CASE
      WHEN is_guess AND (least(a, b, c, d) = 0 OR broken > slack + packetless) THEN 'none'
      WHEN bytes = 0 THEN 'silent'
      WHEN NOT is_packet THEN NULL
      WHEN odd > slack THEN 'odd'
      WHEN NOT has_outer AND is_regional THEN NULL
      WHEN unseen_bytes > slack + packetless + (CASE WHEN skipped > 0 THEN 20 ELSE 0 END) * slack
        THEN 'own'
      WHEN broken > slack + packetless AND skipped = 0 THEN 'broken'
    END AS refusal,
    NOT is_packet AND kept_bytes > 0 AND blind <= slack AND
      (skipped > 0 OR greatest(b - a, 0) + greatest(d - d_header - c, 0) <= slack) AS is_split,
    CASE WHEN has_outer THEN greatest(a - a_header - b, 0) ELSE 0 END AS unsent,
    CASE WHEN has_outer THEN greatest(c - (d - d_header), 0) ELSE 0 END AS unsolicited
  FROM judged
),
-- ---- without packet-level addresses ----
client_points (i, client, subnet) AS (
  {client_points}
),
routes (subnet, cidr, bits, target) AS (
  {routes}
),
client_records AS (
  SELECT
    p.i, client, subnet, srcaddr = client AS is_upload, hour, bytes, packets,
    CASE WHEN srcaddr = client THEN dstaddr ELSE srcaddr END AS remote
  FROM kept JOIN client_points AS p ON kept.i = p.i
  WHERE (srcaddr = client) != (dstaddr = client)
),
-- Both ways: what was answered has passed the gateway, if that is where the longest route leads.
routed AS (
  SELECT targets.i, remote, points.i AS gateway_i
  FROM (
    SELECT i, remote, arg_max(target, bits) AS target
    FROM (
      SELECT i, subnet, remote
      FROM client_records
      GROUP BY ALL
      HAVING count(DISTINCT is_upload) = 2
    ) AS ends
    JOIN routes ON routes.subnet = ends.subnet AND in_cidr(remote, cidr)
    GROUP BY i, remote
  ) AS targets
  JOIN points ON points.gateway = target
),
paired AS MATERIALIZED (
  SELECT gateway_i AS i, r.client, r.remote, is_upload, hour, sum(r.bytes) AS bytes,
    sum(packets) AS packets, 'route' AS how
  FROM client_records AS r
  JOIN routed ON routed.i = r.i AND routed.remote = r.remote
  JOIN checks ON checks.i = gateway_i AND is_split
  SEMI JOIN (SELECT i, client FROM legs WHERE leg IN ('A', 'D')) AS clients
    ON clients.i = gateway_i AND clients.client = r.client
  SEMI JOIN (SELECT i, remote FROM legs WHERE leg IN ('B', 'C')) AS remotes
    ON remotes.i = gateway_i AND remotes.remote = r.remote
  GROUP BY ALL
  UNION ALL
  SELECT i, client, legs.remote, leg = 'A', hour, sum(legs.bytes), sum(packets), 'address'
  FROM legs JOIN checks USING (i)
  WHERE is_split AND leg IN ('A', 'D') AND legs.remote IS NOT NULL
  GROUP BY ALL
),
outer_bytes AS MATERIALIZED (
  SELECT i, legs.remote, leg = 'B' AS is_upload, hour, legs.bytes, packets
  FROM legs JOIN checks USING (i)
  WHERE is_split AND leg IN ('B', 'C')
  UNION ALL
  SELECT i, unsolicited.remote, false, hour, -unsolicited.bytes, -packets
  FROM unsolicited JOIN checks USING (i)
  WHERE is_split
),
-- A client's bytes, less its pairs; a remote's, less its pairs; and what stands twice then. All
-- of it adds up to A and D.
margins AS (
  SELECT i, client, NULL::IP AS remote, leg = 'A' AS is_upload, hour, legs.bytes, packets
  FROM legs JOIN checks USING (i)
  WHERE is_split AND leg IN ('A', 'D')
  UNION ALL
  SELECT i, client, NULL::IP, is_upload, hour, -bytes, -packets FROM paired
  UNION ALL
  SELECT i, NULL::IP, remote, is_upload, hour, bytes, packets FROM outer_bytes
  UNION ALL
  SELECT i, NULL::IP, NULL::IP, is_upload, hour, -bytes, -packets FROM outer_bytes
  UNION ALL
  SELECT i, NULL::IP, remote, is_upload, hour, -bytes, -packets FROM paired
  UNION ALL
  SELECT i, NULL::IP, NULL::IP, is_upload, hour, bytes, packets FROM paired
),
-- Records of which no side can be told: what goes out is what was processed.
unknown AS (
  SELECT
    i, hour,
    sum(legs.bytes) FILTER (NOT is_ingress)
      - coalesce(sum(legs.bytes) FILTER (leg IN ('A', 'D') AND checks.is_packet), 0) AS bytes,
    coalesce(sum(legs.bytes) FILTER (leg IS NULL AND NOT legs.is_packet), 0) AS most
  FROM legs JOIN checks USING (i)
  WHERE NOT is_split
  GROUP BY i, hour
),
traffic AS MATERIALIZED (
  SELECT
    points.i, gateway, interface_id, zone, client, remote,
    CASE WHEN is_upload THEN 'upload' WHEN NOT is_upload THEN 'download' END AS direction,
    hour, t.bytes, packets, how
  FROM points JOIN (
    SELECT i, client, legs.remote, leg = 'A' AS is_upload, hour, sum(legs.bytes) AS bytes,
      sum(packets) AS packets, CASE WHEN legs.is_packet THEN 'packet' ELSE 'address' END AS how
    FROM legs JOIN checks USING (i)
    WHERE checks.is_packet AND refusal IS NULL AND leg IN ('A', 'D')
    GROUP BY ALL
    UNION ALL
    SELECT i, NULL, NULL, NULL, hour, CASE WHEN checks.is_packet
      THEN greatest(least(unknown.bytes, most), 0) ELSE unknown.bytes END AS bytes, NULL, 'residual'
    FROM unknown JOIN checks USING (i)
    WHERE refusal IS NULL AND (most > 0 OR NOT checks.is_packet) AND unknown.bytes != 0
    UNION ALL
    SELECT i, client, remote, is_upload, hour, bytes, packets, how FROM paired
    UNION ALL
    SELECT i, client, remote, is_upload, hour, sum(bytes) AS bytes, sum(packets),
      CASE WHEN client IS NULL OR sum(bytes) < 0 THEN 'residual' ELSE 'address' END
    FROM margins
    GROUP BY i, client, remote, is_upload, hour
    HAVING sum(bytes) != 0
  ) AS t ON t.i = points.i
  {narrow}
)
