"""`content check`: what would these files give away? One JSON line each, exit code 0."""

from __future__ import annotations

from desktop.cli.commands import Call, read_file
from desktop.config import CONTENT_LIMITS
from desktop.errors import InputError


def content_check(call: Call) -> None:
    """Needs no practice, so nobody's name is known; a file that cannot be read is an answer, too."""
    for path in call.args.files:
        try:
            checked = call.office.check_file(path, read_file(path, CONTENT_LIMITS.mail_bytes)[0])
        except InputError as error:
            words, _ = call.console.texts.error(error.code, error.params)
            call.console.emit_line({"file": path, "hits": [], "reason": {"code": error.code, "words": words}})
            continue
        in_mail = path.lower().endswith(".eml")
        document: dict[str, object] = {
            "file": path,
            "hits": [
                {
                    "kind": hit.kind,
                    "start": hit.start,
                    "end": hit.end,
                    "words": call.console.reason(hit.reason)["words"],
                    "part": hit.part,
                }
                | ({"attachment": hit.file} if in_mail and hit.file >= 0 else {})
                for hit in checked.hits
            ],
        }
        if checked.problem is not None:
            document["reason"] = call.console.reason(checked.problem)
        call.console.emit_line(document)
