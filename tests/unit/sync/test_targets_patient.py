"""A share that hangs: who asked is told so, and neither the watch nor a window waits for it for ever."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.config import TARGET_LIMITS
from desktop.errors import Refused
from desktop.models.safekeeping import Place
from desktop.sync.targets.base import TargetError
from desktop.sync.targets.mounted import Mounted
from desktop.sync.targets.patient import in_time
from desktop.sync.targets.reach import reach
from tests.support.targets import MARKER, NAME, TAG, scene_of


class Hang:
    """A call that returns when the test ends."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.met = threading.Event()

    def __call__(self, *_: object) -> None:
        self.met.set()
        self.over.wait(60)
        raise OSError(5, "at last")


@pytest.fixture
def hang(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hang]:
    short = replace(TARGET_LIMITS, answer=1, transfer=1)
    monkeypatch.setattr("desktop.sync.targets.patient.TARGET_LIMITS", short)
    made = Hang()
    yield made
    made.over.set()


def ask(place: Place) -> None:
    """All that there is to ask."""
    with closing(reach(place, "", TAG, None)) as reached:
        reached.names()
        reached.remove(NAME)
        reached.put(NAME, Path(__file__))


@pytest.mark.parametrize("call", ["__init__", "_listed", "_size", "_rename", "free_bytes", "_unlink"])
def test_a_share_that_hangs_is_called_slow_and_is_not_asked_again(
    tmp_path: Path, hang: Hang, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    with scene_of("folder", tmp_path) as scene:
        scene.claimed()
        monkeypatch.setattr(Mounted, call, hang)
        with pytest.raises(TargetError) as caught:
            ask(scene.place)
        assert caught.value.code == "target-slow"
        assert hang.met.is_set()
        if call == "_size":
            with pytest.raises(TargetError) as caught:
                reach(scene.place, "", TAG, MARKER)
            assert caught.value.code == "target-slow"


def test_what_hung_stops_as_soon_as_it_can_and_another_try_makes_it_whole(
    tmp_path: Path, hang: Hang, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source"
    source.write_bytes(bytes(3 * TARGET_LIMITS.piece_bytes))
    ended: list[str] = []

    def work(told: object) -> None:
        hang.over.wait(60)
        ended.append("told" if told(1, 2) else "stopped")  # type: ignore[operator]

    with pytest.raises(TargetError):
        in_time(0.2, work)
    hang.over.set()
    with scene_of("folder", tmp_path) as scene:
        reached = scene.claimed()
        reached.put(NAME, source)
        assert reached.names() == [(NAME, source.stat().st_size)]
    for thread in threading.enumerate():
        if thread.name == "target":
            thread.join(30)
    assert ended == ["stopped"]


def test_progress_is_asked_where_the_work_was_asked_for_and_a_cancel_ends_it(tmp_path: Path) -> None:
    source, here = tmp_path / "source", threading.get_ident()
    source.write_bytes(bytes(3 * TARGET_LIMITS.piece_bytes))
    asked: list[bool] = []

    def progress(done: int, of: int) -> bool:
        asked.append(threading.get_ident() == here)
        return len(asked) < 2

    def failing(done: int, of: int) -> bool:
        raise Refused("locked")

    with scene_of("folder", tmp_path) as scene:
        reached = scene.claimed()
        for told, code in ((progress, "cancelled"), (failing, "locked")):
            with pytest.raises(Refused) as caught:
                reached.put(NAME, source, told)
            assert caught.value.code == code
        assert asked == [True, True]
        assert reached.names() == []
        reached.put(NAME, source)
        assert len(reached.sha256(NAME)) == 64
