"""`mailbox …`: its forms, its errors and wrong use; against a real Dovecot where there is one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from demo.authority import Authority
from tests.servers.dovecot import PASSWORD, USER, Mailboxes
from tests.support.shell import Shell

MAILBOX: dict[str, Any] = {
    "name": "Office",
    "host": "localhost",
    "port": 9,
    "security": "implicit",
    "user": USER,
    "password": PASSWORD,
    "baa": {"counterparty": "Mail Inc.", "signed": "2026-01-01", "expires": "2027-01-01", "scope": "mail"},
}
LINE = {
    *("id", "name", "host", "port", "security", "address", "folder", "minutes", "tidy"),
    *("problem", "polled_at", "trouble", "retired_at"),
}


def refused(desk: Shell, **changes: Any) -> str:
    answer = desk("mailbox", "add", given={**MAILBOX, **changes})
    assert desk.code == 1
    return str(answer["error"]["code"])


def test_a_mailbox_is_kept_listed_and_retired(desk: Shell) -> None:
    kept = desk("mailbox", "add", given=MAILBOX)["id"]
    (line,) = desk("mailbox", "list")["mailboxes"]
    assert set(line) == LINE
    assert (line["id"], line["folder"], line["address"], line["problem"]) == (kept, "INBOX", USER, None)
    assert PASSWORD not in str(line)
    (gone,) = desk("mailbox", "retire", kept)["mailboxes"]
    assert gone["retired_at"]
    assert desk("mailbox", "test", kept)["error"]["code"] == "mailbox-unknown"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"security": "plain"}, "relay-security-unknown"),
        ({"host": " "}, "mailbox-host-wrong"),
        ({"port": 0}, "mailbox-host-wrong"),
        ({"folder": "a\nb"}, "mailbox-folder-wrong"),
        ({"minutes": 0}, "mailbox-minutes-wrong"),
        ({"address": "nobody"}, "mailbox-address-wrong"),
    ],
)
def test_what_does_not_fit_is_refused(desk: Shell, changes: dict[str, Any], code: str) -> None:
    assert refused(desk, **changes) == code


def test_a_mailbox_without_agreement_is_kept_and_not_read(desk: Shell) -> None:
    desk("mailbox", "add", given={**MAILBOX, "baa": None})
    (line,) = desk("mailbox", "list")["mailboxes"]
    assert line["problem"]["code"] == "no-baa"
    polled = desk("mailbox", "poll")
    assert (polled["counts"], polled["matched"]) == ({}, 0)
    assert [one["code"] for one in polled["trouble"]] == ["no-baa"]


def test_a_document_that_is_none_is_wrong_use(desk: Shell) -> None:
    assert desk("mailbox", "add", given={"host": "localhost"}) is None
    assert desk.code == 2


@pytest.mark.skipif(not Mailboxes.installed(), reason="needs Debian's dovecot")
def test_a_real_mailbox_is_tested_and_read(desk: Shell, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with Mailboxes(*authority.write_server_files()) as server:
        good = {**MAILBOX, "port": server.imaps, "ca_file": str(authority.ca_file)}
        kept = desk("mailbox", "add", given=good)["id"]
        tested = desk("mailbox", "test", kept)
        assert tested["ok"] is True
        steps = [step["step"] for step in tested["steps"]]
        assert steps == ["connect", "tls", "certificate", "login", "folder"]
        server.deliver(b"From: offer@shop.example\r\nSubject: Buy\r\n\r\nBuy now\r\n")
        assert desk("mailbox", "poll")["counts"] == {"message": 1}
        assert desk("mailbox", "poll")["counts"] == {}
        (row,) = desk("mailbox", "received")["received"]
        assert (row["kind"], row["state"], row["person"]) == ("message", "done", None)
        desk("mailbox", "retire", kept)
        bad = desk("mailbox", "add", given={**good, "password": "wrong"})["id"]
        tested = desk("mailbox", "test", bad)
        assert (tested["ok"], tested["steps"][-1]["reason"]["code"]) == (False, "mailbox-sign-in-failed")
