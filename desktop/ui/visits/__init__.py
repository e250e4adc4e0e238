"""Visits: the day, the week, and what somebody at the desk changes."""
