"""`decide` for 500 recipients, with everything at hand, and for one rung.

The anchor is SHA-256 over the finished traces: what a decision costs at the very least once
it is written down. Reading what 500 decisions rest on out of the database is another line.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from benchmarks._measure import Table, Target, timed, worked
from desktop.mail.decision import CARE, RUNGS, Decision, DecisionInput, FormMeans
from desktop.mail.gather import gather
from desktop.mail.policy import decide
from desktop.models import cards, keys
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.observed import DOMAIN, Observed
from desktop.models.protection import Onward, Portal
from desktop.models.records import KeyId, KeyKind, Label, PasswordCard, Person, PublicKey
from tests.practice.office import Practice, practice

PEOPLE = 500
ROUNDS = 9


def looks(domain: str, made: Practice) -> tuple[Observed, ...]:
    """A domain that enforces MTA-STS, seen an hour ago."""
    seen = made.clock.now() - timedelta(hours=1)
    mail = Observed(DOMAIN, domain, "mx", "dns", seen, None, {"state": "found", "hosts": ["mx.example"]})
    policy = {"state": "found", "mode": "enforce", "mx": ["mx.example"]}
    return mail, Observed(DOMAIN, domain, "mta-sts", "dns", seen, seen + timedelta(days=9), policy)


def requests(made: Practice, people: list[Person]) -> list[DecisionInput]:
    """A fifth each with a key, a certificate, nothing, a card, and a key that has ended."""
    now = made.clock.now()
    relay = replace(made.relay, required_tls="", enforces=("mta-sts",))
    onward = Onward(portal=Portal("header", "yes", "X-Portal", tested_at=now))
    asked = []
    for number, person in enumerate(people):
        kind = KeyKind.SMIME if number % 5 == 1 else KeyKind.OPENPGP
        ended = now - timedelta(days=1) if number % 5 == 4 else None
        key = PublicKey(
            KeyId(new_id()), person.id, kind, "AB" * 20, (person.email,), b"k", ended, "file", now
        )
        card = PasswordCard(person.id, b"s" * 16, 1_000_000, b"k" * 32, "Rita", "in-person", now)
        asked.append(
            DecisionInput(
                person,
                (key,) if number % 5 in (0, 1, 4) else (),
                card if number % 5 in (3, 4) else None,
                relay,
                Label.ROUTINE if number % 2 else Label.SENSITIVE,
                CARE,
                now,
                onward=onward,
                forms=FormMeans(words=True),
                looks=looks(person.email.rpartition("@")[2], made),
            )
        )
    return asked


def keep(made: Practice, asked: list[DecisionInput]) -> None:
    def write(tx: Tx) -> None:
        for one in asked:
            for key in one.keys:
                keys.add(tx, key)
            if one.card is not None:
                cards.put(tx, one.card)

    made.db.write(write)


def main() -> int:
    table = Table(
        f"decide: {PEOPLE} recipients, {ROUNDS} rounds",
        "SHA-256 over the finished traces of the same decisions",
    )
    with tempfile.TemporaryDirectory() as folder, practice(Path(folder)) as made:
        people = [made.person(f"Person{n}", email=f"p{n}@host{n}.example") for n in range(PEOPLE)]
        asked = requests(made, people)
        keep(made, asked)
        whole, anchor, rungs, reading = [], [], [], []
        ids, today = [person.id for person in people], made.clock.now().date()

        def traces() -> list[str]:
            return [decide(one).trace() for one in asked]

        written = traces()

        def hashed() -> list[bytes]:
            return [hashlib.sha256(one.encode()).digest() for one in written]

        def decided() -> list[Decision]:
            return [decide(one) for one in asked]

        def read() -> object:
            return made.db.read(lambda tx: gather(tx, ids, made.relay, today))

        for _ in range(ROUNDS):
            whole.append(timed(traces))
            anchor.append(timed(hashed))
            rungs.append(worked(decided) / (PEOPLE * len(RUNGS)) * 1e6)
            reading.append(timed(read))
        table.line("500 decisions with their traces", whole, anchor, unit="s", target=Target(1, "figure"))
        table.line("one rung, processor time", rungs, target=Target(20, "figure"), unit="us")
        table.line("reading what 500 rest on", reading, unit="s")
    return table.end()


if __name__ == "__main__":
    sys.exit(main())
