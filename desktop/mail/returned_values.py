"""What a mail that came back or came in turned out to be."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from desktop.frozen import dataclass
from desktop.models.correspondence import FileIn, Signature
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
    """All that is taken from one mail."""

    found: Classified
    clues: tuple[Clue, ...] = ()
    """In the order in which they are believed."""
    sender: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    own: str = field(default="", repr=False)
    """What its writer wrote, without what they quote and without a signature; of replies alone."""
    under: str = field(default="", repr=False)
    """Where `own` is '', what stands under the quotes: it asks something, and is no answer."""
    other_parts: int = 0
    """Files, pictures and further texts beside the text; what is encrypted is one."""
    beside: int = 0
    """Of a mail that is encrypted to us: what else stands in it, in the open."""
    sealed: str = ""
    """`openpgp`, `smime` or `reply-file` where the words are encrypted to us."""
    opened: bool = True
    """False while what came encrypted was not opened."""
    subject: str = field(default="", repr=False)
    sender_name: str = field(default="", repr=False)
    """As claimed."""
    references: tuple[str, ...] = ()
    """Message-IDs, the oldest first (RFC 5322 3.6.4)."""
    text: str = field(default="", repr=False)
    """All visible words, quotes too; of what is sealed, what stands in the open beside it."""
    beside_text: str = field(default="", repr=False)
    """Of what was opened, what stood in the open beside it; it is in `text` too."""
    more: str = field(default="", repr=False)
    """Words of the mail that are neither in `text` nor in a file with a name."""
    files: tuple[FileIn, ...] = ()
    page: bool = False
    """There is a formatted page."""
    bulk: bool = False
    """Written to many (RFC 2919, RFC 3834 2): nobody waits for an answer."""
    signed: str = ""
    """`openpgp` or `smime` where it carries a signature, whatever that is worth."""
    signature: Signature = Signature.NONE
    """What became of it; not asked by the worker, which knows no keys (`opened.py`)."""
    broken: bool = False
    """No parser could read it: there is nothing but the fact that it came."""
