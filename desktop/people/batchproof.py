"""An intake column becomes evidence: "e-mail OK" of people who are known, with date and form version.

The blank form is kept once with its hash and every yes stands on it. What is entered is signed by the
administrator's own Ed25519 key (RFC 8032) over its RFC 8785 form, as it can be read back from the
ledger. A no is taken over too; a refusal that stands is never lifted from here. Undoing puts "unknown"
on every yes that is still the last word, and leaves what was refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import field
from datetime import UTC, datetime, time

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.audit.logkey import is_signed
from desktop.clock import milliseconds
from desktop.errors import InputError, Refused
from desktop.frozen import dataclass
from desktop.models import consentbatches, consents, people, proofs
from desktop.models.consentbatches import ConsentBatch
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.names import name_key
from desktop.models.records import Consent, ConsentEntry, PersonId, Reason
from desktop.models.standing import BatchId, EvidenceId, Use
from desktop.people import consent
from desktop.people.sheets import RowError, Sheet, sound
from desktop.people.values import read_birth_date, read_consent, read_day, read_text
from desktop.texts import clean

INTAKE = "intake"
USES = (Use.CARE, Use.MARKETING, Use.PLAIN)
"""What somebody pays for needs a permission of its own from each person."""
PUBLIC_BYTES = 32
_CONTEXT = b"sealwell/consent-batch/1\n"
_WORDING_CHARS = 120


@dataclass(frozen=True)
class Columns:
    """Heads of columns, as they stand in the file; '' where there is none."""

    answer: str
    on: str
    external_id: str = ""
    first_name: str = ""
    last_name: str = ""
    birth_date: str = ""
    version: str = ""


@dataclass(frozen=True)
class Answer:
    """One row that says something of one known person."""

    line: int
    person: PersonId = field(repr=False)
    state: Consent
    at: datetime
    wording: str


@dataclass(frozen=True)
class Read:
    """`left_out` are lines with the reason; `same` rows say what the ledger says already."""

    answers: tuple[Answer, ...]
    same: int
    left_out: tuple[tuple[int, Reason], ...]

    @property
    def given(self) -> int:
        return sum(one.state is Consent.GIVEN for one in self.answers)


def read(
    tx: Tx, sheet: Sheet, columns: Columns, use: Use, wording: str, now: datetime, *, day_first: bool
) -> Read:
    """What the file would enter. Raises InputError "batch-column-missing", "permission-use"."""
    if use not in USES:
        raise InputError("permission-use", use=use.value)
    at = _positions(sheet, columns)
    answers: list[Answer] = []
    left_out = [(one.line, one.reason) for one in sheet.rejected]
    seen: set[PersonId] = set()
    same = 0
    for line, cells in sheet.rows:
        row = {name: cells[place].strip() if place < len(cells) else "" for name, place in at.items()}
        try:
            answer = _answer(tx, line, row, wording, now, day_first=day_first)
            if answer.person in seen:
                raise RowError(Reason("duplicate"))
            seen.add(answer.person)
            if _stands(tx, answer, use, now):
                same += 1
            else:
                answers.append(answer)
        except RowError as error:
            left_out.append((line, error.reason))
    return Read(tuple(answers), same, tuple(sorted(left_out, key=lambda one: one[0])))


def run(
    tx: Tx, found: Read, use: Use, wording: str, form: EvidenceId, by: str, now: datetime, private: bytes
) -> ConsentBatch:
    """Enter and sign it, in the caller's transaction. Raises InputError "batch-empty", and whatever
    `people.consent.record` raises: then nothing is entered.
    """
    if not found.answers:
        raise InputError("batch-empty")
    id_ = BatchId(new_id())
    wording = clean(wording, _WORDING_CHARS)
    rows = [(one.person, one.state, one.at, one.wording) for one in found.answers]
    unsigned = ConsentBatch(id_, INTAKE, use, wording, form, by, now, len(rows), "", b"")
    content = _content(tx, unsigned, rows)
    key = Ed25519PrivateKey.from_private_bytes(private)
    signature = key.public_key().public_bytes_raw() + key.sign(_CONTEXT + bytes.fromhex(content))
    batch = ConsentBatch(id_, INTAKE, use, wording, form, by, now, len(rows), content, signature)
    consentbatches.add(tx, batch)
    for one in found.answers:
        proof = form if one.state is Consent.GIVEN else None
        said = consent.Saying(
            *(one.person, use, one.state, one.at, INTAKE, by),
            how="batch",
            wording=one.wording,
            evidence=proof,
            batch=id_,
        )
        consent.record(tx, said)
    return batch


def is_genuine(tx: Tx, batch: ConsentBatch) -> bool:
    """Whether the ledger still holds just what was signed."""
    rows = [
        (entry.person, entry.state, entry.at, entry.wording)
        for _, entry, _ in consents.of_batch(tx, batch.id)
        if entry.how == "batch"
    ]
    if _content(tx, batch, rows) != batch.content:
        return False
    signed = batch.signature
    return is_signed(signed[:PUBLIC_BYTES], signed[PUBLIC_BYTES:], _CONTEXT + bytes.fromhex(batch.content))


@dataclass(frozen=True)
class Undone:
    withdrawn: tuple[PersonId, ...]
    refusals: int
    changed_since: int


def undo(tx: Tx, id_: BatchId, by: str, now: datetime) -> Undone:
    """Put "unknown" on each yes of the batch that is still the last word.

    Raises InputError("batch-unknown"); Refused("batch-over") where it was undone before.
    """
    if consentbatches.get(tx, id_) is None:
        raise InputError("batch-unknown")
    if not consentbatches.undo(tx, id_, now, by):
        raise Refused("batch-over")
    withdrawn, refusals, since = [], 0, 0
    for _, entry, is_last in consents.of_batch(tx, id_):
        if entry.state is Consent.REFUSED:
            refusals += 1
        elif is_last:
            withdrawn.append(entry.person)
            consents.enter(
                tx,
                ConsentEntry(
                    *(entry.person, Consent.UNKNOWN, now, INTAKE, by), scope=entry.scope, how="undo"
                ),
            )
        else:
            since += 1
    return Undone(tuple(withdrawn), refusals, since)


def _positions(sheet: Sheet, columns: Columns) -> dict[str, int]:
    heads = {clean(head).casefold(): place for place, head in reversed(tuple(enumerate(sheet.header)))}
    found = {}
    for name, head in vars(columns).items():
        if not head:
            continue
        place = heads.get(clean(head).casefold())
        if place is None:
            raise InputError("batch-column-missing", column=clean(head, 60))
        found[name] = place
    named = {"first_name", "last_name", "birth_date"} <= found.keys()
    if not {"answer", "on"} <= found.keys() or not (named or "external_id" in found):
        raise InputError("batch-column-missing", column="")
    return found


def _answer(
    tx: Tx, line: int, row: dict[str, str], wording: str, now: datetime, *, day_first: bool
) -> Answer:
    state = sound(read_consent(row["answer"]))
    if state is Consent.UNKNOWN:
        raise RowError(Reason("consent-word-unknown"))
    if not row["on"]:
        raise RowError(Reason("consent-without-proof"))
    on = sound(read_day(row["on"], day_first))
    if on > now.date():
        raise RowError(Reason("consent-date-in-future"))
    at = min(datetime.combine(on, time(12), UTC), now)
    said = sound(read_text(row.get("version", ""), limit=_WORDING_CHARS)) or clean(wording, _WORDING_CHARS)
    if not said:
        raise RowError(Reason("consent-wording-missing"))
    return Answer(line, _person(tx, row, now, day_first=day_first), state, at, said)


def _person(tx: Tx, row: dict[str, str], now: datetime, *, day_first: bool) -> PersonId:
    """By the number, else by both names with the birth date; never by a name alone."""
    number, first, last = (row.get(name, "") for name in ("external_id", "first_name", "last_name"))
    birth_date = None
    if row.get("birth_date"):
        birth_date = sound(read_birth_date(row["birth_date"], now.date(), day_first))
    if not number and not (first and last and birth_date):
        raise RowError(Reason("name-missing"))
    if number:
        owner = people.by_number(tx, number)
        found = [] if owner is None else [owner]
    else:
        found = people.match(tx, last, first, birth_date)
    if len(found) != 1:
        raise RowError(Reason("ambiguous" if found else "person-not-known"))
    who = found[0]
    if (last or first) and name_key(last, first) != name_key(who.last_name, who.first_name):
        raise RowError(Reason("external-id-of-another"))
    return who.id


def _stands(tx: Tx, answer: Answer, use: Use, now: datetime) -> bool:
    """Whether it adds nothing. Raises RowError where a refusal stands against it."""
    said = consents.standing(tx, answer.person, now)
    if answer.state is Consent.GIVEN and said.of(use) is Consent.REFUSED:
        raise RowError(Reason("consent-refused-before"))
    no = consent.refused_on(tx, answer.person, use)
    if answer.state is Consent.GIVEN and no is not None and answer.at.date() < no:
        raise RowError(Reason("consent-refused-before"))
    last = consents.last(tx, answer.person, use)
    if last is None:
        return False
    if answer.state is Consent.REFUSED:
        return last[1].state is Consent.REFUSED
    return last[1].state is Consent.GIVEN and (last[1].expires is None or last[1].expires > now)


def _content(tx: Tx, batch: ConsentBatch, rows: Sequence[tuple[PersonId, Consent, datetime, str]]) -> str:
    form = proofs.without_data(tx, (batch.evidence,)).get(batch.evidence)
    said = {
        "id": batch.id,
        "kind": batch.kind,
        "purpose": batch.use.value,
        "wording": batch.wording,
        "form": form.sha256 if form is not None else "",
        "by": batch.by,
        "at": milliseconds(batch.at),
        "entries": [[who, state.value, milliseconds(at), words] for who, state, at, words in rows],
    }
    return hashlib.sha256(rfc8785.dumps(said)).hexdigest()
