"""G35: whoever a campaign reaches has a basis for it at that very moment, whatever happened before."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.campaigns.fixes import KNOWN, may_be_reached
from desktop.campaigns.gate import AuthorizedAudience
from desktop.campaigns.planner import UnbalancedError, balanced
from desktop.errors import Refused
from desktop.models import (
    authorizations,
    campaignpeople,
    consents,
    maillinks,
    messages,
    people,
)
from desktop.models.authorizations import Authorization
from desktop.models.campaigning import CampaignId, CampaignPerson
from desktop.models.ids import new_id
from desktop.models.purposes import BASES, MailPurpose
from desktop.models.records import (
    Consent,
    ConsentEntry,
    Method,
    Person,
    PersonId,
    Reason,
    State,
    Status,
)
from desktop.models.standing import (
    AuthorizationId,
    MailLink,
    Reader,
    Use,
)
from tests.practice.office import TUESDAY, practice
from tests.support.gate_scene import BUDGET, FULL, PAYER, P, Scene
from tests.support.kept import a_message


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with practice(tmp_path_factory.mktemp("gate")) as office:
        yield Scene(office)


# --- the reference: what the rules say, in one place and without the program ------------------


@dataclass
class Known:
    """What happened to somebody, as the rules see it."""

    person: Person
    said: dict[Use, tuple[Consent, datetime | None]] = field(default_factory=dict)
    permissions: list[Authorization] = field(default_factory=list)
    reader: Reader = Reader.SELF
    letters: int = 0

    def state(self, use: Use, now: datetime) -> Consent:
        state, expires = self.said.get(use, (Consent.UNKNOWN, None))
        over = state is Consent.GIVEN and expires is not None and expires <= now
        return Consent.UNKNOWN if over else state

    def may_get(self, purpose: MailPurpose, now: datetime, today: date) -> bool:
        if self.person.status is not Status.ACTIVE or self.letters >= 4:
            return False
        if self.reader is Reader.SHARED:
            return False  # nobody here has a key
        marketing, paid = self.state(Use.MARKETING, now), self.state(Use.PAID, now)
        if self.state(Use.CARE, now) is Consent.REFUSED:
            return False
        if purpose in (P.TREATMENT, P.PAYMENT, P.OPERATIONS):
            return True
        if marketing is Consent.REFUSED:
            return False
        if purpose in (P.OWN_SERVICE, P.FUNDRAISING):
            return True
        if purpose is P.MARKETING:
            return marketing is Consent.GIVEN and self.permitted(Use.MARKETING, today)
        return paid is Consent.GIVEN and self.permitted(Use.PAID, today)

    def permitted(self, use: Use, today: date) -> bool:
        return any(
            one.use is use
            and one.revoked_on is None
            and one.expires_on is not None
            and one.expires_on >= today
            and (use is not Use.PAID or one.payer == PAYER)
            for one in self.permissions
        )


def a_permission(scene: Scene, who: PersonId, use: Use, until: date, payer: str) -> Authorization:
    paid = use is Use.PAID
    return Authorization(
        id=AuthorizationId(new_id()),
        person=who,
        use=use,
        what="name and address",
        discloser="the practice",
        recipient="the practice",
        aim="letters",
        expires_on=until,
        expires_event="",
        signed_on=TUESDAY - timedelta(days=30),
        signed_by="Maria Lopez",
        authority="",
        paid=paid,
        payer=payer if paid else "",
        copy_given=True,
        form="en-2026-1",
        evidence=scene.evidence,
        by=scene.office.session.user,
        kept_at=scene.office.clock.now(),
    )


def happens(scene: Scene, known: Known, event: tuple[Any, ...]) -> None:
    """One thing that happens to them, in the program and in the reference."""
    now, who = scene.office.clock.now(), known.person.id
    db = scene.office.db
    match event:
        case ("says", use, state, days):
            expires = now + timedelta(days=days) if state is Consent.GIVEN and days is not None else None
            proof = scene.evidence if state is Consent.GIVEN else None
            entry = ConsentEntry(
                *(who, state, now, "form", scene.office.session.user),
                scope=use.value,
                evidence=proof,
                expires=expires,
            )
            db.write(lambda tx: consents.enter(tx, entry))
            known.said[use] = (state, expires)
        case ("signs", use, days, payer):
            one = a_permission(scene, who, use, TUESDAY + timedelta(days=days), payer)
            db.write(lambda tx: authorizations.add(tx, one))
            known.permissions.append(one)
        case ("takes back", at):
            live = [one for one in known.permissions if one.revoked_on is None]
            if live:
                one = live[at % len(live)]
                db.write(lambda tx: authorizations.revoke(tx, one.id, TUESDAY, now, "by-phone"))
                known.permissions[known.permissions.index(one)] = replace(one, revoked_on=TUESDAY)
        case ("is now", status):
            known.person = replace(known.person, status=status)
            db.write(lambda tx: people.update(tx, known.person))
        case ("is read by", reader):
            link = MailLink(who, known.person.email, preferred=True, reader=reader, since=now)
            db.write(lambda tx: maillinks.put(tx, link))
            known.reader = reader
        case ("gets a letter", state):
            row = a_message(who, kind="reminder", source=new_id(), state=state, queued_at=now, not_before=now)
            db.write(lambda tx: messages.insert(tx, row, b"wire", "{}"))
            known.letters += state is State.ACCEPTED


USES = st.sampled_from((Use.CARE, Use.MARKETING, Use.PAID))
EVENTS = st.one_of(
    st.tuples(st.just("says"), USES, st.sampled_from(Consent), st.sampled_from((None, -1, 30))),
    st.tuples(
        st.just("signs"),
        st.sampled_from((Use.MARKETING, Use.PAID)),
        st.sampled_from((-5, 5, 500)),
        st.sampled_from((PAYER, "Another")),
    ),
    st.tuples(st.just("takes back"), st.integers(0, 3)),
    st.tuples(st.just("is now"), st.sampled_from((Status.ACTIVE, Status.ACTIVE, Status.MOVED))),
    st.tuples(st.just("is read by"), st.sampled_from((Reader.SELF, Reader.SELF, Reader.SHARED))),
    st.tuples(st.just("gets a letter"), st.sampled_from((State.ACCEPTED, State.FAILED))),
)


def nobody_is_reached_without_a_basis(
    scene: Scene, before: list[Any], after: list[Any], purpose: MailPurpose
) -> None:
    office = scene.office
    known = Known(office.person(f"P{new_id()[:10]}"))
    known.person = office.db.read(lambda tx: people.get(tx, known.person.id)) or known.person
    for event in before:
        happens(scene, known, event)
    one, who = scene.campaign(purpose), known.person.id
    answer = scene.ask(one, who)
    balanced([who], [x.known.person.id for x in answer.audience.people], [x.person for x in answer.left])
    assert bool(answer.audience.people) is known.may_get(purpose, office.clock.now(), TUESDAY - timedelta(1))
    for left in answer.left:
        assert left.reason.code in KNOWN
    if not answer.audience.people:
        return
    row = CampaignPerson(one.id, who, included=True, method=answer.audience.people[0].decision.method)
    scene.running(one, row)
    for event in after:
        happens(scene, known, event)
    again = scene.ask_again(one, who)
    may_now = known.may_get(purpose, office.clock.now(), TUESDAY - timedelta(1))
    assert isinstance(again, AuthorizedAudience) is may_now
    if isinstance(again, AuthorizedAudience):
        assert [x.known.person.id for x in again.people] == [who]


@settings(max_examples=BUDGET, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    before=st.lists(EVENTS, max_size=6),
    after=st.lists(EVENTS, max_size=3),
    purpose=st.sampled_from(MailPurpose),
)
def test_goal_g35_nobody_is_reached_without_a_basis(
    scene: Scene, before: list[Any], after: list[Any], purpose: MailPurpose
) -> None:
    nobody_is_reached_without_a_basis(scene, before, after, purpose)


@pytest.mark.soak
@settings(max_examples=FULL, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    before=st.lists(EVENTS, max_size=9),
    after=st.lists(EVENTS, max_size=5),
    purpose=st.sampled_from(MailPurpose),
)
def test_goal_g35_over_many_histories(
    scene: Scene, before: list[Any], after: list[Any], purpose: MailPurpose
) -> None:
    nobody_is_reached_without_a_basis(scene, before, after, purpose)


# --- an audience is the gate's alone ------------------------------------------------------------


def test_nobody_but_the_gate_makes_an_audience(scene: Scene) -> None:
    one = scene.campaign(P.TREATMENT)
    now = scene.office.clock.now()
    for token in (None, object(), "gate", True):
        with pytest.raises(TypeError):
            AuthorizedAudience(token, one, (), now)
    with pytest.raises(TypeError):
        type("Audience", (AuthorizedAudience,), {})


def test_an_audience_is_neither_changed_nor_copied(scene: Scene) -> None:
    who = scene.office.person("Copied")
    audience = scene.ask(scene.campaign(P.TREATMENT), who.id).audience
    assert len(audience.people) == 1
    with pytest.raises(AttributeError):
        audience.people = ()
    with pytest.raises(AttributeError):
        del audience.people
    for work in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            work(audience)


def test_the_token_stands_in_the_gate_alone() -> None:
    root = Path(__file__).resolve().parents[3] / "desktop"
    naming = [path.name for path in root.rglob("*.py") if "_ONLY_THE_GATE" in path.read_text("utf-8")]
    assert naming == ["gate.py"]


def test_a_lost_row_is_noticed() -> None:
    with pytest.raises(UnbalancedError):
        balanced(["a", "b"], ["a"], [])
    with pytest.raises(UnbalancedError):
        balanced(["a"], ["a"], ["a"])


# --- single reasons -----------------------------------------------------------------------------


def test_gifts_are_not_asked_for_by_what_tells_of_health(scene: Scene) -> None:
    who = scene.office.person("Gifted")
    one = scene.campaign(P.FUNDRAISING, segment=scene.segments[True])
    with pytest.raises(Refused, match="campaign-fundraising-health"):
        scene.ask(one, who.id)


def test_a_group_about_health_goes_only_where_they_alone_can_open_it(scene: Scene) -> None:
    who = scene.office.person("Clinical")
    one = scene.campaign(P.TREATMENT, segment=scene.segments[True])
    assert scene.ask(one, who.id).left[0].reason.code == "no-safe-way"
    assert scene.ask(scene.campaign(P.TREATMENT), who.id).audience.people[0].decision.method is Method.TLS


def test_who_got_an_earlier_campaign_is_left_out(scene: Scene) -> None:
    who, earlier = scene.office.person("Earlier"), scene.campaign(P.TREATMENT)
    got = a_message(who.id, kind="campaign", source=earlier.id, state=State.ACCEPTED)
    scene.office.db.write(lambda tx: messages.insert(tx, got, b"wire", "{}"))
    one = scene.campaign(P.TREATMENT, without=(earlier.id,))
    assert scene.ask(one, who.id).left[0].reason.code == "campaign-had"
    assert scene.ask(scene.campaign(P.TREATMENT), who.id).audience.people


def test_a_permission_that_a_minor_signed_alone_does_not_count(scene: Scene) -> None:
    child = scene.office.person("Child", birth_date=date(2015, 1, 1))
    known = Known(child)
    happens(scene, known, ("says", Use.MARKETING, Consent.GIVEN, None))
    happens(scene, known, ("signs", Use.MARKETING, 500, ""))
    one = scene.campaign(P.MARKETING)
    assert scene.ask(one, child.id).left[0].reason.code == "permission-of-minor"


@pytest.mark.parametrize("ledger", [None, False], ids=["not in it", "left out"])
def test_a_message_to_whom_nobody_approved_does_not_leave(scene: Scene, ledger: bool | None) -> None:
    one, inside, outside = scene.campaign(P.TREATMENT), scene.office.person("In"), scene.office.person("Out")
    scene.running(one, CampaignPerson(one.id, inside.id, included=True))
    if ledger is False:
        row = CampaignPerson(one.id, outside.id, included=False, reason=Reason("no-address"))
        scene.office.db.write(lambda tx: campaignpeople.replace_all(tx, one.id, [row]))
    assert scene.ask_again(one, outside.id) == Reason("campaign-not-approved")


def test_a_campaign_that_does_not_run_sends_nothing(scene: Scene) -> None:
    who, one = scene.office.person("Waits"), scene.campaign(P.TREATMENT)
    assert scene.ask_again(one, who.id) == Reason("campaign-ended")
    gone = replace(one, id=CampaignId(new_id()))
    assert scene.ask_again(gone, who.id) == Reason("campaign-gone")


def test_a_letter_that_changed_after_the_approval_does_not_leave(scene: Scene) -> None:
    who, one = scene.office.person("Changed"), scene.campaign(P.TREATMENT)
    scene.running(one, CampaignPerson(one.id, who.id, included=True))
    assert isinstance(scene.ask_again(one, who.id), AuthorizedAudience)
    update = "UPDATE campaign SET purpose = 'payment' WHERE id = ?"
    scene.office.db.write(lambda tx: tx.connection.exec_driver_sql(update, (one.id,)))
    assert scene.ask_again(one, who.id) == Reason("campaign-differs")


def test_whoever_said_no_is_on_no_paper_either() -> None:
    assert not may_be_reached("consent-refused", authorized=False)
    assert not may_be_reached("person-deceased", authorized=False)
    assert not may_be_reached("permission-missing", authorized=True)
    assert may_be_reached("no-address", authorized=True)
    assert may_be_reached("no-safe-way", authorized=False)


def test_every_purpose_has_a_basis() -> None:
    assert BASES.keys() == set(MailPurpose)
