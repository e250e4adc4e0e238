"""The outbox over a real database: claims, phases, outcomes, crashes, undo, resend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from desktop.errors import Refused
from desktop.mail.letters import Draft
from desktop.mail.outbox import Cancel, Claimed, Frozen, Keep, Outcome, Recheck, Replace, Verdict
from desktop.mail.states import TransitionError
from desktop.models import messages
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import Label, Message, MessageId, Reason, State
from tests.practice.office import HOLDER, Practice

WHY = Reason("connection-broke")


def answer(make: Callable[[Message], Verdict]) -> dict[str, Recheck]:
    """Sources that answer each row by `make`."""

    def recheck(tx: Tx, rows: Sequence[Message]) -> list[Verdict]:
        return [make(row) for row in rows]

    return {"letter": recheck, "reminder": recheck}


KEEP = answer(lambda row: Keep())


@pytest.fixture
def frozen(office: Practice) -> Callable[[], Frozen]:
    """A new sealed letter to one person, each time another."""
    person = office.person()

    def make() -> Frozen:
        draft = Draft(person.id, "Hello", "A text.", label=Label.ROUTINE)
        return office.letters.seal(
            office.db.read(lambda tx: office.letters.prepare(tx, draft)), office.sealer
        )

    return make


def queue(office: Practice, frozen: Frozen) -> Message:
    return office.db.write(lambda tx: office.outbox.enqueue(tx, frozen, office.session))


def claim(office: Practice, rechecks: dict[str, Recheck] = KEEP) -> Claimed | None:
    found = office.db.write(lambda tx: office.outbox.claim(tx, HOLDER, rechecks, 1))
    return found[0] if found else None


def claimed(office: Practice) -> Claimed:
    found = claim(office)
    assert found is not None
    return found


def advance(office: Practice, row: Claimed, *states: State) -> Claimed:
    for state in states:
        row = office.db.write(partial(_advance, office, row, state))
    return row


def _advance(office: Practice, row: Claimed, state: State, tx: Tx) -> Claimed:
    return office.outbox.advance(tx, row, state)


def row_of(office: Practice, message: MessageId) -> Message:
    row = office.db.read(lambda tx: messages.get(tx, message))
    assert row is not None
    return row


def ready(office: Practice, frozen: Frozen) -> Message:
    """Queued, past its hold, and the lease taken."""
    message = queue(office, frozen)
    office.clock.pass_(seconds=10)
    office.take_lease()
    return message


def test_a_message_is_held_for_ten_seconds_and_its_bytes_are_those_that_were_sealed(
    office: Practice, frozen: Callable[[], Frozen]
) -> None:
    made = frozen()
    message = queue(office, made)
    office.take_lease()
    assert message.not_before == office.clock.now() + timedelta(seconds=10)
    assert claim(office) is None
    office.clock.pass_(seconds=10)
    row = claimed(office)
    assert (row.message.id, row.wire, row.relay) == (message.id, made.sealed.wire, office.relay)
    assert row.message.state is State.CLAIMED
    assert claim(office) is None


def test_the_way_to_accepted_is_recorded_phase_by_phase(
    office: Practice, frozen: Callable[[], Frozen]
) -> None:
    message = ready(office, frozen())
    row = advance(office, claimed(office), State.CONNECTING, State.ENVELOPE, State.DATA, State.DOT_SENT)
    office.db.write(
        lambda tx: office.outbox.settle(
            tx, row.message.id, Outcome(State.ACCEPTED, "250 2.0.0 queued\r\nas 7")
        )
    )
    end = row_of(office, message.id)
    assert (end.state, end.reply, end.attempts) == (State.ACCEPTED, "250 2.0.0 queued as 7", 1)
    phases = [item.phase for item in office.db.read(lambda tx: messages.attempts(tx, message.id))]
    assert phases == ["connecting", "envelope", "data", "dot-sent", "accepted"]
    assert office.acts() == ["message.queued", "message.claimed", "message.accepted"]


def test_no_audit_record_holds_a_name_an_address_or_a_reply(
    office: Practice, frozen: Callable[[], Frozen]
) -> None:
    ready(office, frozen())
    row = advance(office, claimed(office), State.CONNECTING, State.ENVELOPE)
    bad = Outcome(State.FAILED, "550 5.1.1 maria@mail.example unknown", Reason("address-refused"))
    office.db.write(lambda tx: office.outbox.settle(tx, row.message.id, bad))
    log = "".join(office.log()).lower()
    assert "maria" not in log
    assert "hello" not in log
    assert "address-refused" in log


def test_deferred_waits_until_its_next_try(office: Practice, frozen: Callable[[], Frozen]) -> None:
    message = ready(office, frozen())
    row = advance(office, claimed(office), State.CONNECTING, State.ENVELOPE)
    later = Outcome(State.DEFERRED, "451 later", WHY, office.clock.now() + timedelta(minutes=5))
    office.db.write(lambda tx: office.outbox.settle(tx, row.message.id, later))
    assert claim(office) is None
    office.clock.pass_(minutes=5)
    assert claimed(office).message.id == message.id
    assert row_of(office, message.id).attempts == 1


def test_trouble_before_the_envelope_counts_no_try(office: Practice, frozen: Callable[[], Frozen]) -> None:
    message = ready(office, frozen())
    row = advance(office, claimed(office), State.CONNECTING)
    again = Outcome(State.QUEUED, "", Reason("relay-unreachable"), office.clock.now())
    office.db.write(lambda tx: office.outbox.settle(tx, row.message.id, again))
    end = row_of(office, message.id)
    assert (end.state, end.attempts, end.reason) == (State.QUEUED, 0, Reason("relay-unreachable"))


@pytest.mark.parametrize(
    "outcome", [Outcome(State.DEFERRED, "", WHY), Outcome(State.FAILED, "", WHY, next_try=None)]
)
def test_what_waits_needs_a_next_try_and_what_ended_has_none(
    office: Practice, frozen: Callable[[], Frozen], outcome: Outcome
) -> None:
    ready(office, frozen())
    row = advance(office, claimed(office), State.CONNECTING, State.ENVELOPE)
    wrong = outcome if outcome.state is State.DEFERRED else replace(outcome, next_try=office.clock.now())
    with pytest.raises(ValueError, match="next_try"):
        office.db.write(lambda tx: office.outbox.settle(tx, row.message.id, wrong))


def test_a_step_that_the_table_lacks_changes_nothing(office: Practice, frozen: Callable[[], Frozen]) -> None:
    message = ready(office, frozen())
    row = claimed(office)
    with pytest.raises(TransitionError):
        advance(office, row, State.DOT_SENT)
    with pytest.raises(TransitionError):
        office.db.write(lambda tx: office.outbox.settle(tx, message.id, Outcome(State.ACCEPTED)))
    assert row_of(office, message.id).state is State.CLAIMED


def test_nobody_claims_or_recovers_without_the_lease(office: Practice, frozen: Callable[[], Frozen]) -> None:
    queue(office, frozen())
    office.clock.pass_(seconds=10)
    with pytest.raises(Refused, match="not-the-sender"):
        claim(office)
    office.take_lease("2-other")
    with pytest.raises(Refused, match="not-the-sender"):
        claim(office)
    with pytest.raises(Refused, match="not-the-sender"):
        office.db.write(lambda tx: office.outbox.recover(tx, HOLDER))


def test_a_lease_of_an_earlier_boot_or_one_that_ran_out_is_none(
    office: Practice, frozen: Callable[[], Frozen]
) -> None:
    ready(office, frozen())
    office.clock.boot = "boot-2"
    with pytest.raises(Refused, match="not-the-sender"):
        claim(office)
    office.clock.boot = "boot-1"
    office.clock.pass_(days=31)
    with pytest.raises(Refused, match="not-the-sender"):
        claim(office)


def test_undo_stops_what_waits_or_is_claimed_and_is_too_late_for_what_is_marked(
    office: Practice, frozen: Callable[[], Frozen]
) -> None:
    rows = {queue(office, frozen()).id for _ in range(3)}
    office.clock.pass_(seconds=10)
    office.take_lease()
    gone = advance(office, claimed(office), State.CONNECTING, State.ENVELOPE, State.DATA).message.id
    taken = claimed(office).message.id
    (waits,) = rows - {gone, taken}

    def stop(message: MessageId) -> bool:
        return office.db.write(
            lambda tx: office.outbox.cancel(tx, message, Reason("cancelled-by-person"), office.session)
        )

    assert stop(waits)
    assert not stop(waits)
    assert stop(taken)
    assert not stop(gone)
    assert not stop(MessageId(new_id()))
    assert row_of(office, waits).state is State.CANCELLED
    assert claim(office) is None


def test_uncertain_is_never_cancelled_nor_claimed(office: Practice, frozen: Callable[[], Frozen]) -> None:
    message = ready(office, frozen())
    row = advance(office, claimed(office), State.CONNECTING, State.ENVELOPE, State.DATA, State.DOT_SENT)
    unsure = Outcome(State.UNCERTAIN, "", Reason("no-receipt"))
    office.db.write(lambda tx: office.outbox.settle(tx, row.message.id, unsure))
    assert not office.db.write(lambda tx: office.outbox.cancel(tx, message.id, Reason("cancelled-by-person")))
    office.clock.pass_(days=3)
    assert claim(office) is None
    assert row_of(office, message.id).state is State.UNCERTAIN


@pytest.mark.parametrize(
    ("steps", "after"),
    [
        ((), State.QUEUED),
        ((State.CONNECTING,), State.QUEUED),
        ((State.CONNECTING, State.ENVELOPE), State.QUEUED),
        ((State.CONNECTING, State.ENVELOPE, State.DATA), State.UNCERTAIN),
        ((State.CONNECTING, State.ENVELOPE, State.DATA, State.DOT_SENT), State.UNCERTAIN),
    ],
)
def test_after_a_crash_only_what_had_certainly_not_left_waits_again(
    office: Practice, frozen: Callable[[], Frozen], steps: tuple[State, ...], after: State
) -> None:
    message = ready(office, frozen())
    advance(office, claimed(office), *steps)
    office.clock.boot = "boot-2"
    office.take_lease()
    found = office.db.write(lambda tx: office.outbox.recover(tx, HOLDER))
    assert (found.requeued, found.uncertain) == ((1, 0) if after is State.QUEUED else (0, 1))
    assert row_of(office, message.id).state is after
    assert office.acts()[-1] == "outbox.recovered"
    again = office.db.write(lambda tx: office.outbox.recover(tx, HOLDER))
    assert (again.requeued, again.uncertain) == (0, 0)
    assert (claim(office) is None) is (after is State.UNCERTAIN)


def test_a_source_that_says_no_ends_the_row_with_its_reason(
    office: Practice, frozen: Callable[[], Frozen]
) -> None:
    message = ready(office, frozen())
    assert claim(office, answer(lambda row: Cancel(Reason("consent-refused")))) is None
    end = row_of(office, message.id)
    assert (end.state, end.reason, end.superseded) == (State.CANCELLED, Reason("consent-refused"), False)
    assert office.acts()[-1] == "message.cancelled"


def test_a_row_that_is_decided_anew_ends_superseded_and_the_new_one_leaves_at_once(
    office: Practice, frozen: Callable[[], Frozen]
) -> None:
    message, other = ready(office, frozen()), replace(frozen(), generation=2)
    found = claim(office, answer(lambda row: Replace(other, Reason("way-changed"))))
    assert found is not None
    assert found.wire == other.sealed.wire
    old = row_of(office, message.id)
    assert (old.state, old.superseded, old.reason) == (State.CANCELLED, True, Reason("way-changed"))
    assert office.acts() == ["message.queued", "message.queued", "message.superseded", "message.claimed"]


def test_too_late_expires_instead_of_leaving(office: Practice, frozen: Callable[[], Frozen]) -> None:
    message = ready(office, replace(frozen(), useless_after=office.clock.now() + timedelta(minutes=1)))
    office.clock.pass_(minutes=1)
    assert claim(office) is None
    assert row_of(office, message.id).state is State.EXPIRED
    assert office.acts()[-1] == "message.expired"


def test_a_retired_relay_sends_nothing(office: Practice, frozen: Callable[[], Frozen]) -> None:
    message = ready(office, frozen())
    office.change_relay(retired_at=office.clock.now())
    assert claim(office) is None
    assert row_of(office, message.id).reason == Reason("no-relay")


def test_one_claim_skips_many_that_may_not_leave(office: Practice, frozen: Callable[[], Frozen]) -> None:
    rows = [queue(office, frozen()) for _ in range(25)]
    office.clock.pass_(seconds=10)
    office.take_lease()
    last = max(rows, key=lambda row: (row.not_before, row.id)).id

    no = Cancel(Reason("visit-cancelled"))
    found = claim(office, answer(lambda row: Keep() if row.id == last else no))
    assert found is not None
    assert found.message.id == last


def test_a_failed_message_is_sent_again_only_by_a_person_as_its_next_generation(
    office: Practice, frozen: Callable[[], Frozen]
) -> None:
    message = ready(office, frozen())
    again = replace(frozen(), generation=2)

    def resend(made: Frozen) -> Message:
        return office.db.write(lambda tx: office.outbox.resend(tx, message.id, made, office.session))

    with pytest.raises(Refused, match="not-resendable"):
        resend(again)
    row = advance(office, claimed(office), State.CONNECTING, State.ENVELOPE)
    office.db.write(lambda tx: office.outbox.settle(tx, row.message.id, Outcome(State.FAILED, "550", WHY)))
    with pytest.raises(Refused, match="not-resendable"):
        resend(replace(again, generation=1))
    new = resend(again)
    assert (new.state, new.generation) == (State.QUEUED, 2)
    assert (row_of(office, message.id).state, row_of(office, message.id).superseded) == (State.FAILED, True)
    with pytest.raises(Refused, match="not-resendable"):
        resend(replace(again, generation=3))


def test_an_unknown_message_is_refused(office: Practice) -> None:
    with pytest.raises(Refused, match="message-unknown"):
        office.db.write(lambda tx: office.outbox.settle(tx, MessageId(new_id()), Outcome(State.ACCEPTED)))


def test_two_senders_cannot_move_the_same_row(office: Practice, frozen: Callable[[], Frozen]) -> None:
    ready(office, frozen())
    row = claimed(office)
    advance(office, row, State.CONNECTING)
    with pytest.raises(Refused, match="message-moved"):
        advance(office, row, State.CONNECTING)


def test_where_the_record_cannot_be_written_nothing_changes(
    office: Practice, frozen: Callable[[], Frozen], monkeypatch: pytest.MonkeyPatch
) -> None:
    message = ready(office, frozen())

    def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(office.audit, "record_all", broken)
    with pytest.raises(OSError, match="disk full"):
        office.db.write(lambda tx: office.outbox.cancel(tx, message.id, Reason("cancelled-by-person")))
    with pytest.raises(OSError, match="disk full"):
        claim(office)
    assert row_of(office, message.id).state is State.QUEUED


def test_letters_leave_before_reminders(office: Practice, frozen: Callable[[], Frozen]) -> None:
    office.visit(office.person("Ana"))
    plan = office.db.read(office.reminders.plan)
    sealed = office.reminders.seal(plan)
    office.db.write(lambda tx: office.reminders.enqueue(tx, sealed, office.session))
    ready(office, frozen())
    assert [claimed(office).message.kind for _ in range(2)] == ["letter", "reminder"]


def test_a_group_is_claimed_and_marked_at_once(office: Practice, frozen: Callable[[], Frozen]) -> None:
    rows = [queue(office, frozen()) for _ in range(7)]
    office.clock.pass_(seconds=10)
    office.take_lease()
    no = rows[0].id
    rechecks = answer(lambda row: Cancel(Reason("consent-refused")) if row.id == no else Keep())

    def group(tx: Tx) -> list[Claimed]:
        found = office.outbox.claim(tx, HOLDER, rechecks, 5)
        return [office.outbox.advance(tx, row, State.CONNECTING, State.ENVELOPE, State.DATA) for row in found]

    marked = office.db.write(group)
    assert len({row.message.id for row in marked} - {no}) == 5
    for row in marked:
        assert row.message.state is State.DATA
        assert row_of(office, row.message.id).state is State.DATA
    assert len(office.db.write(group)) == 1


def test_a_path_that_leaves_out_a_phase_is_a_bug(office: Practice, frozen: Callable[[], Frozen]) -> None:
    ready(office, frozen())
    row = claimed(office)
    with pytest.raises(TransitionError):
        office.db.write(lambda tx: office.outbox.advance(tx, row, State.CONNECTING, State.DATA))
