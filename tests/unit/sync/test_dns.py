"""The resolver: what it takes for an answer, and how it fails."""

from __future__ import annotations

import asyncio

import dns.name
import dns.rdatatype
import dns.resolver
import pytest

from desktop.errors import DeliveryError, InputError
from desktop.sync import posture
from desktop.sync.dns import DnsLimits, Resolver, Server, State, domain_name, server_of, system_servers
from desktop.sync.dns_proof import root_anchors
from desktop.sync.mtasts import HttpsFetcher
from tests.servers.nameserver import NameServer, build, silent_port
from tests.support.clock import ManualClock

ZONE = """
@ IN TXT "one"
www IN CNAME web
web IN A 192.0.2.7
loop IN CNAME pool
pool IN CNAME loop
"""
QUICK, PATIENT = DnsLimits(answer=1, tries=1), DnsLimits(answer=10, tries=1)
"""Only who meets silence need not wait long for it."""


def server(faults: dict[str, str] | None = None) -> NameServer:
    made = {
        (dns.name.from_text(line.split()[0]), line.split()[1]): fault
        for line, fault in (faults or {}).items()
    }
    return NameServer(build({"clinic.example": ZONE}, {}, ManualClock().now()), made)


def ask(names: NameServer, name: str, kind: str, *more: Server) -> tuple[State, str]:
    resolver = Resolver([*more, Server("127.0.0.1", names.port)], QUICK if more or names.faults else PATIENT)
    reply = asyncio.run(resolver.ask(name, dns.rdatatype.from_text(kind)))
    return reply.state, reply.problem


def test_what_is_there_is_found_also_behind_an_alias() -> None:
    with server() as names:
        assert ask(names, "clinic.example", "TXT") == (State.FOUND, "")
        assert ask(names, "www.clinic.example", "A") == (State.FOUND, "")
        assert ask(names, "web.clinic.example", "AAAA") == (State.EMPTY, "")
        assert ask(names, "no.clinic.example", "A") == (State.NO_NAME, "")


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ("silent", "silent"),
        ("servfail", "refused"),
        ("refused", "refused"),
        ("garbage", "silent"),
        ("other-name", "silent"),
        ("always-cut", "garbled"),
    ],
)
def test_a_server_that_fails_or_lies_gives_no_answer(fault: str, problem: str) -> None:
    with server({"clinic.example TXT": fault}) as names:
        assert ask(names, "clinic.example", "TXT") == (State.FAILED, problem)


def test_a_circle_of_aliases_ends() -> None:
    with server() as names:
        assert ask(names, "loop.clinic.example", "A") == (State.FAILED, "aliases")


def test_a_cut_answer_is_asked_for_again_by_stream() -> None:
    with server({"clinic.example TXT": "cut"}) as names:
        assert ask(names, "clinic.example", "TXT") == (State.FOUND, "")
        assert [how for _, _, how in names.asked] == ["udp", "tcp"]


def test_the_next_server_is_asked_where_the_first_is_silent() -> None:
    with server() as names:
        assert ask(names, "clinic.example", "TXT", Server("127.0.0.1", silent_port()))[0] is State.FOUND


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:5353", "127.0.0.1", 5353),
        ("192.0.2.53", "192.0.2.53", 53),
        ("[2001:db8::53]:5300", "2001:db8::53", 5300),
        ("2001:db8::53", "2001:db8::53", 53),
        ("localhost:99", "127.0.0.1", 99),
    ],
)
def test_a_server_is_read_as_people_write_it(text: str, host: str, port: int) -> None:
    assert server_of(text) == Server(host, port)


@pytest.mark.parametrize(
    "text", ["", "dns.example", "127.0.0.1:0", "127.0.0.1:70000", "127.0.0.1:x", "\u202e1:2"]
)
def test_what_is_no_server_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        server_of(text)
    assert caught.value.code == "resolver-wrong"
    assert "\u202e" not in str(caught.value.params)


def test_a_domain_is_asked_for_in_its_own_letters() -> None:
    assert domain_name("Clínica.Example.") == "xn--clnica-4va.example"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "clinic",
        "a b.example",
        "x@clinic.example",
        "192.0.2.1",
        "a..example",
        "x" * 64 + ".example",
        "\u202eclinic.example\n",
    ],
)
def test_what_is_no_domain_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        domain_name(text)
    assert caught.value.code == "domain-wrong"
    assert not set("\u202e\n") & set(str(caught.value.params["domain"]))


def test_a_computer_without_a_name_server_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object, **__: object) -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver.Resolver, "read_resolv_conf", none)
    with pytest.raises(DeliveryError) as caught:
        system_servers()
    assert caught.value.code == "no-resolver"


def test_where_nobody_answers_nothing_is_judged() -> None:
    resolver = Resolver([Server("127.0.0.1", silent_port())], QUICK)
    with pytest.raises(DeliveryError) as caught:
        asyncio.run(
            posture.examine(
                "clinic.example", resolver, HttpsFetcher(resolver), ManualClock(), posture.expected_of("")
            )
        )
    assert caught.value.code == "resolver-silent"


def test_a_service_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        posture.expected_of("pigeon")
    assert caught.value.code == "service-unknown"


def test_the_roots_keys_come_with_the_program() -> None:
    assert [record.key_tag for record in root_anchors()[dns.name.root]] == [20326, 38696]
