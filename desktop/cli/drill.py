"""`backup drill`, `backup kit` and `backup new-key`: does it come back, and what opens it then?"""

from __future__ import annotations

import getpass
from pathlib import Path

from desktop.cli import shapes
from desktop.cli.arguments import WrongUse
from desktop.cli.cards import put_paper
from desktop.cli.commands import Call, free_file, text_of
from desktop.cli.console import Console
from desktop.models.safekeeping import TargetId
from desktop.office.values_backups import DrillRequest, DrillShown, KitRequest


def backup_drill(call: Call) -> int:
    """Exit 1 where it failed. With `--asks` only the numbers of the groups to type."""
    args, console, session = call.args, call.console, call.session()
    if args.asks:
        groups = call.office.drill_asks(session).groups
        console.emit({"groups": list(groups)}, [_wanted(console, groups)])
        return 0
    typed = _given(console) if console.stdin else _prompted(console, call.office.drill_asks(session).groups)
    request = DrillRequest(
        typed,
        TargetId(args.target) if args.target else None,
        str(Path(args.to).absolute()) if args.to else "",
    )
    shown = call.office.run_drill(session, request, console.progress())
    console.emit(_shape(console, shown))
    return 0 if shown.drill.ok else 1


def backup_kit(call: Call) -> None:
    """The recovery key stands on it only where it is given here."""
    args, session = call.args, call.session()
    to = free_file(args.to)
    given = call.console.ask("recovery_key") if args.with_key else {}
    key = text_of(given, "recovery_key") if given else ""
    put_paper(call, to, call.office.print_kit(session, KitRequest(key)))


def backup_new_key(call: Call) -> None:
    made = call.office.renew_recovery_key(call.session())
    call.console.emit({"recovery_key": made.recovery_key})


def _given(console: Console) -> tuple[str, ...]:
    typed = console.document().get("typed")
    if not isinstance(typed, list) or not all(isinstance(one, str) for one in typed):
        raise WrongUse(console.texts.say("cli.wrong-document", field="typed"))
    return tuple(typed)


def _prompted(console: Console, groups: tuple[int, ...]) -> tuple[str, ...]:
    if not console.source.isatty():
        raise WrongUse(console.texts.say("cli.needs-input"))
    say = console.texts.say
    asked = [say("cli.ask.group", number=number) for number in groups] or [say("cli.ask.recovery_key")]
    return tuple(getpass.getpass(f"{words}: ", stream=console.err) for words in asked)


def _wanted(console: Console, groups: tuple[int, ...]) -> str:
    say = console.texts.say
    return ", ".join(say("cli.ask.group", number=one) for one in groups) or say("cli.ask.recovery_key")


def _shape(console: Console, shown: DrillShown) -> shapes.Doc:
    drill = shown.drill
    return {
        "id": drill.id,
        "ok": drill.ok,
        "reason": shapes.maybe_reason(console, shown.reason),
        "target": drill.target,
        "backup": drill.backup,
        "seconds": drill.seconds,
        "records": drill.records,
        "sampled": drill.sampled,
        "key_proven": drill.key_proven,
        "report": drill.report,
    }
