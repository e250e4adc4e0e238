"""`audit checkpoint|state|witness|explain-gap|marks`: what proves the log to somebody later."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from desktop.cli import shapes
from desktop.cli.commands import Call, free_file, text_of, write_file
from desktop.office.values_audit import GapExplained, LogState

Doc = dict[str, Any]


def audit_checkpoint(call: Call) -> None:
    """With `--to` the signed note alone goes into the file, as a witness keeps it."""
    target = free_file(call.args.to) if call.args.to else None
    made = call.office.make_checkpoint(call.session())
    file = write_file(target, made.note.encode("utf-8")) if target is not None else None
    call.console.emit(
        {
            "size": made.size,
            "root": made.root,
            "note": made.note,
            "vkey": made.vkey,
            "file": file,
        }
    )


def audit_state(call: Call) -> int:
    """Exit code 1 where entries are missing."""
    state = call.office.log_state(call.session())
    call.console.emit(_state(call, state))
    return 1 if state.gap is not None else 0


def audit_witness(call: Call) -> None:
    """The page for the practice's papers, as PDF or text."""
    made = call.office.print_witness(call.session(), str(Path(call.args.to).absolute()))
    call.console.emit({"file": made.file, "records": made.rows})


def audit_explain_gap(call: Call) -> None:
    session, args = call.session(), call.args
    call.console.emit(_state(call, call.office.explain_gap(session, GapExplained(args.cause, args.reason))))


def audit_marks(call: Call) -> int:
    """The security officer's check, with the recovery key from standard input or typed."""
    session = call.session()
    found = call.office.check_marks(session, text_of(call.console.ask("recovery_key"), "recovery_key"))
    call.console.emit(
        {"ok": found.ok, "records": found.records, "first_bad": found.first_bad, "class": found.class_}
    )
    return 0 if found.ok else 1


def _state(call: Call, state: LogState) -> Doc:
    texts, gap = call.console.texts, state.gap
    shown: Doc | None = None
    if gap is not None:
        shown = {
            "kind": gap.kind,
            "words": texts.say(f"ui.gap.{gap.kind}", first=gap.first, last=gap.last),
            "first": gap.first,
            "last": gap.last,
            "since": shapes.moment(gap.since) if gap.since else None,
            "witness": gap.witness,
        }
    return {
        "size": state.size,
        "last_checkpoint": shapes.moment(state.last_checkpoint) if state.last_checkpoint else None,
        "stale": state.stale,
        "gap": shown,
        "witnesses": [
            {
                "kind": line.kind,
                "words": texts.say(f"ui.witness.{line.kind}"),
                "size": line.size,
                "at": shapes.moment(line.at) if line.at else None,
                "agrees": line.agrees,
            }
            for line in state.witnesses
        ],
    }
