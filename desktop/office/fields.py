"""Fields of the practice's own: which there are, and what each person has in them, by role."""

from __future__ import annotations

from desktop.access.roles import Action, may
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import InputError
from desktop.models import customfields, people, segmentrows
from desktop.models.accounts import Role, Session
from desktop.models.database import Tx
from desktop.models.records import PersonId
from desktop.models.standing import CustomField, FieldId
from desktop.office.desk import Desk, Recorder
from desktop.office.values_facts import CustomLine, CustomShown, FieldLine, FieldRequest, FieldsShown
from desktop.people.customfields import keep, seen, store
from desktop.people.segments import tell_health


class Fields:
    """Fulfils `FieldsDoor`. A field that a role may not see is not even named to it."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def list_fields(self, session: Session) -> FieldsShown:
        return self._desk.read(
            session,
            Action.LIST_FIELDS,
            lambda tx: _shown(tx, session.role),
            lambda shown: Event(Act.FIELDS_LISTED, det={"count": len(shown.fields)}),
        )

    def set_field(self, session: Session, request: FieldRequest) -> FieldsShown:
        """Raises InputError as `people.customfields.keep`."""

        def work(tx: Tx, record: Recorder) -> FieldsShown:
            now = self._clock.now()
            one = keep(
                tx,
                CustomField(
                    FieldId(""),
                    request.name,
                    request.label,
                    request.kind,
                    request.group,
                    request.choices,
                    request.place,
                    now if request.retired else None,
                ),
                now,
            )
            tell_health(tx, segmentrows.basis(tx, now, now.date()))
            record(Event(Act.FIELD_CHANGED, obj=one.id))
            return _shown(tx, session.role)

        return self._desk.write(session, Action.SET_FIELD, work)

    def show_custom(self, session: Session, person: PersonId) -> CustomShown:
        """Raises InputError("person-unknown")."""
        return self._desk.read(
            session,
            Action.SHOW_PERSON,
            lambda tx: _of_person(tx, person, session.role),
            lambda _: Event(Act.PEOPLE_SHOWN, obj=person),
        )

    def set_custom(self, session: Session, person: PersonId, changes: dict[str, str]) -> CustomShown:
        """Raises InputError "person-unknown", `nothing-to-change`, and as `people.customfields.store`."""

        def work(tx: Tx, record: Recorder) -> CustomShown:
            _of_person(tx, person, session.role)
            store(tx, person, changes, session.role)
            record(Event(Act.PEOPLE_CHANGED, obj=person, det={"fields": len(changes)}))
            return _of_person(tx, person, session.role)

        return self._desk.write(session, Action.SET_PERSON, work)


def _shown(tx: Tx, role: Role) -> FieldsShown:
    can_change = may(role, Action.SET_FIELD)
    known = seen(customfields.listing(tx, retired=can_change), role)
    used = customfields.used_many(tx, [one.name for one in known])
    return FieldsShown(tuple(FieldLine(one, used[one.name]) for one in known), can_change)


def _of_person(tx: Tx, person: PersonId, role: Role) -> CustomShown:
    if people.get(tx, person) is None:
        raise InputError("person-unknown")
    values = customfields.values(tx, person)
    known = seen(customfields.listing(tx), role)
    lines = tuple(CustomLine(one, values.get(one.name)) for one in known)
    return CustomShown(person, lines, may(role, Action.SET_PERSON))
