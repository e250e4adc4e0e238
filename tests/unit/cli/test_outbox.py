"""`outbox show|pause|resume|cancel|resolve|resend` and `reminders call-list`: forms, errors, wrong use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.made_practice import VISITS
from tests.support.shell import ENCRYPTING, Shell

SHOWN = {"id", "person", "kind", "method", "state", "reply", "attempts", "not_before", "relay", "reason"}
SHOWN |= {"phases", "may", "pause", "silence_until"}
PAUSED = {"scope", "reason", "by", "at", "until"}
CALL = {"message", "person", "name", "phone", "start", "provider", "reason"}
NOBODY = "0" * 32


@pytest.fixture
def relay(desk: Shell) -> str:
    return str(desk("relay", "add", given=ENCRYPTING)["id"])


@pytest.fixture
def message(desk: Shell, relay: str) -> str:
    """A letter that waits for its ten seconds."""
    person = desk("people", "search", "Zoraida")["people"][0]["id"]
    letter = {"person": person, "subject": "Your visit", "text": "All is well.", "label": "routine"}
    return str(desk("message", "send", given=letter)["id"])


def error(desk: Shell, *words: str) -> str:
    document = desk(*words)
    assert desk.code == 1, desk.err
    return str(document["error"]["code"])


def wrong(desk: Shell, *words: str) -> None:
    desk(*words)
    assert (desk.code, desk.out) == (2, "")


def test_a_message_is_shown_with_its_way_and_what_may_be_done(desk: Shell, message: str) -> None:
    shown = desk("outbox", "show", message)
    assert set(shown) == SHOWN
    assert (shown["state"], shown["relay"], shown["may"]) == ("queued", "Relay", ["cancel", "pause"])
    assert [line["phase"] for line in shown["phases"]] == ["queued"]
    assert error(desk, "outbox", "show", NOBODY) == "message-unknown"


def test_a_pause_of_each_scope_begins_and_ends(desk: Shell, relay: str, message: str) -> None:
    for scope in ("all", "kind:letter", f"relay:{relay}", f"message:{message}"):
        begun = desk("outbox", "pause", scope)
        assert set(begun) == {"pauses", "waiting"}
        assert [(set(one), one["scope"]) for one in begun["pauses"]] == [(PAUSED, scope)]
        assert begun["waiting"] == 1
        assert desk("outbox", "pause", "--list") == begun
        assert desk("outbox", "resume", scope) == {"pauses": [], "waiting": 0}
    assert error(desk, "outbox", "resume") == "not-paused"
    assert error(desk, "outbox", "pause", "kind:leaflet") == "scope-unknown"
    assert error(desk, "outbox", "pause", "everything") == "scope-unknown"
    assert error(desk, "outbox", "pause", "--until", "2020-01-01T00:00") == "until-past"
    wrong(desk, "outbox", "pause", "--until", "tomorrow")


def test_what_would_leave_is_looked_at_before_it_does(desk: Shell, message: str) -> None:
    desk("outbox", "pause")
    seen = desk("outbox", "resume", "--look")
    assert set(seen) == {"go", "late", "uncertain", "pause", "seen"}
    assert [line["id"] for line in seen["go"]] == [message]
    assert desk("outbox", "resume", "--seen", seen["seen"]) == {"pauses": [], "waiting": 0}


def test_messages_are_cancelled_by_id_or_by_scope_and_not_by_both(desk: Shell, message: str) -> None:
    wrong(desk, "outbox", "cancel")
    wrong(desk, "outbox", "cancel", message, "--scope", "all")
    assert desk("outbox", "cancel", message) == {"cancelled": 1, "too_late": 0}
    assert desk("outbox", "cancel", "--scope", "kind:letter") == {"cancelled": 0, "too_late": 0}
    assert error(desk, "outbox", "cancel", "--scope", "source:nothing") == "scope-unknown"


def test_what_was_cancelled_is_sent_again_once(desk: Shell, message: str) -> None:
    assert error(desk, "outbox", "resend", message) == "not-resendable"
    desk("outbox", "cancel", message)
    again = desk("outbox", "resend", message)
    assert set(again) == {"id", "replaces", "method", "reasons", "state"}
    assert (again["replaces"], again["state"]) == (message, "queued")
    assert error(desk, "outbox", "resend", message) == "not-resendable"


def test_only_an_unclear_message_is_resolved(desk: Shell, message: str) -> None:
    assert error(desk, "outbox", "resolve", message, "arrived") == "not-unclear"
    wrong(desk, "outbox", "resolve", message, "perhaps")


def test_whom_to_phone_in_lines_and_in_the_fixed_form(desk: Shell, relay: str, tmp_path: Path) -> None:
    (tmp_path / "visits.csv").write_bytes(VISITS)
    desk("appointments", "import", str(tmp_path / "visits.csv"), "--whole", "--confirm")
    made: dict[str, Any] = desk("reminders", "call-list", "--date", "2026-11-24")
    assert (set(made), made["day"]) == ({"day", "calls"}, "2026-11-24")
    assert [set(one) for one in made["calls"]] == [CALL] * 3
    codes = [one["reason"]["code"] for one in made["calls"]]
    assert codes == ["call-not-sent", "call-not-sent", "no-address"]
    assert len(desk("reminders", "call-list")["calls"]) == 3
    wrong(desk, "reminders", "call-list", "--date", "soon")
    assert error(desk, "reminders", "call-list", "--to", str(tmp_path / "visits.csv")) == "file-exists"
    paper = tmp_path / "calls.pdf"
    assert error(desk, "reminders", "call-list", "--to", str(paper)) == "printing-unavailable"
    desk.print_papers()
    assert desk("reminders", "call-list", "--to", str(paper)) == {"file": str(paper)}
    assert paper.read_bytes().startswith(b"%PDF")
