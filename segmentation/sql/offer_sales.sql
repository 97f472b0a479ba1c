-- One row is one scored client and one service it was invoiced in the 12 months up to the as-of date, and the net amount:
-- credit notes on the service taken off. Documents are read as the run reads them, without what its rules leave out.
CREATE TEMPORARY TABLE offer_sales AS
WITH run AS MATERIALIZED (
    SELECT run.id, (run.as_of - interval '12 months')::date AS since, rules.excluded_services
    FROM segmentation_scoringrun AS run
    JOIN segmentation_rules AS rules ON rules.id = run.rules_id
    WHERE run.id = %(run)s
),
sold AS (
    SELECT document.client_id, line.service_id, sum(line.amount_ht) AS net
    FROM scored_documents AS document
    JOIN clients_invoiceline AS line ON line.invoice_id = document.id
    WHERE
        document.issued_on > (SELECT since FROM run)
        AND line.service_id IS NOT NULL
        AND line.service_id <> ALL (SELECT unnest(excluded_services) FROM run)
    GROUP BY document.client_id, line.service_id
)
SELECT sold.client_id, sold.service_id, service.family, sold.net, peer.group_id
FROM sold
JOIN segmentation_peer AS peer ON peer.run_id = %(run)s AND peer.client_id = sold.client_id
JOIN clients_service AS service ON service.id = sold.service_id
