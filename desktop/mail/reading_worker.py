"""Everything that is asked about one received mail while a person looks at it, of a process of its own.

As `parsing_worker.py`, which reads mail as it comes in; here answers may be as big as a file.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from desktop.errors import InputError
from desktop.mail.display import Page, formatted
from desktop.mail.mimetree import MAIL_BYTES
from desktop.mail.received_files import file_in
from desktop.mail.returned_reading import from_json, to_json, understand
from desktop.mail.returned_values import Understood
from desktop.mail.sealedparts import Dissected, Seal, Signed, dissect
from desktop.mail.worker import SECONDS, Worker, serve
from desktop.models.records import Reason

ANSWER = 3 * MAIL_BYTES
"""What is signed and what is encrypted may each be most of a mail."""

T = TypeVar("T")
Made = Callable[[dict[str, Any], list[bytes]], T]


class ReadingWorker:
    """Usable from any thread. Raises InputError `mail-unreadable` where no process outlived a mail,
    and DeliveryError `mail-worker-failed` where none can be started."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._worker = Worker("reading", ANSWER, seconds)

    def understand(self, data: bytes) -> Understood:
        return self._asked("words", data, lambda head, _: from_json(json.dumps(head).encode()))

    def dissect(self, data: bytes) -> Dissected:
        return self._asked("seals", data, _dissected)

    def page(self, data: bytes) -> Page:
        """InputError `page-gone`."""
        return self._asked("page", data, _page)

    def file(self, data: bytes, part: int) -> tuple[str, bytes]:
        """InputError `file-gone`."""
        return self._asked(f"file {part}", data, lambda head, rest: (_word(head["name"]), rest[0]))

    def close(self) -> None:
        self._worker.close()

    def _asked(self, what: str, data: bytes, made_of: Made[T]) -> T:
        found = self._worker.ask(
            what.encode("ascii") + b"\n" + data[:MAIL_BYTES], lambda answer: _read(answer, made_of)
        )
        if found is None:
            raise InputError("mail-unreadable")
        if isinstance(found, InputError):
            raise found
        return found


def work(pipe: Connection[Any, Any]) -> None:
    """The process."""
    serve(pipe, _answer)


def _answer(question: bytes) -> bytes:
    what, _, data = question.partition(b"\n")
    try:
        match what.split(b" "):
            case [b"words"]:
                return _framed(json.loads(to_json(understand(data))))
            case [b"seals"]:
                return _from_dissected(dissect(data))
            case [b"page"]:
                page = formatted(data)
                reasons = [[one.code, one.params] for one in page.left_out]
                return _framed({"html": page.html, "left_out": reasons})
            case [b"file", part]:
                name, content = file_in(data, int(part))
                return _framed({"name": name}, content)
    except InputError as error:
        return _framed({"error": error.code})
    raise ValueError("an unknown question")


def _framed(head: dict[str, Any], *rest: bytes) -> bytes:
    """JSON on one line, which names the lengths of what follows."""
    first = json.dumps({"head": head, "sizes": [len(one) for one in rest]}, ensure_ascii=True)
    return b"".join((first.encode("ascii"), b"\n", *rest))


def _read(answer: bytes, made_of: Made[T]) -> T | InputError:
    first, _, rest = answer.partition(b"\n")
    framed: dict[str, Any] = json.loads(first)
    parts, at = [], 0
    for size in framed["sizes"]:
        parts.append(rest[at : at + int(size)])
        at += int(size)
    head = framed["head"]
    if "error" in head:
        return InputError("file-gone") if head["error"] == "file-gone" else InputError("page-gone")
    return made_of(head, parts)


def _from_dissected(found: Dissected) -> bytes:
    signed = found.signed
    head: dict[str, Any] = {
        "seals": [[one.kind, one.form, one.part, one.name] for one in found.seals],
        "signed": [signed.kind, signed.altered, signed.alone] if signed is not None else None,
        "whole": found.whole,
    }
    beside = [signed.signer, signed.content, signed.signature] if signed is not None else []
    return _framed(head, *beside, *(one.data for one in found.seals))


def _dissected(head: dict[str, Any], rest: list[bytes]) -> Dissected:
    signed = None
    if head["signed"] is not None:
        kind, altered, alone = head["signed"]
        signed = Signed(_word(kind), altered is True, rest[0], rest[1], rest[2], alone is True)
        rest = rest[3:]
    seals = [
        Seal(_word(kind), _word(form), int(part), _word(name), data)
        for (kind, form, part, name), data in zip(head["seals"], rest, strict=True)
    ]
    return Dissected(tuple(seals), signed, head["whole"] is True)


def _page(head: dict[str, Any], _: list[bytes]) -> Page:
    reasons = tuple(
        Reason(_word(code), {_word(name): int(value) for name, value in dict(params).items()})
        for code, params in head["left_out"]
    )
    return Page(_word(head["html"]), reasons)


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a worker answered no text")
    return value
