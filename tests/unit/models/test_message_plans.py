"""Every list of messages walks an index in its own order: nothing is sorted, no table is read whole."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Select, event

from desktop.models import conversations, entries, mailsearch
from desktop.models.accounts import UserId
from desktop.models.correspondence import ConversationId, ConversationState, MailQuery
from desktop.models.database import Database, Tx
from desktop.models.mailsearch import Readable
from desktop.models.records import Label, MessageId, PersonId
from tests.support.kept import NOW

ME = UserId("a" * 32)
ONE = ConversationId("b" * 32)


def plan(tx: Tx, work: Any) -> list[str]:
    """The plans of every SELECT that `work` makes."""
    asked: list[tuple[str, Any]] = []

    def listen(_c: Any, _k: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(tx.connection, "before_cursor_execute", listen)
    work(tx)
    event.remove(tx.connection, "before_cursor_execute", listen)
    return [
        row.detail
        for statement, parameters in asked
        for row in tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    ]


PLACES = {
    "inbox": "conversation_inbox",
    "unknown": "conversation_unknown",
    "mine": "conversation_by_owner",
    "waiting": "conversation_by_state",
    "done": "conversation_by_state",
    "sent": "conversation_sent",
}


@pytest.mark.parametrize("place", PLACES)
def test_a_place_is_read_by_its_index(db: Database, place: str) -> None:
    (only,) = db.read(lambda tx: plan(tx, lambda tx: conversations.listing(tx, place, ME, limit=50)))
    assert f"USING INDEX {PLACES[place]}" in only
    assert "TEMP B-TREE" not in only


OTHERS: dict[str, Any] = {
    "of a person": lambda tx: conversations.of_person(tx, PersonId("c" * 32), 50),
    "counts": lambda tx: conversations.counts(tx, ME),
    "a conversation": lambda tx: entries.of_conversation(tx, ONE, limit=50, before=9),
    "how long it is": lambda tx: entries.count(tx, ONE),
    "of a message": lambda tx: entries.of_message(tx, MessageId("d" * 32)),
    "a thread": lambda tx: entries.threads_of(tx, ["<a@b>", "<c@d>"]),
    "what an answer names": lambda tx: entries.references(tx, ONE, None, 20),
    "who wrote": lambda tx: (entries.persons(tx, ONE), entries.senders(tx, ONE)),
}


@pytest.mark.parametrize("name", OTHERS)
def test_nothing_is_read_whole(db: Database, name: str) -> None:
    steps = db.read(lambda tx: plan(tx, OTHERS[name]))
    whole = [step for step in steps if step.startswith("SCAN")]
    counted = [step for step in whole if "USING COVERING INDEX conversation_" in step]
    assert whole == counted, steps


def test_who_is_counted_is_counted_by_indexes_alone(db: Database) -> None:
    steps = db.read(lambda tx: plan(tx, OTHERS["counts"]))
    assert len(steps) >= 5
    assert all("COVERING INDEX" in step or "setting" in step for step in steps), steps


SEARCHES = {
    "words": MailQuery(text="common"),
    "nothing": MailQuery(),
    "since": MailQuery(text="common", since=NOW),
    "person": MailQuery(text="common", person=PersonId("c" * 32)),
    "person alone": MailQuery(person=PersonId("c" * 32)),
    "state": MailQuery(text="common", state=ConversationState.OPEN),
    "label": MailQuery(text="common", label=Label.ROUTINE),
}


@pytest.mark.parametrize("few", [1, 5_000])
@pytest.mark.parametrize("name", SEARCHES)
def test_a_search_never_walks_the_words_of_others(
    db: Database, name: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailsearch, "_FEW", few)
    for role in (Readable(), Readable(frozenset(), frozenset(Label), ME)):
        steps = db.read(lambda tx, role=role: plan(tx, lambda tx: mailsearch.find(tx, SEARCHES[name], role)))  # type: ignore[misc]
        for step in steps:
            if step.startswith(("SCAN e ", "SEARCH e ")):
                assert "COVERING INDEX entry_" in step, steps
            assert not step.startswith("SCAN c"), steps


def test_listed_is_what_is_listed(db: Database) -> None:
    assert isinstance(conversations.listed("inbox", ME), Select)
