"""`backup`: backups made, listed, looked into, and the places where they lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from desktop.cli import shapes
from desktop.cli.arguments import WrongUse
from desktop.cli.commands import Call
from desktop.cli.console import Console
from desktop.cli.relays import agreement, maybe_path, maybe_word, number, word
from desktop.models.safekeeping import MOUNTED, Backup, Place, TargetId, TargetKind
from desktop.office.values_backups import (
    BackupsShown,
    StoredBackup,
    TargetLine,
    TargetRequest,
    TargetTested,
    VerifyRequest,
)

_FIELDS = frozenset({"name", "kind", "address", "user", "secret", "host_key", "ca_file"})
_MORE = frozenset({"every_hours", "own", "baa"})


def backup_create(call: Call) -> int:
    """Fails where there are targets and none of them took it."""
    made = call.office.create_backup(call.session(), call.console.progress())
    reasons = [(target, call.console.reason(why)) for target, why in made.failed]
    failed = [{"target": target, "reason": reason} for target, reason in reasons]
    one = made.backup
    call.console.emit(
        {"backup": _backup(one) if one else None, "copied": list(made.copied), "failed": failed},
        [
            call.console.texts.say("cli.backup-made", name=one.name)
            if one
            else call.console.texts.say("cli.backup-nothing-new"),
            call.console.texts.count("cli.backup-copied", len(made.copied)),
            *(reason["words"] for _, reason in reasons),
        ],
    )
    return 1 if failed and not made.copied else 0


def backup_list(call: Call) -> None:
    call.console.emit(_shown(call.console, call.office.show_backups(call.session())))


def backup_verify(call: Call) -> int:
    """Exit 1 where it is no good backup."""
    args = call.args
    if not (args.file or args.target):
        raise WrongUse(call.console.texts.say("cli.backup-which"))
    request = VerifyRequest(file=str(Path(args.file).absolute()) if not args.target else "")
    if args.target:
        request = VerifyRequest(TargetId(args.target), name=args.file)
    found = call.office.verify_backup(call.session(), request, call.console.progress())
    reason = shapes.maybe_reason(call.console, found.reason)
    call.console.emit(
        {
            "ok": found.ok,
            "name": found.name,
            "reason": reason,
            "records": found.records,
            "rows": found.rows,
        }
    )
    return 0 if found.ok else 1


def backup_target(call: Call) -> None:
    args, console = call.args, call.console
    session = call.session()
    if args.what == "list" and not args.target:
        shown = call.office.show_backups(session)
        console.emit({"targets": [_line(console, line) for line in shown.targets]})
    elif args.what == "list":
        stored = call.office.list_target(session, TargetId(args.target))
        console.emit({"backups": [_stored(one) for one in stored]})
    elif args.what == "add" or (args.what == "change" and args.target):
        request = _request(console, args.target)
        change = call.office.add_target if args.what == "add" else call.office.change_target
        console.emit(_line(console, change(session, request)))
    elif args.what == "test":
        given = console.stdin or not args.target
        request = _request(console, args.target) if given else _kept(call, args.target)
        console.emit(_tested(console, call.office.test_target(session, request)))
    elif args.target:
        console.emit(_shown(console, call.office.retire_target(session, TargetId(args.target))))
    else:
        raise WrongUse(console.texts.say("cli.backup-which-target"))


def _kept(call: Call, target: str) -> TargetRequest:
    """As it is kept: nothing of it is asked for again."""
    lines = call.office.show_backups(call.session()).targets
    for line in lines:
        if line.target.id == target:
            one = line.target
            return TargetRequest(
                one.name, one.place, every_hours=one.every_hours, own=one.own, baa=one.baa, target=one.id
            )
    raise WrongUse(call.console.texts.say("cli.backup-which-target"))


def _request(console: Console, target: str) -> TargetRequest:
    given = console.document()
    try:
        unknown = set(given) - _FIELDS - _MORE
        if unknown:
            raise KeyError(min(unknown))
        kind = TargetKind(word(given, "kind"))
        place = Place(
            kind,
            maybe_path(given, "address") if kind in MOUNTED else word(given, "address"),
            maybe_word(given, "user"),
            maybe_word(given, "host_key"),
            maybe_path(given, "ca_file"),
        )
        return TargetRequest(
            maybe_word(given, "name"),
            place,
            secret=maybe_word(given, "secret"),
            every_hours=number(given, "every_hours") if given.get("every_hours") is not None else 0,
            own=given.get("own") is True,
            baa=agreement(given.get("baa")),
            target=TargetId(target) if target else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise WrongUse(console.texts.say("cli.wrong-document", field=str(error).strip("'"))) from error


def _shown(console: Console, shown: BackupsShown) -> shapes.Doc:
    fresh = shown.freshness
    return {
        "freshness": {
            "state": fresh.state,
            "since": shapes.moment(fresh.since),
            "last": shapes.moment(fresh.last),
            "words": console.reason(fresh.words)["words"],
        },
        "targets": [_line(console, line) for line in shown.targets],
        "backups": [
            _backup(line.backup)
            | {
                "copies": [
                    {
                        "target": copy.target,
                        "put_at": shapes.moment(copy.put_at),
                        "removed_at": shapes.moment(copy.removed_at),
                    }
                    for copy in line.copies
                ]
            }
            for line in shown.history
        ],
        "drill_due": shapes.moment(shown.drill_due),
        "running": shown.running,
        "here_bytes": shown.here_bytes,
    }


def _backup(one: Backup) -> shapes.Doc:
    return {
        "id": one.id,
        "name": one.name,
        "made_at": shapes.moment(one.made_at),
        "whole": one.whole,
        "bytes": one.bytes,
        "records": one.records,
        "sha256": one.sha256,
    }


def _stored(one: StoredBackup) -> shapes.Doc:
    return {
        "name": one.name,
        "made_at": shapes.moment(one.made_at),
        "bytes": one.bytes,
        "whole": one.whole,
        "complete": one.complete,
    }


def _line(console: Console, line: TargetLine) -> shapes.Doc:
    """Never the secret."""
    target, last = line.target, line.last
    return {
        "id": target.id,
        "name": target.name,
        "kind": target.place.kind.value,
        "address": target.place.address,
        "user": target.place.user,
        "every_hours": target.every_hours,
        "own": target.own,
        "last": last.name if last else None,
        "last_at": shapes.moment(last.made_at) if last else None,
        "bytes": line.bytes,
        "behind": line.behind,
        "next_at": shapes.moment(line.next_at),
        "tried_at": shapes.moment(line.tried_at),
        "trouble": shapes.maybe_reason(console, line.trouble),
        "problem": shapes.maybe_reason(console, line.baa_problem),
        "same_disk": line.same_disk,
        "retired_at": shapes.moment(target.retired_at),
    }


def _tested(console: Console, tested: TargetTested) -> dict[str, Any]:
    return {
        "ok": tested.ok,
        "steps": [
            {"step": step.step, "ok": step.ok, "reason": console.reason(step.reason)} for step in tested.steps
        ],
        "host_key": tested.host_key or None,
        "fingerprint": tested.fingerprint or None,
    }
