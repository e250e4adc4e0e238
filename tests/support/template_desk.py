"""Somebody at work on templates at the door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Executable

from desktop.errors import SealwellError
from desktop.mail.own_templates import approved
from desktop.models.accounts import Session
from desktop.models.campaigning import TemplateId, TemplateKept, TemplateVersion
from desktop.models.database import Tx
from desktop.models.purposes import MailPurpose
from desktop.office.api import Office
from desktop.office.values_templates import (
    TemplateKeep,
    TemplateShown,
    TemplateWords,
)
from tests.made_staff import desk_of

Desk = tuple[Office, Session]
FLU = TemplateKeep(
    "Our flu letter",
    "care",
    MailPurpose.TREATMENT,
    {"en": TemplateWords("Flu shots", "Dear {{ first_name }},\n\nflu shots are here.")},
    code="flu-season",
)


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


def edited(shown: TemplateShown, body: str, **changes: object) -> TemplateKeep:
    """What somebody who opened `shown` would keep."""
    texts = {language: replace(words, body=body) for language, words in shown.texts.items()}
    line = shown.line
    kept = TemplateKeep(
        line.name, line.group, line.purpose, texts, line.id, line.version, line.layout, answers=shown.answers
    )
    return replace(kept, **changes)  # type: ignore[arg-type]


def usable(office: Office, id_: TemplateId) -> tuple[TemplateKept, TemplateVersion]:
    return desk_of(office).opened().database.read(lambda tx: approved(tx, id_))


def changed_by_hand(office: Office, statement: Executable) -> None:
    def change(tx: Tx) -> None:
        tx.connection.execute(statement)

    desk_of(office).opened().database.write(change)
