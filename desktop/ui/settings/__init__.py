"""Relays and their agreements."""
