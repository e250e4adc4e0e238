"""Public keys as files: for the web site, for the web server (WKD), to hand to correspondents.

A file that is there already is replaced only where it holds a key of the practice itself:
nobody's web site loses anything by a wrong choice of folder.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from asn1crypto import pem

from desktop.crypto.keyfacts import inspect_key
from desktop.crypto.openpgp_armor import armored
from desktop.crypto.openpgp_own import revoked_public
from desktop.crypto.smime_chain import split_chain
from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.models.protection import OwnKeyLife, OwnKeyState
from desktop.models.records import Identity, KeyKind
from desktop.sync.wkd import published_tree
from desktop.texts import clean

_LARGEST = 1024 * 1024
_PARTIAL = ".sealwell-part"


@dataclass(frozen=True)
class PublicOnes:
    """Every own key, what is known of each, and those in use."""

    own: tuple[Identity, ...]
    lives: Mapping[str, OwnKeyLife]
    used: tuple[Identity, ...]


def prepared(ones: PublicOnes) -> dict[str, bytes]:
    """What to write, by the path below the folder. Raises InputError `own-keys-none`."""
    files: dict[str, bytes] = {}
    revoked = [one for one in ones.own if _ended(one, ones)]
    for one in ones.used:
        if one.kind is KeyKind.OPENPGP:
            files[f"{one.address}.asc"] = armored(one.public)
            same = [_with_end(old, ones) for old in revoked if old.address == one.address]
            for name, data in published_tree(one.address, one.public).items():
                # A withdrawn key stands beside the new one, so that programs learn of its end.
                files[name] = b"".join((data, *same)) if data else data
        else:
            chain = ones.lives.get(one.fingerprint, OwnKeyLife()).chain
            files[f"{one.address}.crt"] = _pem(one.public, *split_chain(chain))
    for old in revoked:
        files[f"{old.address}-revoked-{old.fingerprint[-16:]}.asc"] = armored(_with_end(old, ones))
    if not files:
        raise InputError("own-keys-none")
    return files


def publish(folder: Path, files: Mapping[str, bytes], ours: frozenset[str], now: datetime) -> None:
    """Write them below `folder`; `ours` are the fingerprints of all own keys, old ones too.

    Raises InputError `file-exists` before anything is written, or `file-not-written`.
    """
    for name, data in files.items():
        _refuse_foreign(folder / name, data, ours, now)
    for name, data in files.items():
        try:
            _write(folder / name, data)
        except OSError as problem:
            raise InputError("file-not-written", file=clean(name)) from problem


def _pem(*certificates: bytes) -> bytes:
    """As mail programs import them: the own one first, its issuers behind it."""
    return b"".join(pem.armor("CERTIFICATE", one) for one in certificates)


def _ended(one: Identity, ones: PublicOnes) -> bool:
    """A certificate has no revocation of its own: its issuer's list names it."""
    life = ones.lives.get(one.fingerprint, OwnKeyLife())
    return one.kind is KeyKind.OPENPGP and life.state is OwnKeyState.REVOKED and bool(life.revocation)


def _with_end(one: Identity, ones: PublicOnes) -> bytes:
    return revoked_public(one.public, ones.lives[one.fingerprint].revocation)


def _refuse_foreign(path: Path, data: bytes, ours: frozenset[str], now: datetime) -> None:
    try:
        if not os.path.lexists(path):
            return
        if not path.is_file() or path.is_symlink() or path.stat().st_size > _LARGEST:
            raise InputError("file-exists", file=clean(path.name))
        there = path.read_bytes()
    except OSError as problem:
        raise InputError("file-not-written", file=clean(path.name)) from problem
    if there != data and not _is_ours(there, ours, now):
        raise InputError("file-exists", file=clean(path.name))


def _is_ours(data: bytes, ours: frozenset[str], now: datetime) -> bool:
    try:
        return inspect_key(data, now).fingerprint in ours
    except InputError:
        return False


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all; readable for the web server, as its other files are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + _PARTIAL)
    partial.write_bytes(data)
    partial.replace(path)
