"""Every answer to every question about a letter's purpose ends in one class, on the strict side of doubt."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pytest

from desktop.campaigns.purposes import (
    BILL,
    CARE,
    CHOICES,
    NO,
    OTHER,
    RUNNING,
    SERVICE,
    UNSURE,
    YES,
    Classed,
    Question,
    classed,
    is_weaker,
    needed,
)
from desktop.errors import InputError
from desktop.models.purposes import BASES, MailPurpose

ORDER = tuple(Question)
EVERY: list[dict[str, str]] = [
    dict(zip(ORDER, answer, strict=True)) for answer in product(*(CHOICES[one] for one in ORDER))
]
NEEDS_NOBODY = {MailPurpose.TREATMENT, MailPurpose.PAYMENT, MailPurpose.OPERATIONS}


def purpose(answers: Mapping[str, str]) -> MailPurpose:
    found = classed(answers)
    assert isinstance(found, Classed)
    return found.purpose


@pytest.mark.parametrize("answers", EVERY, ids=lambda answers: "-".join(answers.values()))
def test_every_combination_of_answers_has_one_class_with_its_rule(answers: dict[str, str]) -> None:
    found = purpose(answers)
    assert BASES[found].citation
    if answers[Question.PAID] == YES:
        assert found is MailPurpose.PAID
    if found in NEEDS_NOBODY | {MailPurpose.OWN_SERVICE, MailPurpose.FUNDRAISING}:
        assert answers[Question.PAID] != YES
    if answers[Question.PAID] == UNSURE and YES in (answers[Question.GIFTS], answers[Question.SELLS]):
        assert found is MailPurpose.PAID
    clear = answers[Question.ABOUT] not in (OTHER, UNSURE) and answers[Question.PAID] == NO
    if not clear and answers[Question.SELLS] == YES and answers[Question.OURS] != YES:
        assert BASES[found].authorized or found is MailPurpose.FUNDRAISING


@pytest.mark.parametrize("answers", EVERY, ids=lambda answers: "-".join(answers.values()))
def test_who_is_unsure_never_ends_on_a_weaker_class_than_who_says_no(answers: dict[str, str]) -> None:
    for question in ORDER:
        if UNSURE in CHOICES[question] and question not in (Question.ABOUT, Question.OURS):
            doubtful = {**answers, question: UNSURE}
            sure = {**answers, question: NO}
            assert not is_weaker(purpose(doubtful), purpose(sure))
    assert not is_weaker(
        purpose({**answers, Question.OURS: UNSURE}), purpose({**answers, Question.OURS: YES})
    )


@pytest.mark.parametrize("answers", EVERY, ids=lambda answers: "-".join(answers.values()))
def test_asked_one_by_one_the_answers_end_in_the_same_class(answers: dict[str, str]) -> None:
    said: dict[str, str] = {}
    asked: list[Question] = []
    while isinstance(question := classed(said), Question):
        assert question not in asked
        asked.append(question)
        said[question] = answers[question]
    assert question.purpose is purpose(answers)
    assert needed(answers) == said
    assert asked == list(ORDER[: len(asked)])


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        (CARE, MailPurpose.TREATMENT),
        (BILL, MailPurpose.PAYMENT),
        (RUNNING, MailPurpose.OPERATIONS),
        (SERVICE, MailPurpose.OWN_SERVICE),
    ],
)
def test_two_answers_are_enough_where_it_is_clear(about: str, expected: MailPurpose) -> None:
    assert classed({"paid": NO, "about": about}) == Classed(expected)
    assert isinstance(classed({"paid": UNSURE, "about": about}), Question)


def test_whoever_is_paid_is_asked_nothing_else() -> None:
    assert classed({}) is Question.PAID
    assert classed({"paid": YES}) == Classed(MailPurpose.PAID)


@pytest.mark.parametrize("answers", [{"colour": "red"}, {"paid": "perhaps"}, {"gifts": UNSURE}, {"paid": ""}])
def test_an_answer_that_there_is_not_is_refused(answers: dict[str, str]) -> None:
    with pytest.raises(InputError, match="purpose-answer"):
        classed(answers)


def test_asking_for_gifts_and_an_offer_of_ones_own_are_never_taken_for_each_other() -> None:
    assert is_weaker(MailPurpose.OWN_SERVICE, MailPurpose.FUNDRAISING)
    assert is_weaker(MailPurpose.TREATMENT, MailPurpose.OWN_SERVICE)
    assert not is_weaker(MailPurpose.MARKETING, MailPurpose.OWN_SERVICE)
    assert not is_weaker(MailPurpose.PAID, MailPurpose.MARKETING)
