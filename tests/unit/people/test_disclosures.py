"""Who got what about a person: 45 CFR 164.528."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desktop.audit.events import Act, Event
from desktop.audit.report import Head
from desktop.audit.tables import csv_table
from desktop.errors import InputError, Refused
from desktop.models import conversations, entries, messages
from desktop.models.database import Tx
from desktop.models.documents import Table
from desktop.models.records import Kind, Message, Person, PersonId, State
from desktop.people.disclosures import (
    Accounting,
    Disclosure,
    account,
    accounting_report,
    accounting_table,
    years_before,
)
from desktop.texts import Texts
from tests.support.clock import ManualClock
from tests.support.correspondence import a_conversation, an_entry
from tests.support.kept import a_message, a_person, keep
from tests.support.records import Logbook

ZONE = ZoneInfo("America/New_York")
MARIA = a_person(first_name="María", last_name="Peña")
OTHER = a_person(first_name="Ana")
OLD = a_person(first_name="Marie")
LAB = a_person(kind=Kind.PROFESSIONAL, first_name="Lee", last_name="Chan", organisation="North Lab")


@pytest.fixture
def book(tmp_path: Path, clock: ManualClock) -> Iterator[Logbook]:
    made = Logbook(tmp_path / "practice.db", clock)
    keep(made.database, MARIA, OTHER, OLD, LAB)
    yield made
    made.database.close()


def sent(
    book: Logbook, to: Person, about: Person | None = None, *, logged: bool = True, **fields: Any
) -> Message:
    """A message that left; `about` puts it into a conversation about somebody."""
    usual = {"kind": "letter", "source": "", "state": State.ACCEPTED, "queued_at": book.clock.now()}
    row = a_message(to.id, **(usual | fields))

    def write(tx: Tx) -> None:
        messages.insert(tx, row, b"wire", "{}")
        if about is not None:
            talk = a_conversation(person=about.id)
            conversations.add(tx, talk)
            entries.add(tx, an_entry(talk.id, message=row.id))

    book.database.write(write)
    if logged:
        det: dict[str, str | int] = {"method": "openpgp", "attempts": 1}
        book.note(Event(Act.MESSAGE_ACCEPTED, row.id, det=det), "system")
    return row


def of(book: Logbook, person: Person = MARIA, **options: Any) -> Accounting:
    return book.database.read(lambda tx: account(tx, person, book.clock.now(), **options))


def test_what_went_to_others_is_listed_and_what_the_person_got_is_counted(book: Logbook) -> None:
    letter = sent(book, LAB, MARIA, address="lab@north.example")
    sent(book, MARIA)
    sent(book, LAB, OTHER)
    made = of(book)
    assert made.to_person == 1
    (row,) = made.rows
    assert (row.message, row.recipient, row.address) == (
        letter.id,
        "Lee Chan, North Lab",
        "lab@north.example",
    )
    assert (row.what, row.purpose, row.exception) == ("letter", "care", "treatment")


def test_the_date_is_that_of_sending_as_the_log_has_it(book: Logbook) -> None:
    queued = book.clock.now()
    book.clock.advance(days=2)
    sent(book, LAB, MARIA, queued_at=queued)
    sent(book, LAB, MARIA, queued_at=queued, logged=False)
    assert [row.at - queued for row in of(book).rows] == [timedelta(0), timedelta(days=2, minutes=1)]


@pytest.mark.parametrize("state", State)
def test_only_what_left_or_may_have_left_is_a_disclosure(book: Logbook, state: State) -> None:
    sent(book, LAB, MARIA, state=state)
    left = state in (State.ACCEPTED, State.UNCERTAIN, State.BOUNCED, State.COMPLAINED)
    assert len(of(book).rows) == left


def test_it_reaches_back_six_years_and_no_further(book: Logbook) -> None:
    start = book.clock.now()
    sent(book, LAB, MARIA)
    book.clock.advance(days=365 * 6)
    assert len(of(book).rows) == 1
    book.clock.advance(days=3)
    assert of(book).rows == ()
    assert of(book, since=start - timedelta(days=1)).rows == ()


def test_a_shorter_period_can_be_asked_for(book: Logbook) -> None:
    sent(book, LAB, MARIA)
    middle = book.clock.now() + timedelta(seconds=1)
    sent(book, LAB, MARIA)
    assert len(of(book, until=middle).rows) == 1
    assert len(of(book, since=middle).rows) == 1
    assert of(book, until=middle + timedelta(days=900)).until == book.clock.now()


def test_a_period_that_ends_before_it_begins_is_refused(book: Logbook) -> None:
    now = book.clock.now()
    with pytest.raises(InputError) as refused:
        of(book, since=now, until=now - timedelta(days=1))
    assert refused.value.code == "period-backwards"


def test_a_merged_id_is_the_person_too(book: Logbook) -> None:
    sent(book, LAB, OLD)
    sent(book, OLD)
    assert (len(of(book).rows), of(book).to_person) == (0, 0)
    made = of(book, merged=[PersonId(OLD.id)])
    assert (len(made.rows), made.to_person) == (1, 1)


def test_what_else_is_known_is_put_in_by_date(book: Logbook) -> None:
    sent(book, LAB, MARIA)
    told = Disclosure(book.clock.now(), "Somebody Else", "x@y.example", "letter", "misdirected", "")
    old = Disclosure(book.clock.now() - timedelta(days=4000), "Old", "", "letter", "law", "")
    made = of(book, further=[old, told])
    assert [row.recipient for row in made.rows] == ["Lee Chan, North Lab", "Somebody Else"]


def test_marketing_rests_on_an_authorization_and_the_unknown_on_nothing(book: Logbook) -> None:
    sent(book, LAB, MARIA, kind="campaign")
    sent(book, LAB, MARIA, kind="else")
    assert {row.what: row.exception for row in of(book).rows} == {"campaign": "authorization", "else": ""}


def test_it_can_be_stopped(book: Logbook) -> None:
    sent(book, LAB, MARIA)
    with pytest.raises(Refused) as stopped:
        of(book, progress=lambda done, of: False)
    assert stopped.value.code == "cancelled"


def cells(table: Table) -> list[tuple[str, ...]]:
    return list(table.rows)


def test_paper_and_csv_say_the_same(book: Logbook) -> None:
    sent(book, LAB, MARIA, address="=cmd@north.example", state=State.UNCERTAIN)
    made = of(book)
    head = Head("Elm Street Clinic", ZONE, book.clock.now(), "Alex")
    paper = accounting_report(made, head, Texts("en"))
    (table,) = [block for block in paper.blocks if isinstance(block, Table)]
    (row,) = table.rows
    assert row[:4] == (
        "2026-11-23",
        "Lee Chan, North Lab\n=cmd@north.example",
        "Letter (we can't tell if it arrived)",
        "Treatment",
    )
    assert "164.528(a)(1)(i)" in row[4]
    assert table == accounting_table(made, ZONE, Texts("en"))
    assert b"Lee Chan, North Lab" in b"".join(csv_table(table))
    assert "Sealwell only" in paper.footer


def test_an_empty_accounting_says_so(book: Logbook) -> None:
    paper = accounting_report(of(book), Head("Elm", ZONE, book.clock.now(), "Alex"), Texts("es"))
    assert not any(isinstance(block, Table) for block in paper.blocks)
    assert "En este periodo no se dio nada a nadie más." in str(paper.blocks)


def test_six_years_before_a_leap_day_is_the_day_before() -> None:
    leap = datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert years_before(leap, 6) == datetime(2022, 2, 28, 12, tzinfo=UTC)
    assert years_before(leap, 4) == datetime(2024, 2, 29, 12, tzinfo=UTC)
