"""Searching what was said and what is to do: each search on record with whose conversations it showed."""

from __future__ import annotations

from desktop.access.fields import may_read, visible
from desktop.access.roles import Action
from desktop.audit.events import Act
from desktop.clock import Clock
from desktop.models import mailsearch, people
from desktop.models.accounts import Session
from desktop.models.correspondence import Entry, MailQuery
from desktop.models.database import Tx
from desktop.models.mailsearch import Hit, Readable
from desktop.models.records import Label, Person, PersonId
from desktop.office.conversations_shown import name_of
from desktop.office.desk import Desk
from desktop.office.listed import Listed
from desktop.office.task_kinds import seen_by
from desktop.office.task_lines import hidden, lines
from desktop.office.values_messages import MailFound, MailHit
from desktop.texts import clean

_MOST_TASKS = 50
_ADDRESS_CHARS = 254
_NAME_CHARS = 100


class MailSearch:
    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def search_mail(self, session: Session, query: MailQuery) -> MailFound:
        """Only what this role may read; tasks beside the first page."""

        def look(tx: Tx) -> MailFound:
            found = mailsearch.find(tx, query, readable(session))
            ids = {one for hit in found.hits for one in (hit.entry.person, hit.conversation.person) if one}
            known = {id_: visible(one, session.role) for id_, one in people.get_many(tx, ids).items()}
            todo = mailsearch.find_tasks(tx, query, seen_by(session.role)) if query.offset <= 0 else []
            kept = hidden(tx, todo, session) if query.text.strip() else frozenset[str]()
            todo = [one for one in todo if one.id not in kept]  # its note would answer for its words
            return MailFound(
                tuple(_hit(hit, known) for hit in found.hits),
                lines(tx, todo[:_MOST_TASKS], session, self._clock.now()),
                found.more,
                found.hidden,
            )

        return self._desk.read(session, Action.SEARCH_MAIL, look, _listed)


def readable(session: Session) -> Readable:
    """What `conversations_shown.readable` lets through, as a search filters by it."""
    whole = frozenset(label for label in Label if may_read(session.role, label))
    own = frozenset(label for label in Label if may_read(session.role, label, own=True))
    return Readable(whole, own - whole, session.user)


def _hit(hit: Hit, known: dict[PersonId, Person]) -> MailHit:
    entry, about = hit.entry, hit.conversation
    person = next((known[id_] for id_ in (entry.person, about.person) if id_ in known), None)
    return MailHit(
        conversation=about.id,
        entry=entry.id,
        at=entry.at,
        name=name_of(person) if person else _claimed(entry),
        subject=clean(entry.subject or about.subject),
        snippet=clean(hit.snippet),
        direction=entry.direction,
        state=about.state,
        label=about.label,
        person=about.person,
    )


def _claimed(entry: Entry) -> str:
    """With the address: anybody can write under any name."""
    if not entry.sender_name or not entry.sender:
        return clean(entry.sender_name or entry.sender, _ADDRESS_CHARS)
    return f"{clean(entry.sender_name, _NAME_CHARS)} <{clean(entry.sender, _ADDRESS_CHARS)}>"


def _listed(found: MailFound) -> Listed:
    shown = (*(one.person for one in found.hits), *(one.person for one in found.tasks))
    ids = tuple(dict.fromkeys(id_ for id_ in shown if id_ is not None))
    return Listed(Act.MAIL_SEARCHED, ids, {"count": len(found.hits) + len(found.tasks)})
