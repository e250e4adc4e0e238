"""The recovery kit: everything on paper that brings a practice back on a bare computer.

It names no patient. With the recovery key on it, it opens everything that the practice has; so
the paper itself says where to keep it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from datetime import datetime

from desktop.audit.logkey import PUBLIC, write_vkey
from desktop.crypto.recovery import read_recovery_key, recovery_groups, write_recovery_key
from desktop.crypto.recoverywords import write_words
from desktop.errors import VaultError
from desktop.frozen import dataclass
from desktop.models import targets, vaultkeys
from desktop.models.database import Tx
from desktop.models.documents import Block, Column, Document, Facts, Paragraph, QrCode, Style, Table
from desktop.office.log_files import practice_of
from desktop.sync.targets.base import folder_of, vault_tag
from desktop.texts import Texts, clean

_STEPS = (
    "paper.kit.step-install",
    "paper.kit.step-find",
    "paper.kit.step-key",
    "paper.kit.step-password",
    "paper.kit.step-look",
    "paper.kit.step-again",
)
_LIST = 5
"""Words of a column."""
_CODE_MM = 26.0


@dataclass(frozen=True)
class Kit:
    """`recovery_key` '' leaves a line for where it lies instead."""

    vault_id: bytes
    made: datetime
    recovery_key: str = field(default="", repr=False)


def kit_paper(tx: Tx, kit: Kit) -> Document:
    """In the practice's language."""
    practice = practice_of(tx)
    texts = Texts(practice.language)
    say = texts.say
    public = vaultkeys.get(tx, PUBLIC)
    if public is None:
        raise VaultError("log-key-damaged")
    vault_id = kit.vault_id.hex()
    facts = (
        (say("paper.kit.practice"), vault_id),
        (say("paper.kit.folder"), folder_of(vault_tag(vault_id))),
        (say("paper.kit.log-key"), write_vkey(f"sealwell.local/{vault_id}", public)),
    )
    return Document(
        title=say("paper.kit.title"),
        language=practice.language,
        subtitle=(practice.name, kit.made.astimezone(practice.zone).date().isoformat()),
        blocks=(
            Paragraph(say("paper.kit.lead" if kit.recovery_key else "paper.kit.lead-without")),
            *_key(texts, kit.recovery_key),
            Paragraph(say("paper.kit.how"), Style.HEADING),
            Paragraph("\n".join(f"{number}. {say(step)}" for number, step in enumerate(_STEPS, 1))),
            Paragraph(say("paper.kit.places"), Style.HEADING),
            *_places(tx, texts),
            Facts(facts),
        ),
        footer=practice.name,
    )


def _key(texts: Texts, typed: str) -> Iterator[Block]:
    yield Paragraph(texts.say("paper.kit.key"), Style.HEADING)
    if not typed:
        yield Facts(((texts.say("paper.kit.lies"), "_" * 40),))
        return
    key = read_recovery_key(typed)
    written, words = write_recovery_key(key), write_words(key).split()
    groups = recovery_groups(written)
    half = len(groups) // 2
    yield Paragraph("\n".join(" ".join(some) for some in (groups[:half], groups[half:])), Style.LARGE)
    yield QrCode(written, texts.say("paper.kit.code"), _CODE_MM)
    yield Paragraph(texts.say("paper.kit.words"))
    numbered = [f"{number}. {word}" for number, word in enumerate(words, 1)]
    lists = [numbered[at : at + _LIST] for at in range(0, len(numbered), _LIST)]
    rows = tuple(tuple(one[at] if at < len(one) else "" for one in lists) for at in range(_LIST))
    starts = range(1, len(words) + 1, _LIST)
    heads = tuple(f"{first}–{min(first + _LIST - 1, len(words))}" for first in starts)
    yield Table(tuple(Column(head) for head in heads), rows)


def _places(tx: Tx, texts: Texts) -> Iterator[Block]:
    """What reaches each target but its secret."""
    found = targets.listing(tx, live=True)
    if not found:
        yield Paragraph(texts.say("paper.kit.no-places"))
        return
    heads = (("paper.kit.name", 1.4), ("paper.kit.address", 3.0), ("paper.kit.user", 1.0))
    rows = tuple((clean(one.name), clean(one.place.address), clean(one.place.user)) for one in found)
    yield Table(tuple(Column(texts.say(head), share) for head, share in heads), rows)
    keys = [(clean(one.name), one.place.host_key) for one in found if one.place.host_key]
    for name, key in keys:
        yield Paragraph(texts.say("paper.kit.host-key", name=name), Style.NOTE)
        yield Paragraph(clean(key), Style.EXACT)
    yield Paragraph(texts.say("paper.kit.no-secrets"), Style.NOTE)
