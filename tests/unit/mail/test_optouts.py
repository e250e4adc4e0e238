"""Who wants no more offers is believed at once; nobody else can say it for them."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import default
from typing import Any

import pytest

from desktop.mail.correlate import Doubt, tie
from desktop.mail.incoming import Arrived, file_all
from desktop.mail.optout_answers import OptOutAnswers
from desktop.mail.optouts import may_mean_it, says_stop
from desktop.mail.returned_reading import understand
from desktop.mail.unsubscribing import leave_fields
from desktop.models import consents, messages, proofs, tasks
from desktop.models.purposes import MailPurpose
from desktop.models.records import Consent, Person, State
from desktop.models.standing import EvidenceId, EvidenceKind, Standing, Use
from tests.practice.office import Practice
from tests.support.correspondence import an_account
from tests.support.running import Running


@pytest.fixture
def run(office: Practice) -> Running:
    return Running(office)


class Scene:
    """Maria had a first letter, and a second one waits for her."""

    def __init__(self, run: Running, purpose: MailPurpose = MailPurpose.OWN_SERVICE) -> None:
        self.run, office = run, run.office
        self.maria = office.person("Maria", "Lopez", "maria@mail.example")
        self.juan = office.person("Juan", "Vega", "juan@mail.example")
        run.start(run.approve(purpose))
        run.make()
        office.clock.pass_(seconds=20)
        run.send()
        self.first = next(row for row in run.messages() if row.person == self.maria.id)
        self.second = run.approve(purpose)
        run.start(self.second)
        run.make()

    def comes(
        self, text: str, sender: str = "maria@mail.example", subject: str = "Re: news", **head: str
    ) -> None:
        office = self.run.office
        head = {"In-Reply-To": self.first.message_id, **head}
        lines = [f"From: {sender}", "To: office@harbor.example", f"Subject: {subject}"]
        lines += [
            "Message-ID: <b1@mail.example>",
            *(f"{name}: {value}" for name, value in head.items() if value),
        ]
        raw = ("\r\n".join([*lines, "", text]) + "\r\n").encode()
        mail = Arrived(1, office.clock.now(), len(raw), understand(raw), raw)
        office.db.write(lambda tx: file_all(tx, office.audit, an_account(tx), 1, [mail], office.clock.now()))

    def refused(self, who: Person | None = None) -> bool:
        whose = who or self.maria
        standing = self.run.office.db.read(
            lambda tx: consents.standing(tx, whose.id, self.run.office.clock.now())
        )
        return standing.of(Use.MARKETING) is Consent.REFUSED and standing.care is not Consent.REFUSED

    def waits(self, who: Person | None = None) -> bool:
        return any(
            row.person == (who or self.maria).id and row.state is State.QUEUED for row in self.run.messages()
        )


@pytest.mark.parametrize(
    "word", ["STOP", "Alto", "unsubscribe", "BAJA.", "Stop\r\n\r\nMaria", "Hello,\r\nSTOP"]
)
def test_a_word_alone_on_a_line_ends_offers_at_once_and_pulls_what_waits(run: Running, word: str) -> None:
    scene = Scene(run)
    assert scene.waits()
    scene.comes(word)
    assert scene.refused()
    assert not scene.waits()
    assert scene.waits(scene.juan)
    assert not scene.refused(scene.juan)


def test_the_refusal_has_the_mail_as_its_evidence(run: Running) -> None:
    scene = Scene(run)
    scene.comes("STOP")

    def look(tx: Any) -> Any:
        found = consents.last(tx, scene.maria.id, Use.MARKETING)
        assert found is not None
        return proofs.get(tx, EvidenceId(found[1].evidence or ""))

    proof = run.office.db.read(look)
    assert proof is not None
    assert proof.kind is EvidenceKind.REPLY
    assert len(proof.sha256) == 64


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("I will not stop coming to you", {}),
        ("Thanks!\r\n\r\nOn Mon, Nov 23, 2026, Harbor Clinic wrote:\r\n> STOP", {}),
        ("See below\r\n\r\n-----Original Message-----\r\nFrom: Maria\r\nSent: today\r\nSTOP", {}),
        ("STOP", {"sender": "eve@mail.example"}),
        ("STOP\r\nnow", {"sender": "juan@mail.example"}),
    ],
)
def test_a_quoted_a_forwarded_or_a_strangers_word_is_none(
    run: Running, text: str, head: dict[str, str]
) -> None:
    scene = Scene(run)
    scene.comes(text, **head)
    assert not scene.refused()
    assert not scene.refused(scene.juan)
    assert scene.waits()


def test_the_headers_own_token_is_enough_from_any_address(run: Running) -> None:
    scene = Scene(run)
    ((_, value),) = leave_fields("office@harbor.example", scene.first.message_id)
    subject = value.partition("subject=")[2].strip(">").replace("%20", " ")
    head = {"In-Reply-To": ""}
    scene.comes("", sender="maria@elsewhere.example", subject=subject, **head)
    assert scene.refused()
    assert not scene.waits()


def test_a_token_that_nobody_has_ends_nothing(run: Running) -> None:
    scene = Scene(run)
    scene.comes("", subject=f"unsubscribe {'a' * 26}", **{"In-Reply-To": ""})
    assert not scene.refused()
    assert not scene.refused(scene.juan)


def test_free_words_are_a_suggestion_to_staff_and_no_refusal(run: Running) -> None:
    scene = Scene(run)
    scene.comes("Could you please take me off your list, thank you")
    assert not scene.refused()
    assert scene.waits()
    (task,) = run.office.db.read(lambda tx: tasks.open_ones(tx, "opt-out-suggested"))
    assert task.person == scene.maria.id
    scene.comes("STOP", **{"Message-ID": "<b2@mail.example>"})


# --- requests for gifts, and the answer -----------------------------------------------------


def _said(scene: Scene) -> Standing:
    office = scene.run.office
    return office.db.read(lambda tx: consents.standing(tx, scene.maria.id, office.clock.now()))


def _left_out(run: Running, purpose: MailPurpose, who: Person) -> str:
    """Why a campaign for this would leave them out; '' where it would not."""
    reason = run.rows(run.approve(purpose))[who.id].reason
    return reason.code if reason is not None else ""


def test_a_no_to_a_request_for_gifts_ends_those_and_no_offers(run: Running) -> None:
    """45 CFR 164.514(f)(2): it is a no to being asked for gifts."""
    scene = Scene(run, MailPurpose.FUNDRAISING)
    run.start(run.approve(MailPurpose.OWN_SERVICE))
    run.make()
    scene.comes("STOP")
    assert (_said(scene).gifts, _said(scene).marketing) == (Consent.REFUSED, Consent.UNKNOWN)
    waiting = [row for row in run.messages() if row.person == scene.maria.id and row.state is State.QUEUED]
    assert [row.source == scene.second for row in waiting] == [False]
    assert _left_out(run, MailPurpose.FUNDRAISING, scene.maria) == "no-gifts"
    assert _left_out(run, MailPurpose.OWN_SERVICE, scene.maria) == ""
    assert _left_out(run, MailPurpose.FUNDRAISING, scene.juan) == ""


def test_a_no_to_offers_ends_requests_for_gifts_too(run: Running) -> None:
    scene = Scene(run)
    scene.comes("STOP")
    assert _left_out(run, MailPurpose.FUNDRAISING, scene.maria) == "no-marketing"


@pytest.mark.parametrize("purpose", [MailPurpose.OWN_SERVICE, MailPurpose.FUNDRAISING])
def test_the_answer_says_once_what_ends_and_that_visit_reminders_go_on(
    run: Running, purpose: MailPurpose
) -> None:
    office, scene = run.office, Scene(run, purpose)
    answers = OptOutAnswers(office.db, office.letters, office.outbox, lambda: office.sealer, office.clock)
    answers.look()
    assert office.db.read(lambda tx: messages.listing(tx, kind="letter")) == []
    scene.comes("STOP")
    answers.look()
    again = OptOutAnswers(office.db, office.letters, office.outbox, lambda: office.sealer, office.clock)
    again.look()
    (row,) = office.db.read(lambda tx: messages.listing(tx, kind="letter"))
    assert row.person == scene.maria.id
    said = BytesParser(policy=default).parsebytes(run.wire(row)).get_body(("plain",))
    assert said is not None
    words = " ".join(said.get_content().split())
    assert "Reminders of your visits and letters about your care go on" in words
    assert ("asked for no more news" in words) is (purpose is MailPurpose.OWN_SERVICE)


def test_words() -> None:
    assert says_stop("Thanks\nstop!\nMaria")
    assert not says_stop("please stop by on Friday")
    assert may_mean_it("No quiero recibir más correos")
    assert not may_mean_it("Can I stop the tablets?")


def test_no_address_in_the_fields_can_be_fetched() -> None:
    """What follows links ahead of a reader sends no mail, so that it can opt nobody out."""
    fields = leave_fields("o'neil+x@harbor.example", f"<{'b' * 26}@harbor.example>")
    assert [name for name, _ in fields] == ["List-Unsubscribe"]
    assert all("http" not in value for _, value in fields)


def test_a_word_from_another_address_is_put_before_a_person(run: Running) -> None:
    scene = Scene(run)
    raw = (
        "From: eve@mail.example\r\nSubject: Re: news\r\n"
        f"In-Reply-To: {scene.first.message_id}\r\n\r\nSTOP\r\n"
    ).encode()
    (tied,) = run.office.db.read(lambda tx: tie(tx, [(understand(raw), run.office.clock.now())]))
    assert tied.doubt is Doubt.OTHER_SENDER
