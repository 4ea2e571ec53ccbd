-- Interfaces whose records say, or show, that they may be NAT gateways': by the type of the
-- interface, by the resource it belongs to, or as it passes on what is bound elsewhere. The last
-- is only certain once its legs agree (see sql/nat_traffic.sql).
--
--   table          flows_translated, of what comes in: a gateway has that; or flows, for all legs
--   has_instances  do the logs tell instances? Then an instance that translates is no gateway
--   wanted         an interface that is asked for, or NULL
SELECT
  interface_id,
  CASE WHEN interface_id IS NULL THEN resource_id END AS regional_id,
  min(resource_id) FILTER (resource_id LIKE 'nat-%') AS nat_gateway_id,
  coalesce(bool_or(interface_type IN ('nat_gateway', 'regional_nat_gateway')), false) AS is_typed,
  min(first_address) AS address,
  max(last_address) AS last_address
FROM (
  SELECT
    interface_id, resource_id, interface_type,
    count(instance_id) AS instances,
    min(address) AS first_address,
    max(address) AS last_address
  FROM (
    SELECT
      interface_id, resource_id, interface_type, instance_id,
      CASE WHEN dstaddr != pkt_dstaddr THEN dstaddr
           WHEN srcaddr != pkt_srcaddr THEN srcaddr END AS address
    FROM {table}
  ) AS translated
  GROUP BY interface_id, resource_id, interface_type
) AS interfaces
GROUP BY ALL
HAVING
  is_typed
  OR nat_gateway_id IS NOT NULL
  OR interface_id = {wanted}
  OR ({has_instances} AND sum(instances) = 0 AND address = last_address)
ORDER BY interface_id, regional_id
