"""Letters of 10 KB over a line of 50 ms, to Postfix with TLS and AUTH: what waiting costs.

Ours with one connection, the next envelope beside the content of each message, against plain
aiosmtplib with one, which waits for each reply; and ours with four against ours with one. Every
row is claimed, marked and recorded. Rates: more is better.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks._measure import Table, Target, scratch, timed
from benchmarks._relay import HOST
from benchmarks._senders import SENDER, TEXT, plain_aiosmtplib
from benchmarks._submission import Submission, submission
from desktop.models import sending
from desktop.models.delivery import RelaySending
from desktop.models.records import Relay, RelayId, State
from desktop.sync.dispatcher import Dispatcher
from desktop.sync.loop import NetworkLoop
from tests.servers.delay import Delay
from tests.servers.practice import BarePractice

EACH = 400
"""For plain aiosmtplib, an eighth of them: it takes long enough."""
ROUND_TRIP = 0.05
ROUNDS = 3
FOUR = 4
TARGET = Target(3.5, at_most=False)


def main(each: int = EACH) -> int:
    plain: list[float] = []
    ours: dict[int, list[float]] = {1: [], FOUR: []}
    few = max(8, each // 8)
    wires = [(f"person{number}@example.com", _wire(number)) for number in range(few)]
    with scratch() as folder, submission(folder) as server, Delay(server.port, ROUND_TRIP) as line:
        for number in range(ROUNDS):
            plain.append(few / plain_aiosmtplib(line.port, server, wires))
            for connections, rates in ours.items():
                place = folder / f"practice-{number}-{connections}"
                rates.append(each / _ours(place, server, line.port, each, connections))
    table = Table(
        f"delivery_distance: {each} letters, {ROUND_TRIP * 1000:.0f} ms a round trip, {ROUNDS} rounds",
        "named in each line",
    )
    table.line("one connection / plain aiosmtplib", ours[1], plain, unit="mail/s", target=TARGET)
    table.line("four connections / one", ours[FOUR], ours[1], unit="mail/s", target=TARGET)
    return table.end()


def _ours(place: Path, server: Submission, port: int, each: int, connections: int) -> float:
    relay = Relay(
        id=RelayId("1" * 32),
        name="postfix",
        host=HOST,
        port=port,
        security="implicit",
        ca_file=str(server.ca_file),
        user=server.user,
        sender=SENDER,
        baa=None,
    )
    loop = NetworkLoop()
    with BarePractice(place) as practice:
        practice.add_relay(relay, server.password)
        practice.database.write(lambda tx: sending.put(tx, RelaySending(relay.id, connections=connections)))
        practice.queue(relay, each, text=TEXT)
        dispatcher = Dispatcher(
            practice.database, practice.outbox, practice.rechecks, practice.audit, practice.clock, loop
        )
        seconds = timed(lambda: dispatcher.run_due())
        if dispatcher.last is None or dispatcher.last.states != {State.ACCEPTED: each}:
            raise RuntimeError(f"not all were accepted: {dispatcher.last}")
        dispatcher.stop()
    loop.stop()
    return seconds


def _wire(number: int) -> bytes:
    head = f"From: <{SENDER}>\nTo: <person{number}@example.com>\nMessage-ID: <plain{number}@example.com>\n\n"
    return (head + TEXT).replace("\n", "\r\n").encode("ascii")


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:2])))
