"""The practice run: each letter of a campaign is decided and written as it would be, and nothing is sent.

What would have gone out is kept as three marks of one row: to which address, by which way, with which
words. The run itself makes the same marks, and where they differ, says by name what became other.
Everything is done but sealing and the network: keys are not used, because their bytes come out
differently each time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.mail import fieldvalues
from desktop.mail.decision import Decision
from desktop.mail.letterhead import Letterhead, load_letterhead, shown_in
from desktop.mail.mime import Picture
from desktop.mail.own_templates import Wording, approved
from desktop.mail.sender import Sender, load_sender
from desktop.mail.template_design import Rendered
from desktop.models import customfields
from desktop.models.campaigning import Campaign, CampaignId, TemplateId
from desktop.models.database import Tx
from desktop.models.purposes import BASES, MailPurpose
from desktop.models.records import Person, PersonId, Reason
from desktop.models.standing import CustomField, CustomValue

OTHER_ADDRESS, OTHER_WAY, OTHER_WORDS = (
    "practised-other-address",
    "practised-other-way",
    "practised-other-words",
)
_DIGITS = 24
"""Of each mark, in hex: 96 bits, told apart and not defended."""


@dataclass(frozen=True)
class Script:
    """All that the letters of one campaign are made of, read once (`read_script`).

    `wordings` by variant; `prints` are the hashes of `pictures`; `own` is what some people have in the
    practice's own fields (`with_people`).
    """

    campaign: CampaignId
    purpose: MailPurpose
    sender: Sender
    wordings: Mapping[str, Wording] = field(repr=False)
    pictures: Mapping[str, Picture] = field(default_factory=dict, repr=False)
    prints: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    fields: tuple[CustomField, ...] = ()
    own: Mapping[PersonId, Mapping[str, CustomValue]] = field(default_factory=dict, repr=False)

    @property
    def commercial(self) -> bool:
        """Whether its letters must offer a way to say no."""
        return BASES[self.purpose].commercial

    def values(self, person: Person) -> dict[str, str]:
        mine = self.own.get(person.id, {})
        own = fieldvalues.of_own(self.fields, mine, person.language)
        return fieldvalues.of_person(self.sender, person, None) | own


@dataclass(frozen=True)
class Practised:
    """One letter as it would leave. `mark` is what is kept in `campaign_person.rehearsed`."""

    decision: Decision
    letter: Rendered = field(repr=False)
    language: str
    mark: str


def read_script(tx: Tx, campaign: Campaign, now: datetime) -> Script:
    """Raises InputError "template-unknown", Refused "template-not-approved"."""
    sender = load_sender(tx)
    today = now.astimezone(ZoneInfo(sender.zone)).date()
    head = load_letterhead(tx, today)
    if campaign.variants:
        parts = {one.name: (one.template, one.version) for one in campaign.variants}
    elif campaign.template is not None:
        parts = {"": (campaign.template, campaign.template_version)}
    else:
        raise InputError("template-unknown")
    wordings = {name: _wording(tx, campaign, head, *part) for name, part in parts.items()}
    pictures = shown_in(tx, sorted(head.pictures), today)
    return Script(
        campaign.id,
        campaign.purpose,
        sender,
        wordings,
        {one.name: one for one in pictures},
        {one.name: hashlib.sha256(one.data).digest() for one in pictures},
        tuple(customfields.listing(tx)),
    )


def with_people(tx: Tx, script: Script, ids: Iterable[PersonId]) -> Script:
    """The script with what these people have in the practice's own fields."""
    return replace(script, own=customfields.values_many(tx, ids)) if script.fields else script


def practise(script: Script, person: Person, decision: Decision, variant: str = "") -> Practised | Reason:
    """The letter of `person`, or why it cannot be written: `text-incomplete` (field), or an error's code."""
    wording, values = script.wordings[variant], script.values(person)
    language = wording.language(person.language)
    design = wording.design(language)
    try:
        letter = design.render(values, person.name)
    except InputError as error:
        if error.code == "field-missing":
            return Reason("text-incomplete", {"field": error.params["field"]})
        return Reason(error.code, dict(error.params))
    gone = next((name for name in letter.pictures if name not in script.pictures), None)
    if gone is not None:
        return Reason("picture-gone", {"name": gone})
    return Practised(decision, letter, language, _mark(script, decision, letter))


def differs(kept: str, now: str) -> Reason | None:
    """What became other between two marks; where several did, what weighs most."""
    codes = (OTHER_ADDRESS, OTHER_WAY, OTHER_WORDS)
    parts = zip(codes, kept.split("."), now.split("."), strict=False)
    return next((Reason(code) for code, before, after in parts if before != after), None)


def _mark(script: Script, decision: Decision, letter: Rendered) -> str:
    way = decision.way
    words = (letter.subject, letter.html, letter.text)
    shown = [script.prints[name] for name in letter.pictures]
    return ".".join(
        (
            _digits(_print(way.address)),
            _digits(_print(json.dumps([way.method, way.key, way.form]))),
            _digits(*map(_print, words), *shown),
        )
    )


def _wording(tx: Tx, campaign: Campaign, head: Letterhead, template: TemplateId, number: int) -> Wording:
    """As approved, under the campaign's own purpose: what stands below a letter follows from that."""
    kept, version = approved(tx, template, number)
    payer = campaign.payer or kept.payer
    return Wording.of_version(replace(kept, purpose=campaign.purpose, payer=payer), version, head)


def _print(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _digits(*prints: bytes) -> str:
    """Of prints, which are all equally long: none can be taken for two."""
    return hashlib.sha256(b"".join(prints)).hexdigest()[:_DIGITS]
