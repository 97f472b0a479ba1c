-- One row is one client whose facts changed before this run read them, and that no run before it knew of.
UPDATE clients_changedclient SET seen_by = %(run)s WHERE seen_by IS NULL
