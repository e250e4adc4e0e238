"""What is written about visits: one line per visit and window, with its way or with why it stays home.

`plan` reads and decides, `seal` computes without the database, `enqueue` writes all rows
in one transaction. `recheck` is asked again for each row when it is about to leave.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from desktop.campaigns import families, windows
from desktop.campaigns.planned import Plan, PlannedReminder, QueuedReminders
from desktop.campaigns.planner import Excluded, balanced
from desktop.campaigns.reminderlines import LABEL, Lines
from desktop.campaigns.windows import Due, Windows
from desktop.clock import Clock
from desktop.errors import Refused
from desktop.frozen import dataclass
from desktop.mail import standby
from desktop.mail.decision import Decision, KeptTrace, read_trace
from desktop.mail.gather import GONE, Gathered, Wishes
from desktop.mail.letters import NotSendable
from desktop.mail.outbox import TOO_LATE, Cancel, Frozen, Keep, Outbox, Replace, Verdict
from desktop.mail.policy import decide
from desktop.mail.sealing import REMINDER, Letter, Sealer
from desktop.mail.sender import Origin, Sender, load_sender
from desktop.models import appointments, messages, people, pickups, remindervisits
from desktop.models.accounts import Session
from desktop.models.campaigning import AFTER, Window, WindowId
from desktop.models.database import Tx
from desktop.models.records import (
    Appointment,
    AppointmentId,
    Detail,
    Message,
    MessageId,
    PersonId,
    Reason,
    State,
    VisitStatus,
)
from desktop.models.remindervisits import Told
from desktop.people.samevisits import repeated
from desktop.texts import Texts

__all__ = ["Plan", "QueuedReminders", "Reminders"]

PRIORITY = 0
_Line = PlannedReminder | Excluded | Reason


class Reminders:
    """`sealer` answers the open vault's own keys; it is asked only when something is sealed."""

    def __init__(self, clock: Clock, outbox: Outbox, sealer: Callable[[], Sealer]) -> None:
        self._clock = clock
        self._outbox = outbox
        self._sealer = sealer

    def plan(self, tx: Tx, day: date | None = None) -> Plan:
        """Everything about the visits of `day`; without one what is due by the end of the next working day,
        or where no windows are set about the next day with visits. Decided now; writes nothing."""
        now, sender = self._clock.now(), load_sender(tx)
        at = windows.load(tx, sender.zone)
        scope = _scope(tx, at, now, day)
        lines = Lines(tx, sender, at, scope.visits, now)
        visits = [visit for visit in scope.visits if visit.person in lines.known]
        live = {told for told, row in lines.live.items() if row.state is not State.CANCELLED}
        due = scope.choose(at, visits, now, live)
        twice = {other.id for _, other in repeated(visits, {told.appointment for told in live})}
        made = [
            lines.excluded(one, Reason("visit-twice")) if one.visit.id in twice else lines.new(one)
            for one in due
        ]
        single = [line for line in made if isinstance(line, PlannedReminder)]
        rows = families.merged(tx, sender, lines.words, single, now)
        excluded = tuple(line for line in made if isinstance(line, Excluded))
        balanced(
            [_mark(one.told) for one in due],
            [_mark(told) for row in rows for told in row.visits],
            [_mark(_told(line)) for line in excluded],
        )
        return Plan(scope.day, sender, rows, excluded, scope.until)

    def people_on(self, tx: Tx, day: date | None = None) -> tuple[PersonId, ...]:
        """Whom `plan` would be about: those whose visits stand."""
        now, sender = self._clock.now(), load_sender(tx)
        at = windows.load(tx, sender.zone)
        scope = _scope(tx, at, now, day)
        visits = [visit for visit in scope.visits if visit.status is not VisitStatus.CANCELLED]
        live = remindervisits.live(tx, [visit.id for visit in visits])
        due = scope.choose(at, visits, now, live)
        return tuple(people.get_many(tx, dict.fromkeys(one.visit.person for one in due)))

    def seal(self, plan: Plan, progress: Callable[[int, int], bool] | None = None) -> tuple[Frozen, ...]:
        """The sealed messages of a plan, outside the database.

        Raises Refused `cancelled` where `progress` says no; nothing has been kept then.
        """
        sealer = self._sealer()
        sealed: list[Frozen] = []
        for done, row in enumerate(plan.rows):
            if progress is not None and not progress(done, len(plan.rows)):
                raise Refused("cancelled")
            sealed.append(self._seal(plan.sender, row, sealer))
        return tuple(sealed)

    def enqueue(self, tx: Tx, frozen: Iterable[Frozen], by: Session) -> QueuedReminders:
        """Queue them all, or none, in the caller's transaction."""
        queued: list[Message] = []
        lost: list[Told] = []
        for item in frozen:
            try:
                queued.append(self._outbox.enqueue(tx, item, by))
            except Refused as error:
                if error.code != "already-queued":
                    raise
                lost += item.visits
        return QueuedReminders(tuple(queued), tuple(lost))

    def again(self, tx: Tx, row: Message) -> Plan:
        """The next generation of a reminder that a person sends again, decided and worded now.

        Raises Refused `visit-not-on` where the visit was cancelled or moved, is somebody else's by
        now, or has begun; NotSendable or Refused `not-sendable` where no way is open.
        """
        now, sender = self._clock.now(), load_sender(tx)
        asked = _Asked(tx, sender, [row], now)
        if asked.are_over(row):
            raise Refused("visit-not-on")
        lines = asked.lines_of(row)
        made = [line for line in lines if isinstance(line, PlannedReminder)]
        if not made:
            decision = _refused(lines)
            raise NotSendable(decision) if decision is not None else Refused("not-sendable")
        letter, _ = _letter_of(families.merged(tx, sender, asked.words, made, now), row)
        later = replace(letter, generation=max(letter.generation, row.generation + 1))
        return Plan(letter.appointment.start.date(), sender, (later,), ())

    def recheck(self, tx: Tx, rows: Sequence[Message]) -> list[Verdict]:
        """At the claim: is the visit still on, at this time, and would we decide and say the same?

        What the relay that stands in may not carry waits for the first, which may be back soon.
        """
        sender, first = load_sender(tx), standby.stood_in_for(tx)
        verdicts = self._verdicts(tx, rows, sender)
        if first is not None:
            lost = [row for row in rows if row.relay == first.id and isinstance(verdicts[row.id], Cancel)]
            verdicts |= self._verdicts(tx, lost, replace(sender, relay=first))
        return [verdicts[row.id] for row in rows]

    def _verdicts(self, tx: Tx, rows: Sequence[Message], sender: Sender) -> dict[MessageId, Verdict]:
        now = self._clock.now()
        asked = _Asked(tx, sender, rows, now)
        ids = [row.id for row in rows]
        traces, gone = messages.traces(tx, ids), pickups.gone(tx, ids, now)
        return {
            row.id: self._verdict(tx, row, asked, traces[row.id], sender, gone=row.id in gone) for row in rows
        }

    def _verdict(
        self, tx: Tx, row: Message, asked: _Asked, trace: str, sender: Sender, *, gone: bool
    ) -> Verdict:
        lines = asked.lines_of(row)
        made = [line for line in lines if isinstance(line, PlannedReminder)]
        if not made:
            return Cancel(_why(lines))
        letter, apart = _letter_of(families.merged(tx, sender, asked.words, made, self._clock.now()), row)
        kept = read_trace(trace)
        same_relay = sender.relay is not None and sender.relay.id == row.relay
        same_way = same_relay and (letter.decision.holds(kept.way) or self._form_holds(letter.known, kept))
        same_words = kept.wording in ("", letter.wording) and set(letter.visits) == set(asked.told[row.id])
        if same_way and same_words and not gone:
            return Keep()
        changed = "wording-changed" if same_way else "way-changed"
        reason = Reason("link-expired" if gone else changed)
        later = replace(letter, generation=max(letter.generation, row.generation + 1))
        sealer = self._sealer()
        others = tuple(self._seal(sender, one, sealer) for one in apart)
        return Replace(self._seal(sender, later, sealer), reason, others)

    def _form_holds(self, known: Gathered, kept: KeptTrace) -> bool:
        """Whether a locked file is still possible as it was made, though another form comes first now."""
        if kept.way.form is None:
            return False
        wishes = Wishes(form=kept.way.form)
        return decide(known.asks(LABEL, self._clock.now(), wishes)).holds(kept.way)

    def _seal(self, sender: Sender, row: PlannedReminder, sealer: Sealer) -> Frozen:
        visit, person, window = row.appointment, row.person, row.window
        if sender.relay is None:
            raise ValueError("a way was found without a relay")
        origin = Origin(REMINDER, visit.id, person.id, visit.occurrence, window.id, row.generation)
        letter = Letter(
            person=person.id,
            address=row.decision.address,
            sender=sender.address,
            sender_name=sender.shown,
            subject=row.subject,
            text=row.text,
            attachments=(),
            language=person.language,
            kind=REMINDER,
            message_id=sender.message_id(origin),
            date=self._clock.now(),
            open_subject=_open_subject(row),
            phone=sender.phone,
            phrase=sender.phrase,
            html=row.letter.html,
            pictures=row.letter.pictures,
        )
        return Frozen(
            kind=REMINDER,
            source=visit.id,
            occurrence=visit.occurrence,
            window=window.id,
            generation=row.generation,
            person=person.id,
            decision=row.decision,
            label=LABEL,
            relay=sender.relay.id,
            sealed=sealer.seal(letter, row.decision, row.known.means),
            useless_after=row.useless_after,
            priority=PRIORITY,
            wording=row.wording,
            not_before=row.hour,
            visits=row.visits,
        )


