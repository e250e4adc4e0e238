from __future__ import annotations

import time

import pytest

from desktop.crypto import selftest
from desktop.errors import VaultError


def test_it_passes_in_less_than_300_milliseconds() -> None:
    begun = time.perf_counter()
    selftest.self_test()
    assert time.perf_counter() - begun < 0.3


@pytest.mark.parametrize("part", sorted(selftest._PARTS))
def test_a_library_that_computes_wrongly_is_named(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(selftest._PARTS, part, lambda: False)
    with pytest.raises(VaultError) as refused:
        selftest.self_test()
    assert refused.value.code == "self-test-failed"
    assert refused.value.params == {"part": part}


def test_a_derivation_with_other_output_fails_its_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest, "hkdf", lambda *given: bytes(given[-1]))
    with pytest.raises(VaultError) as refused:
        selftest.self_test()
    assert refused.value.params == {"part": "hkdf"}
