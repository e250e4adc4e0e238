"""Contacts: search, show, change, import; keys and password cards."""

from __future__ import annotations

from datetime import datetime

from desktop.access.fields import visible
from desktop.access.roles import Action, Purpose, hidden
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import InputError
from desktop.mail.pulling import Pulling
from desktop.models import cards, keylives, keys, messages, people
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.protection import KeyLife
from desktop.models.records import (
    Method,
    Person,
    PersonId,
    State,
)
from desktop.office.conversations_shown import filed_to
from desktop.office.desk import Desk, Recorder
from desktop.office.keys_lines import key_line
from desktop.office.listed import Listed
from desktop.office.protection import reachable_methods
from desktop.office.values import (
    CardLine,
    KeyLine,
    PeopleFound,
    PersonLine,
    PersonShown,
)
from desktop.people import contacts


class People:
    """Every answer that names somebody is recorded before it is given."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def search_people(self, session: Session, text: str, limit: int = 50, offset: int = 0) -> PeopleFound:
        """One record per search; the ids that it showed are kept encrypted beside it."""
        opened = self._desk.check(session, Action.SEARCH_PEOPLE)

        def look(tx: Tx) -> PeopleFound:
            found = (visible(one, session.role) for one in people.search(tx, text, limit, offset))
            return PeopleFound(
                tuple(person_line(one) for one in found), people.found(tx, text), hidden=hidden(session.role)
            )

        answer = opened.database.read(look)
        shown = tuple(line.id for line in answer.people)

        def note(tx: Tx, record: Recorder) -> None:
            listed = Listed(Act.PEOPLE_SEARCHED, shown, {"count": len(shown)})
            listed.keep(tx, record, opened.token_key, opened.field_key)

        self._desk.write(session, Action.SEARCH_PEOPLE, note)
        return answer

    def show_person(self, session: Session, person: PersonId) -> PersonShown:
        return self._desk.read(
            session,
            Action.SHOW_PERSON,
            lambda tx: self.shown(tx, person, session),
            lambda _: Event(Act.PEOPLE_SHOWN, obj=person),
        )

    def set_person(self, session: Session, person: PersonId, changes: dict[str, str]) -> PersonShown:
        """Each field is checked by itself; a change of consent is an entry in its ledger."""

        def change(tx: Tx, record: Recorder) -> PersonShown:
            before = found(tx, person)
            after = contacts.store(tx, person, changes, by=session.user, now=self._clock.now())
            record(Event(Act.PEOPLE_CHANGED, obj=person, det={"fields": len(changes)}))
            if after.plain_wish is not None and before.plain_wish is None:
                self._desk.guard.fresh(session, Purpose.PLAIN_MAIL)
            if after.consent is not before.consent:
                record(Event(Act.CONSENT_RECORDED, obj=person, det={"consent": after.consent.value}))
            Pulling(self._clock, self._desk.opened().outbox).pull(tx, (person,), session)
            return self.shown(tx, person, session)

        shown = self._desk.write(session, Action.SET_PERSON, change)
        self._desk.opened().names.forget()
        return shown

    def shown(self, tx: Tx, id_: PersonId, session: Session) -> PersonShown:
        """As this role sees it; how the person can be reached is found out from the whole."""
        person = found(tx, id_)
        now = self._clock.now()
        card = cards.get(tx, id_)
        methods: tuple[Method, ...] = reachable_methods(tx, person, now)
        return PersonShown(
            visible(person, session.role),
            _key_lines(tx, id_, now),
            CardLine(card.handed_over, card.how, card.made_at) if card else None,
            methods,
            _last_written(tx, id_),
            hidden=hidden(session.role),
            filings=filed_to(tx, id_, session),
        )


def found(tx: Tx, id_: PersonId) -> Person:
    """The person, or a known error: an id can be stale or mistyped."""
    person = people.get(tx, id_)
    if person is None:
        raise InputError("person-unknown")
    return person


def person_line(person: Person) -> PersonLine:
    return PersonLine(
        person.id,
        person.name or person.organisation,
        person.email,
        person.birth_date,
        person.status.value,
        person.consent,
    )


def _key_lines(tx: Tx, person: PersonId, now: datetime) -> tuple[KeyLine, ...]:
    live = keys.live(tx, person)
    lives = keylives.of(tx, [key.id for key in live])
    return tuple(key_line(key, lives.get(key.id, KeyLife()), now) for key in live)


def _last_written(tx: Tx, person: PersonId) -> datetime | None:
    """When the latest message to this person was accepted."""
    sent = [row.queued_at for row in messages.of_person(tx, person) if row.state is State.ACCEPTED]
    return max(sent, default=None)
