-- One output row: a whole document of this import, its lines gathered, its client found, with what is already known of
-- it. Of a document that several files hold, the last file's version stays.
INSERT INTO clients_stagedinvoice (
    batch, "row", file, external_id, invoice, client, number, kind, status, issued_on, booked_on, journal, due_on,
    paid_on, cents, vat_cents, digest, is_detailed, is_known, is_changed, keeps_lines, fate
)
WITH gathered AS (
    SELECT
        line.file,
        line.external_id COLLATE "C" AS external_id,
        min(line.row) AS "row",
        min(line.client) AS client,
        max(line.number) AS number,
        bool_or(line.kind = 'deposit') AS is_deposit,
        max(line.status) AS status,
        min(line.issued_on) AS issued_on,
        min(line.booked_on) AS booked_on,
        max(line.journal) AS journal,
        max(line.due_on) AS due_on,
        max(line.paid_on) AS paid_on,
        sum(line.cents)::bigint AS cents,
        sum(line.vat_cents)::bigint AS vat_cents,
        bool_or(line.service IS NOT NULL OR line.label <> '' OR line.quantity IS NOT NULL) AS is_detailed,
        string_agg(line.text, E'\n' ORDER BY line.text) AS lines
    FROM (
        SELECT line.*, concat_ws('|', service.code, line.label, line.quantity, line.cents) COLLATE "C" AS text
        FROM clients_stagedline AS line
        LEFT JOIN clients_stagedservice AS service ON service.batch = line.batch AND service.number = line.service
        WHERE line.batch = %(batch)s AND line.fate = ''
    ) AS line
    -- Sorted once, by identity: bytes compare faster than words, and the window below takes them in this order.
    GROUP BY line.external_id COLLATE "C", line.file
),
versions AS (
    SELECT
        gathered.*,
        CASE WHEN cents < 0 THEN 'credit_note' WHEN is_deposit THEN 'deposit' ELSE 'invoice' END AS kind,
        md5(
            concat_ws(
                '|', number, issued_on, is_deposit, status, due_on, paid_on, vat_cents, lines
            )
        ) AS digest,
        lead(file) OVER (PARTITION BY external_id ORDER BY file) AS later_file
    FROM gathered
)
SELECT
    %(batch)s,
    versions."row",
    versions.file,
    versions.external_id,
    coalesce(known.id, nextval((SELECT pg_get_serial_sequence('clients_invoice', 'id')))),
    client.client,
    versions.number,
    versions.kind,
    coalesce(versions.status, nullif(known.status, 'cancelled'), 'issued'),
    versions.issued_on,
    versions.booked_on,
    versions.journal,
    coalesce(versions.due_on, known.due_on),
    CASE WHEN versions.status IS NULL THEN coalesce(versions.paid_on, known.paid_on) ELSE versions.paid_on END,
    versions.cents,
    coalesce(versions.vat_cents, (known.amount_vat * 100)::bigint),
    versions.digest,
    versions.is_detailed,
    known.id IS NOT NULL,
    CASE
        WHEN known.id IS NULL THEN true
        WHEN known.client_id <> client.client OR known.status = 'cancelled' AND versions.status IS NULL THEN true
        WHEN versions.is_detailed THEN known.digest <> versions.digest
        -- A version without lines changes an invoice only by what it says of the whole.
        ELSE (known.issued_on, (known.amount_ht * 100)::bigint, known.number, known.status)
            IS DISTINCT FROM (
                versions.issued_on, versions.cents, versions.number, coalesce(versions.status, known.status)
            )
            OR versions.due_on IS NOT NULL AND versions.due_on IS DISTINCT FROM known.due_on
            OR versions.paid_on IS NOT NULL AND versions.paid_on IS DISTINCT FROM known.paid_on
    END,
    known.id IS NOT NULL
    AND NOT versions.is_detailed
    AND EXISTS (
        SELECT
        FROM clients_invoiceline AS line
        WHERE line.invoice_id = known.id
            AND (line.service_id IS NOT NULL OR line.label <> '' OR line.quantity IS NOT NULL)
    ),
    CASE WHEN versions.later_file IS NULL THEN '' ELSE 'repeated-across-files' END
FROM versions
JOIN clients_stagedclient AS client ON client.batch = %(batch)s AND client.number = versions.client
LEFT JOIN clients_invoice AS known
    ON known.source_id = %(source)s AND known.external_id = versions.external_id COLLATE "default"
