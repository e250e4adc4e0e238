"""Contacts: search, details, import."""
