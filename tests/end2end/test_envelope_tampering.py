"""G5: random changes of a locked file, each typed open with the right words in Chromium; 500 in the soak."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.support.envelope_changes import KINDS, OPEN, SECRET, SUBJECT, changed, small_file, written
from tests.support.envelope_page import WORDS, browser

CHANGES, FULL = 120, 500
EXPIRED = WORDS.expired.split("{date}")[0]


@pytest.mark.timeout(240)
@pytest.mark.parametrize("changes", [CHANGES, pytest.param(FULL, marks=pytest.mark.soak)])
def test_random_changes_are_all_refused(tmp_path: Path, changes: int) -> None:
    locked = small_file()
    driver = browser(tmp_path)
    said: Counter[tuple[str, str]] = Counter()
    try:
        driver.get(written(tmp_path, locked))
        _, text = driver.execute_async_script(OPEN)
        assert SUBJECT in text
        assert SECRET in text
        for kind, data in changed(locked, changes, seed=500):
            driver.get(written(tmp_path, data))
            sentence, text = driver.execute_async_script(OPEN)
            # A bit of the header may make the day another one.
            assert sentence in {WORDS.damaged, WORDS.wrong, WORDS.cut} or sentence.startswith(EXPIRED)
            assert SECRET not in text
            assert SUBJECT not in text
            said[kind, sentence] += 1
    finally:
        driver.quit()
    assert said.total() == changes
    assert {kind for kind, _ in said} == set(KINDS)
    assert said["cut", WORDS.cut] > 0.9 * changes / len(KINDS)
    assert said["payload", WORDS.damaged] == sum(n for (kind, _), n in said.items() if kind == "payload")
    assert said["check", WORDS.wrong] == sum(n for (kind, _), n in said.items() if kind == "check")
