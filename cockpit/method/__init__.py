"""Régler la méthode: the rules in words, their draft, what it would change, and the versions that were in force."""
