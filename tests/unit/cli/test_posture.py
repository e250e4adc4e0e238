"""`posture` from words to the fixed form; no practice, no token."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.made_practice import MovedClock
from tests.servers.nameserver import NameServer, build, silent_port
from tests.support.clock import ManualClock
from tests.support.shell import Shell

ZONE = '@ IN MX 10 mx\nmx IN A 127.0.0.1\n@ IN TXT "v=spf1 include:amazonses.com -all"\n'
AMAZON = '@ IN TXT "v=spf1 ip4:192.0.2.0/24 -all"\n'


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.delenv("SEALWELL_TOKEN", raising=False)
    return Shell(tmp_path / "none", MovedClock(), monkeypatch)


def test_a_domain_is_shown_in_the_fixed_form(bare: Shell) -> None:
    world = build({"clinic.example": ZONE, "amazonses.com": AMAZON}, {}, ManualClock().now())
    with NameServer(world) as names:
        resolver = f"127.0.0.1:{names.port}"
        shown = bare("posture", "Clinic.Example", "--resolver", resolver, "--service", "amazon-ses")
    assert bare.code == 0
    assert set(shown) == {"domain", "checks", "campaigns"}
    assert shown["domain"] == "clinic.example"
    assert [each["check"] for each in shown["checks"]] == [
        *("mx", "spf", "dkim", "dmarc", "alignment", "mta-sts", "tls-rpt")
    ]
    for each in shown["checks"]:
        assert set(each) == {"check", "ok", "grade", "code", "words", "fix"}
        assert each["ok"] is (each["grade"] == "good")
        assert each["words"] != f"reason.{each['code']}"
    good = {each["check"]: each["ok"] for each in shown["checks"]}
    assert good["mx"]
    assert good["spf"]
    assert not good["dkim"]
    assert shown["campaigns"] is False


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("posture", "clinic", "--resolver", "127.0.0.1:53"), "domain-wrong"),
        (("posture", "clinic.example", "--resolver", "nowhere"), "resolver-wrong"),
        (
            ("posture", "clinic.example", "--resolver", "127.0.0.1:53", "--service", "pigeon"),
            "service-unknown",
        ),
    ],
)
def test_what_cannot_be_asked_is_a_known_error(bare: Shell, words: tuple[str, ...], code: str) -> None:
    assert bare(*words)["error"]["code"] == code
    assert bare.code == 1


def test_a_silent_name_server_is_a_known_error(bare: Shell) -> None:
    answer = bare("posture", "clinic.example", "--resolver", f"127.0.0.1:{silent_port()}")
    assert (bare.code, answer["error"]["code"]) == (1, "resolver-silent")


def test_a_domain_must_be_given(bare: Shell) -> None:
    bare("posture")
    assert bare.code == 2
