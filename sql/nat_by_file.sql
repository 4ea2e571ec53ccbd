-- Of a sample of files, what each has of each row that has a share, for sql/interval.sql. Among
-- sql/nat.sql's parts of a WITH; the lists have its numbers.
--
--   has_tags, tags   as there
-- Where no side can be told, the bytes are what legs of all files leave: each file has as much of
-- them as of the records in question.
file_weights AS (
  SELECT
    i, hour, m_file,
    CASE WHEN checks.is_packet THEN sum(legs.bytes) FILTER (is_inner IS NULL AND NOT legs.is_packet)
         ELSE sum(legs.bytes) FILTER (NOT is_ingress) END AS weight
  FROM legs JOIN checks USING (i)
  GROUP BY i, hour, m_file, checks.is_packet
),
file_traffic AS MATERIALIZED (
  SELECT i, client, remote, m_file, sum(bytes) AS billed
  FROM (
    SELECT i, client, remote, m_file, bytes FROM packet_traffic
    UNION ALL
    SELECT i, client, remote, m_file, bytes FROM other_traffic WHERE m_file IS NOT NULL
    UNION ALL
    SELECT
      i, client, remote, w.m_file,
      CAST(round(CAST(bytes AS DOUBLE) * CAST(weight AS DOUBLE)
        / CAST(sum(weight) OVER (PARTITION BY i, hour) AS DOUBLE)) AS HUGEINT)
    FROM other_traffic AS t JOIN file_weights AS w USING (i, hour)
    WHERE t.m_file IS NULL AND weight > 0
  )
  GROUP BY i, client, remote, m_file
),
by_file AS MATERIALIZED (
  SELECT 7 AS list, NULL::INTEGER AS i, client, NULL::IP AS remote, NULL::VARCHAR[] AS tags, m_file,
    sum(billed) AS billed
  FROM file_traffic
  GROUP BY client, m_file
  UNION ALL
  SELECT 8, NULL, NULL, remote, NULL, m_file, sum(billed)
  FROM file_traffic
  GROUP BY remote, m_file
  UNION ALL
  SELECT 9, i, CASE WHEN remote IS NOT NULL THEN client END AS client,
    CASE WHEN client IS NOT NULL THEN remote END AS remote, NULL, m_file, sum(billed)
  FROM file_traffic
  GROUP BY ALL
  UNION ALL
  SELECT 6, NULL, NULL, NULL, tags, m_file, sum(billed)
  FROM (
    SELECT {tags} AS tags, m_file, sum(billed) AS billed
    FROM file_traffic JOIN points USING (i)
    WHERE {has_tags}
    GROUP BY interface_id, client, m_file
  )
  GROUP BY tags, m_file
  UNION ALL
  SELECT 2, NULL, NULL, CASE WHEN is_top THEN remote END AS remote, NULL, m_file, sum(billed)
  FROM (
    SELECT
      top_remote.remote,
      coalesce(ip_name(t.remote), CAST(t.remote AS VARCHAR)) = top_remote.name AS is_top,
      m_file, t.billed
    FROM file_traffic AS t CROSS JOIN top_remote
  )
  GROUP BY ALL
),
grouped AS (
  SELECT list, i, client, remote, tags, sum(billed) AS billed
  FROM by_file
  GROUP BY list, i, client, remote, tags
),
totals AS (
  SELECT list, sum(billed) AS all_billed FROM by_file GROUP BY list
),
shown AS MATERIALIZED (
  SELECT list, i, client, remote, tags, billed
  FROM chosen
  WHERE list BETWEEN 6 AND 9 AND NOT is_other
  UNION ALL
  SELECT 2, NULL, NULL, remote, NULL, billed FROM top_remote
)
