"""What the numbers mean, as pure functions: no disk, no clock, no maker's format."""
