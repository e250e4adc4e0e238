"""`mailbox`: what came back, in files or in the mailboxes that the practice reads."""

from __future__ import annotations

from desktop.cli import shapes
from desktop.cli.arguments import WrongUse
from desktop.cli.commands import Call, read_file
from desktop.cli.relays import agreement, maybe_path, maybe_word, number, word
from desktop.config import CONTENT_LIMITS
from desktop.errors import InputError
from desktop.models.delivery import AccountId, Auth
from desktop.office.values_delivery import MailboxLine, MailboxRequest


def mailbox_add(call: Call) -> None:
    """Stores without connecting; `mailbox test` connects."""
    session = call.session()
    given = call.console.document()
    try:
        request = MailboxRequest(
            name=maybe_word(given, "name"),
            host=word(given, "host"),
            port=number(given, "port"),
            security=word(given, "security"),
            user=word(given, "user"),
            password=maybe_word(given, "password"),
            address=maybe_word(given, "address"),
            ca_file=maybe_path(given, "ca_file"),
            auth=Auth(maybe_word(given, "auth") or Auth.PASSWORD),
            folder=maybe_word(given, "folder") or "INBOX",
            sent_folder=maybe_word(given, "sent_folder"),
            minutes=number(given, "minutes") if given.get("minutes") is not None else 5,
            tidy=given.get("tidy") is True,
            baa=agreement(given.get("baa")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise WrongUse(call.console.texts.say("cli.wrong-document", field=str(error).strip("'"))) from error
    call.console.emit({"id": call.office.add_mailbox(session, request).id})


def mailbox_list(call: Call) -> None:
    lines = call.office.list_mailboxes(call.session())
    call.console.emit({"mailboxes": [_line(call, line) for line in lines]})


def mailbox_test(call: Call) -> None:
    """Each step with its words; nothing is read or changed."""
    answer = call.office.test_mailbox(call.session(), AccountId(call.args.mailbox))
    steps = [
        {"step": step.step, "ok": step.ok, "reason": call.console.reason(step.reason)}
        for step in answer.steps
    ]
    call.console.emit({"ok": answer.ok, "steps": steps})


def mailbox_retire(call: Call) -> None:
    lines = call.office.retire_mailbox(call.session(), AccountId(call.args.mailbox))
    call.console.emit({"mailboxes": [_line(call, line) for line in lines]})


def mailbox_poll(call: Call) -> None:
    """Read all mailboxes now; what one of them refuses stands in `trouble`."""
    answer = call.office.poll_mailbox(call.session())
    call.console.emit(
        {
            "counts": answer.counts,
            "matched": answer.matched,
            "trouble": [call.console.reason(reason) for reason in answer.trouble],
        }
    )


def mailbox_received(call: Call) -> None:
    """What waits for somebody first."""
    shown = call.office.list_received(call.session(), call.args.limit)
    rows = [
        {
            "id": line.id,
            "at": shapes.moment(line.at),
            "kind": line.kind,
            "state": line.state.value,
            "person": line.person,
            "message": line.message,
            "matched": line.matched.value or None,
        }
        for line in shown.lines
    ]
    call.console.emit({"new": shown.new, "received": rows})


def _line(call: Call, line: MailboxLine) -> shapes.Doc:
    return {
        "id": line.id,
        "name": line.name,
        "host": line.host,
        "port": line.port,
        "security": line.security,
        "address": line.address,
        "folder": line.folder,
        "minutes": line.minutes,
        "tidy": line.tidy,
        "problem": shapes.maybe_reason(call.console, line.baa_problem),
        "polled_at": shapes.moment(line.polled_at),
        "trouble": shapes.maybe_reason(call.console, line.trouble),
        "retired_at": shapes.moment(line.retired_at),
    }


def mailbox_classify(call: Call) -> None:
    """Needs no practice; a file that cannot be read is an answer, too."""
    for path in call.args.files:
        try:
            found = call.office.classify_mail(read_file(path, CONTENT_LIMITS.mail_bytes)[0])
        except InputError as error:
            words, _ = call.console.texts.error(error.code, error.params)
            reason = {"code": error.code, "words": words}
            call.console.emit_line({"file": path, "kind": "message", "recipients": [], "reason": reason})
            continue
        call.console.emit_line(
            {
                "file": path,
                "kind": found.kind,
                "recipients": [
                    {"address": one.address, "action": one.action, "status": one.status, "hard": one.hard}
                    for one in found.recipients
                ],
            }
        )
