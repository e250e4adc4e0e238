"""Invitations: a code on paper lets a new person in once, and nobody chooses their password.

136 random bits, so nothing is stretched. The code is bound to a person and to an end,
both authenticated with the slot. The end is kept by the program, not by cryptography:
until the slot is withdrawn, a copy of the file opens with the code; so does one made
before the invitation was accepted.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

from desktop.crypto.kdf import KdfParams, hkdf_extract, labelled
from desktop.crypto.keyslots import read_slots, write_slots
from desktop.crypto.members import admitted
from desktop.crypto.openvault import OpenVault, verified
from desktop.crypto.papercode import groups_of, read_code, write_code
from desktop.crypto.slots import INVITE, MOST_MS, DeviceSecret, KeySlots
from desktop.crypto.slotseal import NewKey, bare_slot, fits, open_slot
from desktop.errors import VaultError
from desktop.locks import held

CODE_BYTES = 17
GROUPS = groups_of(CODE_BYTES)
_CHECK = b"sealwell/invitation-check/1"


def invite(path: Path, vault: OpenVault, user_id: str, until: int) -> str:
    """A code that lets `user_id` in once before `until` (UTC, milliseconds): 8 groups of four.

    Shown once and kept nowhere; an earlier invitation of the same person ends.
    """
    if not user_id or not 0 < until <= MOST_MS:
        raise ValueError("an invitation needs a user and an end")
    code = secrets.token_bytes(CODE_BYTES)
    with held(path):
        slots = verified(path, vault)
        kept = _without(slots, {user_id})
        slot = bare_slot(INVITE, user_id, until, labelled("inv", code), vault)
        changed = replace(kept, slots=(*kept.slots, slot))
        write_slots(path, changed, vault.vault_key(), forget=kept != slots)
    return write_code(code, _CHECK)


def open_invitation(path: Path, user_id: str, code: str, now: int) -> OpenVault:
    """Open with an invitation's code; `accept_invitation` is what it is good for. `now` as `until`.

    Raises VaultError "invitation-mistyped" (cannot be any code), "invitation-wrong" (of
    somebody else, used, replaced or withdrawn), "invitation-expired", and those of `unlock`.
    """
    typed = read_code(code, CODE_BYTES, _CHECK)
    if typed is None:
        raise VaultError("invitation-mistyped")
    slots = read_slots(path)
    prk = hkdf_extract(slots.vault_id, labelled("inv", typed))
    for slot in slots.slots:
        if slot.type == INVITE and slot.uid == user_id and fits(prk, slot):
            vault = open_slot(slots, slot, prk)
            if now < slot.until:
                return vault
            vault.close()
            raise VaultError("invitation-expired")
    raise VaultError("invitation-wrong")


def accept_invitation(
    path: Path,
    vault: OpenVault,
    user_id: str,
    password: str,
    device: DeviceSecret | None,
    params: KdfParams,
    key: NewKey | None = None,
) -> None:
    """The invitation's slot goes and the user's comes, in one write: the code opens nothing any more.

    `vault` is as `open_invitation` opened it, and lets in only while that very slot stands. Slots
    that the person has on other computers stay (`enrol_user`). Raises VaultError
    "invitation-wrong" where it was used, replaced or withdrawn meanwhile, and
    "security-key-needed" for somebody who has security keys elsewhere.
    """
    with held(path):
        slots = verified(path, vault)
        invited = {slot.slot_id for slot in slots.slots if slot.type == INVITE and slot.uid == user_id}
        if vault.slot_id not in invited:
            raise VaultError("invitation-wrong")
        left = _without(slots, {user_id})
        changed = admitted(left, vault, user_id, password, device, params, key)
        write_slots(path, changed, vault.vault_key(), forget=True)


def withdraw_invitations(
    path: Path, vault: OpenVault, *, user_id: str | None = None, now: int | None = None
) -> frozenset[str]:
    """End one person's invitation, those whose time is over at `now`, or both; whose they were."""
    with held(path):
        slots = verified(path, vault)
        gone = {
            slot.uid
            for slot in slots.slots
            if slot.type == INVITE and (slot.uid == user_id or (now is not None and slot.until <= now))
        }
        if gone:
            write_slots(path, _without(slots, gone), vault.vault_key(), forget=True)
    return frozenset(gone)


def _without(slots: KeySlots, user_ids: set[str]) -> KeySlots:
    kept = tuple(slot for slot in slots.slots if slot.type != INVITE or slot.uid not in user_ids)
    return replace(slots, slots=kept)
