"""The measured process of `campaign.py`: one campaign from its group to the outbox, as one JSON document.

`WAY COUNT`: so many people, whose letters leave over TLS or as locked files under a key that was
derived before (`envelope`). Seconds of processor time by stage; `peak` in MiB.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from email.message import EmailMessage  # noqa: TID251 - to compare with
from pathlib import Path
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks._measure import forget, peak
from desktop.audit.macs import MacKeys
from desktop.audit.proving import Marking
from desktop.campaigns.making import Portion, Sealed
from desktop.campaigns.rehearsal import practise, read_script
from desktop.crypto.envelope import ROUNDS, new_salt
from desktop.models import cards, people
from desktop.models.campaigning import CampaignId
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.keyed import keyed
from desktop.models.records import Consent, Detail, Kind, Method, PasswordCard, Person, PersonId, Status
from tests.practice.office import MONDAY, Practice, practice
from tests.support.running import Running

WAYS = {"tls": Method.TLS, "envelope": Method.ENVELOPE}
_ROWS = {"message": "id", "message_body": "message"}
_ONE_IN = 10
"""The standard library takes longer for a letter than all of the rest."""
T = TypeVar("T")


class Stages:
    """Seconds of processor time by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def timed(self, name: str, work: Callable[[], T]) -> T:
        with self.of(name):
            return work()

    @contextmanager
    def of(self, name: str, share: int = 1) -> Iterator[None]:
        """Of what is done for one in `share` only, as if for all."""
        began = time.process_time()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + (time.process_time() - began) * share


def main(way: Method, count: int) -> dict[str, Any]:
    stages = Stages()
    with tempfile.TemporaryDirectory() as place, practice(Path(place)) as office:
        keys = MacKeys(Path(place) / "marks", b"w" * 32, b"v" * 16)
        keys.start(1, X25519PrivateKey.generate().public_key().public_bytes_raw())
        office.audit.follower = Marking(keys)
        office.db.write(lambda tx: _fill(tx, count, way))
        run = Running(office)
        forget()
        id_ = stages.timed("ledger", run.approve)
        run.start(id_)
        _render(run, id_, stages)
        octets = _queue(run, stages, count, Path(place) / "bare.db")
        stages.timed("settle", lambda: office.db.write(run.runs.settle))
        most = peak()
    return {"seconds": stages.seconds, "peak": most / 1024, "octets": octets}


def _fill(tx: Tx, count: int, way: Method) -> None:
    for at in range(count):
        one = _person(at, way)
        people.insert(tx, one)
        if way is Method.ENVELOPE:
            key = hashlib.sha256(one.id.encode()).digest()
            cards.put(tx, PasswordCard(one.id, new_salt(), ROUNDS, key, "Ana", "in-person", MONDAY))


def _person(at: int, way: Method) -> Person:
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
        preferred_method=way if way is Method.ENVELOPE else None,
    )


def _render(run: Running, id_: CampaignId, stages: Stages) -> None:
    """Only the words, of the first portion, over and over until each had one."""
    portion = run.office.db.read(run.making.portion)
    if portion is None:
        raise SystemExit("nobody may get it")
    campaign = run.campaign(id_)
    script = run.office.db.read(lambda tx: read_script(tx, campaign, run.office.clock.now()))
    people_ = [made.to for made in portion.made]
    for one in people_[:3]:
        practise(script, one.known.person, one.decision, one.variant)
    left = len(run.rows(id_))
    with stages.of("render"):
        while left > 0:
            for one in people_[:left]:
                practise(script, one.known.person, one.decision, one.variant)
            left -= len(people_)


def _queue(run: Running, stages: Stages, count: int, bare: Path) -> int:
    """Portion by portion as the watch does; what waits is taken as sent, so that room is left."""
    office, done, octets = run.office, 0, 0
    while done < count:
        portion = stages.timed("decide", lambda: office.db.read(run.making.portion))
        if portion is None:
            raise SystemExit(f"{done} of {count} were made")
        sealed = stages.timed("seal", lambda p=portion: run.making.seal(p))  # type: ignore[misc]
        done += stages.timed("queue", lambda s=sealed: office.db.write(lambda tx: run.making.enqueue(tx, s)))  # type: ignore[misc]
        octets += sum(len(item.sealed.wire) for item in sealed.frozen)
        _anchors(office, stages, portion, sealed, bare)
        office.db.write(_taken_as_sent)
    return octets


def _taken_as_sent(tx: Tx) -> None:
    tx.connection.exec_driver_sql(
        "UPDATE message SET state = 'accepted' WHERE kind = 'campaign' AND state = 'queued'"
    )


# --- what it is held against ----------------------------------------------------------------


def _anchors(office: Practice, stages: Stages, portion: Portion, sealed: Sealed, bare: Path) -> None:
    with stages.of("anchor-cipher"):
        cipher = AESGCM(b"k" * 32)
        for at, item in enumerate(sealed.frozen):
            cipher.encrypt(at.to_bytes(12, "big"), item.sealed.wire, None)
            hashlib.sha256(item.sealed.wire).digest()
    with stages.of("anchor-email", share=_ONE_IN):
        for made in portion.made[::_ONE_IN]:
            _by_email(made.to.decision.address, made.letter.letter.text, made.letter.letter.html)
    schema, rows = office.db.read(_kept)
    _insert_bare(stages, bare, schema, rows)


def _by_email(address: str, text: str, html: str) -> bytes:
    """The same words as the standard library writes them."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "office@harbor.example", address, "News"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message.as_bytes()


def _kept(tx: Tx) -> tuple[list[str], dict[str, list[tuple[Any, ...]]]]:
    """How the two tables are made, and the rows that have just been queued, as they lie there."""
    made = "SELECT sql FROM sqlite_master WHERE tbl_name IN (?, ?) AND type IN ('table', 'index')"
    schema = [row[0] for row in tx.driver.execute(made, tuple(_ROWS)) if row[0]]
    fresh = "SELECT id FROM message WHERE kind = 'campaign' AND state = 'queued'"
    rows = {
        table: tx.driver.execute(f"SELECT * FROM {table} WHERE {key} IN ({fresh})").fetchall()  # noqa: S608
        for table, key in _ROWS.items()
    }
    return schema, rows


def _insert_bare(
    stages: Stages, file: Path, schema: Sequence[str], rows: dict[str, list[tuple[Any, ...]]]
) -> None:
    """The same rows by the driver alone, into the same tables of another encrypted file."""
    fresh = not file.exists()
    with closing(keyed(file, b"k" * 32, b"s" * 16)) as driver:
        driver.execute("PRAGMA foreign_keys = OFF")
        for statement in schema if fresh else ():
            driver.execute(statement)
        with stages.of("anchor-rows"):
            driver.execute("BEGIN IMMEDIATE")
            for table, some in rows.items():
                places = ", ".join("?" * len(some[0]))
                driver.executemany(f"INSERT INTO {table} VALUES ({places})", some)  # noqa: S608
            driver.execute("COMMIT")


if __name__ == "__main__":
    print(json.dumps(main(WAYS[sys.argv[1]], int(sys.argv[2]))))
