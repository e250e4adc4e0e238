"""A campaign's letters from the ledger to the outbox: asked, written, sealed, queued, stage by stage.

In processor time, so that whoever else works on this computer changes nothing; divide by the cores that
are free. The anchor is one AES-256-GCM pass and one hash over the same bytes in the same run: what no
program that seals them could go below. `python -m benchmarks.campaign [people]`.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
import time
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from desktop.campaigns.rehearsal import practise, read_script
from desktop.models import campaignpeople, people
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import Consent, Detail, Kind, Person, PersonId, Status
from tests.practice.office import practice
from tests.support.running import Running

PORTION = 500


def main(count: int) -> dict[str, float]:
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, practice(Path(folder)) as office:
        run = Running(office)
        office.db.write(lambda tx: _fill(tx, count))
        begun = time.process_time()
        id_ = run.approve()
        seconds["check"] = time.process_time() - begun
        run.start(id_)
        _render(run, id_, seconds)
        wires = _queue(run, count, seconds)
        seconds["anchor"] = _anchor(wires)
    return seconds


def _fill(tx: Tx, count: int) -> None:
    for at in range(count):
        people.insert(tx, _person(at))


def _person(at: int) -> Person:
    return Person(
        id=PersonId(new_id()),
        kind=Kind.PATIENT,
        first_name=f"First{at}",
        last_name=f"Last{at}",
        birth_date=None,
        email=f"p{at}@mail.example",
        language="en" if at % 3 else "es",
        detail=Detail.STANDARD,
        status=Status.ACTIVE,
        consent=Consent.UNKNOWN,
    )


def _render(run: Running, id_: object, seconds: dict[str, float]) -> None:
    """Only the words, of the first portion, scaled to all."""
    portion = run.office.db.read(run.making.portion)
    if portion is None:
        raise SystemExit("nobody may get it")
    one = run.campaign(portion.campaign.id)
    script = run.office.db.read(lambda tx: read_script(tx, one, run.office.clock.now()))
    begun = time.process_time()
    for made in portion.made:
        practise(script, made.to.known.person, made.to.decision, made.to.variant)
    share = len(portion.made) / run.office.db.read(lambda tx: campaignpeople.sums(tx, one.id))[0]
    seconds["render"] = (time.process_time() - begun) / share


def _queue(run: Running, count: int, seconds: dict[str, float]) -> list[bytes]:
    """Portion by portion as the watch does; what waits is taken as sent, so that room is left."""
    wires: list[bytes] = []
    for stage in ("decide", "seal", "queue"):
        seconds[stage] = 0.0
    done = 0
    while done < count:
        begun = time.process_time()
        portion = run.office.db.read(run.making.portion)
        seconds["decide"] += time.process_time() - begun
        if portion is None:
            raise SystemExit(f"{done} of {count} were made")
        begun = time.process_time()
        sealed = run.making.seal(portion)
        seconds["seal"] += time.process_time() - begun
        begun = time.process_time()
        done += run.office.db.write(lambda tx, sealed=sealed: run.making.enqueue(tx, sealed))  # type: ignore[misc]
        seconds["queue"] += time.process_time() - begun
        wires += [item.sealed.wire for item in sealed.frozen]
        run.office.db.write(
            lambda tx: tx.connection.exec_driver_sql(
                "UPDATE message SET state = 'accepted' WHERE kind = 'campaign' AND state = 'queued'"
            )
        )
    return wires


def _anchor(wires: list[bytes]) -> float:
    cipher = AESGCM(b"k" * 32)
    begun = time.process_time()
    for at, wire in enumerate(wires):
        cipher.encrypt(at.to_bytes(12), wire, None)
        hashlib.sha256(wire).digest()
    return time.process_time() - begun


if __name__ == "__main__":
    people_count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    found = main(people_count)
    made = sum(found[stage] for stage in ("decide", "seal", "queue"))
    rates = {stage: round(people_count / spent, 1) for stage, spent in found.items() if spent}
    print(
        json.dumps(
            {
                "people": people_count,
                "seconds": {stage: round(spent, 3) for stage, spent in found.items()},
                "per_second": rates,
                "whole_per_second": round(people_count / made, 1),
                "against_anchor": round(made / found["anchor"], 1),
            },
            indent=1,
        )
    )
