-- No row: what was kept of the services that all clients buy.
DELETE FROM segmentation_kepthabit
