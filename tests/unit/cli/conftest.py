"""A practice made and signed in to by commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.authority import Authority
from demo.relay import RecordingRelay, RelaySetup
from tests.made_practice import PEOPLE, USER, MovedClock
from tests.support.shell import Shell, begin


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    shell, made = begin(tmp_path / "practice", MovedClock(), monkeypatch)
    assert set(made) == {"practice_id", "totp_uri", "recovery_key"}
    assert "keyring" in shell.err
    return shell


@pytest.fixture
def desk(shell: Shell, tmp_path: Path) -> Shell:
    """Signed in, with three people."""
    answer = shell.sign_in()
    assert (answer["user"], answer["role"], answer["expires_in"]) == (USER, "administrator", 900)
    (tmp_path / "people.csv").write_bytes(PEOPLE)
    imported = shell("people", "import", str(tmp_path / "people.csv"))
    assert imported.pop("import")
    assert imported == {"created": 3, "updated": 0, "unchanged": 0, "rejected": []}
    return shell


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Callable[[], dict[str, Any]]]:
    """A mail service that answers, as `relay add` reads it."""
    authority = Authority(tmp_path)
    with RecordingRelay(RelaySetup(context=authority.server_context("localhost"))) as server:

        def document() -> dict[str, Any]:
            return {
                "name": "Relay",
                "host": "localhost",
                "port": server.port,
                "security": "implicit",
                "ca_file": str(authority.ca_file),
                "user": server.setup.user,
                "password": server.setup.password,
                "sender": "office@elmstreet.example.com",
                "required_tls": "account",
                "forced_tls": [],
                "enforces": [],
                "baa": {"counterparty": "Relay", "signed": "2026-01-01", "expires": None, "scope": "mail"},
            }

        yield document
