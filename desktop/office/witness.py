"""What the witnesses say, for people: the log's state, a checkpoint, the printed page, a gap explained."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.audit.logkey import PUBLIC, write_vkey
from desktop.audit.note import parse_checkpoint
from desktop.audit.outside import seen
from desktop.audit.tokens import keep_reason
from desktop.audit.witness import KEYRING, OUTSIDE, PAPER, Gap, Mark, compare, tree_at
from desktop.clock import Clock
from desktop.errors import InputError, Refused, VaultError
from desktop.models import audit as kept
from desktop.models import audit_proofs as proofs
from desktop.models import settings, vaultkeys, witnesses
from desktop.models.accounts import Session
from desktop.models.audit_proofs import KeptCheckpoint
from desktop.models.database import Tx
from desktop.models.documents import Document, Facts, Paragraph, Printer, QrCode, Style
from desktop.models.witnesses import GivenMark
from desktop.office.desk import Desk, Opened, Recorder
from desktop.office.logwatch import LogWatch
from desktop.office.values_audit import (
    CheckpointMade,
    GapExplained,
    LogGap,
    LogState,
    ReportMade,
    WitnessLine,
)
from desktop.office.witness_mail import mailed
from desktop.paths import write_private
from desktop.texts import Texts

FRESH = timedelta(days=1)
"""How old the youngest witness outside may be (SECURITY.md, G22)."""
CAUSES = ("restored-backup", "moved-computer", "disk-failure", "unknown")
GAP_BANNER = "log-gap"
STALE_BANNER = "witness-stale"
"""Codes of `SignedIn.banners`; the words are `ui.banner.<code>`."""
_REASON = 500


class Witnesses:
    """The part of the door that is about checkpoints and who keeps them."""

    def __init__(
        self, desk: Desk, log_watch: LogWatch, clock: Clock, printer: Callable[[], Printer] | None
    ) -> None:
        self._desk = desk
        self._watch = log_watch
        self._clock = clock
        self._printer = printer

    def make_checkpoint(self, session: Session) -> CheckpointMade:
        """A signed checkpoint over everything up to now, the record of asking for it included."""
        opened = self._desk.opened()
        self._desk.write(
            session, Action.MAKE_CHECKPOINT, lambda _, record: record(Event(Act.CHECKPOINT_ASKED))
        )
        return self._newest(opened)

    def _newest(self, opened: Opened) -> CheckpointMade:
        self._watch.checkpoint()

        def look(tx: Tx) -> CheckpointMade:
            made = proofs.newest(tx)
            if made is None:
                raise VaultError("log-damaged")
            root = parse_checkpoint(_text_of(made)).root.hex()
            return CheckpointMade(made.size, root, made.note, _vkey(tx, opened))

        return opened.database.read(look)

    def log_state(self, session: Session) -> LogState:
        """Where the log stands and who outside knows; for everybody, because a gap concerns everybody."""
        mark = self._asked()
        now = self._clock.now()

        def look(tx: Tx) -> LogState:
            newest = proofs.newest(tx)
            lines = (_near(tx, mark), *_outside(tx))
            return LogState(
                size=_size(tx),
                last_checkpoint=newest.made_at if newest else None,
                witnesses=lines,
                stale=is_stale(tx, now),
                gap=_gap_line(self._watch.gap),
            )

        return self._desk.read(
            session,
            Action.SHOW_LOG_STATE,
            look,
            lambda state: Event(Act.LOG_STATE_SHOWN, det={"count": len(state.witnesses)}),
        )

    def _asked(self) -> Mark | None:
        """What the keyring knows; None where there is none, or it cannot be asked."""
        witness = self._watch.witness
        if witness is None:
            return None
        try:
            return witness.known()
        except VaultError:
            return None

    def print_witness(self, session: Session, to: str) -> ReportMade:
        """The monthly page: a PDF, or the same words as text, by the ending of `to`.

        Raises InputError "witness-format", "file-exists", "file-not-written".
        """
        opened = self._desk.check(session, Action.PRINT_WITNESS)
        target = Path(to)
        if target.suffix.lower() not in (".pdf", ".txt") or (
            target.suffix.lower() == ".pdf" and self._printer is None
        ):
            raise InputError("witness-format")
        if target.exists():
            raise InputError("file-exists", file=target.name)
        made, now = self._newest(opened), self._clock.now()
        page = opened.database.read(lambda tx: witness_page(tx, made, now))
        if target.suffix.lower() == ".pdf" and self._printer is not None:
            data = self._printer().print_pdf(page)
        else:
            data = as_text(page).encode("utf-8")

        def note(tx: Tx, record: Recorder) -> None:
            record(Event(Act.WITNESS_PRINTED, det={"records": made.size}))
            witnesses.put(tx, GivenMark(PAPER, made.size, made.note, now))
            try:
                write_private(target, data)
            except OSError:
                raise InputError("file-not-written", file=target.name) from None

        self._desk.write(session, Action.PRINT_WITNESS, note)
        return ReportMade(to, made.size)

    def explain_gap(self, session: Session, request: GapExplained) -> LogState:
        """Says why entries are missing; from here on everything works, and the witnesses go on.

        Raises Refused "no-gap", InputError "gap-cause-unknown", "reason-missing".
        """
        opened = self._desk.check(session, Action.EXPLAIN_GAP)
        gap, why = self._watch.gap, request.reason.strip()
        if gap is None:
            raise Refused("no-gap")
        if request.cause not in CAUSES:
            raise InputError("gap-cause-unknown")
        if not why or len(why) > _REASON:
            raise InputError("reason-missing")

        def explain(tx: Tx, record: Recorder) -> None:
            det = {
                **keep_reason(tx, opened.token_key, why),
                "first": gap.first,
                "last": gap.last,
                "root": tree_at(tx).root().hex(),
            }
            if gap.root:
                det["root-before"] = gap.root
            record(Event(Act.LOG_RESTORE_GAP, why=request.cause, det=det))
            self._watch.explained(tx)

        self._desk.write(session, Action.EXPLAIN_GAP, explain)
        self._watch.resume()
        return self.log_state(session)


def banners(tx: Tx, gap: Gap | None, now: datetime) -> tuple[str, ...]:
    """What stands across the window from the sign-in on."""
    found = (GAP_BANNER, gap is not None), (STALE_BANNER, is_stale(tx, now))
    return tuple(code for code, shown in found if shown)


def is_stale(tx: Tx, now: datetime) -> bool:
    """Whether nobody outside has seen a checkpoint for a day; a log younger than that is not stale."""
    times = [mark.at for mark in _marks(tx).values()]
    first = next(kept.records(tx, limit=1), None)
    began = seen(first).at if first is not None else None
    if not times and began is not None:
        times = [began]
    return not times or now - max(times) > FRESH


def witness_page(tx: Tx, made: CheckpointMade, now: datetime) -> Document:
    """The page that is kept with the practice's papers, in its language."""
    language = settings.get(tx, "language") or "en"
    texts, practice = Texts(language), settings.get(tx, "practice-name") or ""
    day = now.astimezone(ZoneInfo(settings.get(tx, "zone") or "UTC")).strftime("%Y-%m-%d %H:%M")
    facts = Facts(
        (
            (texts.say("report.witness.day"), day),
            (texts.say("report.witness.entries"), str(made.size)),
        )
    )
    return Document(
        title=texts.say("report.witness.title"),
        language=language,
        subtitle=(practice,),
        blocks=(
            Paragraph(texts.say("report.witness.why")),
            facts,
            Paragraph(texts.say("report.witness.root"), Style.HEADING),
            Paragraph(made.root, Style.EXACT),
            Paragraph(texts.say("report.witness.note"), Style.HEADING),
            *(Paragraph(line, Style.EXACT) for line in made.note.splitlines() if line),
            QrCode(made.note, texts.say("report.witness.caption")),
            Paragraph(texts.say("report.witness.key"), Style.HEADING),
            Paragraph(made.vkey, Style.EXACT),
        ),
        footer=practice,
    )


