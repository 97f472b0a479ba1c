-- One output row: a need that a rule finds for a client of whom nobody said anything: neither had, nor taken away.
INSERT INTO segmentation_clientneed (need_id, client_id, origin, noted_by_id, noted_at, is_refuted, is_answered)
SELECT found.need_id, found.client_id, 'rule', NULL, now(), FALSE, FALSE
FROM need_matches AS found
ON CONFLICT (client_id, need_id) DO NOTHING
