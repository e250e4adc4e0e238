"""Backups: how things stand, where they go, trying one out, and what is needed in an emergency."""
