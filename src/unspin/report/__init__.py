"""A reading for people and for programs."""
