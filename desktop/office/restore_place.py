"""Where a bare computer looks for backups: a file or folder of its own, or a target without its practice."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from desktop.config import TARGET_LIMITS
from desktop.errors import InputError, Refused, VaultError
from desktop.frozen import dataclass
from desktop.models.backupnames import chain_of
from desktop.models.safekeeping import MOUNTED, TargetKind
from desktop.office.values_backups import BackupsFound, RestorePlace, StoredBackup
from desktop.sync.backup_fetch import Holder, PointedAt, folders_in, known_in
from desktop.sync.targets.patient import in_time
from desktop.sync.targets.reach import host_key, practices, reach


@dataclass(frozen=True)
class Wanted:
    """One backup, and the folder in which it lies with what it goes on from."""

    source: Holder
    name: str


def find(where: RestorePlace) -> BackupsFound:
    """Newest first. An SFTP server that is not known yet shows its key and nothing else."""
    if where.place.kind is TargetKind.SFTP and not where.place.host_key:
        shown = host_key(where.place)
        return BackupsFound((), shown.key, shown.fingerprint)
    if where.place.kind in MOUNTED:  # nobody waits for ever before a share that hangs
        stored = in_time(TARGET_LIMITS.answer, lambda _: _everything(where))
    else:
        stored = _everything(where)
    return BackupsFound(tuple(sorted(stored, key=lambda one: one.made_at, reverse=True)))


def _everything(where: RestorePlace) -> list[StoredBackup]:
    with _sources(where) as found:
        return [one for source in found for one in _stored(source)]


@contextlib.contextmanager
def wanted_of(where: RestorePlace, name: str) -> Iterator[Wanted]:
    """The backup `name`, or the newest that is complete; its source is reached until the block ends.

    Raises VaultError "backup-missing", "backup-chain-broken", those of a file that is pointed at;
    Refused "restore-several" where the newest is asked for and backups of several practices lie
    there; and what reaching it raises.
    """
    with _sources(where) as found:
        for source in found:
            if isinstance(source, PointedAt):
                source.check()
                name = source.name
        yield _chosen(found, name)


def _chosen(found: list[Holder], name: str) -> Wanted:
    stored = [(source, one) for source in found for one in _stored(source)]
    if name:
        source = next((source for source, one in stored if one.name == name), None)
        if source is None:
            raise VaultError("backup-missing")
        return Wanted(source, name)
    if not stored:
        raise VaultError("backup-missing")
    whole = [(source, one) for source, one in stored if one.complete]
    if not whole:
        raise VaultError("backup-chain-broken")
    if len({id(source) for source, _ in whole}) > 1:
        raise Refused("restore-several")
    return Wanted(whole[0][0], whole[0][1].name)


def _stored(source: Holder) -> list[StoredBackup]:
    """Newest first."""
    sizes = dict(source.names())
    known = known_in(sizes)
    return [
        StoredBackup(
            one.name, one.made_at, sizes[one.name], one.parent is None, chain_of(one, known) is not None
        )
        for one in known
    ]


@contextlib.contextmanager
def _sources(where: RestorePlace) -> Iterator[list[Holder]]:
    """One for each practice whose backups lie there."""
    place = where.place
    if place.kind in MOUNTED:
        file = _file_of(where)
        yield [PointedAt(file)] if file is not None else [*folders_in(_path_of(where))]
        return
    with contextlib.ExitStack() as opened:
        found: list[Holder] = []
        for tag in practices(place, where.secret):
            reached = reach(place, where.secret, tag, None)
            opened.callback(reached.close)
            found.append(reached)
        yield found


def _file_of(where: RestorePlace) -> Path | None:
    """The file that is named in place of a folder. Raises VaultError("backup-missing")."""
    if where.place.kind not in MOUNTED:
        return None
    path = _path_of(where)
    if path.is_file():
        return path
    if path.suffix == ".sealwell" and not path.exists():
        raise VaultError("backup-missing")
    return None


def _path_of(where: RestorePlace) -> Path:
    path = Path(where.place.address)
    if "\0" in where.place.address or not path.is_absolute():
        raise InputError("target-address-wrong")
    return path
