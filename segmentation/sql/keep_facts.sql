-- One row is one client that this run read anew, kept for the next.
INSERT INTO segmentation_keptfacts (
    client_id, first_purchase_on, last_purchase_on, purchase_days, frequency, recent_half_days, former_half_days,
    median_gap_days, monetary, tier_revenue, previous_revenue, recent_half_revenue, former_half_revenue, is_tied
)
SELECT
    client_id, first_purchase_on, last_purchase_on, purchase_days, frequency, recent_half_days, former_half_days,
    median_gap_days, monetary, tier_revenue, previous_revenue, recent_half_revenue, former_half_revenue,
    client_id IN (SELECT client_id FROM documents_set_aside)
FROM client_facts
