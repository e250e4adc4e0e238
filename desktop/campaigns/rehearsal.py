"""The practice run: each letter of a campaign is decided and written as it would be, and nothing is sent.

What would have gone out is kept as three marks of one row: to which address, by which way, with which
words. The run itself makes the same marks, and where they differ, says by name what became other.
Everything is done but sealing and the network: keys are not used, because their bytes come out
differently each time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from desktop.errors import InputError
from desktop.mail import fieldvalues
from desktop.mail.decision import Decision
from desktop.mail.mime import Picture
from desktop.mail.sender import Sender
from desktop.mail.template_design import Design, Rendered
from desktop.models.campaigning import CampaignId
from desktop.models.purposes import BASES, MailPurpose
from desktop.models.records import Person, Reason
from desktop.texts import LANGUAGES

OTHER_ADDRESS, OTHER_WAY, OTHER_WORDS = (
    "practised-other-address",
    "practised-other-way",
    "practised-other-words",
)
_DIGITS = 24
"""Of each mark, in hex: 96 bits, told apart and not defended."""


@dataclass(frozen=True)
class Script:
    """All that the letters of one campaign are made of, read once. `designs` by variant and language."""

    campaign: CampaignId
    purpose: MailPurpose
    sender: Sender
    designs: Mapping[tuple[str, str], Design] = field(repr=False)
    pictures: Mapping[str, Picture] = field(default_factory=dict, repr=False)

    @property
    def commercial(self) -> bool:
        """Whether its letters must offer a way to say no."""
        return BASES[self.purpose].commercial

    def design(self, variant: str, language: str) -> Design:
        """In the person's language where it was written in that; else in the first that there is."""
        found = (self.designs.get((variant, tongue)) for tongue in (language, *LANGUAGES))
        return next(design for design in found if design is not None)


@dataclass(frozen=True)
class Practised:
    """One letter as it would leave. `mark` is what is kept in `campaign_person.rehearsed`."""

    decision: Decision
    letter: Rendered = field(repr=False)
    mark: str


def practise(script: Script, person: Person, decision: Decision, variant: str = "") -> Practised | Reason:
    """The letter of `person`, or why it cannot be written: `text-incomplete` (field), or an error's code."""
    design = script.design(variant, person.language)
    values = fieldvalues.of_person(script.sender, person, None)
    missing = design.missing(values)
    if missing:
        return Reason("text-incomplete", {"field": missing[0]})
    try:
        letter = design.render(values, person.name)
    except InputError as error:
        return Reason(error.code, dict(error.params))
    return Practised(decision, letter, _mark(script, decision, letter))


def differs(kept: str, now: str) -> Reason | None:
    """What became other between two marks; where several did, what weighs most."""
    codes = (OTHER_ADDRESS, OTHER_WAY, OTHER_WORDS)
    parts = zip(codes, kept.split("."), now.split("."), strict=False)
    return next((Reason(code) for code, before, after in parts if before != after), None)


def _mark(script: Script, decision: Decision, letter: Rendered) -> str:
    way = decision.way
    shown = [script.pictures[name].data for name in letter.pictures if name in script.pictures]
    return ".".join(
        (
            _digits(way.address),
            _digits(json.dumps([way.method, way.key, way.form])),
            _digits(json.dumps([letter.subject, letter.html, letter.text]), *shown),
        )
    )


def _digits(text: str, *more: bytes) -> str:
    made = hashlib.sha256(text.encode("utf-8"))
    for each in more:
        made.update(hashlib.sha256(each).digest())
    return made.hexdigest()[:_DIGITS]
