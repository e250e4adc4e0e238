"""The keys of the people who are signed in here, each with their own session.

What is signed or carried on in somebody's name must be with that person's keys, whoever
opened the practice first. The practice's own vault holds nobody's.
"""

from __future__ import annotations

import threading

from desktop.crypto.vault import OpenVault
from desktop.errors import Refused
from desktop.models.accounts import Session, SessionId


def copy_of(vault: OpenVault) -> OpenVault:
    """Another holder of the same keys, closed by itself."""
    return OpenVault(vault.vault_id, vault.epoch, vault.user_id, vault.vault_key(), vault.person_keys())


def practice_part(vault: OpenVault) -> OpenVault:
    """The practice's keys without the person's: what stays open on duty behind the screen lock."""
    return OpenVault(vault.vault_id, vault.epoch, "", vault.vault_key())


class PersonVaults:
    """One vault per session; safe to ask from any thread."""

    def __init__(self) -> None:
        self._kept: dict[SessionId, OpenVault] = {}
        self._change = threading.Lock()

    def keep(self, session: SessionId, vault: OpenVault) -> None:
        """Hold `vault` until the session ends; it is closed here."""
        with self._change:
            self._kept[session] = vault

    def of(self, session: Session) -> OpenVault:
        """The vault with this person's own keys. Raises Refused("signed-out")."""
        with self._change:
            vault = self._kept.get(session.id)
        if vault is None or vault.user_id != session.user:
            raise Refused("signed-out")
        return vault

    def drop(self, *sessions: SessionId) -> None:
        """These sessions ended; others keep theirs."""
        with self._change:
            gone = [self._kept.pop(session) for session in sessions if session in self._kept]
        for vault in gone:
            vault.close()

    def renew(self, practice: OpenVault) -> None:
        """The vault key was changed: everybody signed in goes on with the new one and their own keys."""
        with self._change:
            old, self._kept = (
                self._kept,
                {
                    session: OpenVault(
                        practice.vault_id,
                        practice.epoch,
                        vault.user_id,
                        practice.vault_key(),
                        vault.person_keys(),
                    )
                    for session, vault in self._kept.items()
                },
            )
        for vault in old.values():
            vault.close()

    def clear(self) -> None:
        """Screen lock or vault lock: nobody's keys are kept."""
        with self._change:
            gone, self._kept = list(self._kept.values()), {}
        for vault in gone:
            vault.close()
