-- The 95 % interval of each share, where the files are a sample. The share is a ratio of sums over
-- files, y of x, so what it would be without a file tells how far it depends on which were chosen
-- (the jackknife): it moves by d / (all - x), with d = y - share * x.
--
--   y, x      bytes of the row and of all in one file (or packets, flows)
--   w         x / all, a file's weight: the share is the mean of the files' own shares, by weight
--   b         x / (all - x); a file without the row has y = 0, and moves the share by -share * b
--   squares   of these moves, summed over all files: with the finite population correction, as the
--             sample is part of known files, the square of the standard error
--   degrees   of freedom of Student's t: how well the squares can be known, from weights alone.
--             They are a quadratic form of the files' own shares, with the matrix Q. If these vary
--             alike, its degrees are trace(Q)^2 / trace(Q^2) (Satterthwaite; as Bell and McCaffrey
--             2002 for clusters, Imbens and Kolesar 2016): all files but one where they are alike,
--             about one where one burst has most of the bytes. What the squares tell of their own
--             tails is not used: of few files, the rare and large move is not among them.
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
  SELECT
    list,
    m_file,
    everything,
    x,
    x / everything AS w,
    x / nullif(everything - x, 0) AS b
  FROM file_sums
  WHERE x > 0
),
list_sums AS (
  SELECT
    list,
    count(*) AS files,
    fsum(b ** 2) AS b2,
    bool_or(b IS NULL) AS is_alone,
    fsum(w ** 2) AS w2,
    fsum(b ** 2 * w) AS b2w,
    fsum(b ** 2 * w ** 2) AS b2w2,
    fsum(b ** 4) AS b4,
    fsum(b ** 4 * w) AS b4w
  FROM files
  GROUP BY list
),
-- The part of file f at place g in Q's square is (b_f b_g (is_same - w_f - w_g + w2))^2.
degrees AS (
  SELECT
    *,
    least(greatest((b2 * (1 + w2) - 2 * b2w) ** 2 / nullif(
      (1 + 2 * w2) * b4 - 4 * b4w + (w2 * b2) ** 2 + 2 * b2 * b2w2 - 4 * w2 * b2 * b2w
      + 2 * b2w ** 2, 0), 1), {files} - 1) AS df
  FROM list_sums
),
-- 97.5 % of t lie below: tabled, straight between two along 1 / df, which errs to the wide side.
students AS (
  SELECT
    *,
    [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
      2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
      2.052, 2.048, 2.045, 2.042] AS tabled,
    CAST(floor(least(df, 29)) AS INTEGER) AS below,
    CASE WHEN df < 30 THEN tabled[below]
      - (tabled[below] - tabled[below + 1]) * (below + 1) * (1 - below / df)
      ELSE 1.96 + 2.5 / df END AS t
  FROM degrees
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
    fsum(b ** 2) AS had2
  FROM moves
  GROUP BY list, {keys}
),
squares AS (
  SELECT
    row_sums.list,
    {keys},
    p,
    most,
    t,
    move2 + CASE WHEN students.files > row_sums.files THEN p ** 2 * greatest(b2 - had2, 0)
      ELSE 0 END AS s2
  FROM row_sums JOIN students ON row_sums.list = students.list
  WHERE NOT is_alone AND p > 0 AND p < 1
),
reaches AS (
  SELECT
    *,
    t * sqrt((1 - {files} / {files_of}) * ({files} - 1) / {files} * s2) / (p * (1 - p)) AS reach,
    ln(p / (1 - p)) AS logit
  FROM squares
),
intervals AS (
  SELECT
    list,
    {keys},
    greatest(least(1 / (1 + exp(least(reach - logit, 700))), p - most), 0) AS share_low,
    1 / (1 + exp(greatest(-reach - logit, -700))) AS share_high
  FROM reaches
)
