"""A letter is looked at with each pause of typing: the log keeps what was new, not each look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from desktop.crypto.openpgp import OwnKeyring
from desktop.models.accounts import Session
from desktop.models.records import Label, Method
from desktop.office.api import Office
from desktop.office.values import KeyImport, LetterRequest, PassphraseRequest
from desktop.office.values_practice import RelayRequest
from tests.made_practice import person_named

Work = tuple[Office, Session]


@pytest.fixture
def work(at_work: Work, relay_request: Callable[..., RelayRequest]) -> Work:
    office, session = at_work
    office.add_relay(session, relay_request())
    person = person_named(*at_work, "Zoraida")
    office.make_passphrase(session, PassphraseRequest(person, "Ana", "in-person"))
    return at_work


def letter(work: Work, name: str = "Zoraida", text: str = "We open at nine.") -> LetterRequest:
    return LetterRequest(person_named(*work, name), "Hours", text, label=Label.ROUTINE)


def looks(work: Work) -> int:
    office, session = work
    acts = [line.act for line in office.query_log(session).lines]
    return acts.count("protection.explained")


def test_the_same_answer_about_the_same_person_is_on_record_once(work: Work) -> None:
    office, session = work
    for text in ("We", "We open", "We open at nine."):
        office.explain_letter(session, letter(work, text=text))
    assert looks(work) == 1


def test_another_answer_or_another_person_is_another_record(work: Work) -> None:
    office, session = work
    asked = letter(work)
    office.explain_letter(session, asked)
    office.explain_letter(session, replace(asked, label=Label.SENSITIVE))
    assert looks(work) == 2
    office.explain_letter(session, replace(asked, person=person_named(*work, "Bo")))
    assert looks(work) == 3
    office.explain_letter(session, asked)
    assert looks(work) == 4


def test_the_answer_names_the_key_that_would_seal_it(work: Work) -> None:
    office, session = work
    asked = letter(work)
    assert office.explain_letter(session, asked).fingerprint == ""
    with OwnKeyring() as ring:
        key = ring.make_key("Zoraida", "zoraida@example.org")
    office.import_key(session, KeyImport(asked.person, key.fingerprint, data=key.public))
    shown = office.explain_letter(session, asked)
    assert (shown.method, shown.fingerprint) == (Method.OPENPGP, key.fingerprint)
    assert "key-checked" in {reason.code for reason in shown.reasons}
