"""Who of 100,000 people can be reached, counted as the window does: in the background.

The anchor reads the same people, keys and cards in the same stretches and decides nothing.
Stopping is a question after each stretch; memory is what the count adds at its peak
to a process that already holds the database.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
import tracemalloc

from benchmarks._measure import Table, Target, percentile, scratch, timed, worked
from benchmarks._people import EVERYBODY, NOW, as_csv, create, new_key, rows, take_in
from desktop.errors import Refused
from desktop.mail.sender import use_relay
from desktop.models import active, cards, keys, people, relays
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.models.records import (
    Baa,
    KeyId,
    KeyKind,
    PasswordCard,
    PersonId,
    PublicKey,
    Relay,
    RelayId,
)
from desktop.office.reach import count_reach

ROUNDS = 3
_RELAY = Relay(
    RelayId(new_id()),
    "main",
    "relay.example",
    465,
    "implicit",
    "",
    "office",
    "office@harbor.example",
    Baa("Relay Inc.", NOW.date(), None, "mail"),
)


def fill(database: Database) -> None:
    """One in ten has a password card, one in twenty a key; the relay promises nothing."""

    def write(tx: Tx) -> None:
        relays.add(tx, _RELAY, "p")
        use_relay(tx, _RELAY.id)
        for _, some in active.stretches(tx):
            for number, who in enumerate(some):
                if number % 10 == 0:
                    cards.put(tx, _card(who))
                elif number % 20 == 1:
                    keys.add(tx, _key(who))

    database.write(write)


def _card(who: PersonId) -> PasswordCard:
    return PasswordCard(who, b"s" * 16, 1_000_000, b"k" * 32, "Rita", "in-person", NOW)


def _key(who: PersonId) -> PublicKey:
    return PublicKey(KeyId(new_id()), who, KeyKind.OPENPGP, "AB" * 20, (), b"k" * 900, None, "file", NOW)


def read_only(tx: Tx) -> int:
    found = 0
    for _, some in active.stretches(tx):
        found += len(people.get_many(tx, some))
        found += len(keys.live_many(tx, some)) + len(cards.get_many(tx, some))
    return found


def stopping(database: Database) -> None:
    """A count that is told to stop after its first stretch."""
    with contextlib.suppress(Refused):
        database.read_aside(lambda tx: count_reach(tx, NOW, lambda *_: False))


def meanwhile(database: Database) -> list[float]:
    """Milliseconds of reading one person on the window's lane while the count runs."""
    taken: list[float] = []
    ids = database.read(lambda tx: next(active.stretches(tx))[1][:50])
    counting = threading.Thread(
        target=lambda: database.read_aside(lambda tx: count_reach(tx, NOW, lambda *_: True))
    )
    counting.start()
    while counting.is_alive():
        taken.append(timed_read(database, ids))
        time.sleep(0.02)
    counting.join()
    return taken


def timed_read(database: Database, ids: list[PersonId]) -> float:
    began = time.perf_counter()
    database.read(lambda tx: people.get_many(tx, ids))
    return (time.perf_counter() - began) * 1000


def memory(database: Database) -> float:
    """MiB that Python's objects reach at the peak of one count."""
    tracemalloc.start()
    try:
        database.read_aside(lambda tx: count_reach(tx, NOW, lambda *_: True))
        return tracemalloc.get_traced_memory()[1] / 1024 / 1024
    finally:
        tracemalloc.stop()


def main(everybody: int = EVERYBODY) -> int:
    table = Table(
        f"reach: {everybody:,} people, {ROUNDS} rounds",
        "reading the same people, keys and cards in the same stretches",
    )
    with scratch() as folder, contextlib.closing(create(folder / "practice.db", new_key())) as database:
        take_in(database, as_csv(rows(everybody)))
        fill(database)
        whole, spent, anchor, stop = [], [], [], []

        def count() -> None:
            database.read_aside(lambda tx: count_reach(tx, NOW, lambda *_: True))

        def read() -> None:
            database.read_aside(read_only)

        for _ in range(ROUNDS):
            whole.append(timed(lambda: spent.append(worked(count))))
            anchor.append(worked(read))
            stop.append(worked(lambda: stopping(database)) * 1000)
        table.line("counted, processor time", spent, anchor, unit="s", target=Target(10, "figure"))
        table.line("counted, as one waits", whole, unit="s")
        table.line("until it stops, processor time", stop, unit="ms")
        table.line("a read of 50 people meanwhile, p95", [percentile(meanwhile(database), 0.95)], unit="ms")
        table.line("memory of the count", [memory(database)], unit="MiB", target=Target(64, "figure"))
    return table.end()


if __name__ == "__main__":
    sys.exit(main())
