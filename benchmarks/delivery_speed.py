"""Letters of 10 KB through Postfix over TLS with AUTH, as many connections as the anchors have.

Ours is `Dispatcher.run_due` over rows that were sealed and queued: every check asked again, marks
on disk before content leaves, results, phase log and audit records committed. For the sealed ways
a second line adds the sealing itself. Anchors, in the same run and to the same Postfix: smtp-source
in clear text, which has its message ready; nodemailer's pool and a smtplib loop over the same TLS,
which make each mail and seal nothing. Rates: more is better.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial

from benchmarks._measure import Table, Target, scratch, timed
from benchmarks._reminders import Prepared, prepare, shut
from benchmarks._senders import TEXT, nodemailer, plain_smtplib, smtp_source
from benchmarks._submission import submission
from desktop.config import LIMITS
from desktop.mail.letters import Draft
from desktop.mail.letters import Prepared as PreparedLetter
from desktop.mail.outbox import Frozen
from desktop.models import relays, sending
from desktop.models.database import Tx
from desktop.models.delivery import RelaySending
from desktop.models.records import Label, Method, Person, State

EACH = 1000
CONNECTIONS = 4
ROUNDS = 3
METHODS = (Method.TLS, Method.OPENPGP, Method.SMIME)
SOURCE, OTHERS, SEALED = (Target(limit, at_most=False) for limit in (0.8, 2.0, 1.5))
PORTION = 500


def main(each: int = EACH) -> int:
    ours: dict[Method, list[float]] = {method: [] for method in METHODS}
    whole: dict[Method, list[float]] = {method: [] for method in METHODS}
    source: list[float] = []
    pool: list[float] = []
    loop: list[float] = []
    with scratch() as folder, submission(folder) as server:
        prepared = prepare(folder, server, each, METHODS)
        try:
            prepared.opened.database.write(_more_connections)
            for _ in range(ROUNDS):
                source.append(each / smtp_source(server, each, CONNECTIONS))
                pool.append(each / nodemailer(server, each, CONNECTIONS))
                loop.append(each / plain_smtplib(server, each))
                for method in METHODS:
                    sealing = timed(partial(_queue, prepared, method))
                    sent = _send(prepared, each)
                    ours[method].append(each / sent)
                    whole[method].append(each / (sealing + sent))
        finally:
            shut(prepared)
    table = Table(
        f"delivery_speed: {each:,} letters of 10 KB a figure, {CONNECTIONS} connections, {ROUNDS} rounds",
        "named in each line",
    )
    for name, anchor, target in (
        ("smtp-source in clear", source, SOURCE),
        ("nodemailer's pool", pool, OTHERS),
        ("smtplib, one loop", loop, OTHERS),
    ):
        table.line(f"TLS / {name}", ours[Method.TLS], anchor, unit="mail/s", target=target)
    for method in (Method.OPENPGP, Method.SMIME):
        for name, anchor in (("nodemailer's pool", pool), ("smtplib, one loop", loop)):
            table.line(f"{method.value} / {name}", ours[method], anchor, unit="mail/s", target=SEALED)
            table.line(f"  sealing too / {name}", whole[method], anchor, unit="mail/s")
    table.line("TLS, sealing and queueing too", whole[Method.TLS], unit="mail/s")
    return table.end()


def _more_connections(tx: Tx) -> None:
    for relay in relays.listing(tx):
        sending.put(tx, RelaySending(relay.id, connections=CONNECTIONS))


def _queue(prepared: Prepared, method: Method) -> None:
    """A letter to everybody of the group: decided, sealed, queued."""
    opened, group = prepared.opened, prepared.groups[method]
    sealer = opened.own.sealer()
    for start in range(0, len(group), PORTION):
        some = group[start : start + PORTION]
        letters = opened.database.read(partial(_letters, prepared=prepared, people=some))
        frozen = [opened.letters.seal(letter, sealer) for letter in letters]
        if {one.decision.method for one in frozen} != {method}:
            raise RuntimeError(f"not all of them go by {method}")
        opened.database.write(partial(_enqueue, prepared=prepared, frozen=frozen))


def _letters(tx: Tx, prepared: Prepared, people: Sequence[Person]) -> list[PreparedLetter]:
    return [_letter(tx, prepared, person) for person in people]


def _letter(tx: Tx, prepared: Prepared, person: Person) -> PreparedLetter:
    return prepared.opened.letters.prepare(
        tx, Draft(person.id, "About your visit", TEXT, label=Label.ROUTINE)
    )


def _enqueue(tx: Tx, prepared: Prepared, frozen: Sequence[Frozen]) -> None:
    for one in frozen:
        prepared.opened.outbox.enqueue(tx, one, prepared.session)


def _send(prepared: Prepared, each: int) -> float:
    """Seconds until every row is accepted; the ten seconds of Undo are skipped."""
    prepared.clock.skip(LIMITS.hold + 1)
    seconds = timed(lambda: prepared.opened.dispatcher.run_due())
    result = prepared.opened.dispatcher.last
    if result is None or result.states != {State.ACCEPTED: each}:
        raise RuntimeError(f"not all were accepted: {result}")
    return seconds


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:2])))
