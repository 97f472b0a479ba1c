-- One row is one client who has bought for a year: a year after the first purchase, in the twelve months up to the run,
-- where something was bought since that first day.
INSERT INTO clients_event (client_id, kind, happened_on, label, origin)
SELECT score.client_id, 'first-year', (score.first_purchase_on + INTERVAL '1 year')::date, '', 'invoices'
FROM segmentation_score AS score
WHERE
    score.run_id = %(run)s
    AND (score.first_purchase_on + INTERVAL '1 year')::date > (%(as_of)s::date - INTERVAL '1 year')::date
    AND (score.first_purchase_on + INTERVAL '1 year')::date <= %(as_of)s
    AND score.last_purchase_on > score.first_purchase_on
ON CONFLICT DO NOTHING
