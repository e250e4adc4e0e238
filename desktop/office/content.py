"""Protection asked about before anything is written: a mail file, a whole day, and the rules of content."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.audit.fields import Value
from desktop.campaigns.reminders import Plan
from desktop.clock import Clock
from desktop.config import CONTENT_LIMITS
from desktop.errors import InputError
from desktop.mail.content import check_content
from desktop.mail.content_eml import read_mail
from desktop.mail.content_letters import choose_policy, judge, read_policy
from desktop.mail.content_values import Known, Policy
from desktop.mail.letters import Draft
from desktop.mail.sender import load_sender
from desktop.models import people
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.records import Method, Person, Reason
from desktop.office.desk import Desk, Recorder
from desktop.office.listed import Listed
from desktop.office.protection import explained, found, sender_warnings
from desktop.office.values import Explained
from desktop.office.values_protection import ContentPolicyShown, ExplainFile, PlanExplained


class ContentDesk:
    """Nothing here sends or keeps a text."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def explain_file(self, session: Session, request: ExplainFile) -> Explained:
        """How the mail in this file would go to that person, judged by what it says.

        Raises InputError `person-unknown`, and what `read_mail` raises for a file that is none.
        """
        opened = self._desk.check(session, Action.EXPLAIN_LETTER)

        def look(tx: Tx) -> tuple[Person, Policy, tuple[Reason, ...]]:
            person = people.get(tx, request.person)
            if person is None:
                raise InputError("person-unknown")
            return person, read_policy(tx), sender_warnings(load_sender(tx))

        read = read_mail(request.data, Known(), CONTENT_LIMITS)
        person, policy, warnings = opened.database.read(look)
        message = replace(read, known=opened.names.known(person))
        judged = judge(message, check_content(message, CONTENT_LIMITS, self._clock.mono, policy), policy)
        draft = Draft(person.id, message.subject, message.text, label=request.label, content=judged.raises)
        opened.looks.at_people((person.id,))
        decision = self._desk.read(
            session,
            Action.EXPLAIN_LETTER,
            lambda tx: opened.letters.explain(tx, draft),
            lambda made: Event(Act.PROTECTION_EXPLAINED, obj=person.id, det={"method": made.method.value}),
        )
        return replace(
            explained(person.id, decision),
            hits=found(message, judged),
            seen=judged.seen,
            warnings=warnings,
        )

    def explain_reminders(self, session: Session, day: date | None = None) -> PlanExplained:
        """A day's reminders by method, and everybody's decision; who gets none is under `none`."""
        opened = self._desk.check(session, Action.EXPLAIN_PLAN)
        opened.looks.at_people(opened.database.read(lambda tx: opened.reminders.people_on(tx, day)))

        def event(shown: PlanExplained) -> Listed:
            det: dict[str, Value] = {
                "day": int(shown.day.strftime("%Y%m%d")),
                "count": len(shown.people),
                "excluded": shown.counts.get(Method.NONE, 0),
            }
            return Listed(Act.REMINDERS_PREVIEWED, tuple(one.person for one in shown.people), det)

        return self._desk.read(
            session, Action.EXPLAIN_PLAN, lambda tx: _plan(opened.reminders.plan(tx, day)), event
        )

    def show_content_policy(self, session: Session) -> ContentPolicyShown:
        return self._desk.read(
            session,
            Action.SHOW_CONTENT_POLICY,
            _rules,
            lambda shown: Event(Act.CONTENT_POLICY_SHOWN, det={"count": len(shown.rules)}),
        )

    def set_content_policy(self, session: Session, rules: dict[str, str]) -> ContentPolicyShown:
        """Change what follows from these kinds; the others stay. InputError `content-policy-wrong`."""

        def store(tx: Tx, record: Recorder) -> ContentPolicyShown:
            changed = choose_policy(tx, rules)
            record(Event(Act.CONTENT_POLICY_CHANGED, det={"fields": changed}))
            return _rules(tx)

        return self._desk.write(session, Action.SET_CONTENT_POLICY, store)


def _rules(tx: Tx) -> ContentPolicyShown:
    return ContentPolicyShown({kind.value: action.value for kind, action in read_policy(tx).rules.items()})


def _plan(plan: Plan) -> PlanExplained:
    decided = [(one.person.id, one.decision) for row in plan.rows for one in row.all]
    decided += [(line.person, line.decision) for line in plan.excluded if line.decision is not None]
    counts = Counter(decision.method for _, decision in decided)
    return PlanExplained(
        dict(counts), tuple(explained(person, decision) for person, decision in decided), plan.day
    )
