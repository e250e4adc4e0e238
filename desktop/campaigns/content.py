"""What an approval covers: two hashes, of what a campaign says and when, and of who gets it.

Both are worked out from what is kept at this moment, never from an earlier hash: a letter of a text
or a row of the ledger that changed in any way is another campaign.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import rfc8785

from desktop.mail.fields import FIELDS
from desktop.mail.letterhead import load_look
from desktop.mail.sender import practice_relay
from desktop.mail.template_blocks import PICTURE
from desktop.mail.templates import Place, compile_text
from desktop.models import customfields, pictures, practicefacts, settings, templates
from desktop.models.campaigning import Campaign, CampaignPerson, TemplateId, TemplateKept, TemplateVersion
from desktop.models.campaigns import schedule_data, variant_data
from desktop.models.database import Tx
from desktop.models.rules import CUSTOM
from desktop.models.standing import FieldClass

_LINKS = {"booking_link": practicefacts.BOOKING, "portal_link": practicefacts.PORTAL}
"""Fields of the practice that stand in a letter only where its text names them."""


def content_hash(tx: Tx, one: Campaign) -> str:
    """Of purpose, payer, texts, pictures, variants, schedule, and what stands around each letter; '' of what
    has no text."""
    wanted, found = wordings(one), _found(tx, one)
    if not wanted or len(found) < len(wanted):
        return ""
    known = {picture.name: picture.sha256 for picture in pictures.listing(tx)}
    return _hash(
        {
            "campaign": one.id,
            "purpose": one.purpose.value,
            "payer": one.payer,
            "segment": one.segment or "",
            "without": sorted(one.without),
            "texts": {f"{kept.id}/{each.number}": _written(kept, each, known) for kept, each in found},
            "template": [one.template or "", one.template_version],
            "around": _around(tx, [each for _, each in found], known),
            "variants": [variant_data(variant) for variant in one.variants],
            "schedule": schedule_data(one.schedule),
        }
    )


def audience_hash(rows: Iterable[CampaignPerson]) -> str:
    """Of every row with its decision, in the order of the ids."""
    digest = hashlib.sha256()
    for row in sorted(rows, key=lambda row: row.person):
        code = row.reason.code if row.reason is not None else ""
        method = row.method.value if row.method is not None else ""
        line = [row.person, int(row.included), code, row.variant, method, row.rehearsed]
        digest.update(f"{json.dumps(line)}\n".encode())
    return digest.hexdigest()


def tells_health(tx: Tx, one: Campaign) -> bool:
    """Whether its texts name a field that is about somebody's health."""
    own = {CUSTOM + each.name: each.group for each in customfields.listing(tx, retired=True)}
    classes = {**FIELDS, **own}
    texts = (text for _, each in _found(tx, one) for text in each.texts.values())
    named = frozenset(own.items())
    fields = (
        name
        for text in texts
        for part in (text.subject, text.preview, text.body)
        for name in _fields_of(part, named)
    )
    return any(classes.get(name) is FieldClass.CLINICAL for name in fields)


@lru_cache(maxsize=64)
def _fields_of(text: str, own: frozenset[tuple[str, FieldClass]]) -> frozenset[str]:
    """Parsed once: the gate asks for every portion and at every claim."""
    return compile_text(text, Place.BODY, dict(own)).fields()


def wordings(one: Campaign) -> set[tuple[TemplateId, int]]:
    """Every version of a template that somebody may get."""
    if one.variants:
        return {(variant.template, variant.version) for variant in one.variants}
    return {(one.template, one.template_version)} if one.template is not None else set()


def _found(tx: Tx, one: Campaign) -> list[tuple[TemplateKept, TemplateVersion]]:
    """Those of them that there are."""
    pairs = [(templates.get(tx, id_), templates.version(tx, id_, number)) for id_, number in wordings(one)]
    return [(kept, version) for kept, version in pairs if kept is not None and version is not None]


def _written(one: TemplateKept, version: TemplateVersion, known: dict[str, str]) -> dict[str, Any]:
    texts = {language: [text.subject, text.preview, text.body] for language, text in version.texts.items()}
    bodies = "\n".join(text.body for text in version.texts.values())
    return {
        "sha256": version.sha256,
        "purpose": one.purpose.value,
        "payer": one.payer,
        "layout": one.layout,
        "texts": texts,
        "pictures": {name: sha256 for name, sha256 in known.items() if f"]({PICTURE}{name})" in bodies},
    }


def _around(tx: Tx, versions: Iterable[TemplateVersion], known: dict[str, str]) -> dict[str, Any]:
    """What each reader sees of the practice: from whom, the look, what stands below, and links that a text
    names. The relay in use counts: one that stands in for it writes under the same address or waits."""
    look, relay = load_look(tx), practice_relay(tx)
    words = [
        part
        for each in versions
        for text in each.texts.values()
        for part in (text.subject, text.preview, text.body)
    ]
    links = {name: settings.get(tx, key) or "" for name, key in _LINKS.items()}
    return {
        "practice": settings.get(tx, "practice-name") or "",
        "shown": settings.get(tx, "sender-name") or "",
        "sender": relay.sender if relay is not None else "",
        "phone": settings.get(tx, practicefacts.PHONE) or "",
        "address": settings.get(tx, practicefacts.ADDRESS) or "",
        "colour": look.colour,
        "logo": known.get(look.logo, ""),
        "hours": dict(look.mail_hours),
        "links": {name: link for name, link in links.items() if any(name in part for part in words)},
    }


def _hash(values: dict[str, Any]) -> str:
    return hashlib.sha256(rfc8785.dumps(values)).hexdigest()
