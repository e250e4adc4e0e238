"""Reminders of one day that go to one mailbox, as one letter where that mailbox's family wishes it.

The letter says of everybody as little as the one of them who wished for the least. It is merged only
where each of these visits may be read by whoever reads that mailbox, and never where somebody is asked
for a yes: an answer belongs to one visit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from desktop.campaigns.familyletter import letter
from desktop.campaigns.planned import PlannedReminder
from desktop.campaigns.wording import Words
from desktop.mail.sender import Sender
from desktop.models import maillinks, settings
from desktop.models.campaigning import WindowId, WindowKind
from desktop.models.database import Tx
from desktop.models.names import address_key
from desktop.models.records import Method
from desktop.models.standing import MailLink, Reader

MERGE, APART = "merge", "apart"
USUAL = "family-letters"
"""The setting of the practice for mailboxes of which nobody said anything: `MERGE`, else apart."""
_READ_TOGETHER = frozenset({Reader.SELF, Reader.GUARDIAN, Reader.PROXY})
"""What others read who may know nothing is opened by the person alone."""
_OPEN = frozenset({Method.TLS, Method.PORTAL, Method.PLAIN})
"""A letter that is sealed to one of them is no other's."""
_Key = tuple[WindowId, date, str, Method, str]


def is_usual(tx: Tx) -> bool:
    """Whether families get one letter that said nothing themselves."""
    return settings.get(tx, USUAL) == MERGE


def merged(
    tx: Tx, sender: Sender, words: Words, rows: Iterable[PlannedReminder], now: datetime
) -> tuple[PlannedReminder, ...]:
    """The same visits in as few letters as may be, each where its first visit stood."""
    given = tuple(rows)
    groups: dict[_Key, list[PlannedReminder]] = {}
    for row in given:
        key = _key(sender, row, now)
        if key is not None:
            groups.setdefault(key, []).append(row)
    family = {
        row.due.told: several
        for key, several in groups.items()
        if len({row.person.id for row in several}) > 1 and _is_wished(tx, key[2], several, now)
        for row in several
    }
    letters = []
    for row in given:
        several = family.get(row.due.told)
        if several is None:
            letters.append(row)
        elif several[0] is row:
            letters.append(replace(row, letter=letter(sender, words, several), others=tuple(several[1:])))
    return tuple(letters)


def _is_wished(tx: Tx, address: str, rows: Sequence[PlannedReminder], now: datetime) -> bool:
    """What the family said counts, else what the practice does; but two adults who each read the mailbox
    themselves were never asked whether the other may see theirs."""
    choice = maillinks.family(tx, address)
    if choice:
        return choice == MERGE
    own = {row.person.id for row in rows if row.known.reader(now) is Reader.SELF}
    return len(own) <= 1 and is_usual(tx)


def _key(sender: Sender, row: PlannedReminder, now: datetime) -> _Key | None:
    """What has to be the same; None for what goes alone."""
    link = row.known.way(now)
    if not isinstance(link, MailLink) or link.confidential or link.reader not in _READ_TOGETHER:
        return None
    alone = sender.facts.rule(row.appointment.visit_type).patient_only
    if alone or row.window.kind is not WindowKind.REMINDER or row.decision.method not in _OPEN:
        return None
    day = row.appointment.start.date()
    return row.window.id, day, address_key(row.decision.address), row.decision.method, row.person.language
