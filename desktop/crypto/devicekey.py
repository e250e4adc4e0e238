"""The computer's share of the keys, kept by the operating system's own key store.

The store is chosen by class, never by `keyring.get_keyring()`: that one obeys
PYTHON_KEYRING_BACKEND and keyringrc.cfg, which name any module to be loaded
(SECURITY.md, finding 13). KEYRING_PROPERTY_* and KEYCHAIN_PATH are ignored as well.
There is no plain-text fallback: without a store there is no share.
"""

from __future__ import annotations

import base64
import binascii
import secrets
import sys
from typing import Protocol

from keyring.backend import KeyringBackend
from keyring.errors import KeyringError, KeyringLocked, PasswordDeleteError

from desktop.crypto.slots import SHARE_BYTES, DeviceSecret
from desktop.errors import VaultError

_ACCOUNT = "sealwell"


class _OwnProperties:
    """Mixed into a backend: the environment does not set its attributes."""

    def __init__(self) -> None:
        super().__init__()

    def set_properties_from_env(self) -> None:
        """Nothing is taken over."""


if sys.platform == "win32":
    from keyring.backends.Windows import WinVaultKeyring, pywintypes  # type: ignore[attr-defined]

    class _Backend(_OwnProperties, WinVaultKeyring):
        """Windows Credential Manager."""

    _FAILURES: tuple[type[Exception], ...] = (KeyringError, OSError, pywintypes.error)
    # It opens with the account: nobody is signed in to Windows who could see it locked.
    _LOCKED = frozenset[int]()
elif sys.platform == "darwin":
    from keyring.backends.macOS import Keyring

    class _Backend(_OwnProperties, Keyring):
        """The macOS keychain of the user's session."""

        keychain = None

    _FAILURES = (KeyringError, OSError)
    # Of Security.framework (SecBase.h): errSecUserCanceled, errSecAuthFailed and
    # errSecInteractionNotAllowed, of which the library tells only the first apart.
    _LOCKED = frozenset({-128, -25293, -25308})
else:
    from jeepney import DBusErrorResponse
    from keyring.backends.SecretService import Keyring
    from secretstorage.exceptions import SecretStorageException

    class _Backend(_OwnProperties, Keyring):
        """Secret Service over D-Bus: GNOME, KDE (Frameworks 5.97 and newer), KeePassXC."""

    _FAILURES = (KeyringError, OSError, SecretStorageException, DBusErrorResponse)
    _LOCKED = frozenset[int]()


class DeviceStore(Protocol):
    """Small values kept by the operating system for this account, by name."""

    def get(self, name: str) -> bytes | None:
        """The value, or None if there is none of that name."""
        ...

    def set(self, name: str, value: bytes) -> None:
        """Keep `value`; replaces an older one. Windows takes at most 960 bytes."""
        ...

    def delete(self, name: str) -> None:
        """Remove the value; it may be gone already."""
        ...


class SystemStore:
    """`DeviceStore` over one backend of the keyring library; values are base64 in it.

    Raises VaultError("keyring-locked") when the user did not unlock it,
    VaultError("keyring-failed") when it stopped answering.
    """

    def __init__(self, backend: KeyringBackend) -> None:
        self._backend = backend

    def get(self, name: str) -> bytes | None:
        try:
            stored = self._backend.get_password(_item(name), _ACCOUNT)
        except _FAILURES as error:
            raise _known(error) from error
        if stored is None:
            return None
        try:
            return base64.b64decode(stored, validate=True)
        except (binascii.Error, ValueError):
            raise VaultError("device-mismatch") from None

    def set(self, name: str, value: bytes) -> None:
        try:
            self._backend.set_password(_item(name), _ACCOUNT, base64.b64encode(value).decode("ascii"))
        except _FAILURES as error:
            raise _known(error) from error

    def delete(self, name: str) -> None:
        try:
            self._backend.delete_password(_item(name), _ACCOUNT)
        except PasswordDeleteError as error:
            if _is_locked(error):
                raise _known(error) from error
        except _FAILURES as error:
            raise _known(error) from error


def system_store() -> DeviceStore | None:
    """The operating system's store, proven by writing, reading and removing a value.

    None where there is none (no session bus, nobody to create the first collection).
    Raises VaultError("keyring-locked") where there is one that stays locked: waiting for
    it is right, going on without it is not (SECURITY.md 5.1.4).
    """
    if not _Backend.viable:
        return None
    store = SystemStore(_Backend())
    return store if _works(store) else None


def device_share(store: DeviceStore | None, vault_id: bytes) -> bytes | None:
    """This computer's share for a vault, None if it was never enrolled or has lost it."""
    return store.get(_share_name(vault_id)) if store is not None else None


def enrol_device(store: DeviceStore, vault_id: bytes) -> DeviceSecret:
    """The share of this computer, made now if there is none.

    An existing share is never replaced: every slot made with it would be lost.
    """
    share = store.get(_share_name(vault_id))
    if share is None:
        share = secrets.token_bytes(SHARE_BYTES)
        store.set(_share_name(vault_id), share)
        if store.get(_share_name(vault_id)) != share:
            raise VaultError("keyring-failed")
    return DeviceSecret(share)


def forget_device(store: DeviceStore, vault_id: bytes) -> None:
    """For a computer that is retired: every slot made with the share is lost."""
    store.delete(_share_name(vault_id))


def _works(store: DeviceStore) -> bool:
    name, value = f"probe-{secrets.token_hex(8)}", secrets.token_bytes(SHARE_BYTES)
    try:
        store.set(name, value)
        kept = store.get(name) == value
        store.delete(name)
        return kept and store.get(name) is None
    except VaultError as error:
        if error.code == "keyring-locked":
            raise
        return False


def _known(error: Exception) -> VaultError:
    return VaultError("keyring-locked") if _is_locked(error) else VaultError("keyring-failed")


def _is_locked(error: Exception) -> bool:
    """The library says so, or the system's status behind its error does."""
    if isinstance(error, KeyringLocked):
        return True
    status = error.__cause__.args[:1] if error.__cause__ is not None else ()
    return any(one in _LOCKED for one in status if isinstance(one, int))


def _share_name(vault_id: bytes) -> str:
    return f"share-{vault_id.hex()}"


def _item(name: str) -> str:
    # One service per value: Windows keeps one account per service without renaming entries.
    return f"sealwell/{name}"
