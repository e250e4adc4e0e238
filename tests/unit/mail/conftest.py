from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.practice.office import Practice, practice
from tests.practice.readers import Readers


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Practice]:
    with practice(tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def readers() -> Iterator[Readers]:
    made = Readers()
    yield made
    made.close()
