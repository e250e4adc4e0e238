"""Recipients' domains as signed zones: what is seen of them, and what it proves for which relay."""

from __future__ import annotations

import asyncio
import ssl
from datetime import timedelta

import dns.name
import pytest

from demo.authority import Authority
from desktop.mail.domains import DomainVerdict, domain_evidence
from desktop.models.observed import Observed
from desktop.sync.dns import DnsLimits, Resolver, Server, domain_name
from desktop.sync.dns_domain import DomainLooks
from desktop.sync.dns_proof import Validator
from desktop.sync.mtasts import HttpsFetcher
from desktop.texts import Texts
from tests.servers.nameserver import NameServer, build
from tests.servers.policyhost import PolicyHost
from tests.servers.zonefiles import ZoneFile, fixtures
from tests.support.clock import ManualClock

TO = fixtures("to")
QUICK, PATIENT = DnsLimits(answer=1.5, tries=1), DnsLimits(answer=5, tries=1)
"""Quick where a server of the fixture keeps silent; a busy machine may take long for an answer."""


class World:
    """One fixture with its servers running."""

    def __init__(self, zone: ZoneFile, authority: Authority) -> None:
        self.clock = ManualClock()
        self.zone = zone
        lifetime = int(zone.note("lifetime", "864000"))
        signed = {zone.origin: zone.note("signed") != "no"}
        built = build({zone.origin: zone.zone}, signed, self.clock.now(), lifetime)
        words = [fault.split(" ", 2) for fault in zone.all("fault")]
        self.names = NameServer(built, {(dns.name.from_text(name), kind): what for name, kind, what in words})
        self.how = zone.note("http")
        shown = "else.example" if self.how == "other-name" else "mta-sts.clinic.example"
        self.host = PolicyHost(authority.server_context(shown), zone.policy, self.how)
        self.anchors = built.anchors
        self.client = ssl.create_default_context(cafile=str(authority.ca_file))

    def look(self, kept: tuple[Observed, ...] = ()) -> tuple[Observed, ...]:
        limits = QUICK if self.zone.keeps_silent else PATIENT
        resolver = Resolver([Server("127.0.0.1", self.names.port)], limits)
        port = self.host.port if self.zone.policy or self.how else 1
        looks = DomainLooks(
            resolver,
            Validator(resolver, self.anchors, self.clock),
            HttpsFetcher(resolver, self.client, port, seconds=1.5 if self.how == "slow" else 5),
            self.clock,
        )
        return asyncio.run(looks.look(domain_name(self.zone.domain), kept))

    def verdict(self, rows: tuple[Observed, ...]) -> DomainVerdict:
        enforces = self.zone.note("enforces").split()
        return domain_evidence(domain_name(self.zone.domain), rows, enforces, self.clock.now())


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("web"))


@pytest.mark.parametrize("zone", TO, ids=lambda zone: zone.path.stem)
def test_a_recipients_domain_proves_what_its_zone_and_the_relay_say(zone: ZoneFile, web: Authority) -> None:
    world = World(zone, web)
    with world.names, world.host:
        rows = world.look()
    world.clock.advance(hours=int(zone.note("later", "0")))
    verdict = world.verdict(rows)
    proven, code = zone.note("verdict").split()
    assert (verdict.proven, verdict.reason.code) == (proven == "yes", code), rows
    for language in ("en", "es"):
        assert Texts(language).has(f"reason.{code}")
        assert str(verdict.reason.params["domain"]) in Texts(language).say(
            f"reason.{code}", **verdict.reason.params
        )
    assert verdict.age == timedelta(hours=int(zone.note("later", "0")))


def fixture(name: str) -> ZoneFile:
    (found,) = [zone for zone in TO if zone.path.stem == f"to-{name}"]
    return found


def test_a_policy_that_holds_is_kept_while_its_host_fails_and_no_longer(web: Authority) -> None:
    world = World(fixture("sts-enforce-unsigned"), web)
    with world.names, world.host:
        first = world.look()
        world.host.how = "missing"
        world.clock.advance(hours=20)
        second = world.look(first)
        assert [row for row in second if row.kind == "mta-sts"] == [
            row for row in first if row.kind == "mta-sts"
        ]
        assert world.verdict(second).proven
        world.clock.advance(days=30)
        assert world.verdict(world.look(second)).reason.code == "domain-sts-unreachable"


def test_a_policy_that_was_changed_replaces_the_one_that_is_kept(web: Authority) -> None:
    world = World(fixture("sts-enforce-unsigned"), web)
    with world.names, world.host:
        first = world.look()
        world.host.body = world.host.body.replace(b"enforce", b"testing")
        assert world.verdict(world.look(first)).reason.code == "domain-sts-testing"


def test_the_policy_is_asked_of_its_own_host_and_page(web: Authority) -> None:
    world = World(fixture("sts-enforce"), web)
    with world.names, world.host:
        world.look()
    assert world.host.paths == ["mta-sts.clinic.example/.well-known/mta-sts.txt"]


def test_a_policy_in_pieces_is_read_whole(web: Authority) -> None:
    world = World(fixture("sts-enforce-unsigned"), web)
    world.host.how = "chunked"
    with world.names, world.host:
        assert world.verdict(world.look()).proven


def test_another_root_makes_every_signature_worthless(web: Authority) -> None:
    world, other = World(fixture("dane"), web), World(fixture("dane"), web)
    world.anchors = other.anchors
    with world.names, world.host:
        assert world.verdict(world.look()).reason.code == "domain-dane-bogus"
