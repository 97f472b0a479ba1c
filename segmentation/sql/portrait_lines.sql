-- One row is one value of one trait, counted among clients of tier A and among the others: once over all of them, and
-- once, for the trial, over the half that it learns from and the traits that a prospect has.
--
-- points = 10 log2 (p1 / p0), p1 and p0 being the shares of either group drawn towards that of all by the weight of
-- %(weight)s clients: the log-likelihood ratio of naive Bayes, with the m-estimate of probabilities (B. Cestnik,
-- "Estimating probabilities: a crucial task in machine learning", ECAI 1990). Ten points: twice as likely.
INSERT INTO segmentation_portraitline (
    portrait_id, is_trial, trait, value, champions, others, known_champions, known_others, points
)
WITH seen AS (
    SELECT side.is_trial, one.trait, one.value, one.client_id, one.is_champion
    FROM portrait_traits AS one
    CROSS JOIN (VALUES (false), (true)) AS side (is_trial)
    WHERE NOT side.is_trial OR one.is_learnt AND one.trait = ANY(%(scored)s::text[])
),
known AS (
    SELECT
        is_trial,
        trait,
        count(DISTINCT client_id) FILTER (WHERE is_champion) AS champions,
        count(DISTINCT client_id) FILTER (WHERE NOT is_champion) AS others
    FROM seen
    GROUP BY is_trial, trait
),
counted AS (
    SELECT
        is_trial,
        trait,
        value,
        count(*) FILTER (WHERE is_champion) AS champions,
        count(*) FILTER (WHERE NOT is_champion) AS others
    FROM seen
    GROUP BY is_trial, trait, value
),
smoothed AS (
    SELECT
        counted.*,
        known.champions AS known_champions,
        known.others AS known_others,
        (counted.champions + counted.others)::numeric / (known.champions + known.others) AS share
    FROM counted
    JOIN known ON known.is_trial = counted.is_trial AND known.trait = counted.trait
)
SELECT
    %(portrait)s,
    is_trial,
    trait,
    value,
    champions,
    others,
    known_champions,
    known_others,
    CASE
        WHEN champions + others >= %(fewest)s AND known_champions >= %(fewest)s AND known_others >= %(fewest)s
        THEN round(
            10 * log(
                2,
                (champions + %(weight)s * share) / (known_champions + %(weight)s)
                / ((others + %(weight)s * share) / (known_others + %(weight)s))
            )
        )
    END
FROM smoothed
