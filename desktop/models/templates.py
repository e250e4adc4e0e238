"""The practice's own templates, version by version, as they were written and approved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from desktop.models.accounts import UserId
from desktop.models.campaigning import CampaignState, TemplateId, TemplateKept, TemplateText, TemplateVersion
from desktop.models.lanes import Tx
from desktop.models.purposes import MailPurpose
from desktop.models.tables_campaigns import (
    campaign,
    reminder_window,
    template,
    template_text,
    template_version,
)

_OVER = (CampaignState.DONE.value, CampaignState.STOPPED.value)
_APPROVED = (
    select(func.max(template_version.c.number))
    .where(template_version.c.template == template.c.id, template_version.c.approved_at.is_not(None))
    .scalar_subquery()
)
_KEPT = select(template, func.coalesce(_APPROVED, 0).label("approved"))


def listing(tx: Tx, *, retired: bool = False) -> list[TemplateKept]:
    """By name; with `retired` also those that are not offered any more."""
    query = _KEPT.order_by(func.lower(template.c.name), template.c.id)
    if not retired:
        query = query.where(template.c.retired_at.is_(None))
    return [_kept(row) for row in tx.connection.execute(query)]


def get(tx: Tx, id_: TemplateId) -> TemplateKept | None:
    """One that was retired too."""
    row = tx.connection.execute(_KEPT.where(template.c.id == id_)).one_or_none()
    return _kept(row) if row else None


def add(tx: Tx, one: TemplateKept, first: TemplateVersion) -> None:
    """A new template with its first version."""
    values = {
        "id": one.id,
        "by": one.by,
        "made_at": one.changed_at,
        "version": first.number,
        "code": one.code,
    }
    tx.connection.execute(insert(template).values(**values, **_head(one)))
    _add_version(tx, first)


def put(tx: Tx, one: TemplateKept, seen: int, new: TemplateVersion | None = None) -> bool:
    """Keep it as it is now, with a `new` version where words changed.

    False where its newest version is not the one that was `seen`: somebody else changed it meanwhile.
    """
    newest = new.number if new is not None else seen
    done = tx.connection.execute(
        update(template)
        .where(template.c.id == one.id, template.c.version == seen, template.c.retired_at.is_(None))
        .values(version=newest, by=one.by, **_head(one))
    )
    if done.rowcount == 1 and new is not None:
        _add_version(tx, new)
    return done.rowcount == 1


def versions(tx: Tx, id_: TemplateId) -> list[TemplateVersion]:
    """Newest first."""
    mine = template_version.c.template == id_
    query = select(template_version).where(mine).order_by(template_version.c.number.desc())
    texts = _texts(tx, id_)
    return [_version(row, texts.get(row.number, {})) for row in tx.connection.execute(query)]


def version(tx: Tx, id_: TemplateId, number: int) -> TemplateVersion | None:
    this = template_version.c.template == id_, template_version.c.number == number
    row = tx.connection.execute(select(template_version).where(*this)).one_or_none()
    return _version(row, _texts(tx, id_, number).get(number, {})) if row else None


def approve(tx: Tx, id_: TemplateId, number: int, by: UserId, at: datetime, signature: bytes) -> bool:
    """Keep who approved it and their signature; False where somebody did before."""
    open_ = (
        template_version.c.template == id_,
        template_version.c.number == number,
        template_version.c.approved_at.is_(None),
    )
    values = {"approved_by": by, "approved_at": at, "signature": signature}
    return tx.connection.execute(update(template_version).where(*open_).values(**values)).rowcount == 1


def retire(tx: Tx, id_: TemplateId, now: datetime) -> bool:
    """False where it was before."""
    live = template.c.id == id_, template.c.retired_at.is_(None)
    return tx.connection.execute(update(template).where(*live).values(retired_at=now)).rowcount == 1


def languages(tx: Tx) -> dict[TemplateId, tuple[str, ...]]:
    """In which languages the newest version of each is written."""
    found: dict[TemplateId, tuple[str, ...]] = {}
    newest = template_text.c.template == template.c.id, template_text.c.number == template.c.version
    query = select(template_text.c.template, template_text.c.language).join(template, newest[0] & newest[1])
    for row in tx.connection.execute(query.order_by(template_text.c.language)):
        found[TemplateId(row.template)] = (*found.get(TemplateId(row.template), ()), row.language)
    return found


def used(tx: Tx) -> Counter[TemplateId]:
    """How many times of reminders, and campaigns that are not over, name each."""
    windows = select(reminder_window.c.template).where(
        reminder_window.c.retired_at.is_(None), reminder_window.c.template.is_not(None)
    )
    found = Counter(TemplateId(row.template) for row in tx.connection.execute(windows))
    live = select(campaign.c.template, campaign.c.variants).where(campaign.c.state.not_in(_OVER))
    for row in tx.connection.execute(live):
        named = {row.template, *(one.get("template") for one in row.variants)} - {None}
        found.update(map(TemplateId, named))
    return found


def words_in_use(tx: Tx) -> Iterable[tuple[TemplateId, str]]:
    """The bodies of what letters may still be made from: newest and approved versions, in each language."""
    joined = template_text.c.template == template.c.id
    versions_ = (template_version.c.template == template_text.c.template) & (
        template_version.c.number == template_text.c.number
    )
    query = (
        select(template_text.c.template, template_text.c.body)
        .join(template, joined)
        .join(template_version, versions_)
        .where(
            template.c.retired_at.is_(None),
            (template_text.c.number == template.c.version) | template_version.c.approved_at.is_not(None),
        )
    )
    return [(TemplateId(row.template), row.body) for row in tx.connection.execute(query)]


def _head(one: TemplateKept) -> dict[str, object]:
    return {
        "name": one.name,
        "group": one.group,
        "purpose": one.purpose.value,
        "answers": dict(one.answers),
        "payer": one.payer,
        "layout": one.layout,
        "visit": int(one.visit),
        "changed_at": one.changed_at,
    }


def _add_version(tx: Tx, one: TemplateVersion) -> None:
    tx.connection.execute(
        insert(template_version).values(
            template=one.template, number=one.number, sha256=one.sha256, by=one.by, at=one.at
        )
    )
    rows = [
        {
            "template": one.template,
            "number": one.number,
            "language": language,
            "subject": text.subject,
            "preview": text.preview,
            "body": text.body,
        }
        for language, text in one.texts.items()
    ]
    tx.connection.execute(insert(template_text), rows)


def _texts(tx: Tx, id_: TemplateId, number: int | None = None) -> dict[int, dict[str, TemplateText]]:
    query = select(template_text).where(template_text.c.template == id_).order_by(template_text.c.language)
    if number is not None:
        query = query.where(template_text.c.number == number)
    found: dict[int, dict[str, TemplateText]] = {}
    for row in tx.connection.execute(query):
        found.setdefault(row.number, {})[row.language] = TemplateText(row.subject, row.preview, row.body)
    return found


def _kept(row: Row[Any]) -> TemplateKept:
    return TemplateKept(
        id=TemplateId(row.id),
        name=row.name,
        group=row.group,
        purpose=MailPurpose(row.purpose),
        layout=row.layout,
        version=row.version,
        approved=row.approved,
        by=UserId(row.by),
        changed_at=row.changed_at,
        code=row.code,
        payer=row.payer,
        visit=bool(row.visit),
        answers=dict(row.answers),
        retired_at=row.retired_at,
    )


def _version(row: Row[Any], texts: dict[str, TemplateText]) -> TemplateVersion:
    return TemplateVersion(
        template=TemplateId(row.template),
        number=row.number,
        sha256=row.sha256,
        by=UserId(row.by),
        at=row.at,
        texts=texts,
        approved_by=UserId(row.approved_by) if row.approved_by else None,
        approved_at=row.approved_at,
        signature=row.signature,
    )
