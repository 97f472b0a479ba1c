-- No row: the planner counts what is sold and held, just written; else it would read it all once for each client.
ANALYZE segmentation_offering, segmentation_holding
