-- One output row: how many yearly totals share days with the invoices imported, and stay; and their euros.
SELECT count(*), (coalesce(sum(amount_ht), 0) * 100)::bigint
FROM clients_yearlytotal
WHERE first_day <= %(last_day)s AND last_day >= %(first_day)s