class _Asked:
    """Rows of the outbox beside what the newest schedule says of the visits that they are about."""

    def __init__(self, tx: Tx, sender: Sender, rows: Sequence[Message], now: datetime) -> None:
        told = remindervisits.of_messages(tx, [row.id for row in rows])
        self.told: Mapping[MessageId, tuple[Told, ...]] = {
            row.id: told.get(row.id) or (_of_row(row),) for row in rows
        }
        self._visits = appointments.get_many(
            tx, {one.appointment for some in self.told.values() for one in some}
        )
        self._at = windows.load(tx, sender.zone)
        self._lines = Lines(tx, sender, self._at, self._visits.values(), now)
        self.words = self._lines.words
        self._now = now
        self._windows: Mapping[WindowId, Window] = self._lines.windows

    def lines_of(self, row: Message) -> list[_Line]:
        """One for each visit of the message; a reason where the visit is not the one that it was."""
        alone = len(self.told[row.id]) == 1
        return [self._line(told, row, alone=alone) for told in self.told[row.id]]

    def are_over(self, row: Message) -> bool:
        """Whether none of its visits stands as it did, or all have begun."""
        return not any(self._stands(told, row) for told in self.told[row.id])

    def _stands(self, told: Told, row: Message) -> bool:
        visit, window = self._visits.get(told.appointment), self._windows.get(told.window)
        if visit is None or window is None or visit.person not in self._lines.known:
            return False
        theirs = visit.person == row.person or len(self.told[row.id]) > 1
        as_told = windows.follows(window, visit) or visit.status is VisitStatus.BOOKED
        in_time = self._at.due(visit, window).useless_after > self._now
        return theirs and as_told and visit.occurrence == told.occurrence and in_time

    def _line(self, told: Told, row: Message, *, alone: bool) -> _Line:
        visit, window = self._visits.get(told.appointment), self._windows.get(told.window)
        if visit is None or window is None:
            return Reason("visit-cancelled")
        if window.kind not in AFTER and visit.status is VisitStatus.CANCELLED:
            return Reason("visit-cancelled")
        if visit.occurrence != told.occurrence:
            return Reason("visit-moved")
        if alone and visit.person != row.person:
            return Reason("visit-other-person")
        if visit.person not in self._lines.known:
            return Reason(GONE)
        due = self._at.due(visit, window)
        return Reason(TOO_LATE) if due.useless_after <= self._now else self._lines.again(due)


