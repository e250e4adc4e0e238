"""Commands that need no practice: one JSON line per file or input line, exit code 0."""

from __future__ import annotations

import base64

from desktop.cli import shapes
from desktop.cli.commands import Call, day_of, read_file, text_of
from desktop.config import LIMITS
from desktop.errors import InputError
from desktop.models.records import Reason


def keys_inspect(call: Call) -> None:
    for path in call.args.files:
        try:
            found = call.office.inspect_key(read_file(path, LIMITS.attachment_bytes)[0])
        except InputError as error:
            call.console.emit_line(
                {"file": path, "kind": None, "usable": False, "reason": _failed(call, error)}
            )
            continue
        call.console.emit_line(
            {
                "file": path,
                "kind": found.kind or None,
                "usable": found.usable,
                "reason": shapes.maybe_reason(call.console, found.reason),
                "addresses": list(found.addresses),
                "fingerprint": found.fingerprint,
                "expires": shapes.moment(found.expires),
            }
        )


def address_check(call: Call) -> None:
    for line in call.console.lines():
        checked = call.office.check_address(line)
        call.console.emit_line(
            {
                "address": line,
                "ok": checked.ok,
                "reason": shapes.maybe_reason(call.console, checked.reason),
                "normalised": checked.normalised,
            }
        )


def password_check(call: Call) -> None:
    for line in call.console.lines():
        checked = call.office.check_password(line)
        call.console.emit_line(
            {"ok": checked.ok, "reason": shapes.maybe_reason(call.console, checked.reason)}
        )


def envelope_open(call: Call) -> None:
    given = call.console.ask("passphrase", optional=("birth_date",))
    passphrase, born = text_of(given, "passphrase"), day_of(call.console, given.get("birth_date"))
    for path in call.args.files:
        try:
            opened = call.office.open_envelope(
                read_file(path, 4 * LIMITS.attachment_bytes)[0], passphrase, born
            )
        except InputError as error:
            call.console.emit_line({"file": path, "ok": False, "reason": _failed(call, error)})
            continue
        call.console.emit_line(
            {
                "file": path,
                "ok": opened.ok,
                "reason": shapes.maybe_reason(call.console, opened.reason),
                "subject": opened.subject,
                "text": opened.text,
                "html": opened.html,
                "attachments": [
                    {"name": one.name, "type": one.type, "data": base64.b64encode(one.data).decode("ascii")}
                    for one in opened.attachments
                ],
            }
        )


def _failed(call: Call, error: InputError) -> dict[str, str]:
    """A file that cannot be used is an answer here, not a failure; errors share reasons' form."""
    words, _ = call.console.texts.error(error.code, error.params)
    return {"code": Reason(error.code).code, "words": words}
