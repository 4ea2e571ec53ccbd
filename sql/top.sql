-- Rank by keys. Each list has its own keys; all are answered from one pass over the records. A
-- list shows its first rows, then one row Other for all the rest, so that rows add up to the total.
--
--   records   the keys' expressions over flows, or flows_folded, in which records are added up
--             that are alike in all that is read of them; with their bytes, packets and number
--   list      which list a group belongs to, from 0
--   shown     the first rows of every list
--   by_file, intervals   of a sample only: top_by_file.sql, interval.sql
WITH {by_file}grouped AS MATERIALIZED (
  SELECT
    {list} AS list,
    {keys},
    sum(m_bytes) AS bytes,
    {packets} AS packets,
    sum(m_flows) AS flows
  FROM (
    {records}
  ) AS records
  GROUP BY {grouping}
),
totals AS (
  SELECT
    list,
    sum(bytes) AS all_bytes,
    sum(packets) AS all_packets,
    sum(flows) AS all_flows,
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
    all_bytes - coalesce(sum(bytes), 0) AS bytes,
    all_packets - coalesce(sum(packets), 0) AS packets,
    all_flows - coalesce(sum(flows), 0) AS flows
  FROM totals LEFT JOIN shown ON totals.list = shown.list
  GROUP BY totals.list, all_bytes, all_packets, all_flows, all_groups
  HAVING all_groups > count(shown.list)
),
lines AS (
  SELECT list, false AS is_other, {keys}, bytes, packets, flows FROM shown
  UNION ALL
  SELECT list, true AS is_other, {nulls}, bytes, packets, flows FROM other
){intervals}
SELECT
  lines.list,
  lines.is_other,
  {line_keys},
  {names}
  bytes,
  CAST({by} AS DOUBLE) / nullif({all}, 0) AS share,
  packets,
  flows
  {share_bounds}
FROM lines JOIN totals ON lines.list = totals.list
  {join_intervals}
ORDER BY lines.list, lines.is_other, {by} DESC NULLS LAST, {line_keys}
