"""What a practice has heard of new versions, as it is kept and as it is judged each time anew.

The signed list itself is kept, not what was read out of it: a key that a later program does not
know any more has said nothing.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime

from desktop import __version__
from desktop.crypto.updatekeys import opened
from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.models import settings
from desktop.models.database import Tx
from desktop.models.schema import HEAD
from desktop.office.installed import Installed, installed
from desktop.office.values_updates import UpdateOffer, UpdatesShown
from desktop.sync.update_list import Known, UpdateList, believe, numbers, read
from desktop.sync.updates import Source, shipped
from desktop.texts import clean_lines

_SETTING = "updates"
_NOTE_CHARS = 4000
SCHEMA = int(HEAD)
DOUBTS = frozenset({"update-signature", "update-unknown-key", "update-rolled-back", "update-expired"})
"""What somebody who stands on the way could be the cause of: administrators hear of it."""


@dataclass(frozen=True)
class Kept:
    """`document` is the last list that was believed; times are ISO 8601, '' where there is none."""

    allowed: bool = False
    document: str = ""
    sequence: int = 0
    seen: str = "0.0.0"
    checked_at: str = ""
    tried_at: str = ""
    next_at: str = ""
    problem: str = ""


def kept(tx: Tx) -> Kept:
    value = settings.get(tx, _SETTING)
    return Kept() if value is None else Kept(**json.loads(value))


def keep(tx: Tx, one: Kept) -> None:
    settings.put(tx, _SETTING, json.dumps(asdict(one), sort_keys=True))


def failed(before: Kept, code: str, now: datetime) -> Kept:
    """After a look that brought nothing to believe; what was heard before it still counts."""
    return replace(before, problem=code, tried_at=now.isoformat())


class Judge:
    """Reads a list with the eyes of the program that runs here."""

    def __init__(self, source: Source, here: Installed, version: str, schema: int = SCHEMA) -> None:
        self.source = source
        self.here = here
        self.version = version
        self._schema = schema

    @property
    def has_key(self) -> bool:
        return bool(self.source.keys)

    def believed(self, document: bytes, before: Kept, now: datetime) -> UpdateList:
        """Raises InputError as `updatekeys.opened`, `update_list.read` and `update_list.believe`."""
        one = read(opened(document, self.source.keys))
        known = Known(self.source.channel, self.version, self._schema, before.sequence, before.seen)
        believe(one, known, now)
        return one

    def heard(self, document: bytes, before: Kept, now: datetime) -> Kept:
        """What is kept from here on; raises as `believed`."""
        one = self.believed(document, before, now)
        return replace(
            before,
            document=document.decode(),
            sequence=one.sequence,
            seen=one.version,
            checked_at=now.isoformat(),
            tried_at=now.isoformat(),
            problem="",
        )

    def newest(self, one: Kept) -> UpdateList | None:
        """What was heard last, whether or not it has expired; None where nothing counts."""
        if not one.document:
            return None
        try:
            return read(opened(one.document.encode(), self.source.keys))
        except InputError:
            return None

    def is_newer(self, one: UpdateList) -> bool:
        return numbers(one.version) > numbers(self.version)

    def needs_first(self, one: UpdateList) -> str:
        """The version that has to be installed before this one, or ''."""
        return one.upgrade_from if numbers(self.version) < numbers(one.upgrade_from) else ""

    def shown(self, one: Kept, now: datetime) -> UpdatesShown:
        newest = self.newest(one)
        return UpdatesShown(
            version=self.version,
            allowed=one.allowed,
            state=self._state(one, newest, now),
            offer=self._offer(newest) if newest is not None and self.is_newer(newest) else None,
            checked_at=_moment(one.checked_at),
            tried_at=_moment(one.tried_at),
            problem=one.problem,
            by_system=self.here.by_system,
        )

    def _state(self, one: Kept, newest: UpdateList | None, now: datetime) -> str:
        if not self.has_key:
            return "no-key"
        if newest is not None and self.is_newer(newest):
            return "newer"
        if not one.allowed:
            return "forbidden"
        if newest is None:
            return "unknown"
        return "out-of-date" if newest.expires <= now else "current"

    def _offer(self, newest: UpdateList) -> UpdateOffer:
        file = newest.file_for(self.here.system)
        return UpdateOffer(
            version=newest.version,
            severity=newest.severity,
            released=newest.released,
            install_by=newest.install_by,
            notes_en=clean_lines(newest.notes["en"], _NOTE_CHARS),
            notes_es=clean_lines(newest.notes["es"], _NOTE_CHARS),
            file=file.name if file is not None else "",
            bytes=file.bytes if file is not None else 0,
            after=self.needs_first(newest),
        )


def this_program(*, asks: bool = True) -> Judge:
    """As it was released; without `asks` one that believes nobody and so asks nobody."""
    source = shipped()
    return Judge(source if asks else replace(source, keys={}), installed(), __version__)


def _moment(value: str) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
