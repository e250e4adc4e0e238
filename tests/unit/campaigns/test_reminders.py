"""Tomorrow's reminders: every visit once, one live reminder each, asked again at the claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from desktop.campaigns import windows
from desktop.campaigns.planner import UnbalancedError, balanced
from desktop.campaigns.reminders import Plan, QueuedReminders
from desktop.errors import Refused
from desktop.mail.outbox import Cancel, Claimed, Keep, Replace, Verdict
from desktop.models import cards, messages
from desktop.models.records import (
    Appointment,
    Consent,
    Detail,
    Label,
    Message,
    Method,
    PasswordCard,
    Person,
    Reason,
    State,
    Status,
    VisitStatus,
)
from tests.practice.office import HOLDER, TUESDAY, Practice


def plan(office: Practice, day: date | None = None) -> Plan:
    return office.db.read(lambda tx: office.reminders.plan(tx, day))


def send(office: Practice) -> QueuedReminders:
    sealed = office.reminders.seal(plan(office))
    return office.db.write(lambda tx: office.reminders.enqueue(tx, sealed, office.session))


def sent(office: Practice) -> Message:
    (message,) = send(office).messages
    return message


def recheck(office: Practice, message: Message) -> Verdict:
    return office.db.read(lambda tx: office.reminders.recheck(tx, [message]))[0]


def claim(office: Practice) -> Claimed | None:
    found = office.db.write(lambda tx: office.outbox.claim(tx, HOLDER, office.rechecks, 1))
    return found[0] if found else None


def reasons(made: Plan) -> dict[str, str]:
    return {line.name: line.reason.code for line in made.excluded}


def test_every_visit_of_the_day_is_there_once_with_its_way_or_its_reason(office: Practice) -> None:
    people: dict[str, dict[str, Any]] = {
        "Ana": {},
        "Bea": {"email": "-"},
        "Cora": {"status": Status.DECEASED},
        "Dora": {"consent": Consent.REFUSED},
        "Eva": {"status": Status.MOVED},
        "Flora": {"preferred_method": Method.NONE},
    }
    for hour, (name, changes) in enumerate(people.items(), 8):
        office.visit(office.person(name, "", **changes), hour)
    gone = office.visit(office.person("Gina", ""), 15)
    office.change_visit(gone, status=VisitStatus.CANCELLED)
    office.visit(office.person("Hana", ""), 9, day=date(2026, 11, 25))
    made = plan(office)
    assert made.day == TUESDAY
    assert [(row.person.first_name, row.decision.method) for row in made.rows] == [("Ana", Method.TLS)]
    assert reasons(made) == {
        "Bea": "email-unusable",
        "Cora": "person-deceased",
        "Dora": "consent-refused",
        "Eva": "person-moved",
        "Flora": "person-no-email",
        "Gina": "visit-cancelled",
    }


def test_the_ledger_refuses_to_lose_or_to_double_anybody() -> None:
    balanced(["a", "b"], ["b"], ["a"])
    for included, excluded in ((["a"], []), (["a", "b"], ["b"]), (["a"], ["c"]), (["a", "a"], ["b"])):
        with pytest.raises(UnbalancedError):
            balanced(["a", "b"], included, excluded)


def test_an_empty_day_is_an_empty_plan(office: Practice) -> None:
    made = plan(office)
    assert (made.rows, made.excluded) == ((), ())
    assert send(office).messages == ()


@pytest.mark.parametrize(
    ("now", "zone", "day"),
    [
        (datetime(2026, 11, 24, 5, 30, tzinfo=UTC), "America/Chicago", date(2026, 11, 24)),
        (datetime(2026, 11, 24, 6, 30, tzinfo=UTC), "America/Chicago", date(2026, 11, 25)),
        (datetime(2026, 10, 31, 20, 0, tzinfo=UTC), "America/Chicago", date(2026, 11, 1)),
        (datetime(2026, 12, 31, 12, 0, tzinfo=UTC), "Pacific/Kiritimati", date(2027, 1, 2)),
    ],
)
def test_the_next_day_is_the_practices_own(office: Practice, now: datetime, zone: str, day: date) -> None:
    at = office.db.read(lambda tx: windows.load(tx, zone))
    visit = office.visit(office.person(), day=day)
    today = replace(visit, start=visit.start - timedelta(days=1))
    assert at.next_day((today, visit), now) == day


@pytest.mark.parametrize(
    ("detail", "said", "unsaid"),
    [
        (Detail.MINIMAL, "an upcoming visit", ("Tuesday", "2:30", "Okafor", "Room 4")),
        (Detail.STANDARD, "Tuesday, November 24, 2026\n    2:30 pm", ("Okafor", "Room 4")),
        (Detail.FULL, "2:30 pm\n    with Dr. Okafor\n    at Room 4", ()),
    ],
)
def test_a_reminder_says_what_the_persons_detail_level_allows(
    office: Practice, detail: Detail, said: str, unsaid: tuple[str, ...]
) -> None:
    office.visit(office.person(detail=detail))
    (row,) = plan(office).rows
    assert said in row.text
    assert "Harbor Clinic" in row.text
    for word in (*unsaid, "chemotherapy"):
        assert word not in row.text + row.subject


def test_a_reminder_is_in_the_persons_language(office: Practice) -> None:
    office.visit(office.person(language="es", detail=Detail.FULL))
    (row,) = plan(office).rows
    assert row.subject == "Su cita del martes 24 de noviembre de 2026"
    assert "2:30 p. m.\n    con Dr. Okafor\n    en Room 4" in row.text


def test_a_text_that_lacks_a_field_excludes_and_names_it(office: Practice) -> None:
    office.visit(office.person("", "López", email="l@mail.example"))
    (line,) = plan(office).excluded
    assert line.reason == Reason("text-incomplete", {"field": "first_name"})


def test_nobody_is_reminded_of_what_has_begun(office: Practice) -> None:
    office.visit(office.person("Ana"), 9, 0)
    office.visit(office.person("Bea"), 9, 1)
    office.clock.at = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    made = plan(office, TUESDAY)
    assert [row.person.first_name for row in made.rows] == ["Bea"]
    assert [line.reason.code for line in made.excluded] == ["too-late"]


def test_queued_reminders_are_useless_once_the_visit_begins(office: Practice) -> None:
    visit = office.visit(office.person())
    message = sent(office)
    assert message.useless_after == visit.start_utc
    assert message.label is Label.ROUTINE
    office.take_lease()
    office.clock.at = visit.start_utc
    assert claim(office) is None
    assert office.db.read(messages.counts) == {State.EXPIRED: 1}


def test_a_second_send_queues_nothing_again(office: Practice) -> None:
    office.visit(office.person("Ana"))
    sent(office)
    office.visit(office.person("Bea"))
    assert reasons(plan(office)) == {"Ana Lopez": "already-queued"}
    assert len(send(office).messages) == 1
    assert reasons(plan(office)) == {"Ana Lopez": "already-queued", "Bea Lopez": "already-queued"}


def test_two_people_who_press_send_at_once_queue_each_reminder_once(office: Practice) -> None:
    visit = office.visit(office.person())
    first, second = (office.reminders.seal(plan(office)) for _ in range(2))

    def queue(sealed: Any) -> QueuedReminders:
        return office.db.write(lambda tx: office.reminders.enqueue(tx, sealed, office.session))

    assert len(queue(first).messages) == 1
    late = queue(second)
    assert (late.messages, late.crossed) == ((), (visit.id,))


def test_undone_reminders_can_be_sent_again_as_the_next_generation(office: Practice) -> None:
    office.visit(office.person())
    first = sent(office)
    office.db.write(
        lambda tx: office.outbox.cancel(tx, first.id, Reason("cancelled-by-person"), office.session)
    )
    second = sent(office)
    assert (second.generation, second.state) == (2, State.QUEUED)
    assert second.message_id != first.message_id
    old = office.db.read(lambda tx: messages.get(tx, first.id))
    assert old is not None
    assert (old.state, old.superseded, old.reason) == (State.CANCELLED, True, Reason("cancelled-by-person"))


def test_a_moved_visit_gets_a_reminder_of_its_new_time(office: Practice) -> None:
    visit = office.visit(office.person())
    first = sent(office)
    office.change_visit(visit, occurrence=2, start=visit.start + timedelta(hours=1))
    assert recheck(office, first) == Cancel(Reason("visit-moved"))
    assert sent(office).occurrence == 2


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": VisitStatus.CANCELLED}, "visit-cancelled"),
        ({"occurrence": 2}, "visit-moved"),
    ],
)
def test_a_visit_that_changed_after_queuing_is_not_reminded_of(
    office: Practice, change: dict[str, Any], reason: str
) -> None:
    visit = office.visit(office.person())
    message = sent(office)
    office.change_visit(visit, **change)
    office.take_lease()
    office.clock.pass_(seconds=10)
    assert claim(office) is None
    end = office.db.read(lambda tx: messages.get(tx, message.id))
    assert end is not None
    assert (end.state, end.reason) == (State.CANCELLED, Reason(reason))


def test_a_visit_that_went_to_somebody_else_is_not_told_to_the_first(office: Practice) -> None:
    visit = office.visit(office.person())
    message = sent(office)
    office.change_visit(visit, person=office.person("Ana").id)
    assert recheck(office, message) == Cancel(Reason("visit-other-person"))


def test_consent_refused_between_send_and_claim_stops_it(office: Practice) -> None:
    person = office.person()
    office.visit(person)
    message = sent(office)
    assert recheck(office, message) == Keep()
    office.consent(person, Consent.REFUSED)
    assert isinstance(recheck(office, message), Cancel)


def give_card(office: Practice, person: Person) -> None:
    card = PasswordCard(person.id, b"s" * 16, 100_000, b"k" * 32, "Rita", "in-person", office.clock.now())
    office.db.write(lambda tx: cards.put(tx, card))


def test_a_way_that_changed_between_send_and_claim_is_sealed_anew(office: Practice) -> None:
    person = office.person()
    give_card(office, person)
    office.visit(person)
    message = sent(office)
    assert message.method is Method.TLS
    office.change_relay(required_tls="")
    verdict = recheck(office, message)
    assert isinstance(verdict, Replace)
    assert verdict.frozen.decision.method is Method.ENVELOPE
    office.take_lease()
    office.clock.pass_(seconds=10)
    found = claim(office)
    assert found is not None
    assert (found.message.method, found.message.generation) == (Method.ENVELOPE, 2)
    assert b"Tuesday" not in found.wire
    assert office.db.read(messages.counts) == {State.CANCELLED: 1, State.CLAIMED: 1}
    assert claim(office) is None


def test_a_new_address_between_send_and_claim_is_used(office: Practice) -> None:
    person = office.person()
    office.visit(person)
    message = sent(office)
    office.change(person, email="maria@new.example")
    verdict = recheck(office, message)
    assert isinstance(verdict, Replace)
    assert verdict.frozen.decision.address == "maria@new.example"


def test_a_way_that_closed_between_send_and_claim_cancels(office: Practice) -> None:
    office.visit(office.person())
    message = sent(office)
    office.change_relay(required_tls="")
    verdict = recheck(office, message)
    assert isinstance(verdict, Cancel)
    assert verdict.reason.code == "no-safe-way"


def test_cancelling_the_sealing_keeps_nothing(office: Practice) -> None:
    for name in ("Ana", "Bea"):
        office.visit(office.person(name))
    made = plan(office)
    with pytest.raises(Refused, match="cancelled"):
        office.reminders.seal(made, lambda done, of: done < 1)
    assert office.db.read(messages.counts) == {}


def test_each_message_goes_to_one_address_and_has_its_own_id(office: Practice) -> None:
    for number in range(12):
        office.visit(office.person(f"P{number}"), 8, number)
    queued = send(office).messages
    wires = office.db.read(lambda tx: [messages.wire(tx, one.id) for one in queued])
    assert len({one.message_id for one in queued}) == 12
    for one, wire in zip(queued, wires, strict=True):
        head = wire.partition(b"\r\n\r\n")[0]
        assert head.count(b"@mail.example") == 1
        assert f"To: {one.address}\r\n".encode() in head


def test_planning_again_gives_the_same_message_ids(office: Practice) -> None:
    office.visit(office.person())
    one, two = (office.reminders.seal(plan(office))[0] for _ in range(2))
    assert one.sealed.message_id == two.sealed.message_id


def test_the_plan_says_nothing_in_its_repr(office: Practice) -> None:
    office.visit(office.person())
    (row,) = plan(office).rows
    assert row.text not in repr(row)
    assert replace(row) == row


def visits_of(made: Plan) -> list[Appointment]:
    return [row.appointment for row in made.rows]


def test_rows_come_in_the_order_of_the_day(office: Practice) -> None:
    late, early = office.visit(office.person("Ana"), 16), office.visit(office.person("Bea"), 8)
    assert visits_of(plan(office)) == [early, late]
