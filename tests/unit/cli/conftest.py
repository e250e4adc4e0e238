"""A practice made and signed in to by commands."""

from __future__ import annotations

from pathlib import Path

import pytest

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
