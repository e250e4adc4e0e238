"""Values of the door about what came into the mailbox; nothing heavy."""

from __future__ import annotations

from desktop.frozen import dataclass


@dataclass(frozen=True)
class ReturnedLine:
    """One recipient of a report; `hard` when the address itself is gone."""

    address: str
    action: str
    status: str
    hard: bool


@dataclass(frozen=True)
class MailClassified:
    """`kind` is bounce, delay, delivered, complaint, receipt, auto-reply, unsubscribe or message."""

    kind: str
    recipients: tuple[ReturnedLine, ...]
