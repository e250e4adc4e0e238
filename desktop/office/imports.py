"""Files of people and schedules: looked at, tried, taken in, and taken back.

A file is read in the limited worker and outside every transaction; what it holds goes in as
one transaction or not at all. A trial is the same work, undone.
"""

from __future__ import annotations

from collections.abc import Mapping

from desktop.access.roles import FIELD_GROUPS, Action, FieldGroup
from desktop.audit.events import Act, Event
from desktop.audit.tables import csv_row
from desktop.campaigns.retiring import retire
from desktop.clock import Clock
from desktop.errors import InputError, Refused, SealwellError
from desktop.models import importlog, mappings, settings, users
from desktop.models.accounts import Session, UserId
from desktop.models.database import Tx
from desktop.models.importlog import KeptImport, KeptReject
from desktop.models.records import ImportId
from desktop.models.standing import MappingId
from desktop.office.api import Progress
from desktop.office.desk import Desk, Opened, Recorder
from desktop.office.intake import (
    ABSENT,
    ANSWERS,
    DATE_ORDER,
    Intake,
    Look,
    Outcome,
    Prepared,
    Pull,
    from_json,
    saved_options,
)
from desktop.office.mapping_desk import mapping_line
from desktop.office.reach import forget as forget_reach
from desktop.office.values import (
    AppointmentsImport,
    AppointmentsImported,
    ImportRequest,
    PeopleImported,
    RejectedRow,
)
from desktop.office.values_imports import (
    GONE,
    KEPT,
    PEOPLE,
    REMOVED,
    VISITS,
    ColumnSeen,
    FieldOffered,
    FileLook,
    FileSeen,
    ImportLine,
    ImportOrder,
    ImportReport,
    ImportShown,
    ImportsShown,
    ImportUndone,
    QuestionSeen,
    RowsFile,
)
from desktop.people.columns import COLUMNS
from desktop.people.mapping import CUSTOM, Certainty
from desktop.people.undoing import undo_import
from desktop.texts import Texts

_ACTIONS: Mapping[str, Action] = {PEOPLE: Action.IMPORT_PEOPLE, VISITS: Action.IMPORT_APPOINTMENTS}
_MOST = 500
"""Of one page of the history."""


