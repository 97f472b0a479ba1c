"""Temps et budget: scenarios, the desk where one is made, its calendar, what became of it."""
