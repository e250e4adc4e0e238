from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from desktop.audit import report
from desktop.audit.events import Act, Event
from desktop.audit.report import Head, Mark, log_report, touched_report
from desktop.audit.touched import Keys, Touched, touched
from desktop.errors import Refused
from desktop.models import audit
from desktop.models.accounts import UserId
from desktop.models.documents import Document, Facts, Paragraph, QrCode, Style, Table
from desktop.models.filters import AuditFilter
from desktop.texts import Texts
from tests.support.clock import ManualClock
from tests.support.kept import a_person, keep
from tests.support.records import FIELD_KEY, TOKEN_KEY, USER, Logbook, damaged_record

MARIA = a_person(first_name="María", last_name="Peña")
ZONE = ZoneInfo("America/New_York")
MARK = Mark("sealwell.local/00/audit\n3\ncm9vdA==\n\n— sealwell.local/00 c2ln\n", "sealwell.local/00+0+key")


@pytest.fixture
def book(tmp_path: Path, clock: ManualClock) -> Iterator[Logbook]:
    made = Logbook(tmp_path / "practice.db", clock)
    made.add_user("Robin Reyes")
    keep(made.database, MARIA)
    yield made
    made.database.close()


def head(book: Logbook) -> Head:
    return Head("Elm Street Clinic", ZONE, book.clock.now(), "Alex Admin")


def of(
    book: Logbook,
    wanted: AuditFilter = AuditFilter(),  # noqa: B008 - frozen
    mark: Mark | None = None,
    language: str = "en",
) -> Document:
    return book.database.read(lambda tx: log_report(tx, wanted, head(book), mark, Texts(language)))


def tables(document: Document) -> list[Table]:
    return [block for block in document.blocks if isinstance(block, Table)]


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Paragraph)]


def facts(document: Document) -> dict[str, str]:
    return dict(row for block in document.blocks if isinstance(block, Facts) for row in block.rows)


def test_the_log_reads_in_words_names_and_the_practice_s_time(book: Logbook) -> None:
    book.note(Event(Act.PEOPLE_SHOWN, MARIA.id))
    book.note(Event(Act.GUARD_REFUSED, "audit.export", outcome="refused", why="not-allowed"))
    book.note(Event(Act.OUTBOX_RUN, det={"count": 2}), "system")
    made = of(book)
    _, log = tables(made)
    first, second, third = log.rows
    assert first == ("1", "2026-11-23 04:01:00", "Robin Reyes", "Looked at a person", "María Peña", "Done")
    assert second[-1].startswith("Refused: ")
    assert "{" not in second[-1]
    assert third[2] == "Sealwell itself"
    assert made.subtitle[0] == "Elm Street Clinic"
    assert "2026-11-23 04:03:00 (America/New_York) by Alex Admin" in made.subtitle[1]


def test_the_counts_are_of_everything_though_the_table_is_cut(
    book: Logbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "ROWS", 2)
    for _ in range(3):
        book.note(Event(Act.PEOPLE_SHOWN, MARIA.id))
    book.note(Event(Act.PEOPLE_SHOWN, outcome="refused", why="not-allowed"))
    made = of(book)
    counts, log = tables(made)
    assert counts.rows == (("Looked at a person", "4", "1"),)
    assert [row[0] for row in log.rows] == ["3", "4"]
    assert "The newest 2 of 4 records are listed here." in " ".join(texts(made))


def test_a_filter_stands_on_the_paper(book: Logbook) -> None:
    book.note(Event(Act.PEOPLE_SHOWN, MARIA.id))
    book.note(Event(Act.SESSION_LOCKED))
    since = book.clock.now() - timedelta(days=1)
    wanted = AuditFilter(
        since=since, actor=UserId(USER), person=MARIA.id, acts=("people.shown",), outcome="ok"
    )
    told = facts(of(book, wanted))
    assert told["Period"] == "2026-11-22 04:02:00 to today (America/New_York)"
    assert (told["Who"], told["Person"], told["What"]) == ("Robin Reyes", "María Peña", "Looked at a person")
    assert (told["Outcome"], told["Records"]) == ("Done", "1")


def test_the_checkpoint_stands_at_the_end_to_the_letter_and_as_a_code(book: Logbook) -> None:
    made = of(book, mark=MARK)
    exact = [b.text for b in made.blocks if isinstance(b, Paragraph) and b.style is Style.EXACT]
    assert exact == [MARK.checkpoint.rstrip("\n"), MARK.key]
    assert [block.payload for block in made.blocks if isinstance(block, QrCode)] == [MARK.checkpoint]
    assert not any(isinstance(block, QrCode) for block in of(book).blocks)


def test_an_altered_record_is_named_as_one(book: Logbook) -> None:
    book.database.write(lambda tx: audit.append(tx, damaged_record(1)))
    (row,) = tables(of(book))[1].rows
    assert row[3] == "This record was changed and cannot be read"


def test_it_speaks_spanish(book: Logbook) -> None:
    book.note(Event(Act.PEOPLE_SHOWN, MARIA.id))
    made = of(book, mark=MARK, language="es")
    assert (made.title, made.language) == ("Registro de auditoría", "es")
    assert [column.head for column in tables(made)[1].columns][2:4] == ["Quién", "Qué"]


def test_a_long_report_can_be_stopped(book: Logbook) -> None:
    book.note(Event(Act.SESSION_LOCKED))
    with pytest.raises(Refused) as stopped:
        book.database.read(
            lambda tx: log_report(tx, AuditFilter(), head(book), None, Texts("en"), lambda done, of: False)
        )
    assert stopped.value.code == "cancelled"


def access(book: Logbook) -> tuple[Touched, Document]:
    def make(tx: object) -> tuple[Touched, Document]:
        found = touched(tx, MARIA.id, Keys(FIELD_KEY, TOKEN_KEY))  # type: ignore[arg-type]
        return found, touched_report(tx, MARIA, found, head(book), MARK, Texts("en"))  # type: ignore[arg-type]

    return book.database.read(make)


def test_the_record_of_access_says_how_each_came_about(book: Logbook) -> None:
    book.note(Event(Act.PEOPLE_SHOWN, MARIA.id))
    book.listed(Act.PEOPLE_SEARCHED, [MARIA.id, *(f"{n:032x}" for n in range(59))])
    _, made = access(book)
    rows = tables(made)[0].rows
    assert [row[4] for row in rows] == ["This person's own page", "In a list of 60 names"]
    assert {row[2] for row in rows} == {"Robin Reyes"}
    assert facts(made)["Person"].startswith("María Peña, ")


def test_it_says_that_it_is_sealwell_only_on_every_page(book: Logbook) -> None:
    _, made = access(book)
    assert "This is what was done in Sealwell only." in " ".join(texts(made))
    assert "Sealwell only" in made.footer


def test_it_says_what_it_cannot_know(book: Logbook) -> None:
    book.listed(Act.OUTBOX_LISTED, [MARIA.id], keep=False)
    book.listed(Act.PEOPLE_SEARCHED, [MARIA.id], shown=["0" * 32])
    _, made = access(book)
    said = " ".join(texts(made))
    assert "1 list could not be used" in said
    assert "For 1 list it was not kept" in said
