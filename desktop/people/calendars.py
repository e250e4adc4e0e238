"""iCalendar (RFC 5545): events are visits, a series is the visits of the next eighteen months.

Each event is read alone, so that a broken one is left out with its line. A visit of a series is
known by the series and the hour it was first planned for, so that moving one visit moves it here
too; days that were taken out come as cancelled. Whose visit it is stands in the summary
(`Lopez, Maria (10442)`), in labelled lines of the description (`MRN: 10442`), or in fields like
`X-PATIENT-ID`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date, datetime

from icalendar import Event
from icalendar.cal.component import Component

from desktop.frozen import dataclass
from desktop.models.records import Reason
from desktop.people.calendar_series import ZONE_PARAMETER, Budget, Place, occurrences, wall_time
from desktop.people.columns import VISIT_COLUMNS
from desktop.people.decoding import decode
from desktop.people.gathered import Gathered
from desktop.people.sheets import Sheet
from desktop.people.tabular import folded

FORMAT = "ics"
_MARKS = b"\x00\xef\xbb\xbf\xff\xfe"
"""Of UTF-8 and UTF-16."""
_START = re.compile(rb"\s*BEGIN:VCALENDAR", re.IGNORECASE)
_EDGE = re.compile(r"(BEGIN|END):\s*([A-Z-]+)\s*", re.IGNORECASE)
_METHOD = re.compile(r"METHOD[^:]*:\s*CANCEL\s*", re.IGNORECASE)
_EVENT_CHARS = 100_000
_NAMELESS = "\0"
"""Before the place of an event without a number of its own; no such number holds it."""
_FOLD = re.compile(r"\r\n[ \t]")
_ZONES = re.compile(
    r"^((?:DTSTART|RECURRENCE-ID|EXDATE|RDATE)(?:;(?!TZID=)[^:;\r]*)*);TZID=", re.IGNORECASE | re.MULTILINE
)
_LABEL = re.compile(r"\s*([^\W\d_][^:=\n]{1,38}?)\s*[:=]\s*(.+?)\s*")
_DASH = re.compile(r"\s+[-–—|]\s+")
_TAKEN = ("patient_id", "full_name", "first_name", "last_name", "birth_date", "visit_type", "provider")
_BY_LABEL = {usual: column for column in _TAKEN for usual in VISIT_COLUMNS[column]}
_STATUSES = {"confirmed": "booked", "tentative": "booked", "cancelled": "cancelled"}
_BROKEN = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, RecursionError)
"""What the library raises on made-up events."""


def is_calendar(data: bytes) -> bool:
    """Whether it begins with a calendar."""
    return _START.match(data[:400].translate(None, _MARKS)) is not None


def read_calendar(data: bytes, kind: str, today: date | None = None) -> Sheet:
    """The visits of a file. Without `today` the file's own last stamp stands for it.

    Raises InputError: the codes of `decode`; `nothing-of-kind`; `rows-too-many`; `no-rows`
    where all series have ended.
    """
    found = Gathered(FORMAT, kind, data)
    if kind != "appointments":
        found.ignore("VEVENT")
        return found.sheet()
    entries: list[_Entry] = []
    for line, text, cancelled in _events(decode(data).text, found):
        entry = _entry(line, text, cancelled)
        if isinstance(entry, Reason):
            found.refuse(line, entry)
        else:
            entries.append(entry)
    stamps = [entry.stamp or entry.start.wall.date() for entry in entries]
    _say_all(found, entries, Budget(today or max(stamps, default=date(1970, 1, 1))))
    return found.sheet()


@dataclass(frozen=True)
class _Entry:
    """One event. `planned` is the hour of a series that it stands for."""

    line: int
    uid: str
    start: Place
    planned: Place | None
    event: Component
    values: dict[str, str]
    sequence: int
    stamp: date | None


def _events(text: str, found: Gathered) -> Iterator[tuple[int, str, bool]]:
    """Each event's own lines with the line it begins on; '' for one that does not end."""
    inside: list[str] = []
    start, lines, cancelled = 0, list[str](), False
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        edge = _EDGE.fullmatch(line)
        if edge is None:
            if start and inside[-1:] == ["VEVENT"]:
                lines.append(line)
            cancelled = cancelled or (not start and _METHOD.fullmatch(line) is not None)
            continue
        name = edge[2].upper()
        if edge[1].upper() == "BEGIN":
            inside.append(name)
            if name == "VCALENDAR":
                cancelled = False
            elif name == "VEVENT" and not start:
                start, lines = number, []
            elif not start and name not in ("VTIMEZONE", "STANDARD", "DAYLIGHT"):
                found.ignore(name)
            continue
        inside = inside[: len(inside) - 1 - inside[::-1].index(name)] if name in inside else inside
        if name == "VEVENT" and start and "VEVENT" not in inside:
            yield start, "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""]), cancelled
            start = 0
    if start:
        yield start, "", cancelled


