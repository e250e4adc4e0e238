"""Reminders in the practice's own approved letters, with pictures."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.mail import own_templates
from desktop.mail.outbox import Cancel, Keep, Replace
from desktop.models import messages, pictures, templates, windows
from desktop.models.campaigning import (
    KeptPicture,
    TemplateId,
    TemplateKept,
    TemplateText,
    TemplateVersion,
    Window,
    WindowId,
    WindowKind,
)
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.purposes import MailPurpose
from desktop.models.records import Detail, Message, Reason
from desktop.models.tables_campaigns import picture
from tests.practice.office import MONDAY, Practice
from tests.support.campaigns import approved_template
from tests.unit.campaigns.test_windows import DAY, plan, recheck, send, why

PRIVATE = Ed25519PrivateKey.generate().private_bytes_raw()
WORDS = {
    "en": TemplateText(
        "See you on {{ date }}",
        "",
        "Hello {{ first_name }},\n\n![The new door](picture:door)\n\nwe expect you at {{ time }}"
        "{% if provider %} with {{ provider }}{% endif %}.",
    )
}


def door(data: bytes = b"\x89PNG door", name: str = "door") -> KeptPicture:
    return KeptPicture(name, "image/png", "0" * 64, 1, 1, "The new door", MONDAY, data=data)


@pytest.fixture
def own(office: Practice) -> TemplateId:
    def make(tx: Tx) -> TemplateId:
        pictures.add(tx, door(), office.session.user)
        made = approved_template(
            tx, office.session.user, PRIVATE, MONDAY, MailPurpose.TREATMENT, WORDS, visit=True
        )
        one = Window(WindowId(new_id()), WindowKind.REMINDER, DAY, template=made)
        windows.put(tx, one, office.session.user, MONDAY)
        return made

    return office.db.write(make)


def wire(office: Practice, message: Message) -> bytes:
    return office.db.read(lambda tx: messages.wires(tx, [message.id]))[message.id]


def test_a_reminder_is_the_practices_own_letter_with_its_picture_inside(
    office: Practice, own: TemplateId
) -> None:
    office.visit(office.person(detail=Detail.FULL), 15)
    (row,) = plan(office).rows
    assert row.subject == "See you on Tuesday, November 24, 2026"
    assert "with Dr. Okafor" in row.text
    assert [one.name for one in row.letter.pictures] == ["door"]
    (message,) = send(office).messages
    assert recheck(office, message) == Keep(), "the same letter every time that it is made"
    sent = message_from_bytes(wire(office, message), policy=policy.default)
    inside = [part for part in sent.walk() if part.get_content_type() == "image/png"]
    assert [part.get_content() for part in inside] == [b"\x89PNG door"]
    (page,) = [part.get_content() for part in sent.walk() if part.get_content_type() == "text/html"]
    assert 'src="cid:' in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_with_less_detail_the_own_letter_says_nothing_clinical(office: Practice, own: TemplateId) -> None:
    office.visit(office.person(), 15)
    (row,) = plan(office).rows
    assert "Okafor" not in row.text + row.letter.html


def test_another_picture_under_the_same_words_makes_it_another_letter(
    office: Practice, own: TemplateId
) -> None:
    office.visit(office.person(), 15)
    (message,) = send(office).messages
    office.db.write(lambda tx: _shows(tx, b"\x89PNG another"))
    verdict = recheck(office, message)
    assert isinstance(verdict, Replace)
    assert verdict.reason == Reason("wording-changed")


def test_a_picture_that_may_not_be_shown_any_more_leaves_with_no_reminder(
    office: Practice, own: TemplateId
) -> None:
    office.visit(office.person(), 15)
    (message,) = send(office).messages
    office.db.write(lambda tx: pictures.retire(tx, "door", MONDAY))
    assert recheck(office, message) == Cancel(Reason("window-template"))
    assert why(plan(office)) == ["already-queued"]


def test_a_template_that_nobody_approved_writes_to_nobody(office: Practice) -> None:
    def make(tx: Tx) -> None:
        who = office.session.user
        kept = TemplateKept(
            *(TemplateId(new_id()), "News", "visits", MailPurpose.TREATMENT, "letter", 1, 0, who, MONDAY),
            visit=True,
        )
        hashed = own_templates.content_hash(kept, WORDS)
        templates.add(tx, kept, TemplateVersion(kept.id, 1, hashed, who, MONDAY, WORDS))
        one = Window(WindowId(new_id()), WindowKind.REMINDER, DAY, template=kept.id)
        windows.put(tx, one, who, MONDAY)

    office.db.write(make)
    office.visit(office.person(), 15)
    assert why(plan(office)) == ["window-template"]


def _shows(tx: Tx, data: bytes) -> None:
    kept = replace(door(), data=data)
    tx.connection.execute(picture.update().values(data=kept.data))
