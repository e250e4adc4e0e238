"""`cards`, `help` and `reach`: password cards, help for a patient, who can be reached."""

from __future__ import annotations

from pathlib import Path

from desktop.cli import shapes
from desktop.cli.commands import Call, free_file, read_file, text_of, write_file
from desktop.config import LIMITS
from desktop.models.records import MessageId, PersonId
from desktop.office.values import PassphraseRequest
from desktop.office.values_protection import HelpShown, IdentityCheck, Paper, SendAgain


def cards_print(call: Call) -> None:
    target = free_file(call.args.to)
    paper = call.office.print_card(call.session(), PersonId(call.args.person))
    put_paper(call, target, paper)


def cards_words(call: Call) -> None:
    shown = call.office.show_words(call.session(), PersonId(call.args.person))
    call.console.emit({"passphrase": shown.passphrase, "made": shapes.moment(shown.made_at)})


def cards_reissue(call: Call) -> None:
    session = call.session()
    given = call.console.ask("handed_over", "how")
    request = PassphraseRequest(
        PersonId(call.args.person), text_of(given, "handed_over"), text_of(given, "how")
    )
    made = call.office.reissue_card(session, request)
    call.console.emit(
        {"passphrase": made.passphrase, "messages": list(made.messages), "not_again": list(made.not_again)}
    )


def cards_phrase(call: Call) -> None:
    session, chosen = call.session(), call.args.phrase
    shown = call.office.set_phrase(session, chosen) if chosen else call.office.show_phrase(session)
    call.console.emit({"phrase": shown.phrase, "suggestion": shown.suggestion})


def help_show(call: Call) -> None:
    """Of a message, or of what was last written to a person."""
    session = call.session()
    if call.args.person:
        shown = call.office.help_person(session, PersonId(call.args.message))
    else:
        shown = call.office.help_patient(session, MessageId(call.args.message))
    call.console.emit(_shown(call, shown))


def help_check(call: Call) -> None:
    check = IdentityCheck(PersonId(call.args.person), tuple(call.args.asked))
    call.office.record_check(call.session(), check)
    call.console.emit({"ok": True})


def help_again(call: Call) -> None:
    queued = call.office.send_again(
        call.session(), SendAgain(MessageId(call.args.message), step=call.args.step)
    )
    call.console.emit(
        {
            "id": queued.id,
            "method": queued.method.value,
            "reasons": shapes.reasons(call.console, queued.reasons),
            "state": queued.state.value,
        }
    )


def help_print(call: Call) -> None:
    target = free_file(call.args.to)
    put_paper(call, target, call.office.print_message(call.session(), MessageId(call.args.message)))


def envelope_reply(call: Call) -> None:
    """An answer in a saved file, or in the mail (.eml) that brought it."""
    session = call.session()
    shown = call.office.open_reply(session, read_file(call.args.file, LIMITS.attachment_bytes)[0])
    call.console.emit(
        {
            "person": shown.person,
            "name": shown.name,
            "text": shown.text,
            "message": shown.message,
            "from_reader": shown.from_reader,
        }
    )


def reach(call: Call) -> None:
    console = call.console

    def progress(done: int, total: int) -> bool:
        console.say(console.texts.say("cli.counting", done=done, total=total))
        return True

    shown = call.office.reach(call.session(), progress)
    console.emit(
        {
            "total": shown.total,
            "counts": {method.value: number for method, number in shown.counts.items()},
            "remedies": shown.remedies,
            "best": console.reason(shown.best) if shown.best else None,
            "work_addresses": shown.work_addresses,
            "at": shapes.moment(shown.at),
        }
    )


def _shown(call: Call, shown: HelpShown) -> dict[str, object]:
    say = call.console.reason
    return {
        "message": shown.message,
        "person": shown.person,
        "name": shown.name,
        "method": shown.method.value,
        "form": shown.form.value if shown.form else None,
        "sees": {device: say(reason)["words"] for device, reason in shown.sees.items()},
        "answers": dict(shown.answers),
        "checked": shapes.moment(shown.checked_at),
        "steps": [
            {"step": one.step, "blocked": say(one.blocked) if one.blocked else None} for one in shown.steps
        ],
    }


def put_paper(call: Call, target: Path, paper: Paper) -> None:
    """Write a paper and say where."""
    call.console.emit({"file": write_file(target, paper.data)})
