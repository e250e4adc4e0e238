"""`restore`: a practice out of a backup, where there is none yet."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import Any

from desktop.cli.arguments import WrongUse
from desktop.cli.commands import Call, text_of
from desktop.cli.console import Console
from desktop.cli.relays import maybe_path, maybe_word, word
from desktop.errors import Refused
from desktop.models.safekeeping import MOUNTED, Place, TargetKind
from desktop.office.values_backups import BackupsFound, Restored, RestorePlace, RestoreRequest

NEWEST = "newest"
_TARGET = frozenset({"kind", "address", "user", "host_key", "ca_file", "secret"})


def restore(call: Call) -> None:
    """From a file, from a folder (the newest in it), or from the document's target by a name or `newest`."""
    console, args = call.console, call.args
    if args.list:
        given = console.document() if console.stdin else {}
        _emit_found(console, call.office.find_backups(_where(console, args.file, given)))
        return
    given = console.ask("user", "password", "reason", optional=("recovery_key", "key_pin"))
    file = Path(args.file)
    where = _where(console, str(file.parent) if args.newest and file.is_file() else args.file, given)
    remote = "target" in given
    if remote and where.place.kind is TargetKind.SFTP and not where.place.host_key:
        found = call.office.find_backups(where)
        raise Refused("restore-host-key", key=found.host_key, fingerprint=found.fingerprint)
    request = RestoreRequest(
        where,
        user=text_of(given, "user"),
        password=text_of(given, "password"),
        reason=text_of(given, "reason"),
        recovery_key=maybe_word(given, "recovery_key"),
        key_pin=maybe_word(given, "key_pin"),
        name="" if args.newest or args.file == NEWEST or not remote else args.file,
        to=str(Path(args.to).absolute()) if args.to else "",
    )
    _emit(console, call.office.restore(request, console.progress()))


def _where(console: Console, file: str, given: dict[str, Any]) -> RestorePlace:
    if "target" not in given:
        return RestorePlace(Place(TargetKind.FOLDER, str(Path(file).absolute())))
    target = given["target"]
    try:
        unknown = set(target) - _TARGET
        if unknown:
            raise KeyError(min(unknown))
        kind, address = TargetKind(word(target, "kind")), word(target, "address")
        place = Place(
            kind,
            str(Path(address).absolute()) if kind in MOUNTED else address,
            maybe_word(target, "user"),
            maybe_word(target, "host_key"),
            maybe_path(target, "ca_file"),
        )
        return RestorePlace(place, maybe_word(target, "secret"))
    except (KeyError, TypeError, ValueError) as error:
        raise WrongUse(console.texts.say("cli.wrong-document", field=str(error).strip("'"))) from error


def _emit(console: Console, done: Restored) -> None:
    say = console.texts.say
    human = [
        say("cli.restored", folder=done.folder, made=f"{done.made_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"),
        console.texts.count("cli.restored-waiting", done.waiting),
    ]
    if done.recovery_key:
        human.append(say("cli.restored-key", key=done.recovery_key))
    console.emit(
        {
            "folder": done.folder,
            "name": done.name,
            "made_at": done.made_at.isoformat(),
            "records": done.records,
            "waiting": done.waiting,
            "seconds": done.seconds,
            "recovery_key": done.recovery_key or None,
        },
        human,
    )


def _emit_found(console: Console, found: BackupsFound) -> None:
    backups = [
        {
            "name": one.name,
            "made_at": one.made_at.isoformat(),
            "bytes": one.bytes,
            "whole": one.whole,
            "complete": one.complete,
        }
        for one in found.backups
    ]
    shown = {"backups": backups, "host_key": found.host_key or None, "fingerprint": found.fingerprint or None}
    human = [f"{one.name}  {one.bytes}" for one in found.backups]
    console.emit(shown, human)
