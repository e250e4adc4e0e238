"""People's accounts as the users page and the review show them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from desktop.compliance.approvals import awaited_roles
from desktop.models import factors, invitations, users
from desktop.models.accounts import User, UserId
from desktop.models.database import Tx
from desktop.office.values_access import UserLine


def user_lines(tx: Tx, now: datetime, here: Collection[UserId]) -> tuple[UserLine, ...]:
    """Everybody by name, who left included; `here` are those with a session in this process."""
    until = {one.user: one.until for one in invitations.open_ones(tx)}
    awaited = awaited_roles(tx, now)
    return tuple(
        UserLine(
            id=user.id,
            name=user.name,
            role=user.role,
            state=user.state,
            last_seen=user.last_seen,
            mfa=_factors(tx, user),
            signed_in=user.id in here,
            invited_until=until.get(user.id),
            awaits=awaited.get(user.id),
        )
        for user in users.listing(tx)
    )


def _factors(tx: Tx, user: User) -> tuple[str, ...]:
    found = {
        "totp": bool(users.totp(tx, user.id)[0]),
        "security-key": bool(factors.keys_of(tx, user.id)),
        "recovery-codes": factors.codes_left(tx, user.id) > 0,
    }
    return tuple(name for name, there in found.items() if there)
