"""Pages of the facts: importing them, and sharing clients out."""
