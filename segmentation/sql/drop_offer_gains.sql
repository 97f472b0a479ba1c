-- No row: what clients were sold for the first time serves one trial.
DROP TABLE offer_gains
