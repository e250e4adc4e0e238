"""What an approval covers: two hashes, of what a campaign says and when, and of who gets it.

Both are worked out from what is kept at this moment, never from an earlier hash: a letter of a text
or a row of the ledger that changed in any way is another campaign.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import rfc8785

from desktop.mail.fields import FIELDS
from desktop.mail.templates import Place, compile_text
from desktop.models import campaigns, customfields
from desktop.models.campaigning import Campaign, CampaignPerson, TemplateId
from desktop.models.campaigns import Wording, schedule_data, variant_data
from desktop.models.database import Tx
from desktop.models.rules import CUSTOM
from desktop.models.standing import FieldClass


def content_hash(tx: Tx, one: Campaign) -> str:
    """Of purpose, payer, every text and picture, the variants and the schedule; '' of what has no text."""
    wordings = _wordings(tx, one)
    if not wordings or None in wordings.values():
        return ""
    known = campaigns.pictures(tx)
    written = {number: _written(each, known) for number, each in wordings.items() if each is not None}
    return _hash(
        {
            "campaign": one.id,
            "purpose": one.purpose.value,
            "payer": one.payer,
            "segment": one.segment or "",
            "without": sorted(one.without),
            "texts": {f"{template}/{number}": text for (template, number), text in written.items()},
            "template": [one.template or "", one.template_version],
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
    texts = (text for each in _wordings(tx, one).values() if each for text in each.texts.values())
    fields = (
        name
        for text in texts
        for part in (text.subject, text.preview, text.body)
        for name in compile_text(part, Place.BODY, own).fields()
    )
    return any(classes.get(name) is FieldClass.CLINICAL for name in fields)


def _wordings(tx: Tx, one: Campaign) -> dict[tuple[TemplateId, int], Wording | None]:
    """Every version of a template that somebody may get."""
    if one.variants:
        wanted = [(variant.template, variant.version) for variant in one.variants]
    else:
        wanted = [(one.template, one.template_version)] if one.template is not None else []
    return {(template, number): campaigns.wording(tx, template, number) for template, number in wanted}


def _written(one: Wording, known: dict[str, str]) -> dict[str, Any]:
    texts = {
        language: [text.subject, text.preview, text.body] for language, text in sorted(one.texts.items())
    }
    bodies = "\n".join(text.body for text in one.texts.values())
    shown = {name: sha256 for name, sha256 in sorted(known.items()) if f"]({name}" in bodies}
    return {
        "purpose": one.purpose.value,
        "payer": one.payer,
        "layout": one.layout,
        "texts": texts,
        "pictures": shown,
    }


def _hash(values: dict[str, Any]) -> str:
    return hashlib.sha256(rfc8785.dumps(values)).hexdigest()
