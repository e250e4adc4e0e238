"""One function per command: ask, call the office, print the fixed form."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from desktop.cli import shapes
from desktop.cli.arguments import WrongUse
from desktop.cli.console import Console
from desktop.config import LIMITS
from desktop.errors import InputError, Refused
from desktop.frozen import dataclass
from desktop.models.accounts import Session
from desktop.models.correspondence import ConversationId
from desktop.models.records import Label, Method, PersonId, RelayId
from desktop.office.api import Office
from desktop.office.values import (
    AttachmentIn,
    CallOpened,
    Explained,
    KeyImport,
    LetterRequest,
    PassphraseRequest,
)
from desktop.office.values_entry import Credentials, NewPractice, Recovery
from desktop.paths import write_private
from desktop.texts import clean

_SECOND_FACTORS = ("code", "recovery_code", "key_pin")
TOKEN_VARIABLE = "SEALWELL_TOKEN"  # noqa: S105 - the variable's name, not a secret


@dataclass(frozen=True)
class Call:
    """What a command has at hand."""

    office: Office
    console: Console
    args: argparse.Namespace

    def session(self) -> Session:
        """The token's session; `no-token` where none was given."""
        token = os.environ.get(TOKEN_VARIABLE, "")
        if not token:
            raise Refused("no-token")
        return self.office.resume(token).session


