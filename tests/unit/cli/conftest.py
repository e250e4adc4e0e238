"""A practice made and signed in to by commands."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.authority import Authority
from demo.relay import RecordingRelay, RelaySetup
from tests.made_practice import PEOPLE, USER
from tests.support.shell import Shell, before, begin


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Made once by command; each test works on its own copy."""
    folder = tmp_path_factory.mktemp("begun") / "practice"
    with pytest.MonkeyPatch.context() as environment:
        shell, made = begin(folder, environment)
    assert set(made) == {"practice_id", "totp_uri", "recovery_key"}
    assert "keyring" in shell.err
    return folder, made


@pytest.fixture
def shell(begun: tuple[Path, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    origin, made = begun
    shutil.copytree(origin, tmp_path / "practice")
    return before(tmp_path / "practice", monkeypatch, made["totp_uri"])


@pytest.fixture(scope="session")
def stocked(begun: tuple[Path, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Signed in, with three people, once as well: the folder around the practice, and the token."""
    origin, made = begun
    folder = tmp_path_factory.mktemp("stocked")
    shutil.copytree(origin, folder / "practice")
    (folder / "people.csv").write_bytes(PEOPLE)
    with pytest.MonkeyPatch.context() as environment:
        shell = before(folder / "practice", environment, made["totp_uri"])
        answer = shell.sign_in()
        assert (answer["user"], answer["role"], answer["expires_in"]) == (USER, "administrator", 900)
        imported = shell("people", "import", str(folder / "people.csv"))
    assert imported.pop("import")
    assert imported == {"created": 3, "updated": 0, "unchanged": 0, "rejected": []}
    return folder, answer["token"]


@pytest.fixture
def desk(
    stocked: tuple[Path, str],
    begun: tuple[Path, dict[str, Any]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:
    """Signed in half a minute after the beginning, with three people."""
    folder, token = stocked
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    desk = before(tmp_path / "practice", monkeypatch, begun[1]["totp_uri"])
    desk.clock.move(30)
    monkeypatch.setenv("SEALWELL_TOKEN", token)
    return desk


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
