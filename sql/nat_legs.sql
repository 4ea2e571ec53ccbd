-- The legs of NAT gateways: what their interfaces' records say, each as one of
--
--     A  ingress  client to gateway, bound for the remote      inner side, upload
--     B  egress   gateway to remote                            outer side, upload
--     C  ingress  remote to gateway                            outer side, download
--     D  egress   gateway to client, as from the remote        inner side, download
--
-- or as none that can be told. is_ingress and is_inner say which; is_inner is NULL where none can.
-- docs/accounting.md has the rules and their sources. Parts of a WITH:
--
--   points       a row a gateway: i, its number among the interfaces that the scan keeps; is_guess:
--                it may be none
--   records_kept   MATERIALIZED, if they are read more than once
--   src_is_own, dst_is_own  is the packet's address one of the gateway's private ones? Of all of
--                them; own is a table of those that the records tell, or nothing
--   file_keys, file_columns  the flow log and five minutes that a record's file is of, or nothing
--   direction    flow_direction, where addresses do not tell it, or NULL
--   file, m_file  of a sample: a record's file as m_file; or nothing
--   ports        the rest of the 5-tuple, or nothing; hop: is there a next hop? or nothing
--   addresses    of the record and its packets, where they are asked for
--   packets      or 0, where nobody asks for them and there is no NAT64
--   sum, grouping  where the scan has not added up equal records
--   ranked       flow logs of each interface, the one that tells most first
--   kept         of records, those of one flow log for each interface and window
--   near_inside  is `near` an address of the clients' side? NULL: not known
--   far_inside   is `far`?
points (i, gateway, interface_id, zone, address, is_regional, is_guess) AS (
  {points}
),
records AS {records_kept} (
  SELECT
    interface_index AS i,
    {file_keys}
    start_hour AS hour,
    srcaddr, dstaddr, pkt_srcaddr, pkt_dstaddr,
    {direction} AS flow_direction,
    {ports} {hop}
    coalesce(log_status = 'SKIPDATA', false) AS is_skipped,
    {sum}(folded_bytes) AS bytes,
    {packets} AS packets,
    {sum}(folded_flows) AS flows
    {file}
  FROM flows_of_interfaces
  WHERE action IS DISTINCT FROM 'REJECT' AND log_status IS DISTINCT FROM 'NODATA'
  {grouping}
),
{own}
ranked (i, log, rank, lasts_s) AS (
  {ranked}
),
kept AS (
  {kept}
),
-- Of a zonal gateway the end that is its own shows its primary address. What IPv6 clients send is
-- bound for 64:ff9b::/96 and shows no address of the gateway.
ways AS (
  SELECT
    kept.*,
    points.address AS primary_address,
    is_regional,
    pkt_srcaddr IS NOT NULL AND pkt_dstaddr IS NOT NULL AS has_packet,
    CASE
      WHEN is_regional THEN flow_direction = 'ingress'
      WHEN srcaddr = points.address AND dstaddr = points.address THEN NULL
      WHEN dstaddr = points.address THEN true
      WHEN srcaddr = points.address THEN false
      WHEN nat64_ipv4(dstaddr) IS NOT NULL THEN true
      WHEN nat64_ipv4(srcaddr) IS NOT NULL THEN false
      ELSE flow_direction = 'ingress'
    END AS is_ingress
  FROM kept JOIN points ON kept.i = points.i
),
ends AS (
  SELECT
    ways.*,
    coalesce({src_is_own}, false) AS src_is_own,
    coalesce({dst_is_own}, false) AS dst_is_own,
    CASE WHEN is_ingress THEN srcaddr ELSE dstaddr END AS near,
    CASE WHEN is_ingress THEN dstaddr ELSE srcaddr END AS far
  FROM ways
),
sides AS (
  SELECT
    ends.*,
    CASE
      WHEN is_ingress IS NULL THEN NULL
      WHEN is_regional THEN
        CASE WHEN {near_inside} THEN CASE WHEN {far_inside} THEN NULL ELSE true END
             ELSE {near_inside} END
      WHEN has_packet THEN
        CASE WHEN src_is_own AND dst_is_own THEN NULL
             WHEN src_is_own OR dst_is_own THEN CASE WHEN dst_is_own = is_ingress THEN false END
             ELSE true END
      WHEN nat64_ipv4(far) IS NOT NULL THEN true
      ELSE {near_inside}
    END AS is_inner
  FROM ends
),
legs AS MATERIALIZED (
  SELECT
    i, hour, {file_columns} {addresses} {ports} is_skipped, is_ingress, is_inner,
    has_packet OR is_regional AS is_packet,
    client,
    coalesce(nat64_ipv4(remote), remote) AS remote,
    nat64_ipv4(remote) IS NOT NULL AS is_nat64,
    bytes,
    packets,
    flows
    {m_file}
  FROM (
    SELECT
      sides.*,
      CASE WHEN NOT is_inner THEN NULL
           WHEN is_ingress THEN coalesce(pkt_srcaddr, srcaddr)
           ELSE coalesce(pkt_dstaddr, dstaddr)
      END AS client,
      CASE WHEN NOT is_inner AND is_ingress THEN coalesce(pkt_srcaddr, srcaddr)
           WHEN NOT is_inner THEN coalesce(pkt_dstaddr, dstaddr)
           WHEN has_packet AND is_ingress THEN pkt_dstaddr
           WHEN has_packet THEN pkt_srcaddr
           WHEN is_regional OR nat64_ipv4(far) IS NOT NULL THEN far
      END AS remote
    FROM sides
  ) AS sides
)
