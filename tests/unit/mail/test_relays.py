"""Relay presets are data that can be trusted as far as it goes."""

from __future__ import annotations

from datetime import date

from desktop.mail.headers import wire_address
from desktop.mail.relays import presets


def test_the_common_relays_are_there_and_the_generic_one_is_last() -> None:
    found = presets()
    assert {"google-workspace", "microsoft-365", "paubox"} <= {preset.id for preset in found}
    assert found[-1].id == "other"
    assert found[-1].host == ""


def test_every_preset_speaks_tls_on_its_usual_port() -> None:
    for preset in presets():
        assert (preset.security, preset.port) in {("implicit", 465), ("starttls", 587)}


def test_every_preset_names_a_host_its_baa_and_when_it_was_checked() -> None:
    for preset in presets():
        assert preset.host == "" or wire_address(f"x@{preset.host}")
        assert preset.baa in {"offered", "included", "not-offered", "ask"}
        assert date(2026, 1, 1) <= preset.checked <= date(2030, 1, 1)
        assert min(preset.per_day, preset.per_hour, preset.per_minute, preset.bytes) >= 0
        assert 1 <= preset.connections <= 4


def test_a_service_of_unknown_behaviour_proves_nothing() -> None:
    (other,) = [preset for preset in presets() if preset.id == "other"]
    assert (other.required_tls, other.verifies_certificates) == ("", False)
