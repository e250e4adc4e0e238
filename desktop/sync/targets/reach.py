"""From what is kept of a target to the target itself."""

from __future__ import annotations

from contextlib import closing

from desktop.models.safekeeping import MOUNTED, Place, TargetKind
from desktop.sync.targets.base import Reached, prove, tag_of
from desktop.sync.targets.bucket import Bucket
from desktop.sync.targets.mounted import Mounted, practices_in
from desktop.sync.targets.sftp import HostKey, Sftp, fingerprint_of, host_key
from desktop.sync.targets.webdav import Dav

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
    else:
        reached = _far(place, secret, vault_tag)
    if marker is not None:
        try:
            prove(reached, marker, "target-not-connected" if place.kind in MOUNTED else "target-not-ours")
        except BaseException:  # no connection is left behind; then it goes on up
            reached.close()
            raise
    return reached


def practices(place: Place, secret: str) -> list[str]:
    """The tags of the practices whose backups lie there; what a bare computer asks first.

    An address that names one practice's folder narrows it to that. Raises TargetError, InputError.
    """
    if place.kind in MOUNTED:
        return practices_in(place)
    with closing(_far(place, secret, _ANY)) as reached:
        tags = reached.practices()
    named = tag_of(place.address.strip().rstrip("/").rpartition("/")[2])
    return [tag for tag in tags if named in (None, tag)]


def _far(place: Place, secret: str, vault_tag: str) -> Sftp | Dav | Bucket:
    if place.kind is TargetKind.SFTP:
        return Sftp(place, secret, vault_tag)
    return (Dav if place.kind is TargetKind.WEBDAV else Bucket)(place, secret, vault_tag)
