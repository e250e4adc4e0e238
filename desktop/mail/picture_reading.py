"""A picture that somebody chose for letters, decoded in the limited worker (`worker.py`)."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import field
from multiprocessing.connection import Connection
from typing import Any

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.mail.worker import Worker, serve

PICTURE_BYTES = 2 * 1024 * 1024
PICTURE_SIDE = 2_000
"""Pixels; a letter shows 600, and a sharp screen twice as many."""
MADE = b"+"
_HEAD = 1024
_DECODER = "desktop.mail.picture_decoding:answer"
_KINDS = ("image/png", "image/jpeg")
_LIMITS = {"picture-too-wide": PICTURE_SIDE, "picture-too-large": PICTURE_BYTES // (1024 * 1024)}


@dataclass(frozen=True)
class ReadPicture:
    """Written anew: it holds the picture and nothing else."""

    kind: str
    width: int
    height: int
    data: bytes = field(repr=False)


def read_picture(data: bytes) -> ReadPicture:
    """PNG or JPEG; of a GIF its first picture, as PNG.

    Raises InputError `picture-too-large`, `picture-too-wide` (`limit`), `picture-unreadable`, and
    DeliveryError `mail-worker-failed` where no process can be started.
    """
    if len(data) > PICTURE_BYTES:
        raise InputError("picture-too-large", limit=_LIMITS["picture-too-large"])
    with closing(Worker("picture", PICTURE_BYTES + _HEAD)) as worker:
        found = worker.ask(data, _answered)
    if found is None:
        raise InputError("picture-unreadable")
    if isinstance(found, InputError):
        raise found
    return found


def work(pipe: Connection[Any, Any]) -> None:
    """The process."""
    serve(pipe, _DECODER, question=PICTURE_BYTES)


def _answered(answer: bytes) -> ReadPicture | InputError:
    """ValueError, KeyError or TypeError where a worker that was taken over answers otherwise."""
    if answer[:1] != MADE:
        code = answer[1:].decode("ascii")
        if code in _LIMITS:
            return InputError(code, limit=_LIMITS[code])
        return InputError("picture-unreadable")
    head, _, data = answer[1:].partition(b"\n")
    said = json.loads(head)
    kind, width, height = said["kind"], int(said["width"]), int(said["height"])
    if kind not in _KINDS or not data:
        raise ValueError("not the kind of answer that is asked for")
    return ReadPicture(kind, width, height, data)
