-- No row: what a portrait was read from.
DROP TABLE portrait_traits, portrait_clients
