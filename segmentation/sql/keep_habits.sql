-- One row is one service that this run looked at, kept for the next.
INSERT INTO segmentation_kepthabit (client_id, service_id, last_on, typical_gap_days, recheck_on)
SELECT client_id, service_id, last_on, typical_gap_days, recheck_on
FROM habits
