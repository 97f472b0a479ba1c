-- One row is one client who fell, in this run and in the one before it: R lower by 2 or tier lower than in the month-end
-- run of three months before each. Both compare runs under the same rules: others would move everybody. Who bought
-- nothing in the RFM window is lost rather than falling.
INSERT INTO segmentation_drop (run_id, client_id, former_as_of, r, tier, amount_at_risk)
WITH fallen AS (
    SELECT
        now.run_id,
        now.client_id,
        month_end.as_of AS former_as_of,
        before.r,
        before.tier,
        now.last_purchase_on,
        now.at_risk,
        now.amount_at_risk
    FROM segmentation_scoringrun AS run
    JOIN segmentation_scoringrun AS month_end ON month_end.id = %(month_end)s AND month_end.rules_id = run.rules_id
    JOIN segmentation_scoringrun AS former ON former.id = %(former)s
    JOIN segmentation_scoringrun AS former_month_end
        ON former_month_end.id = %(former_month_end)s AND former_month_end.rules_id = former.rules_id
    JOIN segmentation_score AS now ON now.run_id = run.id AND now.last_purchase_on > run.rfm_from
    JOIN segmentation_score AS before ON before.run_id = month_end.id AND before.client_id = now.client_id
    JOIN segmentation_score AS previous ON previous.run_id = former.id AND previous.client_id = now.client_id
    JOIN segmentation_score AS earlier ON earlier.run_id = former_month_end.id AND earlier.client_id = now.client_id
    WHERE
        run.id = %(run)s
        AND (now.r <= before.r - 2 OR (before.tier <> '' AND now.tier > before.tier))
        AND (previous.r <= earlier.r - 2 OR (earlier.tier <> '' AND previous.tier > earlier.tier))
)
SELECT
    fallen.run_id,
    fallen.client_id,
    fallen.former_as_of,
    fallen.r,
    fallen.tier,
    CASE WHEN fallen.at_risk THEN fallen.amount_at_risk ELSE coalesce(at_stake.amount, 0) END
FROM fallen
-- As `scores.sql` does: the year that ended with the last purchase, less what was given back since.
LEFT JOIN LATERAL (
    SELECT greatest(sum(invoice.amount_ht), 0) AS amount
    FROM scored_documents AS invoice
    WHERE
        NOT fallen.at_risk
        AND invoice.client_id = fallen.client_id
        AND invoice.issued_on > (fallen.last_purchase_on - interval '12 months')::date
        AND (
            invoice.issued_on <= fallen.last_purchase_on
            OR invoice.amount_ht < 0
            OR invoice.id IN (SELECT invoice_id FROM documents_set_aside WHERE reason <> 'fee')
        )
) AS at_stake ON true
