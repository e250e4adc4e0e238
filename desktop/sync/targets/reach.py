"""From what is kept of a target to the target itself."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.errors import InputError
from desktop.models.safekeeping import MOUNTED, Place
from desktop.sync.targets.base import Reached, prove
from desktop.sync.targets.mounted import Mounted, practices_in


@dataclass(frozen=True)
class HostKey:
    """What an SFTP server shows. `key` as OpenSSH writes it, `fingerprint` as it prints it (SHA256:…)."""

    key: str
    fingerprint: str


def reach(place: Place, secret: str, vault_tag: str, marker: str | None) -> Reached:
    """Sign in and prove that this is the target that was added.

    `vault_tag` is `base.vault_tag(vault_id)`. With `marker` None nothing is proven: for a new
    target, and for a bare computer's look. An address that names the practice's own folder there
    means the folder around it. Raises TargetError, InputError `target-address-wrong`.
    """
    if place.kind not in MOUNTED:
        raise InputError("target-kind-unknown")
    reached = Mounted(place, vault_tag)
    if marker is not None:
        prove(reached, marker, "target-not-connected")
    return reached


def practices(place: Place, secret: str) -> list[str]:
    """The tags of the practices whose backups lie there; what a bare computer asks first.

    Raises TargetError, InputError.
    """
    if place.kind not in MOUNTED:
        raise InputError("target-kind-unknown")
    return practices_in(place)


def host_key(place: Place) -> HostKey:
    """What the SFTP server at this address shows now; nothing is signed in to. Raises TargetError."""
    raise InputError("target-kind-unknown")
