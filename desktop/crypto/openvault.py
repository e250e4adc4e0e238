"""The keys while somebody is signed in."""

from __future__ import annotations

import hmac
from pathlib import Path

from desktop.crypto.kdf import KEY_BYTES, hkdf_expand
from desktop.crypto.keyslots import read_slots
from desktop.crypto.secrets import Secret
from desktop.crypto.slots import DATABASE_SALT, KeySlots
from desktop.errors import VaultError


class OpenVault:
    """The keys while somebody is signed in; `close` overwrites them as well as Python can.

    After `close` every key is refused with VaultError("vault-locked").
    """

    def __init__(
        self,
        vault_id: bytes,
        epoch: int,
        user_id: str,
        vault_key: bytes,
        person_keys: bytes = b"",
        slot_id: bytes = b"",
    ) -> None:
        self.vault_id = vault_id
        self.epoch = epoch
        self.user_id = user_id
        """Empty when the recovery key opened it."""
        self.slot_id = slot_id
        """The slot that was opened; empty where the vault key was kept elsewhere."""
        self._vault_key = Secret(vault_key)
        self._person_keys = Secret(person_keys)

    @classmethod
    def from_vault_key(
        cls, path: Path, vault_key: bytes, user_id: str, person_keys: bytes = b""
    ) -> OpenVault:
        """Open with a vault key kept elsewhere (a command line's session file).

        Raises VaultError("vault-altered") if the file does not belong to that key.
        """
        slots = read_slots(path)
        check_mac(slots, vault_key)
        return cls(slots.vault_id, slots.epoch, user_id, vault_key, person_keys)

    def key(self, info: str) -> bytes:
        """32 bytes for one purpose; the same purpose gives the same key in this epoch."""
        return hkdf_expand(self.vault_key(), b"sealwell/key/1/" + info.encode("utf-8"))

    def database_key(self) -> tuple[bytes, bytes]:
        """SQLCipher's raw key (32 bytes) and salt (16 bytes)."""
        info = b"sealwell/database/1" + self.epoch.to_bytes(4, "big")
        both = hkdf_expand(self.vault_key(), info, KEY_BYTES + DATABASE_SALT)
        return both[:KEY_BYTES], both[KEY_BYTES:]

    def vault_key(self) -> bytes:
        """The vault key itself, for the session file and for sealing it to somebody."""
        if not self._vault_key:
            raise VaultError("vault-locked")
        return self._vault_key.reveal()

    def signing_key(self) -> bytes:
        """The user's Ed25519 private key (32 bytes); empty without a user's slot."""
        self.vault_key()
        return self._person_keys.reveal()[KEY_BYTES:]

    def person_keys(self) -> bytes:
        """The user's X25519 and Ed25519 private keys (64 bytes), for the session file; or empty."""
        self.vault_key()
        return self._person_keys.reveal()

    def close(self) -> None:
        """Overwrite the keys, best effort; may be called again."""
        self._vault_key.wipe()
        self._person_keys.wipe()


def check_mac(slots: KeySlots, vault_key: bytes) -> None:
    """Raises VaultError("vault-altered") for slots that this key's holder did not write."""
    if not hmac.compare_digest(slots.mac_under(vault_key), slots.mac):
        raise VaultError("vault-altered")


def verified(path: Path, vault: OpenVault) -> KeySlots:
    """The file as its holders wrote it; what any change starts from."""
    slots = read_slots(path)
    check_mac(slots, vault.vault_key())
    return slots
