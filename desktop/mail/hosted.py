"""Where a locked file waits to be picked up: its name in storage, and the link to it.

Whoever seals a message with a link makes the name here, writes the link into the mail, and
keeps the file with `models.pickups.add` in the transaction that queues the message. It is
put into storage before the message leaves (`sync/pickups.py`).
"""

from __future__ import annotations

import secrets

from desktop.models.protection import Storage

NAME_BYTES = 32
ENDING = ".html"
"""So that a plain web server says `text/html` by itself."""


def new_name() -> str:
    """256 random bits, spelled as an address may (RFC 4648 5); nobody guesses or derives it."""
    return secrets.token_urlsafe(NAME_BYTES) + ENDING


def link(storage: Storage, name: str) -> str:
    """What the patient gets; whoever has it can fetch the file, which stays locked."""
    return f"{storage.public_url.rstrip('/')}/{name}"
