"""What a mail that came back or came in turned out to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from desktop.models.delivery import Match


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


@dataclass(frozen=True)
class Clue:
    """Something in a mail that may name a message of ours: its token, or the relay's word for it."""

    match: Match
    value: str


@dataclass(frozen=True)
class Understood:
    """All that is taken from one mail. Of a person's own words nothing is kept but for a reply."""

    found: Classified
    clues: tuple[Clue, ...] = ()
    """In the order in which they are believed."""
    sender: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    own: str = field(default="", repr=False)
    """What its writer wrote, without what they quote and without a signature; of replies alone."""
    other_parts: int = 0
    """Files, pictures and further texts beside the text; what is encrypted is one."""
    beside: int = 0
    """Of a mail that is encrypted to us: what else stands in it, in the open."""
    sealed: str = ""
    """`openpgp`, `smime` or `reply-file` where the words are encrypted to us."""
    broken: bool = False
    """No parser could read it: there is nothing but the fact that it came."""
