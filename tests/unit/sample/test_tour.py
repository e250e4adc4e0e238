"""A look around from its making to its end: what is there, who is there, and what cannot be done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pyotp
import pytest

from desktop.assembly import build_office
from desktop.clock import SystemClock
from desktop.crypto.kdf import FLOOR
from desktop.errors import Refused
from desktop.models import audit
from desktop.models.accounts import Role
from desktop.models.campaigning import CampaignState
from desktop.models.documents import Document, Progress
from desktop.office.api import Office
from desktop.office.values_access import Purpose, StepUp
from desktop.office.values_entry import Credentials, NewPractice
from desktop.paths import PracticeFolder
from desktop.sample.office import REFUSED, SampleOffice
from desktop.sample.opened import OPEN
from desktop.sample.story import PASSWORD, PEOPLE
from desktop.sample.tour import Tour
from desktop.sample.wires import LocalInbox, LocalOutbox, local_wires
from desktop.texts import Texts
from tests.made_staff import desk_of
from tests.support import no_network

ZONE = "America/Denver"
_ALL = lambda _done, _of: True  # noqa: E731
_LOCAL = """
import json, sys
from pathlib import Path
from desktop.sample.isolation import forbid_network
forbid_network()
from desktop.errors import DeliveryError
from desktop.models.accounts import Role
from desktop.sample.tour import Tour
from desktop.texts import Texts
tour = Tour(Path(sys.argv[1]), Texts("es"), "America/Denver", None)
session = tour.begin(lambda done, of: True).session
tour.office.send_reminders(session)
shown = tour.office.run_outbox(session)
try:
    tour.office.own_posture(tour.enter(Role.ADMINISTRATOR).session)
except DeliveryError as error:
    asked = error.code
