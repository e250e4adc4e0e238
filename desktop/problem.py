"""A report about a problem that names nobody: only what stands on a list that is closed in advance.

The program's own log holds no names by rule (`logs.py`); here it is read as if it held any. A line is
put together anew from what is known word for word: modules of this program, error codes, levels, line
numbers. Everything else is left out, and counted. No host, no account, no path, no address.
"""

from __future__ import annotations

import builtins
import json
import platform
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from desktop import program
from desktop.frozen import dataclass
from desktop.paths import PracticeFolder
from desktop.texts import Texts

LINES = 200
"""Of each log, the newest."""
_READ = 512 * 1024
_HIDDEN = "[…]"
_SYSTEMS = frozenset({"Linux", "Windows", "Darwin"})
_MACHINES = frozenset({"x86_64", "AMD64", "arm64", "aarch64", "ARM64"})
_LEVELS = frozenset({"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})
_NUMBERS = re.compile(r"\d{1,5}(?:\.\d{1,5}){0,3}")
_DISTRIBUTION = re.compile(r'^(ID|VERSION_ID)="?([a-z]{2,20}|\d{1,3}(?:\.\d{1,3})?)"?$', re.MULTILINE)
_DISTRIBUTIONS = frozenset(
    {"debian", "ubuntu", "fedora", "rhel", "centos", "rocky", "almalinux", "arch", "opensuse", "linuxmint"}
)
_HEAD = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d{3}\+00:00 ([A-Z]+) ([\w.]+) (.*)")
_FRAME = re.compile(r"  ([\w./-]+)\.py:(\d{1,5}) ([\w<>]+)")
_ERROR = re.compile(r"([a-z_A-Z.]+?\.)?([A-Z]\w+)(?: ([a-z0-9-]+))?")
_MESSAGES = frozenset({"bug"})
"""What this program writes into its log; a test holds it against the source."""
_STARTED = re.compile(r"started \d{1,5}(?:\.\d{1,5}){2} (?:[0-9a-f]{12}|source)")
"""How the log of each run begins (`parts.note_start`)."""


@dataclass(frozen=True)
class Section:
    """Rows of a name and a value. Words of `code`: `problem.<code>`, of a name: `problem.<code>.<name>`."""

    code: str
    rows: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Problem:
    """`left_out` counts lines of logs of which something was not on the list."""

    sections: tuple[Section, ...]
    log: tuple[str, ...]
    left_out: int
    own_words: str = ""

    def text(self, texts: Texts) -> str:
        """As people read it before it is saved."""
        parts = [texts.say("problem.title"), ""]
        if self.own_words:
            parts += [texts.say("problem.own"), self.own_words, ""]
        for section in self.sections:
            parts.append(texts.say(f"problem.{section.code}"))
            parts += [f"  {name}: {value}" for name, value in section.rows]
            parts.append("")
        parts += [texts.say("problem.log"), *(f"  {line}" for line in self.log)]
        parts.append(texts.count("problem.left-out", self.left_out))
        return "\n".join(parts) + "\n"

    def document(self) -> dict[str, object]:
        """For machines."""
        return {
            "words": self.own_words,
            **{section.code: dict(section.rows) for section in self.sections},
            "log": list(self.log),
            "left_out": self.left_out,
        }

    def written(self, texts: Texts, *, as_json: bool) -> bytes:
        made = json.dumps(self.document(), indent=1, ensure_ascii=False) if as_json else self.text(texts)
        return made.encode("utf-8")


def collect(
    folder: PracticeFolder, last: str, sections: Iterable[Section] = (), own_words: str = ""
) -> Problem:
    """What this process can tell by itself. `last` is the code of the last error that was shown."""
    log, left_out = read_logs((folder.log, folder.service_log))
    first = (_program(), _system(), Section("last", (("code", last if is_code(last) else "-"),)))
    return Problem((*first, *sections), log, left_out, own_words)


def _program() -> Section:
    built = program.build()
    commit = built.commit[:12] if re.fullmatch(r"[0-9a-f]{7,40}", built.commit) else "source"
    rows = (
        ("version", built.version),
        ("build", commit),
        ("installed", "yes" if program.installed() else "no"),
        ("python", _number(platform.python_version())),
    )
    return Section("program", rows)


def _system() -> Section:
    system, machine = platform.system(), platform.machine()
    rows = [
        ("name", system if system in _SYSTEMS else "other"),
        ("release", _number(platform.release())),
        ("machine", machine if machine in _MACHINES else "other"),
    ]
    if sys.platform == "linux":
        rows.append(("distribution", _distribution(Path("/etc/os-release"))))
    return Section("system", tuple(rows))


def _number(text: str) -> str:
    """The numbers that a version begins with: what follows them is whatever somebody chose."""
    found = _NUMBERS.match(text)
    return found[0] if found else "-"


def _distribution(path: Path) -> str:
    try:
        found = dict(_DISTRIBUTION.findall(path.read_text(encoding="utf-8", errors="replace")))
    except OSError:
        return "-"
    name = found.get("ID", "")
    return f"{name if name in _DISTRIBUTIONS else 'other'} {_number(found.get('VERSION_ID', ''))}"


# --- the log ---------------------------------------------------------------------------


def read_logs(paths: Iterable[Path]) -> tuple[tuple[str, ...], int]:
    """The newest lines of these files, each put together anew, and how many lost something."""
    kept: list[str] = []
    left_out = 0
    for path in paths:
        for line in _tail(path):
            safe = safe_line(line)
            left_out += safe is None or _HIDDEN in safe
            if safe is not None:
                kept.append(safe)
    return tuple(kept), left_out


def _tail(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _READ))
            return file.read().decode("utf-8", "replace").splitlines()[-LINES:]
    except OSError:
        return []


def safe_line(line: str) -> str | None:
    """The line as far as it is on the list; None where nothing of it is."""
    if head := _HEAD.fullmatch(line):
        at, level, logger, words = head.groups()
        said = words if words in _MESSAGES or _STARTED.fullmatch(words) else _HIDDEN
        return f"{at} {level if level in _LEVELS else _HIDDEN} {_module(logger)} {said}"
    if frame := _FRAME.fullmatch(line):
        module = _module(frame[1].replace("/", "."))
        return f"  {module}:{frame[2]}" if module != _HIDDEN else None
    if error := _ERROR.fullmatch(line):
        kind = error[2] if _is_error(error[2]) else _HIDDEN
        code = error[3] or ""
        return f"{kind} {code if is_code(code) else _HIDDEN}" if code else kind
    return None


def _module(name: str) -> str:
    """A module of this program, by its own name: what stands before it in a path may be somebody's."""
    own = name[name.rindex("desktop") :] if "desktop" in name else ""
    return own if own and _is_module(own) else _HIDDEN


@cache
def _is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _is_error(name: str) -> bool:
    from desktop import errors  # noqa: PLC0415 - only where an error is in the log

    found = getattr(builtins, name, None) or getattr(errors, name, None)
    return isinstance(found, type) and issubclass(found, BaseException)


def is_code(code: str) -> bool:
    """Whether this program has words for such an error."""
    return bool(code) and Texts("en").has(f"error.{code}")


def rows_of(found: Mapping[str, int | bool]) -> Iterator[tuple[str, str]]:
    """Counts and switches as rows; nothing else has a place in a report."""
    for name, value in found.items():
        yield name, ("yes" if value else "no") if isinstance(value, bool) else str(int(value))
