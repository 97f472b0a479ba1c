-- No row: the table that one backtest works in.
DROP TABLE backtest_outcomes
