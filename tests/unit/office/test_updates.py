"""New versions at the door: nobody is asked until it is allowed, nothing is believed that should not be."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.errors import SealwellError
from desktop.models import audit as kept_log
from desktop.models.accounts import Session
from desktop.office import update_facts
from desktop.office.api import Office
from desktop.office.update_facts import Judge, Kept
from desktop.office.values_messages import TaskEnd, TaskQuery
from desktop.office.values_updates import UpdateCheckFile
from tests.made_practice import START, Practice
from tests.made_staff import desk_of
from tests.support.releases import NAME, NEWER, PACKAGE, RUNNING, Releases, a_list


def why(call: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as refused:
        call()
    return refused.value.code


def kept(office: Office) -> Kept:
    return desk_of(office).opened().database.read(update_facts.kept)


def acts(office: Office) -> list[tuple[str, str, str]]:
    found = [json.loads(one) for one in bodies(office)]
    return [(one["act"], one["outcome"], one["why"]) for one in found if one["act"].startswith("update")]


def bodies(office: Office) -> list[str]:
    return desk_of(office).opened().database.read(lambda tx: [one.body for one in kept_log.records(tx)])


def titles(office: Office, session: Session) -> list[tuple[str, dict[str, str | int]]]:
    lines = office.list_tasks(session, TaskQuery()).tasks
    return [(one.title.code, one.title.params) for one in lines if one.kind.startswith("update")]


# --- nobody is asked ---------------------------------------------------------------------------


def test_until_it_is_allowed_no_octet_leaves(
    practice: Practice, update_work: tuple[Office, Session], releases: Releases, tmp_path: Path
) -> None:
    office, session = update_work
    shown = office.show_updates(session)
    assert (shown.allowed, shown.state, shown.version) == (False, "forbidden", RUNNING)
    assert why(lambda: office.check_updates(session)) == "updates-forbidden"
    assert why(lambda: office.download_update(session, str(tmp_path))) == "updates-forbidden"
    practice.clock.move(3 * 86400)
    desk_of(office).opened().watch._look_also()
    time.sleep(0.3)
    assert releases.host.connections == 0


def test_without_a_key_nobody_is_asked_though_it_is_allowed(
    practice: Practice, releases: Releases, tmp_path: Path
) -> None:
    judge = releases.judge()
    practice.updates = Judge(replace(judge.source, keys={}), judge.here, RUNNING)
    office, session = practice.signed_in()
    shown = office.allow_updates(session, True)
    assert shown.state == "no-key"
    assert why(lambda: office.check_updates(session)) == "update-no-key"
    (tmp_path / NAME).write_bytes(PACKAGE)
    request = UpdateCheckFile(str(tmp_path / NAME))
    assert why(lambda: office.verify_update(session, request)) == "update-no-key"
    desk_of(office).opened().watch._look_also()
    time.sleep(0.3)
    assert releases.host.connections == 0


def test_forbidding_it_again_ends_it(
    practice: Practice, update_allowed: tuple[Office, Session], releases: Releases
) -> None:
    office, session = update_allowed
    office.allow_updates(session, False)
    asked = releases.host.connections
    practice.clock.move(3 * 86400)
    desk_of(office).opened().watch._look_also()
    time.sleep(0.3)
    assert releases.host.connections == asked
    assert [one[0] for one in acts(office) if one[0] != "updates.checked"][-2:] == [
        "updates.allowed",
        "updates.forbidden",
    ]


# --- what is believed --------------------------------------------------------------------------


def test_a_newer_version_is_told_with_its_day(
    update_allowed: tuple[Office, Session], releases: Releases
) -> None:
    office, session = update_allowed
    shown = office.check_updates(session)
    offer = shown.offer
    assert offer is not None
    assert (shown.state, shown.problem, offer.version, offer.severity) == ("newer", "", NEWER, "high")
    assert offer.install_by == a_list().released + timedelta(days=30)
    assert (offer.file, offer.bytes, offer.after) == (NAME, len(PACKAGE), "")
    assert offer.notes_en == "Mail is read faster."
    assert titles(office, session) == [("task-update-high", {"version": NEWER})]
    assert ("updates.checked", "ok", "") in acts(office)


def test_the_same_version_is_the_newest(update_allowed: tuple[Office, Session], releases: Releases) -> None:
    office, session = update_allowed
    releases.publish(a_list(version=RUNNING))
    shown = office.check_updates(session)
    assert (shown.state, shown.offer) == ("current", None)
    assert titles(office, session) == []
    assert why(lambda: office.download_update(session)) == "update-none"


def tampered(releases: Releases) -> bytes:
    return releases.document().replace(b'"bytes":', b'"bytes":1')


@pytest.mark.parametrize(
    ("document", "code", "doubt"),
    [
        (tampered, "update-signature", True),
        (lambda r: r.document(key=Ed25519PrivateKey.generate()), "update-unknown-key", True),
        (lambda r: r.document()[:-20], "update-not-readable", False),
        (lambda r: b"<html>Welcome to the guest network</html>", "update-not-readable", False),
        (lambda r: r.document(a_list(expires=START - timedelta(days=1))), "update-expired", True),
        (lambda r: r.document(a_list(version="1.1.0")), "update-older", False),
        (lambda r: r.document(a_list(schema=1)), "update-older", False),
    ],
)
def test_a_list_that_is_not_believed_is_said_and_recorded(
    update_allowed: tuple[Office, Session],
    releases: Releases,
    document: Callable[[Releases], bytes],
    code: str,
    doubt: bool,
) -> None:
    office, session = update_allowed
    releases.publish(document=document(releases))
    assert why(lambda: office.check_updates(session)) == code
    shown = office.show_updates(session)
    assert (shown.problem, shown.offer, shown.state) == (code, None, "unknown")
    assert ("updates.checked", "failed", code) in acts(office)
    assert [title for title, _ in titles(office, session)] == (["task-update-doubt"] if doubt else [])
    releases.publish()
    assert office.check_updates(session).problem == ""
    assert [title for title, _ in titles(office, session)] == ["task-update-high"]


def test_an_older_list_and_an_older_version_are_refused_for_ever(
    practice: Practice, update_allowed: tuple[Office, Session], releases: Releases
) -> None:
    office, session = update_allowed
    office.check_updates(session)
    for older in (a_list(sequence=6), a_list(version="1.2.9", sequence=8)):
        releases.publish(older)
        assert why(lambda: office.check_updates(session)) == "update-rolled-back"
    shown = office.show_updates(session)
    assert shown.offer is not None
    assert shown.offer.version == NEWER
    office.close()
    office, session = practice.signed_in()
    assert why(lambda: office.check_updates(session)) == "update-rolled-back"


def test_a_line_that_fails_is_said_and_changes_nothing(
    update_allowed: tuple[Office, Session], releases: Releases
) -> None:
    office, session = update_allowed
    office.check_updates(session)
    releases.host.how = "redirect"
    assert why(lambda: office.check_updates(session)) == "update-answer"
    shown = office.show_updates(session)
    assert (shown.problem, shown.state) == ("update-answer", "newer")


def test_what_a_key_said_counts_no_more_once_a_program_does_not_know_it(
    practice: Practice, update_allowed: tuple[Office, Session], releases: Releases
) -> None:
    office, session = update_allowed
    office.check_updates(session)
    office.close()
    releases.key = Ed25519PrivateKey.generate()
    practice.updates = releases.judge()
    office, session = practice.signed_in()
    desk_of(office).opened().watch._look_also()
    assert office.show_updates(session).offer is None
    assert "task-update-high" not in [title for title, _ in titles(office, session)]


def test_what_was_heard_goes_out_of_date(
    practice: Practice, update_allowed: tuple[Office, Session], releases: Releases
) -> None:
    office, session = update_allowed
    releases.publish(a_list(version=RUNNING))
    office.check_updates(session)
    practice.clock._now = a_list().expires
    office, session = practice.signed_in()
    assert office.show_updates(session).state == "out-of-date"


def test_notes_come_without_anything_that_is_not_text(
    update_allowed: tuple[Office, Session], releases: Releases
) -> None:
    office, session = update_allowed
    releases.publish(a_list(notes={"en": "One\u202e\x1b[31m\n\n\n\nTwo <b>bold</b>", "es": ""}))
    offer = office.check_updates(session).offer
    assert offer is not None
    assert offer.notes_en == "One[31m\n\nTwo <b>bold</b>"


# --- what administrators find ------------------------------------------------------------------


def test_the_task_ends_when_the_version_runs_and_is_told_once(
    practice: Practice, update_allowed: tuple[Office, Session], releases: Releases
) -> None:
    office, session = update_allowed
    office.check_updates(session)
    office.close()
    practice.updates = releases.judge(version=NEWER)
    office, session = practice.signed_in()
    assert titles(office, session) == []
    assert office.show_updates(session).state == "current"
    (changed,) = [one for one in bodies(office) if '"program.changed"' in one]
    assert '"program":"1.3.0","program-before":"1.2.0"' in changed


def test_a_line_that_is_cut_for_45_days_becomes_a_task(
    practice: Practice, update_allowed: tuple[Office, Session], releases: Releases
) -> None:
    office, session = update_allowed
    releases.publish(a_list(version=RUNNING))
    office.check_updates(session)
    releases.host.how = "cut"
    practice.clock._now = a_list().expires - timedelta(minutes=1)
    office, session = practice.signed_in()
    assert why(lambda: office.check_updates(session)) == "update-broken-off"
    assert titles(office, session) == []
    practice.clock.move(61)
    desk_of(office).opened().watch._look_also()
    assert [title for title, _ in titles(office, session)] == ["task-update-doubt"]
    releases.host.how = ""
    releases.publish(a_list(version=RUNNING, sequence=8, expires=practice.clock.now() + timedelta(days=45)))
    office.check_updates(session)
    assert titles(office, session) == []


def put_aside(office: Office, session: Session) -> None:
    (line,) = [one for one in office.list_tasks(session, TaskQuery()).tasks if one.kind == "update"]
    office.end_task(session, TaskEnd(line.id, "dropped"))


@pytest.mark.parametrize("aside", [True, False])
def test_a_version_whose_gap_is_found_later_is_told_again_with_its_day(
    update_allowed: tuple[Office, Session], releases: Releases, aside: bool
) -> None:
    office, session = update_allowed
    releases.publish(a_list(severity="normal"))
    office.check_updates(session)
    if aside:
        put_aside(office, session)
    releases.publish(a_list(severity="critical", sequence=8))
    office.check_updates(session)
    (line,) = [one for one in office.list_tasks(session, TaskQuery()).tasks if one.kind == "update"]
    assert (line.title.code, line.title.params) == ("task-update-critical", {"version": NEWER})
    assert line.due_at == a_list().released + timedelta(days=15)


def test_what_was_put_aside_is_not_told_again(
    update_allowed: tuple[Office, Session], releases: Releases
) -> None:
    office, session = update_allowed
    office.check_updates(session)
    put_aside(office, session)
    releases.publish(a_list(sequence=8))
    office.check_updates(session)
    assert titles(office, session) == []


def test_a_version_that_ran_once_and_runs_no_more_is_told_again(
    practice: Practice, update_allowed: tuple[Office, Session], releases: Releases
) -> None:
    office, session = update_allowed
    office.check_updates(session)
    for version, told in ((NEWER, []), (RUNNING, ["task-update-high"])):
        office.close()
        practice.updates = releases.judge(version=version)
        office, session = practice.signed_in()
        assert [title for title, _ in titles(office, session)] == told
