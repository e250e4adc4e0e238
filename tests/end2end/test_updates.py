"""A whole program with a key of its own, its commands, and a server over TLS: told, proved, refused.

The program is a copy of this one whose `resources/updates/` names a throw-away key and a server here,
as a release has its own; the list is signed by the tool that signs releases.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from demo.authority import Authority
from desktop.sync.updates import LIST_NAME
from tests.made_practice import PASSWORD, USER
from tests.servers.updatehost import UpdateHost
from tests.support.driven import ROOT
from tests.support.service import Service, make_practice

KEY_PASSWORD = "a long password for a key"
NEWER = "9.1.0"
DEB = f"sealwell_{NEWER}_amd64.deb"
LONG = 120


@dataclass
class Scene:
    """The released program in `tree`, the signer's table in `table`, and what is published on `host`."""

    tree: Path
    table: Path
    host: UpdateHost
    service: Service
    environment: dict[str, str]

    def run(self, *words: str, given: Any = None) -> dict[str, Any]:
        flags = ["--json", *(["--stdin"] if given is not None else [])]
        done = subprocess.run(
            [sys.executable, "-m", "desktop", *flags, "--practice", str(self.service.folder.root), *words],
            input=json.dumps(given) if given is not None else None,
            cwd=self.tree,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=LONG,
            check=False,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def sign_in(self) -> None:
        given = {"user": USER, "password": PASSWORD, "code": self.service.code()}
        self.environment["SEALWELL_TOKEN"] = self.run("signin", given=given)["token"]

    def tool(self, *words: str, tree: Path) -> str:
        """As somebody types it on the computer that signs."""
        return subprocess.run(
            [sys.executable, "-m", "installers.release.manifest", *words],
            input=f"{KEY_PASSWORD}\n",
            cwd=tree,
            env={**os.environ, "PYTHONPATH": str(tree)},
            capture_output=True,
            text=True,
            timeout=LONG,
            check=True,
        ).stdout


def copied(to: Path) -> Path:
    """This program, to be changed; with what was compiled, or each command would compile it anew."""
    for name in ("desktop", "resources", "installers"):
        shutil.copytree(ROOT / name, to / name)
    return to


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    authority = Authority(tmp_path)
    made = make_practice(tmp_path / "made")
    service = Service.over(tmp_path / "made", made, tmp_path / "practice")
    (tmp_path / "run").mkdir(mode=0o700)
    with UpdateHost(authority.server_context("localhost")) as host:
        environment = {
            **os.environ,
            "SSL_CERT_FILE": str(authority.ca_file),
            "XDG_RUNTIME_DIR": str(tmp_path / "run"),
        }
        tree, table = copied(tmp_path / "tree"), copied(tmp_path / "table")
        one = Scene(tree, table, host, service, environment)
        release(one)
        yield one
    service.end()


def release(scene: Scene) -> None:
    """The key goes into the program that is out already; the next version is signed with it."""
    key = scene.table / "key"
    entry = json.loads(scene.tool("new-key", str(key), tree=scene.table))
    keys = json.dumps({"format": "sealwell-update-keys-1", "keys": [entry]})
    (scene.tree / "resources/updates/keys.json").write_text(keys, "utf-8")
    source = {"format": "sealwell-update-source-1", "channel": "stable", "files": scene.host.base}
    source["list"] = f"{scene.host.base}{LIST_NAME}"
    (scene.tree / "resources/updates/source.json").write_text(json.dumps(source), "utf-8")
    init = scene.table / "desktop" / "__init__.py"
    lines = [line for line in init.read_text("utf-8").splitlines() if not line.startswith("__version__")]
    init.write_text("\n".join([*lines, f'__version__ = "{NEWER}"', ""]), "utf-8")
    dist, notes = scene.table / "dist", scene.table / "notes.txt"
    dist.mkdir()
    (dist / DEB).write_bytes(os.urandom(200_000))
    notes.write_text("A gap is closed.", "utf-8")
    words = ["sign", str(dist), "--key", str(key), "--severity", "critical", "--first"]
    scene.tool(*words, "--notes-en", str(notes), "--notes-es", str(notes), tree=scene.table)
    scene.host.files = {one.name: one.read_bytes() for one in dist.iterdir()}


@pytest.mark.timeout(400)
def test_from_the_signers_table_to_the_administrator(scene: Scene, tmp_path: Path) -> None:
    scene.sign_in()
    assert scene.run("updates", "check")["error"]["code"] == "updates-forbidden"
    assert scene.host.connections == 0
    assert scene.run("updates", "allow")["state"] == "unknown"
    offer = scene.run("updates", "check")["offer"]
    assert (offer["version"], offer["severity"]) == (NEWER, "critical")
    assert offer["notes"]["en"] == "A gap is closed."
    tasks = [one for one in scene.run("tasks", "list")["tasks"] if one["kind"] == "update"]
    assert [one["group"] for one in tasks] == ["system"]
    fetched = tmp_path / DEB
    fetched.write_bytes(scene.host.files[DEB])
    assert scene.run("updates", "verify", str(fetched))["version"] == NEWER
    scene.host.files[LIST_NAME] = scene.host.files[LIST_NAME].replace(b"critical", b"normal")
    assert scene.run("updates", "check")["error"]["code"] == "update-signature"
