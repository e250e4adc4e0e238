"""A family's one letter: its page, what the practice does by itself, and what becomes of it on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desktop.campaigns import families
from desktop.mail.letterhead import LOGO, Look, keep_look
from desktop.mail.outbox import Cancel, Replace
from desktop.models import maillinks, messages, pictures, settings, windows
from desktop.models.campaigning import KeptPicture, Window, WindowId, WindowKind
from desktop.models.ids import new_id
from desktop.models.records import Detail, Reason, State
from desktop.models.standing import MailLink, Reader
from tests.practice.office import HOLDER, MONDAY, TUESDAY, Practice
from tests.unit.campaigns.test_families import MOTHER, child, recheck, together
from tests.unit.campaigns.test_windows import DAY, plan, send


def by_default(office: Practice) -> None:
    office.db.write(lambda tx: settings.put(tx, families.USUAL, families.MERGE))


def with_template(office: Practice) -> None:
    one = Window(WindowId(new_id()), WindowKind.REMINDER, DAY, code="reminder-two-days")
    office.db.write(lambda tx: windows.put(tx, one, office.session.user, MONDAY))


# --- the practice's own way ---------------------------------------------------------------


def test_a_family_that_said_nothing_is_written_to_as_the_practice_does(office: Practice) -> None:
    child(office, "Ana")
    child(office, "Bea", 11)
    by_default(office)
    assert len(plan(office).rows) == 1
    together(office, "apart")
    assert len(plan(office).rows) == 2


def test_two_adults_of_one_mailbox_are_not_told_of_each_other_unless_they_wished_it(office: Practice) -> None:
    child(office, "Ana", reader=Reader.SELF)
    child(office, "Ben", 11, reader=Reader.SELF)
    child(office, "Cleo", 12)
    by_default(office)
    assert [row.others for row in plan(office).rows] == [(), (), ()]
    together(office)
    assert len(plan(office).rows) == 1


# --- the page -----------------------------------------------------------------------------


def test_a_familys_letter_has_the_page_that_a_single_one_has(office: Practice) -> None:
    office.db.write(lambda tx: pictures.add(tx, _logo(), office.session.user))
    office.db.write(lambda tx: keep_look(tx, Look(logo="logo")))
    with_template(office)
    child(office, "Ana", detail=Detail.FULL)
    child(office, "Bea <b>", 11, detail=Detail.FULL)
    together(office)
    (row,) = plan(office).rows
    page, text = row.letter.html, row.letter.text
    assert "Ana: 9:00 am" in page
    assert "Bea &lt;b&gt;: 11:00 am" in page
    assert "Ana: 9:00 am" in text
    assert row.subject == "Your family's visits on Tuesday, November 24, 2026"
    assert "Dr. Okafor" in page
    assert "cid:" in page
    assert [one.name for one in row.letter.pictures] == ["logo"]
    assert "911" in text, "what stands below every letter stands below this one too"
    assert settings_of(office) == "logo"


def test_who_wished_for_the_least_gets_no_page(office: Practice) -> None:
    with_template(office)
    child(office, "Ana", detail=Detail.MINIMAL)
    child(office, "Bea", 11)
    together(office)
    (row,) = plan(office).rows
    assert row.letter.html == ""
    assert "Bea" not in row.text


def _logo() -> KeptPicture:
    return KeptPicture("logo", "image/png", "0" * 64, 1, 1, "Harbor Clinic", MONDAY, data=b"\x89PNG logo")


def settings_of(office: Practice) -> str | None:
    return office.db.read(lambda tx: settings.get(tx, LOGO))


# --- on the way ---------------------------------------------------------------------------


def test_after_the_first_visit_has_begun_the_others_are_still_reminded_of(office: Practice) -> None:
    """The computer was off in the morning: what is over goes, and nobody is lost with it."""
    child(office, "Ana", 9)
    _, second = child(office, "Bea", 15)
    together(office)
    (message,) = send(office).messages
    office.clock.at = MONDAY + timedelta(days=1)  # five past ten there
    verdict = recheck(office, message)
    assert isinstance(verdict, Replace)
    assert [told.appointment for told in verdict.frozen.visits] == [second.id]
    assert message.useless_after == second.start_utc
    office.clock.at = second.start_utc
    assert recheck(office, message) == Cancel(Reason("too-late"))


@pytest.mark.parametrize("change", ["apart", "address", "confidential"])
def test_a_family_that_may_not_be_told_together_any_more_is_told_apart_at_the_claim(
    office: Practice, change: str
) -> None:
    """At the hour of the letter nobody presses Send again: whoever falls out of it gets their own."""
    child(office, "Ana")
    bea, _ = child(office, "Bea", 11)
    together(office)
    assert len(send(office).messages) == 1
    if change == "apart":
        together(office, "apart")
    elif change == "address":
        link = MailLink(bea.id, "father@example.org", True, Reader.GUARDIAN)
        office.db.write(lambda tx: maillinks.put(tx, link))
        office.change(bea, email="father@example.org")
    else:
        link = MailLink(bea.id, MOTHER, True, Reader.GUARDIAN, confidential=True)
        office.db.write(lambda tx: maillinks.put(tx, link))
    office.take_lease()
    office.clock.pass_(minutes=1)
    claimed = office.db.write(lambda tx: office.outbox.claim(tx, HOLDER, office.rechecks, 9))
    assert len({one.message.id for one in claimed}) == 2
    rows = office.db.read(lambda tx: messages.by_states(tx, (State.CLAIMED,)))
    assert len(rows) == 2
    addresses = {row.address for row in rows}
    assert addresses == ({MOTHER, "father@example.org"} if change == "address" else {MOTHER})
    assert send(office, TUESDAY).messages == ()
    assert office.db.read(messages.counts) == {State.CANCELLED: 1, State.CLAIMED: 2}
