"""Zone fixtures: a zone as text, with what is expected of it in comments at its head."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_UNHEARD = frozenset({"silent", "garbage", "other-name"})
FOLDER = Path(__file__).resolve().parents[1] / "vectors" / "zones"


@dataclass(frozen=True)
class ZoneFile:
    """`notes` are the `; name: value` lines, in order; `zone` is the text of the zone."""

    path: Path
    notes: tuple[tuple[str, str], ...]
    zone: str

    def note(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.notes if key == name), default)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.notes if key == name]

    @property
    def keeps_silent(self) -> bool:
        """Whether a question of it gets no answer that counts, so that somebody waits in vain."""
        return any(fault.split(" ", 2)[2] in _UNHEARD for fault in self.all("fault"))

    @property
    def domain(self) -> str:
        """What is asked for, as a person writes it."""
        return self.note("domain", "clinic.example")

    @property
    def origin(self) -> str:
        return self.note("zone", "clinic.example")

    @property
    def policy(self) -> bytes:
        return self.note("policy").replace("|", "\r\n").encode("utf-8")


def fixtures(prefix: str) -> list[ZoneFile]:
    """All whose names begin so."""
    return [_read(path) for path in sorted(FOLDER.glob(f"{prefix}-*.zone"))]


def _read(path: Path) -> ZoneFile:
    text = path.read_text("utf-8")
    heads = [line[1:].partition(":") for line in text.splitlines() if line.startswith(";")]
    return ZoneFile(path, tuple((key.strip(), value.strip()) for key, _, value in heads), text)