def as_text(page: Document) -> str:
    """The same page without pictures: the code holds nothing that is not in the text."""
    lines = [page.title, *page.subtitle, ""]
    for block in page.blocks:
        if isinstance(block, Paragraph):
            lines += [block.text] if block.style is Style.EXACT else ["", block.text]
        elif isinstance(block, Facts):
            lines += ["", *(f"{name}: {value}" for name, value in block.rows)]
    return "\n".join(lines) + "\n"


def _marks(tx: Tx) -> dict[str, GivenMark]:
    """The last mark of each witness outside."""
    found = {kind: mark for kind, mark in witnesses.listing(tx).items() if kind in OUTSIDE}
    letter = mailed(tx)
    return found | {letter.kind: letter} if letter is not None else found


def _outside(tx: Tx) -> tuple[WitnessLine, ...]:
    return tuple(WitnessLine(mark.kind, mark.size, mark.at, None) for mark in _marks(tx).values())


def _near(tx: Tx, mark: Mark | None) -> WitnessLine:
    if mark is None:
        return WitnessLine(KEYRING, 0, None, None)
    return WitnessLine(KEYRING, mark.size, mark.at, compare(tx, mark, KEYRING) is None)


def _gap_line(gap: Gap | None) -> LogGap | None:
    return LogGap(gap.first, gap.last, gap.since, gap.witness, gap.kind) if gap is not None else None


def _size(tx: Tx) -> int:
    head = kept.last(tx)
    return head.seq if head is not None else 0


def _vkey(tx: Tx, opened: Opened) -> str:
    public = vaultkeys.get(tx, PUBLIC)
    if public is None:
        raise VaultError("log-key-damaged")
    return write_vkey(f"sealwell.local/{opened.vault.vault_id.hex()}", public)


def _text_of(made: KeptCheckpoint) -> str:
    return made.note.partition("\n\n")[0] + "\n"
