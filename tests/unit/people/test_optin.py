"""The code of a question by mail: it counts once, in time, from its address, in the writer's own words."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from desktop.audit.log import AuditLog
from desktop.mail import optin
from desktop.models import consents, maillinks, optins, people, proofs, users
from desktop.models.accounts import Role, User, UserId
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.optins import OptIn
from desktop.models.records import Consent
from desktop.models.standing import EvidenceId, EvidenceKind, OptInId, Use
from tests.support.clock import ManualClock
from tests.support.kept import a_person
from tests.support.said import say
from tests.unit.people.conftest import NOW, Practice

ANA = User(UserId("d" * 32), "ana", Role.ADMINISTRATOR)
MARIA = a_person(email="maria@example.com")
HASH = "a" * 64


class Question:
    """One question to Maria, and how she answers."""

    def __init__(self, practice: Practice) -> None:
        self.db = practice.database
        self.code = optin.new_code()
        self.audit = AuditLog("1", ManualClock(NOW))
        self.db.write(self._ask)

    def _ask(self, tx: Tx) -> None:
        users.add(tx, ANA, "SECRET")
        people.insert(tx, MARIA)
        key = optin.code_key(tx, self.code)
        until = NOW + optin.VALID
        asked = (OptInId(new_id()), MARIA.id, Use.MARKETING, MARIA.email, key, "v1", ANA.id, NOW, until)
        optins.add(tx, OptIn(*asked))

    def answer(self, own: str, sender: str = MARIA.email, now: datetime = NOW) -> bool:
        return self.db.write(lambda tx: optin.answered(tx, self.audit, MARIA.id, sender, own, HASH, now))

    @property
    def said(self) -> Consent:
        return self.db.read(lambda tx: consents.standing(tx, MARIA.id, NOW)).marketing


@pytest.fixture
def question(practice: Practice) -> Question:
    return Question(practice)


def test_the_code_from_the_same_address_is_a_yes_with_its_evidence(question: Question) -> None:
    assert question.answer(f"Yes please, {question.code.lower()}. Maria")
    assert question.said is Consent.GIVEN
    ((_, entry),) = question.db.read(lambda tx: consents.numbered(tx, MARIA.id))
    assert entry.evidence is not None
    kept = question.db.read(lambda tx: proofs.get(tx, EvidenceId(entry.evidence or "")))
    assert kept is not None
    assert (kept.kind, kept.sha256, kept.wording, entry.how) == (EvidenceKind.REPLY, HASH, "v1", "by-mail")


def test_it_counts_once(question: Question) -> None:
    assert question.answer(question.code)
    question.db.write(lambda tx: say(tx, MARIA.id, Consent.REFUSED, NOW, "phone", use=Use.MARKETING))
    assert not question.answer(question.code)
    assert question.said is Consent.REFUSED


@pytest.mark.parametrize("own", ["Yes, gladly", "", "ABCD-EFGH", "x" * 10_000, "AB" * 4_000])
def test_other_words_are_no_code(question: Question, own: str) -> None:
    assert not question.answer(own)
    assert question.said is Consent.UNKNOWN


def test_another_address_does_not_answer(question: Question) -> None:
    assert not question.answer(question.code, "maria@example.org")
    assert question.said is Consent.UNKNOWN


def test_too_late_is_too_late(question: Question) -> None:
    assert not question.answer(question.code, now=NOW + optin.VALID)
    assert not question.answer(question.code, now=NOW + timedelta(days=1))
    assert question.said is Consent.UNKNOWN


def test_whoever_refused_all_mail_in_between_is_not_overruled(question: Question) -> None:
    question.db.write(lambda tx: say(tx, MARIA.id, Consent.REFUSED, NOW, "phone"))
    assert not question.answer(question.code)
    assert question.said is Consent.UNKNOWN


def test_whoever_refused_this_very_purpose_in_between_is_not_overruled(question: Question) -> None:
    question.db.write(lambda tx: say(tx, MARIA.id, Consent.REFUSED, NOW, "phone", use=Use.MARKETING))
    assert not question.answer(question.code)
    assert question.said is Consent.REFUSED


def test_an_address_that_is_theirs_no_more_does_not_answer(question: Question) -> None:
    question.db.write(lambda tx: maillinks.end(tx, MARIA.id, MARIA.email, NOW))
    assert not question.answer(question.code)
    assert question.said is Consent.UNKNOWN
