"""Recomputation of the derived tables from the log, by other means than derivation."""
