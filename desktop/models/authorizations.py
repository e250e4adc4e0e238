"""Written permissions (45 CFR 164.508): each with all of its elements, and when it was taken back.

A permission is kept once, as signed. Of it only the revocation and a scan that arrives later are added.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from desktop.frozen import dataclass
from desktop.models.lanes import Tx
from desktop.models.records import PersonId
from desktop.models.rows import chunks
from desktop.models.standing import AuthorizationId, EvidenceId, Use
from desktop.models.tables_people import authorization


@dataclass(frozen=True)
class Authorization:
    """The core elements of 164.508(c)(1), and `form`, which names the statements of (c)(2) as printed.

    `what` is the information, `discloser` who may use it, `recipient` who gets it, `aim` what for;
    `authority` is how who signed may act where it is not the person. `expires_event` is words.
    """

    id: AuthorizationId
    person: PersonId
    use: Use
    what: str
    discloser: str
    recipient: str
    aim: str
    expires_on: date | None
    expires_event: str
    signed_on: date | None
    signed_by: str
    authority: str
    paid: bool
    payer: str
    copy_given: bool
    form: str
    evidence: EvidenceId | None
    by: str
    kept_at: datetime
    revoked_on: date | None = None
    revoked_at: datetime | None = None
    revoked_how: str = ""


def add(tx: Tx, one: Authorization) -> None:
    tx.connection.execute(
        insert(authorization).values(
            id=one.id,
            person=one.person,
            purpose=one.use.value,
            what=one.what,
            discloser=one.discloser,
            recipient=one.recipient,
            aim=one.aim,
            expires_on=one.expires_on,
            expires_event=one.expires_event,
            signed_on=one.signed_on,
            signed_by=one.signed_by,
            authority=one.authority,
            paid=int(one.paid),
            payer=one.payer,
            copy_given=int(one.copy_given),
            form=one.form,
            evidence=one.evidence,
            by=one.by,
            kept_at=one.kept_at,
        )
    )


def get(tx: Tx, id_: str) -> Authorization | None:
    return get_many(tx, (id_,)).get(AuthorizationId(id_))


def get_many(tx: Tx, ids: Iterable[str]) -> dict[AuthorizationId, Authorization]:
    found: dict[AuthorizationId, Authorization] = {}
    for some in chunks(dict.fromkeys(ids)):
        for row in tx.connection.execute(select(authorization).where(authorization.c.id.in_(some))):
            found[AuthorizationId(row.id)] = _authorization(row)
    return found


def of_person(tx: Tx, person: PersonId) -> list[Authorization]:
    """Newest first."""
    wanted = select(authorization).where(authorization.c.person == person)
    wanted = wanted.order_by(authorization.c.kept_at.desc(), authorization.c.id)
    return [_authorization(row) for row in tx.connection.execute(wanted)]


def of_many(tx: Tx, people: Iterable[PersonId], use: Use) -> dict[PersonId, tuple[Authorization, ...]]:
    """Those of one purpose, each person's newest first; who has none is left out."""
    found: dict[PersonId, tuple[Authorization, ...]] = {}
    for some in chunks(dict.fromkeys(people)):
        mine = authorization.c.person.in_(some), authorization.c.purpose == use.value
        wanted = select(authorization).where(*mine)
        for row in tx.connection.execute(wanted.order_by(authorization.c.kept_at.desc(), authorization.c.id)):
            who = PersonId(row.person)
            found[who] = (*found.get(who, ()), _authorization(row))
    return found


def revoke(tx: Tx, id_: AuthorizationId, on: date, at: datetime, how: str) -> bool:
    """False where it was taken back before."""
    live = authorization.c.id == id_, authorization.c.revoked_at.is_(None)
    values = {"revoked_on": on, "revoked_at": at, "revoked_how": how}
    return tx.connection.execute(update(authorization).where(*live).values(**values)).rowcount == 1


def _authorization(row: Row[Any]) -> Authorization:
    return Authorization(
        id=AuthorizationId(row.id),
        person=PersonId(row.person),
        use=Use(row.purpose),
        what=row.what,
        discloser=row.discloser,
        recipient=row.recipient,
        aim=row.aim,
        expires_on=row.expires_on,
        expires_event=row.expires_event,
        signed_on=row.signed_on,
        signed_by=row.signed_by,
        authority=row.authority,
        paid=bool(row.paid),
        payer=row.payer,
        copy_given=bool(row.copy_given),
        form=row.form,
        evidence=EvidenceId(row.evidence) if row.evidence else None,
        by=row.by,
        kept_at=row.kept_at,
        revoked_on=row.revoked_on,
        revoked_at=row.revoked_at,
        revoked_how=row.revoked_how,
    )
