"""A campaign from its group to its report as people make one: the real window, the real servers.

A manager makes it, somebody else signs it, and while it runs the office goes on working: it is paused,
somebody says no by mail and somebody at the desk, letters come back, and the line to the mail service
is pulled out once. In the end everybody who was meant to has exactly one letter, and nobody else has.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes
from pathlib import Path

import pytest

from desktop.campaigns.fixes import fix_of
from desktop.models.campaigning import CampaignState
from desktop.models.outcomes import By, Measure, Shown
from desktop.models.records import Method
from desktop.office.values_running import RunCounts
from desktop.texts import Texts
from tests.end2end.test_ways import written_by
from tests.made_practice import PASSWORD, USER
from tests.made_staff import HER_PASSWORD
from tests.servers.house import MailHouse
from tests.support.campaign_house import MANAGER, Scene, Watching, scene
from tests.support.crowd import (
    BOUNCES,
    FIRST,
    GONE,
    GROUP,
    HOUSE,
    LAST,
    REASONS,
    Member,
    way_of,
    words_of,
)
from tests.support.driven import Person, person_at

NAME, LETTER = "Good wishes", "Birthday wishes"
SAY = Texts("en")
pytestmark = pytest.mark.skipif(
    not MailHouse.possible(), reason="needs Debian's postfix and dovecot, and root"
)


# --- what people do ------------------------------------------------------------------------------


def somebody_else(person: Person, user: str, password: str, code: Callable[[], str]) -> None:
    person.press("ctrl+shift+l")
    person.wait(lambda: person.page()[0] == "LockPage" and person.ask("focus") == "User name", "the lock")
    person.sign_in(user, password, code)


def choose_a_letter(person: Person) -> None:
    """One that came with the program becomes the practice's own, and is approved."""
    person.click("Campaigns")
    person.click("Templates", within="Campaigns")
    person.click("Find a template")
    person.type(LETTER)
    person.choose(LETTER)
    person.click("Begin from this")
    person.look_for("Not saved")
    person.click("Save")
    person.look_for("Saved. Somebody has to approve it")
    person.click("Approve")
    person.look_for("Approve these words?")
    person.click("Approve")
    person.look_for("Approved. It can be used")


def make(person: Person, scene: Scene) -> None:
    """Who, what, check: up to the question for a signature."""
    person.click("Campaigns", within="Campaigns")
    person.click("New campaign")
    person.wait(lambda: person.ask("focus") == "Name of the campaign", "the name")
    person.type(NAME)
    person.choose(GROUP)
    person.look_for(f"{len(scene.group):,} people are in this group now.")
    person.click("Next")
    person.click("No, nobody pays")
    person.click("A health service of your own that they might want")
    person.choose(LETTER)
    person.click("Next")
    person.look_for("The check settles who gets it")
    person.click("Check")
    person.look_for(f"{len(scene.meant):,} get it", 120)
    person.look_for(f"{len(scene.group) - len(scene.meant):,} do not")
    for code, many in Counter(one.kind for one in scene.group if one.kind in REASONS).items():
        assert person.sees(f"{many:,} · {SAY.say(f'campaign.left.{code}')}")
        assert person.sees(SAY.say(f"campaign.fix.{fix_of(code)}"))
    look_at_letters(person, len(scene.meant))
    person.click("Next")
    person.look_for("Somebody else has to sign it.")
    person.click("Ask for the signature")
    person.look_for("You asked for a signature")


def look_at_letters(person: Person, many: int) -> None:
    person.click("Look at the letters")
    for place in (1, 2, 3):
        person.look_for(f"{place} of {many:,}")
        assert person.sees("Worth a look")
        person.click("Next person")
    person.look_for(f"4 of {many:,}")  # a letter that comes in moves what is beneath it
    person.click("Close")
    person.wait(lambda: not person.sees("Person by person"), "the end of the letters")


def sign(person: Person) -> None:
    person.click("Campaigns")
    person.choose(NAME)
    person.look_for(f"{MANAGER} asks you to sign")
    person.click("Sign")
    person.look_for("It is approved.")


def start(person: Person) -> None:
    person.click("Campaigns")
    person.choose(NAME)
    person.click("Start: ")
    person.look_for("Leaving now")


def look_somebody_up(person: Person, one: Member) -> None:
    """The window is as quick as ever while letters leave."""
    person.press("ctrl+k")
    person.type(one.last)
    person.look_for(f"{one.first} {one.last}")
    person.click("Campaigns")
    person.look_for("Leaving now")


# --- while it runs -------------------------------------------------------------------------------


def paused(person: Person, scene: Scene) -> None:
    """At most one letter is under way on the connection."""
    person.click("Pause")
    person.look_for("Paused")
    time.sleep(1)
    before = len(scene.received)
    time.sleep(2)
    assert len(scene.received) == before
    assert before < len(scene.meant)


def without_a_line(person: Person, watching: Watching, *, by_itself: bool) -> None:
    """The mail service cannot be reached: it is said, and nothing is lost."""
    scene = watching.scene
    scene.line.pull()
    why = person.wait(lambda: watching.office.list_outbox(watching.session, 1).stopped, "why nothing leaves")
    assert scene.line.turned_away >= 3
    words = SAY.say(f"reason.{why.code}", **why.params)
    person.look_for(words)
    assert len(scene.received) < len(scene.meant)
    scene.line.put_back()
    if not by_itself:  # the next try would be in a minute
        person.click("Pause")
        person.look_for("Paused")
        person.click("Continue")
    person.wait(lambda: not person.sees(words), "that letters leave again", 100)


# --- what came of it -----------------------------------------------------------------------------


