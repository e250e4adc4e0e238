"""Places for backups: added where they are reached and marked, tried in steps, changed, retired, listed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.config import TARGET_LIMITS
from desktop.errors import InputError, SealwellError
from desktop.models import targets
from desktop.models.accounts import Session
from desktop.models.backupnames import chain_of, parse_name
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import Reason
from desktop.models.safekeeping import MOUNTED, Place, Target, TargetId, TargetKind, TargetTry
from desktop.office.backup_lines import note_disk, shown, target_line
from desktop.office.desk import Desk, Opened, Recorder
from desktop.office.values_backups import (
    BackupsShown,
    StoredBackup,
    TargetLine,
    TargetRequest,
    TargetStep,
    TargetTested,
)
from desktop.paths import PracticeFolder, same_disk
from desktop.sync.targets.base import vault_tag
from desktop.sync.targets.patient import in_time
from desktop.sync.targets.reach import check_place, reach, server_of
from desktop.sync.targets.trial import Tried, try_out
from desktop.texts import clean

T = TypeVar("T")
_NAME_CHARS = 80


class Targets:
    """Fulfils `TargetDoor`. What is put there, and when, is `office/backup_watch.py`."""

    def __init__(self, desk: Desk, clock: Clock, folder: PracticeFolder) -> None:
        self._desk = desk
        self._clock = clock
        self._folder = folder

    def add_target(self, session: Session, request: TargetRequest) -> TargetLine:
        """Reached, and marked as this practice's; only then it is kept. What has no agreement yet is
        kept too, and nothing is put there. Raises InputError, TargetError.
        """
        opened = self._desk.check(session, Action.MANAGE_TARGET)
        target = self._target(request)
        opened.database.read(lambda tx: _refuse_twice(tx, target))
        marker = self._noted(
            session, Act.TARGET_ADDED, lambda: self._claimed(opened, target.place, request.secret)
        )
        target = replace(target, marker=marker)
        same = self._is_beside(target.place)

        def keep(tx: Tx, record: Recorder) -> TargetLine:
            _refuse_twice(tx, target)
            targets.add(tx, target, request.secret)
            note_disk(tx, target.id, same=same)
            targets.note_try(tx, TargetTry(target.id, self._clock.now()))
            record(Event(Act.TARGET_ADDED, target.id, det={"target-kind": target.place.kind.value}))
            return target_line(tx, target, self._clock.now())

        line = self._desk.write(session, Action.MANAGE_TARGET, keep)
        opened.backups.refresh()
        return line

    def change_target(self, session: Session, request: TargetRequest) -> TargetLine:
        """Another place, or what signs in to it, is reached first. Raises InputError `target-unknown`,
        `server-secret-needed` where what is kept would go to another server, TargetError.
        """
        opened = self._desk.check(session, Action.MANAGE_TARGET)
        asked = self._target(request)
        old, kept = opened.database.read(lambda tx: _live(tx, request.target))
        new = replace(asked, id=old.id, made_at=old.made_at, marker=old.marker)
        new = replace(new, place=_pinned(new.place, old.place))
        secret = _secret_for(new.place, request.secret, old.place, kept)
        same: bool | None = None
        if new.place != old.place or request.secret:
            opened.database.read(lambda tx: _refuse_twice(tx, new))
            marker = self._noted(
                session, Act.TARGET_CHANGED, lambda: self._claimed(opened, new.place, secret), old.id
            )
            new = replace(new, marker=marker)
            same = self._is_beside(new.place)

        def keep(tx: Tx, record: Recorder) -> TargetLine:
            _live(tx, old.id)
            _refuse_twice(tx, new)
            targets.change(tx, new)
            if same is not None:
                note_disk(tx, new.id, same=same)
            if request.secret:
                targets.set_secret(tx, new.id, request.secret)
            record(Event(Act.TARGET_CHANGED, new.id))
            return target_line(tx, new, self._clock.now())

        line = self._desk.write(session, Action.MANAGE_TARGET, keep)
        opened.backups.refresh()
        return line

    def retire_target(self, session: Session, target: TargetId) -> BackupsShown:
        """Nothing more is put there and what signed in is forgotten; what lies there stays."""
        opened = self._desk.check(session, Action.MANAGE_TARGET)

        def end(tx: Tx, record: Recorder) -> BackupsShown:
            now = self._clock.now()
            if not targets.retire(tx, target, now):
                raise InputError("target-unknown")
            record(Event(Act.TARGET_RETIRED, target))
            return shown(tx, now, running=opened.backups.running)

        return self._desk.write(session, Action.MANAGE_TARGET, end)

    def test_target(self, session: Session, request: TargetRequest) -> TargetTested:
        """Each step that a backup takes, with a small file. What fails is an answer, no error.

        Before it is kept and after: with `request.target` the kept secret is used where none is
        given. An SFTP server without `host_key` shows its key and is asked no more.
        """
        opened = self._desk.check(session, Action.MANAGE_TARGET)
        place, secret, marker = self._target(request).place, request.secret, None
        if request.target is not None:
            old, kept = opened.database.read(lambda tx: _live(tx, request.target))
            place = _pinned(place, old.place)
            if place.host_key or place.kind is not TargetKind.SFTP:
                secret = _secret_for(place, secret, old.place, kept)
            marker = old.marker if place == old.place else None
        tried = try_out(place, secret, _tag(opened), marker)
        failed = next((step.reason.code for step in tried.steps if not step.ok), "")
        event = Event(
            Act.TARGET_TESTED,
            outcome="failed" if failed else "ok",
            why=failed,
            det={"target-kind": place.kind.value},
        )

        def note(tx: Tx, record: Recorder) -> None:
            if marker is not None and request.target is not None:
                targets.note_try(tx, TargetTry(request.target, self._clock.now(), failed))
            record(event)

        self._desk.write(session, Action.MANAGE_TARGET, note)
        if marker is not None and tried.ok:
            opened.backups.refresh()
        answer = _answer(tried)
        if tried.ok and self._is_beside(place):
            said = TargetStep("same-disk", ok=True, reason=Reason("target-same-disk"))
            answer = replace(answer, steps=(*answer.steps, said))
        return answer

    def list_target(self, session: Session, target: TargetId) -> tuple[StoredBackup, ...]:
        """Raises InputError `target-unknown`, TargetError."""
        opened = self._desk.check(session, Action.SHOW_BACKUPS)
        kept, secret = opened.database.read(lambda tx: _live(tx, target))

        def look() -> list[tuple[str, int]]:
            with closing(reach(kept.place, secret, _tag(opened), kept.marker)) as reached:
                return reached.names()

        found = stored(self._noted(session, Act.BACKUP_LISTED, look, target))
        event = Event(Act.BACKUP_LISTED, target, det={"count": len(found)})
        self._desk.write(session, Action.SHOW_BACKUPS, lambda _, record: record(event))
        return found

    # --- inside ------------------------------------------------------------------------------

    def _target(self, request: TargetRequest) -> Target:
        """A target whose every field is fit. Raises InputError."""
        place = _tidied(request.place)
        check_place(place)
        if place.kind in MOUNTED:
            self._refuse_inside(Path(place.address))
        if not 0 <= request.every_hours <= TARGET_LIMITS.hours_most:
            raise InputError("target-hours-wrong", most=TARGET_LIMITS.hours_most)
        return Target(
            TargetId(new_id()),
            name=clean(request.name).strip()[:_NAME_CHARS] or server_of(place)[0] or place.address,
            place=place,
            marker="",
            made_at=self._clock.now(),
            every_hours=request.every_hours,
            own=request.own,
            baa=request.baa,
        )

    def _refuse_inside(self, path: Path) -> None:
        """What lies beside the database dies with it."""
        root = self._folder.root.resolve()
        wanted = in_time(TARGET_LIMITS.answer, lambda _: path.resolve())
        if wanted == root or root in wanted.parents:
            raise InputError("target-inside")

    def _is_beside(self, place: Place) -> bool:
        """Asked of a place that was just reached."""
        return place.kind in MOUNTED and same_disk(Path(place.address), self._folder)

    def _claimed(self, opened: Opened, place: Place, secret: str) -> str:
        """The marker that stands there from now on."""
        with closing(reach(place, secret, _tag(opened), None)) as reached:
            return reached.claim(new_id())

    def _noted(self, session: Session, act: Act, work: Callable[[], T], about: str = "") -> T:
        try:
            return work()
        except SealwellError as error:
            self._desk.note_refusal(session, act, error, about)
            raise


def stored(names: list[tuple[str, int]]) -> tuple[StoredBackup, ...]:
    """What lies on a target, by its names alone, newest first."""
    known = {found.name: (found, size) for name, size in names if (found := parse_name(name)) is not None}
    all_names = [one for one, _ in known.values()]
    lines = [
        StoredBackup(one.name, one.made_at, size, one.parent is None, chain_of(one, all_names) is not None)
        for one, size in known.values()
    ]
    return tuple(sorted(lines, key=lambda line: (line.made_at, line.name), reverse=True))


def _tag(opened: Opened) -> str:
    return vault_tag(opened.vault.vault_id.hex())


def _tidied(place: Place) -> Place:
    return Place(
        place.kind,
        place.address.strip(),
        place.user.strip() if place.kind not in MOUNTED else "",
        " ".join(place.host_key.split()[:2]) if place.kind is TargetKind.SFTP else "",
        place.ca_file.strip() if place.kind in (TargetKind.WEBDAV, TargetKind.S3) else "",
    )


def _pinned(new: Place, old: Place) -> Place:
    """The same server keeps the key that somebody confirmed, unless another one is given."""
    if new.kind is TargetKind.SFTP and not new.host_key and server_of(new) == server_of(old):
        return replace(new, host_key=old.host_key)
    return new


def _secret_for(new: Place, given: str, old: Place, kept: str) -> str:
    """Raises InputError `server-secret-needed`."""
    if given or not kept:
        return given
    same = server_of(new) == server_of(old) and (new.host_key, new.ca_file) == (old.host_key, old.ca_file)
    if new.kind is not old.kind or not same:
        raise InputError("server-secret-needed")
    return kept


def _refuse_twice(tx: Tx, target: Target) -> None:
    """One place is one target, however its address is written: its marker says so. Drives that take
    turns have one address and are as many targets.
    """
    for one in targets.listing(tx, live=True):
        here = one.place.kind in MOUNTED
        same = not here and (one.place.kind, one.place.address) == (target.place.kind, target.place.address)
        if one.id != target.id and (same or (target.marker and one.marker == target.marker)):
            raise InputError("target-already", name=one.name)


def _live(tx: Tx, target: TargetId | None) -> tuple[Target, str]:
    """With its secret. Raises InputError `target-unknown`."""
    found = targets.get(tx, target) if target else None
    if found is None or found.retired_at is not None:
        raise InputError("target-unknown")
    return found, targets.secret(tx, found.id)


def _answer(tried: Tried) -> TargetTested:
    steps = tuple(TargetStep(one.step, one.ok, one.reason) for one in tried.steps)
    if tried.shown is None:
        return TargetTested(tried.ok, steps)
    return TargetTested(tried.ok, steps, tried.shown.key, tried.shown.fingerprint)
