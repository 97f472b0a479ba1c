-- One row is one scored client of the run: whether it is of tier A, and whether the trial learns from it. The halves are
-- drawn by the digest of its number: the same client is always on the same side, whatever the order of the rows.
CREATE TEMPORARY TABLE portrait_clients AS
SELECT
    score.client_id,
    score.first_purchase_on,
    score.tier = 'A' AS is_champion,
    left(md5(score.client_id::text), 1) < '8' AS is_learnt
FROM segmentation_score AS score
WHERE score.run_id = %(run)s
