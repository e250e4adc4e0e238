"""SHA256SUMS: one line a file of a release, as sha256sum(1) reads it, and its signature beside it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.sync.updates import LIST_NAME
from installers.release.sshsig import NotSigned, sign, verify

SUMS, SIGNATURE = "SHA256SUMS", "SHA256SUMS.sig"
_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9][A-Za-z0-9._+~-]*)")


class Tampered(Exception):
    """A file is not what was released; the text names it."""


def files_of(folder: Path) -> list[Path]:
    """Everything that is published, but the sums themselves; folders are work in progress."""
    apart = (SUMS, SIGNATURE, LIST_NAME)  # the list is signed by itself, anew each month
    return sorted(path for path in folder.iterdir() if path.is_file() and path.name not in apart)


def write(folder: Path) -> Path:
    """Raises ValueError for a name that would not stand in one line."""
    lines = [f"{_digest(path)}  {path.name}" for path in files_of(folder)]
    wrong = [line for line in lines if not _LINE.fullmatch(line)]
    if wrong or not lines:
        raise ValueError(f"no files, or a name that a list cannot hold: {wrong}")
    target = folder / SUMS
    target.write_text("\n".join((*lines, "")), "ascii", newline="\n")
    (folder / SIGNATURE).unlink(missing_ok=True)  # of an older list
    return target


def sign_sums(folder: Path, key: Ed25519PrivateKey) -> Path:
    """Raises Tampered where the files are not what the sums say: then nothing is signed."""
    content = (folder / SUMS).read_bytes()  # once: what was compared is what is signed
    _compare(folder, content)
    target = folder / SIGNATURE
    target.write_bytes(sign(content, key))
    return target


def check(folder: Path, keys: Iterable[bytes]) -> int:
    """How many files are as they were released. Raises Tampered, also for one that nobody signed for."""
    try:
        content = (folder / SUMS).read_bytes()
        verify(content, (folder / SIGNATURE).read_bytes(), keys)
    except FileNotFoundError as error:
        raise Tampered(f"{Path(str(error.filename)).name} is missing") from error
    except NotSigned as error:
        raise Tampered(f"{SIGNATURE}: {error}") from error
    return _compare(folder, content)


def _compare(folder: Path, content: bytes) -> int:
    listed = _listed(content.decode("ascii"))
    there = {path.name: path for path in files_of(folder)}
    for name in sorted(listed.keys() | there.keys()):
        if name not in there:
            raise Tampered(f"{name} is missing")
        if name not in listed:
            raise Tampered(f"{name} is not of this release")
        if _digest(there[name]) != listed[name]:
            raise Tampered(f"{name} was changed")
    return len(listed)


def _listed(text: str) -> dict[str, str]:
    found = [_LINE.fullmatch(line) for line in text.splitlines()]
    if not all(found):
        raise Tampered(f"{SUMS} has a line that is none")
    return {line[2]: line[1] for line in found if line is not None}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
