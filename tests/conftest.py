"""What every test stands on: a clock that obeys, cheap key derivation, silent logs."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from PySide6.QtWidgets import QApplication
from xdist.remote import Producer

import dev
from desktop.crypto.kdf import FLOOR, KdfParams
from tests.support.canary import CANARY, Canary
from tests.support.clock import ManualClock
from tests.support.derived import Remembering
from tests.support.spread import ByShare

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# A shared machine may be slow at any moment: an example that takes long is no failure.
settings.register_profile("house", deadline=None, print_blob=True)
settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    """Sentences are compiled once, before the workers start."""
    if not hasattr(config, "workerinput"):
        dev.need_sentences()


def pytest_collection_finish() -> None:
    """What was collected stays until the end: the garbage collector need not walk it again and again."""
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByShare:
    return ByShare(config, log)


@pytest.fixture(scope="session", autouse=True)
def _one_application(qapp: QApplication) -> QApplication:
    """Qt allows one a process: a paper printed first would make a smaller one, without windows."""
    return qapp


@pytest.fixture(scope="session", autouse=True)
def _derived_once() -> Iterator[None]:
    """The same password over the same slot gives the same key: it is derived once a process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("desktop.crypto.kdf.Argon2id", Remembering)
        yield


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="session")
def floor() -> KdfParams:
    """The least that the program accepts: tests derive many keys."""
    return FLOOR


@pytest.fixture
def canary() -> Canary:
    return CANARY


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def expected_logs() -> set[str]:
    """Names of loggers that may warn in this test; add to it what the test provokes."""
    return set()


@pytest.fixture(autouse=True)
def no_unexpected_logs(expected_logs: set[str]) -> Iterator[None]:
    """A warning that nobody expected is a failure, like any other warning."""
    kept = _Kept()
    root = logging.getLogger()
    root.addHandler(kept)
    try:
        yield
    finally:
        root.removeHandler(kept)
    surprises = [f"{r.name}: {r.getMessage()}" for r in kept.records if r.name not in expected_logs]
    if surprises:
        pytest.fail("unexpected logs:\n" + "\n".join(surprises), pytrace=False)
