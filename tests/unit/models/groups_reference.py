"""What a rule means, in plain Python over one person at a time: nothing of the compiled query is used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from desktop.models.rules import OPPOSITE, Condition, Every, Nope, Op, Rule, Some


@dataclass
class One:
    """A person as the reference knows them; moments are aware, starts are wall-clock time."""

    born: date | None = None
    texts: dict[str, str] = field(default_factory=dict)
    since: date | None = None
    phone: bool = False
    address: bool = False
    own: dict[str, str | int | bool] = field(default_factory=dict)
    visits: list[tuple[datetime, str, str]] = field(default_factory=list)
    """Start, status, type."""
    consent: dict[str, tuple[str, datetime | None]] = field(default_factory=dict)
    events: list[tuple[datetime, str]] = field(default_factory=list)
    lists: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Reference:
    now: datetime
    today: date
    groups: dict[str, Rule | None]

    def holds(self, rule: Rule, one: One) -> bool:
        if isinstance(rule, Every):
            return all(self.holds(part, one) for part in rule.rules)
        if isinstance(rule, Some):
            return any(self.holds(part, one) for part in rule.rules)
        if isinstance(rule, Nope):
            return not self.holds(rule.rule, one)
        if rule.op in OPPOSITE:
            turned = Condition(rule.field, OPPOSITE[rule.op], rule.values, rule.of)
            return not self.holds(turned, one)
        return self._condition(rule, one)

    def _condition(self, rule: Condition, one: One) -> bool:
        area, _, rest = rule.field.partition(".")
        ask: dict[str, Callable[[], bool]] = {
            "age": lambda: one.born is not None and self._number(rule, self._age(one.born)),
            "birthday": lambda: one.born is not None and self._birthday(one.born, rule),
            "birth-month": lambda: one.born is not None and str(one.born.month) in rule.values,
            "since": lambda: self._day(rule, one.since),
            "phone": lambda: one.phone,
            "address": lambda: one.address,
            "custom": lambda: self._own(rule, one.own.get(rest)),
            "stage": lambda: self._stage(one) in rule.values,
            "visit": lambda: self._visits(rule, rest, one),
            "mail": lambda: self._mails(rule, rest, one),
            "consent": lambda: self._consent(rest, one) in rule.values,
            "group": lambda: any(self._group(str(value), one) for value in rule.values),
        }
        if area in ask:
            return ask[area]()
        return self._text(rule, one.texts[rule.field])

    def _group(self, id_: str, one: One) -> bool:
        rule = self.groups[id_]
        return id_ in one.lists if rule is None else self.holds(rule, one)

    def _age(self, born: date) -> int:
        had = (self.today.month, self.today.day) >= (born.month, born.day)
        return self.today.year - born.year - (not had)

    def _birthday(self, born: date, rule: Condition) -> bool:
        for step in range(int(rule.values[0]) + 1):
            day = self.today + timedelta(step)
            if (day.month, day.day) == (born.month, born.day):
                return True
            leap = day.year % 4 == 0 and (day.year % 100 != 0 or day.year % 400 == 0)
            if (born.month, born.day, day.month, day.day) == (2, 29, 3, 1) and not leap:
                return True
        return False

    def _number(self, rule: Condition, value: float) -> bool:
        first, last = rule.values[:1], rule.values[-1:]
        low = rule.op is Op.AT_MOST or not first or value >= float(first[0])
        high = rule.op is Op.AT_LEAST or not last or value <= float(last[0])
        return low and high

    def _day(self, rule: Condition, day: date | None) -> bool:
        if day is None or rule.op is Op.HAS:
            return day is not None
        if rule.op is Op.IN_LAST:
            return self.today - timedelta(int(rule.values[0])) <= day <= self.today
        if rule.op is Op.IN_NEXT:
            return self.today <= day <= self.today + timedelta(int(rule.values[0]))
        given = date.fromisoformat(str(rule.values[0]))
        return day < given if rule.op is Op.BEFORE else day >= given

    def _text(self, rule: Condition, text: str) -> bool:
        if rule.op is Op.HAS:
            return text != ""
        words = [_folded(str(value)) for value in rule.values]
        if rule.op is Op.IS:
            return _folded(text) in words
        return any(_folded(text).startswith(word) for word in words)

    def _own(self, rule: Condition, value: str | int | bool | None) -> bool:
        if value is None:
            return False
        if isinstance(value, bool):
            return ("yes" if value else "no") in rule.values
        if isinstance(value, int):
            return self._number(rule, value)
        return self._text(rule, value)

    def _came(self, visit: tuple[datetime, str, str]) -> bool:
        day = visit[0].date()
        return (visit[1] == "kept" and day <= self.today) or (visit[1] == "booked" and day < self.today)

    def _visits(self, rule: Condition, kind: str, one: One) -> bool:
        fits = [
            visit for visit in one.visits if not rule.of.type or _folded(visit[2]) == _folded(rule.of.type)
        ]
        if kind == "booked":
            days = [v[0].date() for v in fits if v[1] == "booked" and v[0].date() >= self.today]
            if rule.op is Op.IN_NEXT:
                days = [day for day in days if day <= self.today + timedelta(int(rule.values[0]))]
            return bool(days)
        past = [v for v in fits if v[1] == kind and v[0].date() <= self.today]
        days = [v[0].date() for v in (filter(self._came, fits) if kind == "came" else past)]
        return self._often(rule, [self.today - day for day in days])

    def _mails(self, rule: Condition, kind: str, one: One) -> bool:
        return self._often(rule, [self.today - at.date() for at, what in one.events if what == kind])

    def _often(self, rule: Condition, ago: list[timedelta]) -> bool:
        if rule.op is Op.EVER:
            return bool(ago)
        many, days = (1, rule.values[0]) if rule.op is Op.IN_LAST else rule.values
        return sum(one <= timedelta(int(days)) for one in ago) >= int(many)

    def _stage(self, one: One) -> str:
        came = [visit[0].date() for visit in one.visits if self._came(visit)]
        coming = any(v[1] == "booked" and v[0].date() >= self.today for v in one.visits)
        ago = [(self.today - day).days for day in came]
        known = one.since is not None and 0 <= (self.today - one.since).days <= 90
        if all(days <= 90 for days in ago) and (known or ago or coming):
            return "new"
        missed = [v for v in one.visits if v[1] == "missed" and 0 <= (self.today - v[0].date()).days <= 365]
        if len(missed) >= 2:
            return "at-risk"
        if coming or any(days <= 365 for days in ago):
            return "active"
        return "overdue" if any(days <= 730 for days in ago) else "inactive"

    def _consent(self, use: str, one: One) -> str:
        def now(purpose: str) -> str:
            state, expires = one.consent.get(purpose, ("unknown", None))
            return "unknown" if expires is not None and expires <= self.now else state

        over = {"care", use} | ({"marketing"} if use in ("paid", "gifts") else set())
        return "refused" if any(now(purpose) == "refused" for purpose in over) else now(use)


def _folded(text: str) -> str:
    return "".join(sign.lower() if sign.isascii() else sign for sign in text)
