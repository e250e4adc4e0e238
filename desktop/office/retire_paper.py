"""The certificate of a retired computer, with the fields of NIST SP 800-88 that a program can know.

The rest is left to be filled in by hand: make, serial number, what becomes of the computer.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime

from desktop.frozen import dataclass
from desktop.models.documents import Block, Document, Paragraph, Style
from desktop.models.documents import Facts as Rows
from desktop.office.log_files import Practice
from desktop.office.retire_files import Destroyed
from desktop.texts import Texts, clean

_LINE = "_" * 40


@dataclass(frozen=True)
class Facts:
    """What is known before the keys go; `backup` is the file name of the last one outside."""

    practice: Practice
    vault_id: bytes
    by: str
    reason: str = field(repr=False)
    at: datetime
    version: str
    key_file: str
    backup: str = ""
    records: int = 0
    root: str = ""


def certificate(facts: Facts, gone: Destroyed | None) -> Document:
    """`gone` None: a draft that says that it is none."""
    texts = Texts(facts.practice.language)
    say = texts.say
    lead = say("paper.retire.lead") if gone is not None else say("paper.retire.draft")
    blocks: list[Block] = [Paragraph(lead, Style.BODY if gone is not None else Style.HEADING)]
    blocks.append(Rows(_known(facts, texts)))
    if gone is not None:
        done = ", ".join(say(f"paper.retire.item.{item}") for item in gone.items)
        rows = [(say("paper.retire.destroyed"), done)]
        if gone.left:
            rows.append((say("paper.retire.left"), ", ".join(clean(name) for name in gone.left)))
        blocks.append(Rows(tuple(rows)))
        blocks.append(Paragraph(say("paper.retire.limits"), Style.HEADING))
        blocks.append(Paragraph(say("paper.retire.limits-words")))
        blocks.append(Paragraph(say("paper.retire.by-hand"), Style.HEADING))
        by_hand = ("make", "goes-to", "signature")
        blocks.append(Rows(tuple((say(f"paper.retire.{name}"), _LINE) for name in by_hand)))
    return Document(
        title=say("paper.retire.title"),
        language=texts.language,
        subtitle=(clean(facts.practice.name),),
        blocks=tuple(blocks),
        footer=clean(facts.practice.name),
    )


def _known(facts: Facts, texts: Texts) -> tuple[tuple[str, str], ...]:
    say = texts.say
    local = facts.at.astimezone(facts.practice.zone)
    rows = [
        ("practice", clean(facts.practice.name)),
        ("technical.vault", facts.vault_id.hex()),
        ("by", clean(facts.by)),
        ("at", f"{local:%Y-%m-%d %H:%M %Z}"),
        ("reason", clean(facts.reason, 500)),
        ("method", say("paper.retire.technical.method-words")),
        ("encryption", say("paper.retire.technical.encryption-words")),
        ("tool", f"Sealwell {facts.version}"),
        ("key-file", facts.key_file),
    ]
    if facts.backup:
        rows.append(("backup", facts.backup))
        rows.append(("records", str(facts.records)))
        rows.append(("root", facts.root))
    return tuple((say(f"paper.retire.{name}"), value) for name, value in rows)
