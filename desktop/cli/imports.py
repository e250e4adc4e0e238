"""`people import`, `appointments import`, `imports`, `folders` and `people export`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from desktop.cli import shapes
from desktop.cli.arguments import WrongUse
from desktop.cli.commands import Call, free_file, read_file, write_file
from desktop.cli.console import Console
from desktop.cli.shapes import Doc
from desktop.config import LIMITS
from desktop.errors import InputError
from desktop.models.accounts import Session
from desktop.models.records import ImportId
from desktop.models.standing import FolderId, MappingId
from desktop.office.source_file import Mark, mark_of, remove_source
from desktop.office.values import AppointmentsImport, ImportRequest
from desktop.office.values_imports import (
    FolderLine,
    FolderRequest,
    ImportLine,
    PeopleExport,
    ProblemGroup,
)
from desktop.texts import clean

_TITLE = 40
"""Characters of a column's title."""


def people_import(call: Call) -> int | None:
    session = call.session()
    request, mark = _request(call)
    answer = call.office.import_people(session, request)
    if answer.ignored_columns:
        names = ", ".join(clean(one, _TITLE) for one in answer.ignored_columns)
        call.console.say(call.console.texts.say("ui.people.ignored", names=names))
    return _taken_in(call, session, shapes.people_imported(call.console, answer), mark)


def appointments_import(call: Call) -> int | None:
    args = call.args
    mode = "whole" if args.whole else "changes" if args.changes else None
    session = call.session()
    request, mark = _request(call)
    answer = call.office.import_appointments(session, AppointmentsImport(request, mode, args.confirm))
    return _taken_in(call, session, shapes.appointments_imported(call.console, answer), mark)


def _request(call: Call) -> tuple[ImportRequest, Mark | None]:
    args = call.args
    if args.remove and args.dry_run:
        raise WrongUse(call.console.texts.say("cli.remove-or-dry-run"))
    mark = mark_of(Path(args.file))
    data, modified = read_file(args.file, LIMITS.import_bytes)
    request = ImportRequest(
        Path(args.file).name,
        data=data,
        modified=modified,
        strict=args.strict,
        dry_run=args.dry_run,
        mapping=args.mapping,
        date_order=args.date_order,
    )
    return request, mark


def _taken_in(call: Call, session: Session, answer: Doc, mark: Mark | None) -> int | None:
    """The answer, and what becomes of the file; exit code 1 where only its removal failed."""
    id_ = answer["import"]
    if id_ is None or not call.args.remove:
        call.console.emit(answer)
        if id_ is not None:
            call.console.say(call.console.texts.say("cli.import-source", id=id_))
        return None
    try:
        what = remove_source(Path(call.args.file), mark)
    except InputError as error:
        message, hint = call.console.texts.error(error.code, error.params)
        why = {"code": error.code, "message": message, "hint": hint}
        call.console.emit({**answer, "source_file": None, "why": why})
        return 1
    line = call.office.settle_source_file(session, ImportId(id_), what)
    call.console.emit({**answer, "source_file": line.source_file})
    return None


def imports_list(call: Call) -> None:
    shown = call.office.list_imports(call.session(), call.args.limit, call.args.skip)
    lines = [_import(line) for line in shown.imports]
    call.console.emit(
        {"imports": lines, "total": shown.total}, [_words(call, line) for line in shown.imports]
    )


def imports_show(call: Call) -> None:
    shown = call.office.show_import(call.session(), ImportId(call.args.import_id))
    problems = _problems(call.console, shown.problems)
    answer = {**_import(shown.line), "mapping": shown.mapping, "problems": problems}
    human = [_words(call, shown.line), *(f"  {one['count']}  {one['reason']['words']}" for one in problems)]
    call.console.emit(answer, human)


