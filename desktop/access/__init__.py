"""Who may do what: passwords, codes, roles, sessions, the guard."""
