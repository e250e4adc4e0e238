"""`outbox …` beside `list` and `run`, and `reminders call-list`."""

from __future__ import annotations

from datetime import UTC, datetime

from desktop.cli import shapes
from desktop.cli.arguments import WrongUse
from desktop.cli.cards import put_paper
from desktop.cli.commands import Call, day_of, free_file
from desktop.models.delivery import EVERYTHING, Pause, Scope
from desktop.models.records import MessageId
from desktop.office.values_delivery import (
    CallList,
    MessageShown,
    PauseRequest,
    PausesShown,
    Resend,
    Resolution,
    Resume,
    WouldGo,
)


def outbox_show(call: Call) -> None:
    shown = call.office.show_message(call.session(), MessageId(call.args.message))
    call.console.emit(_message(call, shown))


def outbox_pause(call: Call) -> None:
    """Without a scope everything; with `--list` only what is paused."""
    session = call.session()
    if call.args.list:
        call.console.emit(_pauses(call, call.office.list_pauses(session)))
        return
    request = PauseRequest(_scope(call), _until(call))
    call.console.emit(_pauses(call, call.office.pause_sending(session, request)))


def outbox_resume(call: Call) -> None:
    """With `--look` what would leave, and `seen` for the resume of what the program paused."""
    session, scope = call.session(), _scope(call)
    if call.args.look:
        shown = call.office.would_go(session, scope)
        call.console.emit(_would_go(call, shown))
        return
    resumed = call.office.resume_sending(session, Resume(scope, call.args.seen or ""))
    call.console.emit(_pauses(call, resumed))


def outbox_cancel(call: Call) -> None:
    """Messages by id, or everything that waits in a scope."""
    if bool(call.args.messages) == bool(call.args.scope):
        raise WrongUse(call.console.texts.say("cli.messages-or-scope"))
    session = call.session()
    if call.args.scope:
        answer = call.office.cancel_scope(session, Scope(call.args.scope))
    else:
        wanted = tuple(MessageId(one) for one in call.args.messages)
        answer = call.office.cancel_messages(session, wanted)
    call.console.emit({"cancelled": answer.cancelled, "too_late": answer.too_late})


def outbox_resolve(call: Call) -> None:
    """What somebody wrote down about it comes on standard input: it may name people."""
    session = call.session()
    note = str(call.console.document().get("note") or "") if call.console.stdin else ""
    resolution = Resolution(MessageId(call.args.message), call.args.how, note)
    call.console.emit(_message(call, call.office.resolve_message(session, resolution)))


def outbox_resend(call: Call) -> None:
    sent = call.office.resend_message(call.session(), Resend(MessageId(call.args.message)))
    queued = sent.queued
    call.console.emit(
        {
            "id": queued.id,
            "replaces": sent.replaces,
            "method": queued.method.value,
            "reasons": shapes.reasons(call.console, queued.reasons),
            "state": queued.state.value,
        }
    )


def reminders_call_list(call: Call) -> None:
    """As lines, or as a paper with `--to`."""
    day = day_of(call.console, call.args.date)
    if call.args.to:
        target = free_file(call.args.to)
        put_paper(call, target, call.office.print_call_list(call.session(), day))
        return
    made = call.office.call_list(call.session(), day)
    call.console.emit(_calls(call, made), _called(call, made))


def _scope(call: Call) -> Scope:
    return Scope(call.args.scope or EVERYTHING)


def _until(call: Call) -> datetime | None:
    """A moment with its zone, as the program prints them; without a zone UTC."""
    if not call.args.until:
        return None
    try:
        moment = datetime.fromisoformat(call.args.until)
    except ValueError as error:
        raise WrongUse(call.console.texts.say("cli.not-a-moment")) from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _pause(call: Call, one: Pause) -> shapes.Doc:
    return {
        "scope": one.scope,
        "reason": call.console.reason(one.reason),
        "by": one.by,
        "at": shapes.moment(one.at),
        "until": shapes.moment(one.until),
    }


def _pauses(call: Call, shown: PausesShown) -> shapes.Doc:
    return {"pauses": [_pause(call, one) for one in shown.pauses], "waiting": shown.waiting}


def _would_go(call: Call, shown: WouldGo) -> shapes.Doc:
    return {
        "go": [shapes.outbox_line(line) for line in shown.go],
        "late": [shapes.outbox_line(line) for line in shown.late],
        "uncertain": [shapes.outbox_line(line) for line in shown.uncertain],
        "pause": _pause(call, shown.pause) if shown.pause is not None else None,
        "seen": shown.seen,
    }


def _message(call: Call, shown: MessageShown) -> shapes.Doc:
    may = {
        "cancel": shown.can_cancel,
        "pause": shown.can_pause,
        "resolve": shown.can_resolve,
        "resend": shown.can_resend,
    }
    return {
        **shapes.outbox_line(shown.line),
        "relay": shown.relay,
        "reason": shapes.maybe_reason(call.console, shown.line.reason),
        "phases": [
            {
                "at": shapes.moment(line.at),
                "phase": line.phase,
                "words": call.console.reason(line.words)["words"],
                "reply": line.reply,
            }
            for line in shown.phases
        ],
        "may": [name for name, allowed in may.items() if allowed],
        "pause": _pause(call, shown.pause) if shown.pause is not None else None,
        "silence_until": shapes.moment(shown.silence_until),
    }


def _calls(call: Call, made: CallList) -> shapes.Doc:
    return {
        "day": made.day.isoformat(),
        "calls": [
            {
                "message": line.message,
                "person": line.person,
                "name": line.name,
                "phone": line.phone,
                "start": line.start.isoformat() if line.start is not None else None,
                "provider": line.provider,
                "reason": call.console.reason(line.reason),
            }
            for line in made.lines
        ],
    }


def _called(call: Call, made: CallList) -> list[str]:
    say = call.console.reason
    lines = [
        f"{line.start:%Y-%m-%d %H:%M}  {line.name}  {line.phone}  {say(line.reason)['words']}"
        if line.start is not None
        else f"{line.name}  {line.phone}  {say(line.reason)['words']}"
        for line in made.lines
    ]
    return lines or [call.console.texts.say("paper.calls.nobody")]
