"""One visit and one window: its letter as we would send it now, or why there is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from desktop.campaigns.planned import PlannedReminder
from desktop.campaigns.planner import Excluded
from desktop.campaigns.windows import Due, Windows, counts_for, follows, stopped
from desktop.campaigns.wording import Words
from desktop.mail.decision import Decision
from desktop.mail.gather import Gathered, gather
from desktop.mail.policy import decide
from desktop.mail.sender import Sender
from desktop.models import remindervisits, visitanswers, windows
from desktop.models.campaigning import AFTER, AnswerKept
from desktop.models.database import Tx
from desktop.models.records import (
    Appointment,
    AppointmentId,
    Label,
    Message,
    Method,
    PersonId,
    Reason,
    State,
    VisitStatus,
)
from desktop.models.remindervisits import Told
from desktop.people.household import NOT_THE_PATIENT

LABEL = Label.ROUTINE
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


class Lines:
    """Within one transaction, for these visits; whoever is not `known` is in no list any more."""

    def __init__(
        self, tx: Tx, sender: Sender, at: Windows, visits: Iterable[Appointment], now: datetime
    ) -> None:
        given = tuple(visits)
        occurrences = {visit.id: visit.occurrence for visit in given}
        today = now.astimezone(ZoneInfo(sender.zone)).date()
        self._sender = sender
        self._at = at
        self._now = now
        self.windows = windows.known(tx)
        self.words = Words(tx, sender, now)
        self.known: dict[PersonId, Gathered] = gather(
            tx, (visit.person for visit in given), sender.relay, today
        )
        self.live: dict[Told, Message] = remindervisits.live(tx, occurrences)
        self._generations = remindervisits.generations(tx, occurrences)
        self._answers: dict[AppointmentId, AnswerKept] = visitanswers.of_visits(tx, occurrences)

    def new(self, due: Due) -> PlannedReminder | Excluded:
        """Of what is planned: a window that has a message already gets no second one."""
        off = self._off(due)
        if off is not None:
            return off
        if due.useless_after <= self._now:
            return self.excluded(due, Reason("too-late"))
        before = self._standing(due)
        if before is not None:
            return self.excluded(due, Reason(_STANDS.get(before.state, "already-queued")))
        return self.again(due)

    def again(self, due: Due) -> PlannedReminder | Excluded:
        """Whatever was sent before: of what was queued, or is sent again."""
        off = self._off(due)
        if off is not None:
            return off
        visit, known = due.visit, self.known[due.visit.person]
        person, rule = known.person, self._sender.facts.rule(visit.visit_type)
        if not rule.remind:
            return self.excluded(due, Reason("visit-type-silent"))
        if rule.patient_only and known.reader(self._now) in NOT_THE_PATIENT:
            return self.excluded(due, Reason("visit-only-patient", {"name": person.name}))
        answer = self._answers.get(visit.id)
        said = stopped(due.window, answer.answer if answer is not None else None)
        if said is not None:
            return self.excluded(due, said)
        decision = decide(known.asks(LABEL, self._now))
        if decision.method is Method.NONE:
            return self.excluded(due, decision.reasons[0], decision)
        letter = self.words.of(due.window, person, visit)
        if isinstance(letter, Reason):
            return self.excluded(due, letter)
        return PlannedReminder(due, known, decision, self.generation(due.told), letter)

    def excluded(self, due: Due, reason: Reason, decision: Decision | None = None) -> Excluded:
        visit = due.visit
        name = self.known[visit.person].person.name
        return Excluded(visit.person, name, visit, reason, decision, due.window, due.hour)

    def generation(self, told: Told) -> int:
        """The next: what was written before, of a family with this visit first, counts."""
        return self._generations.get(told, FIRST - 1) + 1

    def _off(self, due: Due) -> Excluded | None:
        """The schedule says that there is nothing to write about."""
        visit = due.visit
        if due.window.kind in AFTER:
            return None if follows(due.window, visit) else self.excluded(due, Reason("visit-other-end"))
        if visit.status in (VisitStatus.KEPT, VisitStatus.MISSED):
            return self.excluded(due, Reason("visit-over"))
        return (
            self.excluded(due, Reason("visit-cancelled")) if visit.status is VisitStatus.CANCELLED else None
        )

    def _standing(self, due: Due) -> Message | None:
        """What was written, or waits, for this window, or for one in whose place it came."""
        held = {one.id for one in self._at.of(due.visit)}
        former = (one for one in self.windows.values() if one.id not in held and counts_for(one, due.window))
        names = (due.told, *(replace(due.told, window=one.id) for one in former))
        found = (self.live[name] for name in names if name in self.live)
        return next((row for row in found if row.state is not State.CANCELLED), None)
