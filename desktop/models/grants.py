"""What providers of mail granted to relays and mailboxes (RFC 6749), one row per owner.

A refreshed access token and the refresh token that came along are stored together: a
provider may take the older refresh token back as soon as it has given a newer one.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert

from desktop.models.delivery import Grant, GrantState
from desktop.models.lanes import Tx
from desktop.models.tables_delivery import grant


def put(tx: Tx, one: Grant) -> None:
    """Keep a grant, in the place of an older one of the same owner."""
    values = {
        "provider": one.provider,
        "tenant": one.tenant,
        "client_id": one.client_id,
        "client_secret": one.client_secret,
        "account": one.account,
        "refresh_token": one.refresh_token,
        "access_token": one.access_token,
        "access_until": one.access_until,
        "state": one.state.value,
        "made_at": one.made_at,
    }
    row = insert(grant).values(owner=one.owner, **values)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["owner"], set_=values))


def get(tx: Tx, owner: str) -> Grant | None:
    """The grant of `relay:<id>` or `mailbox:<id>`, in whatever state."""
    row = tx.connection.execute(select(grant).where(grant.c.owner == owner)).one_or_none()
    if row is None:
        return None
    return Grant(
        owner=row.owner,
        provider=row.provider,
        tenant=row.tenant,
        client_id=row.client_id,
        client_secret=row.client_secret,
        account=row.account,
        refresh_token=row.refresh_token,
        access_token=row.access_token,
        access_until=row.access_until,
        state=GrantState(row.state),
        made_at=row.made_at,
    )


def renew(
    tx: Tx, owner: str, instead_of: str, refresh_token: str, access_token: str, until: datetime | None
) -> bool:
    """Store what a refresh with the refresh token `instead_of` brought; False where another one
    (of another process, or of a new sign-in) stands there by now: then that one counts."""
    changed = tx.connection.execute(
        update(grant)
        .where(grant.c.owner == owner, grant.c.refresh_token == instead_of)
        .where(grant.c.state == GrantState.GOOD.value)
        .values(refresh_token=refresh_token, access_token=access_token, access_until=until)
    )
    return changed.rowcount == 1


def end(tx: Tx, owner: str, state: GrantState) -> bool:
    """The grant is over, and its tokens are gone; False where there is none.

    Provider, account and the app's id stay, so that signing in again asks for nothing new.
    """
    gone = {"refresh_token": "", "access_token": "", "access_until": None}
    changed = tx.connection.execute(
        update(grant).where(grant.c.owner == owner).values(state=state.value, **gone)
    )
    return changed.rowcount == 1
