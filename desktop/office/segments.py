"""Groups of people: made from rules or by hand, counted, shown, explained.

What tells of somebody's health is for those who see clinical fields: to the others such a group
is a count without a name. Who may not open groups sees counts of all of them and nobody's name.
"""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from desktop.access.roles import Action, FieldGroup, hidden, may
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import InputError, Refused
from desktop.models import appointments, people, rules, segmentrows, settings
from desktop.models.accounts import Session
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.models.records import PersonId
from desktop.models.rules import Rule
from desktop.models.segmentrows import LIST, Segment
from desktop.models.segments import Basis
from desktop.models.standing import SegmentId
from desktop.office.desk import Desk, Recorder
from desktop.office.listed import Listed
from desktop.office.values_segments import (
    MemberLine,
    Recipe,
    RuleCounted,
    RuleParts,
    SegmentLine,
    SegmentRequest,
    SegmentShown,
    SegmentsShown,
    SegmentWhy,
    WhyPart,
)
from desktop.people.segments import RECIPES, explain, is_clinical, is_offered
from desktop.texts import clean

NAME_CHARS = 80
MOST = 200
"""Groups of one practice."""
PAGE = 500
"""People of one page, and of one change of a list."""
SAMPLE = 20
MOST_WORDS = 50
_WORDS_SINCE = timedelta(days=730)
"""Whose kinds, providers and places are offered."""


