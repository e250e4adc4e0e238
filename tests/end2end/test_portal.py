"""A relay's portal and required TLS by header, through the door to a relay that records what arrives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.faults import At, Fault
from desktop.errors import SealwellError
from desktop.models.protection import Portal
from desktop.models.records import Label, Method, State
from desktop.office.values import Explained, LetterRequest
from desktop.office.values_practice import RelayLine, RelayTested
from desktop.office.values_protection import OnwardRequest
from tests.support.working import SENDER, Work, at_work, header

HEADER = Portal("header", "portal", "X-Deliver-By", reports=("opened",))
TAG = Portal("subject-tag", "[secure]")
SUFFIX = Portal("address-suffix", ".portal.example.net")
NEUTRAL = "Message from Elm Street"


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    with at_work(tmp_path) as made:
        made.add_relay(required_tls="")
        yield made


def onward(work: Work, **changes: object) -> RelayLine:
    return work.office.set_onward(work.session, OnwardRequest(work.relay, **changes))  # type: ignore[arg-type]


def portal_works(work: Work, portal: Portal) -> RelayTested:
    onward(work, portal=portal)
    return work.office.test_portal(work.session, work.relay)


def explained(work: Work) -> Explained:
    letter = LetterRequest(work.person(), "Results", "All is well.", label=Label.ROUTINE)
    return work.office.explain_letter(work.session, letter)


def shut(work: Work, method: Method) -> str:
    return next(one.reason.code for one in explained(work).rejected if one.method is method)


@pytest.mark.parametrize(
    ("portal", "subject", "to", "extra"),
    [
        (HEADER, NEUTRAL, "zoraida@example.org", "portal"),
        (TAG, f"[secure] {NEUTRAL}", "zoraida@example.org", None),
        (SUFFIX, NEUTRAL, "zoraida@example.org.portal.example.net", None),
    ],
    ids=lambda value: value.trigger if isinstance(value, Portal) else "",
)
def test_a_tested_portal_takes_a_letter_with_its_trigger_on_the_wire(
    work: Work, portal: Portal, subject: str, to: str, extra: str | None
) -> None:
    onward(work, portal=portal)
    assert shut(work, Method.PORTAL) == "portal-not-tested"
    tested = work.office.test_portal(work.session, work.relay)
    assert tested.ok
    received, message = work.arrived()
    own = f"{SENDER}{portal.value}" if portal is SUFFIX else SENDER
    assert received.recipients == (own,)
    assert (message["To"], message["X-Deliver-By"]) == (own, extra)
    assert header(message, "Subject").startswith("[secure] ") == (portal is TAG)
    queued = work.write(work.person(), Label.ROUTINE)
    assert queued.method is Method.PORTAL
    work.run()
    assert work.line(queued.id).state is State.ACCEPTED
    received, message = work.arrived()
    assert received.recipients == (to,)
    assert (message["To"], header(message, "Subject"), message["X-Deliver-By"]) == (to, subject, extra)
    assert received.tls


def test_what_only_the_recipient_may_read_never_goes_by_the_portal(work: Work) -> None:
    assert portal_works(work, HEADER).ok
    with pytest.raises(SealwellError) as caught:
        work.write(work.person(), Label.SENSITIVE)
    assert caught.value.code == "not-sendable"


def test_a_portal_that_the_relay_refuses_is_no_way(work: Work) -> None:
    work.server.faults.append(Fault(At.RCPT, "550 5.7.1 no portal here"))
    tested = portal_works(work, SUFFIX)
    assert (tested.ok, tested.steps[0].reason.code) == (False, "portal-refused")
    assert shut(work, Method.PORTAL) == "portal-not-tested"
    work.server.faults.clear()
    assert work.office.test_portal(work.session, work.relay).ok
    assert explained(work).method is Method.PORTAL


def test_a_portal_that_stops_working_is_no_way_from_then_on(work: Work) -> None:
    assert portal_works(work, TAG).ok
    work.server.faults.append(Fault(At.DOT, "554 5.7.1 no such service"))
    assert not work.office.test_portal(work.session, work.relay).ok
    assert shut(work, Method.PORTAL) == "portal-not-tested"


def test_a_letter_that_waits_for_a_portal_that_changed_stays(work: Work) -> None:
    assert portal_works(work, TAG).ok
    queued = work.write(work.person(), Label.ROUTINE)
    assert portal_works(work, Portal("subject-tag", "[encrypt]")).ok
    tests = len(work.server.received)
    work.run()
    line = work.line(queued.id)
    assert line.state is State.CANCELLED
    assert line.reason is not None
    assert line.reason.code == "way-changed"
    assert len(work.server.received) == tests


@pytest.mark.parametrize(
    ("how", "name", "value"),
    [
        ("header", "X-Mailgun-Require-TLS", "yes"),
        ("configuration-set", "X-SES-CONFIGURATION-SET", "required-tls"),
    ],
)
def test_required_tls_by_a_header_is_proof_and_the_header_is_on_the_wire(
    work: Work, how: str, name: str, value: str
) -> None:
    assert explained(work).method is Method.NONE
    line = onward(work, how=how, name=name, value=value, verifies=True)
    assert (line.onward.how, line.onward.name, line.required_tls) == (how, name, "")
    shown = explained(work)
    assert shown.method is Method.TLS
    assert {f"tls-{how}", "tls-verified"} <= {reason.code for reason in shown.reasons}
    queued = work.write(work.person(), Label.ROUTINE)
    work.run()
    assert work.line(queued.id).state is State.ACCEPTED
    _, message = work.arrived()
    assert message.get_all(name) == [value]


def test_a_header_that_was_recorded_over_a_year_ago_proves_nothing_until_it_is_recorded_anew(
    work: Work,
) -> None:
    asked = {"how": "header", "name": "X-Require-TLS", "value": "yes"}
    onward(work, **asked)
    assert explained(work).method is Method.TLS
    work.later(days=367)
    assert shut(work, Method.TLS) == "tls-stale"
    onward(work, **asked)
    assert explained(work).method is Method.TLS