def read_file(path: str, limit: int) -> tuple[bytes, datetime]:
    """The file's bytes and its age; known errors where it cannot be read."""
    file = Path(path)
    try:
        facts = file.stat()
        if facts.st_size > limit:
            raise InputError("file-too-large", file=clean(file.name), mebibytes=limit // 1024 // 1024)
        return file.read_bytes(), datetime.fromtimestamp(facts.st_mtime, UTC)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError("file-missing", file=clean(file.name)) from error
    except (OSError, ValueError) as error:  # a folder, no right to it, a name that no file can have
        raise InputError("file-not-readable", file=clean(file.name)) from error


def free_file(to: str) -> Path:
    """Where a file may be written. Nothing is overwritten: it may be somebody's signed form.

    Asked before the work is done and recorded. Raises InputError "file-exists".
    """
    target = Path(to).absolute()
    if target.exists() and (not target.is_file() or target.stat().st_size > 0):
        raise InputError("file-exists", file=clean(target.name))
    return target


def write_file(target: Path, data: bytes) -> str:
    """Where it was written. Raises InputError "file-not-written"."""
    try:
        write_private(target, data)
    except OSError as error:
        raise InputError("file-not-written", file=clean(target.name)) from error
    return str(target)


def init(call: Call) -> None:
    given = call.console.ask("practice", "zone", "user", "password")
    made = call.office.create_practice(
        NewPractice(
            practice=text_of(given, "practice"),
            zone=text_of(given, "zone"),
            user=text_of(given, "user"),
            password=text_of(given, "password"),
            language=str(given.get("language") or "en"),
        )
    )
    if not made.keyring_share:
        call.console.say(call.console.texts.say("cli.no-keyring"))
    call.console.emit(
        {"practice_id": made.practice_id, "totp_uri": made.totp_uri, "recovery_key": made.recovery_key}
    )


def signin(call: Call) -> None:
    """The second factor may be a code, a saved recovery code, or the PIN of a security key."""
    given = call.console.ask("user", "password", optional=("code",))
    office = call.office
    signed = office.sign_in(
        Credentials(
            text_of(given, "user"),
            password=text_of(given, "password"),
            **{name: text_of(given, name) for name in _SECOND_FACTORS if given.get(name)},
        )
    )
    answer = office.issue_token(signed.session)
    call.console.emit(
        {
            "token": answer.token,
            "user": answer.session.user_name,
            "role": answer.session.role.value,
            "expires_in": answer.expires_in,
        }
    )


def signout(call: Call) -> None:
    call.office.sign_out(call.session())
    call.console.emit({"ok": True}, [call.console.texts.say("cli.signed-out")])


def recover(call: Call) -> None:
    _break_glass(call, call.console.ask("user", "recovery_key", "password"))


def unlock(call: Call) -> None:
    """With `--recovery` alone: an ordinary unlock is a sign-in."""
    _break_glass(call, call.console.ask("user", "recovery_key", "password", "reason"))


def _break_glass(call: Call, given: dict[str, Any]) -> None:
    made = call.office.recover(
        Recovery(
            text_of(given, "user"),
            recovery_key=text_of(given, "recovery_key"),
            password=text_of(given, "password"),
            reason=str(given.get("reason") or ""),
        )
    )
    call.console.emit({"recovery_key": made.recovery_key})


def doctor(call: Call) -> None:
    if os.environ.get(TOKEN_VARIABLE):
        call.session()
    say = call.console.reason
    checks = [
        {"check": item.check, "ok": item.ok, "words": say(item.reason)["words"]}
        for item in call.office.doctor().checks
    ]
    marks = {True: "ok", False: "--"}
    call.console.emit(
        {"checks": checks},
        [f"{marks[item['ok'] is True]}  {item['check']}: {item['words']}" for item in checks],
    )


def people_search(call: Call) -> None:
    found = call.office.search_people(call.session(), call.args.text)
    lines = [{"id": one.id, "name": one.name, "email": one.email} for one in found.people]
    human = [f"{one.id}  {clean(one.name)}  {one.email}" for one in found.people]
    call.console.emit({"people": lines}, human or [call.console.texts.say("cli.nobody")])


def people_show(call: Call) -> None:
    shown = call.office.show_person(call.session(), PersonId(call.args.person))
    call.console.emit(shapes.person(call.console, shown))


def people_set(call: Call) -> None:
    session = call.session()
    changes = typed_fields(call)
    shown = call.office.set_person(session, PersonId(call.args.person), changes)
    call.console.emit(shapes.person(call.console, shown))


def people_passphrase(call: Call) -> None:
    session = call.session()
    given = call.console.ask("handed_over", "how")
    made = call.office.make_passphrase(
        session,
        PassphraseRequest(PersonId(call.args.person), text_of(given, "handed_over"), text_of(given, "how")),
    )
    call.console.emit({"passphrase": made.passphrase})


def keys_import(call: Call) -> None:
    session = call.session()
    data, _ = read_file(call.args.file, LIMITS.attachment_bytes)
    key = call.office.import_key(
        session, KeyImport(PersonId(call.args.person), call.args.fingerprint, data=data)
    )
    call.console.emit(
        {
            "id": key.id,
            "kind": key.kind.value,
            "fingerprint": key.fingerprint,
            "expires": shapes.moment(key.expires),
        }
    )


def message_send(call: Call) -> None:
    session = call.session()
    given = call.console.document()
    named = given.get("attachments") or []
    if not isinstance(named, list) or not all(isinstance(path, str) for path in named):
        raise WrongUse(call.console.texts.say("cli.wrong-document", field="attachments"))
    attachments = tuple(
        AttachmentIn(Path(path).name, data=read_file(path, LIMITS.attachment_bytes)[0]) for path in named
    )
    wanted = given.get("method")
    label = given.get("label") or Label.SENSITIVE.value
    if wanted not in (None, *Method) or label not in tuple(Label):
        raise WrongUse(call.console.texts.say("cli.unknown-value"))
    request = LetterRequest(
        PersonId(text_of(given, "person")),
        subject=text_of(given, "subject"),
        text=text_of(given, "text"),
        attachments=attachments,
        label=Label(label),
        wanted=Method(wanted) if wanted else None,
        conversation=ConversationId(text_of(given, "conversation")) if given.get("conversation") else None,
        turn=number_of(given, "turn"),
        about=PersonId(text_of(given, "about")) if given.get("about") else None,
    )
    try:
        answer = call.office.send_letter(session, request)
    except Refused as refused:
        if refused.code not in ("content-not-seen", "content-blocked"):
            raise
        shown = _say_found(call, session, request)
        if refused.code == "content-blocked":
            raise
        answer = call.office.send_letter(session, replace(request, seen=shown.seen))
    if isinstance(answer, CallOpened):
        reasons = shapes.reasons(call.console, (answer.reason,))
        call.console.emit(
            {"id": None, "method": "none", "reasons": reasons, "state": "task", "task": answer.task}
        )
        return
    call.console.emit(
        {
            "id": answer.id,
            "method": answer.method.value,
            "reasons": shapes.reasons(call.console, answer.reasons),
            "state": answer.state.value,
        }
    )


def _say_found(call: Call, session: Session, request: LetterRequest) -> Explained:
    """What the content check found, on standard error: a command says its warnings and goes on."""
    shown = call.office.explain_letter(session, request)
    for hit in shown.hits:
        call.console.say(call.console.reason(hit.reason)["words"])
    return shown


def outbox_list(call: Call) -> None:
    call.console.emit(shapes.outbox(call.office.list_outbox(call.session())))


def outbox_run(call: Call) -> None:
    console = call.console

    def progress(done: int, total: int) -> bool:
        console.say(console.texts.say("cli.sending", done=done, total=total))
        return True

    call.console.emit(shapes.outbox(call.office.run_outbox(call.session(), progress)))


def relay_list(call: Call) -> None:
    lines = call.office.list_relays(call.session())
    call.console.emit({"relays": [shapes.relay(call.console, line) for line in lines]})


def relay_test(call: Call) -> None:
    answer = call.office.test_relay(call.session(), RelayId(call.args.relay))
    steps = [
        {"step": step.step, "ok": step.ok, "words": call.console.reason(step.reason)["words"]}
        for step in answer.steps
    ]
    call.console.emit({"ok": answer.ok, "steps": steps})


def day_of(console: Console, given: str | None) -> date | None:
    """A day as it is typed, YYYY-MM-DD; of a document it may be anything."""
    if not given:
        return None
    try:
        return date.fromisoformat(given)
    except (TypeError, ValueError) as error:
        raise WrongUse(console.texts.say("cli.not-a-date")) from error


def number_of(given: dict[str, Any], name: str) -> int:
    """A field that must be a whole number where it is given; else 0."""
    value = given.get(name, 0)
    if type(value) is not int:
        raise WrongUse(f"{name}: number wanted")
    return value


def text_of(given: dict[str, Any], name: str) -> str:
    """A field that must be text."""
    value = given.get(name)
    if not isinstance(value, str):
        raise WrongUse(f"{name}: text wanted")
    return value


def typed_fields(call: Call) -> dict[str, str]:
    """A document of fields as somebody types them: null empties one, and a list is no value."""
    typed = {}
    for name, value in call.console.document().items():
        if isinstance(value, list | dict):
            raise WrongUse(call.console.texts.say("cli.wrong-document", field=clean(name, 60)))
        if isinstance(value, bool):
            value = "yes" if value else "no"
        typed[name] = "" if value is None else str(value)
    return typed


Handler = Callable[[Call], int | None]
