-- One row is one service that a client bought often enough, and something else since, with the first day on which it may
-- be stopped: silent for longer than the floor, and than its own gap allows. A day counts when a line of the service above
-- zero stands on a counted invoice that is not cancelled; of a purchase in several documents, they all bear the day of
-- the first. Monthly fees count whatever the rules say of them: set aside, they must not hide a client who went silent,
-- but one that stops is a service lost.
-- The lines are read once, and of each service little is kept: its last day, and in which periods of 31 days before the
-- as-of date it was bought, a bit each (the last bit is everything older). That is enough to rule nearly all of them out,
-- and for how long: a silence beyond twice the median takes half of the gaps to be shorter than half of it.
CREATE TEMPORARY TABLE habits AS
WITH run AS MATERIALIZED (
    SELECT
        run.id, run.as_of, run.rfm_from, rules.service_ratio, rules.service_min_purchases, rules.service_floor_days,
        rules.excluded_services
    FROM segmentation_scoringrun AS run
    JOIN segmentation_rules AS rules ON rules.id = run.rules_id
    WHERE run.id = %(run)s
),
dated AS (
    SELECT invoice.client_id, line.service_id, invoice.issued_on AS day
    FROM documents_to_read AS invoice
    JOIN clients_invoiceline AS line ON line.invoice_id = invoice.id
    CROSS JOIN run
    WHERE
        invoice.is_changed
        AND invoice.amount_ht > 0
        AND line.amount_ht > 0
        AND coalesce(line.service_id, 0) <> ALL (run.excluded_services)
        AND invoice.id NOT IN (SELECT invoice_id FROM documents_set_aside WHERE reason <> 'fee')
    UNION ALL
    SELECT joined.client_id, line.service_id, joined.purchased_on
    FROM documents_set_aside AS joined
    JOIN clients_invoiceline AS line ON line.invoice_id = joined.invoice_id
    CROSS JOIN run
    WHERE
        joined.reason = 'joined'
        AND line.amount_ht > 0
        AND coalesce(line.service_id, 0) <> ALL (run.excluded_services)
),
bought AS MATERIALIZED (
    SELECT
        client_id,
        service_id,
        count(*) AS lines,  -- at least as many as days
        max(day) AS last_on,
        bit_or(1::bigint << least(62, (%(as_of)s::date - day) / 31)) AS periods
    FROM dated
    GROUP BY client_id, service_id
),
-- Lines of no service, and invoices without lines, are something else too.
latest AS (
    SELECT client_id, max(last_on) AS last_on
    FROM bought
    GROUP BY client_id
),
silent AS MATERIALIZED (
    SELECT
        bought.client_id,
        bought.service_id,
        bought.last_on,
        bought.lines,
        bought.periods,
        bit_count(bought.periods::bit(64)) AS known,
        bought.last_on + run.service_floor_days + 1 AS floor_ends_on,
        least(62, floor((run.as_of - bought.last_on) / run.service_ratio / 31)::integer + 1) AS reach
    FROM bought
    JOIN latest ON latest.client_id = bought.client_id
    JOIN client_facts AS facts ON facts.client_id = bought.client_id
    CROSS JOIN run
    WHERE
        bought.service_id IS NOT NULL
        AND bought.last_on < greatest(latest.last_on, facts.last_purchase_on)
        AND bought.lines >= run.service_min_purchases
        AND facts.last_purchase_on > run.rfm_from
),
-- Two days whose periods are n apart are more than 31 (n - 1) days from each other. Days beyond one a period may be
-- next to each other, or the same. What the silence of today cannot be beyond, a silence with the same reach cannot.
judged AS (
    SELECT
        silent.*,
        silent.floor_ends_on <= run.as_of
        AND 2 * bit_count((silent.periods & neighbours.followed)::bit(64)) + silent.lines - silent.known
            < silent.known - 1 AS is_regular
    FROM silent
    CROSS JOIN run
    CROSS JOIN LATERAL (
        SELECT bit_or(silent.periods >> apart) AS followed
        FROM generate_series(1, CASE WHEN silent.floor_ends_on <= run.as_of THEN silent.reach ELSE 0 END) AS apart
    ) AS neighbours
)
SELECT
    judged.client_id,
    judged.service_id,
    judged.last_on,
    NULL::numeric(14, 1) AS typical_gap_days,
    CASE
        WHEN judged.is_regular
            THEN greatest(judged.floor_ends_on, judged.last_on + ceil(31 * judged.reach * run.service_ratio)::integer)
        ELSE judged.floor_ends_on
    END AS recheck_on
FROM judged
CROSS JOIN run
