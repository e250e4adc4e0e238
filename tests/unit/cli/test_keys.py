"""`keys …` in its fixed forms."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.crypto.smime import make_identity
from tests.support.shell import RELAY, Shell

KEY = {"id", "kind", "fingerprint", "expires", "usable", "reason", "trust", "source"}
OWN = {"kind", "fingerprint", "address", "made_at", "expires", "state", "issuer"}


@pytest.fixture
def file(desk: Shell, tmp_path: Path) -> Path:
    path = tmp_path / "zoe.crt"
    path.write_bytes(make_identity("Zoraida", "zoraida@example.org", desk.clock.now()).cert_der)
    return path


@pytest.fixture
def zoe(desk: Shell) -> str:
    return str(desk("people", "search", "Zoraida")["people"][0]["id"])


def add_relay(desk: Shell) -> None:
    assert "error" not in desk("relay", "add", given=RELAY)


def test_a_key_is_found_kept_confirmed_and_withdrawn(desk: Shell, file: Path, zoe: str) -> None:
    found = desk("keys", "find", str(file), "--person", zoe)
    (one,) = found["candidates"]
    assert (one["fits"], one["usable"], found["reason"]) == (True, True, None)
    kept = desk("keys", "keep", str(file), "--person", zoe, "--fingerprint", one["fingerprint"])
    assert (set(kept), kept["trust"]) == (KEY, "found")
    assert desk("keys", "confirm", kept["id"], "--test")["error"]["code"] == "key-test-not-sent"
    wrong = desk("keys", "confirm", kept["id"], "--fingerprint", "0" * 64)
    assert wrong["error"]["code"] == "fingerprint-differs"
    done = desk("keys", "confirm", kept["id"], "--fingerprint", one["fingerprint"].lower())
    assert done["trust"] == "checked"
    listed = desk("keys", "list")
    assert [line["person"] for line in listed["contacts"]] == [zoe]
    assert (listed["own"], listed["soon"]) == ([], [])
    request = desk("keys", "request", kept["id"])
    assert (set(request), request["person"]) == ({"person", "subject", "text"}, zoe)
    assert desk("keys", "revoke", kept["id"])["usable"] is False
    assert desk("keys", "list")["contacts"] == []


def test_a_compared_key_is_confirmed_at_once(desk: Shell, file: Path, zoe: str) -> None:
    fingerprint = desk("keys", "find", str(file), "--person", zoe)["candidates"][0]["fingerprint"]
    kept = desk("keys", "keep", str(file), "--person", zoe, "--fingerprint", fingerprint, "--compared")
    assert kept["trust"] == "checked"


def test_a_file_or_the_look_up_but_not_both(desk: Shell, file: Path, zoe: str) -> None:
    for words in ((), (str(file), "--wkd")):
        desk.plain("keys", "find", *words, "--person", zoe, "--practice", str(desk.folder))
        assert desk.code == 2


def test_own_keys_are_renewed_withdrawn_and_published(desk: Shell, tmp_path: Path) -> None:
    assert desk("keys", "rotate", "--kind", "smime")["error"]["code"] == "no-relay"
    add_relay(desk)
    first = desk("keys", "list")["own"]
    assert [(set(one), one["state"]) for one in first] == [(OWN, "current")] * 2
    new = desk("keys", "rotate", "--kind", "smime")
    assert new["state"] == "current"
    assert desk("keys", "revoke", "--own", new["fingerprint"])["state"] == "revoked"
    (tmp_path / "web").mkdir()
    files = desk("keys", "publish", "--to", str(tmp_path / "web"))["files"]
    assert "office@elmstreet.example.com.asc" in files
    assert all((tmp_path / "web" / name).is_file() for name in files)


def test_a_file_that_is_no_certificate_with_key_is_refused(desk: Shell, file: Path) -> None:
    add_relay(desk)
    answer = desk("keys", "import-identity", str(file), given={"password": "x"})
    assert (desk.code, answer["error"]["code"]) == (1, "p12-unreadable")
