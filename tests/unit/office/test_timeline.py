"""What happened with one person: every room, newest first, page by page, as far as a role may see it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from desktop.audit.events import Act
from desktop.errors import InputError
from desktop.models.accounts import Role, Session
from desktop.models.records import PersonId
from desktop.office.api import Office
from desktop.office.values import ImportRequest
from desktop.office.values_person import Moment, TimelineLine, TimelineQuery
from tests.made_practice import PEOPLE, MovedClock, import_visits, person_named
from tests.made_staff import HER_PASSWORD, Staff
from tests.support.mailroom import Mailroom


@dataclass
class Desk:
    staff: Staff
    office: Office
    session: Session
    person: PersonId

    @property
    def clock(self) -> MovedClock:
        return self.staff.clock

    def lines(self, session: Session | None = None, limit: int = 50) -> tuple[TimelineLine, ...]:
        query = TimelineQuery(self.person, None, limit)
        return self.office.show_timeline(session or self.session, query).lines


@pytest.fixture
def desk(staff: Staff) -> Desk:
    office, session = staff.at_work()
    office.import_people(session, ImportRequest("people.csv", data=PEOPLE))
    staff.clock.move(60)
    import_visits(office, session, staff.clock)
    person = person_named(office, session, "Zoraida")
    staff.clock.move(60)
    office.set_person(session, person, {"phone": "+1 303 555 0101"})
    staff.clock.move(60)
    office.set_person(session, person, {"consent": "refused", "consent_source": "by phone"})
    return Desk(staff, office, session, person)


def test_it_holds_visits_answers_changes_and_the_import_newest_first(desk: Desk) -> None:
    lines = desk.lines()
    kinds = [line.kind for line in lines]
    assert kinds[0] is Moment.VISIT, "what is to come stands on top"
    assert kinds[-1] is Moment.IMPORT
    assert {Moment.CONSENT, Moment.CHANGE} < set(kinds)
    assert [line.at for line in lines] == sorted((line.at for line in lines), reverse=True)
    visit = lines[0]
    assert visit.start is not None
    assert (visit.what, visit.place) == ("booked", "Dr. Shah")
    (consent,) = (line for line in lines if line.kind is Moment.CONSENT)
    assert (consent.what, consent.by) == ("refused", desk.session.user_name)


def test_what_came_in_and_went_out_is_there_with_its_subject(desk: Desk) -> None:
    Mailroom(desk.office).comes("May I come later?", desk.person)
    (came,) = (line for line in desk.lines() if line.kind is Moment.RECEIVED)
    assert came.title
    assert came.conversation is not None


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_make_up_the_whole_without_a_line_twice(desk: Desk, limit: int) -> None:
    whole = desk.lines()
    older, read = None, list[TimelineLine]()
    for _ in range(len(whole) + 2):
        shown = desk.office.show_timeline(desk.session, TimelineQuery(desk.person, older, limit))
        read += shown.lines
        older = shown.older
        if older is None:
            break
    # Each page is a record of the log, but of a look: the timeline does not grow by it.
    assert [(one.kind, one.ref) for one in read] == [(one.kind, one.ref) for one in whole]


def test_who_may_not_see_visits_is_told_of_none(desk: Desk) -> None:
    desk.staff.add(desk.office, desk.session, "bea", Role.BILLING)
    billing = desk.staff.enter(desk.office, "bea", code=desk.staff.code("bea"), password=HER_PASSWORD).session
    Mailroom(desk.office).comes("My knee hurts again", desk.person)
    shown = desk.office.show_timeline(billing, TimelineQuery(desk.person))
    assert Moment.VISIT not in {line.kind for line in shown.lines}
    assert "appointment" in shown.hidden
    (came,) = (line for line in shown.lines if line.kind is Moment.RECEIVED)
    assert came.title == "", "a conversation of others is not for billing"


def test_looking_is_recorded_and_nobody_unknown_is_looked_at(desk: Desk) -> None:
    desk.lines()
    newest = desk.office.query_log(desk.session).lines[0]
    assert (newest.act, newest.obj) == (Act.TIMELINE_SHOWN.value, desk.person)
    with pytest.raises(InputError, match="person-unknown"):
        desk.office.show_timeline(desk.session, TimelineQuery(PersonId("0" * 32)))