def sums_match(counts: RunCounts, scene: Scene) -> None:
    assert counts.included == len(scene.meant)
    parts = (counts.ahead, counts.waiting, counts.under_way, counts.left, counts.back)
    assert sum((*parts, counts.unclear, counts.dropped)) == counts.included


def everybody_has_one_letter(watching: Watching, dropped: Member, stopped: Member) -> None:
    """And it went the way that the check had settled. What nobody can tell has arrived once, or not."""
    scene, rows = watching.scene, watching.rows()
    assert rows.keys() == {f"{one.first} {one.last}" for one in scene.group}
    assert all(len(one.recipients) == 1 for one in scene.received)
    arrived = Counter(one.recipients[0] for one in scene.received)
    answers = [one for one in scene.received if one.recipients == (stopped.email,)][1:]
    assert len(answers) <= 1, "that they want no more is confirmed once"
    expected = Counter(one.email for one in scene.meant if one.kind != BOUNCES and one is not dropped)
    unclear = watching.run().counts.unclear
    missing, more = expected - arrived, arrived - expected
    assert more == Counter(one.recipients[0] for one in answers)
    assert sum(missing.values()) <= unclear
    for one in scene.group:
        row = rows[f"{one.first} {one.last}"]
        assert row.included == one.gets_it
        if not one.gets_it:
            assert row.reason is not None
            assert (row.reason.code, row.fix) == (one.kind, fix_of(one.kind))
    for letter in scene.received:
        if letter in answers:
            continue
        mine = [one for one in scene.meant if one.email == letter.recipients[0]]
        assert {way_of(letter.wire)} == {one.way for one in mine}
        assert {rows[f"{one.first} {one.last}"].method for one in mine} == {way_of(letter.wire)}
        if mine[0].way is Method.TLS:
            assert any(f"{one.first}!" in words_of(letter.wire) for one in mine)
        assert not message_from_bytes(letter.wire)["Cc"]


def report_matches(watching: Watching, person: Person) -> None:
    """What is large stands there exactly, what is small does not."""
    counts = watching.run().counts
    results = watching.office.show_campaign_results(watching.session, watching.id).results
    taken = counts.left + counts.back
    known = {
        Measure.PLANNED: counts.included,
        Measure.ACCEPTED: taken,
        Measure.BOUNCED: counts.back,
        Measure.ARRIVED: counts.left,
        Measure.UNSUBSCRIBED: 1,
    }
    for figure in results.total:
        if figure.measure in known and figure.shown is Shown.EXACT:
            assert figure.value == known[figure.measure]
    (planned,) = (one for one in results.total if one.measure is Measure.PLANNED)
    assert planned.shown is Shown.EXACT
    assert person.sees(str(counts.included))
    (unsubscribed,) = (one for one in results.total if one.measure is Measure.UNSUBSCRIBED)
    assert unsubscribed.shown is Shown.FEW
    assert person.sees("fewer than 11")
    methods = next(one for one in results.tables if one.by is By.METHOD)
    sent = Counter(one.way for one in watching.scene.meant)
    for row in methods.rows:
        first = row.figures[0]
        if row.code in set(Method) and first.shown is Shown.EXACT:
            assert first.value == sent[Method(row.code)]


@pytest.mark.parametrize(
    "size",
    [
        pytest.param(80, marks=pytest.mark.timeout(300)),
        pytest.param(1_000, marks=(pytest.mark.soak, pytest.mark.timeout(1_800))),
    ],
)
def test_a_campaign_runs_from_its_group_to_its_report(tmp_path: Path, size: int) -> None:
    with (
        scene(tmp_path, size) as made,
        person_at(made.service.folder.root, tmp_path / "asked") as person,
    ):
        person.sign_in(MANAGER, HER_PASSWORD, made.her_code)
        choose_a_letter(person)
        make(person, made)
        somebody_else(person, USER, PASSWORD, made.service.code)
        sign(person)
        assert not made.received
        somebody_else(person, MANAGER, HER_PASSWORD, made.her_code)
        start(person)
        watching = Watching.of(made)
        many = len(made.meant)
        person.wait(lambda: len(made.received) > many // 8, "the first letters", 120)
        look_somebody_up(person, made.people[-1])
        person.grab(tmp_path / "progress.png")
        person.wait(lambda: len(made.received) > many // 4, "a quarter of the letters", 300)
        paused(person, made)
        stopped, dropped = watching.says_no_by_mail(), watching.says_no_at_the_desk()
        person.wait(lambda: watching.refuses(watching.rows()[f"{stopped.first} {stopped.last}"]), "the no")
        person.grab(tmp_path / "paused.png")
        person.click("Continue")
        person.wait(lambda: len(made.received) > many // 2, "half of the letters", 300)
        without_a_line(person, watching, by_itself=size > 500)
        person.wait(lambda: watching.run().state is CampaignState.DONE, "the end", 600, 1)
        person.wait(lambda: watching.run().counts.back == 3, "what came back")
        counts = watching.run().counts
        person.look_for(SAY.say("ui.campaigns.state-done"))
        assert person.sees(f"{counts.left:,} sent")
        assert counts.dropped == 1
        person.grab(tmp_path / "done.png")
        sums_match(counts, made)
        everybody_has_one_letter(watching, dropped, stopped)
        person.click("Report")
        person.look_for(f"Results of {NAME}")
        report_matches(watching, person)
        person.grab(tmp_path / "report.png")
        assert not [one for one in (FIRST, LAST) if one in " ".join(person.ask("titles"))]
    written = written_by(made.service)
    assert not [one for one in (FIRST, LAST, f"@{HOUSE}", f"@{GONE}") if one.encode() in written]
