"""The short gateway form, for scripts and wall displays: the same numbers in fewer words."""
