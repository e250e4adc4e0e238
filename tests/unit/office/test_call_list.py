"""Whom to phone: every visit without a reminder that surely arrived, and nobody who must not be called."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from desktop.models import messages, people, tasks
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.documents import Document, Table
from desktop.models.ids import new_id
from desktop.models.records import MessageId, Reason, State
from desktop.office.api import Office
from desktop.office.values_practice import RelayRequest
from tests.made_practice import Practice, import_visits, person_named
from tests.made_staff import desk_of

TUESDAY = date(2026, 11, 24)


class Desk:
    def __init__(self, office: Office, session: Session, practice: Practice) -> None:
        self.office, self.session, self.practice = office, session, practice
        self.database = desk_of(office).opened().database

    def codes(self, day: date | None = TUESDAY) -> dict[str, str]:
        made = self.office.call_list(self.session, day)
        return {line.name.split()[0]: line.reason.code for line in made.lines}

    def end(self, id_: MessageId, state: State, reason: Reason | None = None) -> None:
        def move(tx: Tx) -> None:
            row = messages.get(tx, id_)
            assert row is not None
            assert messages.move(tx, id_, row.state, state, reason=reason)

        self.database.write(move)


@pytest.fixture
def desk(
    at_work: tuple[Office, Session], practice: Practice, relay_request: Callable[..., RelayRequest]
) -> Desk:
    office, session = at_work
    office.add_relay(session, relay_request(required_tls="account"))
    import_visits(office, session, practice.clock)
    return Desk(office, session, practice)


def test_before_anything_was_sent_everybody_is_on_it_and_those_without_e_mail_say_so(desk: Desk) -> None:
    everybody = {"Zoraida": "call-not-sent", "Bo": "call-not-sent", "Ned": "no-address"}
    assert desk.codes() == everybody
    assert desk.codes(None) == everybody
    assert desk.codes(date(2026, 11, 25)) == {}


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (State.QUEUED, "call-waits"),
        (State.DATA, "call-waits"),
        (State.DEFERRED, "call-waits"),
        (State.ACCEPTED, None),
        (State.FAILED, "failed-before"),
        (State.BOUNCED, "call-came-back"),
        (State.COMPLAINED, "call-came-back"),
        (State.EXPIRED, "call-expired"),
        (State.UNCERTAIN, "uncertain-before"),
        (State.CANCELLED, "call-not-sent"),
    ],
)
def test_what_became_of_the_reminder_decides(desk: Desk, state: State, code: str | None) -> None:
    first = desk.office.send_reminders(desk.session).messages[0]
    if state is not State.QUEUED:
        desk.end(first, state)
    assert desk.codes().get("Zoraida") == code
    assert desk.codes()["Bo"] == "call-waits"


def test_who_was_phoned_is_not_on_it_any_more(desk: Desk) -> None:
    first, second = desk.office.send_reminders(desk.session).messages
    desk.end(first, State.UNCERTAIN, Reason("settled-by-phone"))
    desk.end(second, State.FAILED)
    now = desk.practice.clock.now()
    person = person_named(desk.office, desk.session, "Bo")
    done = tasks.Task(
        new_id(), "call", now, source=second, person=person, state=tasks.TaskState.DONE, closed_at=now
    )
    desk.database.write(lambda tx: tasks.add(tx, done))
    assert set(desk.codes()) == {"Ned"}


@pytest.mark.parametrize("status", ["deceased", "moved", "discharged"])
def test_nobody_is_called_who_died_or_left(desk: Desk, status: str) -> None:
    person = person_named(desk.office, desk.session, "Bo")
    desk.office.set_person(desk.session, person, {"status": status})
    assert "Bo" not in desk.codes()


def test_a_visit_that_is_over_is_no_call_of_today(desk: Desk) -> None:
    at = desk.database.read(lambda tx: people.count(tx))
    assert at == 3
    desk.practice.clock.move(24 * 3600 + 45 * 60)  # 09:45 by the practice's clock
    office, session = desk.practice.signed_in()
    later = Desk(office, session, desk.practice)
    assert set(later.codes(None)) == {"Bo", "Ned"}
    assert set(later.codes(TUESDAY)) == {"Zoraida", "Bo", "Ned"}


def test_the_paper_says_the_same_in_the_practices_language(desk: Desk, practice: Practice) -> None:
    printed: list[Document] = []

    class Press:
        def print_pdf(self, document: Document, progress: object = None) -> bytes:
            printed.append(document)
            return b"%PDF"

    practice.printer = Press
    office, session = practice.signed_in()
    assert office.print_call_list(session, TUESDAY).data == b"%PDF"
    (table,) = [block for block in printed[0].blocks if isinstance(block, Table)]
    assert [row[1].split()[0] for row in table.rows] == ["Zoraida", "Bo", "Ned"]
    assert table.rows[2][4] == "Ned Noaddress has no e-mail address: please call."
    assert office.print_call_list(session, date(2026, 11, 25)).name == "call-list.pdf"
    assert not [block for block in printed[1].blocks if isinstance(block, Table)]
