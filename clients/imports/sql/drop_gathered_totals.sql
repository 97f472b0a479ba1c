-- No row: the table that the totals of one import are gathered in.
DROP TABLE gathered_totals
