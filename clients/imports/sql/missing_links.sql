-- One output row: a document that names another of its source and client, not linked to it yet, and the kind of link.
-- This import brought what one of them says, or the one that the other, there before it, was waiting for. The year of the named document is often not said: the latest of that number is meant, four years back at
-- most. A credit note cancels an invoice or a deposit; an invoice takes in a deposit, and nothing else.
WITH said AS (
    SELECT staged.external_id, staged.named, true AS is_of_this_import
    FROM clients_stagedlink AS staged
    WHERE staged.batch = %(batch)s
    UNION ALL
    SELECT former.external_id, former.named, false
    FROM clients_nameddocument AS former
    WHERE
        former.source_id = %(source)s
        AND NOT EXISTS (
            SELECT
            FROM clients_stagedlink AS staged
            WHERE
                staged.batch = %(batch)s AND staged.external_id = former.external_id AND staged.named = former.named
        )
),
meant AS (
    SELECT DISTINCT ON (document.id, link.named) document.id AS document_id, document.kind, named.id AS named_id
    FROM said AS link
    -- OFFSET 0: each document is looked up by its identity. Statistics that do not know yet of the invoices of this source
    -- make the planner compare all of them with each other instead.
    CROSS JOIN LATERAL (
        SELECT invoice.id, invoice.client_id, invoice.kind, invoice.issued_on
        FROM clients_invoice AS invoice
        WHERE invoice.source_id = %(source)s AND invoice.external_id = link.external_id
        OFFSET 0
    ) AS document
    CROSS JOIN generate_series(0, 4) AS age (years)
    CROSS JOIN LATERAL (
        SELECT invoice.id, invoice.client_id, invoice.kind, invoice.issued_on, invoice.created_by_import_id
        FROM clients_invoice AS invoice
        WHERE invoice.source_id = %(source)s
            AND invoice.external_id = CASE
                WHEN right(link.named, 1) = '/'
                    THEN link.named || (date_part('year', document.issued_on)::int - age.years)
                ELSE link.named
            END
        OFFSET 0
    ) AS named
    WHERE (link.is_of_this_import OR named.created_by_import_id = %(batch)s)
        AND named.client_id = document.client_id
        AND named.issued_on <= document.issued_on
        AND named.id <> document.id
        AND (
            document.kind = 'credit_note' AND named.kind <> 'credit_note'
            OR document.kind = 'invoice' AND named.kind = 'deposit'
        )
    ORDER BY document.id, link.named, age.years
)
SELECT meant.document_id, meant.named_id, CASE WHEN meant.kind = 'credit_note' THEN 'cancels' ELSE 'deposit' END
FROM meant
WHERE NOT EXISTS (
    SELECT
    FROM clients_invoicelink AS known
    WHERE known.document_id = meant.document_id AND known.named_id = meant.named_id
)
GROUP BY meant.document_id, meant.named_id, meant.kind
