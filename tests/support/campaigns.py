"""Templates that are approved and campaigns that are made, by the rooms themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from desktop.mail import own_templates
from desktop.models import templates
from desktop.models.accounts import UserId
from desktop.models.campaigning import TemplateId, TemplateKept, TemplateText, TemplateVersion
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.purposes import MailPurpose

TEXTS = {
    "en": TemplateText("News of the practice", "", "Hello {{ first_name }},\n\nwe have news for you."),
    "es": TemplateText("Noticias", "", "Hola {{ first_name }}:\n\ntenemos noticias."),
}


def approved_template(
    tx: Tx,
    by: UserId,
    private: bytes,
    now: datetime,
    purpose: MailPurpose = MailPurpose.TREATMENT,
    texts: dict[str, TemplateText] | None = None,
    **more: Any,
) -> TemplateId:
    """A template with one version, signed by `by`."""
    words = texts or TEXTS
    kept = TemplateKept(
        *(TemplateId(new_id()), "News", "news", purpose, "letter", 1, 0, by, now),
        **more,
    )
    version = TemplateVersion(kept.id, 1, own_templates.content_hash(kept, words), by, now, words)
    templates.add(tx, kept, version)
    own_templates.approve(tx, kept, replace(version, approved_by=by, approved_at=now), private)
    return kept.id
