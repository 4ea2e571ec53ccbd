-- The answer about NAT gateways, as rows of several lists, told apart by their number (see
-- src/query/nat.c). Behind sql/nat_legs.sql and sql/nat_traffic.sql; the end of a WITH.
--
--   rows                rows of clients, remotes and pairs before the row Other
--   is_narrow           only some traffic is asked for, or a sample is read: no bounds then
--   is_sample           the figure is of some of the files only
--   start, end          of the period, or NULL: that of the traffic
--   windows             five-minute windows from the first file's to the last one's; or NULL
--   windows_with_files  of them
--   has_tags            are the clients' tags asked for?
--   tags                a list of them, of `client` at the gateway's `interface_id`
--   tag_columns         each as a column of the answer
--   by_file             of a sample: nat_by_file.sql and interval.sql; or nothing
--   lines               the table, of a sample with the bounds of its shares
--   share_bounds        these, or NULLs
-- The traffic, added up as the lists need it.
by_pair AS MATERIALIZED (
  SELECT
    i, client, remote,
    CASE WHEN bool_and(is_packet) THEN 'packet' ELSE 'address' END AS how,
    sum(bytes) AS billed,
    coalesce(sum(bytes) FILTER (is_upload), 0) AS upload,
    billed - upload AS download
  FROM packet_traffic
  GROUP BY i, client, remote
  UNION ALL
  SELECT
    i, client, remote, min(how), sum(bytes), sum(bytes) FILTER (is_upload),
    sum(bytes) FILTER (NOT is_upload)
  FROM other_traffic
  GROUP BY i, client, remote
),
by_hour AS MATERIALIZED (
  SELECT i, hour, sum(billed) AS billed, sum(upload) AS upload, sum(download) AS download
  FROM (
    SELECT
      i, hour,
      sum(bytes) AS billed,
      coalesce(sum(bytes) FILTER (is_upload), 0) AS upload,
      billed - upload AS download
    FROM packet_traffic
    GROUP BY i, hour
    UNION ALL
    SELECT
      i, hour, sum(bytes), sum(bytes) FILTER (is_upload), sum(bytes) FILTER (NOT is_upload)
    FROM other_traffic
    GROUP BY i, hour
  )
  GROUP BY i, hour
),
by_gateway AS (
  SELECT
    i,
    sum(billed) AS billed,
    sum(upload) AS upload,
    sum(download) AS download,
    sum(billed) FILTER (client IS NULL OR remote IS NULL) AS residual
  FROM by_pair
  GROUP BY i
),
-- What is certain, and the most that it can be.
figures AS MATERIALIZED (
  SELECT
    checks.*,
    CASE WHEN refusal IS NULL THEN coalesce(billed, 0) END AS billed,
    upload, download, residual,
    CASE
      WHEN refusal IS NOT NULL THEN 'refused'
      WHEN {is_sample} THEN 'sample'
      WHEN skipped > 0 THEN 'lower bound'
      WHEN unsent + unproven + gap_bytes > 0 OR blind > 0 AND is_packet THEN 'interval'
      ELSE 'exact'
    END AS figure,
    CASE WHEN refusal IS NOT NULL OR {is_narrow} THEN NULL
         ELSE CASE WHEN is_packet AND blind > 0 THEN kept_bytes ELSE coalesce(billed, 0) END
           - CASE WHEN is_packet OR is_split THEN unsent ELSE 0 END
    END AS low,
    CASE WHEN refusal IS NOT NULL OR skipped > 0 OR {is_narrow} THEN NULL
         ELSE CASE WHEN is_packet THEN kept_bytes + blind + unproven ELSE coalesce(billed, 0) END
           + CAST(gap_bytes AS HUGEINT)
    END AS high
  FROM checks LEFT JOIN by_gateway USING (i)
),
entries AS (
  SELECT 0 AS list, i AS rank, i, NULL::IP AS client, NULL::IP AS remote, NULL::TIMESTAMP AS hour,
    NULL::VARCHAR AS how, billed, upload, download, NULL::BIGINT AS groups, NULL::VARCHAR[] AS tags
  FROM figures
  WHERE refusal IS DISTINCT FROM 'none'
  UNION ALL
  SELECT 5, row_number() OVER (ORDER BY billed DESC NULLS LAST, i), i, NULL, NULL, NULL, NULL,
    billed, upload, download, NULL, NULL
  FROM figures
  WHERE refusal IS DISTINCT FROM 'none'
  UNION ALL
  SELECT 6, row_number() OVER (ORDER BY billed DESC, tags), NULL, NULL, NULL, NULL, NULL, billed,
    upload, download, clients, tags
  FROM (
    SELECT tags, count(DISTINCT client) AS clients, sum(billed) AS billed, sum(upload) AS upload,
      sum(download) AS download
    FROM (
      SELECT {tags} AS tags, client, sum(billed) AS billed, sum(upload) AS upload,
        sum(download) AS download
      FROM by_pair JOIN points USING (i)
      WHERE {has_tags}
      GROUP BY interface_id, client
    )
    GROUP BY tags
    HAVING count(client) > 0 OR sum(billed) != 0
  )
  UNION ALL
  SELECT 7, row_number() OVER (ORDER BY client IS NULL, billed DESC, client),
    NULL, client, NULL, NULL, NULL, billed, upload, download, count(*) OVER (), NULL
  FROM (
    SELECT client, sum(billed) AS billed, sum(upload) AS upload, sum(download) AS download
    FROM by_pair GROUP BY client
    HAVING client IS NOT NULL OR sum(billed) != 0
  )
  UNION ALL
  SELECT 8, row_number() OVER (ORDER BY remote IS NULL, billed DESC, remote),
    NULL, NULL, remote, NULL, NULL, billed, upload, download, count(*) OVER (), NULL
  FROM (
    SELECT remote, sum(billed) AS billed, sum(upload) AS upload, sum(download) AS download
    FROM by_pair GROUP BY remote
    HAVING remote IS NOT NULL OR sum(billed) != 0
  )
  UNION ALL
  SELECT 9, row_number() OVER (ORDER BY client IS NULL, billed DESC, i, client, remote),
    i, client, remote, NULL, how, billed, upload, download, count(*) OVER (), NULL
  FROM (
    SELECT i, client, remote, how, billed, upload, download
    FROM by_pair
    WHERE client IS NOT NULL AND remote IS NOT NULL
    UNION ALL
    SELECT i, NULL, NULL, 'residual', sum(billed) AS billed, sum(upload), sum(download)
    FROM by_pair
    WHERE client IS NULL OR remote IS NULL
    GROUP BY i
    HAVING sum(billed) != 0
  )
  UNION ALL
  SELECT 10, row_number() OVER (ORDER BY of_gateway DESC, i, hour), i, NULL, NULL, hour, NULL,
    billed, upload, download, count(*) OVER (), NULL
  FROM (
    SELECT *, sum(billed) OVER (PARTITION BY i) AS of_gateway FROM by_hour
  )
),
-- Of the whole answer; in each of its rows.
whole AS (
  SELECT *
  FROM (
    SELECT
      coalesce({start}, min(hour)) AS start,
      coalesce({end}, max(hour) + INTERVAL 1 HOUR) AS end,
      sum(billed) AS billed_all
    FROM by_hour
  )
  CROSS JOIN (SELECT sum(skipped) AS skipped_all, sum(residual) AS residual_all FROM figures)
  CROSS JOIN (
    SELECT sum(billed) FILTER (remote IS NULL OR ip_name(remote) IS NULL) AS unnamed_all
    FROM entries
    WHERE list = 8
  )
),
chosen AS MATERIALIZED (
  SELECT *, false AS is_other FROM entries WHERE list < 6 OR list = 10 OR rank <= {rows}
  UNION ALL
  SELECT list, {rows} + 1, NULL, NULL, NULL, NULL, NULL, sum(billed), sum(upload), sum(download),
    NULL, NULL, true
  FROM entries
  WHERE list >= 6 AND list != 10 AND rank > {rows}
  GROUP BY list
),
-- The name with most, be it of several addresses.
top_remote AS MATERIALIZED (
  SELECT
    coalesce(ip_name(remote), CAST(remote AS VARCHAR)) AS name,
    min(remote) AS remote,
    sum(billed) AS billed,
    sum(upload) AS upload,
    sum(download) AS download,
    count(*) AS groups
  FROM entries
  WHERE list = 8 AND remote IS NOT NULL
  GROUP BY coalesce(ip_name(entries.remote), CAST(entries.remote AS VARCHAR))
  ORDER BY billed DESC, min(entries.remote)
  LIMIT 1
),
{by_file}lines AS (
  SELECT * FROM chosen
  UNION ALL
  SELECT CASE list WHEN 7 THEN 1 ELSE 3 END, rank, i, client, remote, hour, how, billed, upload,
    download, groups, tags, is_other
  FROM chosen
  WHERE list IN (6, 7) AND rank = 1
  UNION ALL
  SELECT 2, 1, NULL, NULL, remote, NULL, NULL, billed, upload, download, groups, NULL, false
  FROM top_remote
  UNION ALL
  SELECT list, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false
  FROM (VALUES (4), (11)) AS singles (list)
)
SELECT
  list,
  is_other,
  gateway AS nat_gateway_id,
  interface_id,
  zone,
  ip_name(address) AS gateway_name,
  figure,
  client,
  remote,
  ip_name(coalesce(client, remote)) AS name,
  owner(coalesce(client, remote)) AS owner,
  ip_name(remote) AS remote_name,
  aws_service(remote) AS service,
  aws_region(remote) AS region,
  hour,
  how,
  lines.billed,
  CAST(lines.billed AS DOUBLE) / nullif(billed_all, 0) AS share,
  {share_bounds},
  low,
  high,
  CASE WHEN lines.billed = 0 OR lines.download IS NOT NULL THEN coalesce(lines.upload, 0)
       ELSE lines.upload END AS upload,
  CASE WHEN lines.billed = 0 OR lines.upload IS NOT NULL THEN coalesce(lines.download, 0)
       ELSE lines.download END AS download,
  ingress,
  egress,
  unsolicited,
  unsent,
  CASE WHEN unproven > slack THEN unproven END AS unproven,
  coalesce(residual, 0) AS residual,
  refusal,
  unseen,
  skipped,
  is_packet,
  is_split,
  gap_windows,
  has_outer,
  c - unsolicited_told - (d - d_header) AS unexplained,
  is_nat64,
  flow_log,
  groups,
  start,
  whole.end,
  {windows} AS windows,
  {windows_with_files} AS windows_with_files,
  coalesce(skipped_all, 0) AS skipdata_records,
  coalesce(residual_all, 0) AS residual_bytes,
  coalesce(unnamed_all, 0) AS unnamed_bytes,
  coalesce(billed_all, 0) AS billed_all
  {tag_columns}
FROM {lines}
LEFT JOIN figures USING (i)
CROSS JOIN whole
ORDER BY list, is_other, rank
