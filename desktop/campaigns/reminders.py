"""Tomorrow's reminders: one line per visit, either with its way or with why it stays home.

`plan` reads and decides, `seal` computes without the database, `enqueue` writes all rows
in one transaction. `recheck` is asked again for each row when it is about to leave.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from desktop.campaigns.planner import Excluded, balanced
from desktop.clock import Clock
from desktop.errors import Refused
from desktop.mail import fieldvalues, standby
from desktop.mail.decision import Decision, KeptTrace, read_trace
from desktop.mail.gather import GONE, Gathered, Wishes, gather
from desktop.mail.letters import NotSendable
from desktop.mail.outbox import Cancel, Frozen, Keep, Outbox, Replace, Verdict
from desktop.mail.policy import decide
from desktop.mail.sealing import REMINDER, Letter, Sealer
from desktop.mail.sender import Origin, Sender, load_sender
from desktop.mail.templates import shipped
from desktop.models import appointments, messages, people, pickups
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.records import (
    Appointment,
    AppointmentId,
    Detail,
    Label,
    Message,
    MessageId,
    Method,
    Person,
    PersonId,
    Reason,
    State,
    VisitStatus,
)
from desktop.people.household import NOT_THE_PATIENT
from desktop.people.samevisits import repeated
from desktop.texts import Texts

WINDOW = "day-before"
LABEL = Label.ROUTINE
PRIORITY = 0
FIRST = 1

_STANDS = {
    State.ACCEPTED: "already-sent",
    State.FAILED: "failed-before",
    State.BOUNCED: "failed-before",
    State.COMPLAINED: "complained-before",
    State.UNCERTAIN: "uncertain-before",
    State.EXPIRED: "too-late",
}
"""Why a visit with a live reminder gets no other; everything else is still on its way."""


@dataclass(frozen=True)
class PlannedReminder:
    """One reminder, decided and worded, not sealed yet."""

    appointment: Appointment
    known: Gathered
    decision: Decision
    generation: int
    subject: str = field(repr=False)
    text: str = field(repr=False)

    @property
    def person(self) -> Person:
        return self.known.person

    @property
    def wording(self) -> str:
        """What tells two wordings apart: less detail is wished, or the visit has another room."""
        return hashlib.sha256(f"{self.subject}\0{self.text}".encode()).hexdigest()


@dataclass(frozen=True)
class Plan:
    """All visits of `day`: `rows` and `excluded` together are each of them once."""

    day: date
    sender: Sender
    rows: tuple[PlannedReminder, ...]
    excluded: tuple[Excluded, ...]


@dataclass(frozen=True)
class QueuedReminders:
    """What `enqueue` did; `crossed` met a reminder that somebody queued meanwhile."""

    messages: tuple[Message, ...]
    crossed: tuple[AppointmentId, ...]


def tomorrow(now: datetime, zone: str) -> date:
    """The practice's next calendar day, over changes of summer time too."""
    return now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)


