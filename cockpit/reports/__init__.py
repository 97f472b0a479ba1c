"""Rapports: the director's note, on one A4 page, and what leaves with it."""
