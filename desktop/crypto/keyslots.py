"""`vault.keys`: the file that holds the vault key, sealed once for every way to open it.

Canonical JSON (RFC 8785), binary values as lower-case hexadecimal. `sum` is a SHA-256 over
the file without `sum`: damage is named as damage before a password is tried. `mac` is an
HMAC under the vault key over the file without `mac` and `sum`: who has no vault key can
neither add nor remove a slot unseen. Before the vault is open nothing in here is trusted.
What stands in the file is `slots.py`; the layout is in docs/formats/vault-keys.md.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import replace
from pathlib import Path

from desktop.crypto.slots import (
    MOST_BYTES,
    SHARE_BYTES,
    VAULT_ID_BYTES,
    DamagedError,
    Device,
    DeviceSecret,
    Fido,
    KeySlots,
    Slot,
    parse,
    spell,
)
from desktop.errors import VaultError
from desktop.paths import sync_folder, write_private

__all__ = [
    "SHARE_BYTES",
    "VAULT_ID_BYTES",
    "Device",
    "DeviceSecret",
    "Fido",
    "KeySlots",
    "Slot",
    "discard_slots",
    "intact_copies",
    "move_slots",
    "read_slots",
    "restore_previous",
    "take_over",
    "without_unused_devices",
    "write_slots",
]

COPIES = 3


def read_slots(path: Path) -> KeySlots:
    """The file's content, whole and well formed; who wrote it is known only after unlocking.

    Raises VaultError "vault-missing", "vault-unreadable", "vault-newer", or "vault-damaged"
    with `copy` and `copies`, the newest intact copy beside it and how many there are.
    """
    try:
        return parse(_read(path))
    except FileNotFoundError:
        raise VaultError("vault-missing", **_rescue(path)) from None
    except DamagedError:
        raise VaultError("vault-damaged", **_rescue(path)) from None


def write_slots(path: Path, slots: KeySlots, vault_key: bytes, *, forget: bool = False) -> None:
    """Replace the file, whole or not at all, and keep copies: `.1` equals it, `.2` and `.3` are older.

    `forget` drops the older ones once the new file stands: what it no longer opens
    (an old password, an old recovery key) must not open a copy beside it either.
    Raises VaultError("kdf-too-weak") if a slot costs less than the floor.
    """
    data = spell(slots, vault_key)
    _sweep(path)
    newest, *older = _copies(path)
    for target, source in reversed(list(zip(older, [newest, *older[:-1]], strict=True))):
        if source.exists():
            os.replace(source, target)
    write_private(newest, data)
    write_private(path, data)
    if forget:
        for copy in (*older, _damaged(path)):
            copy.unlink(missing_ok=True)


def intact_copies(path: Path) -> tuple[Path, ...]:
    """The readable copies beside the file, newest first."""
    found = []
    for copy in _copies(path):
        try:
            parse(_read(copy))
        except (DamagedError, VaultError, FileNotFoundError):
            continue
        found.append(copy)
    return tuple(found)


def restore_previous(path: Path) -> Path:
    """Put the newest intact copy in place of a damaged or missing file; the damaged one is set aside.

    Returns the copy that was used. Raises VaultError("vault-no-copy") if there is none.
    """
    copies = intact_copies(path)
    if not copies:
        raise VaultError("vault-no-copy", file=path.name)
    if path.exists():
        write_private(_damaged(path), path.read_bytes())
    write_private(path, _read(copies[0]))
    return copies[0]


def move_slots(source: Path, target: Path) -> None:
    """Rename the file, then its copies: how a set-up that is complete becomes the practice's."""
    os.replace(source, target)
    for old, new in zip(_copies(source), _copies(target), strict=True):
        # The file stands: a copy that cannot follow is written again with the next change.
        with contextlib.suppress(OSError):
            os.replace(old, new)
    sync_folder(target.parent)


def take_over(source: Path, target: Path) -> None:
    """Put `source` in place of `target`, whose older states are forgotten first.

    The rename is the last step: interrupted before it, the whole can be done again.
    """
    _sweep(target)
    for copy in (*_copies(target), _damaged(target)):
        copy.unlink(missing_ok=True)
    # The file itself counts: a copy that finds no room is written with the next change.
    with contextlib.suppress(OSError):
        write_private(_copies(target)[0], _read(source))
    os.replace(source, target)
    sync_folder(target.parent)


def discard_slots(path: Path) -> None:
    """Remove the file and its copies; for a set-up that did not finish."""
    for file in (path, *_copies(path)):
        file.unlink(missing_ok=True)


def without_unused_devices(slots: KeySlots) -> KeySlots:
    used = {slot.device_id for slot in slots.slots}
    return replace(slots, devices=tuple(d for d in slots.devices if d.device_id in used))


def _rescue(path: Path) -> dict[str, str | int]:
    copies = intact_copies(path)
    return {"file": path.name, "copy": copies[0].name if copies else "", "copies": len(copies)}


def _copies(path: Path) -> list[Path]:
    return [path.with_name(f"{path.name}.{n}") for n in range(1, COPIES + 1)]


def _sweep(path: Path) -> None:
    """Remove what a write that was killed has left: it opens with what was valid then."""
    for file in path.parent.glob(f".{path.name}*.tmp"):
        file.unlink(missing_ok=True)


def _damaged(path: Path) -> Path:
    return path.with_name(f"{path.name}.damaged")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise
    except OSError:
        raise VaultError("vault-unreadable", file=path.name) from None
