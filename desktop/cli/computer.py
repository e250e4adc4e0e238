"""`emergency`, `move …` and `retire`: a computer that broke, one that comes, one that goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from desktop.cli.commands import Call, day_of, free_file, text_of, write_file
from desktop.cli.console import Console
from desktop.errors import InputError
from desktop.office.values_backups import (
    ArrivalShown,
    EmergencyRequest,
    EmergencyShown,
    EmergencyVisit,
    MoveItem,
    RetireRequest,
)


def emergency(call: Call) -> None:
    """The day's visits as lines, or as a paper with `--to`; by password, or with `--recovery` by the key."""
    args = call.args
    secret = "recovery_key" if args.recovery else "password"
    day = day_of(call.console, args.day)
    target = free_file(args.to) if args.to else None
    given = call.console.ask("user", secret, "reason", optional=() if args.recovery else ("key_pin",))
    request = EmergencyRequest(
        text_of(given, "user"),
        text_of(given, "reason"),
        password="" if args.recovery else text_of(given, "password"),
        recovery_key=text_of(given, "recovery_key") if args.recovery else "",
        key_pin=text_of(given, "key_pin") if given.get("key_pin") else "",
        day=day,
    )
    shown = call.office.open_emergency(request, call.console.progress())
    if target is not None:
        if not shown.paper:
            raise InputError("file-not-written", file=target.name)
        write_file(target, shown.paper)
    _emit_emergency(call, shown, target)


def move_plan(call: Call) -> None:
    plan = call.office.plan_move(call.session())
    items = _items(call.console, plan.items)
    freshness = call.console.reason(plan.freshness.words)
    call.console.emit(
        {"ready": plan.ready, "freshness": freshness, "items": items},
        [freshness["words"], *(one["reason"]["words"] for one in items)],
    )


def move_arrival(call: Call) -> None:
    _emit_arrival(call, call.office.show_arrival(call.session()))


def move_settle(call: Call) -> None:
    _emit_arrival(call, call.office.settle_arrival(call.session(), call.args.item))


def retire(call: Call) -> None:
    """Nothing on this computer opens any more."""
    session = call.session()
    given = call.console.ask("practice", "reason")
    request = RetireRequest(
        text_of(given, "practice"), str(Path(call.args.to).absolute()), text_of(given, "reason")
    )
    done = call.office.retire_computer(session, request, call.console.progress())
    say = call.console.texts.say
    call.console.emit(
        {"certificate": done.certificate, "destroyed": list(done.destroyed), "left": list(done.left)},
        [say("cli.retired", file=done.certificate or "-"), *done.left],
    )


def _emit_emergency(call: Call, shown: EmergencyShown, target: Path | None) -> None:
    console = call.console
    lines = [_line(one) for one in shown.visits]
    calls = [_line(one) for one in shown.calls]
    damage = [{"kind": one.kind, "what": one.what, "lost": one.lost} for one in shown.damage]
    if not shown.recorded:
        console.say(console.texts.say("paper.emergency.not-recorded"))
    if damage:
        console.say(console.texts.say("paper.emergency.damage.lead"))
    console.emit(
        {
            "practice": shown.practice,
            "day": shown.day.isoformat(),
            "visits": [_visit(console, one) for one in shown.visits],
            "calls": [_visit(console, one) for one in shown.calls],
            "damage": damage,
            "recorded": shown.recorded,
            "file": str(target) if target is not None else None,
        },
        [
            f"{shown.practice} {shown.day.isoformat()}",
            *(lines or [console.texts.say("paper.emergency.no-visits")]),
            console.texts.say("paper.emergency.calls"),
            *(calls or [console.texts.say("paper.emergency.no-calls")]),
        ],
    )


def _line(one: EmergencyVisit) -> str:
    return "  ".join(part for part in (one.at, one.name or "?", one.phone, one.provider, one.kind) if part)


def _visit(console: Console, one: EmergencyVisit) -> dict[str, object]:
    return {
        "day": one.day.isoformat() if one.day is not None else None,
        "at": one.at,
        "name": one.name,
        "phone": one.phone,
        "kind": one.kind,
        "provider": one.provider,
        "why": console.reason(one.why) if one.why is not None else None,
    }


def _emit_arrival(call: Call, shown: ArrivalShown) -> None:
    items = _items(call.console, shown.items)
    waiting = [one["reason"]["words"] for one in items if not one["done"]]
    call.console.emit({"items": items}, waiting or [call.console.texts.say("cli.arrival-done")])


def _items(console: Console, items: tuple[MoveItem, ...]) -> list[dict[str, Any]]:
    return [{"item": one.item, "done": one.done, "reason": console.reason(one.reason)} for one in items]
