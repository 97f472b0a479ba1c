-- One row is one client with at least one purchase up to the as-of date, or a yearly total: what the run found about
-- them. Without the dates of purchases (`has_rfm` is false) that is a tier, and nothing else.
-- `OFFSET 0` has what stands above it worked out once for each row, without keeping all rows in between. Rows come in
-- the order of revenue that the ranks needed: the index by revenue, the dearest to keep, grows at its end.
INSERT INTO segmentation_score (
    run_id, client_id, first_purchase_on, last_purchase_on, purchase_days, recency_days, frequency, monetary,
    r, f, m, fm, segment, tier, tier_rank, tier_revenue, previous_revenue, cumulative_share,
    typical_gap_days, silence_ratio, recent_half_revenue, former_half_revenue, recent_half_days, former_half_days,
    at_risk, risk_reasons, amount_at_risk
)
WITH run AS (
    SELECT
        run.*,
        rules.rhythm_ratio, rules.rhythm_min_purchases, rules.rhythm_min_gap_days,
        rules.decline_share, rules.decline_floor, rules.slowing_share, rules.slowing_floor,
        rules.new_client_days,
        (run.as_of - make_interval(months => rules.lost_after_months))::date AS lost_from,
        run.ranked >= rules.tier_min_clients AS has_tiers,
        ceil(rules.tier_a_share * run.ranked) AS last_rank_a,
        ceil(rules.tier_b_share * run.ranked) AS last_rank_b
    FROM segmentation_scoringrun AS run
    JOIN segmentation_rules AS rules ON rules.id = run.rules_id
    WHERE run.id = %(run)s
),
measured AS (
    SELECT
        facts.*,
        run.as_of - facts.last_purchase_on AS recency_days,
        run.without_rfm = '' AND facts.last_purchase_on IS NOT NULL AS has_rfm,
        run.without_rfm = '' AND coalesce(facts.last_purchase_on > run.rfm_from, false) AS is_active,
        CASE
            WHEN facts.purchase_days >= run.rhythm_min_purchases
                THEN greatest(run.rhythm_min_gap_days, facts.median_gap_days::numeric)
        END AS typical_gap_days,
        -- A date that somebody knows prevails over the first invoice that happens to be in the base.
        CASE
            WHEN client.client_since <= run.as_of THEN run.as_of - client.client_since < run.new_client_days
            ELSE
                run.as_of - facts.first_purchase_on < run.new_client_days
                AND facts.first_purchase_on - run.oldest_purchase_on > run.new_client_days
        END AS is_new,
        rank() OVER by_revenue AS revenue_rank,
        sum(facts.tier_revenue) OVER by_revenue AS revenue_so_far
    FROM client_facts AS facts
    JOIN clients_client AS client ON client.id = facts.client_id
    CROSS JOIN run
    WHERE facts.last_purchase_on IS NOT NULL OR facts.has_total
    WINDOW by_revenue AS (ORDER BY facts.tier_revenue DESC)
),
graded AS (
    SELECT
        measured.*,
        CASE
            WHEN NOT is_active THEN 1
            WHEN recency_days <= run.recency_cuts[1] THEN 5
            WHEN recency_days <= run.recency_cuts[2] THEN 4
            WHEN recency_days <= run.recency_cuts[3] THEN 3
            WHEN recency_days <= run.recency_cuts[4] THEN 2
            ELSE 1
        END AS r,
        CASE
            WHEN NOT is_active THEN 1
            WHEN frequency >= run.frequency_cuts[4] THEN 5
            WHEN frequency >= run.frequency_cuts[3] THEN 4
            WHEN frequency >= run.frequency_cuts[2] THEN 3
            WHEN frequency >= run.frequency_cuts[1] THEN 2
            ELSE 1
        END AS f,
        CASE
            WHEN NOT is_active OR monetary <= 0 THEN 1
            WHEN run.monetary_mode = 'value' THEN
                CASE
                    WHEN monetary >= run.monetary_cuts[4] THEN 5
                    WHEN monetary >= run.monetary_cuts[3] THEN 4
                    WHEN monetary >= run.monetary_cuts[2] THEN 3
                    WHEN monetary >= run.monetary_cuts[1] THEN 2
                    ELSE 1
                END
            WHEN monetary > run.monetary_cuts[4] THEN 5
            WHEN monetary > run.monetary_cuts[3] THEN 4
            WHEN monetary > run.monetary_cuts[2] THEN 3
            WHEN monetary > run.monetary_cuts[1] THEN 2
            ELSE 1
        END AS m
    FROM measured
    CROSS JOIN run
    OFFSET 0
),
averaged AS (
    SELECT graded.*, (graded.f + graded.m + 1) / 2 AS fm  -- half up
    FROM graded
),
-- A cell missing from the grid would leave its clients without segment, which the column refuses: the run fails aloud.
placed AS (
    SELECT
        averaged.*,
        CASE
            WHEN averaged.is_new THEN 'new'
            WHEN cell.segment = 'lost' AND averaged.last_purchase_on > run.lost_from THEN 'dormant'
            ELSE cell.segment
        END AS segment
    FROM averaged
    CROSS JOIN run
    LEFT JOIN segmentation_gridcell AS cell
        ON cell.rules_id = run.rules_id AND cell.r = averaged.r AND cell.fm = averaged.fm
),
reasoned AS (
    SELECT
        placed.*,
        CASE
            WHEN NOT placed.is_active THEN '{}'
            ELSE array_remove(ARRAY[
                CASE
                    WHEN
                        placed.former_half_revenue >= run.decline_floor
                        AND placed.recent_half_revenue < run.decline_share * placed.former_half_revenue
                        THEN 'decline'
                END,
                CASE WHEN placed.segment IN ('at-risk', 'cannot-lose') THEN 'grid' END,
                CASE WHEN placed.recency_days > run.rhythm_ratio * placed.typical_gap_days THEN 'rhythm' END,
                CASE
                    WHEN placed.client_id IN (
                        SELECT stopped.client_id FROM segmentation_stoppedservice AS stopped WHERE stopped.run_id = %(run)s
                    )
                        THEN 'service-stopped'
                END,
                CASE
                    WHEN
                        placed.former_half_days >= run.slowing_floor
                        AND placed.recent_half_days < run.slowing_share * placed.former_half_days
                        THEN 'slowing'
                END
            ], NULL)
        END AS risk_reasons
    FROM placed
    CROSS JOIN run
    OFFSET 0
)
SELECT
    run.id,
    reasoned.client_id,
    CASE WHEN reasoned.has_rfm THEN reasoned.first_purchase_on END,
    CASE WHEN reasoned.has_rfm THEN reasoned.last_purchase_on END,
    CASE WHEN reasoned.has_rfm THEN reasoned.purchase_days ELSE 0 END,
    CASE WHEN reasoned.has_rfm THEN reasoned.recency_days END,
    CASE WHEN reasoned.has_rfm THEN reasoned.frequency ELSE 0 END,
    CASE WHEN reasoned.has_rfm THEN reasoned.monetary ELSE 0 END,
    CASE WHEN reasoned.has_rfm THEN reasoned.r END,
    CASE WHEN reasoned.has_rfm THEN reasoned.f END,
    CASE WHEN reasoned.has_rfm THEN reasoned.m END,
    CASE WHEN reasoned.has_rfm THEN reasoned.fm END,
    CASE WHEN reasoned.has_rfm THEN reasoned.segment ELSE '' END,
    CASE
        WHEN NOT run.has_tiers OR reasoned.tier_revenue <= 0 THEN ''
        WHEN reasoned.revenue_rank <= run.last_rank_a THEN 'A'
        WHEN reasoned.revenue_rank <= run.last_rank_b THEN 'B'
        ELSE 'C'
    END,
    CASE WHEN run.has_tiers AND reasoned.tier_revenue > 0 THEN reasoned.revenue_rank END,
    reasoned.tier_revenue,
    reasoned.previous_revenue,
    CASE
        WHEN run.has_tiers AND reasoned.tier_revenue > 0
            THEN round(reasoned.revenue_so_far / run.positive_revenue, 6)
    END,
    reasoned.typical_gap_days,
    round(reasoned.recency_days / reasoned.typical_gap_days, 6),
    reasoned.recent_half_revenue,
    reasoned.former_half_revenue,
    reasoned.recent_half_days,
    reasoned.former_half_days,
    reasoned.risk_reasons <> '{}',
    reasoned.risk_reasons,
    coalesce(at_stake.amount, 0)
FROM reasoned
CROSS JOIN run
-- The year that ended with the last purchase, less what was given back since. A later invoice that is no purchase of
-- its own (cancelled, or joined to an earlier deposit) counts too, or its credit note would be subtracted from nothing.
LEFT JOIN LATERAL (
    SELECT greatest(sum(invoice.amount_ht), 0) AS amount
    FROM scored_documents AS invoice
    WHERE
        reasoned.risk_reasons <> '{}'
        AND invoice.client_id = reasoned.client_id
        AND invoice.issued_on > (reasoned.last_purchase_on - interval '12 months')::date
        AND (
            invoice.issued_on <= reasoned.last_purchase_on
            OR invoice.amount_ht < 0
            OR invoice.id IN (SELECT invoice_id FROM documents_set_aside WHERE reason <> 'fee')
        )
) AS at_stake ON true
