"""`updates …`: fixed forms, what is refused, and nobody asked before it is allowed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.authority import Authority
from desktop.sync.updates import LIST_NAME
from tests.servers.updatehost import UpdateHost
from tests.support.releases import NAME, NEWER, PACKAGE, RUNNING, Releases, a_list
from tests.support.shell import Shell

SHOWN = {"version", "allowed", "state", "offer", "checked_at", "tried_at", "problem", "by_system"}


@pytest.fixture
def releases(tmp_path: Path, desk: Shell) -> Iterator[Releases]:
    authority = Authority(tmp_path)
    with UpdateHost(authority.server_context("localhost")) as host:
        made = Releases(host, authority)
        made.publish()
        desk.updates = made.judge()
        yield made


def test_the_way_of_a_new_version(desk: Shell, releases: Releases, tmp_path: Path) -> None:
    before = desk("updates", "show")
    assert set(before) == SHOWN
    assert (before["version"], before["allowed"], before["state"]) == (RUNNING, False, "forbidden")
    assert desk("updates", "check")["error"]["code"] == "updates-forbidden"
    assert (desk.code, releases.host.connections) == (1, 0)
    assert desk("updates", "allow")["state"] == "unknown"
    newer = desk("updates", "check")
    assert newer["state"] == "newer"
    assert newer["offer"] == {
        "version": NEWER,
        "severity": "high",
        "released": "2026-11-23T15:00:00+00:00",
        "install_by": "2026-12-23T15:00:00+00:00",
        "notes": {"en": "Mail is read faster.", "es": "El correo se lee más rápido."},
        "file": NAME,
        "bytes": len(PACKAGE),
        "after": None,
    }
    done = desk("updates", "download", "--into", str(tmp_path))
    assert done["path"] == str(tmp_path / NAME)
    assert set(done) == {"path", "version", "bytes", "sha256"}
    seen = desk("updates", "verify", done["path"])
    assert seen == {"name": NAME, "version": NEWER, "system": "debian", "newer": True}
    assert f"{NAME} is genuine" in desk.words("updates", "verify", done["path"])
    assert not desk("updates", "forbid")["allowed"]
    assert desk("updates", "download")["error"]["code"] == "updates-forbidden"


def test_a_list_that_is_not_believed_ends_with_one(desk: Shell, releases: Releases) -> None:
    desk("updates", "allow")
    releases.publish(document=releases.document().replace(b'"sequence":7', b'"sequence":8'))
    assert desk("updates", "check")["error"]["code"] == "update-signature"
    assert desk.code == 1
    problem = desk("updates", "show")["problem"]
    assert problem["code"] == "update-signature"
    assert "changed after it was signed" in problem["words"]


def test_a_file_with_its_list_is_judged_alone(desk: Shell, releases: Releases, tmp_path: Path) -> None:
    there = tmp_path / "from-a-drive"
    there.mkdir()
    (there / "list.json").write_bytes(releases.document(a_list()))
    (there / NAME).write_bytes(PACKAGE[:-1] + b"?")
    words = ("updates", "verify", str(there / NAME), "--list", str(there / "list.json"))
    assert desk(*words)["error"]["code"] == "update-file-changed"
    (there / NAME).write_bytes(PACKAGE)
    assert desk(*words)["version"] == NEWER
    (there / "list.json").rename(there / LIST_NAME)
    assert desk("updates", "verify", str(there / NAME))["newer"]
    assert releases.host.connections == 0


def test_the_program_as_it_is_here_has_no_key(desk: Shell) -> None:
    assert desk("updates", "show")["state"] == "no-key"
    desk("updates", "allow")
    assert desk("updates", "check")["error"]["code"] == "update-no-key"
