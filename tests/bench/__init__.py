"""Figures: what the system does in a second, and beside whom; printed, never failing."""
