-- One row is one scored client and one value that it has of one trait: division, band of employees, département, years as
-- a client, service of its first purchase (the largest line of that day), needs that stand. What is unknown has no row.
CREATE TEMPORARY TABLE portrait_traits AS
WITH entries AS (
    SELECT DISTINCT ON (scored.client_id) scored.client_id, line.service_id
    FROM portrait_clients AS scored
    JOIN scored_documents AS document
        ON document.client_id = scored.client_id AND document.issued_on = scored.first_purchase_on
    JOIN clients_invoiceline AS line ON line.invoice_id = document.id
    WHERE line.service_id IS NOT NULL AND line.amount_ht > 0
    ORDER BY scored.client_id, line.amount_ht DESC, line.service_id
),
ages AS (
    SELECT
        scored.client_id,
        extract(year FROM age(%(as_of)s::date, coalesce(client.client_since, scored.first_purchase_on))) AS years
    FROM portrait_clients AS scored
    JOIN clients_client AS client ON client.id = scored.client_id
    WHERE coalesce(client.client_since, scored.first_purchase_on) <= %(as_of)s
),
traits AS (
    SELECT scored.client_id, 'sector' AS trait, left(client.naf_code, 2) AS value
    FROM portrait_clients AS scored
    JOIN clients_client AS client ON client.id = scored.client_id
    WHERE left(client.naf_code, 2) = ANY(%(divisions)s::text[])
    UNION ALL
    SELECT scored.client_id, 'size', client.workforce
    FROM portrait_clients AS scored
    JOIN clients_client AS client ON client.id = scored.client_id
    WHERE client.workforce NOT IN ('', 'NN')
    UNION ALL
    SELECT scored.client_id, 'area', left(client.postcode, CASE WHEN client.postcode ~ '^9[78]' THEN 3 ELSE 2 END)
    FROM portrait_clients AS scored
    JOIN clients_client AS client ON client.id = scored.client_id
    WHERE client.country = 'FR' AND client.postcode ~ '^[0-9]{5}$'
    UNION ALL
    SELECT
        client_id,
        'age',
        CASE WHEN years < 1 THEN '0' WHEN years < 3 THEN '1' WHEN years < 5 THEN '3' WHEN years < 10 THEN '5' ELSE '10' END
    FROM ages
    UNION ALL
    SELECT client_id, 'service', service_id::text FROM entries
    UNION ALL
    SELECT held.client_id, 'need', held.need_id::text
    FROM segmentation_clientneed AS held
    JOIN segmentation_need AS need ON need.id = held.need_id
    WHERE NOT held.is_refuted AND need.is_active
)
SELECT traits.client_id, traits.trait, traits.value, scored.is_champion, scored.is_learnt
FROM traits
JOIN portrait_clients AS scored ON scored.client_id = traits.client_id
