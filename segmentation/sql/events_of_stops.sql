-- One row is one service that a client stopped buying, found by a run of the last twelve months and dated by its last
-- purchase, which does not change from one run to the next.
INSERT INTO clients_event (client_id, kind, happened_on, label, service_id, origin)
SELECT DISTINCT stop.client_id, 'service-end', run.as_of - stop.silence_days, '', stop.service_id, 'invoices'
FROM segmentation_scoringrun AS run
JOIN segmentation_stoppedservice AS stop ON stop.run_id = run.id
JOIN clients_client AS client ON client.id = stop.client_id
WHERE
    run.kind = 'official'
    AND run.status = 'done'
    AND run.superseded_by_id IS NULL
    AND run.as_of > (%(as_of)s::date - INTERVAL '1 year')::date
    AND run.as_of <= %(as_of)s
    AND run.as_of - stop.silence_days > (%(as_of)s::date - INTERVAL '1 year')::date
ON CONFLICT DO NOTHING
