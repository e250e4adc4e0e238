"""Who may do what: users, passwords, factors, roles, sessions, the guard."""