class Segments:
    """Fulfils `SegmentDoor`."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def list_segments(self, session: Session) -> SegmentsShown:
        self._refresh(session, Action.LIST_SEGMENTS)
        return self._desk.read(
            session,
            Action.LIST_SEGMENTS,
            lambda tx: self._all(tx, session),
            lambda shown: Event(Act.SEGMENTS_LISTED, det={"count": len(shown.segments)}),
        )

    def rule_parts(self, session: Session) -> RuleParts:
        """What a rule may be made of; fields about health only for who sees them."""
        sees = _sees_clinical(session)

        def look(tx: Tx) -> RuleParts:
            own = self._basis(tx).own.values()
            offered = (one for one in own if one.retired_at is None and is_offered(one.group, clinical=sees))
            groups = (line for line in self._all(tx, session).segments if not line.hidden)
            kinds = appointments.words(tx, self._clock.now() - _WORDS_SINCE, MOST_WORDS)
            recipes = tuple(Recipe(code, rules.to_text(rule)) for code, rule in RECIPES.items())
            return RuleParts(tuple(offered), tuple(groups), recipes, *kinds)

        return self._desk.read(
            session,
            Action.SHOW_SEGMENT,
            look,
            lambda parts: Event(Act.SEGMENTS_LISTED, det={"count": len(parts.groups)}),
        )

    def count_rule(self, session: Session, rule: str, sample: int = 8) -> RuleCounted:
        """Raises InputError "group-form" and what `rules.check` and `segments.matching` raise;
        Refused("group-hidden")."""
        self._desk.check(session, Action.SHOW_SEGMENT)
        wanted = rules.from_text(rule)

        def look(tx: Tx) -> RuleCounted:
            at = self._basis(tx)
            clinical = self._checked(tx, session, wanted, at, None)
            many = segmentrows.count(tx, wanted, at)
            some = segmentrows.first(tx, wanted, at, many, max(0, min(sample, SAMPLE)))
            return RuleCounted(many, segmentrows.everybody(tx), _members(tx, some), clinical)

        def note(answer: RuleCounted) -> Listed:
            shown = tuple(line.person for line in answer.sample)
            return Listed(Act.SEGMENT_TRIED, shown, {"count": answer.count})

        return self._desk.read(session, Action.SHOW_SEGMENT, look, note)

    def show_segment(
        self, session: Session, segment: SegmentId, limit: int = 50, offset: int = 0
    ) -> SegmentShown:
        """Raises InputError("group-unknown"), Refused("group-hidden")."""
        self._refresh(session, Action.SHOW_SEGMENT)
        opened = self._desk.check(session, Action.SHOW_SEGMENT)
        answer = opened.database.read(lambda tx: self._shown(tx, session, segment, limit, offset))
        shown = tuple(line.person for line in answer.members)

        def note(_: Tx, record: Recorder) -> None:
            listed = Listed(Act.SEGMENT_SHOWN, shown, {"count": answer.line.count}, obj=segment)
            listed.keep(_, record, opened.token_key, opened.field_key)

        self._desk.write(session, Action.SHOW_SEGMENT, note)
        return answer

    def keep_segment(self, session: Session, request: SegmentRequest) -> SegmentShown:
        """Raises InputError "group-name", "group-taken", "group-many", "group-unknown", "group-changed"
        (somebody else changed it meanwhile), "group-kind" (a rule never becomes a list), and as
        `count_rule`.
        """
        self._desk.check(session, Action.SET_SEGMENT)
        name = clean(request.name, NAME_CHARS + 1)
        if not name or len(name) > NAME_CHARS:
            raise InputError("group-name", most=NAME_CHARS)
        rule = rules.from_text(request.rule) if request.rule else None

        def keep(tx: Tx, record: Recorder) -> SegmentId:
            before = self._found(tx, session, request.id) if request.id is not None else None
            _refuse_late(tx, request, before, name, rule)
            id_ = before.id if before is not None else SegmentId(new_id())
            at = self._basis(tx)
            clinical = rule is not None and self._checked(tx, session, rule, at, id_)
            version = 1 if before is None else before.version + 1
            by = session.user if before is None else before.by
            now = self._clock.now()
            segmentrows.put(tx, Segment(id_, name, rule, clinical, version, by, now), now)
            self._tell_others(tx, at, id_)
            record(Event(Act.SEGMENT_CHANGED, obj=id_, det={"count": version}))
            return id_

        id_ = self._desk.write(session, Action.SET_SEGMENT, keep)
        return self.show_segment(session, id_)

    def retire_segment(self, session: Session, segment: SegmentId) -> SegmentsShown:
        """Raises InputError "group-unknown", "group-used" (another group names it)."""

        def retire(tx: Tx, record: Recorder) -> None:
            one = self._found(tx, session, segment)
            if _users(tx).get(one.id):
                raise InputError("group-used")
            segmentrows.retire(tx, one.id, self._clock.now())
            record(Event(Act.SEGMENT_CHANGED, obj=one.id, det={"count": 0}))

        self._desk.write(session, Action.SET_SEGMENT, retire)
        return self.list_segments(session)

    def explain_segment(self, session: Session, segment: SegmentId, person: PersonId) -> SegmentWhy:
        """Raises InputError "group-unknown", "person-unknown"; Refused("group-hidden")."""

        def look(tx: Tx) -> SegmentWhy:
            one = self._found(tx, session, segment)
            if people.get(tx, person) is None:
                raise InputError("person-unknown")
            if one.rule is None:
                inside = segmentrows.is_member(tx, one.id, person)
                return SegmentWhy(one.id, person, inside, (), "by-hand")
            parts = explain(tx, one.rule, self._basis(tx), person)
            if parts is None:
                return SegmentWhy(one.id, person, inside=False, parts=(), reason="not-there")
            lines = (WhyPart(part.depth, part.joint, _own_text(part.rule), part.holds) for part in parts)
            return SegmentWhy(one.id, person, parts[0].holds, tuple(lines))

        return self._desk.read(
            session,
            Action.SHOW_SEGMENT,
            look,
            lambda why: Event(Act.SEGMENT_EXPLAINED, obj=segment, det={"person": person}),
        )

    def add_to_segment(
        self, session: Session, segment: SegmentId, people: tuple[PersonId, ...]
    ) -> SegmentShown:
        """Into a list kept by hand. Raises InputError "group-unknown", "group-kind", "group-too-many",
        "person-unknown" (then nobody was added)."""
        return self._by_hand(session, segment, people, add=True)

    def remove_from_segment(
        self, session: Session, segment: SegmentId, people: tuple[PersonId, ...]
    ) -> SegmentShown:
        """Raises as `add_to_segment`."""
        return self._by_hand(session, segment, people, add=False)

    def _by_hand(
        self, session: Session, segment: SegmentId, who: tuple[PersonId, ...], *, add: bool
    ) -> SegmentShown:
        self._desk.check(session, Action.SET_SEGMENT)
        if len(who) > PAGE:
            raise InputError("group-too-many", most=PAGE)

        def change(tx: Tx, record: Recorder) -> None:
            one = self._found(tx, session, segment)
            if one.kind != LIST:
                raise InputError("group-kind")
            if add:
                if len(people.get_many(tx, who)) < len(set(who)):
                    raise InputError("person-unknown")
                many = segmentrows.add(tx, one.id, who, self._clock.now())
            else:
                many = segmentrows.remove(tx, one.id, who)
            record(Event(Act.SEGMENT_CHANGED, obj=one.id, det={"count": many}))

        self._desk.write(session, Action.SET_SEGMENT, change)
        return self.show_segment(session, segment)

    # --- inside --------------------------------------------------------------------------

    def _basis(self, tx: Tx) -> Basis:
        now = self._clock.now()
        return segmentrows.basis(tx, now, now.astimezone(_zone(tx)).date())

    def _refresh(self, session: Session, action: Action) -> None:
        """Counts and pages are of now; a log with a gap changes nothing, not even this."""
        opened = self._desk.check(session, action)
        if not self._desk.has_gap():
            refresh(opened.database, self._clock)

    def _checked(self, tx: Tx, session: Session, rule: Rule, at: Basis, id_: SegmentId | None) -> bool:
        """Whether it is about health; refused to who may not see that."""
        rules.check(rule, at.own)
        kept = {one.id: one for one in segmentrows.listing(tx)}
        clinical = is_clinical(rule, at, {id_: one.clinical for id_, one in kept.items()})
        if clinical and not _sees_clinical(session):
            raise Refused("group-hidden")
        segmentrows.check(rule, at, id_)
        return clinical

    def _tell_others(self, tx: Tx, at: Basis, id_: SegmentId) -> None:
        """A group that names one that is about health is about health too."""
        known = {one.id: one.clinical for one in segmentrows.listing(tx)}
        for one in segmentrows.naming(tx, id_):
            known[one.id] = one.rule is not None and is_clinical(one.rule, at, known)
            segmentrows.concerned(tx, one.id, clinical=known[one.id])

    def _found(self, tx: Tx, session: Session, id_: SegmentId) -> Segment:
        one = segmentrows.get(tx, id_)
        if one is None:
            raise InputError("group-unknown")
        if one.clinical and not _sees_clinical(session):
            raise Refused("group-hidden")
        return one

    def _all(self, tx: Tx, session: Session) -> SegmentsShown:
        counts, users, sees = segmentrows.counts(tx), _users(tx), _sees_clinical(session)
        lines = (
            _line(one, counts.get(one.id, 0), users.get(one.id, 0), shown=sees)
            for one in segmentrows.listing(tx)
        )
        opens, changes = may(session.role, Action.SHOW_SEGMENT), may(session.role, Action.SET_SEGMENT)
        return SegmentsShown(tuple(lines), opens, changes)

    def _shown(self, tx: Tx, session: Session, id_: SegmentId, limit: int, offset: int) -> SegmentShown:
        one = self._found(tx, session, id_)
        page = segmentrows.members(tx, id_, max(0, min(limit, PAGE)), max(offset, 0))
        line = _line(one, segmentrows.counts(tx).get(id_, 0), _users(tx).get(id_, 0), shown=True)
        return SegmentShown(line, "" if one.rule is None else rules.to_text(one.rule), _members(tx, page))


def refresh(database: Database, clock: Clock) -> None:
    """Work out what has changed, rule by rule, so that nobody waits behind all of them."""
    now = clock.now()

    def today(tx: Tx) -> date:
        return now.astimezone(_zone(tx)).date()

    if not database.read(lambda tx: segmentrows.due(tx, today(tx))):
        return
    database.write(lambda tx: segmentrows.settle(tx, segmentrows.basis(tx, now, today(tx)), now))
    for id_ in database.read(lambda tx: segmentrows.stale(tx, today(tx))):
        database.write(
            lambda tx, id_=id_: segmentrows.work_out(tx, id_, segmentrows.basis(tx, now, today(tx)), now)  # type: ignore[misc]
        )


def _zone(tx: Tx) -> ZoneInfo:
    return ZoneInfo(settings.get(tx, "zone") or "UTC")


def _sees_clinical(session: Session) -> bool:
    return FieldGroup.CLINICAL not in hidden(session.role)


def _line(one: Segment, count: int, used: int, *, shown: bool) -> SegmentLine:
    name = one.name if shown or not one.clinical else ""
    return SegmentLine(
        one.id, name, one.kind, count, one.clinical, one.changed_at, not name, used, one.version
    )


def _users(tx: Tx) -> dict[SegmentId, int]:
    """How many groups name each."""
    named = [rules.groups_in(one.rule) for one in segmentrows.listing(tx) if one.rule is not None]
    return {id_: sum(id_ in some for some in named) for id_ in frozenset().union(*named)}


def _refuse_late(
    tx: Tx, request: SegmentRequest, before: Segment | None, name: str, rule: Rule | None
) -> None:
    others = [one for one in segmentrows.listing(tx) if before is None or one.id != before.id]
    if before is None and len(others) >= MOST:
        raise InputError("group-many", most=MOST)
    if any(one.name.casefold() == name.casefold() for one in others):
        raise InputError("group-taken")
    if before is not None and request.version and request.version != before.version:
        raise InputError("group-changed")
    if before is not None and (before.rule is None) is not (rule is None):
        raise InputError("group-kind")


def _own_text(rule: Rule) -> str:
    return rules.to_text(rule) if isinstance(rule, rules.Condition) else ""


def _members(tx: Tx, ids: list[PersonId]) -> tuple[MemberLine, ...]:
    found = people.get_many(tx, ids)
    return tuple(MemberLine(one.id, one.name or one.organisation, one.email) for one in found.values())
