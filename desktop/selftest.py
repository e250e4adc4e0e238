"""`sealwell --self-test`: does the installed program work on this computer?

A closed list of parts. Each is tried for real, in a folder that is gone afterwards, and touches no
practice. What is not there and can be done without is no failure. The report is described in
docs/formats/self-test.md.
"""
# ruff: noqa: PLC0415 - a part that cannot be loaded has failed, and the others are tried

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from secrets import token_bytes
from tempfile import TemporaryDirectory

from desktop import program
from desktop.clock import SystemClock
from desktop.errors import SealwellError, VaultError
from desktop.frozen import dataclass
from desktop.paths import write_private
from desktop.texts import LANGUAGES, Texts, clean

OK, FAILED, ABSENT = "ok", "failed", "absent"
_PLAIN = b"SQLite format 3\x00"
_ANSWER_SECONDS = 30.0
_DETAIL = 200
_MAIL = b"From: ana@practice.example\r\nSubject: hello\r\n\r\nhello\r\n"
_TABLE = b"first name,last name,email\nAna,Diaz,ana@practice.example\n"
_PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415478da63e0ce2e050001"
    "7000ec607eb8b30000000049454e44ae426082"
)
"""One point, as PNG."""


class Absent(Exception):
    """Not on this computer, and not needed for the others."""


class Wrong(Exception):
    """It answered, but not what it must."""


@dataclass(frozen=True)
class Tried:
    """How one part came out; `detail` is for whoever helps, not a sentence."""

    part: str
    result: str
    detail: str
    seconds: float


def self_test(argv: Sequence[str], language: str) -> int:
    """Try every part, say so line by line; 1 where one failed."""
    arguments = argparse.ArgumentParser(prog="sealwell --self-test")
    arguments.add_argument("--report", metavar="FILE", type=Path, help="write the outcome there, as JSON")
    given = arguments.parse_args(list(argv))
    texts = Texts(language)
    tried = []
    for name, part in PARTS.items():
        tried.append(attempt(name, part))
        _say(_line(texts, tried[-1]))
    passed = all(one.result != FAILED for one in tried)
    _say(texts.say("selftest.passed" if passed else "selftest.not-passed"))
    if given.report is not None:
        write_private(given.report, json.dumps(report(tried), indent=1).encode("utf-8"))
    return 0 if passed else 1


def attempt(name: str, part: Callable[[], str]) -> Tried:
    """Whatever goes wrong in a part is its outcome, and ends nothing else."""
    clock = SystemClock()
    begun = clock.mono()
    try:
        result, detail = OK, part()
    except Absent as absent:
        result, detail = ABSENT, str(absent)
    except SealwellError as error:
        result, detail = FAILED, error.code
    except Exception as error:  # noqa: BLE001 - a bug in one part is what this looks for
        result, detail = FAILED, f"{type(error).__name__}: {error}"
    return Tried(name, result, clean(detail, _DETAIL), round(clock.mono() - begun, 3))


def report(tried: Sequence[Tried]) -> dict[str, object]:
    """The document of `--report`."""
    built = program.build()
    return {
        "format": "sealwell-self-test",
        "version": 1,
        "program": {"version": built.version, "commit": built.commit, "date": built.date},
        "system": program.system(),
        "passed": all(one.result != FAILED for one in tried),
        "parts": [
            {"part": one.part, "result": one.result, "detail": one.detail, "seconds": one.seconds}
            for one in tried
        ],
    }


def _line(texts: Texts, one: Tried) -> str:
    words = f"{texts.say(f'selftest.{one.result}'):<10} {texts.say(f'selftest.part.{one.part}')}"
    if one.result == OK:
        return f"{words} ({one.detail})" if one.detail else words
    own = f"selftest.{one.result}.{one.part}"
    hint = texts.say(own) if texts.has(own) else texts.say("selftest.failed.hint")
    return f"{words}\n{'':<11}{hint}\n{'':<11}[{one.detail}]"


def _say(words: str) -> None:
    """The window's program has no terminal on Windows."""
    if sys.stdout is not None:
        print(words, flush=True)  # noqa: T201 - the answer of a command


# ── the parts ──────────────────────────────────────────────────────────────────


def _calculations() -> str:
    from desktop.crypto.selftest import self_test as known_answers

    known_answers()
    return "AES-256-GCM, Argon2id, HKDF, X25519, Ed25519"


def _database() -> str:
    """The file is encrypted from its first byte on, and a wrong key opens nothing."""
    from desktop.models.trial import finds_word, keep_word

    with TemporaryDirectory(prefix="sealwell-") as folder:
        path, key, salt = Path(folder) / "trial.db", token_bytes(32), token_bytes(16)
        version = keep_word(path, key, salt, "hello")
        if path.read_bytes()[: len(_PLAIN)] == _PLAIN:
            raise Wrong("the file is not encrypted")
        try:
            finds_word(path, token_bytes(32), salt, "hello")
        except VaultError:
            pass
        else:
            raise Wrong("a wrong key opened the file")
        if not finds_word(path, key, salt, "hello"):
            raise Wrong("what was written cannot be found")
    return f"SQLCipher {version}"


