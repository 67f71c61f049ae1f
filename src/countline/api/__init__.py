"""What callers ask: two versions of one HTTP API over one engine."""
