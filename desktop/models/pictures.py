"""Pictures that letters show. What was retired is kept for as long as letters with it are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from desktop.models.accounts import UserId
from desktop.models.campaigning import KeptPicture
from desktop.models.lanes import Tx
from desktop.models.rows import chunks
from desktop.models.standing import AuthorizationId
from desktop.models.tables_campaigns import picture

_LIVE = picture.c.retired_at.is_(None)
_LISTED = [one for one in picture.c if one is not picture.c.data]


def listing(tx: Tx) -> list[KeptPicture]:
    """By name, without what they show."""
    query = select(*_LISTED).where(_LIVE).order_by(picture.c.name)
    return [_picture(row) for row in tx.connection.execute(query)]


def get_many(tx: Tx, names: Iterable[str]) -> dict[str, KeptPicture]:
    """Those of `names` that are in use, with what they show."""
    found: dict[str, KeptPicture] = {}
    for some in chunks(dict.fromkeys(names)):
        for row in tx.connection.execute(select(picture).where(picture.c.name.in_(some), _LIVE)):
            found[row.name] = _picture(row, row.data)
    return found


def is_named(tx: Tx, name: str) -> bool:
    """One that was retired too: its name is never given to another picture."""
    found = tx.connection.execute(select(picture.c.name).where(picture.c.name == name))
    return found.one_or_none() is not None


def add(tx: Tx, one: KeptPicture, by: UserId) -> None:
    tx.connection.execute(
        insert(picture).values(
            name=one.name,
            kind=one.kind,
            sha256=one.sha256,
            width=one.width,
            height=one.height,
            alt=one.alt,
            data=one.data,
            authorization=one.authorization,
            by=by,
            at=one.at,
        )
    )


def retire(tx: Tx, name: str, now: datetime) -> bool:
    """False where there is none in use."""
    mine = update(picture).where(picture.c.name == name, _LIVE)
    return tx.connection.execute(mine.values(retired_at=now)).rowcount == 1


def _picture(row: Row[Any], data: bytes | None = None) -> KeptPicture:
    return KeptPicture(
        name=row.name,
        kind=row.kind,
        sha256=row.sha256,
        width=row.width,
        height=row.height,
        alt=row.alt,
        at=row.at,
        authorization=AuthorizationId(row.authorization) if row.authorization else None,
        data=data,
    )
