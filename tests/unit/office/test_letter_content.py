"""What a letter says: it raises the protection, stops the letter, or has to be seen before it leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from desktop.errors import SealwellError
from desktop.models import tasks
from desktop.models.accounts import Session
from desktop.models.protection import Form
from desktop.models.records import Label, Method, PersonId
from desktop.office.api import Office
from desktop.office.values import (
    AttachmentIn,
    CallOpened,
    Explained,
    LetterRequest,
    PassphraseRequest,
    Queued,
)
from desktop.office.values_practice import RelayRequest
from desktop.office.values_protection import ExplainFile
from desktop.office.wire import from_json, to_json
from tests.content_files import pdf
from tests.made_practice import Practice, import_visits, person_named
from tests.made_staff import desk_of

Work = tuple[Office, Session]


@pytest.fixture
def work(at_work: Work, relay_request: Callable[..., RelayRequest]) -> Work:
    """A relay that requires encryption, and a password card for Zoraida."""
    office, session = at_work
    office.add_relay(session, relay_request())
    office.make_passphrase(session, PassphraseRequest(zoraida(at_work), "Ana", "in-person"))
    return at_work


def zoraida(work: Work) -> PersonId:
    return person_named(*work, "Zoraida")


def letter(work: Work, text: str = "We open at nine.", **changes: object) -> LetterRequest:
    made = LetterRequest(zoraida(work), "Hours", text, label=Label.ROUTINE)
    return replace(made, **changes)  # type: ignore[arg-type]


def codes(shown: Explained) -> set[str]:
    return {reason.code for reason in shown.reasons}


def refused(work: Work, request: LetterRequest) -> str:
    office, session = work
    with pytest.raises(SealwellError) as caught:
        office.send_letter(session, request)
    assert office.list_outbox(session).messages == ()
    assert "message.refused" in [line.act for line in office.query_log(session).lines]
    return caught.value.code


def test_a_harmless_letter_goes_encrypted_on_the_way(work: Work) -> None:
    office, session = work
    shown = office.explain_letter(session, letter(work))
    assert (shown.method, shown.hits, shown.seen, shown.form) == (Method.TLS, (), "", None)
    sent = office.send_letter(session, letter(work, expect=shown.hash))
    assert isinstance(sent, Queued)
    assert sent.method is Method.TLS


def test_what_tells_of_health_is_raised_and_says_so(work: Work) -> None:
    office, session = work
    request = letter(work, "Your chemotherapy begins on Monday.")
    shown = office.explain_letter(session, request)
    assert (shown.method, shown.form) == (Method.ENVELOPE, Form.PDF)
    assert {"content-clinical", "raised"} <= codes(shown)
    assert [(hit.kind, hit.action) for hit in shown.hits] == [("clinical", "raise")]
    sent = office.send_letter(session, replace(request, expect=shown.hash))
    assert isinstance(sent, Queued)
    assert sent.method is Method.ENVELOPE


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Your chemotherapy"},
        {"subject": "For Zoraida Canaryfield"},
        {"attachments": (AttachmentIn("Bo Nightingale.txt", data=b"Hello"),)},
        {"attachments": (AttachmentIn("letter.pdf", data=pdf("Report on Bo Nightingale")),)},
    ],
)
def test_what_would_give_somebody_away_stops_the_letter(work: Work, changes: dict[str, Any]) -> None:
    office, session = work
    request = letter(work, **changes)
    shown = office.explain_letter(session, request)
    assert "block" in {hit.action for hit in shown.hits}
    assert refused(work, replace(request, seen=shown.seen)) == "content-blocked"


def test_a_warning_has_to_be_seen_as_it_is(work: Work) -> None:
    office, session = work
    request = letter(work, "Please bring the papers of Bo Nightingale.")
    assert refused(work, request) == "content-not-seen"
    shown = office.explain_letter(session, request)
    assert [(hit.kind, hit.action) for hit in shown.hits] == [("other-name", "warn")]
    longer = replace(request, text=f"{request.text} And those of Ned Noaddress.")
    assert refused(work, replace(longer, seen=shown.seen)) == "content-not-seen"
    assert isinstance(office.send_letter(session, replace(request, seen=shown.seen)), Queued)


def test_a_scan_shows_its_first_page(work: Work) -> None:
    office, session = work
    scan = AttachmentIn("scan.pdf", data=pdf("", picture=True))
    shown = office.explain_letter(session, letter(work, attachments=(scan,)))
    (hit,) = shown.hits
    assert (hit.kind, hit.action, hit.file) == ("no-text", "warn", 0)
    assert hit.picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert from_json(Explained, to_json(shown)) == shown
    other = AttachmentIn("scan.pdf", data=pdf("", "", picture=True))
    changed = letter(work, attachments=(other,), seen=shown.seen)
    assert refused(work, changed) == "content-not-seen"


def test_somebody_who_is_renamed_is_known_at_once(work: Work) -> None:
    office, session = work
    request = letter(work, "Please bring the papers of Xenia Quist.")
    assert office.explain_letter(session, request).hits == ()
    office.set_person(session, person_named(*work, "Bo"), {"first_name": "Xenia", "last_name": "Quist"})
    assert [hit.kind for hit in office.explain_letter(session, request).hits] == ["other-name"]


def test_what_may_not_be_mailed_becomes_a_task_to_phone(work: Work) -> None:
    office, session = work
    request = letter(work, "Your biopsy was positive.", label=Label.DO_NOT_EMAIL)
    shown = office.explain_letter(session, request)
    assert (shown.method, codes(shown)) == (Method.NONE, {"label-no-email"})
    opened = office.send_letter(session, request)
    assert isinstance(opened, CallOpened)
    either: Any = Queued | CallOpened
    assert from_json(either, to_json(opened)) == opened
    assert office.list_outbox(session).messages == ()
    (task,) = desk_of(office).opened().database.read(lambda tx: tasks.open_ones(tx, "call"))
    assert (task.id, task.person, task.details) == (opened.task, zoraida(work), {})
    assert "task.call-opened" in [line.act for line in office.query_log(session).lines]


def test_a_stranger_gets_neither_a_letter_nor_a_task(work: Work) -> None:
    nobody = PersonId("0" * 32)
    assert refused(work, letter(work, person=nobody)) == "person-unknown"
    assert refused(work, letter(work, person=nobody, label=Label.DO_NOT_EMAIL)) == "person-unknown"


def test_the_practice_chooses_what_follows_but_not_for_another_patients_file(work: Work) -> None:
    office, session = work
    assert office.show_content_policy(session).rules["clinical"] == "raise"
    assert office.set_content_policy(session, {"clinical": "block"}).rules["clinical"] == "block"
    assert refused(work, letter(work, "Your chemotherapy begins.")) == "content-blocked"
    office.set_content_policy(session, {"clinical": "raise"})
    assert office.explain_letter(session, letter(work, "Your chemotherapy begins.")).method is Method.ENVELOPE
    for wrong in ({"other-patient": "warn"}, {"clinical": "ignore"}, {"weather": "warn"}):
        with pytest.raises(SealwellError) as caught:
            office.set_content_policy(session, wrong)
        assert caught.value.code == "content-policy-wrong"


def test_a_mail_file_is_explained_by_what_it_says(work: Work) -> None:
    office, session = work
    mail = b"Subject: Hours\r\nFrom: x@example.org\r\n\r\nWe open at nine.\r\n"
    assert office.explain_file(session, ExplainFile(zoraida(work), data=mail)).method is Method.TLS
    shown = office.explain_file(session, ExplainFile(zoraida(work), data=mail + b"Your HIV test is due.\r\n"))
    assert (shown.method, shown.form) == (Method.ENVELOPE, Form.PDF)
    with pytest.raises(SealwellError) as caught:
        office.explain_file(session, ExplainFile(PersonId("0" * 32), data=mail))
    assert caught.value.code == "person-unknown"


def test_a_days_reminders_are_explained_by_method(work: Work, practice: Practice) -> None:
    office, session = work
    import_visits(office, session, practice.clock)
    shown = office.explain_reminders(session)
    assert shown.counts == {Method.TLS: 2, Method.NONE: 1}
    assert [one.method for one in shown.people].count(Method.TLS) == 2
    plan = office.preview_reminders(session)
    assert {line.person for line in plan.reminders} <= {one.person for one in shown.people}


def test_a_name_that_tells_the_specialty_is_warned_about(
    at_work: Work, relay_request: Callable[..., RelayRequest]
) -> None:
    office, session = at_work
    office.add_relay(session, relay_request(sender="office@elmstreet-oncology.example.com"))
    shown = office.explain_letter(session, letter(at_work))
    assert [reason.code for reason in shown.warnings] == ["content-sender-domain"]
