"""`messages …`: its forms, its files, what it refuses; and an answer by `message send`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email import message_from_bytes
from pathlib import Path

import pytest

from desktop.models.correspondence import Urgency
from desktop.models.records import Label, PersonId
from desktop.paths import PracticeFolder
from tests.support.mailroom import Mailroom
from tests.support.shell import ENCRYPTING, Shell

LINE = {
    *("id", "person", "name", "subject", "snippet", "state", "label", "urgency", "ask", "changed_at"),
    *("last", "unseen", "owner", "answering", "hidden"),
}
WHOLE = LINE | {
    *("turn", "retention", "reply_to", "writers", "birth_date", "number", "earlier", "entries", "tasks"),
    "filings",
}
ENTRY = {
    *("id", "at", "direction", "kind", "name", "address", "subject", "text", "rest", "files", "sealed"),
    *("opened", "trouble", "signature", "message", "state", "about"),
}
HIT = {
    *("conversation", "entry", "at", "person", "name", "subject", "snippet", "direction", "state", "label"),
}


@contextmanager
def mailroom(desk: Shell) -> Iterator[Mailroom]:
    """The practice as the mailbox sees it, beside the commands."""
    with closing(desk._office(PracticeFolder(desk.folder))) as office:
        office.resume(os.environ["SEALWELL_TOKEN"])
        yield Mailroom(office)


@pytest.fixture
def asked(desk: Shell) -> str:
    person = PersonId(desk("people", "search", "Zoraida")["people"][0]["id"])
    with mailroom(desk) as room:
        said = room.comes(
            "Can I move it to Thursday?",
            person,
            label=Label.ROUTINE,
            ask="ask-question",
            urgency=Urgency.ASKS,
            raw=b"Subject: A question\r\n\r\nCan I move it to Thursday?\r\n",
        )
    return said.conversation


def test_conversations_are_listed_and_shown(desk: Shell, asked: str) -> None:
    shown = desk("messages", "list")
    (line,) = shown["conversations"]
    assert set(line) == LINE
    assert (line["id"], line["name"], line["urgency"]) == (asked, "Zoraida Canaryfield", "asks")
    assert "Zoraida Canaryfield" in line["ask"]["words"]
    assert (shown["counts"]["inbox"], shown["counts"]["unseen"]) == (1, 1)
    assert desk("messages", "list", "--place", "done")["conversations"] == []
    whole = desk("messages", "show", asked)
    assert set(whole) == WHOLE
    (entry,) = whole["entries"]
    assert set(entry) == ENTRY
    assert (entry["text"], whole["turn"], whole["number"]) == ("Can I move it to Thursday?", 1, "1001")
    assert desk("messages", "list")["counts"]["unseen"] == 0


def test_an_answer_goes_into_its_conversation_once(desk: Shell, asked: str) -> None:
    desk("relay", "add", given=ENCRYPTING)
    person = desk("messages", "show", asked)["reply_to"]
    answer = {"person": person, "subject": "Re", "text": "Yes.", "label": "routine"}
    given = {**answer, "conversation": asked, "turn": 1}
    assert desk("message", "send", given=given)["state"] == "queued"
    assert [one["text"] for one in desk("messages", "show", asked)["entries"]][-1] == "Yes."
    assert desk("message", "send", given=given)["error"]["code"] == "conversation-moved-on"
    desk("message", "send", given={**given, "turn": "two"})
    assert desk.code == 2


def test_a_conversation_is_written_to_a_file_and_filed(desk: Shell, asked: str, tmp_path: Path) -> None:
    person = desk("messages", "show", asked)["person"]
    target = tmp_path / "talk.eml"
    answer = desk("messages", "export", asked, "--form", "eml", "--to", str(target), "--person", person)
    assert (answer["file"], answer["person"]) == (str(target), person)
    mail = message_from_bytes(target.read_bytes())
    assert [part.get_content_type() for part in mail.walk()][1:3] == ["text/plain", "message/rfc822"]
    (filed,) = desk("messages", "show", asked)["filings"]
    assert (filed["form"], filed["by"]) == ("eml", "ana")
    again = desk("messages", "export", asked, "--form", "pdf", "--to", str(target))
    assert again["error"]["code"] == "file-exists"
    desk.print_papers()
    paper = tmp_path / "talk.pdf"
    desk("messages", "export", asked, "--form", "pdf", "--to", str(paper))
    assert paper.read_bytes() == b"%PDF-1.7"


def test_a_search_tells_where_it_stands(desk: Shell, asked: str) -> None:
    found = desk("messages", "search", "thurs")
    assert set(found) == {"hits", "tasks", "more", "hidden"}
    (hit,) = found["hits"]
    assert set(hit) == HIT
    assert (hit["conversation"], hit["name"]) == (asked, "Zoraida Canaryfield")
    assert desk("messages", "search", "thurs", "--state", "done")["hits"] == []
    assert desk("messages", "search", "thurs", "--since", "2026-11-23", "--until", "2026-11-23")["hits"]
    assert desk("messages", "search", "thurs", "--until", "2026-11-21")["hits"] == []
    desk("messages", "search", "thurs", "--since", "yesterday")
    assert desk.code == 2


def test_what_does_not_exist_is_said(desk: Shell) -> None:
    assert desk("messages", "show", "nonsense")["error"]["code"] == "conversation-unknown"
    desk("messages", "list", "--place", "attic")
    assert desk.code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("list", "--offset", "9" * 20),
        ("list", "--offset", "-1"),
        ("search", "a", "--offset", "9" * 20),
        ("search", "a", "--since", "0001-01-01"),
        ("search", "a", "--until", "9999-12-31"),
    ],
)
def test_numbers_and_days_without_end_are_wrong_use(desk: Shell, words: tuple[str, ...]) -> None:
    desk("messages", *words)
    assert (desk.code, desk.out) == (2, "")


def test_without_a_token_nothing_is_said(desk: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEALWELL_TOKEN")
    assert desk("messages", "list")["error"]["code"] == "no-token"
