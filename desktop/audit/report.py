"""The log on paper, for people: what happened in words, who did it by name, and what proves it.

Names are joined while the paper is made and stand nowhere in the log. Times are wall-clock
times of the practice's zone, written as numbers so that no country reads them differently.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import takewhile
from zoneinfo import ZoneInfo

from desktop.audit.fields import is_id
from desktop.audit.log import SYSTEM
from desktop.audit.outside import Seen, seen, watched
from desktop.audit.touched import Touch, Touched
from desktop.frozen import dataclass
from desktop.models import audit_lists, audit_queries, users
from desktop.models.database import Tx
from desktop.models.documents import Block, Column, Document, Facts, Paragraph, Progress, QrCode, Style, Table
from desktop.models.filters import AuditFilter
from desktop.models.records import Person
from desktop.texts import Texts

ROWS = 5000
"""What a paper lists at most; the counts are of everything, and JSON Lines hold everything."""
_ID_SHOWN = 8


@dataclass(frozen=True)
class Head:
    """What stands above a report. `by` is the name of the person who asks for it."""

    practice: str
    zone: ZoneInfo
    made: datetime
    by: str


@dataclass(frozen=True)
class Mark:
    """The signed checkpoint that proves the log as it was, and the key to check it with."""

    checkpoint: str
    key: str


def log_report(
    tx: Tx,
    wanted: AuditFilter,
    head: Head,
    mark: Mark | None,
    texts: Texts,
    progress: Progress | None = None,
    *,
    last: int = 0,
    named: bool = True,
) -> Document:
    """The records that `wanted` finds: counts of all, a table of the newest `ROWS`.

    `last` is the number of the newest record to show, 0 for no end. Without `named` contacts
    stay ids: for readers who may see the log and no patients.
    """
    words = _Words(texts, head.zone)
    counts: Counter[tuple[str, str]] = Counter()
    newest: deque[Seen] = deque(maxlen=ROWS)
    total = audit_queries.size(tx, wanted)
    found = takewhile(lambda record: not last or record.seq <= last, audit_queries.records(tx, wanted))
    for record in watched(found, total, progress):
        one = seen(record)
        counts[one.act, one.outcome] += 1
        newest.append(one)
    names = _names(tx, newest, wanted) if named else _users(tx)
    number = sum(counts.values())
    blocks: list[Block] = [
        Facts((*_filter_rows(wanted, names, words), (texts.say("report.log.records"), str(number)))),
        Paragraph(texts.say("report.log.counts"), Style.HEADING),
        _counts(counts, words),
        Paragraph(texts.say("report.log.table"), Style.HEADING),
    ]
    if number > len(newest):
        blocks.append(Paragraph(texts.say("report.log.cut", shown=len(newest), all=number), Style.NOTE))
    blocks.append(_log_table(newest, names, words))
    blocks += _proof(mark, texts)
    return Document(
        title=texts.say("report.log.title"),
        language=texts.language,
        subtitle=subtitle(head, texts),
        blocks=tuple(blocks),
        footer=texts.say("report.foot", practice=head.practice),
    )


def touched_report(
    tx: Tx,
    person: Person,
    found: Touched,
    head: Head,
    mark: Mark | None,
    texts: Texts,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Document:
    """One patient's record of access, as a paper to hand over."""
    words = _Words(texts, head.zone)
    notes = [texts.say("report.touched.only")]
    if found.altered:
        notes.append(texts.count("report.touched.altered", found.altered))
    if found.unkept:
        notes.append(texts.count("report.touched.unkept", found.unkept))
    blocks: list[Block] = [
        Facts(
            (
                (texts.say("report.touched.person"), _called(person)),
                *words.period(since, until),
                (texts.say("report.log.records"), str(len(found.touches))),
                (texts.say("report.touched.lists"), str(found.opened)),
            )
        ),
        *(Paragraph(note) for note in notes),
        Paragraph(texts.say("report.touched.table"), Style.HEADING),
        touched_table(tx, found, head.zone, texts),
        *_proof(mark, texts),
    ]
    return Document(
        title=texts.say("report.touched.title"),
        language=texts.language,
        subtitle=subtitle(head, texts),
        blocks=tuple(blocks),
        footer=texts.say("report.touched.foot", practice=head.practice),
    )


def touched_table(tx: Tx, found: Touched, zone: ZoneInfo, texts: Texts) -> Table:
    """The rows of the record of access, for the paper and for CSV."""
    words = _Words(texts, zone)
    names = _names(tx, [touch.seen for touch in found.touches], AuditFilter())
    columns = (
        Column(texts.say("report.column.number"), 0.85, right=True),
        Column(texts.say("report.column.time"), 1.75),
        Column(texts.say("report.column.who"), 1.4),
        Column(texts.say("report.column.what"), 2.1),
        Column(texts.say("report.column.how"), 1.4),
        Column(texts.say("report.column.outcome"), 1.4),
    )
    return Table(columns, tuple(_touched_row(touch, names, words) for touch in found.touches))


def _touched_row(touch: Touch, names: Mapping[str, str], words: _Words) -> tuple[str, ...]:
    one = touch.seen
    texts = words.texts
    if touch.listed:
        how = texts.count("report.touched.listed", touch.listed)
    elif one.place == "message":
        how = texts.say("report.touched.message")
    elif one.act == "people.imported":
        how = texts.say("report.touched.imported")
    else:
        how = texts.say("report.touched.direct")
    return (
        str(one.seq),
        words.time(one.at),
        words.who(one, names),
        words.what(one),
        how,
        words.outcome(one),
    )


