"""G28 and G35: no sequence of imports, merges, undos, batches and expiry gives a yes without evidence,
and none of them lifts a refusal."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from desktop.audit.log import AuditLog
from desktop.errors import InputError, SealwellError
from desktop.models import consentbatches, consents, people, users
from desktop.models.accounts import Role, User, UserId
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import Consent, ConsentEntry, ImportId, PersonId
from desktop.models.standing import BatchId, EvidenceKind, Use
from desktop.people import batchproof, contacts, merging
from desktop.people.consent import Saying, expire, record
from desktop.people.importing import import_people
from desktop.people.proofs import keep_file, keep_note
from desktop.people.reading import read_sheet
from desktop.people.undoing import undo_import
from tests.support.clock import ManualClock
from tests.support.sheets import people_of
from tests.unit.people.conftest import NOW, Practice

ANA = User(UserId("d" * 32), "ana", Role.ADMINISTRATOR)
PRIVATE = Ed25519PrivateKey.generate().private_bytes_raw()
REFUSED = "SELECT person, purpose FROM consent_state WHERE state = 'refused'"
LAST = """SELECT seq, person, scope, state FROM consent_entry
    WHERE seq IN (SELECT max(seq) FROM consent_entry GROUP BY person, scope)"""
SCAN = b"%PDF-1.7 blank form"
NAMES = ("Ada", "Bo", "Cy", "Dee")


class Machine:
    """Acts at random on four people; `check` holds after every act."""

    def __init__(self, practice: Practice, seed: str) -> None:
        self.db = practice.database
        self.chance = random.Random(seed)
        self.now = NOW
        self.audit = AuditLog("1", ManualClock(NOW))
        self.brought: list[ImportId] = []
        self.merges: list[Any] = []
        self.done: Counter[str] = Counter()
        self.acts = (
            self.says,
            self.says,
            self.imports,
            self.undoes_import,
            self.batch,
            self.undoes_batch,
            self.merges_two,
            self.unmerges,
            self.expires,
            self.sets,
        )

    def everybody(self, tx: Tx) -> list[PersonId]:
        found = [one.id for one in people.search(tx, "", 50)]
        if not found:
            raise InputError("person-unknown")
        return found

    def says(self, tx: Tx) -> None:
        use, state = self.chance.choice(tuple(Use)), self.chance.choice(tuple(Consent))
        proof = None
        if self.chance.random() < 0.7:
            proof = keep_note(tx, EvidenceKind.FORM, "form", ANA.id, self.now.date(), self.now)
        days = self.chance.choice((None, 1, 5))
        until = None if days is None else self.now + timedelta(days=days)
        who = self.chance.choice(self.everybody(tx))
        record(tx, Saying(who, use, state, self.now, "desk", ANA.id, evidence=proof, expires=until))

    def sets(self, tx: Tx) -> None:
        who = self.chance.choice(self.everybody(tx))
        said = self.chance.choice(("given", "refused", "unknown"))
        source = self.chance.choice(("", "form"))
        contacts.store(tx, who, {"consent": said, "consent_source": source}, by=ANA.id, now=self.now)

    def imports(self, tx: Tx) -> None:
        rows = "".join(
            f"{name},Test,1990-01-0{number},{self.chance.choice(('yes', 'no', ''))},2026-11-01,form\n"
            for number, name in enumerate(NAMES, 1)
        )
        head = "First Name,Last Name,DOB,Consent,Consent Date,Consent Source\n"
        parsed = people_of((head + rows).encode(), self.now.date())
        self.brought.append(import_people(tx, parsed, by=ANA.id, now=self.now, strict=False).id)

    def undoes_import(self, tx: Tx) -> None:
        if self.brought:
            at = self.chance.randrange(len(self.brought))
            undo_import(tx, self.brought.pop(at), ANA.id, self.now)

    def batch(self, tx: Tx) -> None:
        use = self.chance.choice(tuple(Use))
        rows = "".join(
            f"{name},Test,1990-01-0{number},{self.chance.choice(('yes', 'no'))},2026-11-02\n"
            for number, name in enumerate(NAMES, 1)
        )
        sheet = read_sheet(f"First,Last,Born,OK,On\n{rows}".encode(), "people")
        columns = batchproof.Columns("OK", "On", first_name="First", last_name="Last", birth_date="Born")
        form = keep_file(tx, EvidenceKind.BATCH_FORM, "blank.pdf", SCAN, ANA.id, self.now)
        found = batchproof.read(tx, sheet, columns, use, "v1", self.now, day_first=False)
        batchproof.run(tx, found, use, "v1", form, ANA.id, self.now, PRIVATE)

    def undoes_batch(self, tx: Tx) -> None:
        some = consentbatches.listing(tx)
        id_ = self.chance.choice(some).id if some else BatchId(new_id())
        batchproof.undo(tx, id_, ANA.id, self.now)

    def merges_two(self, tx: Tx) -> None:
        kept, gone = self.chance.choices(self.everybody(tx), k=2)
        self.merges.append(merging.merge(tx, kept, gone, ANA.id, self.now))

    def unmerges(self, tx: Tx) -> None:
        if self.merges:
            merging.unmerge(tx, self.merges.pop(), ANA.id, self.now)

    def expires(self, tx: Tx) -> None:
        self.now += timedelta(days=self.chance.choice((1, 3)))
        expire(tx, self.audit, self.now)

    def step(self) -> None:
        self.now += timedelta(minutes=1)
        act = self.chance.choice(self.acts)
        refused = self.db.read(self.refusals)
        last = self.db.read(lambda tx: consents_count(tx))
        try:
            self.db.write(act)
            self.done[act.__name__] += 1
        except SealwellError:
            assert self.db.read(lambda tx: consents_count(tx)) == last
        self.db.read(lambda tx: self.check(tx, act.__name__, refused))

    def refusals(self, tx: Tx) -> set[tuple[str, str]]:
        found = tx.connection.execute(text(REFUSED))
        return {(row.person, row.purpose) for row in found}

    def check(self, tx: Tx, act: str, refused: set[tuple[str, str]]) -> None:
        bare = """SELECT count(*) FROM consent_entry e LEFT JOIN consent_evidence v ON v.id = e.evidence
            WHERE e.state = 'given' AND v.id IS NULL"""
        assert tx.connection.execute(text(bare)).scalar_one() == 0
        last = {(row.person, row.scope): (row.seq, row.state) for row in tx.connection.execute(text(LAST))}
        states = tx.connection.execute(text("SELECT * FROM consent_state")).all()
        assert {(row.person, row.purpose): (row.entry, row.state) for row in states} == last
        if act not in ("says", "sets"):
            assert refused <= self.refusals(tx), act


def consents_count(tx: Tx) -> int:
    count: int = tx.connection.execute(text("SELECT count(*) FROM consent_entry")).scalar_one()
    return count


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("count", [150, pytest.param(5_000, marks=pytest.mark.soak)])
def test_g28_no_sequence_gives_without_evidence_or_lifts_a_refusal(practice: Practice, count: int) -> None:
    practice.database.write(lambda tx: users.add(tx, ANA, "SECRET"))
    machine = Machine(practice, f"goal-{count}")
    practice.database.write(machine.imports)
    for _ in range(count):
        machine.step()
    assert machine.done.keys() == {act.__name__ for act in machine.acts}


def test_g35_the_database_itself_refuses_a_bare_yes(practice: Practice) -> None:
    practice.people("First Name,Last Name,DOB\nAda,Test,1990-01-01\n")
    ada = practice.one("Test").id
    bare = ConsentEntry(ada, Consent.GIVEN, NOW, "desk", ANA.id)
    for use in Use:
        for entry in (replace(bare, scope=use.value), replace(bare, scope=use.value, evidence="f" * 32)):
            with pytest.raises(IntegrityError):
                practice.database.write(lambda tx, entry=entry: consents.enter(tx, entry))  # type: ignore[misc]
    assert practice.database.read(lambda tx: consents.history(tx, ada)) == []
