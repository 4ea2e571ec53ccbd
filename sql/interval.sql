-- The 95 % interval of each share, where the files are a sample. Parts of a WITH; of the question:
--
--   by_file, grouped   what each file has of each group, m_file; and all files together
--   totals             of all groups of a list
--   shown              the groups that are rows
--   last               is a group behind all others, however large it is? By its keys
--
-- The share is a ratio of sums over files, y of x, so what it would be without a file tells how far
-- it depends on which were chosen (the jackknife): it moves by d / (all - x), with
-- d = y - share * x.
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
-- blindly, which errs to the wide side. There is none where a file is alone with its bytes, or
-- where the share is all or nothing.
--
-- The row Other is what the choice of rows left, and the rows were chosen by the same sample: its
-- share in the files not chosen will be larger. Cross-validation tells what it is there: the rows
-- are chosen again without a file, and that file tells its own Other. So chosen rows are worse than
-- those shown, which errs to the other side; the interval of Other goes from the low of what the
-- sample says (`kept`) to the high of what the files left out do (`crossed`, for as much of all
-- files as was not read). Only rows that come near are chosen among. None with --having.
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
row_intervals AS (
  SELECT
    list,
    {keys},
    greatest(least(1 / (1 + exp(least(reach - logit, 700))), p - most), 0) AS share_low,
    1 / (1 + exp(greatest(-reach - logit, -700))) AS share_high
  FROM reaches
),
sizes AS (
  SELECT list, count(*) AS size FROM shown GROUP BY list
),
placed AS (
  SELECT
    list,
    {keys},
    CAST({by} AS DOUBLE) AS total,
    {last} AS is_last,
    row_number() OVER (PARTITION BY list ORDER BY {last}, {by} DESC NULLS LAST) AS place
  FROM grouped
),
candidates AS MATERIALIZED (
  SELECT placed.list, {placed_keys}, total, is_last, place, size
  FROM placed JOIN sizes ON placed.list = sizes.list
  WHERE place <= 4 * size + 100 AND size <= 1000 AND {other_known}
),
had AS (
  SELECT candidates.list, by_file.m_file, place, CAST(by_file.{by} AS DOUBLE) AS y
  FROM candidates JOIN by_file ON candidates.list = by_file.list AND {same_candidates}
),
again AS (
  SELECT
    candidates.list,
    files.m_file,
    candidates.place,
    size,
    coalesce(y, 0) AS y,
    row_number() OVER (
      PARTITION BY candidates.list, files.m_file ORDER BY is_last, total - coalesce(y, 0) DESC
    ) AS place_without
  FROM candidates
    JOIN files ON candidates.list = files.list
    LEFT JOIN had ON files.list = had.list AND files.m_file = had.m_file
      AND candidates.place = had.place
),
left_over AS (
  SELECT
    list,
    m_file,
    sum(CASE WHEN place <= size THEN y ELSE 0 END) AS kept,
    sum(CASE WHEN place_without <= size THEN y ELSE 0 END) AS crossed
  FROM again
  GROUP BY list, m_file
),
two_ways AS (
  SELECT files.list, everything, x, b, 0 AS way, x - kept AS y
  FROM files JOIN left_over ON files.list = left_over.list AND files.m_file = left_over.m_file
  UNION ALL
  SELECT files.list, everything, x, b, 1 AS way,
    x - ({files} * kept + ({files_of} - {files}) * crossed) / {files_of} AS y
  FROM files JOIN left_over ON files.list = left_over.list AND files.m_file = left_over.m_file
),
way_shares AS (
  SELECT list, way, sum(y) / any_value(everything) AS p FROM two_ways GROUP BY list, way
),
way_squares AS (
  SELECT
    two_ways.list,
    two_ways.way,
    any_value(p) AS p,
    fsum((y / nullif(everything - x, 0) - p * b) ** 2) AS s2
  FROM two_ways
    JOIN way_shares ON two_ways.list = way_shares.list AND two_ways.way = way_shares.way
  GROUP BY two_ways.list, two_ways.way
),
way_reaches AS (
  SELECT
    way_squares.list,
    ln(p / (1 - p)) AS logit,
    t * sqrt((1 - {files} / {files_of}) * ({files} - 1) / {files} * s2) / (p * (1 - p)) AS reach
  FROM way_squares JOIN students ON way_squares.list = students.list
  WHERE NOT is_alone AND p > 0 AND p < 1
),
-- Rounded: sums of floating-point numbers end in other digits when threads add in another order.
intervals AS (
  SELECT
    list,
    false AS is_other,
    {keys},
    round(share_low, 12) AS share_low,
    round(share_high, 12) AS share_high
  FROM row_intervals
  UNION ALL
  SELECT
    list,
    true AS is_other,
    {nulls},
    round(min(1 / (1 + exp(least(reach - logit, 700)))), 12) AS share_low,
    round(max(1 / (1 + exp(greatest(-reach - logit, -700)))), 12) AS share_high
  FROM way_reaches
  GROUP BY list
  HAVING count(*) = 2
)
