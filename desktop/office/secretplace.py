"""A password, or a sign-in with a provider, goes only to the server that it was given for.

Whoever may change where a relay or a mailbox is could otherwise have its secret sent to a server
of their own.
"""

from __future__ import annotations

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.models import grants
from desktop.models.database import Tx
from desktop.models.delivery import Auth, MailAccount
from desktop.models.records import Relay
from desktop.sync.oauth_providers import Providers


@dataclass(frozen=True)
class Place:
    """What a server is reached by, and trusted for."""

    host: str
    port: int
    ca_file: str
    auth: Auth

    @classmethod
    def of(cls, one: Relay | MailAccount, auth: Auth) -> Place:
        return cls(one.host, one.port, one.ca_file, auth)


def check_place(tx: Tx, known: Providers, owner: str, old: Place, new: Place, password: str) -> None:
    """Raises InputError `server-secret-needed` where what is kept would go from `old` to another place;
    `server-not-of-provider` where the tokens of `owner` would.
    """
    if old == new or (new.auth is Auth.PASSWORD and password):
        return
    if new.auth is Auth.PASSWORD:
        raise InputError("server-secret-needed")
    grant = grants.get(tx, owner)
    provider = known.get(grant.provider) if grant is not None else None
    if provider is not None and new.host not in provider.hosts:
        raise InputError("server-not-of-provider", provider=provider.name)
