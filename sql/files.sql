-- What each file is and what was read of it: faults first. (The column format, a file's header
-- line, is left to `flowtoll sql`.)
SELECT
  file, kind, flow_log, window_start, version, columns, rows, nodata, skipdata, rejected,
  bytes, text_bytes, first_start, last_end, fault
FROM files
ORDER BY fault IS NULL, kind = 'passed over', flow_log, window_start, file
