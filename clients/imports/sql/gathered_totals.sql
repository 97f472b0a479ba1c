-- One output row: the total of a client over a period as this import has it, the rows of one file added up, with what is
-- already known of it. `fate` says why it is left out: a further file says it again, invoices of that client and period
-- stand, or another total of that client shares days with it.
CREATE TEMPORARY TABLE gathered_totals AS
WITH summed AS (
    SELECT
        client.client AS client_id,
        total.first_day,
        total.last_day,
        total.file,
        sum(total.cents)::bigint AS cents,
        count(*) AS row_count
    FROM clients_stagedtotal AS total
    JOIN clients_stagedclient AS client ON client.batch = total.batch AND client.number = total.client
    WHERE total.batch = %(batch)s
    GROUP BY client.client, total.first_day, total.last_day, total.file
),
versions AS (
    SELECT summed.*, row_number() OVER (PARTITION BY client_id, first_day, last_day ORDER BY file DESC) AS version
    FROM summed
),
followed AS (
    SELECT
        versions.*,
        max(last_day) FILTER (WHERE version = 1) OVER (
            PARTITION BY client_id ORDER BY first_day, last_day, version
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS told_until
    FROM versions
)
SELECT
    followed.client_id,
    followed.first_day,
    followed.last_day,
    followed.cents,
    followed.row_count,
    known.id AS known_id,
    -- The same total of a year that was running is unchanged, until that year is over.
    known.id IS NOT NULL
    AND (
        known.amount_ht <> followed.cents::numeric / 100
        OR known.last_day <> followed.last_day AND followed.last_day < %(today)s::date - 1
    ) AS is_changed,
    CASE
        WHEN followed.version > 1 THEN 'repeated-across-files'
        WHEN EXISTS (
            SELECT
            FROM clients_invoice AS invoice
            WHERE invoice.client_id = followed.client_id
                AND invoice.status IN ('issued', 'paid')
                AND invoice.issued_on BETWEEN followed.first_day AND followed.last_day
        ) THEN 'invoiced-period'
        WHEN followed.told_until >= followed.first_day THEN 'overlapping-period'
        WHEN EXISTS (
            SELECT
            FROM clients_yearlytotal AS other
            WHERE other.client_id = followed.client_id
                AND (other.source_id <> %(source)s OR other.first_day <> followed.first_day)
                AND other.first_day <= followed.last_day
                AND other.last_day >= followed.first_day
        ) THEN 'overlapping-period'
        ELSE ''
    END AS fate
FROM followed
LEFT JOIN clients_yearlytotal AS known
    ON known.source_id = %(source)s
    AND known.client_id = followed.client_id
    AND known.first_day = followed.first_day
