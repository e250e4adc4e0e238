"""What was said is destroyed when its time is over: the words, raw mails, sealed bytes, search rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from desktop.compliance import retention
from desktop.compliance.retention import CONVERSATIONS, LEAST_CHART_DAYS, Destroyed
from desktop.errors import InputError
from desktop.models import (
    conversations,
    destroying,
    entries,
    mailsearch,
    messages,
    people,
    received,
    settings,
    tasks,
)
from desktop.models.correspondence import (
    Conversation,
    ConversationState,
    Direction,
    FileIn,
    MailQuery,
    Retention,
)
from desktop.models.database import Tx
from desktop.models.delivery import ReceivedState
from desktop.models.ids import new_id
from desktop.models.records import Reason, State
from desktop.models.tables_mail import incident
from desktop.models.tasks import Task, TaskState
from tests.support.correspondence import a_conversation, a_received, an_account, an_entry
from tests.support.kept import NOW, a_message, a_person
from tests.support.logbook import Book, open_book

CANARY = "qxzcanary"
"""A beginning that no other word has, so that the index keeps it in one piece."""


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    with open_book(tmp_path) as opened:
        yield opened


@dataclass(frozen=True)
class Said:
    """A whole conversation with the canary in everything that somebody could have written."""

    one: Conversation
    received: Any
    message: Any
    task: str


def talk(book: Book, **fields: Any) -> Said:
    now = book.clock.now()
    person = a_person()
    letter = a_message(
        person.id, kind="letter", source=new_id(), queued_at=now, not_before=now, state=State.ACCEPTED
    )
    word = f"{CANARY}{new_id()[:6]}"
    usual = {
        "state": ConversationState.DONE,
        "done_at": now,
        "changed_at": now,
        "opened_at": now,
        "person": person.id,
        "subject": word,
        "snippet": word,
        "sender": word,
        "ask": Reason("ask-move", {"name": word}),
    }
    one = a_conversation(**{**usual, **fields})
    errand = Task(new_id(), "move", now, note=word, state=TaskState.DONE, conversation=one.id)

    def fill(tx: Tx) -> Any:
        people.insert(tx, person)
        messages.insert(tx, letter, word.encode(), "{}")
        mail = a_received(
            an_account(tx), at=now, raw=word.encode(), sender=word, details={"size": 3, "words": word}
        )
        received.add(tx, mail)
        conversations.add(tx, one)
        words: dict[str, Any] = {"own": word, "text": word, "subject": word, "at": now}
        files = (FileIn(f"{word}.pdf", "application/pdf", 3, 1),)
        entries.add(
            tx, an_entry(one.id, received=mail.id, sender=word, sender_name=word, files=files, **words)
        )
        entries.add(tx, an_entry(one.id, message=letter.id, direction=Direction.OUT, **words))
        tasks.add(tx, errand)
        return mail.id

    return Said(one, book.db.write(fill), letter.id, errand.id)


def destroyed(book: Book) -> Destroyed | None:
    return book.db.write(lambda tx: retention.destroy_due(tx, book.log, book.clock.now()))


def forget(book: Book) -> None:
    while book.db.write(retention.forget_words):
        pass


def places(book: Book) -> list[str]:
    """Every table and column of the whole file that holds the canary, the index's own ones too."""

    def look(tx: Tx) -> list[str]:
        ask = tx.connection.exec_driver_sql
        tables = [row.name for row in ask("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = []
        for table in tables:
            if table in ("person_search", "entry_search", "task_search"):
                continue  # their own tables stand beside them
            for column in [row.name for row in ask(f"PRAGMA table_info({table})")]:
                there = f'SELECT 1 FROM "{table}" WHERE instr(CAST("{column}" AS BLOB), ?) LIMIT 1'
                if ask(there, (CANARY.encode()[1:],)).first() is not None:
                    found.append(f"{table}.{column}")
        return found

    return book.db.read(look)


def stands(book: Book, said: Said) -> Conversation:
    found = book.db.read(lambda tx: conversations.get(tx, said.one.id))
    assert found is not None
    return found


def whole(book: Book, said: Said) -> bool:
    """Its words are there, and found."""
    hits = book.db.read(lambda tx: mailsearch.find(tx, MailQuery(text=said.one.subject))).hits
    return stands(book, said) == said.one and len(hits) == 2


def test_nothing_of_what_was_said_is_left_in_the_file(book: Book) -> None:
    said = talk(book)
    assert {"entry.text", "received.raw", "message_body.wire", "entry_search_data.block"} <= {*places(book)}
    book.clock.advance(days=366)
    now = book.clock.now()
    assert destroyed(book) == Destroyed(messages=1, attempts=0, drafts=0, conversations=1)
    forget(book)
    assert places(book) == []
    assert stands(book, said) == replace(
        said.one, subject="", snippet="", sender="", ask=None, destroyed_at=now
    )
    kept = book.db.read(lambda tx: entries.of_conversation(tx, said.one.id, limit=9))
    assert [one.direction for one in kept] == [Direction.IN, Direction.OUT]
    mail = book.db.read(lambda tx: received.get(tx, said.received))
    assert mail is not None
    assert (mail.raw, mail.details) == (b"", {"size": 3})
    book.clock.advance(days=2)
    assert destroyed(book) == Destroyed(0, 0, 0)


def test_what_is_destroyed_while_the_index_is_rewritten_is_forgotten_too(book: Book) -> None:
    for _ in range(40):
        talk(book)
    book.clock.advance(days=2)
    later = talk(book)
    book.clock.advance(days=364)
    destroyed(book)
    assert book.db.write(lambda tx: destroying.forget_words(tx, 1)) is True
    book.clock.advance(days=2)
    destroyed(book)
    assert stands(book, later).destroyed_at is not None
    forget(book)
    assert places(book) == []
    assert not book.db.read(retention.forgets)


def test_what_others_said_is_found_before_and_after(book: Book) -> None:
    talk(book)
    book.clock.advance(days=366)
    other = talk(book)
    destroyed(book)
    assert whole(book, other)
    forget(book)
    assert whole(book, other)


@pytest.mark.parametrize("kept", Retention)
def test_each_class_has_its_own_time(book: Book, kept: Retention) -> None:
    said = talk(book, retention=kept)
    days = book.db.read(retention.classes)[CONVERSATIONS[kept]]
    book.clock.advance(days=days)
    destroyed(book)
    assert whole(book, said)
    book.clock.advance(days=1)
    done = destroyed(book)
    assert done is not None
    assert done.conversations == 1
    assert not whole(book, said)


def test_the_sealed_bytes_of_what_belongs_to_the_chart_stay_with_it(book: Book) -> None:
    said, other = talk(book, retention=Retention.CHART), talk(book)
    book.clock.advance(days=200)
    assert destroyed(book) == Destroyed(messages=1, attempts=0, drafts=0)
    assert [*book.db.read(lambda tx: messages.wires(tx, [said.message, other.message]))] == [said.message]


@pytest.mark.parametrize("state", [ConversationState.OPEN, ConversationState.WAITING])
def test_what_is_not_done_stays(book: Book, state: ConversationState) -> None:
    said = talk(book, state=state, retention=Retention.SHORT)
    book.clock.advance(days=3000)
    destroyed(book)
    assert stands(book, said) == said.one
    assert "entry.text" in places(book)


def test_what_has_an_answer_that_still_waits_stays(book: Book) -> None:
    said = talk(book)
    put = "UPDATE message SET state = ? WHERE id = ?"
    book.db.write(lambda tx: tx.connection.exec_driver_sql(put, ("deferred", said.message)))
    book.clock.advance(days=366)
    destroyed(book)
    assert whole(book, said)
    book.db.write(lambda tx: tx.connection.exec_driver_sql(put, ("accepted", said.message)))
    book.clock.advance(days=1)
    destroyed(book)
    assert not whole(book, said)


def test_what_an_open_task_belongs_to_stays(book: Book) -> None:
    said = talk(book)
    errand = Task(new_id(), "move", book.clock.now(), conversation=said.one.id)
    book.db.write(lambda tx: tasks.add(tx, errand))
    book.clock.advance(days=400)
    destroyed(book)
    assert whole(book, said)
    book.db.write(lambda tx: tasks.close(tx, errand.id, TaskState.DONE, book.clock.now()))
    destroyed(book)
    assert not whole(book, said)


def test_an_open_incident_holds_what_was_said(book: Book) -> None:
    said = talk(book)
    book.db.write(_open_incident)
    book.clock.advance(days=400)
    assert destroyed(book) is None
    assert whole(book, said)


def _open_incident(tx: Tx) -> None:
    tx.connection.execute(
        insert(incident).values(id=new_id(), kind="wrong-recipient", opened_at=NOW, state="open")
    )


def test_many_go_some_at_a_time_and_the_rest_is_due_at_once(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for _ in range(3):
        talk(book)
    book.clock.advance(days=366)
    now = book.clock.now()
    counts = []
    while book.db.read(lambda tx: retention.is_due(tx, now)):
        done = destroyed(book)
        assert done is not None
        counts.append(done.conversations)
    assert counts == [2, 1]


def test_a_mail_of_no_conversation_goes_once_it_was_looked_at(book: Book) -> None:
    now = book.clock.now()
    new, done = (
        a_received(book.db.write(an_account), at=now, state=state, raw=CANARY.encode())
        for state in (ReceivedState.NEW, ReceivedState.DONE)
    )
    book.db.write(lambda tx: [received.add(tx, one) for one in (new, done)])
    book.clock.advance(days=366)
    gone = destroyed(book)
    assert gone == Destroyed(0, 0, 0, mails=1)
    kept = book.db.read(lambda tx: received.get(tx, new.id))
    assert kept == new


def test_a_note_of_a_task_goes_a_year_after_it_ended_and_the_task_stays(book: Book) -> None:
    now = book.clock.now()
    ended, open_ = (Task(new_id(), "own", now, note=CANARY) for _ in range(2))

    def fill(tx: Tx) -> None:
        for one in (ended, open_):
            tasks.add(tx, one)
        tasks.close(tx, ended.id, TaskState.DONE, now)

    book.db.write(fill)
    book.clock.advance(days=364)
    assert destroyed(book) == Destroyed(0, 0, 0)
    book.clock.advance(days=2)
    assert destroyed(book) == Destroyed(0, 0, 0, notes=1)
    gone = book.db.read(lambda tx: tasks.get(tx, ended.id))
    assert gone is not None
    assert (gone.note, gone.result) == ("", "done")
    assert book.db.read(lambda tx: tasks.get(tx, open_.id)) == open_
    assert book.db.read(lambda tx: retention.forgets(tx))


@pytest.mark.parametrize(
    ("name", "days", "right"),
    [
        ("conversations", 30, True),
        ("conversations-short", 29, False),
        ("conversations-chart", LEAST_CHART_DAYS, True),
        ("conversations-chart", LEAST_CHART_DAYS - 1, False),
    ],
)
def test_the_chart_is_kept_no_shorter_than_the_log(book: Book, name: str, days: int, right: bool) -> None:
    assert (date(2030, 1, 1) - date(2024, 1, 1)).days <= LEAST_CHART_DAYS
    if right:
        book.db.write(lambda tx: retention.put_class(tx, name, days))
        assert book.db.read(retention.classes)[name] == days
    else:
        with pytest.raises(InputError, match="retention-days-range"):
            book.db.write(lambda tx: retention.put_class(tx, name, days))


def test_nothing_is_rewritten_where_nothing_was_destroyed(book: Book) -> None:
    talk(book)
    assert not book.db.read(retention.forgets)
    assert book.db.write(retention.forget_words) is False
    assert book.db.read(lambda tx: settings.get(tx, "search-forgets")) is None
