"""Runs over a real database and a real SMTP server: every row ends in a state that is true."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from demo.faults import DROP, STALL, At, Fault
from demo.relay import RecordingRelay
from desktop.audit.verify import verify
from desktop.errors import DeliveryError
from desktop.models import audit as audit_rows
from desktop.models import leases, messages, relays
from desktop.models.records import Reason, Relay, State
from desktop.sync import line
from desktop.sync.dispatcher import Dispatcher, RunCounts
from desktop.sync.relay import Timeouts
from tests.servers.practice import BarePractice

PASSWORD = "relay-password"
Start = Callable[..., RecordingRelay]
Profile = Callable[..., Relay]
Make = Callable[..., Dispatcher]
A, D, F, U, Q = State.ACCEPTED, State.DEFERRED, State.FAILED, State.UNCERTAIN, State.QUEUED


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "_PAUSES", (0.0, 0.0))


def acts(practice: BarePractice) -> list[dict[str, Any]]:
    found = practice.database.read(lambda tx: list(audit_rows.records(tx)))
    assert verify(found).ok
    return [json.loads(record.body) for record in found]


def test_everything_due_is_accepted_once_and_on_record(
    practice: BarePractice, send_due: Make, start_relay: Start, profile_of: Profile
) -> None:
    relay = start_relay()
    profile = profile_of(relay)
    practice.add_relay(profile, PASSWORD)
    queued = practice.queue(profile, 60)
    result = send_due().run_due()
    assert (dict(result.states), result.stopped) == ({A: 60}, None)
    assert set(practice.states().values()) == {A}
    assert len(relay.received) == 60
    frozen = practice.database.read(lambda tx: {messages.wire(tx, row.id) for row in queued})
    assert {message.wire for message in relay.received} == frozen
    assert all("queued as" in row.reply and row.attempts == 1 for row in practice.rows())
    written = [record["act"] for record in acts(practice)]
    assert written.count("message.claimed") == written.count("message.accepted") == 60
    assert relay.connections == 2  # a new one after fifty


def test_phases_are_kept_as_attempts(
    practice: BarePractice, send_due: Make, start_relay: Start, profile_of: Profile
) -> None:
    profile = profile_of(start_relay())
    practice.add_relay(profile, PASSWORD)
    (row,) = practice.queue(profile, 1)
    send_due().run_due()
    noted = practice.database.read(lambda tx: messages.attempts(tx, row.id))
    phases = [attempt.phase for attempt in noted]
    assert phases[-3:] == ["data", "dot-sent", "accepted"]


@pytest.mark.parametrize("extensions", [("PIPELINING",), ()])
@pytest.mark.parametrize(
    ("at", "does", "state", "arrived", "reason"),
    [
        (At.MAIL, DROP, D, False, "connection-broke"),
        (At.RCPT, DROP, D, False, "connection-broke"),
        (At.DATA, DROP, D, False, "connection-broke"),
        (At.DOT, DROP, U, False, "no-receipt"),
        (At.STORED, DROP, U, True, "no-receipt"),
        (At.STORED, STALL, U, True, "no-receipt"),
        (At.STORED, "999 what", U, True, "no-receipt"),
        (At.REPLIED, DROP, A, True, ""),
        (At.MAIL, "451 4.7.1 Later", D, False, "relay-asks-later"),
        (At.MAIL, "550 5.7.1 No", F, False, "relay-forbids"),
        (At.RCPT, "550 5.1.1 Unknown", F, False, "address-refused"),
        (At.RCPT, "421 4.3.2 Closing", D, False, "relay-asks-later"),
        (At.DATA, "554 5.5.1 No", F, False, "relay-refuses"),
        (At.DOT, "451 4.3.0 Later", D, False, "relay-asks-later"),
        (At.DOT, "554 5.6.0 Bad", F, False, "content-refused"),
        (At.DOT, "421 4.3.2 Closing", D, False, "relay-asks-later"),
    ],
)
def test_trouble_with_one_message_touches_no_other(
    practice: BarePractice,
    send_due: Make,
    start_relay: Start,
    profile_of: Profile,
    extensions: Any,
    at: At,
    does: str,
    state: State,
    arrived: bool,
    reason: str,
) -> None:
    relay = start_relay(extensions=extensions)
    at_first = at is At.MAIL and does == DROP  # later, it would be tried at once again
    relay.faults.append(Fault(at, does, times=1, skip=0 if at_first else 2))
    profile = profile_of(relay)
    practice.add_relay(profile, PASSWORD)
    practice.queue(profile, 12)
    patience = Timeouts(dot=0.5) if does == STALL else Timeouts(5, 5, 5, 5, 5)
    result = send_due(timeouts=patience).run_due()
    assert result.stopped is None
    struck = next((row for row in practice.rows() if row.state is not A), None)
    if struck is None and extensions and state is D and (does == DROP or does.startswith("421")):
        pass  # its envelope was on the way, the end was seen before its turn: a new connection took it
    elif state is A:
        assert struck is None
    else:
        assert struck is not None
        assert struck.reason is not None
        assert (struck.state, struck.reason.code, struck.attempts) == (state, reason, 1)
    assert sum(row.state is A for row in practice.rows()) == 12 - (struck is not None)
    assert len(relay.received) == len({message.recipients for message in relay.received})
    assert len(relay.received) == (12 if struck is None else 11 + arrived)
    if struck is not None and state is D:
        assert struck.next_try is not None
        assert struck.next_try > practice.clock.now() + timedelta(minutes=3)


def test_a_connection_closed_between_messages_costs_no_try(
    practice: BarePractice, send_due: Make, start_relay: Start, profile_of: Profile
) -> None:
    relay = start_relay(extensions=())
    relay.faults.append(Fault(At.REPLIED, DROP, times=2, skip=3))
    profile = profile_of(relay)
    practice.add_relay(profile, PASSWORD)
    practice.queue(profile, 10)
    assert dict(send_due().run_due().states) == {A: 10}
    assert {row.attempts for row in practice.rows()} == {1}
    assert len(relay.received) == 10
    assert relay.connections == 3


@pytest.mark.parametrize(
    ("at", "does", "security", "code"),
    [
        (At.CONNECT, DROP, "implicit", "relay-dropped"),
        (At.EHLO, DROP, "starttls", "relay-dropped"),
        (At.STARTTLS, "454 4.7.0 No", "starttls", "relay-no-starttls"),
        (At.AUTH, "535 5.7.8 Wrong", "implicit", "relay-auth-refused"),
        (At.AUTH, "454 4.7.0 Later", "implicit", "relay-auth-later"),
    ],
)
def test_no_way_to_the_relay_leaves_everything_queued(
    practice: BarePractice,
    send_due: Make,
    start_relay: Start,
    profile_of: Profile,
    at: At,
    does: str,
    security: str,
    code: str,
) -> None:
    relay = start_relay(security=security)
    relay.faults.append(Fault(at, does))
    profile = profile_of(relay)
    practice.add_relay(profile, PASSWORD)
    practice.queue(profile, 20)
    result = send_due().run_due()
    assert result.stopped is not None
    assert result.stopped.code == code
    assert {(row.state, row.attempts) for row in practice.rows()} == {(Q, 0)}
    assert relay.connections <= 3
    assert relay.plaintext_commands == 0
    paused = [record for record in acts(practice) if record["act"] in ("outbox.paused", "relay.refused")]
    assert [record["why"] for record in paused] == [code, code]
    relay.faults.clear()
    assert dict(send_due().run_due().states) == {A: 20}


def test_three_broken_connections_in_a_row_end_the_run(
    practice: BarePractice, send_due: Make, start_relay: Start, profile_of: Profile
) -> None:
    relay = start_relay()
    relay.faults.append(Fault(At.RCPT, DROP))
    profile = profile_of(relay)
    practice.add_relay(profile, PASSWORD)
    practice.queue(profile, 20)
    sender = send_due()
    result = sender.run_due()
    assert result.stopped == sender.trouble == Reason("connection-broke")
    assert not sender.is_running
    assert relay.connections == 3
    tried = [row for row in practice.rows() if row.reason and row.reason.code == "connection-broke"]
    assert len(tried) == 3
    assert {row.state for row in practice.rows()} <= {Q, D}
    assert relay.received == []


def test_more_than_three_refusals_by_policy_in_a_row_pause_the_run(
    practice: BarePractice, send_due: Make, start_relay: Start, profile_of: Profile
) -> None:
    relay = start_relay()
    relay.faults.append(Fault(At.MAIL, "550 5.7.1 Not allowed"))
    profile = profile_of(relay)
    practice.add_relay(profile, PASSWORD)
    practice.queue(profile, 20)
    result = send_due().run_due()
    assert result.stopped == Reason("too-many-refusals")
    assert sum(row.state is F for row in practice.rows()) == 4
    assert sum(row.state in (Q, D) for row in practice.rows()) == 16


def test_unknown_recipients_in_a_row_do_not_pause_it(
    practice: BarePractice, send_due: Make, start_relay: Start, profile_of: Profile
) -> None:
    relay = start_relay()
    relay.faults.append(Fault(At.RCPT, "550 5.1.1 Unknown"))
    profile = profile_of(relay)
    practice.add_relay(profile, PASSWORD)
    practice.queue(profile, 10)
    assert dict(send_due().run_due().states) == {F: 10}


def test_the_recheck_has_the_last_word(
    practice: BarePractice, send_due: Make, start_relay: Start, profile_of: Profile
) -> None:
    relay = start_relay()
    profile = profile_of(relay)
    practice.add_relay(profile, PASSWORD)
    queued = practice.queue(profile, 10)
    practice.cancelled |= {row.id for row in queued[:4]}
    send_due().run_due()
    assert [practice.row(row.id).state for row in queued] == [State.CANCELLED] * 4 + [A] * 6
    assert len(relay.received) == 6


def test_altered_octets_and_odd_addresses_never_leave(
    practice: BarePractice, send_due: Make, start_relay: Start, profile_of: Profile
) -> None:
    relay = start_relay()
    profile = profile_of(relay)
    practice.add_relay(profile, PASSWORD)
    (altered,) = practice.queue(profile, 1, sha256="0" * 64)
    (odd,) = practice.queue(profile, 1, address="x@mail.example> NOTIFY=NEVER")
    (good,) = practice.queue(profile, 1)
    send_due().run_due()
    rows = {row.id: row for row in practice.rows()}
    assert (rows[altered.id].state, rows[altered.id].reason) == (State.CANCELLED, Reason("message-altered"))
    assert (rows[odd.id].state, rows[odd.id].reason) == (State.CANCELLED, Reason("address-unusable"))
    assert rows[good.id].state is A
    assert len(relay.received) == 1


def test_proof_by_requiretls_is_asked_for_or_nothing_leaves(
    practice: BarePractice, send_due: Make, start_relay: Start, profile_of: Profile
) -> None:
    relay = start_relay(extensions=("PIPELINING", "REQUIRETLS"))
    profile = profile_of(relay)
    practice.add_relay(profile, PASSWORD)
    practice.queue(profile, 3, reasons=(Reason("tls-requiretls"),))
    send_due().run_due()
    assert [message.options for message in relay.received] == [("REQUIRETLS",)] * 3
    kept = practice.database.read(lambda tx: relays.get(tx, profile.id))
    assert kept is not None
    assert (kept.requiretls, kept.requiretls_seen is not None) == (True, True)


def test_without_the_offer_a_message_that_rests_on_it_fails(
    practice: BarePractice, send_due: Make, start_relay: Start, profile_of: Profile
) -> None:
    relay = start_relay()
    profile = profile_of(relay, requiretls=True)
    practice.add_relay(profile, PASSWORD)
    (bound,) = practice.queue(profile, 1, reasons=(Reason("tls-requiretls"),))
    free = practice.queue(profile, 4)
    send_due().run_due()
    assert practice.row(bound.id).state is F
    assert practice.row(bound.id).reason == Reason("relay-no-requiretls")
    assert {practice.row(row.id).state for row in free} == {A}
    kept = practice.database.read(lambda tx: relays.get(tx, profile.id))
    assert kept is not None
    assert kept.requiretls is False


def test_two_relays_are_served_in_one_run(
    practice: BarePractice, send_due: Make, start_relay: Start, profile_of: Profile
) -> None:
    one, two = start_relay(), start_relay()
    first, second = profile_of(one), profile_of(two, id="2" * 32)
    for profile in (first, second):
        practice.add_relay(profile, PASSWORD)
        practice.queue(profile, 5)
    practice.queue(first, 5, priority=1)
    assert dict(send_due().run_due().states) == {A: 15}
    assert (len(one.received), len(two.received)) == (10, 5)


def test_an_old_message_is_given_up_instead_of_deferred(
    practice: BarePractice, send_due: Make, start_relay: Start, profile_of: Profile
) -> None:
    relay = start_relay()
    relay.faults.append(Fault(At.RCPT, "450 4.2.1 Busy"))
    profile = profile_of(relay)
    practice.add_relay(profile, PASSWORD)
    long_ago = practice.clock.now() - timedelta(days=6)
    (old,) = practice.queue(profile, 1, queued_at=long_ago, attempts=120)
    (new,) = practice.queue(profile, 1)
    send_due().run_due()
    assert (practice.row(old.id).state, practice.row(old.id).reason) == (F, Reason("gave-up"))
    assert practice.row(new.id).state is D


def test_what_waited_for_days_without_a_try_survives_its_first_greylisting(
    practice: BarePractice, send_due: Make, start_relay: Start, profile_of: Profile
) -> None:
    """For the hours of reminders, for a place in a campaign's day, behind a pause."""
    relay = start_relay()
    relay.faults.append(Fault(At.RCPT, "450 4.7.1 Greylisted"))
    profile = profile_of(relay)
    practice.add_relay(profile, PASSWORD)
    long_ago = practice.clock.now() - timedelta(days=6)
    (row,) = practice.queue(profile, 1, kind="reminder", queued_at=long_ago)
    send_due().run_due()
    found = practice.row(row.id)
    assert (found.state, found.reason) == (D, Reason("relay-asks-later"))


