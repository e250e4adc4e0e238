"""Mailboxes of one person: who reads what arrives there, and who else has their mail sent there."""

from __future__ import annotations

from datetime import date

from desktop.access.roles import Action, hidden
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.config import LIMITS
from desktop.errors import InputError
from desktop.mail.pulling import Pulling
from desktop.models import maillinks, people, settings, tasks
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.records import PersonId, Reason
from desktop.models.standing import MailLink, Reader
from desktop.models.tasks import TaskState
from desktop.office.desk import Desk, Recorder
from desktop.office.guardian_watch import OWN_ADDRESS
from desktop.office.listed import Listed
from desktop.office.people import found
from desktop.office.reach import forget as forget_reach
from desktop.office.values_household import HouseholdShown, LinkLine, LinkRequest, MemberLine
from desktop.people import household
from desktop.texts import clean

_NAME_CHARS = 120


class Households:
    """Fulfils `HouseholdDoor`. Whose names were shown is recorded."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def show_household(self, session: Session, person: PersonId) -> HouseholdShown:
        return self._desk.read(
            session, Action.SHOW_HOUSEHOLD, lambda tx: self._shown(tx, person, session), _listed
        )

    def set_link(self, session: Session, request: LinkRequest) -> HouseholdShown:
        """Raises InputError `file-too-large`, and what `people.household.set_link` raises."""
        opened = self._desk.check(session, Action.SET_HOUSEHOLD)
        if len(request.document) > LIMITS.attachment_bytes:
            most = LIMITS.attachment_bytes // 1024 // 1024
            raise InputError("file-too-large", file=clean(request.document_name, 60), mebibytes=most)

        def keep(tx: Tx, record: Recorder) -> HouseholdShown:
            now = self._clock.now()
            link = MailLink(
                person=request.person,
                address=request.address,
                preferred=True,
                reader=request.reader,
                reader_name=clean(request.reader_name, _NAME_CHARS),
                reader_person=request.reader_person,
                confidential=request.confidential,
            )
            paper = household.Paper(request.document_name, request.document) if request.document else None
            household.set_link(tx, link, paper, session.user, now, self._today(tx))
            tasks.close_of(tx, OWN_ADDRESS, request.person, TaskState.DONE, now, session.user)
            record(_changed(request.person, request.reader))
            Pulling(self._clock, opened.outbox).pull(tx, (request.person,), session)
            forget_reach(tx)
            return self._recorded(tx, record, request.person, session)

        return self._desk.write(session, Action.SET_HOUSEHOLD, keep)

    def end_link(self, session: Session, person: PersonId, address: str) -> HouseholdShown:
        """Raises InputError `person-unknown`, `link-unknown`."""
        opened = self._desk.check(session, Action.SET_HOUSEHOLD)

        def end(tx: Tx, record: Recorder) -> HouseholdShown:
            found(tx, person)
            household.end_link(tx, person, address, self._clock.now())
            record(_changed(person, Reader.SELF))
            Pulling(self._clock, opened.outbox).pull(tx, (person,), session)
            forget_reach(tx)
            return self._recorded(tx, record, person, session)

        return self._desk.write(session, Action.SET_HOUSEHOLD, end)

    def set_family(self, session: Session, person: PersonId, choice: str) -> HouseholdShown:
        """Raises InputError `person-unknown`, `value-not-allowed`, `link-unknown` where no mailbox counts."""
        self._desk.check(session, Action.SET_HOUSEHOLD)
        if choice not in maillinks.FAMILIES:
            allowed = ", ".join(one for one in maillinks.FAMILIES if one)
            raise InputError("value-not-allowed", field="family", allowed=allowed)

        def keep(tx: Tx, record: Recorder) -> HouseholdShown:
            found(tx, person)
            way = household.way_to(tx, person, self._today(tx))
            if isinstance(way, Reason):
                raise InputError("link-unknown")
            maillinks.set_family(tx, way.address, choice)
            record(_changed(person, way.reader))
            return self._recorded(tx, record, person, session)

        return self._desk.write(session, Action.SET_HOUSEHOLD, keep)

    def _recorded(self, tx: Tx, record: Recorder, person: PersonId, session: Session) -> HouseholdShown:
        opened = self._desk.opened()
        shown = self._shown(tx, person, session)
        _listed(shown).keep(tx, record, opened.token_key, opened.field_key)
        return shown

    def _today(self, tx: Tx) -> date:
        return self._clock.now().astimezone(settings.zone(tx)).date()

    def _shown(self, tx: Tx, id_: PersonId, session: Session) -> HouseholdShown:
        person, today = found(tx, id_), self._today(tx)
        links = maillinks.of_person(tx, id_)
        way = household.chosen(person, links, today)
        lines = tuple(_line(link, way, person.birth_date) for link in links)
        members: tuple[MemberLine, ...] = ()
        family = ""
        if isinstance(way, MailLink):
            members, family = _members(tx, id_, way.address), maillinks.family(tx, way.address)
        why = way if isinstance(way, Reason) else None
        name = person.name or person.organisation
        return HouseholdShown(id_, name, lines, members, family, why, hidden(session.role))


def _line(link: MailLink, way: MailLink | Reason, born: date | None) -> LinkLine:
    counts = link == way
    guards = link.reader is Reader.GUARDIAN and link.ended_at is None and born is not None
    return LinkLine(
        address=clean(link.address),
        reader=link.reader,
        counts=counts,
        reader_name=link.reader_name,
        reader_person=link.reader_person,
        document=link.document,
        confidential=link.confidential,
        since=link.since,
        until=household.adult_on(born) if guards and born is not None else None,
        ended_at=link.ended_at,
        why_not=way if isinstance(way, Reason) and link.preferred else None,
    )


def _members(tx: Tx, person: PersonId, address: str) -> tuple[MemberLine, ...]:
    links = {link.person: link for link in maillinks.household(tx, address) if link.person != person}
    known = people.get_many(tx, links)
    lines = (
        MemberLine(who, one.name or one.organisation, one.birth_date, links[who].reader)
        for who, one in known.items()
    )
    return tuple(sorted(lines, key=lambda line: (line.birth_date or date.max, line.name)))


def _listed(shown: HouseholdShown) -> Listed:
    ids = (shown.person, *(member.id for member in shown.members))
    return Listed(Act.HOUSEHOLD_SHOWN, ids, obj=shown.person)


def _changed(person: PersonId, reader: Reader) -> Event:
    return Event(Act.HOUSEHOLD_CHANGED, obj=person, det={"mail-reader": reader.value})