class Imports:
    """Fulfils `ImportDoor`, and the two fixed forms of the command line."""

    def __init__(self, desk: Desk, clock: Clock, intake: Intake) -> None:
        self._desk = desk
        self._clock = clock
        self._intake = intake

    # --- before ---------------------------------------------------------------------------

    def look_at_file(self, session: Session, look: FileLook) -> FileSeen:
        """Format, columns with guesses and samples, and what has to be asked.

        Raises InputError where the file as a whole cannot be used.
        """
        opened = self._desk.check(session, Action.MAP_COLUMNS)
        try:
            sheet = self._intake.read(look.data, look.kind)

            def see(tx: Tx) -> FileSeen:
                seen = self._intake.see(sheet, look.kind, self._intake.known(tx, sheet, look.kind))
                return _seen(look, seen, settings.get(tx, "appointments-mode") or "")

            answer = opened.database.read(see)
        except SealwellError as error:
            self._desk.note_refusal(session, Act.IMPORT_REFUSED, error)
            raise
        event = Event(Act.IMPORT_LOOKED_AT, det={"count": answer.rows})
        self._desk.write(session, Action.MAP_COLUMNS, lambda _, record: record(event))
        return answer

    def try_import(
        self, session: Session, order: ImportOrder, progress: Progress | None = None
    ) -> ImportReport:
        """The same work as `run_import`, undone."""
        self._desk.check(session, Action.MAP_COLUMNS)
        return self._take_in(session, order, progress, dry_run=True).report(order.file.kind, stored=False)

    def run_import(
        self, session: Session, order: ImportOrder, progress: Progress | None = None
    ) -> ImportReport:
        """Every row that passes, or none. Raises InputError, `confirm-needed` among them;
        Refused("cancelled").
        """
        self._desk.check(session, Action.MAP_COLUMNS)
        return self._take_in(session, order, progress, dry_run=False).report(order.file.kind, stored=True)

    def import_people(
        self, session: Session, request: ImportRequest, progress: Progress | None = None
    ) -> PeopleImported:
        """All rows that pass, or none, by the saved mapping or the usual names of the columns."""
        self._desk.check(session, Action.IMPORT_PEOPLE)
        order = ImportOrder(
            _file_of(request, PEOPLE),
            options=_answers(request),
            mapping=self._mapping(request, PEOPLE),
            strict=request.strict,
        )
        brought = self._take_in(session, order, progress, dry_run=request.dry_run)
        return PeopleImported(
            brought.created,
            brought.updated,
            brought.unchanged,
            _rows(brought),
            brought.ignored,
            None if request.dry_run else brought.id,
        )

    def import_appointments(
        self, session: Session, request: AppointmentsImport, progress: Progress | None = None
    ) -> AppointmentsImported:
        """The whole schedule of its days, or changes; what must be confirmed stores nothing."""
        self._desk.check(session, Action.IMPORT_APPOINTMENTS)
        file = request.file
        order = ImportOrder(
            _file_of(file, VISITS),
            options=_answers(file) | ({ABSENT: request.mode} if request.mode else {}),
            mapping=self._mapping(file, VISITS),
            strict=file.strict,
            confirm=request.confirm,
        )
        brought = self._take_in(session, order, progress, dry_run=file.dry_run)
        return AppointmentsImported(
            brought.created,
            brought.updated,
            brought.unchanged,
            _rows(brought),
            brought.cancelled,
            brought.days,
            file.modified,
            None if file.dry_run else brought.id,
        )

    def _mapping(self, request: ImportRequest, kind: str) -> MappingId | None:
        """By id or name. Raises InputError "mapping-unknown"."""
        if not request.mapping:
            return None
        known = self._desk.opened().database.read(lambda tx: mappings.listed(tx, kind))
        found = next((one.id for one in known if request.mapping in (one.id, one.name)), None)
        if found is None:
            raise InputError("mapping-unknown")
        return found

    def _take_in(
        self, session: Session, order: ImportOrder, progress: Progress | None, *, dry_run: bool
    ) -> Outcome:
        try:
            action = _ACTIONS.get(order.file.kind)
            if action is None:
                raise InputError("kind-unknown")
            opened = self._desk.check(session, action)
            prepared = self._prepared(opened, order, progress)

            def store(tx: Tx, record: Recorder) -> Outcome:
                return self._intake.store(
                    tx, record, prepared, order, session.user, Pull(opened.outbox, session)
                )

            if dry_run:
                kind = order.file.kind
                return self._desk.rehearse(session, action, store, lambda made: made.event(kind, tried=True))
            outcome = self._desk.write(session, action, store)
        except SealwellError as error:
            self._desk.note_refusal(session, Act.IMPORT_REFUSED, error)
            raise
        opened.names.forget()
        return outcome

    def _prepared(self, opened: Opened, order: ImportOrder, progress: Progress | None) -> Prepared:
        sheet = self._intake.read(order.file.data, order.file.kind)
        known = opened.database.read(lambda tx: self._intake.known(tx, sheet, order.file.kind, order.mapping))
        return self._intake.prepare(order, sheet, known, progress)

    # --- after ----------------------------------------------------------------------------

    def list_imports(self, session: Session, limit: int = 100, offset: int = 0) -> ImportsShown:
        """Newest first."""

        def look(tx: Tx) -> ImportsShown:
            rows = importlog.listing(tx, max(0, min(limit, _MOST)), max(0, offset))
            names = _user_names(tx)
            return ImportsShown(tuple(_line(row, names) for row in rows), importlog.count(tx))

        return self._desk.read(
            session,
            Action.LIST_IMPORTS,
            look,
            lambda shown: Event(Act.IMPORTS_LISTED, det={"count": len(shown.imports)}),
        )

    def show_import(self, session: Session, import_id: ImportId) -> ImportShown:
        """Raises InputError "import-unknown"."""

        def look(tx: Tx) -> ImportShown:
            row = _found(tx, import_id)
            names = _user_names(tx)
            saved = mappings.get(tx, row.mapping) if row.mapping else None
            undone_by = names.get(UserId(row.undone_by), "")
            return ImportShown(
                _line(row, names), from_json(row.report), saved.name if saved else "", undone_by
            )

        return self._desk.read(
            session,
            Action.LIST_IMPORTS,
            look,
            lambda shown: Event(Act.IMPORT_SHOWN, import_id, det={"rejected": shown.line.rejected}),
        )

    def rejected_rows(self, session: Session, import_id: ImportId) -> RowsFile:
        """What was left out, as the file had it, with line and problem behind it. Raises InputError
        "import-unknown", "import-forgotten"; Refused "rows-none" where nothing was left out,
        "not-allowed" where somebody else's file may hold more than the role sees.
        """

        def look(tx: Tx) -> RowsFile:
            row, left_out = _found(tx, import_id), importlog.rejects(tx, import_id)
            if row.by != session.user and FieldGroup.CLINICAL not in FIELD_GROUPS[session.role]:
                raise Refused("not-allowed")
            if not left_out:
                raise InputError("import-forgotten") if row.rejected else Refused("rows-none")
            return _rows_file(row, left_out, Texts(settings.get(tx, "language") or "en"))

        return self._desk.read(
            session,
            Action.LIST_IMPORTS,
            look,
            lambda made: Event(Act.IMPORT_SHOWN, import_id, det={"rejected": made.rows}),
        )

    def undo_import(self, session: Session, import_id: ImportId) -> ImportUndone:
        """What it brought goes, what it changed comes back; refusals stay.

        Raises InputError "import-unknown", "import-undone-before", "import-forgotten".
        """

        pull = Pull(self._desk.check(session, Action.UNDO_IMPORT).outbox, session)

        def undo(tx: Tx, record: Recorder) -> ImportUndone:
            done = undo_import(tx, import_id, session.user, self._clock.now())
            back = done.restored + done.removed + done.withdrawn
            det = {"updated": back, "unchanged": done.changed_since}
            record(Event(Act.PEOPLE_IMPORT_UNDONE, import_id, det=det))
            forget_reach(tx)
            pull.waiting(tx, self._clock)
            retire(tx, pull.outbox, session)
            line = _line(_found(tx, import_id), _user_names(tx))
            return ImportUndone(
                line, done.restored, done.removed, done.withdrawn, done.refusals_kept, done.changed_since
            )

        answer = self._desk.write(session, Action.UNDO_IMPORT, undo)
        self._desk.opened().names.forget()
        return answer

    def settle_source_file(self, session: Session, import_id: ImportId, what: str) -> ImportLine:
        """Record what became of the clear-text file. Raises InputError "import-unknown",
        "answer-unknown"."""

        def settle(tx: Tx, record: Recorder) -> ImportLine:
            if what not in (REMOVED, KEPT, GONE):
                raise InputError("answer-unknown")
            _found(tx, import_id)
            importlog.settle(tx, import_id, what)
            record(Event(Act.SOURCE_FILE_SETTLED, import_id, det={"source-file": what}))
            return _line(_found(tx, import_id), _user_names(tx))

        return self._desk.write(session, Action.MAP_COLUMNS, settle)


