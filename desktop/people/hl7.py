"""HL7 v2 as interfaces write it: ADT messages are people, SIU messages are visits.

A file holds one message or many, with or without batch headers (2.10.3 of the standard) and
the frame of the transport (MLLP). Each message says its own separators in its header. Of
several messages about one patient or visit the later fills in and overrides the earlier, as
each is the news of its hour. A message that cannot be read is left out with its line; a batch
that is shorter than it says is refused, as its end may be missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.models.records import Reason
from desktop.people.decoding import decode
from desktop.people.gathered import Gathered, known_language
from desktop.people.sheets import Sheet

FORMAT = "hl7"
_START = re.compile(rb"[\s\x0b]*(?:MSH|BHS|FHS)[^A-Za-z0-9\s]")
_REPEATS = 50
"""Of one field, that are looked at."""
_LINES = re.compile(r"\r\n|\r|\n")
_ENVELOPES = ("FHS", "BHS", "FTS", "BTS")
_SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}")
_DELETED = frozenset({"A23", "A29"})
_JOINED = frozenset(f"A{n}" for n in (17, 18, 24, 30, 34, 35, 36, 37, *range(39, 52)))
"""Two records become one, part, or change numbers: people do that themselves, and can undo it."""
_SLOTS = frozenset({"S23", "S24"})
"""Time that was blocked or opened: nobody's visit."""
_OVER = {"S15": "cancelled", "S16": "cancelled", "S17": "cancelled", "S26": "missed"}
_ON = {"S12": "booked", "S13": "booked"}
_NUMBER_KINDS = ("MR", "MRN", "PI", "PT", "EPI", "")
_MOMENT = re.compile(r"(\d{8})(\d{2})(\d{2})?(?:\d{2}(?:\.\d+)?)?([+-]\d{4})?")
_SEXES = {"F": "female", "M": "male", "O": "other", "A": "other", "X": "other"}


def is_hl7(data: bytes) -> bool:
    """Whether the first line is the header of a message or a batch."""
    return _START.match(data[:200].removeprefix(b"\xef\xbb\xbf")) is not None


def read_hl7(data: bytes, kind: str) -> Sheet:
    """The people or the visits of a file of messages.

    Raises InputError: the codes of `decode`; `hl7-cut-short` when a batch says that it holds
    more messages than it does; `nothing-of-kind` when no message is about `kind`.
    """
    found = Gathered(FORMAT, kind, data)
    take = _person if kind == "people" else _visit
    for line, lines in _messages(decode(data.translate(None, b"\x0b\x1c")).text):
        message = _opened(lines)
        if isinstance(message, Reason):
            found.refuse(line, message)
        else:
            take(found, line, message)
    return found.sheet()


@dataclass(frozen=True)
class _Marks:
    """The five separators of one message."""

    field: str
    component: str
    repetition: str
    escape: str
    part: str

    @classmethod
    def of(cls, header: str) -> _Marks | None:
        """None where the header does not say them, or says one twice."""
        signs = header[4:].split(header[3:4], 1)[0] if len(header) > 8 else ""
        marks = header[3:4] + signs
        sound = len(signs) in (4, 5) and len(set(marks)) == len(marks)
        sound = sound and not any(mark.isalnum() or mark.isspace() for mark in marks)
        return cls(*marks[:5]) if sound else None


@dataclass(frozen=True)
class _Field:
    text: str
    marks: _Marks

    def __bool__(self) -> bool:
        return self.text != ""

    def repeats(self) -> list[_Field]:
        return [
            _Field(text, self.marks) for text in self.text.split(self.marks.repetition, _REPEATS)[:_REPEATS]
        ]

    def part(self, number: int) -> str:
        """One component, from 1, of the first repetition; its first part where it has several."""
        components = self.text.split(self.marks.repetition, 1)[0].split(self.marks.component)
        if number > len(components):
            return ""
        said = components[number - 1].split(self.marks.part, 1)[0]
        return "" if said == '""' else _plain(said, self.marks.escape).strip()


