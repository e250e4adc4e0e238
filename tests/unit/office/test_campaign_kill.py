"""`kill -9` of the process that runs a campaign: sums that match, nobody twice, nobody lost, and said so."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import date
from email.parser import BytesHeaderParser
from pathlib import Path

import pytest

from demo.authority import Authority
from demo.relay import RecordingRelay, RelaySetup
from desktop.models.accounts import Session
from desktop.models.campaigning import CampaignId, CampaignState
from desktop.models.records import Baa
from desktop.office.api import Office
from desktop.office.values import ImportRequest
from desktop.office.values_campaigns import CampaignRequest, CampaignRules
from desktop.office.values_practice import RelayRequest
from desktop.office.values_running import RunShown, StartRequest
from desktop.office.values_segments import SegmentRequest
from tests.made_practice import Practice
from tests.made_rows_campaigns import EVERYBODY
from tests.made_staff import desk_of
from tests.support.campaigns import approved_template

ROOT = Path(__file__).resolve().parents[3]
SENDER = "office@elmstreet.example.com"
S = CampaignState


class Scene:
    """A practice whose campaign has been started and of which nothing has left."""

    def __init__(self, practice: Practice, folder: Path, people: int) -> None:
        self.practice, self.people = practice, people
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        authority = Authority(folder)
        setup = RelaySetup(authority.server_context(), keep_in=self.inbox, think=0.02)
        self.relay = RecordingRelay(setup)
        self.ca_file = str(authority.ca_file)

    def begin(self) -> CampaignId:
        office, session = self.practice.signed_in()
        lines = [b"MRN,First Name,Last Name,E-mail,DOB"]
        lines += [
            b"%d,Ana%d,Lopez,p%d@mail.example.org,1961-04-02" % (at, at, at) for at in range(self.people)
        ]
        office.import_people(session, ImportRequest("people.csv", data=b"\n".join(lines)))
        baa = Baa("Relay Inc.", date(2026, 1, 1), date(2027, 1, 1), "e-mail")
        setup = self.relay.setup
        place = ("Sink", "localhost", self.relay.port, "implicit", setup.user, SENDER, baa, setup.password)
        office.add_relay(session, RelayRequest(*place, ca_file=self.ca_file, required_tls="account"))
        id_ = _started(self.practice, office, session)
        self.practice.clock.move(30)
        self.practice.close()
        return id_

    def run(self, campaign: CampaignId, *, resume: bool = False, kill_after: int | None = None) -> bool:
        """Let a child send; kill it once so many more have arrived. True when it came to its end."""
        before = self._arrived()
        self.practice.clock.move(90)
        given = {
            "folder": str(self.practice.folder.root),
            "totp_uri": self.practice.made.totp_uri,
            "seconds": self.practice.clock.mono() - 1000,
            "campaign": campaign,
            "resume": resume,
        }
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.support.campaign_runner", json.dumps(given)],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(given["folder"])},
            stdout=subprocess.PIPE,
        )
        with child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            while child.poll() is None:
                if kill_after is not None and self._arrived() >= before + kill_after:
                    child.send_signal(signal.SIGKILL)
                    child.wait()
                time.sleep(0.002)
        assert child.returncode in (0, -signal.SIGKILL)
        self.practice.clock.move(300)
        return child.returncode == 0

    def _arrived(self) -> int:
        return sum(1 for _ in self.inbox.iterdir())

    def received(self) -> Counter[str]:
        heads = (BytesHeaderParser().parsebytes(path.read_bytes()) for path in self.inbox.iterdir())
        return Counter(str(head["To"]) for head in heads)

    def look(self, campaign: CampaignId) -> RunShown:
        """What somebody finds who opens the practice again."""
        office, session = self.practice.signed_in()
        run = office.campaign_progress(session, campaign)
        assert office.verify_audit(session).ok
        office.close()
        return run


def _started(practice: Practice, office: Office, session: Session) -> CampaignId:
    desk = desk_of(office)
    private, now = desk.vault_of(session).signing_key(), practice.clock.now()
    template = desk.opened().database.write(lambda tx: approved_template(tx, session.user, private, now))
    group = office.keep_segment(session, SegmentRequest("Everybody", EVERYBODY)).line.id
    office.set_campaign_rules(session, CampaignRules(above=10_000))
    kept = office.keep_campaign(session, CampaignRequest("Spring", segment=group, template=template))
    office.check_campaign(session, kept.line.id)
    shown = office.ask_campaign(session, kept.line.id)
    office.start_campaign(session, StartRequest(shown.line.id, shown.content, shown.audience))
    return shown.line.id


def _add_up(run: RunShown, people: int) -> None:
    one = run.counts
    assert one.included == people
    parts = (one.ahead, one.waiting, one.under_way, one.left, one.back, one.unclear, one.dropped)
    assert sum(parts) == people
    assert (one.under_way, one.back, one.dropped) == (0, 0, 0)


def kill_and_go_on(practice: Practice, folder: Path, people: int, kills: int, step: int) -> str:
    scene, killed = Scene(practice, folder, people), 0
    with scene.relay:
        id_ = scene.begin()
        # It was closed then, not cut off: the first child goes on without being asked.
        while killed < kills and not scene.run(id_, resume=killed > 0, kill_after=step):
            killed += 1
            run, got = scene.look(id_), scene.received()
            assert run.state is S.PAUSED
            assert run.held is not None
            assert run.held.code == "campaign-cut"
            assert {"resume", "stop"} <= set(run.may)
            _add_up(run, people)
            assert max(got.values()) == 1, "somebody got it twice"
            assert run.counts.left <= len(got) <= run.counts.left + run.counts.unclear
        assert killed
        scene.run(id_, resume=True)
        run, got = scene.look(id_), scene.received()
    assert run.state is S.DONE
    _add_up(run, people)
    assert max(got.values()) == 1, "somebody got it twice"
    assert run.counts.left + run.counts.unclear == people, "somebody was lost"
    assert run.counts.left <= len(got)
    return (
        f"{killed} kills, {people} people: {len(got)} got it once, {run.counts.unclear} uncertain and listed"
    )


def test_killed_while_it_runs_nobody_gets_it_twice_and_nobody_is_lost(
    practice: Practice, tmp_path: Path, expected_logs: set[str]
) -> None:
    expected_logs.add("asyncio")  # the relay writes to whom was killed
    kill_and_go_on(practice, tmp_path, people=80, kills=1, step=5)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_killed_again_and_again_in_a_campaign_of_a_thousand(
    practice: Practice, tmp_path: Path, expected_logs: set[str]
) -> None:
    expected_logs.add("asyncio")
    said = kill_and_go_on(practice, tmp_path, people=1_000, kills=20, step=10)
    sys.stdout.write(f"\ncampaign: {said}\n")
