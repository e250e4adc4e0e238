"""Sending health of the practice's own domain: asked at a name server here, and recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from desktop.audit.events import Act
from desktop.errors import InputError
from desktop.models.accounts import Session
from desktop.models.protection import Portal
from desktop.models.records import Baa
from desktop.office.api import Office
from desktop.office.posture import OwnPosture, Posture
from desktop.office.values_practice import RelayChange, RelayRequest
from desktop.office.values_protection import OnwardRequest, StorageRequest
from desktop.sync.dns import Server
from tests.made_staff import desk_of
from tests.servers.nameserver import NameServer, build

ZONE = '@ IN MX 10 mx\nmx IN A 127.0.0.1\n@ IN TXT "v=spf1 include:amazonses.com -all"\n'
AMAZON = '@ IN TXT "v=spf1 ip4:192.0.2.0/24 -all"\n'
BAA = Baa("Amazon", date(2026, 1, 1), None, "e-mail")
RELAY = RelayRequest(
    "SES",
    "email-smtp.us-east-1.amazonaws.com",
    465,
    "implicit",
    "office",
    "office@clinic.example",
    BAA,
    password="relay-password",
    required_tls="account",
    enforces=("dane",),
)


def test_the_domain_and_the_service_come_from_the_relay_in_use(at_work: tuple[Office, Session]) -> None:
    office, session = at_work
    desk = desk_of(office)
    with pytest.raises(InputError) as caught:
        office.own_posture(session)
    assert caught.value.code == "no-relay-yet"
    office.add_relay(session, RELAY)
    with NameServer(build({"clinic.example": ZONE, "amazonses.com": AMAZON}, {}, desk.clock.now())) as names:
        posture = Posture(desk.clock, servers=lambda: (Server("127.0.0.1", names.port),))
        shown = OwnPosture(desk, posture).own_posture(session)
    assert shown.domain == "clinic.example"
    assert {line.check for line in shown.checks if line.ok} >= {"mx", "spf"}
    assert not shown.campaigns
    seen = [one for one in office.query_log(session).lines if one.act == Act.POSTURE_SHOWN]
    assert [line.outcome for line in seen] == ["ok"]


def test_another_host_takes_the_recorded_evidence_with_it(at_work: tuple[Office, Session]) -> None:
    office, session = at_work
    line = office.add_relay(session, RELAY)
    renamed = office.update_relay(session, RelayChange(line.id, replace(RELAY, user="other", password="")))
    assert (renamed.required_tls, renamed.enforces, renamed.user) == ("account", ("dane",), "other")
    moved = office.update_relay(session, RelayChange(line.id, replace(RELAY, host="smtp.example.net")))
    assert (moved.required_tls, moved.enforces, moved.onward.how) == ("", (), "")


def test_a_retired_relay_is_unknown_to_every_change(at_work: tuple[Office, Session]) -> None:
    office, session = at_work
    line = office.add_relay(session, RELAY)
    assert office.retire_relay(session, line.id)[0].retired_at is not None
    for again in (
        lambda: office.retire_relay(session, line.id),
        lambda: office.update_relay(session, RelayChange(line.id, RELAY)),
        lambda: office.set_onward(session, OnwardRequest(line.id, how="account")),
        lambda: office.test_portal(session, line.id),
    ):
        with pytest.raises(InputError) as caught:
            again()
        assert caught.value.code == "relay-unknown"


@pytest.mark.parametrize("name", ["Bcc", "X-A\r\nBcc", "X-A B", "", "Subject", "X-É"])
def test_only_a_header_of_the_relays_own_can_be_recorded(at_work: tuple[Office, Session], name: str) -> None:
    office, session = at_work
    line = office.add_relay(session, RELAY)
    for request in (
        OnwardRequest(line.id, how="header", name=name, value="yes"),
        OnwardRequest(line.id, portal=Portal("header", "yes", name)),
    ):
        with pytest.raises(InputError) as caught:
            office.set_onward(session, request)
        assert caught.value.code == "header-wrong"


def test_a_portal_that_changes_must_be_tested_anew_and_can_be_taken_away(
    at_work: tuple[Office, Session],
) -> None:
    office, session = at_work
    line = office.add_relay(session, RELAY)
    kept = office.set_onward(session, OnwardRequest(line.id, portal=Portal("subject-tag", "[secure]")))
    assert kept.onward.portal is not None
    assert kept.onward.portal.tested_at is None
    assert kept.required_tls == "account"  # what is left out stays
    gone = office.set_onward(session, OnwardRequest(line.id, portal=Portal("", "")))
    assert gone.onward.portal is None
    with pytest.raises(InputError) as caught:
        office.test_portal(session, line.id)
    assert caught.value.code == "portal-none"


def test_the_table_of_known_services_is_dated(at_work: tuple[Office, Session]) -> None:
    known = {one.name: one for one in at_work[0].known_relays()}
    assert {"Amazon SES", "Mailgun", "Microsoft 365", "Google Workspace", "LuxSci"} <= known.keys()
    assert known["Mailgun"].required_tls[0] == "header"
    assert known["Amazon SES"].required_tls[0] == "configuration-set"
    assert known["Microsoft 365"].enforces == ("mta-sts", "dane")
    assert all(date.fromisoformat(one.checked) for one in known.values())


def test_a_storage_whose_agreement_ended_yesterday_by_the_practices_clock_has_a_problem(
    at_work: tuple[Office, Session],
) -> None:
    office, session = at_work
    today = desk_of(office).clock.now().date()
    url = "https://files.example.com/locked"
    baa = Baa("Files", date(2026, 1, 1), today, "storage")
    line = office.add_storage(session, StorageRequest("F", "webdav", url, "o", url, baa, secret="s"))
    assert line.problem is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "ftp"}, "storage-kind-unknown"),
        ({"url": "http://files.example.com"}, "storage-url-wrong"),
        ({"public_url": "files.example.com"}, "storage-url-wrong"),
        ({"days": 0}, "storage-days-wrong"),
        ({"days": 4000}, "storage-days-wrong"),
        ({"kind": "s3", "url": "https://s3.example.com/"}, "storage-no-bucket"),
        ({"access_log": "https://elsewhere.example.com/log"}, "storage-log-wrong"),
    ],
)
def test_what_cannot_be_storage_is_refused(
    at_work: tuple[Office, Session], changes: dict[str, object], code: str
) -> None:
    office, session = at_work
    url = "https://files.example.com/locked"
    fit = StorageRequest("F", "webdav", url, "o", url, None, secret="s")
    with pytest.raises(InputError) as caught:
        office.add_storage(session, replace(fit, **changes))  # type: ignore[arg-type]
    assert caught.value.code == code
    assert office.list_storages(session).storages == ()
