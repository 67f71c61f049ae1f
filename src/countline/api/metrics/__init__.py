"""`GET /metrics`: how countline is, and on demand what it counts, as Prometheus reads it."""
