"""`mailbox classify`: what came back? One JSON line per file, exit code 0."""

from __future__ import annotations

from desktop.cli.commands import Call, read_file
from desktop.config import CONTENT_LIMITS
from desktop.errors import InputError


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
