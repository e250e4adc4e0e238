from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.practice.office import Practice, practice


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Practice]:
    with practice(tmp_path) as made:
        yield made
