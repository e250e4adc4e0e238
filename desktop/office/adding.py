"""Somebody is added by hand; whoever may be the same is shown first."""

from __future__ import annotations

from desktop.access.fields import visible
from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.records import PersonId
from desktop.office.desk import Desk, Recorder
from desktop.office.listed import Listed
from desktop.office.people import People, person_line
from desktop.office.reach import forget as forget_reach
from desktop.office.values_person import Alike, NewPerson, PersonAdded
from desktop.people import adding


class Adding:
    """Whose names were shown is recorded, like those of a search."""

    def __init__(self, desk: Desk, clock: Clock, people: People) -> None:
        self._desk = desk
        self._clock = clock
        self._people = people

    def add_person(self, session: Session, request: NewPerson) -> PersonAdded:
        opened = self._desk.check(session, Action.ADD_PERSON)
        person = adding.drafted(request.fields, self._clock.now())

        def store(tx: Tx, record: Recorder) -> PersonAdded:
            found = {} if request.sure else adding.who_is_alike(tx, person)
            if found:
                ids: tuple[PersonId, ...] = tuple(found)
                listed = Listed(Act.PEOPLE_SEARCHED, ids, {"count": len(ids)})
                listed.keep(tx, record, opened.token_key, opened.field_key)
                lines = ((person_line(visible(one, session.role)), why) for one, why in found.values())
                return PersonAdded(None, tuple(Alike(line, why) for line, why in lines))
            adding.add(tx, person)
            record(Event(Act.PEOPLE_ADDED, obj=person.id))
            forget_reach(tx)
            return PersonAdded(self._people.shown(tx, person.id, session))

        answer = self._desk.write(session, Action.ADD_PERSON, store)
        if answer.shown is not None:
            opened.names.forget()
        return answer