class Reminders:
    """`sealer` answers the open vault's own keys; it is asked only when something is sealed."""

    def __init__(self, clock: Clock, outbox: Outbox, sealer: Callable[[], Sealer]) -> None:
        self._clock = clock
        self._outbox = outbox
        self._sealer = sealer

    def plan(self, tx: Tx, day: date | None = None) -> Plan:
        """Everything about `day` (default: tomorrow), decided now; writes nothing."""
        now = self._clock.now()
        sender = load_sender(tx)
        wanted = day or tomorrow(now, sender.zone)
        visits = appointments.on_day(tx, wanted)
        known = self._known(tx, visits, sender)
        visits = [visit for visit in visits if visit.person in known]
        before = {
            (row.source, row.occurrence): row
            for row in messages.live_reminders(tx, [visit.id for visit in visits], WINDOW)
        }
        live = {
            AppointmentId(visit) for (visit, _), row in before.items() if row.state is not State.CANCELLED
        }
        twice = {other.id for _, other in repeated(visits, live)}
        lines = [
            _excluded(visit, known[visit.person], Reason("visit-twice"))
            if visit.id in twice
            else self._line(sender, visit, known[visit.person], before.get((visit.id, visit.occurrence)))
            for visit in visits
        ]
        rows = tuple(line for line in lines if isinstance(line, PlannedReminder))
        excluded = tuple(line for line in lines if isinstance(line, Excluded))
        balanced(
            [visit.id for visit in visits],
            [row.appointment.id for row in rows],
            [line.appointment.id for line in excluded],
        )
        return Plan(wanted, sender, rows, excluded)

    def people_on(self, tx: Tx, day: date | None = None) -> tuple[PersonId, ...]:
        """Who has a visit on `day` (default: tomorrow) that stands."""
        wanted = day or tomorrow(self._clock.now(), load_sender(tx).zone)
        visits = appointments.on_day(tx, wanted)
        booked = dict.fromkeys(visit.person for visit in visits if visit.status is VisitStatus.BOOKED)
        return tuple(people.get_many(tx, booked))

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
        crossed: list[AppointmentId] = []
        for item in frozen:
            try:
                queued.append(self._outbox.enqueue(tx, item, by))
            except Refused as error:
                if error.code != "already-queued":
                    raise
                crossed.append(AppointmentId(item.source))
        return QueuedReminders(tuple(queued), tuple(crossed))

    def again(self, tx: Tx, row: Message) -> Plan:
        """The next generation of a reminder that a person sends again, decided and worded now.

        Raises Refused `visit-not-on` where the visit was cancelled or moved, is somebody else's by
        now, or has begun; NotSendable or Refused `not-sendable` where no way is open.
        """
        visit, sender = appointments.get(tx, AppointmentId(row.source)), load_sender(tx)
        if (
            visit is None
            or visit.status is not VisitStatus.BOOKED
            or (visit.occurrence, visit.person) != (row.occurrence, row.person)
            or visit.start_utc <= self._clock.now()
        ):
            raise Refused("visit-not-on")
        known = self._known(tx, (visit,), sender).get(visit.person)
        if known is None:
            raise Refused("visit-not-on")
        line = self._worded(sender, visit, known, row.generation + 1)
        if isinstance(line, Excluded):
            raise NotSendable(line.decision) if line.decision is not None else Refused("not-sendable")
        return Plan(visit.start.date(), sender, (line,), ())

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
        visits = appointments.get_many(tx, [AppointmentId(row.source) for row in rows])
        known = self._known(tx, visits.values(), sender)
        ids = [row.id for row in rows]
        traces, gone = messages.traces(tx, ids), pickups.gone(tx, ids, self._clock.now())
        return {
            row.id: self._verdict(row, visits, known, traces[row.id], sender, gone=row.id in gone)
            for row in rows
        }

    def _verdict(
        self,
        row: Message,
        visits: dict[AppointmentId, Appointment],
        known: dict[PersonId, Gathered],
        trace: str,
        sender: Sender,
        *,
        gone: bool,
    ) -> Verdict:
        visit = visits.get(AppointmentId(row.source))
        if visit is None or visit.status is not VisitStatus.BOOKED:
            return Cancel(Reason("visit-cancelled"))
        if visit.occurrence != row.occurrence:
            return Cancel(Reason("visit-moved"))
        if visit.person != row.person:
            return Cancel(Reason("visit-other-person"))
        if visit.person not in known:
            return Cancel(Reason(GONE))
        line = self._worded(sender, visit, known[visit.person], row.generation + 1)
        if isinstance(line, Excluded):
            return Cancel(line.reason)
        kept = read_trace(trace)
        same_relay = sender.relay is not None and sender.relay.id == row.relay
        same_way = same_relay and (line.decision.holds(kept.way) or self._form_holds(line.known, kept))
        if same_way and kept.wording in ("", line.wording) and not gone:
            return Keep()
        changed = "wording-changed" if same_way else "way-changed"
        reason = Reason("link-expired" if gone else changed)
        return Replace(self._seal(sender, line, self._sealer()), reason)

    def _form_holds(self, known: Gathered, kept: KeptTrace) -> bool:
        """Whether a locked file is still possible as it was made, though another form comes first now."""
        if kept.way.form is None:
            return False
        wishes = Wishes(form=kept.way.form)
        return decide(known.asks(LABEL, self._clock.now(), wishes)).holds(kept.way)

    def _line(
        self, sender: Sender, visit: Appointment, known: Gathered, before: Message | None
    ) -> PlannedReminder | Excluded:
        if visit.status is not VisitStatus.BOOKED:
            return _excluded(visit, known, Reason("visit-cancelled"))
        if visit.start_utc <= self._clock.now():
            return _excluded(visit, known, Reason("too-late"))
        if before is not None and before.state is not State.CANCELLED:
            return _excluded(visit, known, Reason(_STANDS.get(before.state, "already-queued")))
        return self._worded(sender, visit, known, before.generation + 1 if before else FIRST)

    def _worded(
        self, sender: Sender, visit: Appointment, known: Gathered, generation: int
    ) -> PlannedReminder | Excluded:
        person, now = known.person, self._clock.now()
        if not sender.facts.rule(visit.visit_type).remind:
            return _excluded(visit, known, Reason("visit-type-silent"))
        if sender.facts.rule(visit.visit_type).patient_only and known.reader(now) in NOT_THE_PATIENT:
            return _excluded(visit, known, Reason("visit-only-patient", {"name": person.name}))
        decision = decide(known.asks(LABEL, now))
        if decision.method is Method.NONE:
            return _excluded(visit, known, decision.reasons[0], decision)
        wording = shipped(f"{REMINDER}-{person.detail.value}", person.language)
        values = fieldvalues.of_person(sender, person, visit)
        missing = (*wording.subject.missing(values), *wording.text.missing(values))
        if missing:
            return _excluded(visit, known, Reason("text-incomplete", {"field": missing[0]}))
        return PlannedReminder(
            appointment=visit,
            known=known,
            decision=decision,
            generation=generation,
            subject=wording.subject.render(values, person.name),
            text=wording.text.render(values, person.name),
        )

    def _known(self, tx: Tx, visits: Iterable[Appointment], sender: Sender) -> dict[PersonId, Gathered]:
        who = (visit.person for visit in visits)
        return gather(tx, who, sender.relay, self._clock.now().date())

    def _seal(self, sender: Sender, row: PlannedReminder, sealer: Sealer) -> Frozen:
        visit, person = row.appointment, row.person
        if sender.relay is None:
            raise ValueError("a way was found without a relay")
        origin = Origin(REMINDER, visit.id, person.id, visit.occurrence, WINDOW, row.generation)
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
            open_subject=_open_subject(visit, person),
            phone=sender.phone,
            phrase=sender.phrase,
        )
        return Frozen(
            kind=REMINDER,
            source=visit.id,
            occurrence=visit.occurrence,
            window=WINDOW,
            generation=row.generation,
            person=person.id,
            decision=row.decision,
            label=LABEL,
            relay=sender.relay.id,
            sealed=sealer.seal(letter, row.decision, row.known.means),
            useless_after=visit.start_utc,
            priority=PRIORITY,
            wording=row.wording,
        )


def _open_subject(visit: Appointment, person: Person) -> str:
    """What may stand in the open where the way is proven encrypted, unless least detail was wished."""
    if person.detail is Detail.MINIMAL:
        return ""
    day = Texts(person.language).say(f"mail.weekday.{visit.start.isoweekday()}")
    return Texts(person.language).say("mail.subject-visit", day=day)


def _excluded(
    visit: Appointment, known: Gathered, reason: Reason, decision: Decision | None = None
) -> Excluded:
    return Excluded(visit.person, known.person.name, visit, reason, decision)
