"""Mailboxes of people through the one door: who reads them, what waits, and the eighteenth birthday."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from desktop.errors import InputError, Refused, SealwellError
from desktop.models import tasks
from desktop.models.accounts import Session
from desktop.models.records import PersonId, State
from desktop.models.standing import Reader
from desktop.office.api import Office
from desktop.office.guardian_watch import OWN_ADDRESS
from desktop.office.values_audit import LogQuery
from desktop.office.values_household import LinkRequest
from desktop.office.values_practice import RelayRequest
from tests.made_practice import Practice, import_visits, person_named
from tests.made_staff import desk_of

PAPER = b"%PDF-1.4 power of attorney"


@pytest.fixture
def with_relay(
    at_work: tuple[Office, Session], relay_request: Callable[..., RelayRequest]
) -> tuple[Office, Session]:
    office, ana = at_work
    office.add_relay(ana, relay_request())
    return at_work


def who(office: Office, session: Session, name: str = "Canaryfield") -> PersonId:
    return person_named(office, session, name)


def test_the_mailbox_that_counts_comes_first_and_whose_names_were_shown_is_on_record(
    at_work: tuple[Office, Session],
) -> None:
    office, ana = at_work
    zoraida, bo = who(office, ana), who(office, ana, "Nightingale")
    office.set_link(ana, LinkRequest(bo, "zoraida@example.org", Reader.SHARED))
    shown = office.show_household(ana, zoraida)
    (link,) = shown.links
    assert (link.address, link.reader, link.counts) == ("zoraida@example.org", Reader.SELF, True)
    assert [(one.id, one.reader) for one in shown.members] == [(bo, Reader.SHARED)]
    office.set_family(ana, zoraida, "apart")
    assert office.show_household(ana, bo).family == "apart"
    acts = [line.act for line in office.query_log(ana, LogQuery(limit=12)).lines]
    assert acts.count("household.shown") >= 2
    assert "household.changed" in acts


def test_a_guardian_needs_a_birth_date_and_a_minor(at_work: tuple[Office, Session]) -> None:
    office, ana = at_work
    zoraida = who(office, ana)
    request = LinkRequest(zoraida, "mother@example.org", Reader.GUARDIAN)
    with pytest.raises(Refused, match="guardian-of-adult"):
        office.set_link(ana, request)
    office.set_person(ana, zoraida, {"birth_date": ""})
    with pytest.raises(InputError, match="guardian-needs-birth-date"):
        office.set_link(ana, request)
    office.set_person(ana, zoraida, {"birth_date": "2012-04-02"})
    (link, former) = office.set_link(ana, request).links
    assert link.until is not None
    assert link.until.isoformat() == "2030-04-02"
    assert (link.counts, former.counts) == (True, False)
    assert office.show_person(ana, zoraida).person.email == "mother@example.org"


def test_a_proxy_needs_the_paper_which_is_kept(at_work: tuple[Office, Session]) -> None:
    office, ana = at_work
    zoraida = who(office, ana)
    with pytest.raises(InputError, match="proxy-needs-document"):
        office.set_link(ana, LinkRequest(zoraida, "son@example.org", Reader.PROXY))
    papers = LinkRequest(
        zoraida, "son@example.org", Reader.PROXY, "Ned", document_name="poa.pdf", document=PAPER
    )
    first = office.set_link(ana, papers).links[0]
    assert first.document is not None
    again = office.set_link(ana, LinkRequest(zoraida, "son@example.org", Reader.PROXY, "Ned C.")).links[0]
    assert again.document == first.document
    assert again.reader_name == "Ned C."


def test_a_confidential_address_is_changed_with_the_household_alone(at_work: tuple[Office, Session]) -> None:
    office, ana = at_work
    zoraida = who(office, ana)
    office.set_link(ana, LinkRequest(zoraida, "quiet@example.org", confidential=True))
    with pytest.raises(InputError, match="address-confidential"):
        office.set_person(ana, zoraida, {"email": "new@example.org"})
    office.set_person(ana, zoraida, {"phone": "555 0100"})
    assert office.show_person(ana, zoraida).person.email == "quiet@example.org"
    shown = office.end_link(ana, zoraida, "quiet@example.org")
    assert not any(link.counts for link in shown.links)
    assert shown.why is not None
    with pytest.raises(InputError, match="address-ended"):
        office.set_person(ana, zoraida, {"email": "quiet@example.org"})
    office.set_person(ana, zoraida, {"email": "new@example.org"})
    with pytest.raises(InputError, match="link-unknown"):
        office.end_link(ana, zoraida, "quiet@example.org")


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (LinkRequest(PersonId("f" * 32), "a@example.org"), "person-unknown"),
        (LinkRequest(PersonId(""), "no address"), "address-unusable"),
        (LinkRequest(PersonId(""), "a@example.org", reader_person=PersonId("f" * 32)), "reader-unknown"),
    ],
)
def test_what_cannot_be_set_says_so(
    at_work: tuple[Office, Session], request_: LinkRequest, code: str
) -> None:
    office, ana = at_work
    person = request_.person or who(office, ana)
    wrong = LinkRequest(person, request_.address, reader_person=request_.reader_person)
    with pytest.raises(SealwellError) as caught:
        office.set_link(ana, wrong)
    assert caught.value.code == code


def test_what_waits_for_another_address_or_for_the_dead_is_pulled_back(
    with_relay: tuple[Office, Session], practice: Practice
) -> None:
    office, ana = with_relay
    import_visits(office, ana, practice.clock)
    zoraida, bo = who(office, ana), who(office, ana, "Nightingale")
    office.send_reminders(ana)
    waiting = {row.person: row.id for row in office.list_outbox(ana).messages}
    if not waiting:
        pytest.skip("no way is open to them")
    office.set_person(ana, bo, {"status": "deceased"})
    states = {row.id: row.state for row in office.list_outbox(ana).messages}
    assert states[waiting[bo]] is State.CANCELLED
    assert states[waiting[zoraida]] is State.QUEUED


def test_coming_of_age_ends_the_guardians_mailbox_once_and_asks_for_an_own_one(
    at_work: tuple[Office, Session], practice: Practice
) -> None:
    office, ana = at_work
    zoraida = who(office, ana)
    office.set_person(ana, zoraida, {"birth_date": "2008-11-25"})
    office.set_link(ana, LinkRequest(zoraida, "mother@example.org", Reader.GUARDIAN))
    opened, watch = desk_of(office).opened(), desk_of(office).opened().watch
    watch.signed_in(ana.role)
    assert office.show_person(ana, zoraida).person.email == "mother@example.org"
    practice.clock.move(timedelta(days=2).total_seconds())
    ana = office.sign_in(practice.credentials()).session
    shown = office.show_household(ana, zoraida)
    assert shown.why is not None
    assert shown.why.code == "guardian-ended"
    (task,) = opened.database.read(lambda tx: tasks.open_ones(tx, OWN_ADDRESS))
    assert task.person == zoraida
    watch.signed_in(ana.role)
    assert len(opened.database.read(lambda tx: tasks.open_ones(tx, OWN_ADDRESS))) == 1
    office.set_link(ana, LinkRequest(zoraida, "own@example.org"))
    assert opened.database.read(lambda tx: tasks.open_ones(tx, OWN_ADDRESS)) == []
