"""The table of SECURITY 5.3: complete, and no way back once the relay may have the message."""

from __future__ import annotations

import pytest

from desktop.mail.outgoing import Outcome
from desktop.mail.settling import ended
from desktop.mail.states import IN_FLIGHT, NOT_SENT, TERMINAL, TRANSITIONS, WAITING, TransitionError, check
from desktop.models.records import PersonId, Reason, State
from tests.support.kept import a_message

UNKNOWN_TO_US = {State.DATA, State.DOT_SENT, State.UNCERTAIN, State.ACCEPTED}


def test_every_state_has_its_row() -> None:
    assert set(TRANSITIONS) == set(State)


def test_once_the_relay_may_have_it_nothing_is_queued_again() -> None:
    for state in UNKNOWN_TO_US:
        assert State.QUEUED not in TRANSITIONS[state]


def test_a_kill_after_the_data_mark_can_only_end_as_uncertain() -> None:
    assert all(State.UNCERTAIN in TRANSITIONS[state] for state in IN_FLIGHT - NOT_SENT)
    assert all(State.QUEUED in TRANSITIONS[state] for state in NOT_SENT)
    assert {state for state, to in TRANSITIONS.items() if State.UNCERTAIN in to} == IN_FLIGHT - NOT_SENT


def test_uncertain_is_neither_cancelled_nor_resent_by_the_machine() -> None:
    assert TRANSITIONS[State.UNCERTAIN].isdisjoint(
        {State.CANCELLED, State.QUEUED, State.CLAIMED, State.EXPIRED}
    )


def test_only_what_waits_can_be_claimed_or_expire() -> None:
    assert {state for state, to in TRANSITIONS.items() if State.CLAIMED in to} == WAITING
    assert all({State.CANCELLED, State.EXPIRED} <= TRANSITIONS[state] for state in WAITING)


def test_nothing_leads_from_an_end_but_what_the_mailbox_tells() -> None:
    assert all(TRANSITIONS[state] <= {State.BOUNCED, State.COMPLAINED} for state in TERMINAL)


@pytest.mark.parametrize(("reason", "tries"), [("not-begun", 0), ("connection-broke", 1)])
def test_what_a_pause_puts_back_counts_no_try(reason: str, tries: int) -> None:
    row = a_message(PersonId("a" * 32), state=State.DATA)
    later = Outcome(State.DEFERRED, "", Reason(reason), row.not_before)
    assert ended(row, later).attempts == tries


def test_every_state_is_reached_from_draft() -> None:
    reached, edge = set(), {State.DRAFT}
    while edge:
        reached |= edge
        edge = {to for state in edge for to in TRANSITIONS[state]} - reached
    assert reached == set(State)


@pytest.mark.parametrize(
    ("frm", "to"),
    [
        (State.DOT_SENT, State.QUEUED),
        (State.ACCEPTED, State.CANCELLED),
        (State.CANCELLED, State.QUEUED),
        (State.QUEUED, State.ACCEPTED),
        (State.QUEUED, State.QUEUED),
    ],
)
def test_a_step_that_is_not_in_the_table_is_a_bug(frm: State, to: State) -> None:
    with pytest.raises(TransitionError):
        check(frm, to)


def test_a_step_in_the_table_passes() -> None:
    check(State.DOT_SENT, State.ACCEPTED)
