"""Conversations and what was said in them: kept whole, listed by place, counted, found by Message-ID."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from desktop.models import conversations, entries, messages, received, users
from desktop.models.accounts import Role, User, UserId
from desktop.models.correspondence import (
    Conversation,
    ConversationId,
    ConversationState,
    Direction,
    Entry,
    EntryId,
    FileIn,
    Retention,
    Signature,
    Urgency,
)
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.models.records import Label, PersonId, Reason
from tests.support.correspondence import a_conversation, a_received, an_account, an_entry, said
from tests.support.kept import NOW, a_message, a_person, keep

ANA = User(UserId(new_id()), "ana", Role.FRONT_DESK)
BO = User(UserId(new_id()), "bo", Role.MANAGER)


@pytest.fixture
def maria(db: Database) -> PersonId:
    person = a_person()
    keep(db, person)
    for user in (ANA, BO):
        db.write(lambda tx, user=user: users.add(tx, user, "SECRET"))  # type: ignore[misc]
    return person.id


def places(db: Database, user: UserId = ANA.id) -> dict[str, list[ConversationId]]:
    names = ("inbox", "mine", "waiting", "done", "sent", "unknown")
    return db.read(
        lambda tx: {
            name: [one.id for one in conversations.listing(tx, name, user, limit=9)] for name in names
        }
    )


def start(db: Database, **fields: Any) -> Conversation:
    one = a_conversation(**fields)
    db.write(lambda tx: conversations.add(tx, one))
    return one


def test_a_conversation_comes_back_as_it_was_kept(db: Database, maria: PersonId) -> None:
    account = db.write(an_account)
    bare = start(db)
    full = start(
        db,
        subject="Thursday?",
        state=ConversationState.WAITING,
        person=maria,
        account=account,
        owner=ANA.id,
        label=Label.VERY_SENSITIVE,
        urgency=Urgency.ASKS,
        ask=Reason("ask-move", {"name": "María"}),
        retention=Retention.CHART,
        turn=3,
        unseen=True,
        answering=BO.id,
        answering_until=NOW + timedelta(minutes=10),
        started_by=BO.id,
        sender="a@example.com",
        snippet="Can I",
        last=Direction.OUT,
        sent_at=NOW,
        auto_answered_at=NOW,
        done_at=NOW,
        destroyed_at=NOW,
    )
    ids = [bare.id, full.id, ConversationId("gone")]
    assert db.read(lambda tx: conversations.get_many(tx, ids)) == {bare.id: bare, full.id: full}
    back = replace(bare, id=full.id)
    db.write(lambda tx: conversations.put(tx, back))
    assert db.read(lambda tx: conversations.get(tx, full.id)) == back
    assert db.read(lambda tx: conversations.get(tx, ConversationId("gone"))) is None
    assert "Thursday" not in repr(full)


def test_each_place_shows_what_belongs_there_in_its_order(db: Database, maria: PersonId) -> None:
    def at(minutes: int, **fields: Any) -> ConversationId:
        return start(db, person=maria, changed_at=NOW + timedelta(minutes=minutes), **fields).id

    plain, late = at(0), at(5)
    asks = at(1, urgency=Urgency.ASKS, unseen=True)
    urgent = at(2, urgency=Urgency.URGENT, owner=BO.id)
    mine = at(3, owner=ANA.id)
    stranger = at(4, urgency=Urgency.URGENT, unseen=True)
    db.write(lambda tx: _forget_person(tx, stranger))
    waiting = at(6, state=ConversationState.WAITING, owner=ANA.id, unseen=True)
    done = at(7, state=ConversationState.DONE, sent_at=NOW)
    done_later = at(8, state=ConversationState.DONE, sent_at=NOW - timedelta(days=1))
    assert places(db) == {
        "inbox": [urgent, asks, late, mine, plain],
        "mine": [mine],
        "waiting": [waiting],
        "done": [done_later, done],
        "sent": [done, done_later],
        "unknown": [stranger],
    }
    assert places(db, BO.id)["mine"] == [urgent]
    counted = {
        "inbox": 5,
        "unknown": 1,
        "waiting": 1,
        "done": 2,
        "mine": 1,
        "unseen": 2,
        "urgent": 2,
        "urgent-unknown": 1,
    }
    assert db.read(lambda tx: conversations.counts(tx, ANA.id)) == counted
    page = db.read(lambda tx: conversations.listing(tx, "inbox", ANA.id, limit=2, offset=1))
    assert [one.id for one in page] == [asks, late]
    assert [one.id for one in db.read(lambda tx: conversations.of_person(tx, maria, 2))] == [done_later, done]
    with pytest.raises(ValueError, match="place"):
        db.read(lambda tx: conversations.listing(tx, "attic", ANA.id, limit=2))


def _forget_person(tx: Tx, id_: ConversationId) -> None:
    one = conversations.get(tx, id_)
    assert one is not None
    conversations.put(tx, replace(one, person=None))


def test_nothing_is_counted_where_there_is_nothing(db: Database) -> None:
    found = db.read(lambda tx: conversations.counts(tx, ANA.id))
    assert set(found.values()) == {0}
    assert db.read(conversations.mark) == db.read(conversations.mark) != ""


def test_the_mark_changes_with_every_change_and_only_then(db: Database, maria: PersonId) -> None:
    one = start(db)
    marks = [db.read(conversations.mark)]
    for change in (replace(one, owner=ANA.id), replace(one, unseen=True), replace(one, person=maria)):
        db.write(lambda tx, change=change: conversations.put(tx, change))  # type: ignore[misc]
        marks.append(db.read(conversations.mark))
    assert len(set(marks)) == len(marks)
    keep(db, a_person())
    assert db.read(conversations.mark) == marks[-1]


def test_an_entry_comes_back_as_it_was_kept(db: Database, maria: PersonId) -> None:
    one = start(db)
    mail = a_received(db.write(an_account), message_id="<1@example.org>")
    letter = a_message(maria)

    def fill(tx: Tx) -> tuple[Entry, Entry]:
        received.add(tx, mail)
        messages.insert(tx, letter, b"wire", "{}")
        theirs = an_entry(
            one.id,
            received=mail.id,
            person=maria,
            sender_name="María",
            sender="m@example.org",
            subject="Hi",
            own="Yes",
            text="Yes\n> ok?",
            files=(FileIn("a.pdf", "application/pdf", 12, 2),),
            sealed="openpgp",
            opened=False,
            signature=Signature.UNKNOWN,
            page=True,
            label=Label.ROUTINE,
        )
        ours = an_entry(one.id, direction=Direction.OUT, message=letter.id, author=ANA.id)
        return entries.add(tx, theirs), entries.add(tx, ours)

    theirs, ours = db.write(fill)
    assert 0 < theirs.seq < ours.seq
    ids = [theirs.id, ours.id, EntryId("gone")]
    assert db.read(lambda tx: entries.get_many(tx, ids)) == {theirs.id: theirs, ours.id: ours}
    assert db.read(lambda tx: entries.get(tx, EntryId("gone"))) is None
    assert db.read(lambda tx: entries.of_message(tx, letter.id)) == ours
    assert db.read(lambda tx: entries.of_received(tx, mail.id)) == theirs
    opened = replace(theirs, opened=True, own="Now it is open", signature=Signature.GOOD)
    db.write(lambda tx: entries.update(tx, opened))
    assert db.read(lambda tx: entries.get(tx, theirs.id)) == opened


def test_a_conversation_is_read_from_its_end(db: Database, maria: PersonId) -> None:
    one, other = start(db), start(db)
    kept = [said(db, one.id, own=str(number)) for number in range(5)]
    said(db, other.id)
    newest = db.read(lambda tx: entries.of_conversation(tx, one.id, limit=2))
    assert newest == kept[3:]
    assert db.read(lambda tx: entries.of_conversation(tx, one.id, limit=2, before=newest[0].seq)) == kept[1:3]
    assert db.read(lambda tx: entries.count(tx, one.id)) == 5


def test_a_thread_is_known_by_the_latest_of_its_mails(db: Database, maria: PersonId) -> None:
    one, other = start(db), start(db)
    account = db.write(an_account)
    mail = a_received(account, message_id="<in@example.org>")
    letter = a_message(maria, message_id="<out@example.org>")

    def fill(tx: Tx) -> None:
        received.add(tx, mail)
        messages.insert(tx, letter, b"wire", "{}")
        entries.add(tx, an_entry(one.id, received=mail.id))
        entries.add(tx, an_entry(other.id, direction=Direction.OUT, message=letter.id, person=maria))

    db.write(fill)
    for wanted, found in (
        (["<in@example.org>"], one.id),
        (["<out@example.org>"], other.id),
        (["<in@example.org>", "<out@example.org>"], other.id),
        (["<no@example.org>", ""], None),
        ([], None),
    ):
        assert db.read(lambda tx, wanted=wanted: next(iter(entries.threads_of(tx, wanted)), None)) == found  # type: ignore[misc]
    assert db.read(lambda tx: entries.references(tx, one.id, None, 20)) == ["<in@example.org>"]
    assert db.read(lambda tx: entries.references(tx, other.id, maria, 20)) == ["<out@example.org>"]
    assert db.read(lambda tx: entries.references(tx, other.id, None, 20)) == []


def test_what_a_stranger_said_becomes_a_persons(db: Database, maria: PersonId) -> None:
    one = start(db)
    theirs, ours = said(db, one.id), said(db, one.id, direction=Direction.OUT)
    db.write(lambda tx: entries.belong(tx, one.id, maria))
    assert db.read(lambda tx: entries.get(tx, theirs.id)) == replace(theirs, person=maria)
    assert db.read(lambda tx: entries.get(tx, ours.id)) == ours
