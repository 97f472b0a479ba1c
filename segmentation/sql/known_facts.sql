-- One row is one client of whom nothing changed since the kept run, and for whom no window moved.
INSERT INTO client_facts (
    client_id, first_purchase_on, last_purchase_on, purchase_days, frequency, recent_half_days, former_half_days,
    median_gap_days, monetary, tier_revenue, previous_revenue, recent_half_revenue, former_half_revenue, has_total
)
SELECT
    client_id, first_purchase_on, last_purchase_on, purchase_days, frequency, recent_half_days, former_half_days,
    median_gap_days, monetary, tier_revenue, previous_revenue, recent_half_revenue, former_half_revenue, false
FROM segmentation_keptfacts
WHERE client_id NOT IN (SELECT client_id FROM stale_clients)
