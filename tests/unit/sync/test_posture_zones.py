"""Own domains as zones on a loopback name server: each check's verdict, its words and its fix."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import dns.name
import pytest

from demo.authority import Authority
from desktop.sync import posture
from desktop.sync.dns import DnsLimits, Resolver, Server, domain_name
from desktop.sync.mtasts import HttpsFetcher
from desktop.sync.posture_finding import Finding, Grade
from desktop.texts import Texts, clean
from tests.servers.nameserver import Faults, NameServer, build
from tests.servers.policyhost import PolicyHost
from tests.servers.zonefiles import ZoneFile, fixtures
from tests.support.clock import ManualClock

OWN = fixtures("own")
QUICK, PATIENT = DnsLimits(answer=1.5, tries=1), DnsLimits(answer=5, tries=1)
"""Quick where a server of the fixture keeps silent; a busy machine may take long for an answer."""


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The policy host's side, and a client that trusts it."""
    authority = Authority(tmp_path_factory.mktemp("web"))
    client = ssl.create_default_context(cafile=str(authority.ca_file))
    return authority.server_context("mta-sts.clinic.example"), client


def faults_of(zone: ZoneFile) -> Faults:
    words = [fault.split(" ", 2) for fault in zone.all("fault")]
    return {(dns.name.from_text(name), kind): what for name, kind, what in words}


def examined(zone: ZoneFile, web: tuple[ssl.SSLContext, ssl.SSLContext]) -> tuple[Finding, ...]:
    clock = ManualClock()
    world = build({zone.origin: zone.zone}, {zone.origin: False}, clock.now())
    expected = posture.expected_of(zone.note("service"), zone.all("selector"))
    with NameServer(world, faults_of(zone)) as names, PolicyHost(web[0], zone.policy) as host:
        resolver = Resolver([Server("127.0.0.1", names.port)], QUICK if zone.keeps_silent else PATIENT)
        fetcher = HttpsFetcher(resolver, web[1], host.port if zone.policy else 1, seconds=5)
        return asyncio.run(posture.examine(domain_name(zone.domain), resolver, fetcher, clock, expected))


@pytest.mark.parametrize("zone", OWN, ids=lambda zone: zone.path.stem)
def test_a_domain_is_judged_and_told_what_to_change(
    zone: ZoneFile, web: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    found = examined(zone, web)
    assert tuple(each.check for each in found) == posture.CHECKS
    codes = {each.check: each.reason.code for each in found}
    expected = dict(pair.split("=") for pair in zone.note("expect").split())
    assert expected
    assert {check: codes[check] for check in expected} == expected
    fixes = {each.check: each.fix for each in found}
    for check, _, fix in (line.partition(" ") for line in zone.all("fix")):
        assert fixes[check] == fix
    for each in found:
        assert (each.fix is None) == (each.grade in (Grade.GOOD, Grade.UNKNOWN)), each
        for shown in (each.fix or "", *(str(value) for value in each.reason.params.values())):
            assert shown.isascii()
            assert all(clean(line) == line.strip() for line in shown.splitlines() if len(line) < 200)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_verdict_has_words_that_name_each_value(
    language: str, web: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    texts = Texts(language)
    for zone in OWN[::7]:
        for each in examined(zone, web):
            code = f"reason.{each.reason.code}"
            assert texts.has(code)
            assert "  " not in texts.say(code, **each.reason.params)


def test_a_fix_that_was_followed_is_found_good(web: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    (bare,) = [zone for zone in OWN if zone.path.stem == "own-nothing"]
    fixes = {each.check: each.fix or "" for each in examined(bare, web)}
    mended = ZoneFile(
        Path("mended"),
        (("policy", "|".join(fixes["mta-sts"].split("\n\n")[1].splitlines())),),
        "\n".join([fixes["mx"], "mail IN A 127.0.0.1", "mta-sts IN A 127.0.0.1"])
        + "\n"
        + "\n".join([fixes["spf"], fixes["dmarc"], fixes["tls-rpt"], fixes["mta-sts"].split("\n")[0]])
        + "\n",
    )
    grades = {each.check: each.grade for each in examined(mended, web)}
    assert {check for check, grade in grades.items() if grade is not Grade.GOOD} == {"dkim", "alignment"}
