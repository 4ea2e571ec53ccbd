-- Rank by keys. Each list has its own keys; all are answered from one pass over the records. A
-- list shows its first rows, then one row Other for all the rest, so that rows add up to the total.
--
--   records   the keys' expressions over flows, with bytes, packets and a count of each record
--   list      which list a group belongs to, from 0
--   shown     the first rows of every list
WITH grouped AS MATERIALIZED (
  SELECT
    {list} AS list,
    {keys},
    sum(m_bytes) AS total_bytes,
    sum(m_packets) AS total_packets,
    {flows} AS total_flows
  FROM (
    {records}
  ) AS records
  GROUP BY {grouping}
),
totals AS (
  SELECT
    list,
    sum(total_bytes) AS all_bytes,
    sum(total_packets) AS all_packets,
    sum(total_flows) AS all_flows,
    count(*) AS all_groups
  FROM grouped
  GROUP BY list
),
shown AS MATERIALIZED (
  {shown}
),
other AS (
  SELECT
    totals.list,
    all_bytes - coalesce(sum(total_bytes), 0) AS total_bytes,
    all_packets - coalesce(sum(total_packets), 0) AS total_packets,
    all_flows - coalesce(sum(total_flows), 0) AS total_flows
  FROM totals LEFT JOIN shown ON totals.list = shown.list
  GROUP BY totals.list, all_bytes, all_packets, all_flows, all_groups
  HAVING all_groups > count(shown.list)
),
lines AS (
  SELECT list, false AS is_other, {keys}, total_bytes, total_packets, total_flows FROM shown
  UNION ALL
  SELECT list, true AS is_other, {nulls}, total_bytes, total_packets, total_flows FROM other
)
SELECT
  lines.list,
  is_other,
  {keys},
  {names}
  total_bytes,
  CAST({by} AS DOUBLE) / nullif({all}, 0) AS share,
  total_packets,
  total_flows
FROM lines JOIN totals ON lines.list = totals.list
ORDER BY lines.list, is_other, {by} DESC NULLS LAST, {keys}
