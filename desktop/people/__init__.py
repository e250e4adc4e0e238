"""To whom: contacts, addresses, consent, imports, appointments."""
