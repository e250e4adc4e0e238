"""What of the audit log is asked for; nothing heavy is imported here."""

from __future__ import annotations

from datetime import datetime

from desktop.frozen import dataclass
from desktop.models.accounts import UserId
from desktop.models.records import MessageId, PersonId


@dataclass(frozen=True)
class AuditFilter:
    """Every part that is given must hold; none given is the whole log.

    `since` belongs to the range, `until` does not (aware times). `actor` is a user's id or
    `system`. `person` finds what was done to that contact and to messages for them; that
    somebody *appeared in a list* is sealed and found by `people/touched.py` only.
    """

    since: datetime | None = None
    until: datetime | None = None
    actor: UserId | None = None
    person: PersonId | None = None
    acts: tuple[str, ...] = ()
    """Values of `audit.events.Act`; several are joined by "or"."""
    message: MessageId | None = None
    outcome: str | None = None
    """`ok`, `refused` or `failed`."""


@dataclass(frozen=True)
class AuditCount:
    """How many records a filter finds: `number`, or more than that where not `whole`."""

    number: int
    whole: bool
