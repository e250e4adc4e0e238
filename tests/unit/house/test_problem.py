"""A problem report names nobody, whatever lies in logs, folders, environment and system."""

from __future__ import annotations

import ast
import json
import logging
import platform
from pathlib import Path

import pytest

import desktop
from desktop import logs, problem
from desktop.errors import InputError
from desktop.parts import note_start
from desktop.paths import PracticeFolder
from desktop.problem import Section, collect, read_logs, rows_of, safe_line
from desktop.texts import Texts
from tests.support.canary import Canary

SAME = (
    "2026-11-22T15:00:00.000+00:00 CRITICAL desktop bug",
    "desktop.errors.InputError person-unknown",
    "builtins.ZeroDivisionError",
    "  desktop/office/entry.py:123 sign_in",
)


def test_what_is_on_the_list_stays() -> None:
    assert [safe_line(line) for line in SAME] == [
        "2026-11-22T15:00:00 CRITICAL desktop bug",
        "InputError person-unknown",
        "ZeroDivisionError",
        "  desktop.office.entry:123",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-22T15:00:00.000+00:00 INFO desktop.people looked for {first_name} {last_name}",
        "2026-11-22T15:00:00.000+00:00 INFO desktop.people {email}",
        "2026-11-22T15:00:00.000+00:00 {last_name} desktop bug",
        "2026-11-22T15:00:00.000+00:00 INFO desktop.{first_name} bug",
        "2026-11-22T15:00:00.000+00:00 INFO {first_name}.desktop bug",
        "{first_name} {last_name}",
        "{email}",
        "desktop.errors.{last_name} person-unknown",
        "desktop.errors.InputError {last_name}",
        "desktop.errors.InputError zephyrine-quoxhallow",
        "  {last_name}/desktop/office/entry.py:123 sign_in",
        "  home/{first_name}/entry.py:123 sign_in",
        "  desktop/office/entry.py:123 {first_name}",
        "  desktop/office/{last_name}.py:123 sign_in",
        "{diagnosis}",
    ],
)
def test_of_a_line_with_somebody_in_it_only_the_list_stays(line: str, canary: Canary) -> None:
    filled = line.format(**vars(canary)) if hasattr(canary, "__dict__") else line
    for written in (filled, filled.lower(), filled.upper()):
        safe = safe_line(written)
        assert safe is None or canary.traces_in(safe) == []


@pytest.mark.parametrize("number", ["2025550100", "19610228", "123456789", "1961-02-28"])
def test_numbers_that_may_be_somebodys_are_left_out(number: str) -> None:
    assert safe_line(f"2026-11-22T15:00:00.000+00:00 INFO desktop row {number}") is not None
    assert number not in str(safe_line(f"2026-11-22T15:00:00.000+00:00 INFO desktop row {number}"))
    assert safe_line(f"  desktop/office/entry.py:{number} sign_in") is None
    assert safe_line(number) is None


def test_what_was_left_out_is_counted(tmp_path: Path, canary: Canary) -> None:
    path = tmp_path / "sealwell.log"
    path.write_text("\n".join([*SAME, canary.email, f"desktop.errors.{canary.last_name}"]), encoding="utf-8")
    kept, left_out = read_logs((path, tmp_path / "missing.log"))
    assert len(kept) == len(SAME) + 1
    assert left_out == 2


def test_the_newest_lines_of_a_long_log_and_of_one_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "sealwell.log"
    path.write_bytes(b"\xff\xfe\x00" * 1_000_000 + b"\n" + f"{SAME[0]}\n".encode() * (problem.LINES + 50))
    kept, left_out = read_logs((path,))
    assert (len(kept), left_out) == (problem.LINES, 0)


def test_canaries_everywhere_and_none_in_the_report(
    tmp_path: Path, canary: Canary, monkeypatch: pytest.MonkeyPatch, expected_logs: set[str]
) -> None:
    """In the log by the log's own writer, in file names, the environment and what the system says."""
    expected_logs |= {"desktop.people", canary.last_name}
    folder = PracticeFolder(tmp_path / f"{canary.first_name} {canary.last_name}")
    folder.root.mkdir()
    handler = logs.start_log(folder.log)
    try:
        log = logging.getLogger("desktop.people")
        log.warning("wrote to %s", canary.email)
        log.warning(f"{canary.first_name} {canary.last_name} called")  # noqa: G004 - what a careless line does
        log.critical("bug", exc_info=InputError("person-unknown", name=canary.last_name))
        logging.getLogger(canary.last_name).warning("bug")
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()
    (folder.root / f"{canary.diagnosis}.csv").touch()
    folder.service_log.write_text(f"{canary.phone}\n{canary.email}\n", encoding="utf-8")
    for name in ("USER", "HOME", "HOSTNAME", "LOGNAME", "COMPUTERNAME", "SEALWELL_TOKEN"):
        monkeypatch.setenv(name, canary.last_name)
    for name in ("node", "release", "machine", "system", "python_version"):
        monkeypatch.setattr(platform, name, lambda: f"6.1.0-{canary.last_name}")
    made = collect(folder, canary.last_name)
    for texts in (Texts("en"), Texts("es")):
        for as_json in (False, True):
            written = made.written(texts, as_json=as_json)
            assert canary.traces_in(written) == []
            assert str(tmp_path) not in written.decode()
    assert made.left_out >= 4
    document = json.loads(made.written(Texts("en"), as_json=True))
    assert document["system"]["release"] == "6.1.0"
    assert document["last"] == {"code": "-"}
    assert "InputError person-unknown" in document["log"]


def test_a_distribution_is_one_of_those_that_are_known(tmp_path: Path, canary: Canary) -> None:
    release = tmp_path / "os-release"
    release.write_text(f'NAME="{canary.last_name}"\nID={canary.last_name.lower()}\nVERSION_ID="12"\n')
    assert problem._distribution(release) == "other 12"
    release.write_text('ID=debian\nVERSION_ID="12"\n')
    assert problem._distribution(release) == "debian 12"
    assert problem._distribution(tmp_path / "missing") == "-"


def test_only_numbers_and_switches_get_into_rows(canary: Canary) -> None:
    assert list(rows_of({"users": 3, "strict-lock": True})) == [("users", "3"), ("strict-lock", "yes")]
    with pytest.raises(ValueError):
        list(rows_of({"users": canary.last_name}))  # type: ignore[dict-item]


def test_the_list_holds_every_message_that_the_program_writes() -> None:
    """Else the report would count our own words as somebody's."""
    root = Path(desktop.__file__).parent
    said = set()
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and ast.unparse(node.func.value).startswith(("log", "_log"))
                and node.func.attr in {"debug", "info", "warning", "error", "critical", "exception"}
                and isinstance(node.args[0], ast.Constant)
            ):
                said.add(node.args[0].value)
    assert said == problem._MESSAGES | {"started %s %s"}


def test_how_a_log_begins_is_not_counted_as_somebodys(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logs.OURS):
        note_start()
    words = caplog.records[-1].getMessage()
    head = f"2026-11-22T15:00:00.000+00:00 INFO {logs.OURS}"
    assert safe_line(f"{head} {words}") == f"2026-11-22T15:00:00 INFO {logs.OURS} {words}"
    assert words not in str(safe_line(f"{head} {words} Maria"))


def test_every_part_has_its_heading() -> None:
    made = collect(PracticeFolder(Path("/nowhere")), "locked", [Section("window"), Section("checks")])
    for language in ("en", "es"):
        texts = Texts(language)
        assert all(texts.has(f"problem.{section.code}") for section in made.sections)
    assert ("code", "locked") in made.sections[2].rows
