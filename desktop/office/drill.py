"""The restore drill: does the newest backup come back, and does the practice still have its recovery key?"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from desktop.access import recoverygroups
from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.audit.logkey import WRAP_INFO, load_log_key
from desktop.clock import Clock
from desktop.crypto.keyslots import read_slots
from desktop.crypto.officer import officer_public
from desktop.crypto.recovery import read_recovery_key, write_recovery_key
from desktop.crypto.vault import recovery_slot
from desktop.errors import DeliveryError, InputError, Refused, SealwellError, VaultError
from desktop.frozen import dataclass
from desktop.models import backups, drills, targets, tasks
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.documents import Document, Printer, Progress
from desktop.models.ids import new_id
from desktop.models.records import Reason
from desktop.models.safekeeping import Backup, Drill, DrillId, Target, TargetId
from desktop.models.tasks import TaskState
from desktop.office.desk import Desk, Opened, Recorder
from desktop.office.drill_check import Found, Restoring, restore, sandbox
from desktop.office.drill_report import report_paper, signed
from desktop.office.drill_sample import DrillFailedError
from desktop.office.log_files import refuse_existing
from desktop.office.task_kinds import DRILL_DUE
from desktop.office.values_audit import LogFormat
from desktop.office.values_backups import DrillAsks, DrillRequest, DrillShown
from desktop.paths import PracticeFolder, write_private

_KEY_WRONG = Reason("drill-key-wrong")
_NOTHING = Found(0, "", 0)


@dataclass(frozen=True)
class _Begun:
    """What is to be restored, and which groups were asked for (() where the whole key was)."""

    id: DrillId
    at: datetime
    mono: float
    target: Target
    backup: Backup
    groups: tuple[int, ...]
    officer: bytes


class Drills:
    """What is wrong with a backup, a target or the recovery key is a failed drill, not an error."""

    def __init__(self, desk: Desk, folder: PracticeFolder, clock: Clock, printer: Printer) -> None:
        self._desk = desk
        self._folder = folder
        self._clock = clock
        self._printer = printer

    def drill_asks(self, session: Session) -> DrillAsks:
        """The same groups until a drill was run."""
        opened = self._desk.check(session, Action.RUN_DRILL)
        officer = officer_public(self._folder.keys, opened.vault)
        return self._desk.read(
            session,
            Action.RUN_DRILL,
            lambda tx: DrillAsks(recoverygroups.asked(tx, officer)),
            lambda _: Event(Act.DRILL_ASKED),
        )

    def run_drill(
        self, session: Session, request: DrillRequest, progress: Progress | None = None
    ) -> DrillShown:
        """Blocks for as long as a restore takes. Raises what keeps it from beginning: InputError
        "drill-typed-missing", "target-unknown", "file-exists", "file-not-written"; Refused
        "drill-no-backup", "drill-running"; and Refused "cancelled" and "locked", after which nothing
        was learned and no drill is on record as one.
        """
        opened = self._desk.check(session, Action.RUN_DRILL)
        to = refuse_existing(request.to, LogFormat.PDF) if request.to else None
        officer = officer_public(self._folder.keys, opened.vault)
        begun = opened.database.read(lambda tx: self._begin(tx, request, officer))
        with self._recorded(session, begun), sandbox(self._folder) as into:
            drill, root = self._run(opened, session, request, begun, progress, into)
        drill = self._desk.write(
            session, Action.RUN_DRILL, lambda tx, record: self._keep(tx, record, opened, drill, root)
        )
        paper = self._paper(opened, drill)
        if to is not None:
            _write(to, paper)
        return DrillShown(drill, Reason(drill.why) if drill.why else None, paper)

    def _begin(self, tx: Tx, request: DrillRequest, officer: bytes) -> _Begun:
        groups = recoverygroups.asked(tx, officer)
        if len([one for one in request.typed if one.strip()]) != max(1, len(groups)):
            raise InputError("drill-typed-missing", wanted=max(1, len(groups)))
        target, backup = _chosen(tx, request.target)
        now, mono = self._clock.now(), self._clock.mono()
        return _Begun(DrillId(new_id()), now, mono, target, backup, groups, officer)

    @contextlib.contextmanager
    def _recorded(self, session: Session, begun: _Begun) -> Iterator[None]:
        """What was broken off is on record, though it is no drill."""
        try:
            yield
        except Refused as refused:
            if refused.code != "locked":
                self._desk.note_refusal(session, Act.DRILL_DONE, refused, begun.id)
            raise

    def _run(
        self,
        opened: Opened,
        session: Session,
        request: DrillRequest,
        begun: _Begun,
        progress: Progress | None,
        into: Path,
    ) -> tuple[Drill, str]:
        proven, why, found = self._is_proven(opened, begun, request), _KEY_WRONG.code, _NOTHING
        if proven:
            what = Restoring(
                self._folder,
                opened.vault,
                opened.database,
                begun.target,
                begun.backup,
                begun.officer,
                progress or _nobody_watches,
            )
            try:
                found, why = restore(what, into), ""
            except DrillFailedError as failed:
                why = failed.reason.code
            except (VaultError, DeliveryError, InputError) as error:
                if opened.database.closed:
                    raise Refused("locked") from error
                why = error.code
        drill = Drill(
            id=begun.id,
            at=begun.at,
            by=session.user,
            target=begun.target.id,
            backup=begun.backup.id,
            ok=not why,
            why=why,
            seconds=max(1, round(self._clock.mono() - begun.mono)),
            records=found.records,
            sampled=found.sampled,
            key_proven=proven,
        )
        return drill, found.root

    def _is_proven(self, opened: Opened, begun: _Begun, request: DrillRequest) -> bool:
        """The groups that were asked for; the whole key, typed once, leaves verifiers for the next time."""
        if begun.groups:
            numbers, typed = begun.groups, request.typed
            return opened.database.read(lambda tx: recoverygroups.are_right(tx, numbers, typed))
        whole = request.typed[0]
        try:
            recovery_slot(read_slots(self._folder.keys), whole)
        except SealwellError:
            return False
        written = write_recovery_key(read_recovery_key(whole))
        opened.database.write(lambda tx: recoverygroups.keep(tx, written, begun.officer))
        return True

    def _keep(self, tx: Tx, record: Recorder, opened: Opened, drill: Drill, root: str) -> Drill:
        vault = opened.vault
        key = load_log_key(tx, vault.vault_id, vault.key(WRAP_INFO))
        kept = replace(drill, report=signed(key, vault.vault_id, drill, root))
        drills.add(tx, kept)
        record(
            Event(
                Act.DRILL_DONE,
                obj=kept.id,
                outcome="ok" if kept.ok else "failed",
                why=kept.why,
                det={"records": kept.records, "seconds": kept.seconds},
            )
        )
        if kept.ok:
            for task in tasks.open_ones(tx, DRILL_DUE):
                tasks.close(tx, task.id, TaskState.DONE, kept.at, kept.by)
                record(Event(Act.TASK_ENDED, task.id, det={"task-kind": DRILL_DUE, "result": "done"}))
        return kept

    def _paper(self, opened: Opened, drill: Drill) -> bytes:
        """Empty where this program cannot print: the drill itself stands, and so does its report."""

        def lay_out(tx: Tx) -> Document:
            vault = opened.vault
            key = load_log_key(tx, vault.vault_id, vault.key(WRAP_INFO))
            return report_paper(tx, drill, key.vkey)

        document = opened.database.read(lay_out)
        try:
            return self._printer.print_pdf(document)
        except Refused as refused:
            if refused.code != "printing-unavailable":
                raise
            return b""


def _chosen(tx: Tx, wanted: TargetId | None) -> tuple[Target, Backup]:
    """The target and the newest backup that is whole there; without a wish the one that has the newest."""
    live = targets.listing(tx, live=True)
    if wanted is not None:
        live = [one for one in live if one.id == wanted]
        if not live:
            raise InputError("target-unknown")
    found = [(one, there[0]) for one in live if (there := backups.whole_at(tx, one.id))]
    if not found:
        raise Refused("drill-no-backup")
    return max(found, key=lambda one: (one[1].records, one[1].made_at))


def _write(to: Path, paper: bytes) -> None:
    if not paper:
        raise Refused("printing-unavailable", library="Qt")
    try:
        write_private(to, paper)
    except OSError:
        raise InputError("file-not-written", file=to.name) from None


def _nobody_watches(_done: int, _of: int) -> bool:
    return True
