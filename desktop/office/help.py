"""Help this patient: what they see, who they are, and another way for the same message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from desktop.access.fields import visible
from desktop.access.roles import Action, FieldGroup, hidden
from desktop.audit.events import Act, Event
from desktop.audit.fields import is_id
from desktop.clock import Clock
from desktop.errors import InputError, Refused, SealwellError
from desktop.mail.calls import call_of, open_call
from desktop.mail.decision import read_trace
from desktop.mail.letters import Draft
from desktop.mail.settling import CALLED
from desktop.models import appointments, cardwords, checks, messages, people, silences
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.documents import Document, Printer
from desktop.models.protection import Form
from desktop.models.records import (
    Appointment,
    Label,
    Message,
    MessageId,
    Method,
    Person,
    PersonId,
    Reason,
    VisitStatus,
)
from desktop.office.again import SENDABLE, Anew, anew, queue_anew, reopened, sealed_anew
from desktop.office.card_paper import letter_paper
from desktop.office.card_rules import card_of, checked_at, kept_words, must_be_checked
from desktop.office.desk import Desk, Opened, Recorder
from desktop.office.help_texts import what_they_see
from desktop.office.people import found
from desktop.office.values import Queued
from desktop.office.values_protection import HelpEnd, HelpShown, HelpStep, IdentityCheck, Paper, SendAgain

WAYS: Mapping[str, tuple[Method, Form | None]] = {
    "as-pdf": (Method.ENVELOPE, Form.PDF),
    "as-page": (Method.ENVELOPE, Form.HTML),
    "as-link": (Method.ENVELOPE, Form.LINK),
    "portal": (Method.PORTAL, None),
    "on-the-way": (Method.TLS, None),
}
"""What each step makes of the message, in the order in which they are offered and tried out."""
_Choose = Callable[[Tx], Message]
_Work = Callable[[], object]
_LEAST_ASKED = 2
_CALL_BACK = timedelta(days=1)
_CHECK_FIRST = "check-first"


class Help:
    """Nothing here asks the patient to install anything, and nothing lowers protection by itself."""

    def __init__(self, desk: Desk, clock: Clock, printer: Printer) -> None:
        self._desk = desk
        self._clock = clock
        self._printer = printer

    def help_patient(self, session: Session, message: MessageId) -> HelpShown:
        """Raises InputError `message-unknown`."""
        return self._help(session, lambda tx: message_of(tx, message))

    def help_person(self, session: Session, person: PersonId) -> HelpShown:
        """As `help_patient`, with what was last written to this person. Refused `nothing-sent`."""
        return self._help(session, lambda tx: _newest(tx, person))

    def record_check(self, session: Session, check: IdentityCheck) -> None:
        """InputError `check-too-few`, `check-unknown` (nothing on record to compare with)."""

        def keep(tx: Tx, record: Recorder) -> None:
            asked = set(check.asked)
            if not asked <= _answers(tx, found(tx, check.person), session, self._clock.now()).keys():
                raise InputError("check-unknown")
            if len(asked) < _LEAST_ASKED:
                raise InputError("check-too-few", least=_LEAST_ASKED)
            checks.put(tx, check.person, session.user, sorted(asked), self._clock.now())
            record(Event(Act.IDENTITY_CHECKED, obj=check.person, det={"count": len(asked)}))

        self._desk.write(session, Action.RECORD_CHECK, keep)

    def send_again(self, session: Session, again: SendAgain) -> Queued:
        """The same content in the form or the way that the patient asked for, which is kept as
        their wish. InputError `step-unknown`, `message-unknown`; Refused `check-first`,
        `help-not-arrived`, `not-sendable` (`help_patient` says why), `letter-...`."""
        opened = self._desk.check(session, Action.SEND_AGAIN)
        try:
            return self._send_again(opened, session, again)
        except SealwellError as error:
            obj = again.message if is_id(again.message) else ""
            self._desk.note_refusal(session, Act.MESSAGE_REFUSED, error, obj)
            raise

    def _send_again(self, opened: Opened, session: Session, again: SendAgain) -> Queued:
        if again.step not in WAYS:
            raise InputError("step-unknown")
        method, form = WAYS[again.step]

        def look(tx: Tx) -> Anew:
            message = message_of(tx, again.message)
            if message.state not in SENDABLE:
                raise Refused("help-not-arrived")
            must_be_checked(tx, session, message.person, self._clock.now())
            return anew(tx, message, method, form)

        wanted = opened.database.read(look)
        person = wanted.draft.person
        sealed, shut = sealed_anew(opened, lambda tx: _wish(tx, person, method, form), (wanted,))
        if shut:
            raise shut[0][1]

        def store(tx: Tx, record: Recorder) -> Queued:
            _wish(tx, person, method, form)
            if form is not None:
                record(Event(Act.FORM_CHANGED, obj=person, det={"form": form.value}))
            else:
                record(Event(Act.PEOPLE_CHANGED, obj=person, det={"fields": 1}))
            row = queue_anew(opened, tx, record, sealed, session)[0]
            det: dict[str, str | int] = {"previous": again.message, "generation": row.generation}
            record(Event(Act.MESSAGE_RESENT, row.id, det=det))
            return Queued(row.id, row.method, row.reasons, row.state, row.not_before)

        return self._desk.write(session, Action.SEND_AGAIN, store)

    def end_help(self, session: Session, end: HelpEnd) -> None:
        """What they said on the phone: it is open, which ends the clock of its silence; or somebody
        calls back tomorrow. InputError `message-unknown`."""

        def settle(tx: Tx, record: Recorder) -> None:
            row, now = message_of(tx, end.message), self._clock.now()
            if end.opened:
                silences.end(tx, row.id, CALLED, now)
                record(Event(Act.MESSAGE_RESOLVED, row.id, det={"settled": CALLED}))
                return
            task = open_call(tx, row, "not-opened", now, now + _CALL_BACK) or call_of(tx, row.id)
            if task is not None:
                record(Event(Act.CALL_TASK_OPENED, task.id, det={"person": row.person}))

        self._desk.write(session, Action.SEND_AGAIN, settle)

    def print_message(self, session: Session, message: MessageId) -> Paper:
        """To be picked up or posted. Refused `check-first`, `print-not-yours`, `letter-...`."""

        def lay_out(tx: Tx, record: Recorder) -> Document:
            row = message_of(tx, message)
            if _is_clinical(row, session):
                raise Refused("print-not-yours")
            must_be_checked(tx, session, row.person, self._clock.now())
            paper = letter_paper(tx, found(tx, row.person), reopened(tx, row))
            record(Event(Act.MESSAGE_PRINTED, obj=row.id, det={"person": row.person}))
            return paper

        document = self._desk.write(session, Action.SEND_AGAIN, lay_out)
        return Paper(self._printer.print_pdf(document), "message.pdf")

    # --- what is shown ----------------------------------------------------------------

    def _help(self, session: Session, choose: _Choose) -> HelpShown:
        opened = self._desk.check(session, Action.HELP_PATIENT)
        # Each step is tried out with the wish that it would record; all of it is undone.
        shown = opened.database.rehearse(lambda tx: self._shown(opened, tx, session, choose(tx)))
        event = Event(Act.HELP_SHOWN, obj=shown.message, det={"person": shown.person})
        self._desk.write(session, Action.HELP_PATIENT, lambda _, record: record(event))
        return shown

    def _shown(self, opened: Opened, tx: Tx, session: Session, message: Message) -> HelpShown:
        person, now = found(tx, message.person), self._clock.now()
        form = read_trace(messages.trace(tx, message.id)).way.form
        if message.method is Method.ENVELOPE and form is None:
            form = Form.HTML  # the only one that there was
        at = checked_at(tx, session, person.id, now)
        return HelpShown(
            message=message.id,
            person=person.id,
            name=visible(person, session.role).name,
            method=message.method,
            form=form,
            sees=what_they_see(message.method, form),
            steps=self._steps(opened, tx, session, message, form, at is not None),
            checked_at=at,
            answers=_answers(tx, person, session, now),
        )

    def _steps(
        self, opened: Opened, tx: Tx, session: Session, message: Message, form: Form | None, checked: bool
    ) -> tuple[HelpStep, ...]:
        locked = message.method is Method.ENVELOPE
        steps: list[tuple[str, SealwellError | None]] = []
        if locked:
            steps.append(("read-words", _error(lambda: kept_words(tx, card_of(tx, message.person)))))
        content = _error(lambda: reopened(tx, message))
        for step, (method, made_as) in WAYS.items():
            if (method, made_as) != (message.method, form):
                steps.append((step, content or self._problem(opened, tx, message, method, made_as)))
        foreign = Refused("print-not-yours") if _is_clinical(message, session) else None
        steps.append(("print", content or foreign))
        if locked:
            steps.append(("new-words", _error(lambda: card_of(tx, message.person))))
        return tuple(HelpStep(step, _blocked(error, checked)) for step, error in steps)

    def _problem(
        self, opened: Opened, tx: Tx, message: Message, method: Method, form: Form | None
    ) -> SealwellError | None:
        """Why `method` in `form` is not open to this message now."""
        if message.state not in SENDABLE:
            return Refused("help-not-arrived")
        _wish(tx, message.person, method, form)
        raise_to = read_trace(messages.trace(tx, message.id)).raise_to
        draft = Draft(
            message.person, "", "", label=message.label, wanted=method, raise_to=raise_to, form=form
        )
        try:
            decision = opened.letters.explain(tx, draft)
        except SealwellError as error:
            return error
        if decision.method is method:
            return None
        why = next((one.reason for one in decision.rejected if one.method is method), decision.reasons[0])
        return Refused(why.code, **why.params)


def message_of(tx: Tx, message: MessageId) -> Message:
    row = messages.get(tx, message)
    if row is None:
        raise InputError("message-unknown")
    return row


def _newest(tx: Tx, person: PersonId) -> Message:
    """The last one that may be waiting to be read."""
    found(tx, person)
    rows = messages.of_person(tx, person)
    row = next((one for one in rows if one.state in SENDABLE and not one.superseded), None)
    if row is None:
        raise Refused("nothing-sent")
    return row


def _wish(tx: Tx, person: PersonId, method: Method, form: Form | None) -> None:
    """What the patient asked for on the phone holds from now on: it is their own to choose
    (45 CFR 164.522(b)), and the claim decides by it."""
    if form is not None:
        cardwords.wish(tx, person, form)
        return
    before = found(tx, person)
    if before.preferred_method is not method:
        people.update(tx, replace(before, preferred_method=method))


def _answers(tx: Tx, person: Person, session: Session, now: datetime) -> dict[str, str]:
    """What this role may compare with; what is not on record cannot be asked."""
    seen = visible(person, session.role)
    known = {
        "birth-date": seen.birth_date.isoformat() if seen.birth_date else "",
        "address": seen.email,
        "record-number": seen.external_id,
        "call-back": seen.phone,
    }
    if FieldGroup.APPOINTMENT not in hidden(session.role):
        visits = [one.start for one in appointments.of_person(tx, person.id) if _took_place(one, now)]
        known["last-visit"] = visits[-1].date().isoformat() if visits else ""
    return {code: value for code, value in known.items() if value}


def _took_place(visit: Appointment, now: datetime) -> bool:
    return visit.status is VisitStatus.BOOKED and visit.start_utc <= now


def _is_clinical(message: Message, session: Session) -> bool:
    return message.label is Label.VERY_SENSITIVE and FieldGroup.CLINICAL in hidden(session.role)


def _error(work: _Work) -> SealwellError | None:
    try:
        work()
    except SealwellError as error:
        return error
    return None


def _blocked(error: SealwellError | None, checked: bool) -> Reason | None:
    if error is not None:
        return Reason(error.code, dict(error.params))
    return None if checked else Reason(_CHECK_FIRST)
