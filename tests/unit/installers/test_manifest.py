"""Signing a release with a throw-away key: what comes out is believed by the program; mistakes end it."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from desktop import __version__
from desktop.crypto.updatekeys import keys_of, opened
from desktop.sync.update_list import numbers, read
from desktop.sync.updates import LIST_NAME
from installers.release import manifest

PASSWORD = "a long password for a key"
DEB = f"sealwell_{__version__}_amd64.deb"
MSI = f"sealwell-{__version__}-windows-x64.msi"


@dataclass
class Table:
    """The computer on which releases are signed."""

    folder: Path
    environment: pytest.MonkeyPatch
    output: pytest.CaptureFixture[str]

    @property
    def dist(self) -> Path:
        return self.folder / "dist"

    @property
    def keys(self) -> Path:
        return self.folder / "keys.json"

    def __call__(self, *words: str, password: str = PASSWORD) -> int:
        self.environment.setattr("sys.stdin", io.StringIO(f"{password}\n"))
        return manifest.main([str(one) for one in words])

    def said(self) -> str:
        return "".join(self.output.readouterr())

    def sign(self, *more: str, password: str = PASSWORD) -> int:
        notes = self.folder / "notes.txt"
        notes.write_text("Mail is read faster.\n", "utf-8")
        words = ["sign", str(self.dist), "--key", str(self.folder / "key"), "--severity", "high"]
        words += ["--notes-en", str(notes), "--notes-es", str(notes), "--keys", str(self.keys)]
        return self(*words, *more, password=password)


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Table:
    made = Table(tmp_path, monkeypatch, capsys)
    made.dist.mkdir()
    for name in (DEB, MSI, "SHA256SUMS", "sealwell_9.9.9_amd64.deb"):
        (made.dist / name).write_bytes(name.encode() * 100)
    monkeypatch.setattr(manifest, "_KDF_ROUNDS", 16)
    assert made("new-key", str(tmp_path / "key")) == 0
    entry = json.loads(made.said())
    made.keys.write_text(json.dumps({"format": "sealwell-update-keys-1", "keys": [entry]}), "utf-8")
    return made


def test_a_key_lies_under_its_password(table: Table, tmp_path: Path) -> None:
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert b"OPENSSH PRIVATE KEY" in (tmp_path / "key").read_bytes()
    assert table.sign("--first", password="another long password") == 1
    assert "not its password" in table.said()
    assert table("new-key", str(tmp_path / "weak"), password="short") == 1
    assert not (tmp_path / "weak").exists()


def test_a_key_that_is_there_is_never_written_over(table: Table, tmp_path: Path) -> None:
    with pytest.raises(FileExistsError):
        table("new-key", str(tmp_path / "key"))


def test_the_list_is_believed_and_names_this_version_alone(table: Table) -> None:
    assert table.sign("--first") == 0
    one = read(opened((table.dist / LIST_NAME).read_bytes(), keys_of(table.keys.read_bytes())))
    assert (one.version, one.sequence, one.severity) == (__version__, 1, "high")
    assert [(each.system, each.name) for each in one.files] == [("debian", DEB), ("windows-all-users", MSI)]
    words = ("verify", str(table.dist / LIST_NAME), "--files", str(table.dist), "--keys", str(table.keys))
    assert table(*words) == 0
    (table.dist / DEB).write_bytes(b"another")
    table.said()
    assert table(*words) == 1
    assert "update-file-size" in table.said()


def test_the_next_list_counts_on_and_never_goes_back(table: Table, tmp_path: Path) -> None:
    assert table.sign() == 1
    assert "--previous" in table.said()
    assert table.sign("--first") == 0
    before = tmp_path / "published.json"
    before.write_bytes((table.dist / LIST_NAME).read_bytes())
    assert table.sign("--previous", str(before), "--days", "30") == 0
    one = read(opened((table.dist / LIST_NAME).read_bytes(), keys_of(table.keys.read_bytes())))
    assert one.sequence == 2
    major, minor, patch = numbers(__version__)
    table.environment.setattr(manifest, "__version__", "0.0.1")
    (table.dist / "sealwell_0.0.1_amd64.deb").write_bytes(b"old")
    assert (major, minor, patch) > (0, 0, 1)
    assert table.sign("--previous", str(before)) == 1
    assert "programs would refuse it" in table.said()


def test_an_altered_or_a_strangers_list_is_refused(table: Table) -> None:
    assert table.sign("--first") == 0
    path = table.dist / LIST_NAME
    path.write_bytes(path.read_bytes().replace(b"faster", b"slower"))
    table.said()
    assert table("verify", str(path), "--keys", str(table.keys)) == 1
    assert "update-signature" in table.said()
    assert table("verify", str(path)) == 1  # the shipped keys do not know it
    assert "update-unknown-key" in table.said()


def test_no_package_no_list(table: Table) -> None:
    for name in (DEB, MSI):
        (table.dist / name).unlink()
    assert table.sign("--first") == 1
    assert not (table.dist / LIST_NAME).exists()
