"""A message did not arrive: find the cause, check the address by another way, then again or by phone.

FEATURES A31 to A34. Nothing is sent again from here: `resend_message` is, after what is recorded
here (`mail.failure.may_resend`). What somebody typed is kept apart from the log, as every reason is.
"""

from __future__ import annotations

from datetime import datetime

from desktop.access.fields import visible
from desktop.access.roles import Action, may
from desktop.audit.events import Act, Event
from desktop.audit.tokens import keep_reason
from desktop.clock import Clock
from desktop.errors import InputError, Refused
from desktop.mail.calls import call_of, open_call
from desktop.mail.events import FAILED_TASK
from desktop.mail.failure import FAILED, Cause, cause, may_resend
from desktop.mail.suppressed import STOPPED
from desktop.models import addresschecks, events, messages, people, silences, suppressions, tasks
from desktop.models.accounts import Session
from desktop.models.addresschecks import RESULTS, WAYS, AddressChecked
from desktop.models.database import Tx
from desktop.models.delivery import EventKind, Suppression, SuppressionKind
from desktop.models.names import address_key
from desktop.models.records import Message, MessageId, Person, Reason, State
from desktop.models.tasks import TaskState
from desktop.office.desk import Desk, Recorder
from desktop.office.listed import Listed
from desktop.office.outbox_lines import lines_of
from desktop.office.values import CallOpened
from desktop.office.values_delivery import (
    AddressCheck,
    FailureShown,
    LiftRequest,
    SuppressionLine,
    SuppressionsShown,
)
from desktop.people import contacts
from desktop.texts import clean

_SHOWN = FAILED | {State.EXPIRED}
_TO_PHONE = _SHOWN | {State.UNCERTAIN}
_TOLD_BY = frozenset({EventKind.BOUNCED, EventKind.DEFERRED, EventKind.COMPLAINED})
_NOTE_CHARS = 500
_ASKED = ("phone", "in-person")
"""Ways by which the person themselves was asked; a chart does not know what they called spam."""