def imports_undo(call: Call) -> None:
    done = call.office.undo_import(call.session(), ImportId(call.args.import_id))
    call.console.emit(
        {
            "import": done.line.id,
            "restored": done.restored,
            "removed": done.removed,
            "withdrawn": done.withdrawn,
            "refusals_kept": done.refusals_kept,
            "changed_since": done.changed_since,
        }
    )


def imports_rejected(call: Call) -> None:
    target = free_file(call.args.to)
    made = call.office.rejected_rows(call.session(), ImportId(call.args.import_id))
    call.console.emit({"file": write_file(target, made.data), "rows": made.rows})


def imports_file(call: Call) -> None:
    """The answer alone: a command never removes a file that it was not given."""
    line = call.office.settle_source_file(call.session(), ImportId(call.args.import_id), call.args.what)
    call.console.emit(_import(line))


def folders_add(call: Call) -> None:
    args = call.args
    request = FolderRequest(
        str(Path(args.folder).absolute()),
        args.kind,
        MappingId(args.mapping) if args.mapping else None,
        args.minutes,
    )
    call.console.emit(_folder(call.console, call.office.watch_folder(call.session(), request)))


def folders_list(call: Call) -> None:
    _folders(call, call.office.list_folders(call.session()))


def folders_forget(call: Call) -> None:
    _folders(call, call.office.forget_folder(call.session(), FolderId(call.args.folder)))


def people_export(call: Call) -> None:
    """`{pending}` and exit 0 where somebody must approve first; afterwards the same command again."""
    session, args = call.session(), call.args
    request = PeopleExport(args.format, str(Path(args.to).absolute()), args.reason, args.approval)
    done = call.office.export_people(session, request, call.console.progress())
    if done.pending:
        call.console.say(call.console.texts.say("cli.people-export-pending"))
        answer = {"pending": done.pending, "people": done.people, "from": shapes.moment(done.from_)}
        call.console.emit(answer)
    else:
        call.console.emit({"file": done.file, "people": done.people})


# --- shapes ----------------------------------------------------------------------------


def _import(line: ImportLine) -> Doc:
    return {
        "id": line.id,
        "kind": line.kind,
        "file": clean(line.file_name),
        "format": line.format,
        "at": shapes.moment(line.at),
        "by": line.by_name,
        "created": line.created,
        "updated": line.updated,
        "unchanged": line.unchanged,
        "rejected": line.rejected,
        "undone": shapes.moment(line.undone_at),
        "source_file": line.source_file or None,
    }


def _words(call: Call, line: ImportLine) -> str:
    say = call.console.texts.say
    did = say(
        f"ui.imports.fact-{line.kind}",
        created=line.created,
        updated=line.updated,
        unchanged=line.unchanged,
    )
    parts = [line.id, f"{line.at.astimezone():%Y-%m-%d %H:%M}", clean(line.file_name), did]
    if line.rejected:
        parts.append(call.console.texts.count("cli.left-out", line.rejected))
    if line.undone_at is not None:
        parts.append(say("ui.imports.undone-mark"))
    return "  ".join(parts)


def _problems(console: Console, groups: Iterable[ProblemGroup]) -> list[Doc]:
    return [
        {"reason": console.reason(one.reason), "count": one.count, "lines": list(one.lines)} for one in groups
    ]


def _folder(console: Console, line: FolderLine) -> Doc:
    return {
        "id": line.id,
        "path": line.path,
        "kind": line.kind,
        "mapping": line.mapping or None,
        "minutes": line.minutes,
        "taken": line.taken,
        "looked": shapes.moment(line.looked_at),
        "trouble": console.reason(line.trouble) if line.trouble else None,
    }


def _folders(call: Call, lines: Iterable[FolderLine]) -> None:
    answer = [_folder(call.console, one) for one in lines]
    human = [f"{one['id']}  {one['kind']}  {clean(one['path'])}" for one in answer]
    call.console.emit({"folders": answer}, human or [call.console.texts.say("ui.imports.no-folders")])
