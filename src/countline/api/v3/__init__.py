"""The whole API: numbers, catalogue, health, keys."""
