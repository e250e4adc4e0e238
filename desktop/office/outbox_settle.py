"""What people know and decide about a message that nobody could know of, or that did not arrive."""

from __future__ import annotations

from dataclasses import replace

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.audit.fields import Value, is_id
from desktop.clock import Clock
from desktop.errors import InputError, Refused, SealwellError
from desktop.mail.decision import read_trace
from desktop.mail.events import FAILED_TASK
from desktop.mail.failure import may_resend
from desktop.mail.letters import Draft
from desktop.mail.outgoing import Frozen
from desktop.mail.resealing import renamed
from desktop.mail.sealing import LETTER, REMINDER
from desktop.mail.sender import Origin, load_sender
from desktop.mail.settling import RESOLUTIONS, may_follow
from desktop.models import messages, tasks
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.records import Message, MessageId
from desktop.models.tasks import TaskState
from desktop.office.again import reopened
from desktop.office.desk import Desk, Opened, Recorder
from desktop.office.outbox_shown import shown
from desktop.office.values import Queued
from desktop.office.values_delivery import MessageShown, Resend, Resent, Resolution

_CONTENT = "content-"


class Settling:
    """Nothing is sent again by itself: each of these is somebody's decision, on record as theirs."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def resolve_message(self, session: Session, resolution: Resolution) -> MessageShown:
        """Raises InputError `message-unknown`, `value-not-allowed`; Refused `not-unclear`."""
        opened = self._desk.check(session, Action.RESOLVE_MESSAGE)

        def settle(tx: Tx, record: Recorder) -> MessageShown:
            if resolution.how not in RESOLUTIONS:
                allowed = ", ".join(RESOLUTIONS)
                raise InputError("value-not-allowed", field="how", allowed=allowed)
            row = _found(tx, resolution.message)
            opened.outbox.resolve(tx, row.id, resolution.how, session, resolution.note)
            record.written += 1
            return shown(tx, row.id, self._clock.now())

        return self._desk.write(session, Action.RESOLVE_MESSAGE, settle)

    def resend_message(self, session: Session, resend: Resend) -> Resent:
        """The next generation, decided and sealed now; of two who press at once, one sends.

        Raises InputError `message-unknown`; Refused `not-resendable`, `address-not-checked`,
        `address-unreachable`, `address-missing`, `address-stopped`, `visit-not-on`, `letter-...`,
        `not-sendable`, `decision-changed` (where what was shown no longer holds).
        """
        opened = self._desk.check(session, Action.RESEND_MESSAGE)
        try:
            return self._resend(opened, session, resend)
        except SealwellError as error:
            obj = resend.message if is_id(resend.message) else ""
            self._desk.note_refusal(session, Act.MESSAGE_REFUSED, error, obj)
            raise

    def _resend(self, opened: Opened, session: Session, resend: Resend) -> Resent:
        row = opened.database.read(lambda tx: _resendable(tx, resend.message))
        opened.looks.at_people((row.person,))
        if row.kind == REMINDER:
            frozen = self._reminder(opened, row, resend.expect)
        elif row.kind == LETTER:
            frozen = self._letter(opened, row, resend.expect)
        else:
            raise Refused("not-resendable")

        def queue(tx: Tx, record: Recorder) -> Message:
            _resendable(tx, row.id)  # somebody may have been faster, or stopped the address
            new = opened.outbox.resend(tx, row.id, frozen, session)
            record.written += 1
            for id_ in tasks.close_of(
                tx, FAILED_TASK, row.id, TaskState.DONE, self._clock.now(), session.user
            ):
                det: dict[str, Value] = {"task-kind": FAILED_TASK, "result": "done", "person": row.person}
                record(Event(Act.TASK_ENDED, id_, det=det))
            return new

        new = self._desk.write(session, Action.RESEND_MESSAGE, queue)
        opened.dispatcher.nudge()
        return Resent(Queued(new.id, new.method, new.reasons, new.state, new.not_before), row.id)

    def _reminder(self, opened: Opened, row: Message, expect: str) -> Frozen:
        plan = opened.database.read(lambda tx: opened.reminders.again(tx, row))
        if expect and plan.rows[0].decision.hash() != expect:
            raise Refused("decision-changed")
        return opened.reminders.seal(plan)[0]

    def _letter(self, opened: Opened, row: Message, expect: str) -> Frozen:
        """From its content, where that can be opened; else the same sealed bytes under another name."""

        def look(tx: Tx) -> Draft | None:
            try:
                kept = reopened(tx, row)
            except Refused as refused:
                if refused.code != "letter-sealed":
                    raise
                return None
            trace = read_trace(messages.trace(tx, row.id))
            return Draft(
                row.person,
                kept.subject,
                kept.text,
                kept.attachments,
                row.label,
                trace.wanted,
                trace.raise_to,
                expect=expect,
                content=tuple(one for one in row.reasons if one.code.startswith(_CONTENT)),
                in_reply_to=kept.in_reply_to,
                references=kept.references,
            )

        draft = opened.database.read(look)
        if draft is None:
            frozen = opened.database.read(lambda tx: self._renamed(opened, tx, row, expect))
        else:
            prepared = opened.database.read(lambda tx: opened.letters.prepare(tx, draft))
            frozen = opened.letters.seal(prepared, opened.own.sealer())
        return replace(frozen, source=row.source, generation=row.generation + 1)

    def _renamed(self, opened: Opened, tx: Tx, row: Message, expect: str) -> Frozen:
        """Only where it would be sealed to the same key for the same address today."""
        kept = read_trace(messages.trace(tx, row.id))
        content = tuple(one for one in row.reasons if one.code.startswith(_CONTENT))
        draft = Draft(
            row.person, "", "", (), row.label, kept.wanted, kept.raise_to, expect=expect, content=content
        )
        decision = opened.letters.explain(tx, draft)
        if expect and decision.hash() != expect:
            raise Refused("decision-changed")
        sender = load_sender(tx)
        if not decision.holds(kept.way) or sender.relay is None:
            raise Refused("letter-sealed")
        origin = Origin(row.kind, row.source, row.person, row.occurrence, row.window, row.generation + 1)
        wire = messages.wires(tx, (row.id,)).get(row.id, b"")
        return Frozen(
            kind=row.kind,
            source=row.source,
            occurrence=row.occurrence,
            window=row.window,
            generation=row.generation + 1,
            person=row.person,
            decision=decision,
            label=row.label,
            relay=sender.relay.id,
            sealed=renamed(wire, row.message_id, sender.message_id(origin), self._clock.now()),
            priority=row.priority,
        )


def _found(tx: Tx, id_: MessageId) -> Message:
    row = messages.get(tx, id_)
    if row is None:
        raise InputError("message-unknown")
    return row


def _resendable(tx: Tx, id_: MessageId) -> Message:
    row = _found(tx, id_)
    if not may_follow(row):
        raise Refused("not-resendable")
    blocked = may_resend(tx, row)
    match blocked.code if blocked is not None else "":
        case "":
            return row
        case "address-not-checked":
            raise Refused("address-not-checked")
        case "address-unreachable":
            raise Refused("address-unreachable")
        case "address-missing":
            raise Refused("address-missing")
        case "address-stopped":
            raise Refused("address-stopped")
        case _:
            raise Refused("not-resendable")
