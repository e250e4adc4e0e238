"""1,000 reminders from frozen rows to accepted, through a relay over TLS, by method.

Ours is `Dispatcher.run_due`: lease, claim with every check asked again, marks on disk
before the content leaves, the relay's answer, results and audit records. The anchor sends
the same bytes to the same relay in a bare loop of aiosmtplib, without any of that. The
relay (the demo's, aiosmtpd) is a process of its own. Rates: more is better.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
from collections.abc import Sequence
from datetime import date, timedelta

import aiosmtplib

from benchmarks._measure import Table, Target, scratch, timed
from benchmarks._relay import HOST, PASSWORD, USER, OtherRelay, relay_beside
from benchmarks._reminders import SENDER, Prepared, book, prepare, shut
from desktop.config import LIMITS
from desktop.crypto.envelope import ROUNDS as PBKDF2_ROUNDS
from desktop.crypto.envelope import derive_person_key
from desktop.mail.outbox import Frozen
from desktop.models.records import Method, State

EACH = 1000
ROUNDS = 3
METHODS = (Method.OPENPGP, Method.SMIME, Method.TLS, Method.ENVELOPE)
DERIVATIONS = 5
TARGET = Target(0.7, at_most=False)


def main(each: int = EACH) -> int:
    table = Table(
        f"send: {each:,} reminders a method, from frozen rows to accepted, {ROUNDS} rounds",
        "a bare aiosmtplib loop, the same bytes to the same relay",
    )
    with scratch() as folder, relay_beside(folder) as relay:
        prepared = prepare(folder, relay, each, METHODS)
        try:
            freezing: dict[Method, list[float]] = {method: [] for method in METHODS}
            ours: dict[Method, list[float]] = {method: [] for method in METHODS}
            anchor: dict[Method, list[float]] = {method: [] for method in METHODS}
            sizes: dict[Method, int] = {}
            day = prepared.clock.now().date() + timedelta(days=2)
            for _ in range(ROUNDS):
                for method in METHODS:
                    frozen, seconds = _freeze(prepared, method, day)
                    freezing[method].append(each / seconds)
                    sizes[method] = sum(len(one.sealed.wire) for one in frozen) // each
                    ours[method].append(each / _send(prepared, relay, each))
                    anchor[method].append(each / _bare(relay, frozen))
                    day += timedelta(days=1)
        finally:
            shut(prepared)
    for method in METHODS:
        name = f"{method.value}, {sizes[method] / 1000:.1f} kB"
        table.line(name, ours[method], anchor[method], unit="mail/s", target=TARGET)
    for method in METHODS:
        table.line(f"  before: decide, seal, queue ({method.value})", freezing[method], unit="mail/s")
    derived = [timed(_derive) * 1000 for _ in range(DERIVATIONS)]
    table.line("  before: a person's envelope key, once", derived, unit="ms")
    return table.end()


def _freeze(prepared: Prepared, method: Method, day: date) -> tuple[Sequence[Frozen], float]:
    """Rows for a day of this method's people, and the seconds that it took to make them."""
    opened, group = prepared.opened, prepared.groups[method]
    opened.database.write(lambda tx: book(tx, group, day))
    frozen: list[Frozen] = []

    def work() -> None:
        plan = opened.database.read(lambda tx: opened.reminders.plan(tx, day))
        frozen.extend(opened.reminders.seal(plan))
        opened.database.write(lambda tx: opened.reminders.enqueue(tx, frozen, prepared.session))

    seconds = timed(work)
    if {one.decision.method for one in frozen} != {method} or len(frozen) != len(group):
        raise RuntimeError(f"{len(frozen)} rows, not all of them {method}")
    return frozen, seconds


def _send(prepared: Prepared, relay: OtherRelay, each: int) -> float:
    """Seconds until every row is accepted; the ten seconds of Undo are skipped."""
    prepared.clock.skip(LIMITS.hold + 1)
    relay.received()
    seconds = timed(lambda: prepared.opened.dispatcher.run_due())
    result = prepared.opened.dispatcher.last
    if result is None or result.states != {State.ACCEPTED: each} or relay.received() != each:
        raise RuntimeError(f"not all were accepted: {result}")
    return seconds


def _bare(relay: OtherRelay, frozen: Sequence[Frozen]) -> float:
    """Seconds of handing the same messages over without keeping anything."""
    context = ssl.create_default_context(cafile=str(relay.ca_file))
    client = aiosmtplib.SMTP(
        hostname=HOST, port=relay.port, use_tls=True, tls_context=context, username=USER, password=PASSWORD
    )

    async def loop() -> None:
        async with client:
            for one in frozen:
                await client.sendmail(SENDER, [one.decision.address], one.sealed.wire)

    seconds = timed(lambda: asyncio.run(loop()))
    if relay.received() != len(frozen):
        raise RuntimeError("the relay has not got them all")
    return seconds


def _derive() -> bytes:
    return derive_person_key("six words that somebody was given", bytes(16), PBKDF2_ROUNDS)


if __name__ == "__main__":
    sys.exit(main())
