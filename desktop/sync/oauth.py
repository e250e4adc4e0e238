"""Access tokens of relays and mailboxes: kept in the vault, renewed ahead of their end.

One renewal at a time per owner; what a provider gives is in the database before anybody uses
it, because an older refresh token may already be worth nothing.
"""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.frozen import dataclass
from desktop.models import grants
from desktop.models.database import Database, Tx
from desktop.models.delivery import Grant, GrantState
from desktop.sync.oauth_providers import Provider, Providers, providers
from desktop.sync.oauth_web import SKEW, Poster, Said
from desktop.sync.oauth_words import SignInError, refusal_of

AHEAD = timedelta(minutes=5)
"""A token that ends sooner than this is renewed first: it must outlive a slow connection."""
_LIFE_MOST = timedelta(days=2)
"""No provider's access token lives longer; what seems to was counted by a clock that was wrong."""
_TOKEN_CHARS = 16 * 1024


@dataclass(frozen=True)
class Tokens:
    """What a token endpoint gave. `refresh` is '' where the older one stays good (RFC 6749, 6)."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    until: datetime
    id_token: str = field(repr=False, default="")


class SignIns:
    """One per open practice, usable from any thread. Nothing here remembers a token."""

    def __init__(
        self,
        database: Database,
        audit: AuditLog,
        clock: Clock,
        poster: Poster | None = None,
        known: Providers | None = None,
    ) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self.poster = poster or Poster(clock)
        self._known = known
        self._guard = threading.Lock()
        self._one_at_a_time: dict[str, threading.Lock] = defaultdict(threading.Lock)

    @property
    def known(self) -> Providers:
        if self._known is None:
            self._known = providers()
        return self._known

    def access_token(self, owner: str, *, instead_of: str = "") -> str:
        """A token for `relay:<id>` or `mailbox:<id>` that is good for some minutes more.

        Blocks while it is renewed, half a minute at most; not for the window's or the network's
        thread. `instead_of` is a token that the server refused although its time was not over.
        Raises SignInError (`sign-in-missing` where nobody signed in, and the codes of
        `oauth_words` and `oauth_web`); where it `ends` the grant, that is on record by then.
        """
        with self._lock_of(owner):
            grant = self._database.read(lambda tx: grants.get(tx, owner))
            if grant is None or grant.state is GrantState.WAITING:
                raise SignInError("sign-in-missing", lasting=True)
            if grant.state is not GrantState.GOOD:
                raise self._over(grant)
            if self._good(grant) and grant.access_token != instead_of:
                return grant.access_token
            return self._renewed(grant)

    def _lock_of(self, owner: str) -> threading.Lock:
        with self._guard:
            return self._one_at_a_time[owner]

    def _over(self, grant: Grant) -> SignInError:
        code = "sign-in-expired" if grant.state is GrantState.EXPIRED else "sign-in-revoked"
        return SignInError(code, lasting=True, provider=self._provider(grant).name, reply="")

    def _good(self, grant: Grant) -> bool:
        if not grant.access_token or grant.access_until is None:
            return False
        left = grant.access_until - self._clock.now()
        return AHEAD < left < _LIFE_MOST

    def _provider(self, grant: Grant) -> Provider:
        found = self.known.get(grant.provider)
        if found is None:
            raise SignInError("sign-in-missing", lasting=True)
        return found

    def _renewed(self, grant: Grant) -> str:
        provider = self._provider(grant)
        form = {
            "grant_type": "refresh_token",
            "refresh_token": grant.refresh_token,
            "client_id": grant.client_id,
            "scope": provider.scope(grant.owner),
        }
        if grant.client_secret:
            form["client_secret"] = grant.client_secret
        url = provider.at(provider.token, grant.tenant)
        try:
            given = tokens_of(provider, asyncio.run(self.poster.post(provider.name, url, form)), self._clock)
        except SignInError as error:
            newer = self._refused(grant, error)
            if newer is not None:
                return newer
            raise
        refresh = given.refresh or grant.refresh_token

        def keep(tx: Tx) -> str:
            if grants.renew(tx, grant.owner, grant.refresh_token, refresh, given.access, given.until):
                return given.access
            current = grants.get(tx, grant.owner)
            return current.access_token if current is not None and self._good(current) else given.access

        return self._database.write(keep)

    def _refused(self, grant: Grant, error: SignInError) -> str | None:
        """End the grant where the refusal says so; a token that somebody else fetched meanwhile."""
        ends = error.ends

        def note(tx: Tx) -> str | None:
            current = grants.get(tx, grant.owner)
            if current is None or current.refresh_token != grant.refresh_token:
                good = current is not None and current.state is GrantState.GOOD and self._good(current)
                return current.access_token if current is not None and good else None
            if ends is not None:
                grants.end(tx, grant.owner, ends)
                self._audit.record(
                    tx, Event(Act.GRANT_ENDED, id_of(grant.owner), outcome="failed", why=error.code)
                )
            return None

        return self._database.write(note)


def id_of(owner: str) -> str:
    """The id of the relay or mailbox in `relay:<id>` or `mailbox:<id>`."""
    return owner.partition(":")[2]


def tokens_of(provider: Provider, said: Said, clock: Clock) -> Tokens:
    """Read a token endpoint's answer. Raises SignInError: the refusal, or `sign-in-garbled`."""
    fields = said.fields
    if said.status != 200 or "error" in fields:
        error = refusal_of(provider.name, fields)
        if abs(said.skew) > SKEW and error.code == "sign-in-refused":
            raise SignInError("sign-in-clock-wrong", lasting=True, provider=provider.name)
        raise error
    access, kind = fields.get("access_token"), fields.get("token_type")
    if not (isinstance(access, str) and isinstance(kind, str) and kind.lower() == "bearer" and _fits(access)):
        raise SignInError("sign-in-garbled", lasting=False, provider=provider.name)
    refresh, id_token = fields.get("refresh_token", ""), fields.get("id_token", "")
    if not (isinstance(refresh, str) and isinstance(id_token, str) and (not refresh or _fits(refresh))):
        raise SignInError("sign-in-garbled", lasting=False, provider=provider.name)
    return Tokens(access, refresh, clock.now() + _life(fields), id_token)


def _life(fields: Mapping[str, object]) -> timedelta:
    """`expires_in`, which some send as text; an hour where it is not said (RFC 6749, 5.1)."""
    said = fields.get("expires_in", 3600)
    text = str(said)
    seconds = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    return min(timedelta(seconds=seconds), _LIFE_MOST - AHEAD)


def _fits(token: str) -> bool:
    """The characters of RFC 6750 and no others, so that it cannot break out of a command."""
    return 0 < len(token) <= _TOKEN_CHARS and all(0x20 < ord(char) < 0x7F for char in token)
