"""The embedded store: one SQLite file, time-major hot tables and cold device-days."""
