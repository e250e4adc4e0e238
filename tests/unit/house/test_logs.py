from __future__ import annotations

import errno
import io
import logging
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path

import pytest

from desktop import logs
from desktop.errors import InputError
from tests.support.canary import Canary


class Method(StrEnum):
    TLS = "tls"


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """A log that is taken down again, with the levels as they were."""
    root, ours = logging.getLogger(), logging.getLogger(logs.OURS)
    levels = root.level, ours.level
    handler = logs.start_log(tmp_path / "sealwell.log")
    yield tmp_path / "sealwell.log"
    root.removeHandler(handler)
    handler.close()
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


@pytest.fixture
def bugs() -> Iterator[list[str]]:
    reports: list[str] = []
    restore = logs.install_last_resort(reports.append)
    yield reports
    restore()


def raised(work: Callable[[], object]) -> BaseException:
    with pytest.raises(BaseException) as caught:
        work()
    return caught.value


def test_codes_numbers_and_ids_are_kept(path: Path) -> None:
    logging.getLogger("desktop.sync").info("sent %s by %s after %d tries", "0f" * 16, Method.TLS, 2)
    assert path.read_text("utf-8").endswith(f"INFO desktop.sync sent {'0f' * 16} by tls after 2 tries\n")


def test_names_and_addresses_are_hidden_however_they_come(path: Path, canary: Canary) -> None:
    log = logging.getLogger("desktop.people")
    log.info("looked for %s", f"{canary.first_name} {canary.last_name}")
    log.info("looked for %(who)s", {"who": canary.email})
    log.info("wrote to " + canary.email)  # noqa: G003 - what a careless line does
    log.info("row %s", {"name": canary.last_name})
    log.info(f"<{canary.email}>\nforged line")  # noqa: G004
    text = path.read_text("utf-8")
    assert canary.traces_in(text) == []
    assert text.count(logs.HIDDEN) == 5
    assert len(text.splitlines()) == 5


def test_a_record_that_does_not_fit_its_values_is_still_a_line(canary: Canary) -> None:
    record = logging.LogRecord("desktop.people", 20, "rows.py", 7, "%d people", (canary.last_name,), None)
    assert logs.RedactingFormatter().format(record).endswith(f"INFO desktop.people rows:7 {logs.HIDDEN}")


def test_of_a_library_only_the_place_is_kept(path: Path, canary: Canary, expected_logs: set[str]) -> None:
    expected_logs.add("a-library")
    logging.getLogger("a-library").warning("key of %s", canary.email)
    logging.getLogger("a-library").info("chatter")
    text = path.read_text("utf-8")
    assert "WARNING a-library test_logs:" in text
    assert "key of" not in text
    assert len(text.splitlines()) == 1


def test_an_error_keeps_its_type_code_and_way_but_no_words(
    path: Path, canary: Canary, expected_logs: set[str]
) -> None:
    expected_logs.add("desktop.people")

    def work() -> None:
        try:
            int(canary.last_name)
        except ValueError as first:
            raise InputError("no-rows", file=canary.first_name) from first

    logging.getLogger("desktop.people").error("import", exc_info=raised(work))
    text = path.read_text("utf-8")
    assert "desktop.errors.InputError no-rows" in text
    assert "builtins.ValueError" in text
    assert "test_logs.py" in text
    assert canary.traces_in(text) == []
    assert str(Path(__file__).parents[3]) not in text


def test_every_error_of_a_group_is_told() -> None:
    group = ExceptionGroup("both", [KeyError("Zephyrine"), InputError("no-rows")])
    text = logs.describe(group)
    assert "builtins.KeyError" in text
    assert "InputError no-rows" in text
    assert "Zephyrine" not in text


def test_an_error_that_is_its_own_cause_ends() -> None:
    error = ValueError()
    error.__cause__ = error
    assert logs.describe(error) == "builtins.ValueError"


def test_the_file_and_its_old_copies_are_private(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (handler,) = [h for h in logging.getLogger().handlers if isinstance(h, logs.PrivateLog)]
    monkeypatch.setattr(handler, "maxBytes", 200)
    for number in range(30):
        logging.getLogger("desktop.sync").info("line %d", number)
    files = sorted(path.parent.glob("sealwell.log*"))
    assert len(files) == 5
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


class FullDisk(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "no space")


def test_a_full_disk_prints_nothing(
    path: Path, canary: Canary, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (handler,) = [h for h in logging.getLogger().handlers if isinstance(h, logs.PrivateLog)]
    monkeypatch.setattr(handler, "stream", FullDisk())
    logging.getLogger("desktop.sync").info("%s", canary.last_name)
    assert capsys.readouterr() == ("", "")
    assert path.read_text("utf-8") == ""


def test_without_a_file_nothing_is_printed_either(capsys: pytest.CaptureFixture[str]) -> None:
    root, ours = logging.getLogger(), logging.getLogger(logs.OURS)
    levels = root.level, ours.level
    handler = logs.start_log(None)
    logging.getLogger("desktop.sync").info("quiet")
    root.removeHandler(handler)
    root.setLevel(levels[0])
    ours.setLevel(levels[1])
    assert capsys.readouterr() == ("", "")


def test_a_bug_in_any_thread_reaches_the_last_resort_without_its_words(
    path: Path, canary: Canary, bugs: list[str], expected_logs: set[str]
) -> None:
    expected_logs.add("desktop")

    def work() -> None:
        raise RuntimeError(canary.last_name)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    error = raised(work)
    sys.excepthook(type(error), error, error.__traceback__)
    assert [report.splitlines()[0] for report in bugs] == ["builtins.RuntimeError"] * 2
    assert path.read_text("utf-8").count("CRITICAL desktop bug") == 2
    assert canary.traces_in(path.read_text("utf-8") + "".join(bugs)) == []


def test_ctrl_c_and_a_thread_that_exits_are_no_bugs(monkeypatch: pytest.MonkeyPatch) -> None:
    bugs: list[str] = []
    left_alone: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: left_alone.append(kind))
    restore = logs.install_last_resort(bugs.append)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    thread = threading.Thread(target=sys.exit)
    thread.start()
    thread.join()
    restore()
    assert bugs == []
    assert left_alone == [KeyboardInterrupt]
