"""Compiles a rule to one query that the database runs: no person is loaded to find out who belongs.

Every condition is true or false, never NULL in effect: "not" is pushed down to the conditions, and
a condition that is turned round takes in those of whom nothing is known. Cheap conditions stand
before those that look into other tables, so that most people cost one look. Whoever was merged
into another record, or withdrawn with an import, is in no group.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
    type_coerce,
)

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.models import rules
from desktop.models.columns import utc_text
from desktop.models.records import Consent, PersonId, State, VisitStatus
from desktop.models.rules import (
    CUSTOM,
    OPPOSITE,
    YES,
    Condition,
    Every,
    Nope,
    Op,
    Own,
    Rule,
    Shape,
    Stage,
    field_of,
)
from desktop.models.segmentfields import (
    TEXTS,
    WORDS,
    Truth,
    has_address,
    is_stopped,
    leap,
    lower,
    own_index,
    own_value,
    text_is,
)
from desktop.models.standing import BELOW_MARKETING, SegmentId, Use
from desktop.models.tables import (
    appointment,
    password_card,
    person,
    public_key,
)
from desktop.models.tables_mail import event, message
from desktop.models.tables_people import consent_state, segment_member

NOW = "the_moment"
YEAR, RECENT, LONG = 365, 90, 730
"""Days of the stages: a patient is new for 90, active for a year after a visit, overdue for another."""
MISSES = 2
"""Missed visits within a year that put a patient at risk of staying away."""


@dataclass(frozen=True)
class Basis:
    """What a rule is read against: the moment, the practice's day, its own fields, other groups.

    A group without a rule among `groups` is a list kept by hand. Of the conditions in `few` so few rows
    tell that these are gathered first (`segmentfew.py`); who belongs is the same.
    """

    now: datetime
    today: date
    own: Own = field(default_factory=dict)
    groups: Mapping[SegmentId, Rule | None] = field(default_factory=dict)
    few: frozenset[Condition] = frozenset()


def everybody() -> Select[str]:
    """The ids of all who can be in a group."""
    return select(person.c.id).where(*THERE)


def matching(rule: Rule, basis: Basis) -> Select[str]:
    """The ids of who belongs. Raises InputError "group-field", "group-unknown", "group-circle"."""
    return everybody().where(holds(rule, basis))


def counted(rule: Rule, basis: Basis) -> Select[int]:
    """How many belong; raises as `matching`."""
    return select(func.count()).select_from(person).where(*THERE, holds(rule, basis))


def among(rule: Rule, basis: Basis, people: list[PersonId]) -> Select[str]:
    """Who of `people` belongs; raises as `matching`."""
    return matching(rule, basis).where(person.c.id.in_(people))


def holds(rule: Rule, basis: Basis) -> Truth:
    """The rule as a condition about a row of `person`; raises as `matching`."""
    return _Reading(basis).truth(rule, True)[1]


def span(one: Condition, basis: Basis) -> list[Truth]:
    """The stretch of time that a condition asks about, as an index knows it; [] of one that has none."""
    return _Reading(basis).span(one)


THERE = (person.c.merged_into.is_(None), person.c.withdrawn_at.is_(None))
_BORN = type_coerce(person.c.birth_date, Text)
_SINCE = type_coerce(person.c.since, Text)
_START = type_coerce(appointment.c.start, Text)
_AT = type_coerce(event.c.at, Text)
_OWN_VISIT = appointment.c.person == person.c.id
_COLUMN, _OWN, _LOOK, _COUNT = 1, 2, 3, 4
"""What a condition costs: a column, one of the practice's own fields, a look elsewhere, a count."""


