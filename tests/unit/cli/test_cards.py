"""`cards …`, `help …` and `reach`: their forms, their errors and wrong use."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from tests.support.shell import RELAY, Shell, Terminal

CARD = {"handed_over": "Ana", "how": "in-person"}
HELP = {"message", "person", "name", "method", "form", "sees", "answers", "checked", "steps"}
STEPS = {"read-words", "as-page", "as-link", "portal", "on-the-way", "print", "new-words"}
NOBODY = "0" * 32


@pytest.fixture
def zoe(desk: Shell) -> str:
    return str(desk("people", "search", "Zoraida")["people"][0]["id"])


@pytest.fixture
def relay(desk: Shell) -> str:
    """A mail service without a promise about the way: a locked file is what is left."""
    return str(desk("relay", "add", given=RELAY)["id"])


@pytest.fixture
def words(desk: Shell, relay: str, zoe: str) -> str:
    return str(desk("people", "passphrase", zoe, given=CARD)["passphrase"])


def send(desk: Shell, person: str) -> str:
    letter = {"person": person, "subject": "Your visit", "text": "All is well.", "attachments": []}
    answer = desk("message", "send", given=letter)
    assert (set(answer), answer["method"]) == ({"id", "method", "reasons", "state"}, "envelope")
    return str(answer["id"])


def refused(desk: Shell, *words: str, given: Any = None) -> str:
    """The code of what a command is refused with."""
    answer = desk(*words, given=given)
    assert (desk.code, set(answer["error"])) == (1, {"code", "message", "hint"})
    assert answer["error"]["message"]
    return str(answer["error"]["code"])


def wrong(desk: Shell, *words: str, given: Any = None) -> None:
    answer = desk(*words, given=given)
    assert (desk.code, answer) == (2, None)
    assert desk.err


# --- cards ---------------------------------------------------------------------------


def test_the_words_are_read_out_only_after_a_check(desk: Shell, words: str, zoe: str) -> None:
    assert refused(desk, "cards", "words", zoe) == "check-first"
    checked = desk("help", "check", zoe, "--asked", "birth-date", "--asked", "record-number")
    assert (desk.code, checked) == (0, {"ok": True})
    shown = desk("cards", "words", zoe)
    assert set(shown) == {"passphrase", "made"}
    assert shown["passphrase"] == words


def test_a_check_wants_two_things_that_are_on_record(desk: Shell, zoe: str) -> None:
    assert refused(desk, "help", "check", zoe, "--asked", "birth-date") == "check-too-few"
    assert refused(desk, "help", "check", zoe) == "check-too-few"
    assert refused(desk, "help", "check", zoe, "--asked", "birth-date", "--asked", "shoe") == "check-unknown"
    asked = ("--asked", "birth-date", "--asked", "record-number")
    assert refused(desk, "help", "check", NOBODY, *asked) == "person-unknown"


def test_without_a_card_there_is_nothing_to_print_or_read(desk: Shell, zoe: str, tmp_path: Path) -> None:
    target = tmp_path / "card.pdf"
    assert refused(desk, "cards", "print", zoe, "--to", str(target)) == "no-card"
    desk("help", "check", zoe, "--asked", "birth-date", "--asked", "record-number")
    assert refused(desk, "cards", "words", zoe) == "no-card"
    assert not target.exists()


def test_a_card_never_takes_the_place_of_a_file(desk: Shell, words: str, zoe: str, tmp_path: Path) -> None:
    target = tmp_path / "card.pdf"
    target.write_text("mine")
    assert refused(desk, "cards", "print", zoe, "--to", str(target)) == "file-exists"
    assert refused(desk, "help", "print", NOBODY, "--to", str(target)) == "file-exists"
    assert target.read_text() == "mine"


def test_a_printed_card_is_a_private_file(desk: Shell, words: str, zoe: str, tmp_path: Path) -> None:
    target = tmp_path / "card.pdf"
    assert refused(desk, "cards", "print", zoe, "--to", str(target)) == "phrase-first"
    desk("cards", "phrase", "three blue herons")
    assert refused(desk, "cards", "print", zoe, "--to", str(target)) == "printing-unavailable"
    assert not target.exists()
    desk.print_papers()
    assert desk("cards", "print", zoe, "--to", str(target)) == {"file": str(target)}
    assert target.read_bytes().startswith(b"%PDF-")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    nowhere = tmp_path / "no" / "card.pdf"
    assert refused(desk, "cards", "print", zoe, "--to", str(nowhere)) == "file-not-written"


def test_new_words_are_given_once_and_what_is_outstanding_goes_again(
    desk: Shell, words: str, zoe: str
) -> None:
    message = send(desk, zoe)
    by_phone = {**CARD, "how": "by-phone"}
    assert refused(desk, "cards", "reissue", zoe, given=by_phone) == "check-first"
    made = desk("cards", "reissue", zoe, given=CARD)
    assert set(made) == {"passphrase", "messages", "not_again"}
    assert made["passphrase"] != words
    assert (len(made["messages"]), made["not_again"]) == (1, [])
    assert message not in made["messages"]
    assert refused(desk, "cards", "reissue", zoe, given={**CARD, "how": "e-mail"}) == "handed-over-how"


def test_the_phrase_is_suggested_until_it_is_chosen(desk: Shell) -> None:
    shown = desk("cards", "phrase")
    assert (set(shown), shown["phrase"]) == ({"phrase", "suggestion"}, "")
    assert shown["suggestion"]
    assert desk("cards", "phrase", "three blue herons")["phrase"] == "three blue herons"
    assert desk("cards", "phrase") == {"phrase": "three blue herons", "suggestion": ""}


# --- help ----------------------------------------------------------------------------


def test_help_says_what_they_see_and_what_can_be_done(desk: Shell, words: str, zoe: str) -> None:
    message = send(desk, zoe)
    shown = desk("help", "show", message)
    assert (set(shown), shown["message"], shown["person"]) == (HELP, message, zoe)
    assert (shown["method"], shown["form"], shown["checked"]) == ("envelope", "pdf", None)
    assert set(shown["sees"]) == {"iphone", "android", "gmail", "outlook"}
    assert all(shown["sees"].values())
    assert {step["step"] for step in shown["steps"]} == STEPS
    assert all(set(step["blocked"]) == {"code", "words"} for step in shown["steps"] if step["blocked"])
    assert desk("help", "show", zoe, "--person") == shown


def test_help_for_nothing_that_was_sent_says_so(desk: Shell, zoe: str) -> None:
    assert refused(desk, "help", "show", NOBODY) == "message-unknown"
    assert refused(desk, "help", "show", zoe, "--person") == "nothing-sent"


def test_the_same_message_goes_again_in_another_form(desk: Shell, words: str, zoe: str) -> None:
    message = send(desk, zoe)
    assert refused(desk, "help", "again", message, "--step", "as-page") == "check-first"
    desk("help", "check", zoe, "--asked", "birth-date", "--asked", "record-number")
    again = desk("help", "again", message, "--step", "as-page")
    assert (set(again), again["method"]) == ({"id", "method", "reasons", "state"}, "envelope")
    assert "form-html" in [reason["code"] for reason in again["reasons"]]
    assert desk("help", "show", again["id"])["form"] == "html"
    assert refused(desk, "help", "again", again["id"], "--step", "as-link") == "not-sendable"
    assert refused(desk, "help", "again", again["id"], "--step", "by-pigeon") == "step-unknown"


def test_a_message_is_printed_after_a_check(desk: Shell, words: str, zoe: str, tmp_path: Path) -> None:
    desk.print_papers()
    message, target = send(desk, zoe), tmp_path / "letter.pdf"
    assert refused(desk, "help", "print", message, "--to", str(target)) == "check-first"
    desk("help", "check", zoe, "--asked", "birth-date", "--asked", "record-number")
    assert desk("help", "print", message, "--to", str(target)) == {"file": str(target)}
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


# --- reach ---------------------------------------------------------------------------


def test_reach_counts_everybody_by_the_way_open_to_them(desk: Shell, words: str) -> None:
    shown = desk("reach")
    assert set(shown) == {"total", "counts", "remedies", "best", "work_addresses", "at"}
    assert (shown["total"], shown["counts"]) == (3, {"envelope": 1, "none": 2})
    assert shown["best"]["code"] == "reach-password-card"
    assert shown["best"]["words"]
    assert "3" in desk.err


# --- wrong use -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("cards",),
        ("cards", "print", "x"),
        ("cards", "print", "--to", "x"),
        ("cards", "words"),
        ("cards", "reissue"),
        ("cards", "phrase", "one", "two"),
        ("help",),
        ("help", "show"),
        ("help", "check"),
        ("help", "again", "x"),
        ("help", "print", "x"),
        ("reach", "everybody"),
    ],
)
def test_words_that_make_no_command_are_wrong_use(shell: Shell, words: tuple[str, ...]) -> None:
    wrong(shell, *words)


def test_reissue_reads_its_document_strictly(desk: Shell, words: str, zoe: str) -> None:
    wrong(desk, "cards", "reissue", zoe)
    for given in ({"handed_over": "Ana"}, {"handed_over": 5, "how": "by-phone"}, ["Ana", "by-phone"]):
        wrong(desk, "cards", "reissue", zoe, given=given)


def test_reissue_asks_at_a_terminal(desk: Shell, words: str, zoe: str) -> None:
    source = Terminal("Ana\nin-person\n")
    made = desk.plain("cards", "reissue", zoe, "--practice", str(desk.folder), source=source)
    assert (desk.code, set(made)) == (0, {"passphrase", "messages", "not_again"})


@pytest.mark.parametrize(
    "words",
    [
        ("cards", "print", "x", "--to", "nowhere.pdf"),
        ("cards", "words", "x"),
        ("cards", "phrase"),
        ("help", "show", "x"),
        ("help", "check", "x"),
        ("help", "again", "x", "--step", "as-pdf"),
        ("reach",),
        ("storage", "list"),
        ("pickups", "list"),
        ("keys", "list"),
        ("protect", "rules"),
    ],
)
def test_nothing_is_done_without_a_token(shell: Shell, words: tuple[str, ...]) -> None:
    assert refused(shell, *words) == "no-token"


# --- answers ------------------------------------------------------------------------------------


def test_what_is_no_answer_is_refused(desk: Shell, tmp_path: Path) -> None:
    path = tmp_path / "reply.txt"
    path.write_text("hello")
    assert refused(desk, "envelope", "reply", str(path)) == "reply-unreadable"
    assert refused(desk, "envelope", "reply", str(tmp_path / "none")) == "file-missing"
