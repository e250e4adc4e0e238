"""Users, their roles, leaving, and the access review."""
