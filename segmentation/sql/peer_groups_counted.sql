-- No row: the planner counts the groups, just written; else it would look through them all once for each client.
ANALYZE segmentation_peergroup
