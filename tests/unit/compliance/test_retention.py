"""G23: six years are six years; and what may go, goes with proof."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.audit.events import Act, Event
from desktop.audit.lines import Lines, Proofs, Scope
from desktop.audit.logkey import make_log_key
from desktop.audit.note import read_checkpoint
from desktop.audit.proving import make_checkpoint
from desktop.audit.segments import survey, write_segment
from desktop.audit.tokens import keep_ids, keep_reason
from desktop.audit.verify import Evidence, verify
from desktop.compliance import retention
from desktop.compliance.retention import Destroyed
from desktop.errors import Refused, SealwellError, VaultError
from desktop.models import alerts, audit, audit_proofs, drafts, logyears, vaultkeys
from desktop.models.alerts import Alert
from desktop.models.database import Tx
from desktop.models.drafts import Draft
from desktop.models.logyears import Segment
from desktop.models.records import AuditRecord
from tests.support.logbook import ANA, PERSON, Book, open_book

SHOWN = Event(Act.PEOPLE_SHOWN, obj=PERSON)
FIRST_YEAR = 2019


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    with open_book(tmp_path) as opened:
        yield opened


def code_of(work: Callable[[], object]) -> str:
    try:
        work()
    except SealwellError as error:
        return error.code
    return ""


def _execute(statement: str, tx: Tx) -> None:
    tx.connection.exec_driver_sql(statement)


def live(book: Book, first: int, last: int, each: int = 3) -> None:
    """Some records in every year from `first` to `last`; then it is January of the next."""
    for year in range(first, last + 1):
        book.clock.set_wall(datetime(year, 6, 1, 12, tzinfo=UTC))
        book.write(*(SHOWN,) * each)
    book.clock.set_wall(datetime(last + 1, 1, 2, 12, tzinfo=UTC))


def seal(book: Book, year: int) -> Segment:
    now, key = book.clock.now(), secrets.token_bytes(32)

    def work(tx: Tx) -> Segment:
        behind = retention.edge(tx)
        last = retention.last_of(tx, year, behind, now)
        cover = survey(audit.records(tx, behind.seq, last - behind.seq), behind, year)
        name = f"{year}.segment"
        records = audit.records(tx, behind.seq, last - behind.seq)
        sha256 = write_segment(book.folder / name, cover, records, key)
        made = Segment(
            year, cover.first, last, cover.root, name, sha256, now, details={"cover": asdict(cover)}
        )
        logyears.add(tx, made)
        vaultkeys.put(tx, logyears.key_name(year), key)
        return made

    return book.db.write(work)


def purge(book: Book, year: int) -> int:
    now = book.clock.now()

    def work(tx: Tx) -> int:
        one = retention.refuse_purge(tx, year, now)
        retention.check_sealed(tx, one, book.folder)
        return logyears.purge(tx, one, now, one.details)

    return book.db.write(work)


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Book]:
    """Seven years of work from 2019 on; it is January 2026, and 2019 is sealed."""
    with open_book(tmp_path, datetime(FIRST_YEAR, 3, 1, 12, tzinfo=UTC)) as book:
        live(book, FIRST_YEAR, 2025)
        seal(book, FIRST_YEAR)
        yield book


# --- sealing -------------------------------------------------------------------------------------


def test_a_year_ends_at_midnight_in_the_practices_zone(old: Book) -> None:
    sealed = old.db.read(logyears.listing)[0]
    assert (sealed.first, sealed.last) == (1, 4)
    old.clock.set_wall(datetime(2026, 12, 31, 23, 0, tzinfo=UTC))
    for year in range(2020, 2026):
        seal(old, year)
    old.write(SHOWN)
    old.clock.set_wall(datetime(2027, 1, 1, 6, 59, tzinfo=UTC))  # still 2026 in Denver
    assert code_of(lambda: seal(old, 2026)) == "year-open"
    number = old.write(SHOWN)[0]
    old.clock.set_wall(datetime(2027, 1, 1, 7, 0, tzinfo=UTC))
    old.write(SHOWN)
    assert seal(old, 2026).last == number


@pytest.mark.parametrize(
    ("year", "code"),
    [
        (2018, "year-sealed"),
        (2019, "year-sealed"),
        (2021, "year-order"),
        (2026, "year-open"),
        (1, "year-wrong"),
    ],
)
def test_years_are_sealed_in_order_and_once(old: Book, year: int, code: str) -> None:
    assert code_of(lambda: seal(old, year)) == code


def test_a_year_without_records_is_not_sealed(book: Book) -> None:
    book.clock.set_wall(datetime(2028, 2, 1, tzinfo=UTC))
    seal(book, 2026)
    assert code_of(lambda: seal(book, 2027)) == "year-empty"


# --- destroying: never too early ------------------------------------------------------------------


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.integers(1, 6 * 366), seconds=st.integers(0, 86_399))
def test_g23_no_moment_before_six_years_after_the_end_of_the_year_is_late_enough(
    old: Book, days: int, seconds: int
) -> None:
    end = datetime(FIRST_YEAR + 7, 1, 1, 7, 0, tzinfo=UTC)  # midnight in Denver
    moment = end - timedelta(days=days - 1, seconds=seconds + 1)
    with pytest.raises(Refused, match="retention-locked"):
        old.db.read(lambda tx: retention.refuse_purge(tx, FIRST_YEAR, moment))


def test_g23_the_first_moment_that_is_late_enough(old: Book) -> None:
    end = datetime(FIRST_YEAR + 7, 1, 1, 7, 0, tzinfo=UTC)
    assert retention.purgeable(FIRST_YEAR) == date(2026, 1, 1)
    assert code_of(lambda: old.db.read(lambda tx: retention.refuse_purge(tx, FIRST_YEAR, end))) == ""
    early = end - timedelta(milliseconds=1)
    assert (
        code_of(lambda: old.db.read(lambda tx: retention.refuse_purge(tx, FIRST_YEAR, early)))
        == "retention-locked"
    )


def test_g23_a_clock_that_was_set_forward_makes_no_record_older(old: Book) -> None:
    seal(old, 2020)
    purge(old, FIRST_YEAR)
    old.clock.set_wall(datetime(2040, 1, 1, tzinfo=UTC))
    old.write(SHOWN)
    assert [code_of(partial(purge, old, year)) for year in (2020, 2025)] == ["retention-locked"] * 2


def test_g23_no_statement_deletes_a_record(old: Book) -> None:
    for statement in ("DELETE FROM audit_record", "DELETE FROM audit_reason", "DELETE FROM audit_ids"):
        table = statement.split()[-1]
        old.db.write(lambda tx: keep_reason(tx, b"k" * 32, "why"))
        if table == "audit_ids":
            old.db.write(lambda tx: keep_ids(tx, b"k" * 32, 2, [PERSON]))
        with pytest.raises(Exception, match="insert-only"):
            old.db.write(partial(_execute, statement))


def test_only_a_sealed_year_is_destroyed_the_oldest_first_and_once(old: Book) -> None:
    live(old, 2026, 2027)
    assert code_of(lambda: purge(old, 2020)) == "segment-unsealed"
    seal(old, 2020)
    assert code_of(lambda: purge(old, 2020)) == "purge-order"
    assert purge(old, 2019) == 4
    assert code_of(lambda: purge(old, 2019)) == "already-purged"
    assert purge(old, 2020) == 3


def test_an_open_incident_holds_everything(old: Book) -> None:
    now = old.clock.now()
    alert = Alert("1" * 32, "many-refusals", "warning", ANA, now, now, 1, ())
    old.db.write(lambda tx: alerts.add(tx, alert))
    old.db.write(lambda tx: alerts.add_incident(tx, "2" * 32, alert, now, {}))
    assert code_of(lambda: purge(old, 2019)) == "legal-hold"
    assert old.db.write(lambda tx: retention.destroy_due(tx, old.log, now)) is None
    head = old.db.read(audit.last)
    assert head is not None
    assert '"why":"legal-hold"' in head.body


@pytest.mark.parametrize("harm", ["gone", "cut", "key"])
def test_without_a_whole_sealed_file_nothing_is_destroyed(old: Book, harm: str) -> None:
    file = old.folder / "2019.segment"
    if harm == "gone":
        file.unlink()
    elif harm == "cut":
        file.write_bytes(file.read_bytes()[:-1])
    else:
        old.db.write(lambda tx: vaultkeys.put(tx, "segment-2019", b"x" * 32))
    before = old.db.read(audit.count)
    assert code_of(lambda: purge(old, 2019)) == ("segment-missing" if harm == "gone" else "segment-damaged")
    assert old.db.read(audit.count) == before


# --- destroying: what is left ----------------------------------------------------------------------


def test_the_rest_of_the_log_still_verifies_and_still_cannot_be_deleted(old: Book) -> None:
    purge(old, 2019)
    kept = old.db.read(lambda tx: list(audit.records(tx)))
    assert kept[0].seq == 5
    start = old.db.read(retention.start)
    assert verify(kept, count=len(kept), start=start).ok
    assert verify(kept, count=len(kept)).class_ == "missing"
    assert verify(kept[1:], start=start).class_ == "missing"
    assert verify(kept, count=len(kept) + 1, start=start).class_ == "inserted"
    forged = [AuditRecord(kept[0].seq, kept[1].body, kept[1].hash), *kept[1:]]
    assert not verify(forged, start=start).ok
    with pytest.raises(Exception, match="insert-only"):
        old.db.write(lambda tx: tx.connection.exec_driver_sql("DELETE FROM audit_record"))
    old.write(SHOWN)
    kept = old.db.read(lambda tx: list(audit.records(tx)))
    assert verify(kept, start=start).ok


def test_checkpoints_of_before_and_after_hold_behind_a_destroyed_year(old: Book) -> None:
    key = old.db.write(lambda tx: make_log_key(tx, b"v" * 16, b"w" * 32))
    old.db.write(lambda tx: make_checkpoint(tx, old.log, key, None, b"v" * 16, old.clock))
    purge(old, 2019)
    old.write(SHOWN)
    old.db.write(lambda tx: make_checkpoint(tx, old.log, key, None, b"v" * 16, old.clock))
    points = [read_checkpoint(one.note, key.vkey) for one in old.db.read(audit_proofs.checkpoints)]
    start = old.db.read(retention.start)
    records = old.db.read(lambda tx: list(audit.records(tx)))
    assert len(points) == 2
    assert verify(records, start=start, evidence=Evidence(kept=points)).ok
    assert start is not None
    exported = Lines(iter(records), key, old.clock.now(), Scope(purged=start.tree), Proofs())
    list(exported.parts())
    assert read_checkpoint(exported.checkpoint, key.vkey).root == points[-1].root


def test_lists_reasons_and_marks_of_the_year_go_with_it_and_others_stay(old: Book) -> None:
    def work(tx: Tx) -> None:
        keep_ids(tx, b"k" * 32, 2, [PERSON])
        keep_ids(tx, b"k" * 32, 6, [PERSON])
        audit_proofs.put_macs(tx, [(number, b"m" * 32) for number in range(1, 8)])

    old.db.write(work)
    purge(old, 2019)
    assert old.db.read(lambda tx: (audit.ids(tx, 2), audit.ids(tx, 6) is not None)) == (None, True)
    assert [seq for seq, _ in old.db.read(lambda tx: list(audit_proofs.macs(tx)))] == [5, 6, 7]
    assert old.db.read(lambda tx: vaultkeys.get(tx, "segment-2019")) is None
    left = old.db.read(logyears.listing)[0]
    assert left.purged_at == old.clock.now()
    assert left.root
    with pytest.raises(VaultError):
        old.db.read(lambda tx: retention.check_sealed(tx, left, old.folder))


def test_a_purge_that_fails_leaves_everything_and_the_triggers(old: Book) -> None:
    before = old.db.read(audit.count)

    def work(tx: Tx) -> None:
        one = retention.refuse_purge(tx, 2019, old.clock.now())
        logyears.purge(tx, one, old.clock.now(), {})
        raise KeyError

    with pytest.raises(KeyError):
        old.db.write(work)
    assert old.db.read(audit.count) == before
    with pytest.raises(Exception, match="insert-only"):
        old.db.write(lambda tx: tx.connection.exec_driver_sql("DELETE FROM audit_record"))


# --- content ------------------------------------------------------------------------------------


def destroyed(book: Book) -> Destroyed | None:
    return book.db.write(lambda tx: retention.destroy_due(tx, book.log, book.clock.now()))


def test_drafts_go_ninety_days_after_their_last_change(book: Book) -> None:
    draft = Draft("1" * 32, ANA, book.clock.now(), subject="s", body="b")
    book.db.write(lambda tx: drafts.put(tx, draft))
    book.clock.advance(days=89)
    assert destroyed(book) == Destroyed(messages=0, attempts=0, drafts=0)
    before = book.db.read(audit.count)
    book.clock.advance(days=2)
    assert destroyed(book) == Destroyed(messages=0, attempts=0, drafts=1)
    assert book.db.read(lambda tx: drafts.get(tx, draft.id)) is None
    assert book.db.read(audit.count) == before + 1  # one record, and none where nothing went


def test_an_unexplained_gap_holds_content_too(book: Book) -> None:
    draft = Draft("1" * 32, ANA, book.clock.now())
    book.db.write(lambda tx: drafts.put(tx, draft))
    book.clock.advance(days=100)
    book.put("log-gap", "{}")
    assert destroyed(book) is None
    assert book.db.read(lambda tx: drafts.get(tx, draft.id)) is not None
    book.put("log-gap", "")
    assert destroyed(book) == Destroyed(messages=0, attempts=0, drafts=1)


def test_it_runs_once_a_day_and_a_clock_set_back_does_not_stop_it(book: Book) -> None:
    now = book.clock.now()
    assert book.db.read(lambda tx: retention.is_due(tx, now))
    book.db.write(lambda tx: retention.destroy_due(tx, book.log, now))
    assert not book.db.read(lambda tx: retention.is_due(tx, now + timedelta(hours=23)))
    assert book.db.read(lambda tx: retention.is_due(tx, now + timedelta(hours=24)))
    assert book.db.read(lambda tx: retention.is_due(tx, now - timedelta(days=30)))


@pytest.mark.parametrize(
    ("name", "days", "code"),
    [
        ("messages", 29, "retention-days-range"),
        ("messages", 3651, "retention-days-range"),
        ("imports", 29, "retention-days-range"),
        ("log", 60, "retention-class-unknown"),
        ("drafts", 30, ""),
    ],
)
def test_what_can_be_chosen(book: Book, name: str, days: int, code: str) -> None:
    assert code_of(lambda: book.db.write(lambda tx: retention.put_class(tx, name, days))) == code
    assert book.db.read(retention.classes)["drafts"] == (30 if name == "drafts" else 90)
