"""As `made_rows.py`, for the mailboxes that are read: a server that nobody has, which is said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from desktop.models.accounts import Session
from desktop.models.delivery import AccountId
from desktop.models.records import Baa
from desktop.office.values_delivery import GrantRequest, MailboxRequest

Call = Callable[[Any, Session], object]
_AGREEMENT = Baa("Mail Inc.", date(2026, 1, 1), None, "mail")


def a_mailbox(name: str, account: AccountId | None = None) -> MailboxRequest:
    """One on a port of this computer where nobody listens."""
    return MailboxRequest(
        name, "127.0.0.1", 1, "implicit", "office@harbor.example", "secret", baa=_AGREEMENT, id=account
    )


def a_grant(owner: str) -> GrantRequest:
    """Begun, not finished: nobody opens the page."""
    return GrantRequest(owner, "google", "office@harbor.example", client_id="app", client_secret="secret")


def _kept(world: Any, session: Session) -> AccountId:
    lines = world.office.list_mailboxes(session)
    account: AccountId = next(line.id for line in lines if line.retired_at is None)
    return account


MAILBOXES: dict[str, Call] = {
    "add_mailbox": lambda w, s: w.office.add_mailbox(s, a_mailbox("Office")),
    "list_mailboxes": lambda w, s: w.office.list_mailboxes(s),
    "try_mailbox": lambda w, s: w.office.try_mailbox(s, a_mailbox("Another")),
    "test_mailbox": lambda w, s: w.office.test_mailbox(s, _kept(w, s)),
    "update_mailbox": lambda w, s: w.office.update_mailbox(s, a_mailbox("Front desk", _kept(w, s))),
    "poll_mailbox": lambda w, s: w.office.poll_mailbox(s),
    "list_received": lambda w, s: w.office.list_received(s),
    "begin_grant": lambda w, s: w.office.begin_grant(s, a_grant(f"mailbox:{_kept(w, s)}")),
    "retire_mailbox": lambda w, s: w.office.retire_mailbox(s, _kept(w, s)),
}
