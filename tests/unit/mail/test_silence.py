"""A sensitive message without a sign becomes a call, once; days are the practice's working days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from desktop.mail import events, silence
from desktop.mail.calls import CALL
from desktop.models import messages, sendingrules, settings, silences, tasks
from desktop.models.database import Tx
from desktop.models.delivery import DeliveryEvent, EventKind, Hours, SendingRules
from desktop.models.records import Label, Message, State
from tests.practice.office import Practice
from tests.support.kept import a_message, a_person, keep

RULES = SendingRules(Hours(time(8), time(20)), Hours(time(9), time(18)), country="US", silence_days=3)
EAST = ZoneInfo("America/New_York")


def at(day: str, hour: str, zone: ZoneInfo = EAST) -> datetime:
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(hour), zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("accepted", "due", "why"),
    [
        ("2026-11-16", "2026-11-19", "Monday to Thursday"),
        ("2026-11-13", "2026-11-18", "a weekend between"),
        ("2026-11-14", "2026-11-18", "accepted on Saturday counts from Monday"),
        ("2026-11-24", "2026-11-30", "Thanksgiving, the weekend"),
        ("2026-10-29", "2026-11-03", "over the end of summer time the wall clock counts"),
    ],
)
def test_three_working_days(accepted: str, due: str, why: str) -> None:
    assert silence.due_at(at(accepted, "15:20"), RULES, EAST) == at(due, "15:20"), why


def test_the_practices_closed_days_are_no_working_days() -> None:
    closed = SendingRules(RULES.reminders, RULES.campaigns, closed=("2026-11-18",), silence_days=3)
    assert silence.due_at(at("2026-11-16", "10:00"), closed, EAST) == at("2026-11-20", "10:00")


def accepted(office: Practice, label: Label = Label.SENSITIVE, state: State = State.ACCEPTED) -> Message:
    """A letter that the mail service took this minute."""
    person = a_person(email="maria@example.org")
    keep(office.db, person)
    row = a_message(
        person.id, kind="letter", window="", label=label, state=state, queued_at=office.clock.now()
    )

    def insert(tx: Tx) -> None:
        messages.insert(tx, row, b"", "{}")
        messages.add_attempt(tx, row.id, office.clock.now(), state.value)

    office.db.write(insert)
    return row


def look(office: Practice) -> int:
    return office.db.write(lambda tx: silence.look(tx, office.audit, office.clock.now()))


def calls(office: Practice) -> list[str]:
    return [one.source for one in office.db.read(lambda tx: tasks.open_ones(tx, CALL))]


@pytest.fixture
def begun(office: Practice) -> Practice:
    look(office)
    return office


def test_without_a_sign_there_is_one_call_and_never_a_second(begun: Practice) -> None:
    row = accepted(begun)
    assert begun.db.read(lambda tx: silence.is_due(tx, begun.clock.now()))
    look(begun)
    assert not begun.db.read(lambda tx: silence.is_due(tx, begun.clock.now()))
    begun.clock.pass_(days=6)
    assert look(begun) == 1
    assert calls(begun) == [row.id]
    kept = begun.db.read(lambda tx: silences.get(tx, row.id))
    assert kept is not None
    assert kept.how == "task"
    (task,) = begun.db.read(lambda tx: tasks.open_ones(tx, CALL))
    begun.db.write(lambda tx: tasks.close(tx, task.id, tasks.TaskState.DONE, begun.clock.now()))
    begun.clock.pass_(days=30)
    assert look(begun) == 0
    assert calls(begun) == []


@pytest.mark.parametrize(
    "kind", [EventKind.REPLIED, EventKind.CONFIRMED, EventKind.PICKED_UP, EventKind.BOUNCED]
)
def test_a_sign_stops_the_clock_also_when_it_comes_before_the_first_look(
    begun: Practice, kind: EventKind
) -> None:
    early, late = accepted(begun), accepted(begun)
    told = DeliveryEvent(kind, begun.clock.now(), "mailbox", f"r{early.id}", early.id, early.person)
    begun.db.write(lambda tx: events.note(tx, begun.audit, told, begun.clock.now()))
    look(begun)
    told = DeliveryEvent(kind, begun.clock.now(), "mailbox", f"r{late.id}", late.id, late.person)
    begun.db.write(lambda tx: events.note(tx, begun.audit, told, begun.clock.now()))
    begun.clock.pass_(days=30)
    assert look(begun) == 0
    assert calls(begun) == []


@pytest.mark.parametrize("kind", [EventKind.DELIVERED, EventKind.OPENED, EventKind.CLICKED])
def test_that_a_server_took_it_or_that_something_opened_it_tells_nobody(
    begun: Practice, kind: EventKind
) -> None:
    """Scanners open and click; a lab result is not told by them."""
    row = accepted(begun)
    told = DeliveryEvent(kind, begun.clock.now(), "feed", "1", row.id, row.person)
    begun.db.write(lambda tx: events.note(tx, begun.audit, told, begun.clock.now()))
    look(begun)
    begun.clock.pass_(days=6)
    assert look(begun) == 1


def test_what_is_routine_or_did_not_leave_has_no_clock(begun: Practice) -> None:
    rows = [accepted(begun, Label.ROUTINE), accepted(begun, state=State.UNCERTAIN)]
    look(begun)
    assert begun.db.read(lambda tx: [silences.get(tx, row.id) for row in rows]) == [None, None]


def test_what_was_sent_before_this_was_a_rule_is_not_called_about(office: Practice) -> None:
    accepted(office)
    office.clock.pass_(days=1)
    look(office)
    look(office)
    office.clock.pass_(days=30)
    assert look(office) == 0
    assert calls(office) == []


def test_the_days_are_the_practices_own_setting(begun: Practice) -> None:
    begun.db.write(
        lambda tx: sendingrules.put(tx, SendingRules(RULES.reminders, RULES.campaigns, silence_days=1))
    )
    begun.db.write(lambda tx: settings.put(tx, "zone", "America/New_York"))
    row = accepted(begun)
    look(begun)
    kept = begun.db.read(lambda tx: silences.get(tx, row.id))
    assert kept is not None
    assert (kept.due_at - begun.clock.now()).days == 1