class Failures:
    """Every answer that names somebody is recorded before it is given."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def show_failure(self, session: Session, message: MessageId) -> FailureShown:
        """Raises InputError `message-unknown`, Refused `not-failed`."""
        return self._desk.read(
            session,
            Action.HANDLE_FAILURE,
            lambda tx: _shown(tx, _failed(tx, message), session, self._clock.now()),
            lambda shown: Event(Act.FAILURE_SHOWN, obj=message, det={"person": shown.line.person}),
        )

    def check_failed_address(self, session: Session, check: AddressCheck) -> FailureShown:
        """Keep how the address was checked; one that changed is changed in the contact, the old one stays
        stopped.

        `same` releases an address that had refused mail; one from which somebody complained only when
        they were asked themselves. Raises InputError `value-not-allowed`, `address-not-changed`, what
        setting an address raises; Refused `not-failed`.
        """
        opened = self._desk.check(session, Action.HANDLE_FAILURE)
        _one_of("way", check.way, WAYS)
        _one_of("result", check.result, RESULTS)
        if check.result == "changed":
            self._desk.check(session, Action.SET_PERSON)

        def keep(tx: Tx, record: Recorder) -> FailureShown:
            message, now = _failed(tx, check.message), self._clock.now()
            checked = AddressChecked(now, check.way, check.result)
            addresschecks.put(tx, message.id, message.person, session.user, checked)
            note = clean(check.note, _NOTE_CHARS)
            record(
                Event(
                    Act.ADDRESS_VERIFIED,
                    obj=message.id,
                    det={
                        "person": message.person,
                        "checked": check.result,
                        **(keep_reason(tx, opened.token_key, note) if note else {}),
                    },
                )
            )
            if check.result == "changed":
                self._change(tx, record, message, check.address, session)
            elif check.result == "same" and may(session.role, Action.LIFT_SUPPRESSION):
                self._release(tx, record, message, check.way, session)
            return _shown(tx, message, session, now)

        shown = self._desk.write(session, Action.HANDLE_FAILURE, keep)
        if check.result == "changed":
            self._desk.opened().names.forget()
        return shown

    def phone_instead(self, session: Session, message: MessageId) -> CallOpened:
        """The task to phone about it, opened or found; the clock of a sensitive message ends with it.

        Raises InputError `message-unknown`, Refused `not-failed`.
        """

        def open_task(tx: Tx, record: Recorder) -> CallOpened:
            row, now = _failed(tx, message, _TO_PHONE), self._clock.now()
            person = _person(tx, row)
            task = open_call(tx, row, "failed", now)
            if task is not None:
                record(Event(Act.CALL_TASK_OPENED, obj=task.id, det={"person": row.person}))
            else:
                task = call_of(tx, row.id)
                record(Event(Act.FAILURE_SHOWN, obj=row.id, det={"person": row.person}))
            silences.end(tx, row.id, "task", now)
            # This was to be found out; now somebody phones.
            tasks.close_of(tx, FAILED_TASK, row.id, TaskState.DONE, now, session.user)
            id_ = task.id if task is not None else ""
            return CallOpened(id_, row.person, Reason("failure-phone", {"name": person.name}))

        return self._desk.write(session, Action.HANDLE_FAILURE, open_task)

    def list_suppressions(self, session: Session) -> SuppressionsShown:
        """Addresses that nothing goes to, and whose they are."""
        opened = self._desk.check(session, Action.LIST_SUPPRESSIONS)
        owners: list[Person] = []

        def look(tx: Tx) -> SuppressionsShown:
            shown, named = _suppressed(tx)
            owners.extend(named)
            return shown

        shown = opened.database.read(look)
        listed = Listed(Act.SUPPRESSIONS_LISTED, tuple(one.id for one in owners), {"count": len(shown.lines)})

        def note(tx: Tx, record: Recorder) -> None:
            listed.keep(tx, record, opened.token_key, opened.field_key)

        self._desk.write(session, Action.LIST_SUPPRESSIONS, note)
        return shown

    def lift_suppression(self, session: Session, request: LiftRequest) -> SuppressionsShown:
        """Write to the address again, after somebody checked it by another way.

        Raises InputError `value-not-allowed`, `suppression-unknown`; Refused `ask-the-person` where
        they had complained and only the chart was looked at.
        """
        self._desk.check(session, Action.LIFT_SUPPRESSION)
        _one_of("way", request.way, WAYS)

        def lift(tx: Tx, record: Recorder) -> SuppressionsShown:
            one = suppressions.get(tx, request.id)
            if one is None or one.lifted_at is not None:
                raise InputError("suppression-unknown")
            if not _released_by(one, request.way):
                raise Refused("ask-the-person")
            suppressions.lift(tx, one.id, self._clock.now(), session.user, request.way)
            record(Event(Act.SUPPRESSION_LIFTED, obj=one.id))
            return _suppressed(tx)[0]

        return self._desk.write(session, Action.LIFT_SUPPRESSION, lift)

    def _change(self, tx: Tx, record: Recorder, message: Message, address: str, session: Session) -> None:
        """By the one way in which contacts are changed, with its own record."""
        before = _person(tx, message).email
        if not address.strip() or address_key(address) in (address_key(before), address_key(message.address)):
            raise InputError("address-not-changed")
        contacts.store(tx, message.person, {"email": address}, by=session.user, now=self._clock.now())
        record(Event(Act.PEOPLE_CHANGED, obj=message.person, det={"fields": 1}))

    def _release(self, tx: Tx, record: Recorder, message: Message, way: str, session: Session) -> None:
        for one in suppressions.listing(tx):
            if one.address_key == address_key(message.address) and _released_by(one, way):
                suppressions.lift(tx, one.id, self._clock.now(), session.user, way)
                record(Event(Act.SUPPRESSION_LIFTED, obj=one.id))


def _released_by(one: Suppression, way: str) -> bool:
    """A chart proves whose address it is; that it was no spam after all, or the right person, it does not."""
    return one.kind is SuppressionKind.HARD_BOUNCE or way in _ASKED


def _failed(tx: Tx, id_: MessageId, states: frozenset[State] = _SHOWN) -> Message:
    message = messages.get(tx, id_)
    if message is None:
        raise InputError("message-unknown")
    stopped = message.state is State.CANCELLED and message.reason == Reason(STOPPED)
    if message.state not in states and not stopped:
        raise Refused("not-failed")
    return message


def _person(tx: Tx, message: Message) -> Person:
    person = people.get(tx, message.person)
    if person is None:
        raise InputError("person-unknown")
    return person


def why(tx: Tx, message: Message) -> Cause:
    """The cause, from everything that is known of the message."""
    told = [one for one in events.of_message(tx, message.id) if one.kind in _TOLD_BY]
    statuses = [str(one.details["status"]) for one in reversed(told) if one.details.get("status")]
    return cause(message.state, message.reason, message.reply, statuses)


def _shown(tx: Tx, message: Message, session: Session, now: datetime) -> FailureShown:
    person = visible(_person(tx, message), session.role)
    known, blocked = why(tx, message), may_resend(tx, message)
    key = address_key(message.address)
    stopped = suppressions.live(tx, (key,)).get(key)
    checked, task = addresschecks.latest(tx, message.id), call_of(tx, message.id)
    former = addresschecks.former(tx, message.person) if person.email else ()
    (line,) = lines_of(tx, (message,), now)
    return FailureShown(
        line=line,
        cause=known.reason,
        hard=known.hard or (stopped is not None and stopped.kind is SuppressionKind.HARD_BOUNCE),
        address=message.address,
        other_addresses=tuple(one for one in (person.email, *former) if address_key(one) != key),
        phone=person.phone,
        checked=checked.at if checked is not None else None,
        suppressed=stopped.kind if stopped is not None else None,
        may_resend=blocked is None,
        why_not=blocked,
        task=task.id if task is not None else "",
    )


def _suppressed(tx: Tx) -> tuple[SuppressionsShown, list[Person]]:
    """What is stopped, and everybody whose name that shows."""
    lines, named = [], []
    for one in suppressions.listing(tx):
        theirs = people.at_address(tx, one.address_key)
        named += theirs
        names = tuple(person.name or person.organisation for person in theirs)
        address = addresschecks.spelled(tx, one.address_key)
        lines.append(SuppressionLine(one.id, address, names, one.kind, one.at, one.message))
    return SuppressionsShown(tuple(lines)), named


def _one_of(field: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InputError("value-not-allowed", field=field, allowed=", ".join(allowed))
