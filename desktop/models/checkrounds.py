"""Staff mailboxes, and what staff saw of each round of the delivery check."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from desktop.models.accounts import UserId
from desktop.models.delivery import DeliveryCheck, StaffAccount, StaffAccountId
from desktop.models.lanes import Tx
from desktop.models.records import PersonId, RelayId
from desktop.models.tables_delivery import delivery_check, staff_account


def _account(row: Row[Any]) -> StaffAccount:
    person = PersonId(row.person) if row.person else None
    return StaffAccount(StaffAccountId(row.id), row.address, row.provider, row.device, person, row.retired_at)


def add_account(tx: Tx, one: StaffAccount) -> None:
    tx.connection.execute(
        insert(staff_account).values(
            id=one.id,
            address=one.address,
            provider=one.provider,
            device=one.device,
            person=one.person,
            retired_at=one.retired_at,
        )
    )


def accounts(tx: Tx, *, retired: bool = False) -> list[StaffAccount]:
    """Those in use by provider and address; with `retired` all there ever were."""
    query = select(staff_account).order_by(staff_account.c.provider, staff_account.c.address)
    if not retired:
        query = query.where(staff_account.c.retired_at.is_(None))
    return [_account(row) for row in tx.connection.execute(query)]


def retire_account(tx: Tx, id_: StaffAccountId, at: datetime) -> bool:
    there = staff_account.c.id == id_, staff_account.c.retired_at.is_(None)
    return tx.connection.execute(update(staff_account).where(*there).values(retired_at=at)).rowcount == 1


def _check(row: Row[Any]) -> DeliveryCheck:
    return DeliveryCheck(
        id=row.id,
        round=row.round,
        relay=RelayId(row.relay),
        account=StaffAccountId(row.account),
        form=row.form,
        message_id=row.message_id,
        sha256=row.sha256,
        at=row.at,
        placed=row.placed,
        opened=row.opened,
        changes=None if row.changes is None else tuple(row.changes),
        ticked_at=row.ticked_at,
        ticked_by=UserId(row.ticked_by) if row.ticked_by else None,
    )


def add_checks(tx: Tx, checks: Iterable[DeliveryCheck]) -> None:
    rows = [
        {
            "id": one.id,
            "round": one.round,
            "relay": one.relay,
            "account": one.account,
            "form": one.form,
            "message_id": one.message_id,
            "sha256": one.sha256,
            "at": one.at,
            "placed": one.placed,
            "opened": one.opened,
            "changes": None if one.changes is None else list(one.changes),
        }
        for one in checks
    ]
    if rows:
        tx.connection.execute(insert(delivery_check), rows)


def get(tx: Tx, id_: str) -> DeliveryCheck | None:
    row = tx.connection.execute(select(delivery_check).where(delivery_check.c.id == id_)).one_or_none()
    return _check(row) if row else None


def tick(tx: Tx, one: DeliveryCheck, placed: str, opened: str, by: UserId, at: datetime) -> DeliveryCheck:
    """Keep what somebody saw; a later look replaces an earlier one."""
    seen = {"placed": placed, "opened": opened, "ticked_at": at, "ticked_by": by}
    tx.connection.execute(update(delivery_check).where(delivery_check.c.id == one.id).values(**seen))
    return replace(one, placed=placed, opened=opened, ticked_at=at, ticked_by=by)


def put_changes(tx: Tx, id_: str, changes: Iterable[str]) -> None:
    """What the way changed, as codes; none at all is an answer too."""
    where = delivery_check.c.id == id_
    tx.connection.execute(update(delivery_check).where(where).values(changes=list(changes)))


def rounds(tx: Tx, limit: int = 12) -> list[list[DeliveryCheck]]:
    """The latest rounds, newest first, each in the order of its accounts and forms."""
    found: dict[str, list[DeliveryCheck]] = {}
    order = (
        delivery_check.c.at.desc(),
        delivery_check.c.round,
        delivery_check.c.account,
        delivery_check.c.form,
    )
    for row in tx.connection.execute(select(delivery_check).order_by(*order)):
        if row.round not in found and len(found) == limit:
            break
        found.setdefault(row.round, []).append(_check(row))
    return list(found.values())


def last_at(tx: Tx) -> datetime | None:
    """When the latest round began."""
    newest = select(delivery_check.c.at).order_by(delivery_check.c.at.desc()).limit(1)
    return tx.connection.execute(newest).scalar()
