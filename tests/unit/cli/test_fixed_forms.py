"""The forms that scripts rest on: exactly these names, whatever else the program learns."""

from __future__ import annotations

import base64
import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from desktop.crypto.envelope import (
    LEAST_ROUNDS,
    Attachment,
    EnvelopeContent,
    EnvelopeWords,
    derive_person_key,
    new_passphrase,
    new_salt,
    seal_envelope,
)
from desktop.crypto.smime import make_identity
from desktop.models import feeds, mailboxes, pickups, relays
from desktop.models.database import Tx
from desktop.paths import PracticeFolder
from desktop.texts import Texts
from tests.made_staff import desk_of
from tests.support.shell import ENCRYPTING, Shell

REASON = {"code", "words"}
WAYS = {"openpgp", "smime", "tls", "envelope", "portal", "plain"}


@pytest.fixture
def zoe(desk: Shell) -> str:
    return str(desk("people", "search", "Zoraida")["people"][0]["id"])


@pytest.fixture
def certificate(desk: Shell, tmp_path: Path) -> Path:
    path = tmp_path / "zoe.crt"
    path.write_bytes(make_identity("Zoraida", "zoraida@example.org", desk.clock.now()).cert_der)
    return path


def wrong(desk: Shell, *words: str, given: Any = None) -> None:
    answer = desk(*words, given=given)
    assert (desk.code, answer) == (2, None), given
    assert desk.err


def test_keys_inspect_and_keys_import(desk: Shell, zoe: str, certificate: Path, tmp_path: Path) -> None:
    (seen,) = [desk("keys", "inspect", str(certificate))]
    assert set(seen) == {"file", "kind", "usable", "reason", "addresses", "fingerprint", "expires"}
    assert (seen["file"], seen["kind"], seen["usable"], seen["reason"]) == (
        *(str(certificate), "smime", True, None),
    )
    assert seen["addresses"] == ["zoraida@example.org"]
    words = ("keys", "import", str(certificate), "--person", zoe, "--fingerprint")
    kept = desk(*words, seen["fingerprint"])
    assert set(kept) == {"id", "kind", "fingerprint", "expires"}
    assert (kept["fingerprint"], kept["expires"]) == (seen["fingerprint"], seen["expires"])
    differs = desk(*words, "0" * 64)
    assert (desk.code, set(differs["error"])) == (1, {"code", "message", "hint"})
    unusable = tmp_path / "letter.txt"
    unusable.write_text("no key")
    answer = desk("keys", "inspect", str(unusable))
    assert (desk.code, answer["usable"], set(answer["reason"])) == (0, False, REASON)


def test_message_send_and_protect_explain_agree(desk: Shell, zoe: str, tmp_path: Path) -> None:
    desk("relay", "add", given=ENCRYPTING)
    mail = tmp_path / "letter.eml"
    mail.write_bytes(b"Subject: Hours\r\n\r\nWe open at nine.\r\n")
    told = desk("protect", "explain", "--person", zoe, "--file", str(mail), "--label", "routine")
    assert {"method", "reasons", "rejected", "policy"} <= set(told)
    assert all(set(reason) == REASON for reason in told["reasons"])
    assert {one["method"] for one in told["rejected"]} | {told["method"]} == WAYS
    for one in told["rejected"]:
        assert set(one) == {"method", "reason", "remedy"}
        assert set(one["reason"]) == REASON
        assert one["remedy"] is None or set(one["remedy"]) == REASON
    letter = {"person": zoe, "subject": "Hours", "text": "We open at nine.", "label": "routine"}
    sent = desk("message", "send", given=letter)
    assert set(sent) == {"id", "method", "reasons", "state"}
    assert (sent["method"], sent["reasons"]) == (told["method"], told["reasons"])
    assert sent["state"] == "queued"


@pytest.mark.parametrize(
    "change",
    [
        {"person": None},
        {"text": 5},
        {"attachments": "letter.pdf"},
        {"attachments": 5},
        {"attachments": [None]},
        {"label": "secret"},
        {"label": ["routine"]},
        {"method": "pigeon"},
    ],
)
def test_a_letter_that_is_no_letter_is_wrong_use(desk: Shell, zoe: str, change: dict[str, Any]) -> None:
    wrong(desk, "message", "send", given={"person": zoe, "subject": "a", "text": "b", **change})


def test_protect_explain_refuses_what_it_cannot_judge(desk: Shell, zoe: str, tmp_path: Path) -> None:
    missing = str(tmp_path / "no.eml")
    answer = desk("protect", "explain", "--person", zoe, "--file", missing)
    assert (desk.code, answer["error"]["code"]) == (1, "file-missing")
    mail = tmp_path / "letter.eml"
    mail.write_bytes(b"Subject: Hours\r\n\r\nWe open at nine.\r\n")
    answer = desk("protect", "explain", "--person", "0" * 32, "--file", str(mail))
    assert (desk.code, answer["error"]["code"]) == (1, "person-unknown")
    wrong(desk, "protect", "explain", "--person", zoe, "--file", str(mail), "--label", "secret")


