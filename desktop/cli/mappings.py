"""`imports look` and `mappings`: what the columns of files mean, and the answers that are kept."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from desktop.cli import shapes
from desktop.cli.commands import Call, read_file
from desktop.cli.facts import wrong
from desktop.cli.relays import only, word, words
from desktop.config import LIMITS
from desktop.models.accounts import Session
from desktop.models.standing import MappingId
from desktop.office.values_imports import FileLook, FileSeen, MappingLine, MappingRequest
from desktop.texts import clean


def imports_look(call: Call) -> None:
    """Nothing is stored. `fields` are what a column can become."""
    seen = _look(call, call.session())
    columns = [
        {
            "title": clean(one.title),
            "field": one.guess,
            "sure": one.sure,
            "samples": [clean(sample) for sample in one.samples],
        }
        for one in seen.columns
    ]
    questions = [
        {
            "option": one.code,
            "choices": list(one.choices),
            "sample": clean(one.sample),
            "column": None if one.column is None else clean(seen.columns[one.column].title),
        }
        for one in seen.questions
    ]
    human = [f"{one['title']}: {one['field'] or '-'}{'' if one['sure'] else ' ?'}" for one in columns]
    human += [f"{one.code}: {' / '.join(one.choices)}?  {clean(one.sample)}" for one in seen.questions]
    call.console.emit(
        {
            "format": seen.format,
            "rows": seen.rows,
            "columns": columns,
            "questions": questions,
            "options": seen.options,
            "fields": [one.code for one in seen.fields],
            "mapping": seen.mapping.name if seen.mapping else None,
            "ready": seen.ready,
        },
        human,
    )


def mappings_keep(call: Call) -> None:
    """`columns` name a field or '' for each column of the file in turn; without them the guesses are kept."""
    session, given = call.session(), call.console.document()
    try:
        only(given, "name", "columns", "options")
        name, columns, options = word(given, "name"), words(given, "columns"), _options(given)
        seen = _look(call, session)
        if "columns" in given and len(columns) != len(seen.columns):
            raise ValueError("columns")
    except (KeyError, TypeError, ValueError) as error:
        raise wrong(call, error) from error
    kept = columns or tuple(one.guess for one in seen.columns)
    request = MappingRequest(name, call.args.kind, seen.signature, kept, {**seen.options, **options})
    _emit(call, [call.office.keep_mapping(session, request)])


def mappings_list(call: Call) -> None:
    _emit(call, call.office.list_mappings(call.session()))


def mappings_forget(call: Call) -> None:
    _emit(call, call.office.forget_mapping(call.session(), MappingId(call.args.mapping)))


def _look(call: Call, session: Session) -> FileSeen:
    data, modified = read_file(call.args.file, LIMITS.import_bytes)
    name = Path(call.args.file).name
    return call.office.look_at_file(session, FileLook(name, data, call.args.kind, modified))


def _options(given: dict[str, Any]) -> dict[str, str]:
    options = given.get("options") or {}
    if not isinstance(options, dict):
        raise TypeError("options")
    return {str(name): word(options, name) for name in options}


def _emit(call: Call, lines: Iterable[MappingLine]) -> None:
    answer = [
        {
            "id": one.id,
            "name": one.name,
            "kind": one.kind,
            "columns": list(one.columns),
            "options": one.options,
            "used": shapes.moment(one.used_at),
        }
        for one in lines
    ]
    human = [f"{one['id']}  {one['kind']}  {one['name']}" for one in answer]
    call.console.emit({"mappings": answer}, human or [call.console.texts.say("ui.imports.no-mappings")])
