"""The bundle's stamp, and how two builds are compared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop import __version__
from installers import build


def test_the_stamp_names_version_commit_and_day(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"log": "1795358180", "rev-parse": "abc", "status": ""}
    monkeypatch.setattr(build, "_git", lambda *words: told[words[0]])
    assert build.stamp() == {"version": __version__, "commit": "abc", "date": "2026-11-22"}
    told["status"] = " M desktop/app.py"
    assert build.stamp()["commit"] == "abc+"


def test_a_bundle_is_built_once_for_what_it_is_made_of(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    built: list[Path] = []

    def made(target: Path, _: Path) -> None:
        built.append(target)
        target.mkdir(parents=True, exist_ok=True)

    monkeypatch.setattr(build, "BUNDLE", tmp_path / "bundle" / "sealwell")
    monkeypatch.setattr(build, "build", made)
    monkeypatch.setattr(build, "made_of", lambda: "one")
    assert build.bundle() == build.bundle() == tmp_path / "bundle" / "sealwell"
    assert len(built) == 1
    monkeypatch.setattr(build, "made_of", lambda: "two")
    build.bundle()
    build.bundle(anew=True)
    assert len(built) == 3


def test_a_build_that_failed_is_not_taken_for_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(target: Path, _: Path) -> None:
        target.mkdir(parents=True)
        raise OSError("disk full")

    monkeypatch.setattr(build, "BUNDLE", tmp_path / "bundle" / "sealwell")
    monkeypatch.setattr(build, "build", broken)
    monkeypatch.setattr(build, "made_of", lambda: "one")
    with pytest.raises(OSError, match="disk full"):
        build.bundle()
    assert not (tmp_path / "bundle" / "made-of").exists()


def test_what_a_bundle_is_made_of_changes_with_its_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "one").write_text("a")
    told = {"ls-files": "one\0", "log": "0", "rev-parse": "abc", "status": ""}
    monkeypatch.setattr(build, "_git", lambda *words: told[words[0]])
    monkeypatch.setattr(build, "ROOT", tmp_path)
    before = build.made_of()
    assert build.made_of() == before
    (tmp_path / "one").write_text("b")
    assert build.made_of() != before


@pytest.mark.parametrize("change", ["bytes", "name", "rights", "link"])
def test_every_difference_of_two_bundles_is_found(tmp_path: Path, change: str) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "in").mkdir(parents=True)
        (tmp_path / name / "in" / "file").write_text(json.dumps("same"))
        (tmp_path / name / "link").symlink_to("in")
    one, two = tmp_path / "one", tmp_path / "two"
    assert build.differences(one, two) == []
    match change:
        case "bytes":
            (two / "in" / "file").write_text("other")
        case "name":
            (two / "more").touch()
        case "rights":
            (two / "in" / "file").chmod(0o700)
        case "link":
            (two / "link").unlink()
            (two / "link").symlink_to("in/file")
    assert len(build.differences(one, two)) == 1
