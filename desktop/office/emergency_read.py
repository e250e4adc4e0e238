"""Today's visits, and whom to phone, out of a database that may be damaged in any place."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from desktop.access.roles import FieldGroup, hidden
from desktop.errors import Refused, VaultError
from desktop.frozen import dataclass
from desktop.models.accounts import Role, UserState
from desktop.models.records import Reason, State, Status, VisitStatus
from desktop.models.salvage import Found, Salvage, Values, fold_log
from desktop.models.tables import appointment, person, person_mailbox
from desktop.models.tables_access import account
from desktop.models.tables_mail import message
from desktop.models.tables_office import app_user, setting
from desktop.office.values_backups import Damage, EmergencyVisit
from desktop.paths import PracticeFolder
from desktop.texts import clean

_NOT_SENT, _WAITS, _UNKNOWN = "call-not-sent", "call-waits", "call-unreadable"
_WORDS = {
    State.UNCERTAIN: "uncertain-before",
    State.FAILED: "failed-before",
    State.BOUNCED: "call-came-back",
    State.COMPLAINED: "call-came-back",
    State.EXPIRED: "call-expired",
    State.CANCELLED: _NOT_SENT,
}
_MOST_PAGES = 50
"""Damaged pages that are named one by one."""
_MINUTE = "%H:%M"


@dataclass(frozen=True)
class Read:
    """What one day's reading gave. `language` is "" where the practice's own could not be read."""

    practice: str
    language: str
    day: date
    visits: tuple[EmergencyVisit, ...]
    calls: tuple[EmergencyVisit, ...]
    damage: tuple[Damage, ...]
    zone: ZoneInfo


@dataclass(frozen=True)
class _Visit:
    id: str
    person: str
    start: datetime
    occurrence: int
    kind: str
    provider: str


@contextlib.contextmanager
def source(folder: PracticeFolder, keys: tuple[bytes, bytes]) -> Iterator[tuple[Salvage, tuple[Damage, ...]]]:
    """The database as it is to be read; nothing is made or changed beside it.

    Where a crash left a log, file and log are copied to another place, still encrypted, and put
    together there; without room for that the file is read alone, and that is damage. Raises
    VaultError("database-missing"). Nobody else may have the database open.
    """
    file = folder.database
    log = file.with_name(f"{file.name}-wal")
    if not file.exists():
        raise VaultError("database-missing")
    with contextlib.ExitStack() as ends:
        damage: tuple[Damage, ...] = ()
        whole = True
        if log.exists() and log.stat().st_size:
            try:
                scratch = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="sealwell-")))
                file = Path(shutil.copyfile(file, scratch / file.name))
                shutil.copyfile(log, scratch / log.name)
                whole = fold_log(file, *keys)
            except OSError:
                file, damage = folder.database, (Damage("file", log.name),)
        yield ends.enter_context(Salvage(file, *keys, immutable=whole)), damage


def read(
    salvage: Salvage, now: datetime, day: date | None, user: str, progress: Callable[[int], None]
) -> Read:
    """The visits of `day` (None: today), and whom to phone about those and the next day's.

    Raises VaultError("emergency-nothing-left") where neither visits nor people can be read,
    "wrong-password" and Refused("not-allowed") for somebody who may not see them.
    """
    pages = salvage.broken_pages()
    progress(1)
    if not salvage.readable():
        raise VaultError("emergency-nothing-left", pages=max(1, len(pages)))
    lost: dict[str, int] = {}

    def found(rows: Found, name: str) -> tuple[Values, ...]:
        if rows.lost:
            lost[name] = rows.lost
        return rows.rows

    _refuse(found(salvage.rows(app_user.c.id, app_user.c.role, app_user.c.disabled_at), "app_user"), user)
    _refuse_left(salvage.rows(account.c.user, account.c.state).rows, user)
    known = {
        str(row[0]): str(row[1]) for row in found(salvage.rows(setting.c.key, setting.c.value), "setting")
    }
    progress(2)
    table = salvage.rows(
        *(appointment.c.id, appointment.c.person, appointment.c.start, appointment.c.occurrence),
        *(appointment.c.visit_type, appointment.c.provider, appointment.c.status, appointment.c.zone),
    )
    if table.lost and not table.read:
        raise VaultError("emergency-nothing-left", pages=max(1, len(pages)))
    rows = found(table, "appointment")
    zone = _zone(known.get("zone") or next((str(row[7]) for row in rows), "UTC"))
    here = now.astimezone(zone)
    today = day or here.date()
    standing = [_Visit(*row[:6]) for row in rows if row[6] == VisitStatus.BOOKED.value]
    some = [one for one in standing if today <= one.start.date() <= today + timedelta(days=1)]
    some.sort(key=lambda one: (one.start, one.provider, one.id))
    progress(3)
    names = _people(salvage, {one.person for one in some}, found)
    reminders = _reminders(salvage, {one.id for one in some}, found)
    lines = [(one, _line(one, names)) for one in some]
    calls = []
    for one, line in lines:
        mailed = one.person not in names or names[one.person].mailed or "person_mailbox" in lost
        why = _why(reminders.get((one.id, one.occurrence)), mailed=mailed, lost="message" in lost)
        standing_person = one.person not in names or names[one.person].active
        if why and standing_person and (day or one.start > here.replace(tzinfo=None)):
            calls.append(replace(line, why=Reason(why, {"name": line.name} if why == "no-address" else {})))
    progress(4)
    return Read(
        practice=clean(known.get("practice-name", "")),
        language=known.get("language", ""),
        day=today,
        visits=tuple(line for one, line in lines if one.start.date() == today),
        calls=tuple(calls),
        damage=(*_pages(salvage, pages), *(Damage("table", name, count) for name, count in lost.items())),
        zone=zone,
    )


@dataclass(frozen=True)
class _Person:
    name: str
    phone: str
    active: bool
    mailed: bool


def _people(
    salvage: Salvage, wanted: set[str], found: Callable[[Found, str], tuple[Values, ...]]
) -> Mapping[str, _Person]:
    people = salvage.rows(
        *(person.c.id, person.c.first_name, person.c.last_name, person.c.phone, person.c.status),
        keep=lambda row: row[0] in wanted,
    )
    ties = salvage.rows(person_mailbox.c.person, keep=lambda row: row[0] in wanted)
    mailed = {row[0] for row in found(ties, "person_mailbox")}
    return {
        row[0]: _Person(
            clean(" ".join(part for part in row[1:3] if part)),
            clean(row[3]),
            row[4] == Status.ACTIVE.value,
            row[0] in mailed,
        )
        for row in found(people, "person")
    }


def _reminders(
    salvage: Salvage, wanted: set[str], found: Callable[[Found, str], tuple[Values, ...]]
) -> Mapping[tuple[str, int], str]:
    """The state of the live reminder of each visit, at its present time: of several one that arrived."""
    rows = salvage.rows(
        *(message.c.source, message.c.occurrence, message.c.state, message.c.kind),
        message.c.superseded,
        keep=lambda row: row[0] in wanted and row[3:] == ("reminder", 0),
    )
    states: dict[tuple[str, int], str] = {}
    for source, occurrence, state, *_ in found(rows, "message"):
        if states.get((source, occurrence)) != State.ACCEPTED.value:
            states[source, occurrence] = state
    return states


def _why(state: str | None, *, mailed: bool, lost: bool) -> str:
    """Why somebody has to phone; "" where nobody has to."""
    if state == State.ACCEPTED.value:
        return ""
    if not mailed:
        return "no-address"
    if state is None:
        return _UNKNOWN if lost else _NOT_SENT
    return next((why for known, why in _WORDS.items() if known.value == state), _WAITS)


def _line(visit: _Visit, names: Mapping[str, _Person]) -> EmergencyVisit:
    who = names.get(visit.person)
    return EmergencyVisit(
        at=visit.start.strftime(_MINUTE),
        name=who.name if who else "",
        phone=who.phone if who else "",
        kind=clean(visit.kind),
        provider=clean(visit.provider),
        day=visit.start.date(),
    )


def _refuse(rows: tuple[Values, ...], user: str) -> None:
    """Who sees no visits at work sees none here; of whom nothing can be read has at least a key."""
    for uid, role, disabled_at in rows:
        if uid == user and disabled_at is not None:
            raise VaultError("wrong-password")
        if uid == user and FieldGroup.APPOINTMENT in hidden(Role(role)):
            raise Refused("not-allowed")


def _refuse_left(rows: tuple[Values, ...], user: str) -> None:
    if any(uid == user and state != UserState.ACTIVE.value for uid, state in rows):
        raise VaultError("wrong-password")


def _pages(salvage: Salvage, pages: tuple[int, ...]) -> Iterator[Damage]:
    if salvage.is_cut():
        yield Damage("file", "practice.db")
    for page in pages[:_MOST_PAGES]:
        yield Damage("page", str(page))
    if len(pages) > _MOST_PAGES:
        yield Damage("page", f"{pages[_MOST_PAGES]}+", len(pages) - _MOST_PAGES)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