def _log_table(records: Iterable[Seen], names: Mapping[str, str], words: _Words) -> Table:
    texts = words.texts
    columns = (
        Column(texts.say("report.column.number"), 0.85, right=True),
        Column(texts.say("report.column.time"), 1.75),
        Column(texts.say("report.column.who"), 1.4),
        Column(texts.say("report.column.what"), 2.1),
        Column(texts.say("report.column.object"), 1.3),
        Column(texts.say("report.column.outcome"), 1.4),
    )
    rows = (
        (
            str(one.seq),
            words.time(one.at),
            words.who(one, names),
            words.what(one),
            words.object(one, names),
            words.outcome(one),
        )
        for one in records
    )
    return Table(columns, tuple(rows))


def _counts(counts: Counter[tuple[str, str]], words: _Words) -> Table:
    texts = words.texts
    acts = Counter[str]()
    for (act, _), number in counts.items():
        acts[act] += number
    columns = (
        Column(texts.say("report.column.what"), 4),
        Column(texts.say("report.column.times"), 1, right=True),
        Column(texts.say("report.column.not-done"), 1, right=True),
    )
    rows = (
        (words.act(act), str(number), str(number - counts[act, "ok"])) for act, number in acts.most_common()
    )
    return Table(columns, tuple(rows))


def _filter_rows(wanted: AuditFilter, names: Mapping[str, str], words: _Words) -> tuple[tuple[str, str], ...]:
    """Period always; the other parts where they were asked for."""
    texts = words.texts
    rows = [*words.period(wanted.since, wanted.until)]
    if wanted.actor:
        rows.append((texts.say("report.column.who"), words.name(wanted.actor, names)))
    if wanted.acts:
        rows.append((texts.say("report.column.what"), ", ".join(words.act(act) for act in wanted.acts)))
    if wanted.person:
        rows.append((texts.say("report.touched.person"), words.name(wanted.person, names)))
    if wanted.message:
        rows.append((texts.say("report.log.message"), words.name(wanted.message, names)))
    if wanted.outcome:
        rows.append((texts.say("report.column.outcome"), texts.say(f"report.outcome.{wanted.outcome}")))
    return tuple(rows)


def _proof(mark: Mark | None, texts: Texts) -> list[Block]:
    """The checkpoint in letters and as a code, and the key in letters."""
    if mark is None:
        return []
    return [
        Paragraph(texts.say("report.proof.title"), Style.HEADING),
        Paragraph(texts.say("report.proof.words")),
        Paragraph(mark.checkpoint.rstrip("\n"), Style.EXACT),
        QrCode(mark.checkpoint, texts.say("report.proof.code")),
        Paragraph(texts.say("report.proof.key"), Style.NOTE),
        Paragraph(mark.key, Style.EXACT),
    ]


def _names(tx: Tx, records: Iterable[Seen], wanted: AuditFilter) -> dict[str, str]:
    ids: set[str | None] = {wanted.actor, wanted.person, wanted.message}
    for one in records:
        ids |= {one.actor, one.obj, str(one.det.get("person", ""))}
    return audit_lists.names(tx, [id_ for id_ in ids if id_])


def _users(tx: Tx) -> dict[str, str]:
    return {user.id: user.name for user in users.listing(tx)}


def subtitle(head: Head, texts: Texts) -> tuple[str, ...]:
    """Which practice, and who made the paper when."""
    time = _Words(texts, head.zone).time(head.made)
    return head.practice, texts.say("report.made", time=time, zone=str(head.zone), name=head.by)


def _called(person: Person) -> str:
    born = f", {person.birth_date.isoformat()}" if person.birth_date else ""
    return f"{person.name or person.organisation}{born}"


@dataclass(frozen=True)
class _Words:
    """Codes and ids as people read them."""

    texts: Texts
    zone: ZoneInfo

    def time(self, at: datetime | None) -> str:
        return at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S") if at else ""

    def period(self, since: datetime | None, until: datetime | None) -> tuple[tuple[str, str], ...]:
        if since is None and until is None:
            return ((self.texts.say("report.period"), self.texts.say("report.period.all")),)
        start = self.time(since) or self.texts.say("report.period.start")
        end = self.time(until) or self.texts.say("report.period.end")
        words = self.texts.say("report.period.range", start=start, end=end, zone=str(self.zone))
        return ((self.texts.say("report.period"), words),)

    def name(self, id_: str, names: Mapping[str, str]) -> str:
        if id_ == SYSTEM:
            return self.texts.say("report.system")
        return names.get(id_) or (id_[:_ID_SHOWN] if is_id(id_) else id_)

    def who(self, one: Seen, names: Mapping[str, str]) -> str:
        return self.name(one.actor, names)

    def act(self, act: str) -> str:
        return self.texts.say(f"event.{act}") if self.texts.has(f"event.{act}") else act

    def what(self, one: Seen) -> str:
        return self.act(one.act) if one.readable else self.texts.say("report.unreadable")

    def object(self, one: Seen, names: Mapping[str, str]) -> str:
        """The person whom it is about where there is one, else the first signs of the id, or the code."""
        about = str(one.det.get("person", "")) or one.obj
        return self.name(about, names) if about else ""

    def outcome(self, one: Seen) -> str:
        said = self.texts.say(f"report.outcome.{one.outcome}")
        for code in (f"reason.{one.why}", f"error.{one.why}"):
            if one.why and self.texts.is_whole(code):
                return f"{said}: {self.texts.say(code)}"
        return f"{said}: {one.why}" if one.why else said