def _entry(line: int, text: str, cancelled: bool) -> _Entry | Reason:
    """The event, or why it cannot be read."""
    if not text or len(text) > _EVENT_CHARS:
        return Reason("ics-broken")
    try:
        event = Event.from_ical(_ZONES.sub(_own_zone, _FOLD.sub("", text)))
        start = wall_time(event["DTSTART"])
        planned = wall_time(event["RECURRENCE-ID"]) if "RECURRENCE-ID" in event else None
        values = _values(event)
        if cancelled:
            values["status"] = "cancelled"
        sequence, stamp = event.get("SEQUENCE", 0), event.get("DTSTAMP")
        own = str(event.get("UID", "")).strip()
        if isinstance(start, Reason):
            return start
        if isinstance(planned, Reason):
            return planned
        if planned is not None and "RANGE" in event["RECURRENCE-ID"].params:
            return Reason("recurrence-unread")
        moment = stamp.dt if stamp is not None else None
        day = moment.date() if isinstance(moment, datetime) else None
        return _Entry(line, own, start, planned, event, values, int(sequence), day)
    except _BROKEN:
        return Reason("ics-broken")


def _own_zone(found: re.Match[str]) -> str:
    return f"{found[1]};{ZONE_PARAMETER}="


def _say_all(found: Gathered, entries: list[_Entry], budget: Budget) -> None:
    """Series first, then what was changed of them, then what stands alone."""
    single: dict[str, _Entry] = {}
    masters: dict[str, _Entry] = {}
    for number, entry in enumerate(entries):
        if entry.planned is None or not entry.uid:
            kept = masters if "RRULE" in entry.event or "RDATE" in entry.event else single
            uid = entry.uid or f"{_NAMELESS}{number}"
            kept[uid] = max(kept.get(uid, entry), entry, key=_version)
    changed: dict[str, dict[Place, _Entry]] = {}
    for entry in entries:
        if entry.planned is not None and entry.uid:
            series = masters.get(entry.uid)
            place = entry.planned if series is None else entry.planned.in_zone_of(series.start)
            own = changed.setdefault(entry.uid, {})
            own[place] = max(own.get(place, entry), entry, key=_version)
    for uid, entry in masters.items():
        _say_series(found, uid, entry, changed.get(uid, {}).keys(), budget)
    for uid, visits in changed.items():
        for place, entry in visits.items():
            _say(found, entry, f"{uid}#{place.stamp}", entry.start)
    for uid, entry in single.items():
        _say(found, entry, "" if uid.startswith(_NAMELESS) else uid, entry.start)


def _version(entry: _Entry) -> tuple[int, int]:
    return entry.sequence, entry.line


def _say_series(found: Gathered, uid: str, entry: _Entry, changed: Collection[Place], budget: Budget) -> None:
    """The visits of a series but for those that the file says by themselves."""
    found.meet()
    try:
        rows = occurrences(entry.event, entry.start, budget)
    except _BROKEN:
        rows = Reason("recurrence-unread")
    if isinstance(rows, Reason):
        found.refuse(entry.line, rows)
        return
    for place, on in rows:
        if place not in changed:
            values = entry.values if on else entry.values | {"status": "cancelled"}
            number = "" if uid.startswith(_NAMELESS) else f"{uid}#{place.stamp}"
            found.say(entry.line, values | {"external_id": number, "start": place.text}, key=number)


def _say(found: Gathered, entry: _Entry, number: str, place: Place) -> None:
    found.say(entry.line, entry.values | {"external_id": number, "start": place.text}, key=number)


def _values(event: Component) -> dict[str, str]:
    """What the event says beside its hours."""
    said = _labelled(event)
    name, *rest = _DASH.split(_text(event, "SUMMARY"), maxsplit=1)
    named = any(column in said for column in ("full_name", "last_name"))
    organizer = getattr(event.get("ORGANIZER"), "params", {})
    status = _text(event, "STATUS").lower()
    about = {
        "full_name": "" if named else name,
        "visit_type": _text(event, "SUMMARY") if named else "".join(rest),
        "provider": " ".join(str(organizer.get("CN", "")).split()),
        "location": _text(event, "LOCATION"),
        "status": _STATUSES.get(status, status),
    }
    return about | said


def _labelled(event: Component) -> dict[str, str]:
    """Lines of the description and fields of the program's own that name one of our columns."""
    lines = str(event.get("DESCRIPTION", "")).splitlines()
    pairs = [(found[1], found[2]) for line in lines if (found := _LABEL.fullmatch(line))]
    pairs += [(name[2:], _text(event, name)) for name in event if name.startswith("X-")]
    columns = ((_BY_LABEL.get(folded(label)), value) for label, value in pairs)
    return {column: value for column, value in columns if column and value}


def _text(event: Component, name: str) -> str:
    value = event.get(name, "")
    if isinstance(value, list):
        value = value[0] if value else ""
    return " ".join(str(value).split())
