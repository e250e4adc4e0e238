from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desktop.audit.events import Act, Event
from desktop.audit.touched import LISTS, Keys, Touched, touched
from desktop.errors import Refused
from desktop.models import imports, messages
from desktop.models.people import insert
from desktop.models.records import PersonId
from tests.support.clock import ManualClock
from tests.support.kept import a_message, a_person, keep
from tests.support.records import FIELD_KEY, TOKEN_KEY, Logbook

KEYS = Keys(FIELD_KEY, TOKEN_KEY)
MARIA, OTHER, OLD = a_person(), a_person(first_name="Ana"), a_person(first_name="Marie")


@pytest.fixture
def book(tmp_path: Path, clock: ManualClock) -> Iterator[Logbook]:
    made = Logbook(tmp_path / "practice.db", clock)
    keep(made.database, MARIA, OTHER, OLD)
    yield made
    made.database.close()


def found(book: Logbook, person: PersonId = MARIA.id, **options: Any) -> Touched:
    return book.database.read(lambda tx: touched(tx, person, KEYS, **options))


def acts(one: Touched) -> list[tuple[str, int]]:
    return [(touch.seen.act, touch.listed) for touch in one.touches]


def test_what_was_done_to_the_person_is_found_and_nothing_else(book: Logbook) -> None:
    letter = a_message(MARIA.id)
    book.database.write(lambda tx: messages.insert(tx, letter, b"wire", "{}"))
    queued = {"person": MARIA.id, "kind": "letter", "method": "openpgp", "decision": "1" * 64}
    book.note(Event(Act.PEOPLE_SHOWN, MARIA.id))
    book.note(Event(Act.PEOPLE_SHOWN, OTHER.id))
    book.note(Event(Act.MESSAGE_QUEUED, letter.id, det=queued))
    book.note(Event(Act.MESSAGE_ACCEPTED, letter.id, det={"method": "openpgp", "attempts": 1}), "system")
    book.note(Event(Act.KEY_ADDED, "9" * 32, det={"person": MARIA.id, "key-kind": "smime"}))
    book.note(Event(Act.SESSION_LOCKED))
    assert acts(found(book)) == [
        ("people.shown", 0),
        ("message.queued", 0),
        ("message.accepted", 0),
        ("key.added", 0),
    ]


def test_a_list_counts_for_those_who_stood_in_it(book: Logbook) -> None:
    everybody = [OTHER.id, MARIA.id, *(f"{n:032x}" for n in range(58))]
    book.listed(Act.PEOPLE_SEARCHED, everybody)
    book.listed(Act.PEOPLE_SEARCHED, [OTHER.id])
    told = found(book)
    assert acts(told) == [("people.searched", 60)]
    assert (told.opened, told.altered, told.unkept) == (2, 0, 0)


def test_lists_whose_names_were_not_kept_are_told(book: Logbook) -> None:
    book.listed(Act.OUTBOX_LISTED, [MARIA.id], keep=False)
    book.listed(Act.PEOPLE_SEARCHED, [], keep=False)
    told = found(book)
    assert (acts(told), told.opened, told.unkept) == ([], 0, 1)


def test_a_list_from_which_somebody_took_the_name_is_told(book: Logbook) -> None:
    book.listed(Act.PEOPLE_SEARCHED, [MARIA.id, OTHER.id], shown=[OTHER.id])
    told = found(book)
    assert (acts(told), told.opened, told.altered) == ([], 0, 1)


def test_a_list_that_another_key_sealed_is_told(book: Logbook) -> None:
    book.listed(Act.PEOPLE_SEARCHED, [MARIA.id])
    other = Keys(b"x" * 32, TOKEN_KEY)
    told = book.database.read(lambda tx: touched(tx, MARIA.id, other))
    assert (acts(told), told.altered) == ([], 1)


def test_the_period_bounds_direct_records_and_lists(book: Logbook) -> None:
    for _ in range(3):
        book.note(Event(Act.PEOPLE_SHOWN, MARIA.id))
        book.listed(Act.PEOPLE_SEARCHED, [MARIA.id])
    now = book.clock.now()
    since, until = now - timedelta(minutes=3), now - timedelta(minutes=1)
    assert acts(found(book, since=since, until=until)) == [("people.shown", 0), ("people.searched", 1)]


def test_a_merged_id_is_followed(book: Logbook) -> None:
    book.note(Event(Act.PEOPLE_SHOWN, OLD.id))
    book.listed(Act.PEOPLE_SEARCHED, [OLD.id])
    assert acts(found(book)) == []
    assert acts(found(book, merged=[OLD.id])) == [("people.shown", 0), ("people.searched", 1)]


def test_the_import_that_brought_the_person_in_is_part_of_it(book: Logbook) -> None:
    came = a_person(first_name="Nuria")

    def take_in(tx: Any) -> str:
        batch = imports.begin(tx, "people", "hash", "user", book.clock.now())
        insert(tx, came, import_id=batch)
        return str(batch)

    batch = book.database.write(take_in)
    counts = dict.fromkeys(("created", "updated", "unchanged", "rejected"), 1)
    book.note(Event(Act.PEOPLE_IMPORTED, batch, det=counts))
    assert acts(found(book, came.id)) == [("people.imported", 0)]
    assert acts(found(book)) == []


def test_it_tells_how_far_it_is_and_can_be_stopped(book: Logbook) -> None:
    for _ in range(3):
        book.listed(Act.PEOPLE_SEARCHED, [MARIA.id])
    told: list[tuple[int, int]] = []

    def stop(done: int, of: int) -> bool:
        told.append((done, of))
        return False

    with pytest.raises(Refused) as stopped:
        found(book, progress=stop)
    assert stopped.value.code == "cancelled"
    assert told == [(3, 3)]


def test_every_act_that_must_keep_ids_is_a_list() -> None:
    assert {"people.searched", "appointments.shown", "reminders.previewed", "outbox.listed"} <= LISTS