def _file_of(request: ImportRequest, kind: str) -> FileLook:
    return FileLook(request.name, data=request.data, kind=kind, modified=request.modified)


def _answers(request: ImportRequest) -> dict[str, str]:
    return {DATE_ORDER: request.date_order} if request.date_order else {}


def _rows(outcome: Outcome) -> tuple[RejectedRow, ...]:
    return tuple(RejectedRow(row.line, row.reason) for row in outcome.rejected)


def _found(tx: Tx, import_id: ImportId) -> KeptImport:
    row = importlog.get(tx, import_id)
    if row is None:
        raise InputError("import-unknown")
    return row


def _user_names(tx: Tx) -> dict[UserId, str]:
    return {user.id: user.name for user in users.listing(tx)}


def _line(row: KeptImport, names: Mapping[UserId, str]) -> ImportLine:
    return ImportLine(
        id=row.id,
        kind=row.kind,
        file_name=row.file_name,
        format=row.format,
        at=row.at,
        by=row.by,
        by_name=names.get(row.by, ""),
        created=row.created,
        updated=row.updated,
        unchanged=row.unchanged,
        rejected=row.rejected,
        undone_at=row.undone_at,
        source_file=row.source_file,
    )


def _seen(look: FileLook, seen: Look, mode: str) -> FileSeen:
    saved, taken = seen.known.saved, seen.mapping.columns
    columns = tuple(
        ColumnSeen(
            one.position,
            one.header,
            taken.get(one.position, ""),
            saved is not None or one.certainty is Certainty.SURE,
            one.samples,
        )
        for one in seen.guesses
    )
    own = (FieldOffered(name) for name in COLUMNS[look.kind])
    others = (FieldOffered(f"{CUSTOM}{one.name}", one.label) for one in seen.known.fields)
    asked = tuple(
        QuestionSeen(one.code, ANSWERS.get(one.code, ()), next(iter(one.samples), ""), one.position)
        for one in seen.asked
    )
    options = saved_options(seen.mapping.options)
    if look.kind == VISITS and mode and ABSENT not in options:
        options[ABSENT] = mode
    return FileSeen(
        name=look.name,
        kind=look.kind,
        format=seen.sheet.format,
        rows=seen.rows,
        columns=columns,
        fields=(*own, *others),
        questions=asked,
        options=options,
        signature=seen.signature,
        ready=not asked and all(one.sure for one in columns),
        mapping=mapping_line(saved, len(columns)) if saved else None,
    )


def _rows_file(row: KeptImport, left_out: list[KeptReject], texts: Texts) -> RowsFile:
    """The file's own columns first, so that the corrected file can be taken in as it stands."""
    header = [str(name) for name in row.report.get("header", ())]
    width = max([len(header), *(len(one.cells) for one in left_out)])
    heads = [*header, *[""] * (width - len(header))]
    lines = [csv_row([*heads, texts.say("import.rows.line"), texts.say("import.rows.problem")])]
    for one in left_out:
        cells = [*one.cells, *[""] * (width - len(one.cells))]
        words = texts.say(f"reason.{one.reason.code}", **one.reason.params)
        lines.append(csv_row([*cells, str(one.line), words]))
    return RowsFile(f"{row.at.date().isoformat()}-left-out.csv", len(left_out), data=b"".join(lines))
