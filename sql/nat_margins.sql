-- Traffic without packet-level addresses: A and D tell the clients, B and C the remotes; pairs come
-- from the clients' own interfaces, where routes lead to the gateway. Among sql/nat_traffic.sql's
-- parts of a WITH:
--
--   client_points  clients' interfaces with one address: i, that, the number of their subnet
--   m_file         of a sample: a record's file; or nothing
--   routes         of subnets: subnet, cidr, bits of it, target
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
    {m_file}
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
    sum(packets) AS packets, 'route' AS how {m_file}
  FROM client_records AS r
  JOIN routed ON routed.i = r.i AND routed.remote = r.remote
  JOIN checks ON checks.i = gateway_i AND is_split
  SEMI JOIN (SELECT i, client FROM legs WHERE is_inner) AS clients
    ON clients.i = gateway_i AND clients.client = r.client
  SEMI JOIN (SELECT i, remote FROM legs WHERE NOT is_inner) AS remotes
    ON remotes.i = gateway_i AND remotes.remote = r.remote
  GROUP BY ALL
  UNION ALL
  SELECT i, client, legs.remote, is_ingress, hour, sum(legs.bytes), sum(packets), 'address'
    {m_file}
  FROM legs JOIN checks USING (i)
  WHERE is_split AND is_inner AND legs.remote IS NOT NULL
  GROUP BY ALL
),
outer_bytes AS MATERIALIZED (
  SELECT i, legs.remote, NOT is_ingress AS is_upload, hour, legs.bytes, packets
    {m_file}
  FROM legs JOIN checks USING (i)
  WHERE is_split AND NOT is_inner
  UNION ALL
  SELECT i, unsolicited.remote, false, hour, -unsolicited.bytes, -packets {m_file}
  FROM unsolicited JOIN checks USING (i)
  WHERE is_split
),
-- A client's bytes, less its pairs; a remote's, less its pairs; and what stands twice then. All
-- of it adds up to A and D.
margins AS (
  SELECT i, client, NULL::IP AS remote, is_ingress AS is_upload, hour, legs.bytes, packets
    {m_file}
  FROM legs JOIN checks USING (i)
  WHERE is_split AND is_inner
  UNION ALL
  SELECT i, client, NULL::IP, is_upload, hour, -bytes, -packets {m_file} FROM paired
  UNION ALL
  SELECT i, NULL::IP, remote, is_upload, hour, bytes, packets {m_file} FROM outer_bytes
  UNION ALL
  SELECT i, NULL::IP, NULL::IP, is_upload, hour, -bytes, -packets {m_file} FROM outer_bytes
  UNION ALL
  SELECT i, NULL::IP, remote, is_upload, hour, -bytes, -packets {m_file} FROM paired
  UNION ALL
  SELECT i, NULL::IP, NULL::IP, is_upload, hour, bytes, packets {m_file} FROM paired
)