counts = {state.value: number for state, number in shown.counts.items()}
print(json.dumps({"counts": counts, "left": len(tour.left()), "asked": asked}))
tour.close()
"""


@pytest.mark.skipif(not no_network.POSSIBLE, reason="the kernel's filter is written for x86-64 Linux")
def test_the_kernel_ends_a_program_that_makes_a_socket(tmp_path: Path) -> None:
    """Else the next test proves nothing."""
    done = no_network.run("import socket; socket.socket(socket.AF_INET)", seconds=60)
    assert done.returncode == no_network.KILLED
    local = no_network.run("import socket; socket.socketpair(); print('here')", seconds=60)
    assert local.stdout == "here\n"


@pytest.mark.skipif(not no_network.POSSIBLE, reason="the kernel's filter is written for x86-64 Linux")
@pytest.mark.timeout(600)
def test_a_whole_week_and_a_reminder_run_make_no_socket_of_a_network(tmp_path: Path) -> None:
    done = no_network.run(_LOCAL, str(tmp_path), seconds=500)
    assert done.returncode == 0, done.stdout + done.stderr[:3000]
    said = json.loads(done.stdout)
    assert said["counts"] == {"accepted": said["left"]}
    assert said["left"] > 100
    assert said["asked"] == "resolver-silent", "the domain name system too"


class Papers:
    """Keeps the titles of what is printed."""

    def __init__(self) -> None:
        self.titles: list[str] = []

    def print_pdf(self, document: Document, progress: Progress | None = None) -> bytes:
        self.titles.append(document.title)
        return b"%PDF"


PAPERS = Papers()


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    made = Tour(tmp_path_factory.mktemp("sample"), Texts("en"), ZONE, lambda: PAPERS)
    assert made.begin(_ALL).session.user_name == PEOPLE[Role.FRONT_DESK]
    yield made
    made.close()


def test_the_front_desk_finds_tomorrow_and_what_came_in(tour: Tour) -> None:
    session = tour.enter(Role.FRONT_DESK).session
    today = tour.office.today(session)
    tomorrow = SystemClock().now().astimezone(ZoneInfo(ZONE)).date() + timedelta(days=1)
    assert (today.day, today.visits) == (tomorrow, 32)
    assert today.ready > 20
    assert today.exported_at is not None
    assert datetime.now(UTC) - today.exported_at < timedelta(hours=1)  # noqa: TID251
    lines = {line.code: line.count for line in today.desk}
    assert lines["replies"] == 2
    assert lines["moves"] == 1
    assert today.queued == today.failed == today.uncertain == 0


def test_a_reminder_run_leaves_into_the_local_outbox_and_says_what_it_would_have_said(tour: Tour) -> None:
    session = tour.enter(Role.FRONT_DESK).session
    before = len(tour.left())
    plan = tour.office.send_reminders(session)
    tour.office.run_outbox(session)
    left = tour.left()
    assert len(left) - before == len(plan.messages) > 20
    newest = left[0]
    assert "@" in newest.to
    assert newest.subject
    assert newest.size > 100
    assert any("SAMPLE" in one.text for one in left)


def test_the_manager_finds_a_campaign_that_ran_and_its_report(tour: Tour) -> None:
    session = tour.enter(Role.MANAGER).session
    line = tour.office.list_campaigns(session).campaigns[0]
    assert line.state is CampaignState.DONE
    assert line.left == line.included > 50
    assert line.ended_at is not None
    assert SystemClock().now() - line.ended_at < timedelta(days=9)
    assert tour.office.list_segments(session).segments[0].count > 50


def test_the_administrator_finds_a_log_of_more_days_that_verifies_and_says_sample(tour: Tour) -> None:
    session = tour.enter(Role.ADMINISTRATOR).session
    assert tour.office.verify_audit(session).ok
    lines = tour.office.query_log(session).lines
    assert len({line.actor for line in lines}) >= 3
    assert tour.office.freshness(session).state == "fresh"


def test_every_record_of_the_log_and_every_paper_says_sample(tour: Tour, tmp_path: Path) -> None:
    desk = desk_of(tour._office)
    bodies = desk.opened().database.read(lambda tx: [record.body for record in audit.records(tx)])
    assert len(bodies) > 200
    assert all("SAMPLE" in json.loads(body)["app"] for body in bodies)
    session = tour.enter(Role.ADMINISTRATOR).session
    tour.office.step_up(session, StepUp(Purpose.KEYS, password=tour.password))
    tour.office.print_witness(session, str(tmp_path / "witness.pdf"))
    assert PAPERS.titles
    assert all(title.startswith("SAMPLE") for title in PAPERS.titles)


def test_people_change_places_again_and_again_without_a_password(tour: Tour) -> None:
    for role in (*tour.roles, *tour.roles):
        assert tour.enter(role).session.role is role


def test_whoever_was_there_before_is_signed_out(tour: Tour) -> None:
    before = tour.enter(Role.MANAGER).session
    tour.enter(Role.FRONT_DESK)
    with pytest.raises(Refused):
        tour.office.list_campaigns(before)


def test_after_a_day_the_way_back_is_the_password(tour: Tour) -> None:
    """Quick unlock ends; nobody notices but the log."""
    desk_of(tour._office).quick.clear()
    assert tour.enter(Role.MANAGER).session.role is Role.MANAGER


def test_every_use_case_is_either_shut_or_open_in_the_sample() -> None:
    """A new one is shut until somebody has thought about it."""
    assert {name for name in dir(Office) if not name.startswith("_")} == REFUSED | OPEN
    assert not REFUSED & OPEN
    with pytest.raises(Refused, match="not-in-sample"):
        SampleOffice(cast("Office", object())).thought_of_by_nobody()


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_would_make_it_real_is_refused(tour: Tour, name: str) -> None:
    assert callable(getattr(tour._office, name)), "it is a use case of the office"
    with pytest.raises(Refused) as refused:
        getattr(tour.office, name)(object(), object())
    assert refused.value.code == "not-in-sample"


def test_the_program_itself_does_not_open_it(tour: Tour) -> None:
    """With the password, and from a copy too: it is marked."""
    real = build_office(tour.folder, SystemClock(), params=lambda: FLOOR, device_store=lambda: None)
    code = pyotp.TOTP(tour._story._secrets[Role.ADMINISTRATOR]).now()
    with pytest.raises(Refused) as refused:
        real.sign_in(Credentials(PEOPLE[Role.ADMINISTRATOR], password=PASSWORD, code=code))
    assert refused.value.code == "sample-practice"
    real.close()


def test_a_real_practice_does_not_open_in_a_look_around(tmp_path: Path) -> None:
    folder = PracticeFolder(tmp_path / "practice")
    clock = SystemClock()
    real = build_office(folder, clock, params=lambda: FLOOR, device_store=lambda: None)
    made = real.create_practice(NewPractice("Elm Street", ZONE, "ana", password=PASSWORD))
    real.close()
    wires = local_wires(LocalOutbox(clock), LocalInbox())
    sample = build_office(folder, clock, params=lambda: FLOOR, device_store=lambda: None, sample=wires)
    code = pyotp.TOTP(pyotp.parse_uri(made.totp_uri).secret).now()
    with pytest.raises(Refused) as refused:
        sample.sign_in(Credentials("ana", password=PASSWORD, code=code))
    assert refused.value.code == "no-sample-practice"
    sample.close()


def test_it_can_be_cancelled_while_it_is_made(tmp_path: Path) -> None:
    made = Tour(tmp_path, Texts("en"), ZONE, None)
    with pytest.raises(Refused) as refused:
        made.begin(lambda done, _of: done < 1)
    assert refused.value.code == "cancelled"
    made.close()
