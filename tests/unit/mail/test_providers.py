"""What is known of mail hosts, as data."""

from __future__ import annotations

import json
from datetime import date

import pytest

from desktop.mail.providers import blocked_forms, known_hosts
from desktop.models.protection import Form
from desktop.paths import resource


@pytest.mark.parametrize(
    ("domain", "servers", "stopped"),
    [
        ("Hotmail.com.", (), {Form.HTML}),
        ("clinic.example", ("clinic-example.mail.protection.outlook.com.",), {Form.HTML}),
        ("clinic.example", ("US-smtp-inbound-1.Mimecast.com",), {Form.HTML, Form.PDF}),
        ("clinic.example", ("d1.ess.barracudanetworks.com", "x.pphosted.com"), {Form.HTML, Form.PDF}),
        ("clinic.example", ("cust1.in.mailcontrol.com",), {Form.PDF}),
        ("clinic.example", ("notmimecast.com", "mimecast.com.evil.example"), set()),
        ("nothotmail.com", (), set()),
        ("mail.example", (), set()),
        ("", ("",), set()),
    ],
)
def test_forms_are_known_by_domain_and_by_server(
    domain: str, servers: tuple[str, ...], stopped: set[Form]
) -> None:
    assert blocked_forms(domain, servers) == stopped


def test_the_knowledge_is_dated_and_never_stops_a_link() -> None:
    day, hosts = known_hosts()
    assert date(2026, 1, 1) < day
    assert all(host.stops <= {Form.HTML, Form.PDF} and host.stops for host in hosts)
    assert all(name == name.lower().strip(".") for host in hosts for name in (*host.mx, *host.domains))
    given = json.loads(resource("providers/forms.json").read_text(encoding="utf-8"))
    assert all(host["why"] for host in given["hosts"])
