-- No row: what was kept of the clients that this run reads anew.
DELETE FROM segmentation_keptfacts WHERE client_id IN (SELECT client_id FROM stale_clients)
