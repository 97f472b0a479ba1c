-- No row: the order in which a client's rewritten invoices are read, which also tells the planner when there are none.
CREATE INDEX rewritten_by_client ON documents_rewritten (client_id, issued_on)
