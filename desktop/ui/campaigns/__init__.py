"""Campaigns: the list, the five pages from who to go, and what goes on while one runs."""
