"""A practice with messages waiting goes to every kind of place, its computer is gone, and it comes back.

Commands over a real vault; real servers: OpenSSH's sshd, WebDAV and S3 over TLS; a folder, a
"USB drive" and a "share" are folders. After each restore nothing reaches the relay before
somebody has seen what would go.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme

from demo.authority import Authority
from demo.relay import RecordingRelay, RelaySetup
from tests.made_practice import PEOPLE, USER, VISITS
from tests.servers.sftp import Sshd
from tests.servers.storages import KEY, S3, SECRET, WebDav
from tests.support.shell import Shell, begin

MOUNTED = ("folder", "usb", "share")
NEW_PASSWORD = "another harbour seven lanterns"
WAITING = 2


@dataclass(frozen=True)
class Scene:
    """The practice while its computer lives, its places, and the relay that records."""

    shell: Shell
    relay: RecordingRelay
    places: dict[str, dict[str, Any]]
    recovery_key: str


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, Any]]]:
    ca = trustme.CA()
    root = tmp_path_factory.mktemp("places")
    found: dict[str, dict[str, Any]] = {}
    for kind in MOUNTED:
        (root / kind).mkdir()
        found[kind] = {"kind": kind, "address": str(root / kind)}
    with Sshd() as sshd, WebDav(ca) as dav, S3(ca) as s3:
        (dav.files / "backups").mkdir()
        s3.ask("PUT", "/backups")
        at_others = {"user": KEY, "secret": SECRET}
        place = sshd.place()
        found["sftp"] = {
            "kind": "sftp",
            "address": place.address,
            "host_key": place.host_key,
            "user": sshd.user,
            "secret": sshd.secret,
        }
        found["webdav"] = {
            "kind": "webdav",
            "address": f"{dav.root}/backups",
            "ca_file": str(dav.ca_file),
            **at_others,
        }
        found["s3"] = {
            "kind": "s3",
            "address": f"{s3.root}/backups",
            "ca_file": str(s3.ca_file),
            **at_others,
        }
        yield found


@pytest.fixture
def scene(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, servers: dict[str, dict[str, Any]]
) -> Iterator[Scene]:
    authority = Authority(tmp_path)
    with RecordingRelay(RelaySetup(context=authority.server_context("localhost"))) as relay:
        shell, made = begin(tmp_path / "old", monkeypatch)
        shell.sign_in()
        for name, data in (("people.csv", PEOPLE), ("visits.csv", VISITS)):
            (tmp_path / name).write_bytes(data)
        shell("people", "import", str(tmp_path / "people.csv"))
        shell("appointments", "import", str(tmp_path / "visits.csv"), "--whole", "--confirm")
        shell("relay", "add", given=relay_document(relay, authority))
        queued = shell("reminders", "send", "--date", "2026-11-24")
        assert [one["state"] for one in queued["reminders"]] == ["queued"] * WAITING
        yield Scene(shell, relay, servers, str(made["recovery_key"]))


def relay_document(relay: RecordingRelay, authority: Authority) -> dict[str, Any]:
    return {
        "name": "Relay",
        "host": "localhost",
        "port": relay.port,
        "security": "implicit",
        "ca_file": str(authority.ca_file),
        "user": relay.setup.user,
        "password": relay.setup.password,
        "sender": "office@elmstreet.example.com",
        "required_tls": "account",
        "baa": {"counterparty": "Relay", "signed": "2026-01-01", "expires": None, "scope": "mail"},
    }


def test_it_comes_back_from_every_kind_of_place_and_sends_nothing_by_itself(
    scene: Scene, tmp_path: Path
) -> None:
    old = scene.shell
    for kind, place in scene.places.items():
        added = old("backup", "target", "add", given={"name": f"Place {kind}", "own": True, **place})
        assert old.code == 0, (kind, added, old.err)
    for number in range(2):  # a whole one, and one that goes on from it a minute later
        old.clock.move(60)
        person = old("people", "search", "zoraida")["people"][0]["id"]
        old("people", "set", person, given={"phone": f"555-010{number}"})
        made = old("backup", "create")
        assert (old.code, len(made["copied"]), made["failed"]) == (0, len(scene.places), [])
    assert made["backup"]["whole"] is False
    listed = old("backup", "list")
    assert [one["last"] for one in listed["targets"]] == [made["backup"]["name"]] * len(scene.places)
    shutil.rmtree(old.folder)
    for kind, place in scene.places.items():
        comes_back(scene, kind, place, tmp_path / f"new-{kind}")


def comes_back(scene: Scene, kind: str, place: dict[str, Any], folder: Path) -> None:
    shell = Shell(folder, scene.shell.clock, scene.shell.environment, totp=scene.shell.totp)
    opening = {
        "user": USER,
        "password": NEW_PASSWORD,
        "recovery_key": scene.recovery_key,
        "reason": "The computer is dead",
    }
    if kind in MOUNTED:
        *_, file = sorted(Path(place["address"]).rglob("*.sealwell"))
        restored = shell.bare("restore", str(file), "--to", str(folder), given=opening)
    else:
        restored = shell.bare("restore", "newest", "--to", str(folder), given={**opening, "target": place})
    assert shell.code == 0, (kind, restored, shell.err)
    assert restored["waiting"] == WAITING
    assert restored["recovery_key"] not in ("", scene.recovery_key)
    before = len(scene.relay.received)
    shell.sign_in(password=NEW_PASSWORD)
    shell.clock.move(60)
    assert shell("outbox", "run")["counts"] == {"queued": WAITING}
    assert len(scene.relay.received) == before
    assert shell("audit", "verify")["ok"] is True
    assert shell("people", "search", "555-0101")["people"]
    seen = shell("outbox", "resume", "--look")
    assert len(seen["go"]) == WAITING
    shell("outbox", "resume", "--seen", seen["seen"])
    assert shell("outbox", "run")["counts"] == {"accepted": WAITING}
    assert len(scene.relay.received) == before + WAITING
    shell("signout")