class _Reading:
    """One compilation; it knows which groups it stands in, so that no circle is walked."""

    def __init__(self, basis: Basis) -> None:
        self.basis = basis
        self._inside: list[SegmentId] = []
        self._day = basis.today.isoformat()
        self._tomorrow = self._in(1)

    def truth(self, rule: Rule, positive: bool) -> tuple[int, Truth]:
        """Cost and condition, turned round where not `positive`."""
        if isinstance(rule, Nope):
            return self.truth(rule.rule, not positive)
        if isinstance(rule, Condition):
            return self._condition(rule, positive)
        parts = sorted((self.truth(part, positive) for part in rule.rules), key=lambda part: part[0])
        cost = max((part[0] for part in parts), default=_COLUMN)
        if isinstance(rule, Every) is positive:
            return cost, and_(true(), *(part[1] for part in parts))
        return cost, or_(false(), *(part[1] for part in parts))

    def _condition(self, one: Condition, positive: bool) -> tuple[int, Truth]:
        if one.op in OPPOSITE:
            return self._condition(rules.positive(one), not positive)
        if one.field == "group":
            return self._groups(one, positive)
        cost, found = self._found(one)
        return cost, found if positive else not_(func.coalesce(found, literal_column("0")))

    def _found(self, one: Condition) -> tuple[int, Truth]:
        if one.field.startswith(CUSTOM):
            return _OWN, self._of_own(one)
        if one.field in TEXTS:
            return _COLUMN, text_is(func.lower(TEXTS[one.field]), TEXTS[one.field] != "", one)
        if one.field in WORDS:
            return _COLUMN, WORDS[one.field].in_(one.values)
        area, _, rest = one.field.partition(".")
        ask: dict[str, Callable[[], tuple[int, Truth]]] = {
            "age": lambda: (_COLUMN, self._age(one)),
            "birthday": lambda: (_COLUMN, self._birthday(int(one.values[0]))),
            "birth-month": lambda: (
                _COLUMN,
                func.substr(_BORN, 6, 2).in_([f"{int(month):02}" for month in one.values]),
            ),
            "since": lambda: (_COLUMN, self._on_day(_SINCE, _SINCE.is_not(None), one)),
            "phone": lambda: (_COLUMN, person.c.phone != ""),
            "address": lambda: (_LOOK, has_address()),
            "key": lambda: (_LOOK, self._has_key()),
            "card": lambda: (_LOOK, exists().where(password_card.c.person == person.c.id)),
            "stopped": lambda: (_LOOK, is_stopped()),
            "stage": lambda: (_LOOK, or_(*(self._stage(Stage(str(value))) for value in one.values))),
            "visit": lambda: self._visits(rest, one),
            "mail": lambda: self._mails(rest, one),
            "consent": lambda: (
                _LOOK,
                or_(*(self._consent(Use(rest), Consent(str(value))) for value in one.values)),
            ),
        }
        if area not in ask:
            raise InputError("group-field")
        return ask[area]()

    # --- the person ----------------------------------------------------------------------

    def _age(self, one: Condition) -> Truth:
        if one.op is Op.HAS:
            return _BORN.is_not(None)
        first, last = int(one.values[0]), int(one.values[-1])
        if one.op is Op.AT_LEAST:
            return self._born(first) >= _BORN
        if one.op is Op.AT_MOST:
            return self._born(last + 1) < _BORN
        return and_(self._born(first) >= _BORN, self._born(last + 1) < _BORN)

    def _born(self, years: int) -> str:
        """Who was born on this day or before is so old; who was born on a 29th of February turns on
        the 1st of March in other years, as text sorts."""
        return f"{max(self.basis.today.year - years, 0):04}{self._day[4:]}"

    def _birthday(self, days: int) -> Truth:
        if days >= YEAR:
            return _BORN.is_not(None)
        of_year, last = func.substr(_BORN, 6), self._in(days)
        low, high = self._day[5:], last[5:]
        wraps = last[:4] != self._day[:4]
        inside = or_(of_year >= low, of_year <= high) if wraps else and_(of_year >= low, of_year <= high)
        steps = (self.basis.today + timedelta(step) for step in range(days + 1))
        if any((day.month, day.day) == (3, 1) and not leap(day.year) for day in steps):
            inside = or_(inside, of_year == "02-29")
        return and_(_BORN.is_not(None), inside)

    def _on_day(self, column: ColumnElement[str], known: Truth, one: Condition) -> Truth:
        if one.op is Op.HAS:
            return known
        if one.op is Op.IN_LAST:
            return and_(column >= self._in(-int(one.values[0])), column <= self._day)
        if one.op is Op.IN_NEXT:
            return and_(column >= self._day, column <= self._in(int(one.values[0])))
        day = str(one.values[0])
        return column < day if one.op is Op.BEFORE else column >= day

    def _of_own(self, one: Condition) -> Truth:
        shape = field_of(one.field, self.basis.own)
        value, kind = own_value(shape.name.removeprefix(CUSTOM)), shape.shape
        if kind is Shape.WORD:
            return value.in_([literal_column("1" if word == YES else "0") for word in one.values])
        if kind is Shape.DAY:
            return self._on_day(value, value.is_not(None), one)
        if kind is Shape.TEXT:
            own = self.basis.own[shape.name.removeprefix(CUSTOM)]
            folded = own_index(own.name, own.kind)
            return text_is(folded, and_(value.is_not(None), value != ""), one)
        if one.op is Op.HAS:
            return value.is_not(None)
        low = -1e15 if one.op is Op.AT_MOST else one.values[0]
        high = 1e15 if one.op is Op.AT_LEAST else one.values[-1]
        return value.between(low, high)

    def _has_key(self) -> Truth:
        now = self._moment_now()
        ends = type_coerce(public_key.c.expires, Text)
        of = and_(public_key.c.person == person.c.id, public_key.c.revoked_at.is_(None))
        return exists().where(of, or_(ends.is_(None), ends > now))

    def _consent(self, use: Use, state: Consent) -> Truth:
        """As `Standing.of`: a refusal of care is one of everything, of marketing also of what is below it."""
        over = {Use.CARE, use} | ({Use.MARKETING} if use in BELOW_MARKETING else set())
        refused = self._said(tuple(sorted(over)), Consent.REFUSED)
        if state is Consent.REFUSED:
            return refused
        given = self._said((use,), Consent.GIVEN)
        return and_(given if state is Consent.GIVEN else not_(given), not_(refused))

    def _said(self, uses: tuple[Use, ...], state: Consent) -> Truth:
        ends = type_coerce(consent_state.c.expires, Text)
        still = or_(ends.is_(None), ends > self._moment_now())
        purpose = consent_state.c.purpose
        which = purpose == uses[0].value if len(uses) == 1 else purpose.in_([use.value for use in uses])
        own = consent_state.c.person == person.c.id
        return exists().where(own, which, consent_state.c.state == state.value, still)

    def _moment_now(self) -> ColumnElement[str]:
        """By a name, so that a compiled rule serves all day."""
        return bindparam(NOW, utc_text(self.basis.now), Text)

    # --- visits and mail -----------------------------------------------------------------

    def _visits(self, kind: str, one: Condition) -> tuple[int, Truth]:
        of = [
            func.lower(column) == lower(wanted)
            for column, wanted in (
                (appointment.c.visit_type, one.of.type),
                (appointment.c.provider, one.of.provider),
                (appointment.c.location, one.of.location),
            )
            if wanted
        ]
        if kind == "booked":
            return _LOOK, self._has(one, appointment.c.person, self._coming(), *self._until(one), *of)
        was = self._came() if kind == "came" else self._was(VisitStatus(kind))
        if one.op is Op.TIMES:
            many = select(func.count()).where(_OWN_VISIT, self._since_day(int(one.values[1])), was, *of)
            return _COUNT, many.scalar_subquery() >= one.values[0]
        last = [self._since_day(int(one.values[0]))] if one.op is Op.IN_LAST else []
        return _LOOK, self._has(one, appointment.c.person, *last, was, *of)

    def _has(self, one: Condition, whose: ColumnElement[str], *rows: Truth) -> Truth:
        """One of `rows` is the person's."""
        if one in self.basis.few:
            return person.c.id.in_(select(whose).where(whose.is_not(None), *rows))
        return exists().where(whose == person.c.id, *rows)

    def _until(self, one: Condition) -> list[Truth]:
        return [self._in(int(one.values[0]) + 1) > _START] if one.op is Op.IN_NEXT else []

    def span(self, one: Condition) -> list[Truth]:
        """As the function of that name."""
        area, _, kind = one.field.partition(".")
        if one.field == "visit.booked":
            return [self._day <= _START, *self._until(one)]
        if one.op is not Op.IN_LAST or kind == "written":
            return []
        days = int(one.values[0])
        if area == "visit":
            return [self._since_day(days), self._tomorrow > _START]
        return [event.c.kind == kind, self._moment(days) <= _AT] if area == "mail" else []

    def _came(self) -> Truth:
        """Marked so, or booked and past: many schedules mark only who stayed away."""
        status = appointment.c.status
        booked = and_(status == VisitStatus.BOOKED.value, self._day > _START)
        return or_(and_(status == VisitStatus.KEPT.value, self._tomorrow > _START), booked)

    def _was(self, status: VisitStatus) -> Truth:
        return and_(appointment.c.status == status.value, self._tomorrow > _START)

    def _coming(self) -> Truth:
        return and_(appointment.c.status == VisitStatus.BOOKED.value, self._day <= _START)

    def _since_day(self, days: int) -> Truth:
        return self._in(-days) <= _START

    def _stage(self, stage: Stage) -> Truth:
        came = self._came()
        recent = exists().where(_OWN_VISIT, self._since_day(RECENT), came)
        earlier = exists().where(_OWN_VISIT, self._in(-RECENT) > _START, came)
        coming = exists().where(_OWN_VISIT, self._coming())
        began = and_(self._in(-RECENT) <= _SINCE, self._day >= _SINCE)
        new = and_(not_(earlier), or_(func.coalesce(began, literal_column("0")), recent, coming))
        if stage is Stage.NEW:
            return new
        missed = self._was(VisitStatus.MISSED)
        count = select(func.count()).where(_OWN_VISIT, self._since_day(YEAR), missed).scalar_subquery()
        settled = and_(not_(new), count < MISSES)
        if stage is Stage.AT_RISK:
            return and_(not_(new), count >= MISSES)
        this_year = or_(exists().where(_OWN_VISIT, self._since_day(YEAR), came), coming)
        if stage is Stage.ACTIVE:
            return and_(this_year, settled)
        late = exists().where(_OWN_VISIT, self._since_day(LONG), came)
        return and_(not_(this_year), late if stage is Stage.OVERDUE else not_(late), settled)

    def _mails(self, kind: str, one: Condition) -> tuple[int, Truth]:
        """Days of mail are days of UTC."""
        table, at = (message, message.c.queued_at) if kind == "written" else (event, event.c.at)
        which = message.c.state == State.ACCEPTED.value if kind == "written" else event.c.kind == kind
        days = {Op.IN_LAST: 0, Op.TIMES: 1}.get(one.op)
        since = [] if days is None else [type_coerce(at, Text) >= self._moment(int(one.values[days]))]
        if one.op is Op.TIMES:
            many = select(func.count()).where(table.c.person == person.c.id, which, *since)
            return _COUNT, many.scalar_subquery() >= one.values[0]
        return _LOOK, self._has(one, table.c.person, which, *since)

    # --- other groups --------------------------------------------------------------------

    def _groups(self, one: Condition, positive: bool) -> tuple[int, Truth]:
        found = [self._group(SegmentId(str(value)), positive) for value in one.values]
        return _COUNT, or_(*found) if positive else and_(*found)

    def _group(self, id_: SegmentId, positive: bool) -> Truth:
        if id_ not in self.basis.groups:
            raise InputError("group-unknown")
        if id_ in self._inside:
            raise InputError("group-circle")
        rule = self.basis.groups[id_]
        if rule is None:
            listed = exists().where(segment_member.c.segment == id_, segment_member.c.person == person.c.id)
            return listed if positive else not_(listed)
        self._inside.append(id_)
        truth = self.truth(rule, positive)[1]
        self._inside.pop()
        return truth

    def _in(self, days: int) -> str:
        """The day so many days from today, as text; the calendar's own ends where it would leave it."""
        number = min(max(self.basis.today.toordinal() + days, 1), date.max.toordinal())
        return date.fromordinal(number).isoformat()

    def _moment(self, days: int) -> str:
        day = date.fromisoformat(self._in(-days))
        return utc_text(datetime.combine(day, time(), UTC))
