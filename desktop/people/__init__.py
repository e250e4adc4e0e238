"""To whom: contacts, addresses, consent, imports and appointments."""
