"""The outcome table against what relays really say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from desktop.models.records import State
from desktop.sync.outcomes import (
    BROKEN_AFTER_DOT,
    BROKEN_BEFORE_DOT,
    RETRY_MINUTES,
    Phase,
    Reply,
    given_up,
    judge,
    next_try,
)

A, D, F, U = State.ACCEPTED, State.DEFERRED, State.FAILED, State.UNCERTAIN
HARD, POLICY, PLAIN = "hard", "policy", ""

SCRIPTED = [
    # phase, code, text, state, kind
    (Phase.MAIL, 421, "4.3.2 Service shutting down", D, PLAIN),
    (Phase.MAIL, 450, "4.7.1 Greylisted, see you in 300 s", D, PLAIN),
    (Phase.MAIL, 451, "Temporary local problem", D, PLAIN),
    (Phase.MAIL, 452, "4.3.1 Insufficient system storage", D, PLAIN),
    (Phase.MAIL, 455, "4.5.1 Parameters not accommodated", D, PLAIN),
    (Phase.MAIL, 500, "5.5.2 Syntax error", F, POLICY),
    (Phase.MAIL, 501, "5.1.7 Bad sender address syntax", F, POLICY),
    (Phase.MAIL, 503, "5.5.1 Bad sequence", F, POLICY),
    (Phase.MAIL, 530, "5.7.0 Must issue STARTTLS first", F, POLICY),
    (Phase.MAIL, 535, "5.7.8 Credentials invalid", F, POLICY),
    (Phase.MAIL, 550, "sender not verified", F, POLICY),
    (Phase.MAIL, 552, "5.3.4 Message size exceeds fixed limit", F, POLICY),
    (Phase.MAIL, 553, "5.7.1 Not owned by user", F, POLICY),
    (Phase.MAIL, 555, "5.5.4 Unsupported option: REQUIRETLS", F, POLICY),
    (Phase.RCPT, 421, "4.7.0 Too many errors", D, PLAIN),
    (Phase.RCPT, 450, "4.2.1 Mailbox busy", D, PLAIN),
    (Phase.RCPT, 450, "4.7.1 Greylisting in action", D, PLAIN),
    (Phase.RCPT, 451, "4.4.1 No answer from host", D, PLAIN),
    (Phase.RCPT, 452, "4.2.2 Over quota", D, PLAIN),
    (Phase.RCPT, 452, "4.5.3 Too many recipients", D, PLAIN),
    (Phase.RCPT, 550, "5.1.1 User unknown", F, HARD),
    (Phase.RCPT, 550, "5.1.10 Recipient not found", F, HARD),
    (Phase.RCPT, 553, "5.1.3 Bad recipient address syntax", F, HARD),
    (Phase.RCPT, 556, "5.1.10 Domain accepts no mail (null MX)", F, HARD),
    (Phase.RCPT, 550, "No such user here", F, HARD),
    (Phase.RCPT, 551, "User not local", F, HARD),
    (Phase.RCPT, 553, "Mailbox name not allowed", F, HARD),
    (Phase.RCPT, 550, "5.1.8 Sender address rejected: domain not found", F, POLICY),
    (Phase.RCPT, 553, "5.1.7 Bad sender", F, POLICY),
    (Phase.RCPT, 550, "5.2.1 Mailbox disabled", F, PLAIN),
    (Phase.RCPT, 552, "5.2.2 Mailbox full", F, PLAIN),
    (Phase.RCPT, 552, "Storage exceeded", F, PLAIN),
    (Phase.RCPT, 552, "5.3.4 Message size exceeds fixed limit", F, POLICY),
    (Phase.RCPT, 550, "5.4.1 Recipient address rejected: access denied", F, PLAIN),
    (Phase.RCPT, 554, "5.7.1 Relay access denied", F, POLICY),
    (Phase.RCPT, 550, "5.7.26 Unauthenticated sender", F, POLICY),
    (Phase.RCPT, 554, "Transaction failed", F, PLAIN),
    (Phase.DATA, 421, "4.3.0 Closing", D, PLAIN),
    (Phase.DATA, 451, "4.3.0 Queue file write error", D, PLAIN),
    (Phase.DATA, 503, "5.5.1 No valid recipients", F, PLAIN),
    (Phase.DATA, 554, "5.5.1 No valid recipients", F, PLAIN),
    (Phase.DATA, 250, "Fine", D, PLAIN),
    (Phase.DOT, 250, "2.0.0 Ok: queued as 4XyZ", A, PLAIN),
    (Phase.DOT, 250, "", A, PLAIN),
    (Phase.DOT, 252, "Taken, will try", A, PLAIN),
    (Phase.DOT, 354, "Go on", U, PLAIN),
    (Phase.DOT, 421, "4.3.2 Shutting down", D, PLAIN),
    (Phase.DOT, 451, "4.7.1 Try again later", D, PLAIN),
    (Phase.DOT, 452, "4.3.1 Out of space", D, PLAIN),
    (Phase.DOT, 550, "5.7.1 Message looks like spam", F, POLICY),
    (Phase.DOT, 552, "5.3.4 Message too big", F, POLICY),
    (Phase.DOT, 552, "5.2.2 Over quota", F, PLAIN),
    (Phase.DOT, 552, "Too much mail data", F, POLICY),
    (Phase.DOT, 554, "5.6.0 Malformed message", F, PLAIN),
    (Phase.DOT, 554, "Rejected", F, PLAIN),
]


@pytest.mark.parametrize(("phase", "code", "text", "state", "kind"), SCRIPTED)
def test_each_reply_leads_to_its_state(phase: Phase, code: int, text: str, state: State, kind: str) -> None:
    verdict = judge(phase, Reply(code, text))
    assert verdict.state is state
    assert verdict.hard is (kind == HARD)
    assert verdict.policy is (kind == POLICY)
    assert (verdict.reason == "") is (state is A)


def test_the_script_is_as_long_as_the_goal_asks() -> None:
    assert len(SCRIPTED) >= 40


def test_an_enhanced_code_of_another_class_is_not_believed() -> None:
    assert Reply(550, "4.7.1 strange").enhanced == ""
    assert Reply(550, "5.7.1").enhanced == "5.7.1"
    assert Reply(550, "5.7.1234 x").enhanced == ""
    assert judge(Phase.RCPT, Reply(550, "4.7.1 strange")).hard


def test_silence_is_certain_before_the_dot_and_uncertain_after_it() -> None:
    assert BROKEN_BEFORE_DOT.state is State.DEFERRED
    assert BROKEN_AFTER_DOT.state is State.UNCERTAIN


def test_retries_stretch_and_never_come_early() -> None:
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    steps = [(next_try(n, now, lambda: 0.5) - now) / timedelta(minutes=1) for n in range(1, 8)]
    assert steps == [*RETRY_MINUTES, RETRY_MINUTES[-1], RETRY_MINUTES[-1]]
    assert next_try(1, now, lambda: 0.0) - now == timedelta(minutes=4)
    assert next_try(1, now, lambda: 1.0) - now == timedelta(minutes=6)


def test_a_greylisting_server_is_never_asked_sooner_than_it_wants() -> None:
    now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    grey = "451 4.7.1 Greylisted, try again in 10 minutes"
    for share in (0.0, 0.5, 1.0):
        assert next_try(1, now, lambda share=share: share, grey) - now >= timedelta(minutes=10)  # type: ignore[misc]
    assert next_try(4, now, lambda: 0.5, grey) - now == timedelta(minutes=40)


def test_a_letter_is_tried_for_five_days_a_reminder_and_a_campaign_for_two() -> None:
    queued, often = datetime(2026, 3, 2, 9, 0, tzinfo=UTC), 200
    assert not given_up("letter", often, queued, queued + timedelta(days=5))
    assert given_up("letter", often, queued, queued + timedelta(days=5, seconds=1))
    for kind in ("reminder", "campaign", "journey"):
        assert given_up(kind, often, queued, queued + timedelta(hours=49))
        assert not given_up(kind, often, queued, queued + timedelta(hours=47))


def test_time_without_tries_makes_nothing_too_old() -> None:
    queued = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    week = queued + timedelta(days=7)
    assert [given_up("reminder", tries, queued, week) for tries in (1, 42, 43)] == [False, False, True]
    assert [given_up("letter", tries, queued, week) for tries in (1, 107, 108)] == [False, False, True]
