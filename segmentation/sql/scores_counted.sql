-- No row: the planner knows how many scores this run has. Of a run written a moment ago it expects one, and reads all the
-- others again for each client.
ANALYZE segmentation_score (run_id)
