"""Prove consent for one message: what the ledger said when it left, and what that stands on.

An entry counts from the moment at which it was both said and kept: its evidence says when that was.
Care rests on the practice's stated basis (45 CFR 164.506) unless somebody refused; plain mail on the
patient's wish alone (164.522(b)).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import InputError
from desktop.models import authorizations, consentbatches, consents, merges, messages, proofs, settings
from desktop.models.accounts import Session
from desktop.models.consents import Said
from desktop.models.database import Tx
from desktop.models.documents import Block, Document, Facts, Paragraph, Printer, Style
from desktop.models.records import Consent, ConsentEntry, Message, MessageId, Method, Person, Reason
from desktop.models.standing import EvidenceId, Use
from desktop.office.consent_lines import Lines, zone_of
from desktop.office.desk import Desk, Recorder
from desktop.office.people import found
from desktop.office.values_consent import ConsentProof, EntryLine
from desktop.texts import Texts


class ConsentProving:
    """The paper is in the practice's language: it is for whoever asks the practice."""

    def __init__(self, desk: Desk, clock: Clock, printer: Printer) -> None:
        self._desk = desk
        self._clock = clock
        self._printer = printer

    def prove_consent(self, session: Session, message: MessageId, paper: bool = False) -> ConsentProof:
        """Raises InputError "message-unknown", "person-unknown"; Refused("printing-unavailable")."""
        papers: list[Document] = []

        def prove(tx: Tx, record: Recorder) -> ConsentProof:
            row = messages.get(tx, message)
            if row is None:
                raise InputError("message-unknown")
            proof = self._proof(tx, row)
            record(Event(Act.CONSENT_PROVED, row.person, det={"message": row.id}))
            if paper:
                papers.append(_paper(tx, found(tx, row.person), proof))
            return proof

        proof = self._desk.write(session, Action.PROVE_CONSENT, prove)
        if not papers:
            return proof
        return replace(proof, file_name="consent.pdf", data=self._printer.print_pdf(papers[0]))

    def _proof(self, tx: Tx, row: Message) -> ConsentProof:
        at = max((one.at for one in messages.attempts(tx, row.id)), default=row.queued_at)
        use = Use.PLAIN if row.method is Method.PLAIN else Use.CARE
        wanted = {Use.CARE.value, use.value}
        who = merges.holder(tx, row.id, row.person, at)
        known = [(seq, one) for seq, one in consents.numbered(tx, who) if _since(tx, one) <= at]
        last = {one.scope: (Use(one.scope), one.state, one.expires) for _, one in known}
        standing = Said(tuple(last.values())).at(at)
        said = standing.of(use)
        allowed = said is Consent.GIVEN or (use is Use.CARE and said is Consent.UNKNOWN)
        lines = Lines(tx, (one.evidence for _, one in known if one.evidence))
        permission = next((one.authorization for _, one in reversed(known) if one.authorization), None)
        kept = authorizations.get(tx, permission) if permission and use in (Use.MARKETING, Use.PAID) else None
        return ConsentProof(
            message=row.id,
            person=row.person,
            use=use,
            at=at,
            allowed=allowed,
            basis=Reason(f"proof-{use.value}-{said.value}"),
            entries=tuple(lines.entry(seq, one) for seq, one in known if one.scope in wanted),
            authorization=lines.permission(kept, at, zone_of(tx)) if kept is not None else None,
        )


def _since(tx: Tx, one: ConsentEntry) -> datetime:
    moments = [one.at]
    if one.evidence is not None:
        kept = proofs.without_data(tx, (one.evidence,)).get(EvidenceId(one.evidence))
        moments += [kept.kept_at] if kept is not None else []
    if one.batch is not None:
        batch = consentbatches.get(tx, one.batch)
        moments += [batch.at] if batch is not None else []
    return max(moments)


def _paper(tx: Tx, who: Person, proof: ConsentProof) -> Document:
    language = settings.get(tx, "language") or "en"
    say, zone = Texts(language).say, zone_of(tx)
    practice = settings.get(tx, "practice-name") or ""

    def moment(at: datetime) -> str:
        return at.astimezone(zone).isoformat(sep=" ", timespec="minutes")

    def entry(one: EntryLine) -> Facts:
        rows = [
            (say("paper.proof.when"), moment(one.at)),
            (say("paper.proof.said"), say(f"ui.consent.{one.state.value}")),
            (say("paper.proof.source"), one.source),
            (say("paper.proof.by"), one.by),
            (say("paper.proof.wording"), one.wording),
        ]
        if one.proof is not None:
            rows.append((say("paper.proof.evidence"), one.proof.note or one.proof.file_name))
            rows.append((say("paper.proof.hash"), one.proof.sha256))
        return Facts(tuple((name, value) for name, value in rows if value))

    blocks: list[Block] = [
        Facts(
            (
                (say("paper.proof.person"), who.name or who.organisation),
                (say("paper.proof.message"), proof.message),
                (say("paper.proof.left"), moment(proof.at)),
            )
        ),
        Paragraph(say(f"reason.{proof.basis.code}")),
        Paragraph(say("paper.proof.entries"), Style.HEADING),
        *(entry(one) for one in proof.entries),
    ]
    return Document(
        title=say("paper.proof.title"),
        language=language,
        subtitle=(practice,),
        blocks=tuple(blocks),
        footer=practice,
    )
