"""From what is kept of a target to the target itself."""

from __future__ import annotations

from contextlib import closing

from desktop.errors import InputError
from desktop.models.safekeeping import MOUNTED, Place, TargetKind
from desktop.sync.targets.base import Reached, prove
from desktop.sync.targets.mounted import Mounted, practices_in
from desktop.sync.targets.sftp import HostKey, Sftp, fingerprint_of, host_key

__all__ = ["HostKey", "fingerprint_of", "host_key", "practices", "reach"]

_ANY = "00000000"


def reach(place: Place, secret: str, vault_tag: str, marker: str | None) -> Reached:
    """Sign in and prove that this is the target that was added.

    `vault_tag` is `base.vault_tag(vault_id)`. With `marker` None nothing is proven: for a new
    target, and for a bare computer's look. An address that names the practice's own folder there
    means the folder around it. Raises TargetError, InputError `target-address-wrong`.
    """
    if place.kind in MOUNTED:
        reached: Reached = Mounted(place, vault_tag)
    elif place.kind is TargetKind.SFTP:
        reached = Sftp(place, secret, vault_tag)
    else:
        raise InputError("target-kind-unknown")
    if marker is not None:
        try:
            prove(reached, marker, "target-not-connected" if place.kind in MOUNTED else "target-not-ours")
        except BaseException:  # no connection is left behind; then it goes on up
            reached.close()
            raise
    return reached


def practices(place: Place, secret: str) -> list[str]:
    """The tags of the practices whose backups lie there; what a bare computer asks first.

    Raises TargetError, InputError.
    """
    if place.kind in MOUNTED:
        return practices_in(place)
    if place.kind is TargetKind.SFTP:
        with closing(Sftp(place, secret, _ANY)) as sftp:
            return sftp.practices()
    raise InputError("target-kind-unknown")
