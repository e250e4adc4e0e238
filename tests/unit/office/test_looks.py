"""Looks at domains before a decision: asked only where they could prove something, never for long."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.clock import Clock
from desktop.errors import DeliveryError
from desktop.mail.letters import Draft
from desktop.models import evidence
from desktop.models.observed import DOMAIN, Observed
from desktop.models.records import Label, Method, Person
from desktop.office import looks
from desktop.office.looks import Looks
from desktop.sync.loop import NetworkLoop
from tests.practice.office import Practice
from tests.practice.office import practice as made


class World:
    """Domains that answer as told; notes which were asked."""

    def __init__(self, practice: Practice) -> None:
        self.practice = practice
        self.network = NetworkLoop()
        self.asked: list[str] = []
        self.state = "found"
        self.offline = False
        self.slow: set[str] = set()
        self.looks = Looks(practice.db, practice.audit, practice.clock, self.network, self._open)

    def _open(self, clock: Clock) -> looks.Look:
        if self.offline:
            raise DeliveryError("no-resolver")
        return self._look

    def _look(self, domain: str, kept: Iterable[Observed]) -> Awaitable[tuple[Observed, ...]]:
        return self._rows(domain)

    async def _rows(self, domain: str) -> tuple[Observed, ...]:
        self.asked.append(domain)
        if domain in self.slow:
            await asyncio.sleep(60)
        now = self.practice.clock.now()
        host = f"mx.{domain}"
        mail = Observed(DOMAIN, domain, "mx", "dns", now, None, {"state": self.state, "hosts": [host]})
        if self.state != "found":
            return (mail,)
        policy = {"state": "found", "mode": "enforce", "mx": [host]}
        return mail, Observed(DOMAIN, domain, "mta-sts", "dns", now, now + timedelta(days=9), policy)

    def method(self, person: Person) -> Method:
        draft = Draft(person.id, "Hello", "Text", label=Label.ROUTINE)
        return self.practice.db.read(lambda tx: self.practice.letters.explain(tx, draft)).method


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with made(tmp_path) as practice:
        world = World(practice)
        practice.change_relay(required_tls="", enforces=("mta-sts",))
        yield world
        world.network.stop()


@pytest.fixture
def maria(world: World) -> Person:
    return world.practice.person()


def test_a_look_opens_the_way_and_is_recorded(world: World, maria: Person) -> None:
    assert world.method(maria) is Method.NONE
    world.looks.at_people((maria.id,))
    assert world.method(maria) is Method.TLS
    assert world.asked == ["mail.example"]
    assert world.practice.acts()[-1] == "domains.looked-at"


def test_one_domain_is_asked_once_a_day(world: World, maria: Person) -> None:
    other = world.practice.person("Ana")
    world.looks.at_people((maria.id, other.id))
    world.practice.clock.pass_(hours=23)
    world.looks.at_people((maria.id,))
    assert world.asked == ["mail.example"]
    world.practice.clock.pass_(hours=2)
    world.looks.at_people((maria.id,))
    assert world.asked == ["mail.example"] * 2


@pytest.mark.parametrize("changes", [{"enforces": ()}, {"required_tls": "account"}])
def test_nobody_is_asked_where_a_look_would_prove_nothing(
    world: World, maria: Person, changes: dict[str, object]
) -> None:
    world.practice.change_relay(**changes)
    world.looks.at_people((maria.id,))
    assert world.asked == []
    assert "domains.looked-at" not in world.practice.acts()


def test_somebody_without_a_usable_address_costs_nothing(world: World) -> None:
    nobody = world.practice.person("Ana", email="not an address")
    world.looks.at_people((nobody.id,))
    assert world.asked == []


def test_offline_nothing_is_kept_and_nothing_is_refused(world: World, maria: Person) -> None:
    world.offline = True
    world.looks.at_people((maria.id,))
    assert world.method(maria) is Method.NONE
    assert "domains.looked-at" not in world.practice.acts()


def test_a_look_that_failed_leaves_the_last_good_one(world: World, maria: Person) -> None:
    world.looks.at_people((maria.id,))
    world.practice.clock.pass_(days=1, hours=1)
    world.state = "failed"
    world.looks.at_people((maria.id,))
    assert world.method(maria) is Method.TLS
    world.looks.at_people((maria.id,))
    assert len(world.asked) == 2
    world.practice.clock.pass_(minutes=11)
    world.looks.at_people((maria.id,))
    assert len(world.asked) == 3


def test_a_slow_domain_takes_nothing_from_the_others(
    world: World, maria: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "LIMITS", type("Quick", (), {"look_seconds": 0.2}))
    slow = world.practice.person("Ana", email="ana@slow.example")
    world.slow.add("slow.example")
    world.looks.at_people((maria.id, slow.id))
    assert world.method(maria) is Method.TLS
    assert world.method(slow) is Method.NONE
    kept = world.practice.db.read(lambda tx: evidence.about(tx, DOMAIN, "slow.example"))
    assert kept == ()


def test_before_a_run_those_who_are_due_are_looked_at(world: World, maria: Person) -> None:
    practice = world.practice
    practice.change_relay(required_tls="account")
    prepared = practice.db.read(
        lambda tx: practice.letters.prepare(tx, Draft(maria.id, "Hello", "Text", label=Label.ROUTINE))
    )
    frozen = practice.letters.seal(prepared, practice.sealer)
    practice.db.write(lambda tx: practice.outbox.enqueue(tx, frozen, practice.session))
    practice.change_relay(required_tls="")
    world.looks.at_due()
    assert world.asked == ["mail.example"]


def test_while_the_practice_closes_nothing_is_asked(world: World, maria: Person) -> None:
    world.network.stop()
    world.looks.at_people((maria.id,))
    assert world.asked == []
