-- One row is one client and one service that it lacked at the as-of date of the run `before`, and was sold by that of the
-- run `after`, credit notes taken off. What nobody held before could not be foretold by anything, and is left out.
CREATE TEMPORARY TABLE offer_gains AS
WITH sold AS (
    SELECT document.client_id, line.service_id
    FROM segmentation_scoringrun AS before
    CROSS JOIN scored_documents AS document
    JOIN clients_invoiceline AS line ON line.invoice_id = document.id
    WHERE before.id = %(before)s AND document.issued_on > before.as_of AND line.service_id IS NOT NULL
    GROUP BY document.client_id, line.service_id
    HAVING sum(line.amount_ht) > 0
)
SELECT sold.client_id, peer.group_id, offering.id AS offering_id
FROM sold
JOIN segmentation_peer AS peer ON peer.run_id = %(before)s AND peer.client_id = sold.client_id
JOIN segmentation_offering AS offering ON offering.run_id = %(before)s AND offering.service_id = sold.service_id
LEFT JOIN segmentation_holding AS holding
    ON holding.offering_id = offering.id AND holding.client_id = sold.client_id
WHERE holding.client_id IS NULL
