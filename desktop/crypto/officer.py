"""The security officer's offline key: the key pair of the recovery key's slot.

Its public half lies in `vault.keys` under the file's seal, so that anything can be locked to
the officer at any time; its private half is opened by the printed recovery key and by nothing
else. So there is one paper to keep, not two (docs/adr/0012-officer-key.md).
"""

from __future__ import annotations

from pathlib import Path

from desktop.crypto.keyslots import read_slots
from desktop.crypto.openvault import OpenVault, verified
from desktop.crypto.slots import RECOVERY
from desktop.crypto.slotseal import slot_keys
from desktop.crypto.vault import recovery_slot
from desktop.errors import VaultError


def officer_public(path: Path, vault: OpenVault) -> bytes:
    """X25519, 32 bytes. Raises VaultError "vault-altered" and, without a recovery slot, "vault-damaged"."""
    for slot in verified(path, vault).slots:
        if slot.type == RECOVERY:
            return slot.pk
    raise VaultError("vault-damaged", file=path.name)


def officer_private(path: Path, recovery_key: str) -> bytes:
    """What `officer_public` locks to. Raises as `unlock_with_recovery`."""
    slots = read_slots(path)
    return slot_keys(slots, *recovery_slot(slots, recovery_key))
