-- Of a sample of files, what each file has of each group: an interval of the shares is made of it.
by_file AS MATERIALIZED (
  SELECT
    {list} AS list,
    {keys},
    m_file,
    sum(m_bytes) AS bytes,
    {packets} AS packets,
    sum(m_flows) AS flows
  FROM (
    {records}
  ) AS records
  GROUP BY {grouping}
),
