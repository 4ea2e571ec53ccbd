-- Interfaces whose records say, or show, that they may be NAT gateways': by the type of the
-- interface, by the resource it belongs to, or as it passes on what is bound elsewhere. The last
-- is only certain once its legs agree (see sql/nat_traffic.sql).
--
--   has_instances  do the logs tell instances? Then an instance that translates is no gateway
--   wanted         an interface that is asked for, or NULL
SELECT
  interface_id,
  CASE WHEN interface_id IS NULL THEN resource_id END AS regional_id,
  min(resource_id) FILTER (resource_id LIKE 'nat-%') AS nat_gateway_id,
  coalesce(bool_or(interface_type IN ('nat_gateway', 'regional_nat_gateway')), false) AS is_typed,
  least(
    min(dstaddr) FILTER (dstaddr != pkt_dstaddr), min(srcaddr) FILTER (srcaddr != pkt_srcaddr)
  ) AS address,
  greatest(
    max(dstaddr) FILTER (dstaddr != pkt_dstaddr), max(srcaddr) FILTER (srcaddr != pkt_srcaddr)
  ) AS last_address
FROM flows
WHERE
  action IS DISTINCT FROM 'REJECT'
  AND (
    srcaddr != pkt_srcaddr OR dstaddr != pkt_dstaddr
    OR interface_type IN ('nat_gateway', 'regional_nat_gateway') OR resource_id LIKE 'nat-%'
    OR interface_id = {wanted}
  )
GROUP BY ALL
HAVING
  is_typed
  OR nat_gateway_id IS NOT NULL
  OR interface_id = {wanted}
  OR ({has_instances} AND count(instance_id) = 0 AND address = last_address)
ORDER BY interface_id, regional_id
