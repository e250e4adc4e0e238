"""The program's log: codes and ids, never what they stand for.

Nothing here trusts the caller to be careful. Of a record of ours only the constant
text, numbers and values that look like a code or an id are written; of a library's
record only who spoke and from where; of an exception only its type, its code and
the lines of source that it passed, because an exception's own text may quote a
patient. The file is its owner's alone, and old ones are dropped.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import Enum
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from desktop.errors import SealwellError
from desktop.paths import PRIVATE_FILE

OURS = "desktop"
HIDDEN = "[…]"
_ADDRESS = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")
_CODE = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")
_MAX_BYTES = 1024 * 1024
_KEPT = 4
_FRAMES = 30


def start_log(path: Path | None, level: int = logging.INFO) -> logging.Handler:
    """Send every record of the process to the private file `path`, or nowhere when it is None."""
    handler = PrivateLog(path) if path else logging.NullHandler()
    handler.setFormatter(RedactingFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(level)
    return handler


@contextmanager
def log_into(path: Path) -> Iterator[None]:
    """As `start_log`, into a file that goes before the process does."""
    handler = start_log(path)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()


class PrivateLog(RotatingFileHandler):
    """A rotating file that nobody but its owner can read."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=_MAX_BYTES, backupCount=_KEPT, encoding="utf-8")

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE_FILE)
        return open(descriptor, "a", encoding="utf-8")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the base class names it
        """A full disk must not print the record's values on the terminal, as logging would."""


class RedactingFormatter(logging.Formatter):
    """One line per record: time, level, logger, text with only safe values; then safe frames."""

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = f"{when} {record.levelname} {record.name} {_words(record)}"
        error = record.exc_info[1] if record.exc_info else None
        return f"{line}\n{describe(error)}" if error else line


def describe(error: BaseException) -> str:
    """Type, code and frames of an error and of what led to it; none of its text."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        parts.append(_one(current))
        if isinstance(current, BaseExceptionGroup):
            parts.extend(describe(each) for each in current.exceptions)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n".join(parts)


def install_last_resort(on_bug: Callable[[str], None]) -> Callable[[], None]:
    """Log what nobody caught, in any thread, and hand `on_bug` the same redacted report.

    Answers a function that puts the former hooks back.
    """
    log = logging.getLogger(OURS)
    former = sys.excepthook, threading.excepthook

    def report(error: BaseException) -> None:
        log.critical("bug", exc_info=error)
        on_bug(describe(error))

    def of_process(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, KeyboardInterrupt):
            former[0](kind, error, trace)
        else:
            report(error)

    def of_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            report(args.exc_value)

    def restore() -> None:
        sys.excepthook, threading.excepthook = former

    sys.excepthook, threading.excepthook = of_process, of_thread
    return restore


def _words(record: logging.LogRecord) -> str:
    """The record's text, as far as it is safe to keep."""
    if record.name.split(".")[0] != OURS:
        return f"{record.module}:{record.lineno} {HIDDEN}"
    try:
        text = str(record.msg) % _safe_args(record.args) if record.args else str(record.msg)
    except (TypeError, ValueError, KeyError):
        text = f"{record.module}:{record.lineno} {HIDDEN}"
    return _ADDRESS.sub(HIDDEN, text.replace("\r", " ").replace("\n", " "))


def _safe_args(args: object) -> object:
    if isinstance(args, Mapping):
        return {name: _safe(value) for name, value in args.items()}
    return tuple(_safe(value) for value in args) if isinstance(args, tuple) else _safe(args)


def _safe(value: object) -> object:
    """Numbers as they are; text only where it looks like a code or an id."""
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool | int | float):
        return value
    return value if isinstance(value, str) and _CODE.fullmatch(value) else HIDDEN


def _one(error: BaseException) -> str:
    kind = type(error)
    code = f" {error.code}" if isinstance(error, SealwellError) else ""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    passed = [f"  {_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    return "\n".join([f"{kind.__module__}.{kind.__qualname__}{code}", *passed])


def _place(filename: str) -> str:
    """The end of a path: where it begins may hold the user's name."""
    return "/".join(Path(filename).parts[-3:])
