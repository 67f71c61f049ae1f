"""Open, self-hosted people counting."""

__version__ = "0.1.0"
