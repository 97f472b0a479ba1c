-- One row is one service of a client of whom nothing changed, whose day has come: it is stopped, or may be.
INSERT INTO habits (client_id, service_id, last_on, typical_gap_days, recheck_on)
SELECT client_id, service_id, last_on, typical_gap_days, recheck_on
FROM segmentation_kepthabit
WHERE recheck_on <= %(as_of)s AND client_id NOT IN (SELECT client_id FROM stale_clients WHERE is_changed)
