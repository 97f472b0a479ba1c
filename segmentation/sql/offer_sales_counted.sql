-- No row: the planner counts the sales, just written.
ANALYZE offer_sales