@dataclass(frozen=True)
class _Message:
    marks: _Marks
    segments: tuple[tuple[str, list[str]], ...]

    @property
    def type(self) -> str:
        return self.field("MSH", 9).part(1).upper()

    @property
    def event(self) -> str:
        return (self.field("MSH", 9).part(2) or self.field("EVN", 1).part(1)).upper()

    def field(self, segment: str, number: int) -> _Field:
        """Of the first such segment; empty where it is not there."""
        return next(
            (self.of(fields, number) for name, fields in self.segments if name == segment), self.of([], 1)
        )

    def of(self, fields: list[str], number: int) -> _Field:
        return _Field(fields[number] if number < len(fields) else "", self.marks)

    def all(self, segment: str) -> list[list[str]]:
        return [fields for name, fields in self.segments if name == segment]


def _messages(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each message's segments with the line of its header. Raises `hl7-cut-short`."""
    start, lines, counted = 0, list[str](), 0
    for number, line in enumerate(_LINES.split(text), 1):
        if not line.strip():
            continue
        name = line[:3]
        if name == "MSH" or name in _ENVELOPES or not lines:
            if lines:
                yield start, lines
            start, lines = number, ([] if name in _ENVELOPES else [line])
            counted = 0 if name == "BHS" else counted + (name == "MSH")
            if name == "BTS":
                _need_whole(line, counted, number)
        else:
            lines.append(line)
    if lines:
        yield start, lines


def _need_whole(trailer: str, counted: int, line: int) -> None:
    said = trailer[4:].split(trailer[3:4], 1)[0].strip() if len(trailer) > 4 else ""
    if said.isascii() and said.isdigit() and len(said) < 10 and int(said) > counted:
        raise InputError("hl7-cut-short", line=line, said=int(said), found=counted)


def _opened(lines: list[str]) -> _Message | Reason:
    """The message, or why it cannot be read."""
    if lines[0][:3] != "MSH":
        return Reason("hl7-no-header")
    marks = _Marks.of(lines[0])
    if marks is None:
        return Reason("hl7-separators")
    segments = []
    for line in lines:
        name, *fields = line.split(marks.field)
        if not _SEGMENT.fullmatch(name):
            return Reason("hl7-segment-broken")
        # The first separator is itself the first field of a header.
        segments.append((name, [name, marks.field, *fields] if name == "MSH" else [name, *fields]))
    return _Message(marks, tuple(segments))


def _plain(text: str, escape: str) -> str:
    """Without the escapes of 2.7; what only concerns print is left out."""
    if escape not in text:
        return text
    parts = text.split(escape)
    if len(parts) % 2 == 0:
        return text  # an escape that never closes is a sign like others
    return "".join(_escaped(part) if at % 2 else part for at, part in enumerate(parts))


def _escaped(code: str) -> str:
    if code in ("F", "S", "T", "R", "E"):
        return {"F": "|", "S": "^", "T": "&", "R": "~", "E": "\\"}[code]
    if code[:1] == "X" and len(code) % 2 and re.fullmatch("[0-9A-Fa-f]+", code[1:]):
        return bytes.fromhex(code[1:]).decode("utf-8", "replace")
    return " " if code in (".br", ".sp") else ""


def _person(found: Gathered, line: int, message: _Message) -> None:
    if message.type != "ADT":
        found.ignore(f"{message.type} {message.event}".strip())
    elif message.event in _DELETED:
        found.refuse(line, Reason("record-deleted"))
    elif message.event in _JOINED:
        found.refuse(line, Reason("record-joined"))
    elif not (patients := message.all("PID")):
        found.refuse(line, Reason("patient-missing"))
    else:
        values = _patient(message, patients[0])
        found.say(line, values, key=values["external_id"])


def _patient(message: _Message, pid: list[str]) -> dict[str, str]:
    """What one PID segment says (3.4.2)."""
    name = _best(message.of(pid, 5), 7, ("L", "D", ""))
    home = _best(message.of(pid, 11), 7, ("H", "C", "M", ""))
    birth = message.of(pid, 7).part(1)[:8]
    dead = message.of(pid, 30).part(1).upper() == "Y" or message.of(pid, 29).part(1) != ""
    phone, email = _reached(message, pid)
    return {
        "external_id": _number(message, pid),
        "last_name": name.part(1),
        "first_name": name.part(2),
        "birth_date": birth if len(birth) == 8 else "",
        "sex": _SEXES.get(message.of(pid, 8).part(1).upper(), ""),
        "street": home.part(1),
        "city": home.part(3),
        "region": home.part(4),
        "zip": home.part(5),
        "phone": phone,
        "email": email,
        "language": known_language(message.of(pid, 15).part(1), message.of(pid, 15).part(2)),
        "status": "deceased" if dead else "",
    }


def _number(message: _Message, pid: list[str]) -> str:
    """The practice's own number: the medical record's, never that of social security or a licence."""
    numbers = [one for place in (3, 2) for one in message.of(pid, place).repeats() if one.part(1)]
    ranked = (one.part(1) for kind in _NUMBER_KINDS for one in numbers if one.part(5) == kind)
    return next(ranked, "")


def _best(field: _Field, place: int, wanted: tuple[str, ...]) -> _Field:
    """The repetition whose kind comes first in `wanted`, else the first of all."""
    repeats = field.repeats()
    ranked = [one for kind in wanted for one in repeats if one.part(place).upper() == kind]
    return ranked[0] if ranked else repeats[0]


def _reached(message: _Message, pid: list[str]) -> tuple[str, str]:
    """Telephone and e-mail address: in one kind of field, told apart by its use and equipment."""
    phones: list[tuple[int, str]] = []
    emails: list[str] = []
    for place in (13, 40, 14):
        for one in message.of(pid, place).repeats():
            address = one.part(4)
            if one.part(3).lower() == "internet" or one.part(2).upper() == "NET" or "@" in address:
                emails.append(address or one.part(1))
                continue
            number = one.part(1) or one.part(12) or " ".join(filter(None, (one.part(6), one.part(7))))
            if number:
                phones.append((0 if one.part(3).upper() == "CP" else 1, number))
    return min(phones, key=lambda one: one[0])[1] if phones else "", next(filter(None, emails), "")


def _visit(found: Gathered, line: int, message: _Message) -> None:
    if message.type != "SIU" or message.event in _SLOTS:
        found.ignore(f"{message.type} {message.event}".strip())
        return
    number = message.field("SCH", 2).part(1) or message.field("SCH", 1).part(1)
    series = message.field("SCH", 3).part(1)
    patients = message.all("PID")
    if not patients:
        found.refuse(line, Reason("patient-missing"))
        return
    number = f"{number}/{series}" if number and series.strip("0") else number
    for place, pid in enumerate(patients):
        patient = _patient(message, pid)
        own = f"{number}/{patient['external_id']}" if number and place else number
        found.say(line, _appointment(message, own, patient), key=own)


def _appointment(message: _Message, number: str, patient: dict[str, str]) -> dict[str, str]:
    """What SCH and the resources below it say (10.6)."""
    doctor = message.field("AIP", 3) or message.field("PV1", 7)
    room = message.field("AIL", 3) or message.field("PV1", 3)
    service = message.field("AIS", 3) or message.field("SCH", 7) or message.field("SCH", 8)
    return {
        "external_id": number,
        "patient_id": patient["external_id"],
        "last_name": patient["last_name"],
        "first_name": patient["first_name"],
        "birth_date": patient["birth_date"],
        "start": _start(message),
        "visit_type": service.part(2) or service.part(1),
        "provider": ", ".join(filter(None, (doctor.part(2), doctor.part(3)))) or doctor.part(1),
        "location": room.part(9) or room.part(1) or room.part(4),
        "status": _OVER.get(message.event) or message.field("SCH", 25).part(1) or _ON.get(message.event, ""),
    }


def _start(message: _Message) -> str:
    """When it begins, as `2026-11-24T14:30`, with the offset where one is written."""
    said = (
        message.field("SCH", 11).part(4),
        message.field("TQ1", 7).part(1),
        message.field("AIS", 4).part(1),
        message.field("AIP", 6).part(1),
        message.field("AIL", 6).part(1),
    )
    text = next(filter(None, said), "")
    found = _MOMENT.fullmatch(text)
    if found is None:
        return text
    day, hour, minute, offset = found.groups()
    return f"{day[:4]}-{day[4:6]}-{day[6:]}T{hour}:{minute or '00'}{offset or ''}"
