"""Campagnes: the list of them, the desk where one is written, and what it brought."""
