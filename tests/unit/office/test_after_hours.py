"""The answer outside opening hours as the office sees it: set with a proof, sent by the watch."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

import pytest

from desktop.access.roles import Purpose
from desktop.errors import InputError, Refused
from desktop.mail import threads
from desktop.mail.returned_values import Classified, Kind, Understood
from desktop.models import afterhours, conversations, people, received, settings
from desktop.models.accounts import Session
from desktop.models.correspondence import AfterHours, Conversation, Notify, Urgency
from desktop.models.database import Tx
from desktop.models.records import Label, PersonId, State
from desktop.office.after_hours import is_quiet
from desktop.office.api import Office
from desktop.office.values import ImportRequest
from desktop.office.values_audit import LogQuery, OpeningHours
from desktop.office.values_delivery import Resend
from tests.made_practice import PEOPLE, Practice, person_named
from tests.made_staff import desk_of
from tests.support.correspondence import a_received, an_account

CANARY = "Canaryfield"
NOTIFY = Notify()
ON = AfterHours(enabled=True)


@pytest.fixture
def at_work_here(practice: Practice) -> tuple[Office, Session]:
    office, ana = practice.signed_in()
    office.import_people(ana, ImportRequest("people.csv", data=PEOPLE))
    desk_of(office).guard.prove(ana, Purpose.USERS)
    return office, ana


def database(office: Office) -> Any:
    return desk_of(office).opened().database


def comes(
    practice: Practice, office: Office, person: PersonId, urgency: Urgency = Urgency.PLAIN
) -> Conversation:
    """A mail of somebody known, filed as the mailbox does."""
    now = practice.clock.now()

    def work(tx: Tx) -> Conversation:
        known = people.get(tx, person)
        assert known is not None
        one = a_received(
            an_account(tx),
            at=now,
            sender=known.email,
            person=person,
            raw=b"From: x\r\nSubject: Canaryfield\r\n\r\nCanaryfield?\r\n",
        )
        received.add(tx, one)
        said = Understood(Classified(Kind.MESSAGE), sender=one.sender, own=CANARY, subject=CANARY)
        audit = desk_of(office).audit
        kept = threads.arrived(
            tx, audit, one, said, known, now, label=Label.SENSITIVE, ask=None, urgency=urgency
        )
        found = conversations.get(tx, kept.conversation)
        assert found is not None
        return found

    made: Conversation = database(office).write(work)
    return made


# --- shown and set -----------------------------------------------------------------------------


def test_it_is_off_until_somebody_turns_it_on_and_shows_what_it_would_say(
    at_work_here: tuple[Office, Session],
) -> None:
    office, ana = at_work_here
    shown = office.show_after_hours(ana)
    assert (shown.rules, shown.notify, shown.zone) == (AfterHours(), NOTIFY, "America/Denver")
    assert "Elm Street" in shown.words_en
    assert "911" in shown.words_en
    assert "Elm Street" in shown.words_es
    assert "7:00 a. m." in shown.words_es


def test_what_is_set_is_kept_and_recorded_by_how_much_changed(at_work_here: tuple[Office, Session]) -> None:
    office, ana = at_work_here
    rules = AfterHours(True, "{{ practice }} opens {{ date }}, {{ time }}. ", "Hasta {{ date }}.")
    quiet = Notify(False, time(22), time(6), (6, 0, 0))
    shown = office.set_after_hours(ana, rules, quiet)
    assert shown.rules == replace(rules, text_en=rules.text_en.strip())
    assert shown.notify == replace(quiet, days=(0, 6))
    assert office.show_after_hours(ana) == shown
    line = next(one for one in office.query_log(ana, LogQuery()).lines if one.act == "after-hours.changed")
    assert "opens" not in str(line)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Dear {{ first_name }}", "template-field-unknown"),
        ("{{ visit_type }}", "template-field-unknown"),
        ("{% for x in y %}{% endfor %}", "template-not-allowed"),
        ("{{ practice", "template-syntax"),
        ("x" * 2001, "after-hours-too-long"),
    ],
)
def test_words_that_say_more_or_do_not_compile_are_refused(
    at_work_here: tuple[Office, Session], text: str, code: str
) -> None:
    office, ana = at_work_here
    for rules in (replace(ON, text_en=text), replace(ON, text_es=text)):
        with pytest.raises(InputError) as caught:
            office.set_after_hours(ana, rules, NOTIFY)
        assert caught.value.code == code
    assert office.show_after_hours(ana).rules == AfterHours()


@pytest.mark.parametrize("days", [(), (7,), (-1, 2)])
def test_days_that_are_none_are_refused(at_work_here: tuple[Office, Session], days: tuple[int, ...]) -> None:
    office, ana = at_work_here
    with pytest.raises(InputError) as caught:
        office.set_after_hours(ana, ON, Notify(days=days))
    assert caught.value.code == "notify-days-missing"


def test_setting_wants_a_fresh_proof(practice: Practice) -> None:
    office, ana = practice.signed_in()
    practice.clock.move(301)
    with pytest.raises(Refused) as caught:
        office.set_after_hours(ana, ON, NOTIFY)
    assert caught.value.code == "step-up-needed"


# --- sent by the watch ---------------------------------------------------------------------------


def test_who_writes_while_the_office_is_closed_is_answered_behind_the_lock_too(
    practice: Practice, at_work_here: tuple[Office, Session], relay_request: Any
) -> None:
    office, ana = at_work_here
    office.add_relay(ana, replace(relay_request(), required_tls="account"))
    desk_of(office).guard.prove(ana, Purpose.USERS)
    office.set_hours(ana, OpeningHours(0, 1, (7,)))
    office.set_after_hours(ana, ON, NOTIFY)
    came = comes(practice, office, person_named(office, ana, "Zoraida"))
    opened = desk_of(office).opened()
    office.lock()
    for look in opened.watch._also:
        look()
    found = opened.database.read(lambda tx: conversations.get(tx, came.id))
    assert found is not None
    assert found.auto_answered_at == practice.clock.now()
    lines = office.list_outbox(office.unlock(practice.credentials()).session).messages
    assert [(line.kind, line.person) for line in lines] == [("auto-answer", came.person)]


def test_nobody_sends_an_automatic_answer_again(
    practice: Practice, at_work_here: tuple[Office, Session], relay_request: Any
) -> None:
    office, ana = at_work_here
    office.add_relay(ana, replace(relay_request(), required_tls="account"))
    desk_of(office).guard.prove(ana, Purpose.USERS)
    office.set_hours(ana, OpeningHours(0, 1, (7,)))
    office.set_after_hours(ana, ON, NOTIFY)
    comes(practice, office, person_named(office, ana, "Zoraida"))
    for look in desk_of(office).opened().watch._also:
        look()
    (line,) = office.list_outbox(ana).messages
    office.cancel_messages(ana, (line.id,))
    shown = office.show_message(ana, line.id)
    assert shown.line.state is State.CANCELLED
    assert not shown.can_resend
    with pytest.raises(Refused) as caught:
        office.resend_message(ana, Resend(line.id))
    assert caught.value.code == "not-resendable"


def test_without_a_safe_way_nothing_leaves_and_nobody_is_asked_twice(
    practice: Practice, at_work_here: tuple[Office, Session]
) -> None:
    office, ana = at_work_here
    office.set_hours(ana, OpeningHours(0, 1, (7,)))
    office.set_after_hours(ana, ON, NOTIFY)
    comes(practice, office, person_named(office, ana, "Zoraida"))
    for _ in range(2):
        for look in desk_of(office).opened().watch._also:
            look()
    assert office.list_outbox(ana).messages == ()
    acts = [line.act for line in office.query_log(ana, LogQuery(limit=500)).lines]
    assert "mail.auto-answered" not in acts


# --- told in numbers -----------------------------------------------------------------------------


def test_the_numbers_of_what_is_new_say_nothing_else(
    practice: Practice, at_work_here: tuple[Office, Session]
) -> None:
    office, ana = at_work_here
    before = office.duty()
    assert (before.unseen, before.urgent) == (0, 0)
    comes(practice, office, person_named(office, ana, "Zoraida"))
    comes(practice, office, person_named(office, ana, "Bo"), Urgency.URGENT)
    duty = office.duty()
    assert (duty.unseen, duty.urgent) == (2, 1)
    assert CANARY not in repr(duty)
    office.close()
    assert (office.duty().unseen, office.duty().urgent) == (0, 0)


def quiet_at(office: Office, moment: str) -> bool:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    return bool(database(office).read(lambda tx: is_quiet(tx, at)))


@pytest.mark.parametrize(
    ("moment", "quiet", "why"),
    [
        ("2026-11-23T13:59", True, "before seven in Denver"),
        ("2026-11-23T14:00", False, "at seven"),
        ("2026-11-24T01:59", False, "before seven in the evening"),
        ("2026-11-24T02:00", True, "at seven in the evening"),
        ("2026-11-22T18:00", True, "on Sunday"),
        ("2026-07-20T13:00", False, "in summer time seven comes an hour earlier"),
        ("2026-11-02T13:30", True, "the Monday after the clocks went back"),
        ("2026-11-02T14:00", False, "seven on that Monday"),
    ],
)
def test_quiet_hours_go_by_the_practices_clock(
    at_work_here: tuple[Office, Session], moment: str, quiet: bool, why: str
) -> None:
    assert quiet_at(at_work_here[0], moment) is quiet, why


@pytest.mark.parametrize(
    ("moment", "quiet", "why"),
    [
        ("2026-11-24T04:59", True, "Monday before ten in the evening"),
        ("2026-11-24T05:00", False, "Monday at ten in the evening"),
        ("2026-11-24T12:59", False, "Tuesday before six in the morning: Monday's night"),
        ("2026-11-24T13:00", True, "Tuesday at six"),
        ("2026-11-25T05:00", True, "Tuesday evening: only Mondays were chosen"),
    ],
)
def test_hours_over_midnight_belong_to_the_day_on_which_they_began(
    at_work_here: tuple[Office, Session], moment: str, quiet: bool, why: str
) -> None:
    office, _ = at_work_here
    night = Notify(first=time(22), last=time(6), days=(0,))
    database(office).write(lambda tx: afterhours.put_notify(tx, night))
    assert quiet_at(office, moment) is quiet, why


def test_turned_off_it_is_always_quiet(at_work_here: tuple[Office, Session]) -> None:
    office, _ = at_work_here
    database(office).write(lambda tx: afterhours.put_notify(tx, Notify(enabled=False)))
    assert office.duty().quiet


def test_another_zone_moves_the_quiet_hours(at_work_here: tuple[Office, Session]) -> None:
    office, _ = at_work_here
    database(office).write(lambda tx: settings.put(tx, "zone", "Pacific/Honolulu"))
    at = datetime(2026, 11, 23, 16, 59, tzinfo=UTC)
    assert database(office).read(lambda tx: is_quiet(tx, at))