def test_progress_counts_up_and_can_stop_the_run(
    practice: BarePractice, send_due: Make, start_relay: Start, profile_of: Profile
) -> None:
    relay = start_relay()
    profile = profile_of(relay)
    practice.add_relay(profile, PASSWORD)
    practice.queue(profile, 100)
    seen: list[RunCounts] = []
    sender = send_due()

    def progress(counts: RunCounts) -> bool:
        assert sender.is_running
        seen.append(counts)
        return counts.done < 10

    result = sender.run_due(progress=progress)
    assert result.stopped == Reason("sending-stopped")
    assert sender.trouble is None, "somebody wanted it so"
    assert [counts.done for counts in seen] == sorted(counts.done for counts in seen)
    assert {counts.total for counts in seen} == {100}
    ended = practice.states().values()
    accepted = sum(state is A for state in ended)
    assert accepted == len(relay.received) < 100  # how many depends on how fast the disk is
    assert {state for state in ended if state is not A} <= {Q, D}
    assert dict(send_due().run_due().states)[A] == 100 - accepted


def test_another_process_that_sends_is_respected_until_its_lease_ends(
    practice: BarePractice, send_due: Make, start_relay: Start, profile_of: Profile
) -> None:
    relay = start_relay()
    profile = profile_of(relay)
    practice.add_relay(profile, PASSWORD)
    practice.queue(profile, 2)
    now = practice.clock.now()
    boot = practice.clock.boot_id()
    alive = "1-other"  # process 1 lives
    until = now + timedelta(seconds=60)
    practice.database.write(lambda tx: leases.take(tx, "sending", alive, boot, until, now))
    with pytest.raises(DeliveryError, match="sending-elsewhere"):
        send_due().run_due()
    assert relay.received == []
    practice.database.write(lambda tx: leases.release(tx, "sending", alive))
    assert dict(send_due().run_due().states) == {A: 2}
    assert practice.database.read(lambda tx: leases.current(tx, "sending")) is None


def test_the_lease_of_a_dead_process_does_not_have_to_run_out(
    practice: BarePractice, send_due: Make, start_relay: Start, profile_of: Profile
) -> None:
    profile = profile_of(start_relay())
    practice.add_relay(profile, PASSWORD)
    practice.queue(profile, 2)
    now = practice.clock.now()
    dead = f"{2**22 + 1}-gone"  # above the kernel's highest number
    until = now + timedelta(seconds=60)
    practice.database.write(lambda tx: leases.take(tx, "sending", dead, practice.clock.boot_id(), until, now))
    assert dict(send_due().run_due().states) == {A: 2}