@dataclass(frozen=True)
class _Scope:
    """What a plan is about: the visits of `day`, or with `until` what is due by its end."""

    day: date
    visits: Sequence[Appointment]
    until: date | None = None

    def choose(
        self, at: Windows, visits: Sequence[Appointment], now: datetime, live: Collection[Told]
    ) -> list[Due]:
        plan = windows.due_on if self.until is None else windows.due_by
        return plan(at, visits, now, live)


def _scope(tx: Tx, at: Windows, now: datetime, day: date | None) -> _Scope:
    if day is not None:
        return _Scope(day, appointments.on_day(tx, day))
    around = windows.around(tx, at, now)
    next_day = at.next_day(around, now)
    if at.are_usual:
        return _Scope(next_day, appointments.on_day(tx, next_day))
    return _Scope(next_day, around, at.until(now))


def _letter_of(
    letters: Sequence[PlannedReminder], row: Message
) -> tuple[PlannedReminder, tuple[PlannedReminder, ...]]:
    """Of what a family's letter has come to, the one about the visit that the message names, and those of
    others who may not be told in it any more."""
    source = AppointmentId(row.source)
    named = (one for one in letters if any(told.appointment == source for told in one.visits))
    letter = next(named, letters[0])
    return letter, tuple(one for one in letters if one is not letter)


def _why(lines: Iterable[_Line]) -> Reason:
    """Of several visits that all fell out, the first says why."""
    return next(
        line if isinstance(line, Reason) else line.reason
        for line in lines
        if not isinstance(line, PlannedReminder)
    )


def _refused(lines: Iterable[_Line]) -> Decision | None:
    return next((line.decision for line in lines if isinstance(line, Excluded)), None)


def _of_row(row: Message) -> Told:
    return Told(AppointmentId(row.source), row.occurrence, WindowId(row.window))


def _told(line: Excluded) -> Told:
    return Told(line.appointment.id, line.appointment.occurrence, line.window.id)


def _mark(told: Told) -> str:
    return f"{told.appointment}/{told.occurrence}/{told.window}"


def _open_subject(row: PlannedReminder) -> str:
    """What may stand in the open where the way is proven encrypted, unless least detail was wished."""
    quiet = any(one.person.detail is Detail.MINIMAL for one in row.all)
    if quiet or row.window.kind in AFTER:
        return ""
    day = Texts(row.person.language).say(f"mail.weekday.{row.appointment.start.isoweekday()}")
    return Texts(row.person.language).say("mail.subject-visit", day=day)
