-- One output row: an invoice, client, contact, yearly total, time entry or service that the import created, changed,
-- cancelled or deleted: taken back, unless a later step finds why not.
INSERT INTO clients_undonerow (batch_id, "table", row_id, label, fate, reason)
SELECT %(batch)s, touched."table", touched.id, left(touched.label, 255), 'undone', touched.reason
FROM (
    SELECT
        'clients_invoice' AS "table",
        invoice.id,
        concat_ws(' · ', nullif(invoice.number, ''), client.name, to_char(invoice.issued_on, 'DD/MM/YYYY')) AS label,
        %(removed)s AS reason
    FROM clients_invoice AS invoice
    JOIN clients_client AS client ON client.id = invoice.client_id
    WHERE invoice.created_by_import_id = %(batch)s
    UNION ALL
    SELECT
        'clients_invoice',
        invoice.id,
        concat_ws(' · ', nullif(invoice.number, ''), client.name, to_char(invoice.issued_on, 'DD/MM/YYYY')),
        CASE change.action WHEN 'cancelled' THEN %(counted_again)s ELSE %(restored)s END
    FROM clients_importchange AS change
    JOIN clients_invoice AS invoice ON invoice.id = change.row_id
    JOIN clients_client AS client ON client.id = invoice.client_id
    WHERE change.batch_id = %(batch)s AND change."table" = 'clients_invoice'
    UNION ALL
    SELECT 'clients_client', client.id, client.name, %(removed)s
    FROM clients_client AS client
    WHERE client.created_by_import_id = %(batch)s
    UNION ALL
    SELECT 'clients_client', client.id, client.name, %(restored)s
    FROM clients_importchange AS change
    JOIN clients_client AS client ON client.id = change.row_id
    WHERE change.batch_id = %(batch)s AND change."table" = 'clients_client'
    UNION ALL
    SELECT 'clients_contact', contact.id, contact.name || ' · ' || client.name, %(removed)s
    FROM clients_contact AS contact
    JOIN clients_client AS client ON client.id = contact.client_id
    WHERE contact.created_by_import_id = %(batch)s
    UNION ALL
    SELECT 'clients_contact', contact.id, contact.name || ' · ' || client.name, %(restored)s
    FROM clients_importchange AS change
    JOIN clients_contact AS contact ON contact.id = change.row_id
    JOIN clients_client AS client ON client.id = contact.client_id
    WHERE change.batch_id = %(batch)s AND change."table" = 'clients_contact'
    UNION ALL
    SELECT 'clients_yearlytotal', total.id, client.name || ' · ' || to_char(total.first_day, 'YYYY'), %(removed)s
    FROM clients_yearlytotal AS total
    JOIN clients_client AS client ON client.id = total.client_id
    WHERE total.created_by_import_id = %(batch)s
    UNION ALL
    SELECT 'clients_yearlytotal', total.id, client.name || ' · ' || to_char(total.first_day, 'YYYY'), %(restored)s
    FROM clients_importchange AS change
    JOIN clients_yearlytotal AS total ON total.id = change.row_id
    JOIN clients_client AS client ON client.id = total.client_id
    WHERE change.batch_id = %(batch)s AND change."table" = 'clients_yearlytotal' AND change.action = 'updated'
    UNION ALL
    SELECT
        'clients_yearlytotal',
        change.row_id,
        concat_ws(' · ', client.name, left(change.before ->> 'first_day', 4)),
        %(brought_back)s
    FROM clients_importchange AS change
    LEFT JOIN clients_client AS client ON client.id = (change.before ->> 'client_id')::bigint
    WHERE change.batch_id = %(batch)s AND change."table" = 'clients_yearlytotal' AND change.action = 'removed'
    UNION ALL
    SELECT 'clients_timeentry', entry.id, client.name || ' · ' || to_char(entry.spent_on, 'DD/MM/YYYY'), %(removed)s
    FROM clients_timeentry AS entry
    JOIN clients_client AS client ON client.id = entry.client_id
    WHERE entry.created_by_import_id = %(batch)s
    UNION ALL
    SELECT 'clients_service', service.id, service.name, %(removed)s
    FROM clients_importchange AS change
    JOIN clients_service AS service ON service.id = change.row_id
    WHERE change.batch_id = %(batch)s AND change."table" = 'clients_service' AND change.action = 'created'
) AS touched
