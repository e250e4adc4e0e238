"""What happened with one person, from every room, newest first, as far as a role may see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from desktop.access.fields import readable
from desktop.access.roles import Action, FieldGroup, hidden
from desktop.audit.events import Act, Event
from desktop.audit.outside import seen
from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.models import appointments, audit_queries, consents, conversations, entries, messages, people
from desktop.models import timeline as rows
from desktop.models.accounts import Session, UserId
from desktop.models.correspondence import Entry, EntryId
from desktop.models.database import Tx
from desktop.models.filters import AuditFilter
from desktop.models.records import AppointmentId, MessageId, PersonId
from desktop.models.standing import Use
from desktop.models.timeline import Bound, Found
from desktop.office.conversations_shown import user_names
from desktop.office.desk import Desk
from desktop.office.values_person import Moment, TimelineLine, TimelinePlace, TimelineQuery, TimelineShown
from desktop.texts import clean

_MOST = 200
_REMINDER = "reminder"
_CHANGES = tuple(
    act.value
    for act in (
        *(Act.PEOPLE_ADDED, Act.PEOPLE_CHANGED, Act.PEOPLE_MERGED, Act.PEOPLE_UNMERGED),
        *(Act.HOUSEHOLD_CHANGED, Act.GUARDIAN_ENDED, Act.CONSENT_ASKED),
        *(Act.AUTHORIZATION_KEPT, Act.AUTHORIZATION_REVOKED),
        *(Act.KEY_ADDED, Act.KEY_CONFIRMED, Act.KEY_REVOKED),
        *(Act.PASSPHRASE_MADE, Act.CARD_REISSUED, Act.IDENTITY_CHECKED),
    )
)
"""What was changed about somebody, told by the log; looks at them are not."""
_ORDER = {kind: place for place, kind in enumerate(Moment)}
_Look = Callable[[Bound | None, int], Found]


@dataclass(frozen=True)
class _Item:
    kind: Moment
    at: datetime
    ref: str

    @property
    def place(self) -> tuple[datetime, int, int, str]:
        """Rises as the list goes up."""
        number = int(self.ref) if self.ref.isdigit() and self.kind in (Moment.CONSENT, Moment.CHANGE) else 0
        return self.at, -_ORDER[self.kind], number, self.ref


class Timelines:
    """Every answer is recorded before it is given."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def show_timeline(self, session: Session, query: TimelineQuery) -> TimelineShown:
        return self._desk.read(
            session,
            Action.SHOW_TIMELINE,
            lambda tx: _shown(tx, query, session),
            lambda _: Event(Act.TIMELINE_SHOWN, obj=query.person),
        )


def _shown(tx: Tx, query: TimelineQuery, session: Session) -> TimelineShown:
    if not people.get_many(tx, (query.person,)):
        raise InputError("person-unknown")
    limit = max(1, min(query.limit, _MOST))
    persons = rows.also_known_as(tx, query.person)
    found: list[_Item] = []
    for kind, look in _sources(tx, persons, session).items():
        if query.kinds and kind not in query.kinds:
            continue
        found += (_Item(kind, *one) for one in look(_bound(kind, query.older), limit + 1))
    found.sort(key=lambda one: one.place, reverse=True)
    page = found[:limit]
    last = page[-1] if len(found) > limit else None
    return TimelineShown(
        tuple(_Lines(tx, session, persons).of(page)),
        TimelinePlace(last.at, last.kind, last.ref) if last is not None else None,
        hidden(session.role),
    )


def _sources(tx: Tx, persons: Sequence[PersonId], session: Session) -> dict[Moment, _Look]:
    """Who may not see visits is not told of them by their reminders either."""
    sees_visits = FieldGroup.APPOINTMENT not in hidden(session.role)
    but = () if sees_visits else (_REMINDER,)
    sources: dict[Moment, _Look] = {
        Moment.SENT: lambda bound, limit: rows.sent(tx, persons, bound, limit, but),
        Moment.RECEIVED: lambda bound, limit: rows.received(tx, persons, bound, limit),
        Moment.CONSENT: lambda bound, limit: rows.consents(tx, persons, bound, limit),
        Moment.IMPORT: lambda bound, limit: rows.brought(tx, persons, bound, limit),
        Moment.CHANGE: lambda bound, limit: _changes(tx, persons, bound, limit),
    }
    if sees_visits:
        sources[Moment.VISIT] = lambda bound, limit: rows.visits(tx, persons, bound, limit)
    return sources


def _bound(kind: Moment, older: TimelinePlace | None) -> Bound | None:
    """What of this kind stands behind the last line of another one's, at the same moment too."""
    if older is None:
        return None
    ref = older.ref if kind is older.kind else ""
    return Bound(older.at, ref, with_at=_ORDER[kind] > _ORDER[older.kind])


