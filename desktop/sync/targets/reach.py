"""From what is kept of a target to the target itself.

What speaks with a server is loaded with the first target of its kind: few practices have each.
"""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from desktop.models.safekeeping import MOUNTED, Place, TargetKind
from desktop.sync.targets.base import HostKey, Reached, prove, tag_of
from desktop.sync.targets.mounted import Mounted, root_of
from desktop.sync.targets.parts import https_of
from desktop.sync.targets.patient import Patient

if TYPE_CHECKING:
    from desktop.sync.targets.bucket import Bucket
    from desktop.sync.targets.sftp import Sftp
    from desktop.sync.targets.webdav import Dav

__all__ = [
    "HostKey",
    "check_place",
    "fingerprint_of",
    "host_key",
    "opened",
    "practices",
    "reach",
    "server_of",
]

_ANY = "00000000"


def reach(place: Place, secret: str, vault_tag: str, marker: str | None) -> Reached:
    """Sign in and prove that this is the target that was added.

    `vault_tag` is `base.vault_tag(vault_id)`. With `marker` None nothing is proven: for a new
    target, and for a bare computer's look. An address that names the practice's own folder there
    means the folder around it. Raises TargetError, InputError `target-address-wrong`.
    """
    reached = opened(place, secret, vault_tag)
    if marker is not None:
        try:
            prove(reached, marker, place.kind)
        except BaseException:  # no connection is left behind; then it goes on up
            reached.close()
            raise
    return reached


def practices(place: Place, secret: str) -> list[str]:
    """The tags of the practices whose backups lie there; what a bare computer asks first.

    An address that names one practice's folder narrows it to that. Raises TargetError, InputError.
    """
    with closing(opened(place, secret, _ANY)) as reached:
        tags = reached.practices()
    named = tag_of(re.split(r"[/\\]", place.address.strip().rstrip("/\\"))[-1])
    return [tag for tag in tags if named in (None, tag)]


def opened(place: Place, secret: str, vault_tag: str) -> Patient | Sftp | Dav | Bucket:
    """As `reach` without its proof."""
    if place.kind in MOUNTED:
        return Patient(lambda: Mounted(place, vault_tag))
    if place.kind is TargetKind.SFTP:
        from desktop.sync.targets.sftp import Sftp

        return Sftp(place, secret, vault_tag)
    if place.kind is TargetKind.WEBDAV:
        from desktop.sync.targets.webdav import Dav

        return Dav(place, secret, vault_tag)
    from desktop.sync.targets.bucket import Bucket

    return Bucket(place, secret, vault_tag)


def host_key(place: Place) -> HostKey:
    """What the SFTP server at an address shows, before anything is sent to it. Raises TargetError."""
    from desktop.sync.targets.sftp import host_key as shown

    return shown(place)


def fingerprint_of(host_key: str) -> str:
    """Of a key as OpenSSH writes it. Raises InputError `target-host-key-wrong`."""
    from desktop.sync.targets.sftp_keys import pinned_key

    return pinned_key(host_key).fingerprint


def check_place(place: Place) -> None:
    """Raises InputError where the address cannot be one of its kind; nothing is reached."""
    if place.kind in MOUNTED:
        root_of(place)
    elif place.kind is TargetKind.SFTP:
        from desktop.sync.targets.sftp_keys import parts_of

        parts_of(place)
        if place.host_key:
            fingerprint_of(place.host_key)
    else:
        https_of(place)
        if place.kind is TargetKind.S3:
            from desktop.sync.targets.bucket import bucket_of

            bucket_of(place)


def server_of(place: Place) -> tuple[str, int]:
    """Host and port that a secret is for; ("", 0) for what is reached by a path. Raises InputError."""
    if place.kind in MOUNTED:
        return "", 0
    if place.kind is TargetKind.SFTP:
        from desktop.sync.targets.sftp_keys import parts_of

        return parts_of(place)[:2]
    parts = urlsplit(https_of(place))
    return parts.hostname or "", parts.port or 443
