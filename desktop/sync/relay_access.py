"""What opens each relay, from the vault: its password or a fresh token, and its pin."""

from __future__ import annotations

import asyncio

from desktop.models import relays, sending
from desktop.models.database import Database, Tx
from desktop.models.delivery import Auth, RelaySending
from desktop.models.records import RelayId
from desktop.sync.oauth import SignIns
from desktop.sync.oauth_words import SignInError
from desktop.sync.relay_auth import Access
from desktop.sync.relay_tls import RelayError, Step


def owner_of(relay: RelayId) -> str:
    """Under which name its grant is kept."""
    return f"relay:{relay}"


class Accesses:
    """One per open practice; what it gives is kept by nobody longer than a connection takes."""

    def __init__(self, database: Database, signins: SignIns) -> None:
        self._database = database
        self._signins = signins

    async def of(self, relay: RelayId) -> Access:
        """For the network's thread. Raises RelayError at the step `login` where there is no token."""
        use, password = await asyncio.to_thread(self._database.read, lambda tx: _kept(tx, relay))
        if use.auth is Auth.PASSWORD:
            return Access(password, pin=use.pin)

        async def renew(refused: str) -> str:
            return await self._token(relay, refused)

        return Access(await self._token(relay, ""), Auth.OAUTH, use.pin, renew)

    async def _token(self, relay: RelayId, refused: str) -> str:
        try:
            return await asyncio.to_thread(self._signins.access_token, owner_of(relay), instead_of=refused)
        except SignInError as error:
            raise RelayError(error.code, Step.LOGIN, lasting=error.lasting, **error.params) from None


def _kept(tx: Tx, relay: RelayId) -> tuple[RelaySending, str]:
    return sending.get(tx, relay), relays.password(tx, relay)
