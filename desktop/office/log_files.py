"""Writing the log in each of its forms, once it is decided that it may be handed out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from desktop.audit.events import Act
from desktop.audit.export import Format, export_log, signature_file
from desktop.audit.fhir import Origin, fhir_bundle
from desktop.audit.fields import is_id
from desktop.audit.lines import Lines, Proofs, Scope, one_a_day
from desktop.audit.log import SYSTEM
from desktop.audit.logkey import LogKey
from desktop.audit.merkle import Range
from desktop.audit.note import Checkpoint, origin_of, sign_checkpoint
from desktop.audit.outside import watched
from desktop.audit.package import CHECKPOINT, KEY, LOG, README, REPORT, Member, verifiers, write_package
from desktop.audit.report import Head, Mark
from desktop.audit.syslog import syslog_lines
from desktop.audit.witness import tree_at
from desktop.compliance.handover import Selection, filter_words
from desktop.compliance.retention import start
from desktop.errors import InputError, Refused
from desktop.frozen import dataclass
from desktop.models import audit_proofs, settings, users
from desktop.models.database import Database, Tx
from desktop.models.documents import Document, Printer, Progress
from desktop.models.filters import AuditFilter
from desktop.models.records import AuditRecord
from desktop.office.values_audit import LogFormat
from desktop.paths import write_private_parts
from desktop.texts import Texts


class LatePrinter:
    """A printer that is made when the first paper is: Qt is loaded for papers only."""

    def __init__(self, make: Callable[[], Printer] | None) -> None:
        self._make = make

    def print_pdf(self, document: Document, progress: Progress | None = None) -> bytes:
        """Raises Refused "printing-unavailable", "cancelled"."""
        if self._make is None:
            raise Refused("printing-unavailable", library="Qt")
        return self._make().print_pdf(document, progress)


@dataclass(frozen=True)
class Practice:
    """What stands on every paper of this practice."""

    name: str
    zone: ZoneInfo
    language: str

    def head(self, made: datetime, by: str) -> Head:
        return Head(self.name, self.zone, made, by)


def practice_of(tx: Tx) -> Practice:
    return Practice(
        settings.get(tx, "practice-name") or "",
        ZoneInfo(settings.get(tx, "zone") or "UTC"),
        settings.get(tx, "language") or "en",
    )


def as_asked(tx: Tx, wanted: AuditFilter) -> AuditFilter:
    """The filter with a user's name as the id, and times without a zone as the practice's clocks go.

    Raises InputError "user-unknown", "event-unknown", "period-backwards".
    """
    actor, zone = wanted.actor, practice_of(tx).zone
    if actor is not None and actor != SYSTEM and not is_id(actor):
        user = users.by_name(tx, actor)
        if user is None:
            raise InputError("user-unknown")
        actor = user.id
    if any(act not in tuple(Act) for act in wanted.acts):
        raise InputError("event-unknown")
    since, until = (
        at.replace(tzinfo=zone) if at is not None and at.tzinfo is None else at
        for at in (wanted.since, wanted.until)
    )
    if since is not None and until is not None and since > until:
        raise InputError("period-backwards")
    return replace(wanted, actor=actor, since=since, until=until)


def mark_of(tx: Tx, key: LogKey, vault_id: bytes, last: int | None = None) -> Mark:
    """The signed checkpoint over the first `last` records (None: all), for a paper."""
    tree = tree_at(tx, last)
    return Mark(sign_checkpoint(key, Checkpoint(origin_of(vault_id), tree.stop, tree.root())), key.vkey)


def steps(database: Database, progress: Progress | None, number: int, of: int) -> Progress:
    """Progress of one of several steps; it also ends when the practice is locked."""

    def tell(done: int, total: int) -> bool:
        if database.closed:
            raise Refused("locked")
        return progress is None or progress(number * total + done, of * total)

    return tell


def refuse_existing(to: str, format_: LogFormat) -> Path:
    """The path, if nothing with content is there. Raises InputError "file-exists", "file-not-written"."""
    target = Path(to)
    if not target.name or not target.parent.is_dir():
        raise InputError("file-not-written", file=target.name)
    targets = [target, signature_file(target)] if format_ is LogFormat.CSV else [target]
    for one in targets:
        if one.exists() and (not one.is_file() or one.stat().st_size > 0):
            raise InputError("file-exists", file=one.name)
    return target


@dataclass(frozen=True)
class Handing:
    """One export: what, where to, and what signs it."""

    chosen: Selection
    to: Path
    key: LogKey
    vault_id: bytes
    made: datetime
    progress: Progress
    practice: Practice
    pdf: bytes = field(default=b"", repr=False)

    def write(self, tx: Tx, format_: LogFormat) -> None:
        """Raises InputError("file-not-written"), Refused "cancelled", "locked"; then nothing is left."""
        if format_ is LogFormat.PDF:
            self._parts((self.pdf,))
        elif format_ is LogFormat.FHIR:
            self._parts(fhir_bundle(self._shown(tx), Origin(self.vault_id.hex(), self.made)))
        elif format_ is LogFormat.SYSLOG:
            self._parts(syslog_lines(self._shown(tx)))
        elif format_ is LogFormat.CSV:
            export_log(self._shown(tx), self.to, Format.CSV, self.key, self.made)
        elif format_ is LogFormat.JSONL:
            self._parts(self._lines(tx).parts())
        else:
            self._package(tx)

    def _parts(self, parts: Iterable[bytes]) -> None:
        try:
            write_private_parts(self.to, parts)
        except OSError:
            raise InputError("file-not-written", file=self.to.name) from None

    def _package(self, tx: Tx) -> None:
        lines = self._lines(tx)
        about: dict[str, str | int] = {
            "practice": self.practice.name,
            "vault": self.vault_id.hex(),
            "records": self.chosen.records,
            "size": self.chosen.last,
        }

        def members() -> Iterator[Member]:
            yield Member(README, (readme(Texts(self.practice.language), self.practice.name).encode(),))
            yield Member(LOG, lines.parts())
            yield Member(REPORT, (self.pdf,))
            yield Member(CHECKPOINT, (lines.checkpoint.encode(),))
            yield Member(KEY, (f"{self.key.vkey}\n".encode(),))
            yield from verifiers()

        write_package(self.to, members(), about, self.made)

    def _lines(self, tx: Tx) -> Lines:
        last = self.chosen.last
        kept = audit_proofs.checkpoints(tx)
        points = one_a_day((one.size, one.note, one.made_at) for one in kept if one.size <= last)
        gone = start(tx)
        words = filter_words(self.chosen.filter)
        scope = Scope(words, self.chosen.shows if words else None, purged=gone.tree if gone else Range())
        records = watched(self.chosen.all_until(tx), last, self.progress)
        return Lines(records, self.key, self.made, scope, Proofs(points, audit_proofs.macs(tx)))

    def _shown(self, tx: Tx) -> Iterator[AuditRecord]:
        return watched(self.chosen.read(tx), self.chosen.records, self.progress)


def readme(texts: Texts, practice: str) -> str:
    """How somebody without the program checks the package, in plain words."""
    say: Callable[[str], str] = lambda code: texts.say(f"package.{code}", practice=practice)  # noqa: E731
    python = f'    python3 -I auditverify.py {LOG} --key "$(cat {KEY})"'
    node = f'    node auditverify.mjs {LOG} --key "$(cat {KEY})"'
    files = (README, LOG, REPORT, CHECKPOINT, KEY, "auditverify.py, auditverify.mjs", "manifest.json")
    names = ("readme", "log", "report", "checkpoint", "key", "verifiers", "manifest")
    listed = "\n".join(f"  {file}: {say(f'file.{name}')}" for file, name in zip(files, names, strict=True))
    parts = [say("title"), say("what"), say("check"), f"{python}\n{node}", say("whole"), say("trust"), listed]
    return "\n\n".join([*parts, say("inside")]) + "\n"
