"""Mailboxes that are read over IMAP, with their agreement and how far they were read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy import update as sql_update

from desktop.models.delivery import AccountId, Auth, MailAccount
from desktop.models.lanes import Tx
from desktop.models.records import Baa, Reason
from desktop.models.tables_delivery import mail_account


def _values(one: MailAccount) -> dict[str, Any]:
    baa = one.baa
    return {
        "name": one.name,
        "host": one.host,
        "port": one.port,
        "security": one.security,
        "ca_file": one.ca_file,
        "user": one.user,
        "auth": one.auth.value,
        "address": one.address,
        "folder": one.folder,
        "sent_folder": one.sent_folder,
        "minutes": one.minutes,
        "tidy": int(one.tidy),
        "baa_counterparty": baa.counterparty if baa else None,
        "baa_signed": baa.signed if baa else None,
        "baa_expires": baa.expires if baa else None,
        "baa_scope": baa.scope if baa else None,
        "baa_reviewed": baa.reviewed if baa else None,
        "uid_validity": one.uid_validity,
        "last_uid": one.last_uid,
        "polled_at": one.polled_at,
        "trouble": [one.trouble.code, one.trouble.params] if one.trouble else None,
        "made_at": one.made_at,
        "retired_at": one.retired_at,
    }


def _account(row: Row[Any]) -> MailAccount:
    baa = None
    if row.baa_signed is not None:
        baa = Baa(row.baa_counterparty, row.baa_signed, row.baa_expires, row.baa_scope, row.baa_reviewed)
    return MailAccount(
        id=AccountId(row.id),
        name=row.name,
        host=row.host,
        port=row.port,
        security=row.security,
        ca_file=row.ca_file,
        user=row.user,
        auth=Auth(row.auth),
        address=row.address,
        folder=row.folder,
        sent_folder=row.sent_folder,
        minutes=row.minutes,
        tidy=bool(row.tidy),
        baa=baa,
        made_at=row.made_at,
        uid_validity=row.uid_validity,
        last_uid=row.last_uid,
        polled_at=row.polled_at,
        trouble=Reason(row.trouble[0], row.trouble[1]) if row.trouble else None,
        retired_at=row.retired_at,
    )


def add(tx: Tx, one: MailAccount, password: str) -> None:
    tx.connection.execute(insert(mail_account).values(id=one.id, password=password, **_values(one)))


def get(tx: Tx, account: AccountId) -> MailAccount | None:
    row = tx.connection.execute(select(mail_account).where(mail_account.c.id == account)).one_or_none()
    return _account(row) if row else None


def listing(tx: Tx, *, live: bool = False) -> list[MailAccount]:
    """Every mailbox by name; retired ones too, unless only the `live` are asked for."""
    query = select(mail_account).order_by(mail_account.c.name, mail_account.c.id)
    if live:
        query = query.where(mail_account.c.retired_at.is_(None))
    return [_account(row) for row in tx.connection.execute(query)]


def password(tx: Tx, account: AccountId) -> str:
    """Asked for when a connection is made, never shown; '' where another way of signing in is used."""
    wanted = select(mail_account.c.password).where(mail_account.c.id == account)
    return str(tx.connection.execute(wanted).scalar_one())


def set_password(tx: Tx, account: AccountId, new: str) -> None:
    tx.connection.execute(sql_update(mail_account).where(mail_account.c.id == account).values(password=new))


def update(tx: Tx, one: MailAccount) -> None:
    """Store an account anew; its password stays."""
    tx.connection.execute(sql_update(mail_account).where(mail_account.c.id == one.id).values(**_values(one)))


def put_place(tx: Tx, account: AccountId, uid_validity: int, last_uid: int) -> None:
    """Up to where all is done with, under these numbers (RFC 3501 2.3.1.1)."""
    values = {"uid_validity": uid_validity, "last_uid": last_uid}
    tx.connection.execute(sql_update(mail_account).where(mail_account.c.id == account).values(**values))


def mark_polled(tx: Tx, account: AccountId, at: datetime, trouble: Reason | None = None) -> None:
    """A look ended at `at`. One that met `trouble` has read nothing: when that was last so, stays."""
    values: dict[str, Any] = (
        {"trouble": [trouble.code, trouble.params]} if trouble else {"trouble": None, "polled_at": at}
    )
    tx.connection.execute(sql_update(mail_account).where(mail_account.c.id == account).values(**values))
