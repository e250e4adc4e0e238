"""Campaigns at the door: made, checked, signed by somebody else, and void by any change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import time
from typing import Any

import pytest
from sqlalchemy import text

from desktop.campaigns.content import content_hash
from desktop.compliance.campaign_approval import refuse_start
from desktop.errors import InputError, Refused
from desktop.mail.letterhead import LOGO
from desktop.models import campaigns, people, rules, settings, tasks
from desktop.models.campaigning import CampaignId, CampaignSchedule, TemplateId, Variant
from desktop.models.database import Tx
from desktop.models.purposes import MailPurpose
from desktop.models.records import PersonId, Reason, Status
from desktop.models.rules import Condition, Op
from desktop.models.standing import SegmentId
from desktop.office import campaign_lines as lines
from desktop.office.values_campaigns import (
    AudienceQuery,
    CampaignRules,
    CampaignShown,
    CampaignVerdict,
    PreviewRequest,
)
from tests.made_staff import Staff, desk_of
from tests.support.campaign_desk import Desk, S, shared_desk


@pytest.fixture(scope="module")
def shared(staffed: Staff, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with shared_desk(staffed, tmp_path_factory.mktemp("campaigns")) as desk:
        yield desk


@pytest.fixture
def desk(shared: Desk) -> Desk:
    shared.proved(shared.session)
    shared.office.set_campaign_rules(shared.session, CampaignRules())
    return shared


def everybody_is_in_one_row(desk: Desk, shown: CampaignShown) -> None:
    def alive(tx: Tx) -> set[str]:
        query = "SELECT id FROM person WHERE status = 'active' AND merged_into IS NULL"
        return set(tx.connection.execute(text(f"{query} AND withdrawn_at IS NULL")).scalars())

    rows = desk.office.list_audience(desk.session, AudienceQuery(shown.line.id, limit=500))
    assert sorted(row.person for row in rows.rows) == sorted(desk.write(alive))
    assert rows.total == shown.line.included + shown.line.excluded
    assert sum(one.count for one in shown.reasons) == shown.line.excluded
    assert sum(one.count for one in shown.methods) == shown.line.included
    assert all(row.included or (row.reason is not None and row.fix) for row in rows.rows)


def test_a_campaign_that_is_checked_has_everybody_of_its_group_exactly_once(desk: Desk) -> None:
    shown = desk.checked()
    assert shown.line.state is S.CHECKED
    assert shown.line.included > 0
    everybody_is_in_one_row(desk, shown)
    assert set(shown.may) >= {"keep", "check", "ask", "list", "preview", "hand-out"}
    again = desk.office.check_campaign(desk.session, shown.line.id)
    assert (again.content, again.audience) == (shown.content, shown.audience)


def test_below_the_number_nobody_has_to_sign(desk: Desk) -> None:
    shown = desk.office.ask_campaign(desk.session, desk.checked().line.id)
    assert shown.line.state is S.APPROVED
    assert shown.approval is None
    assert not shown.needs_approval


def test_above_the_number_somebody_else_signs_and_who_asked_cannot(desk: Desk) -> None:
    desk.signed_always()
    checked = desk.checked()
    assert checked.needs_why == Reason("campaign-signed-many", {"count": checked.line.included, "most": 0})
    asked = desk.office.ask_campaign(desk.session, checked.line.id)
    assert asked.line.state is S.ASKED
    assert asked.approval is not None
    assert asked.approval.mine
    with pytest.raises(Refused, match="approval-own"):
        desk.approved(desk.session, asked)
    with pytest.raises(Refused, match="campaign-asked"):
        desk.office.ask_campaign(desk.session, asked.line.id)
    with pytest.raises(Refused, match="campaign-not-approved"):
        desk.refuse_start(asked.line.id)
    bo = desk.proved(desk.bo)
    shown = desk.approved(bo, asked)
    assert shown.line.state is S.APPROVED
    assert shown.approval is not None
    assert shown.approval.state == "approved"


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Summer"},
        {"schedule": CampaignSchedule(per_hour=7)},
        {"payer": "Somebody", "answers": {"paid": "yes"}},
    ],
    ids=["name", "schedule", "purpose"],
)
def test_any_change_takes_it_back_to_the_draft_and_voids_what_was_asked(
    desk: Desk, change: dict[str, Any]
) -> None:
    desk.signed_always()
    asked = desk.office.ask_campaign(desk.session, desk.checked().line.id)
    shown = desk.office.keep_campaign(
        desk.session, desk.request(id=asked.line.id, version=asked.version, **change)
    )
    assert shown.line.state is S.DRAFT
    assert (shown.content, shown.audience, shown.approval) == ("", "", None)
    assert (shown.line.included, shown.line.excluded) == (0, 0)
    with pytest.raises(Refused, match="campaign-differs"):
        desk.approved(desk.session, asked)
    with pytest.raises(Refused, match="campaign-not-checked"):
        desk.office.ask_campaign(desk.session, asked.line.id)


def test_two_managers_who_edit_one_campaign_do_not_overwrite_each_other(desk: Desk) -> None:
    seen = desk.kept()
    first = desk.request(id=seen.line.id, version=seen.version, name="First")
    assert desk.office.keep_campaign(desk.session, first).version == seen.version + 1
    with pytest.raises(InputError, match="campaign-changed"):
        desk.office.keep_campaign(desk.session, replace(first, name="Second"))
    assert desk.office.show_campaign(desk.session, seen.line.id).line.name == "First"


ONE_BYTE = {
    "letter": "UPDATE template_text SET body = body || '!' WHERE language = 'en'",
    "subject": "UPDATE template_text SET subject = subject || '.' WHERE language = 'es'",
    "purpose": "UPDATE campaign SET purpose = 'operations'",
    "somebody more": "UPDATE campaign_person SET included = 1, code = '' WHERE included = 0",
    "somebody fewer": "UPDATE campaign_person SET included = 0, code = 'no-address' WHERE included = 1",
    "the way": "UPDATE campaign_person SET method = 'plain' WHERE included = 1",
    "somebody gone": "DELETE FROM campaign_person WHERE included = 1",
    "pace": "UPDATE campaign SET schedule = replace(schedule, '\"per_hour\":0', '\"per_hour\":1')",
}


@pytest.mark.parametrize("change", ONE_BYTE.values(), ids=ONE_BYTE)
def test_a_byte_that_changed_beneath_an_approval_stops_the_start(desk: Desk, change: str) -> None:
    """Also where the triggers did not hold: what was signed is compared with what is there."""
    approved = desk.office.ask_campaign(desk.session, desk.checked().line.id)
    assert approved.line.state is S.APPROVED

    def tamper(tx: Tx) -> CampaignShown:
        tx.connection.exec_driver_sql("DROP TRIGGER template_text_no_update")
        assert tx.connection.exec_driver_sql(change).rowcount
        one, now = campaigns.get(tx, approved.line.id), desk.staff.clock.now()
        assert one is not None
        with pytest.raises(Refused, match=r"campaign-differs|campaign-empty"):
            refuse_start(tx, one, now, tied=True)
        return lines.shown(tx, one, desk.session, now)

    shown = desk_of(desk.office).opened().database.rehearse(tamper)
    assert shown.differs
    assert "start" not in shown.may


def test_a_picture_that_changed_beneath_an_approval_is_another_letter(desk: Desk) -> None:
    shown = desk.checked()
    shows = "UPDATE template_text SET body = body || '\n\n![A tree](picture:tree)'"
    picture = (
        "INSERT INTO picture (name, kind, sha256, width, height, data, by, at) "
        "SELECT 'tree', 'image/png', 'a', 1, 1, x'00', u.id, c.changed_at FROM app_user u, campaign c LIMIT 1"
    )

    def tamper(tx: Tx) -> tuple[str, str]:
        one = campaigns.get(tx, shown.line.id)
        assert one is not None
        for statement in ("DROP TRIGGER template_text_no_update", shows, picture):
            tx.connection.exec_driver_sql(statement)
        before = content_hash(tx, one)
        tx.connection.exec_driver_sql("UPDATE picture SET sha256 = 'b'")
        return before, content_hash(tx, one)

    before, after = desk_of(desk.office).opened().database.rehearse(tamper)
    assert before != after


def test_another_logo_beneath_an_approval_is_another_letter(desk: Desk) -> None:
    shown = desk.checked()
    picture = (
        "INSERT INTO picture (name, kind, sha256, width, height, data, by, at) "
        "SELECT 'sign', 'image/png', 'a', 1, 1, x'00', u.id, c.changed_at FROM app_user u, campaign c LIMIT 1"
    )

    def tamper(tx: Tx) -> tuple[str, str]:
        one = campaigns.get(tx, shown.line.id)
        assert one is not None
        before = content_hash(tx, one)
        tx.connection.exec_driver_sql(picture)
        settings.put(tx, LOGO, "sign")
        return before, content_hash(tx, one)

    before, after = desk_of(desk.office).opened().database.rehearse(tamper)
    assert before != after


def test_what_changed_between_the_check_and_the_asking_is_not_signed(desk: Desk) -> None:
    shown = desk.checked()
    only = f"{ONE_BYTE['the way']} AND campaign = :id"
    desk.write(lambda tx: tx.connection.execute(text(only), {"id": shown.line.id}))
    with pytest.raises(Refused, match="campaign-differs"):
        desk.office.ask_campaign(desk.session, shown.line.id)


def test_a_cancelled_check_keeps_nothing(desk: Desk) -> None:
    shown = desk.kept()
    with pytest.raises(Refused, match="cancelled"):
        desk.office.check_campaign(desk.session, shown.line.id, lambda _done, _of: False)
    after = desk.office.show_campaign(desk.session, shown.line.id)
    assert after.line.state is S.DRAFT
    assert (after.line.included, after.line.excluded) == (0, 0)


def test_a_group_that_became_empty_cannot_be_checked(desk: Desk) -> None:
    nobody = rules.to_text(Condition("status", Op.IS, (Status.DECEASED.value,)))
    shown = desk.kept(segment=desk.group("Nobody", nobody))
    with pytest.raises(Refused, match="campaign-empty"):
        desk.office.check_campaign(desk.session, shown.line.id)


def test_what_is_missing_is_named(desk: Desk) -> None:
    shown = desk.kept(segment=None, template=None)
    assert shown.missing == ("purpose", "segment", "template")
    with pytest.raises(InputError, match="campaign-not-ready"):
        desk.office.check_campaign(desk.session, shown.line.id)
    paid = desk.kept(answers={"paid": "yes"})
    assert paid.missing == ("payer",)
    assert paid.citation == "45 CFR 164.508(a)(3)(ii)"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": " "}, "campaign-name"),
        ({"name": "x" * 81}, "campaign-name"),
        ({"segment": SegmentId("none")}, "group-unknown"),
        ({"template": TemplateId("none")}, "template-unknown"),
        ({"template_version": 9}, "template-not-approved"),
        ({"without": (CampaignId("none"),)}, "campaign-unknown"),
        ({"id": CampaignId("none")}, "campaign-unknown"),
        ({"answers": {"paid": "perhaps"}}, "purpose-answer"),
        ({"schedule": CampaignSchedule(first=time(18), last=time(9))}, "campaign-schedule"),
        ({"schedule": CampaignSchedule(days=(7,))}, "campaign-schedule"),
        ({"schedule": CampaignSchedule(per_hour=-1)}, "campaign-schedule"),
        ({"variants": (Variant("a", TemplateId("none"), 1, 100),)}, "campaign-variants"),
    ],
)
def test_what_cannot_be_a_campaign_is_refused(desk: Desk, change: dict[str, Any], code: str) -> None:
    with pytest.raises((InputError, Refused), match=code):
        desk.kept(**change)


def test_a_letter_of_advertising_does_not_go_as_something_weaker(desk: Desk) -> None:
    letter = desk.letter(MailPurpose.MARKETING)
    with pytest.raises(InputError, match="purpose-weaker"):
        desk.kept(template=letter, answers={"paid": "no", "about": "care"})
    assert desk.kept(template=letter).line.purpose is MailPurpose.MARKETING


def test_a_letter_about_one_visit_is_for_reminders(desk: Desk) -> None:
    with pytest.raises(InputError, match="template-about-visit"):
        desk.kept(template=desk.letter(visit=True))


def test_each_letter_can_be_looked_at_one_after_the_other(desk: Desk) -> None:
    shown = desk.checked()
    first = desk.office.preview_campaign(desk.session, PreviewRequest(shown.line.id))
    assert (first.place, first.total) == (1, shown.line.included)
    assert first.subject == "News of the practice"
    assert first.letter is not None
    assert not first.missing
    assert first.worst
    step = PreviewRequest(shown.line.id, first.person, 1)
    second = desk.office.preview_campaign(desk.session, step)
    assert second.place == min(2, first.total)
    back = desk.office.preview_campaign(desk.session, PreviewRequest(shown.line.id, second.person, -1))
    assert back.person == first.person
    with pytest.raises(InputError, match="person-unknown"):
        desk.office.preview_campaign(desk.session, PreviewRequest(shown.line.id, PersonId("none")))


def test_whoever_left_between_check_and_preview_is_said_to_get_nothing(desk: Desk) -> None:
    shown = desk.checked()
    first = desk.office.preview_campaign(desk.session, PreviewRequest(shown.line.id))

    def bury(tx: Tx, status: Status) -> None:
        person = people.get(tx, first.person)
        assert person is not None
        people.update(tx, replace(person, status=status))

    desk.write(lambda tx: bury(tx, Status.DECEASED))
    now = desk.office.preview_campaign(desk.session, PreviewRequest(shown.line.id, first.person))
    assert now.reason is not None
    assert now.reason.code == "person-deceased"
    assert not now.text
    desk.write(lambda tx: bury(tx, Status.ACTIVE))


def test_the_page_of_who_gets_it_is_filtered(desk: Desk) -> None:
    shown = desk.checked()
    yes = desk.office.list_audience(desk.session, AudienceQuery(shown.line.id, included=True))
    assert yes.total == shown.line.included
    assert all(row.included for row in yes.rows)
    name = yes.rows[0].name.split()[-1]
    named = desk.office.list_audience(desk.session, AudienceQuery(shown.line.id, text=name.lower()))
    assert 0 < named.total <= yes.total + shown.line.excluded
    assert all(name.lower() in row.name.lower() for row in named.rows)
    one = desk.office.list_audience(desk.session, AudienceQuery(shown.line.id, limit=1, offset=1))
    assert len(one.rows) == 1
    for reason in shown.reasons:
        query = AudienceQuery(shown.line.id, reason=reason.reason.code)
        assert desk.office.list_audience(desk.session, query).total == reason.count


def test_who_is_alone_is_told_when_and_others_are_told_too(desk: Desk) -> None:
    desk.signed_always()
    desk.write(
        lambda tx: tx.connection.execute(
            text("UPDATE app_user SET role = 'front-desk' WHERE id != :me"), {"me": desk.session.user}
        )
    )
    asked = desk.office.ask_campaign(desk.session, desk.checked().line.id)
    assert asked.approval is not None
    assert asked.approval.alone
    assert desk.write(lambda tx: len(tasks.open_ones(tx, "notice-campaign"))) == 1
    with pytest.raises(Refused, match="approval-too-early"):
        desk.approved(desk.session, asked)
    for _ in range(4):
        desk.staff.clock.move(8 * 60)
        session = desk.proved(desk.session)
    assert desk.approved(session, asked).line.state is S.APPROVED
    desk.refuse_start(asked.line.id)
    desk.write(lambda tx: tx.connection.execute(text("UPDATE app_user SET role = 'administrator'")))


def test_a_refused_campaign_is_checked_still_and_can_be_asked_again(desk: Desk) -> None:
    desk.signed_always()
    asked = desk.office.ask_campaign(desk.session, desk.checked().line.id)
    verdict = CampaignVerdict(asked.line.id, False, asked.content, asked.audience)
    assert desk.office.approve_campaign(desk.session, verdict).line.state is S.CHECKED
    assert desk.office.ask_campaign(desk.session, asked.line.id).line.state is S.ASKED


def test_an_unknown_paper_and_a_campaign_that_was_not_checked_are_refused(desk: Desk) -> None:
    shown = desk.kept()
    with pytest.raises(InputError, match="form-unknown"):
        desk.office.print_excluded(desk.session, shown.line.id, "poster")
    with pytest.raises(Refused, match="campaign-not-checked"):
        desk.office.print_excluded(desk.session, shown.line.id, "labels")
    with pytest.raises(Refused, match="campaign-not-checked"):
        desk.office.preview_campaign(desk.session, PreviewRequest(shown.line.id))


@pytest.mark.parametrize("rules_", [CampaignRules(above=-1), CampaignRules(cap=0), CampaignRules(cap_days=0)])
def test_rules_that_would_protect_nobody_are_refused(desk: Desk, rules_: CampaignRules) -> None:
    with pytest.raises(InputError, match="value-not-allowed"):
        desk.office.set_campaign_rules(desk.session, rules_)