def _changes(tx: Tx, persons: Sequence[PersonId], bound: Bound | None, limit: int) -> Found:
    """The log counts in milliseconds: it is asked a little further, and what is too new is left out."""
    until = bound.at + timedelta(milliseconds=1) if bound is not None else None
    before = int(bound.ref) if bound is not None and bound.ref else None
    found: dict[int, datetime] = {}
    for person in persons:
        wanted = AuditFilter(person=person, acts=_CHANGES, until=until if before is None else None)
        for record in audit_queries.page(tx, wanted, before, limit):
            one = seen(record)
            if one.at is not None and one.outcome == "ok" and _behind(one.at, bound):
                found[one.seq] = one.at
    return [(at, str(seq)) for seq, at in found.items()]


def _behind(at: datetime, bound: Bound | None) -> bool:
    if bound is None or bound.ref:
        return True
    return at <= bound.at if bound.with_at else at < bound.at


class _Lines:
    """The words behind the rows of one page, read together."""

    def __init__(self, tx: Tx, session: Session, persons: Sequence[PersonId]) -> None:
        self._tx = tx
        self._persons = persons
        self._session = session
        self._names = user_names(tx)

    def of(self, page: Sequence[_Item]) -> Iterable[TimelineLine]:
        makers = {
            Moment.VISIT: self._visits,
            Moment.SENT: self._sent,
            Moment.RECEIVED: self._received,
            Moment.CONSENT: self._consents,
            Moment.IMPORT: self._imports,
            Moment.CHANGE: self._changed,
        }
        made: dict[tuple[Moment, str], TimelineLine] = {}
        for kind, make in makers.items():
            refs = [one for one in page if one.kind is kind]
            if refs:
                made |= {(kind, line.ref): line for line in make(refs)}
        return [made[one.kind, one.ref] for one in page]

    def _visits(self, page: list[_Item]) -> Iterable[TimelineLine]:
        visits = appointments.get_many(self._tx, [AppointmentId(one.ref) for one in page])
        for one in page:
            visit = visits[AppointmentId(one.ref)]
            place = "  ·  ".join(part for part in (clean(visit.provider), clean(visit.location)) if part)
            yield TimelineLine(
                one.kind,
                one.at,
                one.ref,
                visit.status.value,
                start=visit.start,
                title=clean(visit.visit_type),
                place=place,
            )

    def _sent(self, page: list[_Item]) -> Iterable[TimelineLine]:
        sent = messages.get_many(self._tx, [MessageId(one.ref) for one in page])
        for one in page:
            row = sent[MessageId(one.ref)]
            said = entries.of_message(self._tx, row.id)
            yield TimelineLine(
                one.kind,
                one.at,
                one.ref,
                row.state.value,
                title=self._subject(said),
                place=row.kind,
                by=self._names.get(said.author, "") if said is not None and said.author else "",
                method=row.method,
                conversation=said.conversation if said is not None else None,
            )

    def _received(self, page: list[_Item]) -> Iterable[TimelineLine]:
        came = entries.get_many(self._tx, [EntryId(one.ref) for one in page])
        for one in page:
            said = came[EntryId(one.ref)]
            yield TimelineLine(
                one.kind, one.at, one.ref, title=self._subject(said), conversation=said.conversation
            )

    def _subject(self, said: Entry | None) -> str:
        """'' of what this role may not read, and of what has none."""
        talk = conversations.get(self._tx, said.conversation) if said is not None else None
        if said is None or talk is None or not readable(talk, self._session):
            return ""
        return clean(said.subject) or clean(talk.subject)

    def _consents(self, page: list[_Item]) -> Iterable[TimelineLine]:
        ledger = {seq: said for who in self._persons for seq, said in consents.numbered(self._tx, who)}
        for one in page:
            said = ledger[int(one.ref)]
            yield TimelineLine(
                one.kind,
                one.at,
                one.ref,
                said.state.value,
                place=clean(said.how),
                by=self._names.get(UserId(said.by), ""),
                use=Use(said.scope) if said.scope in tuple(Use) else Use.CARE,
            )

    def _imports(self, page: list[_Item]) -> Iterable[TimelineLine]:
        for one in page:
            yield TimelineLine(one.kind, one.at, one.ref)

    def _changed(self, page: list[_Item]) -> Iterable[TimelineLine]:
        for record in audit_queries.numbered(self._tx, sorted(int(one.ref) for one in page)):
            one = seen(record)
            at = one.at or datetime(1970, 1, 1, tzinfo=UTC)
            by = self._names.get(UserId(one.actor), "")
            yield TimelineLine(Moment.CHANGE, at, str(one.seq), one.act, by=by)
