"""What a letter to many is for: two questions, and three more only where these leave it unclear.

Pure: answers in, the next question or the class out. Whoever is unsure ends on the stricter side
(45 CFR 164.501, marketing; 164.508(a)(3); 164.514(f)).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.models.purposes import BASES, Basis, MailPurpose


class Question(StrEnum):
    PAID = "paid"
    """Does anybody pay for it?"""
    ABOUT = "about"
    """What of our own care is it about?"""
    GIFTS = "gifts"
    """Does it ask for gifts?"""
    SELLS = "sells"
    """Does it want people to buy or use something?"""
    OURS = "ours"
    """Is that something that we offer ourselves, as care?"""


YES, NO, UNSURE = "yes", "no", "unsure"
CARE, BILL, RUNNING, SERVICE, OTHER = "care", "bill", "running", "service", "other"
CHOICES: Mapping[Question, tuple[str, ...]] = MappingProxyType(
    {
        Question.PAID: (NO, YES, UNSURE),
        Question.ABOUT: (CARE, BILL, RUNNING, SERVICE, OTHER, UNSURE),
        Question.GIFTS: (NO, YES),
        Question.SELLS: (NO, YES, UNSURE),
        Question.OURS: (YES, NO, UNSURE),
    }
)
_ABOUT: Mapping[str, MailPurpose] = MappingProxyType(
    {
        CARE: MailPurpose.TREATMENT,
        BILL: MailPurpose.PAYMENT,
        RUNNING: MailPurpose.OPERATIONS,
        SERVICE: MailPurpose.OWN_SERVICE,
    }
)
"""What is clear where nobody pays."""
_STRICTNESS: Mapping[MailPurpose, int] = MappingProxyType(
    {
        MailPurpose.TREATMENT: 0,
        MailPurpose.PAYMENT: 0,
        MailPurpose.OPERATIONS: 0,
        MailPurpose.OWN_SERVICE: 1,
        MailPurpose.FUNDRAISING: 1,
        MailPurpose.MARKETING: 2,
        MailPurpose.PAID: 3,
    }
)


@dataclass(frozen=True)
class Classed:
    """Settled: what it is, and the rule that says so."""

    purpose: MailPurpose

    @property
    def basis(self) -> Basis:
        return BASES[self.purpose]


def classed(answers: Mapping[str, str]) -> Question | Classed:
    """The next question, or the class; answers that are not asked for any more count for nothing.

    Raises InputError("purpose-answer") for a question or an answer that there is not.
    """
    said = {_question(name): answer for name, answer in answers.items()}
    if any(answer not in CHOICES[question] for question, answer in said.items()):
        raise InputError("purpose-answer")
    paid, about = said.get(Question.PAID), said.get(Question.ABOUT)
    if paid is None:
        return Question.PAID
    if paid == YES:
        return Classed(MailPurpose.PAID)
    if about is None:
        return Question.ABOUT
    if paid == NO and about in _ABOUT:
        return Classed(_ABOUT[about])
    return _unclear(said, about, paid)


def needed(answers: Mapping[str, str]) -> dict[str, str]:
    """Of `answers` those that the class rests on, in the order in which they were asked."""
    kept: dict[str, str] = {}
    while isinstance(question := classed(kept), Question):
        if question not in answers:
            break
        kept[question.value] = answers[question]
    return kept


def is_weaker(one: MailPurpose, than: MailPurpose) -> bool:
    """Whether mail of the class `one` would reach people whom that of `than` must not."""
    fundraises = than is MailPurpose.FUNDRAISING and one is not MailPurpose.FUNDRAISING
    return _STRICTNESS[one] < _STRICTNESS[than] or (fundraises and one is MailPurpose.OWN_SERVICE)


def _unclear(said: Mapping[Question, str], about: str, paid: str) -> Question | Classed:
    """All five: what asks for nothing and sells nothing is how a practice is run."""
    gifts, sells, ours = (said.get(one) for one in (Question.GIFTS, Question.SELLS, Question.OURS))
    if gifts is None:
        return Question.GIFTS
    if gifts == YES:
        return Classed(MailPurpose.FUNDRAISING if paid == NO else MailPurpose.PAID)
    if sells is None:
        return Question.SELLS
    if sells == NO:
        return Classed(_ABOUT.get(about, MailPurpose.OPERATIONS))
    if paid == UNSURE:
        return Classed(MailPurpose.PAID)
    if ours is None:
        return Question.OURS
    return Classed(MailPurpose.OWN_SERVICE if ours == YES else MailPurpose.MARKETING)


def _question(name: str) -> Question:
    if name not in list(Question):
        raise InputError("purpose-answer")
    return Question(name)
