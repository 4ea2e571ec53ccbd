-- The own address of interfaces, as their first records show it, and when these begin, in a row of
-- its own. On one side of a record is the interface's own address, on the other that of whom it
-- speaks with: what all of its records have is its own, unless all are with one other.
--
--   rows  records to look at
WITH first_records AS MATERIALIZED (
  SELECT interface_id, srcaddr, dstaddr, start
  FROM flows
  WHERE interface_id IS NOT NULL AND srcaddr IS NOT NULL AND dstaddr IS NOT NULL
  LIMIT {rows}
),
ends AS (
  SELECT interface_id, srcaddr AS address FROM first_records
  UNION ALL
  SELECT interface_id, dstaddr FROM first_records WHERE dstaddr != srcaddr
),
shown AS (
  SELECT interface_id, address, count(*) AS records FROM ends GROUP BY interface_id, address
),
all_of AS (
  SELECT interface_id, count(*) AS records FROM first_records GROUP BY interface_id
)
SELECT NULL AS interface_id, NULL AS address, min(start) AS start FROM first_records
UNION ALL
SELECT all_of.interface_id, min(address), NULL
FROM shown JOIN all_of USING (interface_id, records)
GROUP BY all_of.interface_id
HAVING count(*) = 1
ORDER BY address, interface_id
