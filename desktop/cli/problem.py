"""`sealwell problem`: a report that names nobody, shown and perhaps saved; nothing is sent."""

from __future__ import annotations

import os
from pathlib import Path

from desktop.cli.commands import TOKEN_VARIABLE, Call, free_file, write_file
from desktop.errors import SealwellError
from desktop.paths import PracticeFolder, default_practice
from desktop.problem import Section, collect, rows_of


def problem(call: Call) -> None:
    """Everything that it holds is printed, whether or not it is saved too."""
    named, texts = call.args.practice, call.console.texts
    folder = PracticeFolder(Path(named).absolute()) if named else default_practice()
    made = collect(folder, "", _asked(call))
    if call.args.out:
        target = free_file(call.args.out)
        write_file(target, made.written(texts, as_json=target.suffix.lower() == ".json"))
    if call.console.as_json:
        call.console.emit(made.document())
    else:
        call.console.out.write(made.text(texts))


def _asked(call: Call) -> list[Section]:
    """What does not answer is a part of the report."""
    try:
        checks = call.office.doctor().checks
    except SealwellError as error:
        return [Section("checks", (("service", error.code),))]
    found = [Section("checks", tuple((one.check, "ok" if one.ok else one.reason.code) for one in checks))]
    if os.environ.get(TOKEN_VARIABLE):
        facts = call.office.report_problem(call.session())
        found.append(Section("practice", tuple(rows_of({**facts.counts, **facts.switches}))))
    return found
