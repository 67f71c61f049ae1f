"""The work between the edges and the store: admit, decode, normalise, apply, follow, answer."""
