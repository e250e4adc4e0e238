"""Where a message's own token stands on the way, so that whatever comes back names its message.

The token is the local part of Message-ID (`models/tokens.py`): opaque, keyed, one per message.
It stands in ENVID (RFC 3461), in a header and in the boundary, which survive relays that write a
Message-ID of their own, and in the return path where the relay leaves that alone.
"""

from __future__ import annotations

from desktop.models.delivery import RelaySending
from desktop.models.tokens import TOKEN

HEADER = "X-Reference"
_LOCAL_MAX = 64


def token_of(message_id: str) -> str:
    """The local part of a Message-ID."""
    return message_id.strip("<>").partition("@")[0]


def written(message_id: str) -> tuple[tuple[str, str], ...]:
    """Name and value of the header that bears the token; nothing for an id that holds none."""
    token = token_of(message_id)
    return ((HEADER, token),) if TOKEN.fullmatch(token) else ()


def return_path(sender: str, use: RelaySending, token: str) -> str:
    """The envelope's sender: with the message's own token where the relay takes such addresses."""
    local, at, domain = use.return_address.rpartition("@")
    if not (use.own_return_path and at and local and domain):
        return sender
    own = f"{local}+{token}"
    return f"{own}@{domain}" if token and len(own) <= _LOCAL_MAX else use.return_address
