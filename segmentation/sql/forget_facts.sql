-- No row: what was kept of all clients.
DELETE FROM segmentation_keptfacts
