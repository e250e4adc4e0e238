"""Folders that are looked into for new lists, and which of their files were taken in already."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from desktop.frozen import dataclass
from desktop.models.accounts import UserId
from desktop.models.ids import new_id
from desktop.models.lanes import Tx
from desktop.models.records import ImportId
from desktop.models.standing import FolderId, MappingId
from desktop.models.tables_people import watched_file, watched_folder


@dataclass(frozen=True)
class WatchedFolder:
    """`trouble` is the code of why the last look came to nothing, '' where it did not."""

    id: FolderId
    path: str = field(repr=False)
    kind: str
    mapping: MappingId | None
    minutes: int
    by: UserId
    made_at: datetime
    looked_at: datetime | None = None
    trouble: str = ""


def add(tx: Tx, one: WatchedFolder) -> None:
    tx.connection.execute(
        insert(watched_folder).values(
            id=one.id,
            path=one.path,
            kind=one.kind,
            mapping=one.mapping,
            minutes=one.minutes,
            by=one.by,
            made_at=one.made_at,
        )
    )


def made(
    path: str, kind: str, mapping: MappingId | None, minutes: int, by: UserId, at: datetime
) -> WatchedFolder:
    return WatchedFolder(FolderId(new_id()), path, kind, mapping, minutes, by, at)


def get(tx: Tx, id_: FolderId) -> WatchedFolder | None:
    """One that is still looked into."""
    wanted = select(watched_folder).where(watched_folder.c.id == id_, watched_folder.c.retired_at.is_(None))
    row = tx.connection.execute(wanted).one_or_none()
    return _folder(row) if row else None


def listing(tx: Tx) -> list[WatchedFolder]:
    """Those that are looked into, by path."""
    query = (
        select(watched_folder)
        .where(watched_folder.c.retired_at.is_(None))
        .order_by(watched_folder.c.path, watched_folder.c.id)
    )
    return [_folder(row) for row in tx.connection.execute(query)]


def retire(tx: Tx, id_: FolderId, now: datetime) -> None:
    tx.connection.execute(update(watched_folder).where(watched_folder.c.id == id_).values(retired_at=now))


def looked(tx: Tx, id_: FolderId, at: datetime, trouble: str) -> None:
    tx.connection.execute(
        update(watched_folder).where(watched_folder.c.id == id_).values(looked_at=at, trouble=trouble)
    )


def known(tx: Tx, folder: FolderId, sha256: str) -> bool:
    """Whether a file with this content was taken in from here, or refused."""
    wanted = select(watched_file.c.sha256).where(
        watched_file.c.folder == folder, watched_file.c.sha256 == sha256
    )
    return tx.connection.execute(wanted).first() is not None


def put_file(
    tx: Tx,
    folder: FolderId,
    sha256: str,
    name: str,
    at: datetime,
    import_id: ImportId | None,
    trouble: str = "",
) -> None:
    """A file is asked for once, whatever came of it."""
    tx.connection.execute(
        insert(watched_file).values(
            folder=folder, sha256=sha256, name=name, taken_at=at, import_id=import_id, trouble=trouble
        )
    )


def taken(tx: Tx, folder: FolderId) -> int:
    """How many files were taken in."""
    wanted = select(func.count()).where(
        watched_file.c.folder == folder, watched_file.c.import_id.is_not(None)
    )
    return int(tx.connection.execute(wanted).scalar_one())


def _folder(row: Row[Any]) -> WatchedFolder:
    return WatchedFolder(
        id=FolderId(row.id),
        path=row.path,
        kind=row.kind,
        mapping=MappingId(row.mapping) if row.mapping else None,
        minutes=row.minutes,
        by=UserId(row.by),
        made_at=row.made_at,
        looked_at=row.looked_at,
        trouble=row.trouble,
    )
