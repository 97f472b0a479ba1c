-- No row: what clients were sold, service by service, serves one finding.
DROP TABLE offer_sales
