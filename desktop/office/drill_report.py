"""What a drill leaves: a statement signed by the log's key, and the page that shows it.

The statement is a signed note (docs/formats/drill-report.md); whoever has the practice's verifier
key can check it with a few lines of code, years later. The page is for the folder with the
practice's papers: 45 CFR 164.308(a)(7)(ii)(D) asks that contingency plans are tested.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from desktop.audit.logkey import LogKey
from desktop.audit.note import sign_note
from desktop.models import backups, targets, users
from desktop.models.database import Tx
from desktop.models.documents import Block, Document, Facts, Paragraph, QrCode, Style
from desktop.models.safekeeping import Drill
from desktop.office.log_files import Practice, practice_of
from desktop.texts import Texts, clean

PROPOSED_HOURS = 72
"""Within which a proposed federal rule would ask for systems to be restored (90 FR 898, 6 January 2025)."""
_CODE_MM = 34.0


def statement(vault_id: bytes, drill: Drill, root: str) -> str:
    """What is signed: a line for what it is, then one fact a line, in this order."""
    facts = (
        ("drill", drill.id),
        ("at", _utc(drill.at)),
        ("result", "good" if drill.ok else "failed"),
        ("why", drill.why or "-"),
        ("backup", drill.backup or "-"),
        ("target", drill.target or "-"),
        ("seconds", str(drill.seconds)),
        ("records", str(drill.records)),
        ("root", root or "-"),
        ("sampled", str(drill.sampled)),
        ("recovery-key", "proven" if drill.key_proven else "not-proven"),
    )
    lines = [f"sealwell.local/{vault_id.hex()}/drill", *(f"{name} {value}" for name, value in facts)]
    return "\n".join(lines) + "\n"


def signed(key: LogKey, vault_id: bytes, drill: Drill, root: str) -> str:
    return sign_note(key, statement(vault_id, drill, root))


def report_paper(tx: Tx, drill: Drill, vkey: str) -> Document:
    """One page in the practice's language."""
    practice = practice_of(tx)
    texts = Texts(practice.language)
    say = texts.say
    return Document(
        title=say("paper.drill.title"),
        language=practice.language,
        subtitle=(practice.name, _local(drill.at, practice)),
        blocks=(
            Paragraph(say("paper.drill.good" if drill.ok else "paper.drill.failed"), Style.LARGE),
            *_trouble(texts, drill),
            Facts(tuple(_facts(tx, texts, practice, drill))),
            Paragraph(say("paper.drill.proposal", hours=PROPOSED_HOURS), Style.NOTE),
            Paragraph(say("paper.drill.signed"), Style.HEADING),
            Paragraph(drill.report.rstrip("\n"), Style.EXACT),
            QrCode(drill.report, say("paper.drill.code"), _CODE_MM),
            Paragraph(say("paper.drill.key"), Style.NOTE),
            Paragraph(vkey, Style.EXACT),
        ),
        footer=practice.name,
    )


def _trouble(texts: Texts, drill: Drill) -> Iterator[Block]:
    if drill.why:
        yield Paragraph(texts.say(f"reason.{drill.why}"))


def _facts(tx: Tx, texts: Texts, practice: Practice, drill: Drill) -> Iterator[tuple[str, str]]:
    say = texts.say
    who = users.get(tx, drill.by)
    place = targets.get(tx, drill.target) if drill.target else None
    backup = backups.get(tx, drill.backup) if drill.backup else None
    yield say("paper.drill.by"), clean(who.name) if who is not None else ""
    yield say("paper.drill.place"), clean(place.name) if place is not None else ""
    if backup is not None:
        yield say("paper.drill.backup"), _local(backup.made_at, practice)
    yield say("paper.drill.took"), texts.count("paper.drill.seconds", drill.seconds)
    yield say("paper.drill.asked"), say("paper.drill.hours", hours=PROPOSED_HOURS)
    if drill.ok:
        yield say("paper.drill.records"), str(drill.records)
        yield say("paper.drill.sampled"), str(drill.sampled)
    proven = "paper.drill.key-proven" if drill.key_proven else "paper.drill.key-missing"
    yield say("paper.drill.recovery-key"), say(proven)


def _local(at: datetime, practice: Practice) -> str:
    return at.astimezone(practice.zone).strftime("%Y-%m-%d %H:%M")


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
