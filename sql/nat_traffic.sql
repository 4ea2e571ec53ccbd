-- The bytes of NAT gateways, each once, from their legs: with packet-level addresses A and D are
-- the traffic, with client and remote; B and C prove it. Behind sql/nat_legs.sql; parts of a WITH:
--
--   m_file         of a sample: a record's file; or nothing
--   no_file        likewise, where bytes are told from several together
--   unsolicited    of C what nobody asked for: i, remote, hour, bytes, packets; where margins ask
--   gaps           i, windows that have no file and should, bytes that they may have had at most
--   margins        sql/nat_margins.sql, or nothing
--   split_traffic  its rows, or nothing
--   narrow         is the row asked for?
--   flow_logs      of each i, the names of the flow logs that its records are of
-- Of the legs, all that is told without clients.
by_leg AS MATERIALIZED (
  SELECT
    i, hour, is_inner, is_ingress, is_packet, is_skipped, is_nat64, remote,
    sum(bytes) AS bytes, sum(flows) AS flows,
    CASE WHEN is_nat64 THEN 20 * sum(packets) ELSE 0 END AS header_bytes
  FROM legs
  GROUP BY i, hour, is_inner, is_ingress, is_packet, is_skipped, is_nat64, remote
),
by_remote AS (
  SELECT
    i, remote,
    sum(bytes) FILTER (is_inner AND is_ingress) AS a,
    sum(bytes) FILTER (NOT is_inner AND NOT is_ingress) AS b,
    sum(bytes) FILTER (NOT is_inner AND is_ingress) AS c,
    sum(bytes - header_bytes) FILTER (is_inner AND NOT is_ingress) AS d
  FROM by_leg
  WHERE is_packet AND is_inner IS NOT NULL
  GROUP BY i, remote
),
-- What goes out to a remote has come in for it, what goes to clients has come from it. An address
-- of the gateway that is not known as its own looks like a remote that never shows itself, and is
-- of its subnet, which is a /16 at the most.
broken AS (
  SELECT
    i,
    sum(greatest(coalesce(b, 0) - coalesce(a, 0), 0) + greatest(coalesce(d, 0) - coalesce(c, 0), 0))
      AS bytes,
    sum(d) FILTER (is_unseen) AS unseen_bytes,
    arg_max(remote, d) FILTER (is_unseen AND d > 0) AS unseen
  FROM (
    SELECT
      by_remote.*,
      b IS NULL AND c IS NULL AND network(remote, 16) = network(address, 16) AS is_unseen
    FROM by_remote JOIN points USING (i)
  )
  GROUP BY i
),
unsolicited (i, remote, hour, bytes, packets {m_file}) AS (
  {unsolicited}
),
gaps (i, windows, bytes) AS (
  {gaps}
),
hourly AS MATERIALIZED (
  SELECT
    i, hour,
    sum(bytes) AS bytes,
    sum(bytes) FILTER (is_packet) AS packet_bytes,
    sum(bytes) FILTER (is_ingress) AS ingress,
    sum(bytes) FILTER (NOT is_ingress) AS egress,
    sum(bytes) FILTER (is_inner AND is_ingress) AS a,
    sum(bytes) FILTER (NOT is_inner AND NOT is_ingress) AS b,
    sum(bytes) FILTER (NOT is_inner AND is_ingress) AS c,
    sum(bytes) FILTER (is_inner AND NOT is_ingress) AS d,
    sum(header_bytes) FILTER (is_inner AND is_ingress) AS a_header,
    sum(header_bytes) FILTER (is_inner AND NOT is_ingress) AS d_header,
    sum(bytes) FILTER (is_inner IS NULL AND is_packet) AS odd,
    sum(bytes) FILTER (is_inner IS NULL AND NOT is_packet) AS blind,
    sum(flows) FILTER (is_skipped) AS skipped,
    coalesce(bool_or(is_nat64), false) AS is_nat64
  FROM by_leg
  GROUP BY i, hour
),
sums AS (
  SELECT
    i,
    sum(bytes) AS bytes,
    sum(packet_bytes) AS packet_bytes,
    sum(ingress) AS ingress, sum(egress) AS egress,
    sum(a) AS a, sum(b) AS b, sum(c) AS c, sum(d) AS d,
    sum(a_header) AS a_header, sum(d_header) AS d_header,
    sum(odd) AS odd, sum(blind) AS blind,
    sum(bytes) - coalesce(sum(packet_bytes), 0) AS packetless,
    sum(skipped) AS skipped,
    bool_or(is_nat64) AS is_nat64
  FROM hourly
  GROUP BY i
),
logs_of AS (
  {flow_logs}
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
    coalesce(skipped, 0) AS skipped,
    coalesce(is_nat64, false) AS is_nat64,
    coalesce(broken.bytes, 0) AS broken,
    coalesce(unseen_bytes, 0) AS unseen_bytes, unseen,
    coalesce(u.bytes, 0) AS unsolicited_told,
    coalesce(gaps.windows, 0) AS gap_windows,
    coalesce(gaps.bytes, 0) AS gap_bytes,
    flow_log
  FROM points
  LEFT JOIN sums ON sums.i = points.i
  LEFT JOIN broken ON broken.i = points.i
  LEFT JOIN gaps ON gaps.i = points.i
  LEFT JOIN logs_of ON logs_of.i = points.i
  LEFT JOIN (SELECT i, sum(bytes) AS bytes FROM unsolicited GROUP BY i) AS u ON u.i = points.i
),
-- slack: what clocks and the edges of windows may part, a thousandth. Lost records part more; a
-- twentieth is too much to tell anything by.
judged AS (
  SELECT
    *,
    a + d AS kept_bytes,
    b + c > 0 AS has_outer,
    CASE WHEN is_packet THEN packetless ELSE 0 END AS unsided,
    0.001 * (a + d) + 3000 AS slack
  FROM zeros
),
checks AS MATERIALIZED (
  SELECT
    *,
    CASE WHEN is_packet AND has_outer THEN greatest(broken - unsided, 0) ELSE 0 END AS unproven,
    CASE
      WHEN is_guess AND (least(a, b, c, d) = 0 OR broken > slack + packetless) THEN 'none'
      WHEN bytes = 0 THEN 'silent'
      WHEN NOT is_packet THEN NULL
      WHEN odd > slack THEN 'odd'
      WHEN NOT has_outer AND is_regional THEN NULL
      WHEN unseen_bytes > slack + packetless + (CASE WHEN skipped > 0 THEN 20 ELSE 0 END) * slack
        THEN 'own'
      WHEN broken > 50 * slack + packetless AND skipped = 0 THEN 'broken'
    END AS refusal,
    NOT is_packet AND kept_bytes > 0 AND blind <= slack AND
      (skipped > 0 OR greatest(b - a, 0) + greatest(d - d_header - c, 0) <= slack) AS is_split,
    CASE WHEN has_outer THEN greatest(a - a_header - b - unsided, 0) ELSE 0 END AS unsent,
    CASE WHEN has_outer THEN greatest(c - (d - d_header) - unsided, 0) ELSE 0 END AS unsolicited
  FROM judged
),
{margins}
-- Records of which no side can be told: what goes out is what was processed.
unknown AS (
  SELECT
    i, hour, coalesce(hourly.blind, 0) AS most, checks.is_packet,
    hourly.egress - CASE WHEN checks.is_packet
      THEN coalesce(hourly.a, 0) + coalesce(hourly.d, 0) ELSE 0 END AS bytes
  FROM hourly JOIN checks USING (i)
  WHERE NOT is_split AND refusal IS NULL
),
-- With packet-level addresses: not added up, as who reads it does that.
packet_traffic AS NOT MATERIALIZED (
  SELECT i, client, legs.remote, is_ingress AS is_upload, hour, legs.is_packet, legs.bytes, packets
    {m_file}
  FROM legs JOIN checks USING (i)
  WHERE checks.is_packet AND refusal IS NULL AND is_inner AND {narrow}
),
other_traffic AS MATERIALIZED (
  SELECT *
  FROM (
    SELECT
      i, NULL::IP AS client, NULL::IP AS remote, NULL::BOOLEAN AS is_upload, hour,
      CASE WHEN is_packet THEN greatest(least(bytes, most), 0) ELSE bytes END AS bytes,
      NULL::HUGEINT AS packets,
      'residual' AS how
      {no_file}
    FROM unknown
    WHERE (most > 0 OR NOT is_packet) AND bytes != 0
    {split_traffic}
  )
  WHERE {narrow}
),
traffic AS (
  SELECT
    i, client, remote, is_upload, hour, sum(bytes) AS bytes, sum(packets) AS packets,
    CASE WHEN is_packet THEN 'packet' ELSE 'address' END AS how
  FROM packet_traffic
  GROUP BY i, client, remote, is_upload, hour, is_packet
  UNION ALL
  SELECT i, client, remote, is_upload, hour, bytes, packets, how FROM other_traffic
)
