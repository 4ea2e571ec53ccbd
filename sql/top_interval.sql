-- The 95 % interval of each share, where the files are a sample. The share is a ratio of sums over
-- files, y of x, so what it would be without a file tells how far it depends on which were chosen
-- (the jackknife): it moves by d / (all - x), with d = y - share * x.
--
--   y, x      bytes of the row and of all in one file (or packets, flows)
--   b         x / (all - x); a file without the row has y = 0, and moves the share by -share * b
--   squares   of these moves, summed over all files: with the finite population correction, as the
--             sample is part of known files, the square of the standard error
--   degrees   of freedom of Student's t: fewer where few files make most of the squares, as bursts
--             do (2 n / (kurtosis - 1), after Satterthwaite), so that the interval gets wider
--
-- Along the logit, so that it stays between 0 and 1 and is wider on the side where there is room;
-- and down to what the share would be without the file that raises it most: rows are shown because
-- they are large in the sample. Files spread evenly over time differ more than such that are drawn
-- blindly, which errs to the wide side. There is none where a file is alone with its bytes, where
-- the share is all or nothing, and of the row Other, which is what the sample happened to leave.
,
file_sums AS (
  SELECT
    by_file.list,
    m_file,
    any_value(CAST({all} AS DOUBLE)) AS everything,
    sum(CAST(by_file.{by} AS DOUBLE)) AS x
  FROM by_file JOIN totals ON by_file.list = totals.list
  GROUP BY by_file.list, m_file
),
files AS MATERIALIZED (
  SELECT list, m_file, everything, x, x / nullif(everything - x, 0) AS b
  FROM file_sums
  WHERE x > 0
),
list_sums AS (
  SELECT
    list,
    count(*) AS files,
    fsum(b ** 2) AS b2,
    fsum(b ** 4) AS b4,
    bool_or(b IS NULL) AS is_alone
  FROM files
  GROUP BY list
),
moves AS (
  SELECT
    shown.list,
    {shown_keys},
    CAST(shown.{by} AS DOUBLE) / everything AS p,
    b,
    CAST(by_file.{by} AS DOUBLE) / nullif(everything - x, 0) - p * b AS move
  FROM shown
    JOIN by_file ON shown.list = by_file.list AND {same_keys}
    JOIN files ON by_file.list = files.list AND by_file.m_file = files.m_file
),
row_sums AS (
  SELECT
    list,
    {keys},
    any_value(p) AS p,
    max(move) AS most,
    count(*) AS files,
    fsum(move ** 2) AS move2,
    fsum(move ** 4) AS move4,
    fsum(b ** 2) AS had2,
    fsum(b ** 4) AS had4
  FROM moves
  GROUP BY list, {keys}
),
squares AS (
  SELECT
    row_sums.list,
    {keys},
    p,
    most,
    list_sums.files > row_sums.files AS is_absent,
    move2 + CASE WHEN is_absent THEN p ** 2 * greatest(b2 - had2, 0) ELSE 0 END AS s2,
    move4 + CASE WHEN is_absent THEN p ** 4 * greatest(b4 - had4, 0) ELSE 0 END AS s4
  FROM row_sums JOIN list_sums ON row_sums.list = list_sums.list
  WHERE NOT is_alone AND p > 0 AND p < 1
),
degrees AS (
  SELECT
    *,
    CAST(floor(least(greatest(
      2.0 * {files} / greatest({files} * s4 / nullif(s2 * s2, 0) - 1, 0.01), 1), {files} - 1))
      AS INTEGER) AS df
  FROM squares
),
reaches AS (
  SELECT
    *,
    CASE WHEN df <= 30 THEN [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262,
      2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074,
      2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042][df]
      ELSE 1.96 + 2.5 / df END
      * sqrt((1 - {files} / {files_of}) * ({files} - 1) / {files} * s2) / (p * (1 - p)) AS reach,
    ln(p / (1 - p)) AS logit
  FROM degrees
),
intervals AS (
  SELECT
    list,
    {keys},
    greatest(least(1 / (1 + exp(least(reach - logit, 700))), p - most), 0) AS share_low,
    1 / (1 + exp(greatest(-reach - logit, -700))) AS share_high
  FROM reaches
)
