-- No row: what was kept of the services that this run looked at again.
DELETE FROM segmentation_kepthabit AS kept
WHERE
    kept.client_id IN (SELECT client_id FROM stale_clients WHERE is_changed)
    OR EXISTS (SELECT FROM habits WHERE habits.client_id = kept.client_id AND habits.service_id = kept.service_id)
