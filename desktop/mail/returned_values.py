"""What a mail that came back or came in turned out to be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Stable: scripts name them."""

    BOUNCE = "bounce"
    DELAY = "delay"
    DELIVERED = "delivered"
    COMPLAINT = "complaint"
    RECEIPT = "receipt"
    """Somebody's program says that it was displayed; that it was read it cannot know."""
    AUTO_REPLY = "auto-reply"
    UNSUBSCRIBE = "unsubscribe"
    MESSAGE = "message"


@dataclass(frozen=True)
class Returned:
    """One recipient of a report. `status` is an RFC 3463 code or ''; `action` as in RFC 3464 2.3.3.

    `hard`: the address itself is gone, so that writing again is pointless. A full mailbox,
    a size, a policy or anything temporary is not.
    """

    address: str
    action: str
    status: str
    hard: bool


@dataclass(frozen=True)
class Classified:
    """`original` is the Message-ID of the mail that a report is about, `envelope` its ENVID (RFC 3461)."""

    kind: Kind
    recipients: tuple[Returned, ...] = ()
    original: str = ""
    envelope: str = ""