def test_a_day_is_planned_and_rules_are_read_strictly(desk: Shell) -> None:
    plan = desk("protect", "plan", "--date", "2026-11-24")
    assert plan == {"day": "2026-11-24", "counts": {}, "people": []}
    answer = desk("protect", "set", given={"npi": "shout"})
    assert (desk.code, set(answer["error"])) == (1, {"code", "message", "hint"})
    answer = desk("protect", "set", given={"shoe-size": "warn"})
    assert (desk.code, set(answer["error"])) == (1, {"code", "message", "hint"})
    wrong(desk, "protect", "set", given={"npi": 5})
    assert set(desk("protect", "rules")["rules"].values()) <= {"warn", "raise", "block"}


def test_people_passphrase(desk: Shell, zoe: str) -> None:
    made = desk("people", "passphrase", zoe, given={"handed_over": "Ana", "how": "in-person"})
    assert set(made) == {"passphrase"}
    assert len(made["passphrase"].split()) == 6
    answer = desk("people", "passphrase", zoe, given={"handed_over": "Ana", "how": "e-mail"})
    assert (desk.code, answer["error"]["code"]) == (1, "handed-over-how")
    wrong(desk, "people", "passphrase", zoe, given={"how": "in-person"})


def test_envelope_open(shell: Shell, tmp_path: Path) -> None:
    words, salt = new_passphrase(), new_salt()
    letter = EnvelopeContent("Hours", "At nine", "", (Attachment("a.txt", "text/plain", b"numbers"),))
    key = derive_person_key(words, salt, LEAST_ROUNDS)
    texts = EnvelopeWords.of(Texts("en"), "Elm Street")
    path = tmp_path / "m.html"
    path.write_bytes(seal_envelope(key, salt, LEAST_ROUNDS, letter, texts, expires=date(2099, 1, 1)))
    opened = shell("envelope", "open", str(path), given={"passphrase": words})
    assert set(opened) == {"file", "ok", "reason", "subject", "text", "html", "attachments"}
    assert (opened["ok"], opened["reason"], opened["text"]) == (True, None, "At nine")
    (file,) = opened["attachments"]
    assert base64.b64decode(file["data"]) == b"numbers"
    answers = shell("envelope", "open", str(path), str(tmp_path / "no"), given={"passphrase": "six"})
    assert [(one["ok"], set(one["reason"])) for one in answers] == [(False, REASON)] * 2
    assert shell.code == 0
    documents: list[Any] = [{}, {"passphrase": 5}, {"passphrase": words, "birth_date": 1961}, []]
    for given in documents:
        wrong(shell, "envelope", "open", str(path), given=given)


def test_content_check_prints_a_line_for_each_file(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("SSN 123-45-6788")
    shell("content", "check", str(path), str(path))
    first, second = (json.loads(line) for line in shell.out.splitlines())
    assert first == second
    assert {"file", "hits"} <= set(first)
    assert {"kind", "start", "end", "words"} <= set(first["hits"][0])


def test_a_relative_certificate_file_is_the_one_that_the_caller_sees(
    desk: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service runs in the practice's folder: there it would be another file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ca.pem").write_text("a certificate")
    account = {
        name: ENCRYPTING[name] for name in ("name", "host", "port", "security", "user", "password", "baa")
    }
    url = "https://127.0.0.1:9/x/"
    place = {"name": "S", "kind": "webdav", "user": "u", "secret": "s", "url": url, "public_url": url}

    def given(*words: str, **document: Any) -> Any:
        answer = desk(*words, given={**document, "ca_file": "ca.pem"})
        assert desk.code == 0, (answer, desk.err)
        return answer

    relay = given("relay", "add", **ENCRYPTING)["id"]
    given("mailbox", "add", **account, address="office@elmstreet.example.com")
    given("storage", "add", **place, baa=ENCRYPTING["baa"])
    given("feed", "set", relay=relay, adapter="plain", url=url, secret="s")
    office = desk._office(PracticeFolder(desk.folder))
    office.resume(os.environ["SEALWELL_TOKEN"])
    database = desk_of(office).opened().database

    def files(tx: Tx) -> list[str]:
        kept: list[Any] = [*relays.listing(tx), *mailboxes.listing(tx)]
        kept += [*pickups.storages(tx), *feeds.listing(tx)]
        return [one.ca_file for one in kept]

    kept = database.read(files)
    office.close()
    assert kept == [str(tmp_path / "ca.pem")] * 4
