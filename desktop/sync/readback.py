"""Fetching what arrived of our own messages from a mailbox of ours; nothing is changed there."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.frozen import dataclass
from desktop.sync.wires import Inbox

_FIELDS = ("X-Reference", "Message-ID")
"""By our own field first: some services rewrite the other."""


@dataclass(frozen=True)
class Wanted:
    """`token` stands in our own field, and in front of the `@` of the Message-ID."""

    id: str
    token: str
    message_id: str


def fetch(mailbox: Inbox, folder: str, wanted: Sequence[Wanted]) -> dict[str, bytes]:
    """What arrived, by token; a mail that is not there, or is longer than is read, is left out.

    Raises MailboxError.
    """
    mailbox.select(folder)
    found: dict[str, bytes] = {}
    for one in wanted:
        uids = _uids(mailbox, one)
        if uids:
            for mail in (mail for portion in mailbox.fetch(uids[-1:]) for mail in portion):
                if mail.size == len(mail.raw):
                    found[one.token] = mail.raw
    return found


def _uids(mailbox: Inbox, one: Wanted) -> list[int]:
    for name, value in zip(_FIELDS, (one.token, one.message_id), strict=True):
        uids = mailbox.find(name, value)
        if uids:
            return uids
    return []
