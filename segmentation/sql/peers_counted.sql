-- No row: the planner counts the clients of the groups, just written; else it would read them all once for each sale.
ANALYZE segmentation_peer
