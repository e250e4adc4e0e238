"""A throwaway gpg that plays the people whom the practice writes to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.gpg import Correspondents, correspondents


@pytest.fixture(scope="session")
def people() -> Iterator[Correspondents]:
    with correspondents() as made:
        yield made
