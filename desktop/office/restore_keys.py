"""What opens a backup: the key slots that were valid when it was made, and stand in its header.

A password opens where the person's slot asks for no computer; the recovery key always. Whoever has
no slot there does not get in, and an invitation is a way to become a user, not to bring back a practice.
"""

from __future__ import annotations

from collections.abc import Callable

from desktop.access.securitykeys import RP_ID, Choice
from desktop.access.signin import KeysFor, slot_uid
from desktop.crypto.container import ClearHeader
from desktop.crypto.devicekey import DeviceStore, device_share
from desktop.crypto.keyslots import read_slots
from desktop.crypto.slots import INVITE, KeySlots
from desktop.crypto.vault import KeyAnswer, OpenVault, key_challenge, unlock, unlock_with_recovery
from desktop.errors import Refused, SealwellError, VaultError
from desktop.models.accounts import UserId
from desktop.office.values_backups import RestoreRequest
from desktop.paths import PracticeFolder, write_private


def open_backup(
    scratch: PracticeFolder,
    header: ClearHeader,
    request: RestoreRequest,
    store: Callable[[], DeviceStore | None],
    keys: KeysFor,
) -> OpenVault:
    """Put the backup's slots into `scratch` and open them. Blocks for the key derivation.

    Raises Refused "restore-no-slot", "restore-invitation", "restore-computer-bound",
    "restore-password-wrong", "restore-recovery-key-wrong", and those of security keys; VaultError
    "recovery-key-mistyped", "backup-damaged", "backup-newer", "vault-altered".
    """
    write_private(scratch.keys, header.keys)
    slots = _slots(scratch, header)
    if request.recovery_key:
        try:
            return unlock_with_recovery(scratch.keys, request.recovery_key)
        except VaultError as error:
            raise _in_its_words(error) from None
    uid = slot_uid(slots.vault_id, request.user)
    share = _share(slots, uid, store)
    try:
        wanted = key_challenge(scratch.keys, uid, share)
        answer = None
        if wanted:
            choices = [Choice(fido.cred_id, fido.salt, fido.api) for fido in wanted]
            answer = KeyAnswer(*keys(request.key_pin).secret(RP_ID, choices))
        return unlock(scratch.keys, uid, request.password, share, answer)
    except VaultError as error:
        raise _in_its_words(error) from None


def _in_its_words(error: VaultError) -> SealwellError:
    """What a sign-in says does not fit a backup: it opens with what was valid on its day."""
    match error.code:
        case "not-enrolled" | "device-mismatch":
            return Refused("restore-computer-bound")
        case "wrong-password":
            return Refused("restore-password-wrong")
        case "recovery-key-wrong":
            return Refused("restore-recovery-key-wrong")
        case _:
            return error


def _slots(scratch: PracticeFolder, header: ClearHeader) -> KeySlots:
    """Nothing of them is proven before one was opened; then all of them are, by their MAC."""
    try:
        slots = read_slots(scratch.keys)
    except VaultError as error:
        newer = error.code == "vault-newer"
        raise VaultError("backup-newer" if newer else "backup-damaged") from None
    if (slots.vault_id, slots.epoch) != (header.vault_id, header.epoch):
        raise VaultError("backup-damaged")
    return slots


def _share(slots: KeySlots, uid: UserId, store: Callable[[], DeviceStore | None]) -> bytes | None:
    """This computer's share, where every slot of the person asks for one."""
    mine = slots.of_user(uid)
    if not mine:
        invited = any(slot.type == INVITE and slot.uid == uid for slot in slots.slots)
        raise Refused("restore-invitation" if invited else "restore-no-slot")
    if any(slot.device_id is None for slot in mine):
        return None
    return device_share(store(), slots.vault_id)
