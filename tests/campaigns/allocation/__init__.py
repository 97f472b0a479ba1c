"""Plans of hours and budget."""
