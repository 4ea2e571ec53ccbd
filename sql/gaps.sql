-- Five-minute windows between a flow log's first and last file for which there is no file.
SELECT
  flow_log,
  window_start + INTERVAL 5 MINUTE AS gap_start,
  next_start AS gap_end,
  CAST(date_diff('minute', window_start, next_start) / 5 - 1 AS BIGINT) AS windows
FROM (
  SELECT
    flow_log,
    window_start,
    lead(window_start) OVER (PARTITION BY flow_log ORDER BY window_start) AS next_start
  FROM (SELECT DISTINCT flow_log, window_start FROM files WHERE flow_log IS NOT NULL) AS windows
) AS pairs
WHERE next_start > window_start + INTERVAL 5 MINUTE
