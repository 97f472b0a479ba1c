-- One row is one service that a client stopped buying: the day from which it is has come, both the client and the service
-- were bought from within the RFM window, and the client bought something else since.
INSERT INTO segmentation_stoppedservice (run_id, client_id, service_id, silence_days, typical_gap_days)
SELECT run.id, habits.client_id, habits.service_id, run.as_of - habits.last_on, habits.typical_gap_days
FROM segmentation_scoringrun AS run
JOIN habits ON habits.typical_gap_days IS NOT NULL AND habits.recheck_on <= run.as_of
JOIN client_facts AS facts ON facts.client_id = habits.client_id
WHERE
    run.id = %(run)s
    AND run.without_rfm = ''
    AND facts.last_purchase_on > run.rfm_from
    AND habits.last_on > run.rfm_from