def _keyring() -> str:
    """Written, read and removed by `system_store` itself."""
    from desktop.crypto.devicekey import system_store

    if system_store() is None:
        raise Absent("no store")
    return ""


def _openpgp() -> str:
    from pysequoia import Tsk, decrypt, encrypt

    key = Tsk.generate("Trial <trial@practice.example>")
    sealed = encrypt(b"hello", recipients=[key.extract_certificate()], signer=key.signer())
    if b"hello" in sealed or decrypt(sealed, decryptor=key.decryptor()).bytes != b"hello":
        raise Wrong("what was encrypted did not come back")
    return "pysequoia"


def _gpg() -> str:
    """A key made, and a message sealed to it by the other library opened, as in the daily work."""
    from desktop.crypto.openpgp import OwnKeyring
    from desktop.crypto.openpgp_seal import OpenPgpSealer

    try:
        ring = OwnKeyring()
    except SealwellError as error:
        if error.code == "gpg-missing":
            raise Absent("gpg") from error
        raise
    with ring:
        own = ring.make_key("Trial", "trial@practice.example")
        sealed = OpenPgpSealer(own.secret).seal(b"hello", own.public, own.fingerprint)
        ring.open(own.secret)
        if ring.decrypt(sealed, (own.public,)).data != b"hello":
            raise Wrong("what was encrypted did not come back")
    return ""


def _translations() -> str:
    codes = {language: Texts(language).codes() for language in LANGUAGES}
    counted = {len(each) for each in codes.values()}
    if not min(counted) or len({frozenset(each) for each in codes.values()}) != 1:
        raise Wrong(f"sentences: {sorted(counted)}")
    return f"{min(counted)} x {len(LANGUAGES)}"


def _templates() -> str:
    """Every letter that the program brings, as the page that would be sent."""
    from desktop.mail.template_design import Design
    from desktop.mail.template_library import library
    from desktop.mail.template_page import Around, Brand

    made = 0
    for each in library():
        for language in LANGUAGES:
            around = Around(language, each.layout, Brand("Trial"), ("Trial",))
            design = Design(each.source(language), around)
            page = design.render(dict.fromkeys(design.missing({}), "https://practice.example/"), "").html
            if "Trial" not in page:
                raise Wrong(f"{each.code}.{language}")
            made += 1
    return str(made)


def _time() -> str:
    """Zones of the time and public holidays, which are loaded by name."""
    from datetime import UTC, date, datetime
    from zoneinfo import ZoneInfo

    from desktop.mail.holidays import is_holiday

    noon = datetime(2026, 7, 4, 12, tzinfo=UTC)
    hours = [noon.astimezone(ZoneInfo(name)).hour for name in ("America/New_York", "Pacific/Honolulu")]
    if hours != [8, 2] or not is_holiday("US", "CA", date(2026, 12, 25)):
        raise Wrong(f"{hours}")
    return ""


def _workers() -> str:
    """Strangers' mail, files and pictures are read by processes of their own."""
    from desktop.mail.parsing_worker import ParsingWorker
    from desktop.mail.picture_reading import read_picture
    from desktop.mail.reading_worker import ReadingWorker
    from desktop.office.filereading import FileReading

    parsing, reading, files = ParsingWorker(), ReadingWorker(), FileReading(SystemClock())
    try:
        if parsing.read(_MAIL).broken or reading.understand(_MAIL).broken:
            raise Wrong("a mail was not read")
        if len(list(files.read(_TABLE, "people").rows)) != 1:
            raise Wrong("a table was not read")
        read_picture(_PICTURE)
    finally:
        for worker in (parsing, reading, files):
            worker.close()
    if not _backups_can_be_made():
        raise Wrong("the maker of backups did not start")
    return ""


def _backups_can_be_made() -> bool:
    """Whether it says that it is ready: one that died at its start has an end to be read as well."""
    from desktop.sync.backup_words import Ready, hear

    backup = program.start_worker("backup")
    try:
        return backup.pipe.poll(_ANSWER_SECONDS) and isinstance(hear(backup.pipe), Ready)
    except (EOFError, OSError):
        return False
    finally:
        backup.end()


def _drawn(what: str) -> str:
    answer = _drawing()
    if answer.get(what) is not True:
        raise Wrong("not drawn")
    return str(answer["screen"])


@cache
def _drawing() -> dict[str, object]:
    """All its answers at once: the process takes the longest of all to start."""
    worker = program.start_worker("drawing")
    try:
        if worker.pipe.poll(_ANSWER_SECONDS):
            return dict(json.loads(worker.pipe.recv_bytes()))
    except (EOFError, OSError):
        pass
    finally:
        worker.end()
    raise Wrong("the window cannot be opened here")


PARTS: dict[str, Callable[[], str]] = {
    "calculations": _calculations,
    "database": _database,
    "keyring": _keyring,
    "openpgp": _openpgp,
    "gpg": _gpg,
    "translations": _translations,
    "templates": _templates,
    "time": _time,
    "workers": _workers,
    "fonts": lambda: _drawn("fonts"),
    "sorting": lambda: _drawn("sorting"),
    "window": lambda: _drawn("window"),
}
