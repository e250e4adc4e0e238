"""`updates …`: new versions of the program, told, fetched and proved; never installed."""

from __future__ import annotations

from pathlib import Path

from desktop.cli import shapes
from desktop.cli.commands import Call
from desktop.cli.console import Console
from desktop.office.values_updates import UpdateCheckFile, UpdateOffer, UpdatesShown


def updates_show(call: Call) -> None:
    _emit(call.console, call.office.show_updates(call.session()))


def updates_allow(call: Call) -> None:
    _emit(call.console, call.office.allow_updates(call.session(), True))


def updates_forbid(call: Call) -> None:
    _emit(call.console, call.office.allow_updates(call.session(), False))


def updates_check(call: Call) -> None:
    _emit(call.console, call.office.check_updates(call.session()))


def updates_verify(call: Call) -> None:
    args = call.args
    request = UpdateCheckFile(_whole(args.file), _whole(args.list) if args.list else "")
    found = call.office.verify_update(call.session(), request, call.console.progress())
    call.console.emit(
        {"name": found.name, "version": found.version, "system": found.system, "newer": found.newer},
        [call.console.texts.say("cli.update-genuine", name=found.name, version=found.version)],
    )


def updates_download(call: Call) -> None:
    into = _whole(call.args.into) if call.args.into else ""
    done = call.office.download_update(call.session(), into, call.console.progress())
    call.console.emit(
        {"path": done.path, "version": done.version, "bytes": done.bytes, "sha256": done.sha256},
        [call.console.texts.say("cli.update-downloaded", path=done.path, version=done.version)],
    )


def _whole(path: str) -> str:
    """The service may run in another folder."""
    return str(Path(path).absolute())


def _emit(console: Console, shown: UpdatesShown) -> None:
    problem = {"code": shown.problem, "words": console.texts.error(shown.problem, {})[0]}
    console.emit(
        {
            "version": shown.version,
            "allowed": shown.allowed,
            "state": shown.state,
            "offer": _offer(shown.offer) if shown.offer is not None else None,
            "checked_at": shapes.moment(shown.checked_at),
            "tried_at": shapes.moment(shown.tried_at),
            "problem": problem if shown.problem else None,
            "by_system": shown.by_system,
        }
    )


def _offer(offer: UpdateOffer) -> shapes.Doc:
    return {
        "version": offer.version,
        "severity": offer.severity,
        "released": shapes.moment(offer.released),
        "install_by": shapes.moment(offer.install_by),
        "notes": {"en": offer.notes_en, "es": offer.notes_es},
        "file": offer.file or None,
        "bytes": offer.bytes,
        "after": offer.after or None,
    }
