"""Silences, checked addresses and rounds of the delivery check, as they are kept."""

from __future__ import annotations

from datetime import timedelta

from desktop.models import addresschecks, messages, people, silences
from desktop.models.accounts import Role, User, UserId
from desktop.models.addresschecks import AddressChecked
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.models.records import Label, Message, State
from desktop.models.users import add as add_user
from tests.support.kept import NOW, a_message, a_person, keep


def kept(db: Database, **fields: object) -> Message:
    person = a_person(email="maria@example.com")
    keep(db, person)
    row = a_message(person.id, source=new_id(), **fields)
    db.write(lambda tx: messages.insert(tx, row, b"", "{}"))
    return row


def test_each_message_has_one_clock_and_a_sign_before_it_keeps_it_from_starting(db: Database) -> None:
    one, early = kept(db, label=Label.SENSITIVE), kept(db, label=Label.VERY_SENSITIVE)

    def work(tx: Tx) -> None:
        assert silences.start(tx, one.id, NOW)
        assert not silences.start(tx, one.id, NOW + timedelta(days=9))
        assert [silence.message for silence in silences.due(tx, NOW)] == [one.id]
        assert silences.end(tx, one.id, "reply", NOW)
        assert not silences.end(tx, one.id, "called", NOW)
        assert silences.due(tx, NOW) == []
        assert silences.end(tx, early.id, "picked-up", NOW)
        assert not silences.start(tx, early.id, NOW)
        found = silences.get(tx, early.id)
        assert found is not None
        assert (found.how, found.ended_at) == ("picked-up", NOW)

    db.write(work)


def test_a_routine_message_never_has_one(db: Database) -> None:
    row = kept(db, kind="letter", window="", state=State.ACCEPTED)

    def work(tx: Tx) -> None:
        assert not silences.end(tx, row.id, "reply", NOW)
        assert silences.get(tx, row.id) is None
        assert silences.unstarted(tx, ("letter",), NOW - timedelta(days=1)) == []

    db.write(work)


def test_the_latest_check_of_a_message_counts_and_its_former_addresses_stay(db: Database) -> None:
    row = kept(db)
    user = UserId(new_id())

    def work(tx: Tx) -> None:
        add_user(tx, User(user, "rita", Role.FRONT_DESK), "secret")
        assert addresschecks.latest(tx, row.id) is None
        first = AddressChecked(NOW, "phone", "unreachable")
        last = AddressChecked(NOW + timedelta(minutes=1), "chart", "same")
        for one in (first, last):
            addresschecks.put(tx, row.id, row.person, user, one)
        assert addresschecks.latest(tx, row.id) == last
        person = people.get(tx, row.person)
        assert person is not None
        people.update(tx, a_person(id=person.id, email="New@Example.com"))
        assert addresschecks.former(tx, row.person) == ("maria@example.com",)
        assert addresschecks.spelled(tx, "new@example.com") == "New@Example.com"
        assert addresschecks.spelled(tx, "nobody@example.com") == "nobody@example.com"

    db.write(work)
