-- One row is one service whose day has come: its gap is the median of those between the days on which the client bought
-- it, and the day from which it is stopped follows. Without enough days, only more purchases could tell.
UPDATE habits
SET
    typical_gap_days = measured.typical_gap_days,
    recheck_on = CASE
        WHEN measured.purchase_days >= measured.service_min_purchases
            THEN habits.last_on + floor(
                greatest(measured.service_floor_days, measured.service_ratio * measured.typical_gap_days)
            )::integer + 1
    END
FROM (
    SELECT
        due.client_id,
        due.service_id,
        rules.service_min_purchases,
        rules.service_floor_days,
        rules.service_ratio,
        habit.purchase_days,
        CASE WHEN habit.purchase_days >= rules.service_min_purchases THEN habit.typical_gap_days END AS typical_gap_days
    FROM segmentation_scoringrun AS run
    JOIN segmentation_rules AS rules ON rules.id = run.rules_id
    JOIN habits AS due ON due.recheck_on <= run.as_of AND due.typical_gap_days IS NULL
    CROSS JOIN LATERAL (
        SELECT
            count(*) AS purchase_days,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY followed.gap)::numeric AS typical_gap_days
        FROM (
            SELECT own.day - lag(own.day) OVER (ORDER BY own.day) AS gap
            FROM (
                SELECT DISTINCT coalesce(aside.purchased_on, invoice.issued_on) AS day
                FROM scored_documents AS invoice
                JOIN clients_invoiceline AS line ON line.invoice_id = invoice.id
                LEFT JOIN documents_set_aside AS aside ON aside.invoice_id = invoice.id
                WHERE
                    invoice.client_id = due.client_id
                    AND invoice.amount_ht > 0
                    AND line.service_id = due.service_id
                    AND line.amount_ht > 0
                    AND aside.reason IS DISTINCT FROM 'cancelled'
            ) AS own
        ) AS followed
    ) AS habit
    WHERE run.id = %(run)s
) AS measured
WHERE habits.client_id = measured.client_id AND habits.service_id = measured.service_id
