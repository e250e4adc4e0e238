"""Files on their way into storage and out of it: a real WebDAV server, database, relay and dispatcher."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
import trustme

from demo.relay import RecordingRelay
from desktop.mail.hosted import new_name
from desktop.models import pickups
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.protection import Pickup, PickupId, Storage, StorageId
from desktop.models.records import Baa, Message, Reason, Relay, State
from desktop.sync.dispatcher import Dispatcher
from desktop.sync.loop import NetworkLoop
from desktop.sync.pickups import Pickups, is_due
from desktop.sync.relay import Timeouts
from desktop.sync.storage import Place
from desktop.sync.storage_test import open_place
from tests.servers.practice import BarePractice
from tests.servers.storages import KEY, SECRET, WebDav

QUICK = Timeouts(connect=2, command=2, data=2, body=2, dot=2)


@pytest.fixture(scope="module")
def server() -> Iterator[WebDav]:
    with WebDav(trustme.CA()) as started:
        yield started


@pytest.fixture
def storage(server: WebDav, practice: BarePractice) -> Storage:
    now = practice.clock.now()
    baa = Baa("Files Inc.", now.date() - timedelta(days=5), None, "storage")
    url = f"{server.root}/locked"
    made = Storage(
        StorageId(new_id()),
        "Files",
        "webdav",
        url,
        KEY,
        url,
        30,
        baa,
        now,
        access_log=f"{server.root}/access.log",
        ca_file=str(server.ca_file),
    )
    practice.database.write(lambda tx: pickups.add_storage(tx, made, SECRET))
    return made


@pytest.fixture
def relay(
    start_relay: Callable[..., RecordingRelay], profile_of: Callable[..., Relay], practice: BarePractice
) -> tuple[RecordingRelay, Relay]:
    server = start_relay()
    profile = profile_of(server)
    practice.add_relay(profile, "relay-password")
    return server, profile


@pytest.fixture
def at_hand(practice: BarePractice) -> Pickups:
    return Pickups(practice.database, practice.audit, practice.clock)


def linked(
    practice: BarePractice, profile: Relay, storage: Storage, days: int = 30
) -> tuple[Message, Pickup]:
    """A queued message with its locked file, as sealing leaves them."""
    row = practice.queue(profile, 1)[0]
    now = practice.clock.now()
    one = Pickup(PickupId(new_id()), row.id, storage.id, new_name(), now, now + timedelta(days=days))
    practice.database.write(lambda tx: pickups.add(tx, one, b"<html>locked</html>"))
    return row, one


def kept(practice: BarePractice, one: Pickup) -> Pickup:
    found = practice.database.read(lambda tx: pickups.get(tx, one.id))
    assert found is not None
    return found


def run(practice: BarePractice, at_hand: Pickups) -> None:
    loop = NetworkLoop()
    dispatcher = Dispatcher(
        practice.database,
        practice.outbox,
        practice.rechecks,
        practice.audit,
        practice.clock,
        loop,
        QUICK,
        ahead=at_hand.before_run,
    )
    dispatcher.run_due()
    dispatcher.stop(1)
    loop.stop()


def test_the_file_is_in_storage_before_its_mail_leaves(
    practice: BarePractice,
    server: WebDav,
    storage: Storage,
    relay: tuple[RecordingRelay, Relay],
    at_hand: Pickups,
) -> None:
    row, one = linked(practice, relay[1], storage)
    run(practice, at_hand)
    assert practice.row(row.id).state is State.ACCEPTED
    assert (server.files / "locked" / one.name).read_bytes() == b"<html>locked</html>"
    assert kept(practice, one).put_at is not None
    assert practice.database.read(lambda tx: pickups.content(tx, one.id)) == b""


def test_without_storage_the_mail_waits_with_the_reason_and_leaves_later(
    practice: BarePractice,
    server: WebDav,
    storage: Storage,
    relay: tuple[RecordingRelay, Relay],
    at_hand: Pickups,
) -> None:
    row, one = linked(practice, relay[1], storage)
    plain = practice.queue(relay[1], 1)[0]
    (server.folder / "full").touch()
    run(practice, at_hand)
    waiting = practice.row(row.id)
    assert waiting.state is State.QUEUED
    assert waiting.reason is not None
    assert waiting.reason.code == kept(practice, one).trouble == "storage-full"
    assert practice.row(plain.id).state is State.ACCEPTED
    (server.folder / "full").unlink()
    run(practice, at_hand)
    assert practice.row(row.id).state is State.ACCEPTED
    assert kept(practice, one).trouble == ""


def test_nothing_is_put_without_a_valid_agreement(
    practice: BarePractice,
    server: WebDav,
    storage: Storage,
    relay: tuple[RecordingRelay, Relay],
    at_hand: Pickups,
) -> None:
    ended = replace(
        storage, id=StorageId(new_id()), baa=Baa("F", date(2020, 1, 1), date(2021, 1, 1), "storage")
    )
    practice.database.write(lambda tx: pickups.add_storage(tx, ended, SECRET))
    row, one = linked(practice, relay[1], ended)
    run(practice, at_hand)
    assert practice.row(row.id).state is State.QUEUED
    assert kept(practice, one).trouble == "baa-expired"
    assert not (server.files / "locked" / one.name).exists()


def test_what_is_expired_or_never_left_is_deleted(
    practice: BarePractice,
    server: WebDav,
    storage: Storage,
    relay: tuple[RecordingRelay, Relay],
    at_hand: Pickups,
) -> None:
    _, over = linked(practice, relay[1], storage, days=0)
    stopped, never = linked(practice, relay[1], storage)
    _, stays = linked(practice, relay[1], storage)
    at_hand.put_waiting()
    practice.database.write(lambda tx: practice.outbox.cancel(tx, stopped.id, Reason("cancelled-by-person")))
    at_hand.sweep()
    there = {path.name for path in (server.files / "locked").iterdir()}
    assert over.name not in there
    assert never.name not in there
    assert stays.name in there
    assert kept(practice, over).deleted_at is not None
    assert kept(practice, stays).deleted_at is None


def test_a_deletion_that_fails_is_shown_and_tried_again(
    practice: BarePractice,
    server: WebDav,
    storage: Storage,
    relay: tuple[RecordingRelay, Relay],
    at_hand: Pickups,
) -> None:
    _, one = linked(practice, relay[1], storage)
    at_hand.put_waiting()
    now = practice.clock.now()
    practice.database.write(lambda tx: pickups.mark(tx, one.id, revoked_at=now))
    secret = "UPDATE storage SET secret = ?"
    practice.database.write(lambda tx: tx.connection.exec_driver_sql(secret, ("wrong",)))
    at_hand.delete(one.id)
    assert kept(practice, one).trouble == "storage-refused"
    assert kept(practice, one).deleted_at is None
    practice.database.write(lambda tx: tx.connection.exec_driver_sql(secret, (SECRET,)))
    at_hand.sweep()
    assert kept(practice, one).deleted_at is not None
    assert kept(practice, one).trouble == ""
    assert not (server.files / "locked" / one.name).exists()


def test_a_pick_up_is_taken_from_the_access_log(
    practice: BarePractice,
    server: WebDav,
    storage: Storage,
    relay: tuple[RecordingRelay, Relay],
    at_hand: Pickups,
) -> None:
    _, seen = linked(practice, relay[1], storage)
    _, unseen = linked(practice, relay[1], storage)
    at_hand.put_waiting()
    when = practice.clock.now()
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    stamp = f"{when:%d}/{months[when.month - 1]}/{when:%Y:%H:%M:%S} +0000"
    (server.files / "access.log").write_text(
        f'192.0.2.3 - - [{stamp}] "GET /locked/{seen.name} HTTP/1.1" 200 5 "-" "x"\n', "utf-8"
    )
    at_hand.sweep()
    found = kept(practice, seen).picked_up_at
    assert found is not None
    assert abs(found - when) < timedelta(seconds=2)
    assert kept(practice, unseen).picked_up_at is None


def test_the_sweep_is_due_each_hour_and_after_the_clock_went_back(
    practice: BarePractice, at_hand: Pickups
) -> None:
    now = practice.clock.now()
    assert practice.database.read(lambda tx: is_due(tx, now))
    at_hand.sweep()
    later = (timedelta(minutes=59), timedelta(minutes=61), timedelta(days=-1))
    due = practice.database.read(lambda tx: [is_due(tx, now + one) for one in later])
    assert due == [False, True, True]


def test_after_stop_no_file_is_begun(
    practice: BarePractice,
    server: WebDav,
    storage: Storage,
    relay: tuple[RecordingRelay, Relay],
    at_hand: Pickups,
) -> None:
    _, one = linked(practice, relay[1], storage)
    at_hand.stop()
    at_hand.put_waiting()
    assert kept(practice, one).put_at is None
    assert not (server.files / "locked" / one.name).exists()


class _Held:
    """A storage whose put waits until it is let go."""

    def __init__(self, place: Place, begun: threading.Event, go: threading.Event) -> None:
        self._place, self._begun, self._go = place, begun, go
        self.delete, self.exists = place.delete, place.exists
        self.access_log, self.close = place.access_log, place.close

    def put(self, name: str, content: bytes) -> None:
        self._begun.set()
        assert self._go.wait(5)
        self._place.put(name, content)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_link_taken_back_while_its_file_is_being_put_leaves_no_file(
    practice: BarePractice,
    server: WebDav,
    storage: Storage,
    relay: tuple[RecordingRelay, Relay],
    at_hand: Pickups,
    elsewhere: bool,
) -> None:
    begun, go = threading.Event(), threading.Event()
    slow = Pickups(
        practice.database,
        practice.audit,
        practice.clock,
        lambda one, secret: _Held(open_place(one, secret), begun, go),
    )
    row, one = linked(practice, relay[1], storage)
    putting = threading.Thread(target=slow.put_waiting)
    putting.start()
    assert begun.wait(5)

    def revoke(tx: Tx) -> None:
        pickups.mark(tx, one.id, revoked_at=practice.clock.now())
        practice.outbox.cancel(tx, row.id, Reason("link-revoked"))

    practice.database.write(revoke)
    deleting = threading.Thread(target=(at_hand if elsewhere else slow).delete, args=(one.id,))
    deleting.start()
    deleting.join(5 if elsewhere else 0.2)
    go.set()
    putting.join(5)
    deleting.join(5)
    assert kept(practice, one).deleted_at is not None
    assert not (server.files / "locked" / one.name).exists()


def test_what_a_crash_left_in_storage_is_deleted_when_its_mail_is_stopped(
    practice: BarePractice,
    server: WebDav,
    storage: Storage,
    relay: tuple[RecordingRelay, Relay],
    at_hand: Pickups,
) -> None:
    row, one = linked(practice, relay[1], storage)
    place = open_place(storage, SECRET)
    place.put(one.name, b"<html>locked</html>")  # and the power went before that was written down
    place.close()
    practice.database.write(lambda tx: practice.outbox.cancel(tx, row.id, Reason("cancelled-by-person")))
    at_hand.sweep()
    assert kept(practice, one).deleted_at is not None
    assert not (server.files / "locked" / one.name).exists()


def test_a_file_that_was_deleted_before_it_was_put_is_not_put_empty(
    practice: BarePractice,
    server: WebDav,
    storage: Storage,
    relay: tuple[RecordingRelay, Relay],
    at_hand: Pickups,
) -> None:
    _, one = linked(practice, relay[1], storage, days=0)
    at_hand.sweep()
    at_hand.put_waiting()
    assert kept(practice, one).put_at is None
    assert not (server.files / "locked" / one.name).exists()
