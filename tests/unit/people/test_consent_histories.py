"""10,000 random histories of what people said agree with a model that fits on one page (300 in CI)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest

from desktop.errors import SealwellError
from desktop.models import authorizations, consents, people, proofs, users
from desktop.models.accounts import Role, User, UserId
from desktop.models.authorizations import Authorization
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import Consent, PersonId
from desktop.models.standing import AuthorizationId, Evidence, EvidenceId, EvidenceKind, Standing, Use
from desktop.people.consent import Saying, record
from tests.support.kept import a_person
from tests.unit.people.conftest import NOW, Practice

ANA = User(UserId("d" * 32), "ana", Role.ADMINISTRATOR)
STATES = tuple(Consent)
KINDS = (EvidenceKind.FORM, EvidenceKind.SPOKEN, EvidenceKind.REPLY)
LEAST, MOST = 3, 9
ABOVE = {
    Use.CARE: (),
    Use.MARKETING: (Use.CARE,),
    Use.PAID: (Use.CARE, Use.MARKETING),
    Use.PLAIN: (Use.CARE,),
    Use.GIFTS: (Use.CARE, Use.MARKETING),
}


@dataclass(frozen=True)
class Step:
    """One thing that is said: with a new proof, one that was used before, or none."""

    use: Use
    state: Consent
    at: datetime
    proof: str
    """`new`, `old`, or '' for none."""
    kind: EvidenceKind
    taken: date
    days: int | None
    """The yes ends so many days after it was said; None: never."""
    permission: bool


@dataclass
class Model:
    """Only what the rules say, by hand: no database, no code of ours but the values."""

    said: dict[Use, tuple[Consent, date, datetime | None]] = field(default_factory=dict)
    used: dict[Use, set[int]] = field(default_factory=lambda: {use: set() for use in Use})
    refused: dict[Use, tuple[date, frozenset[int]]] = field(default_factory=dict)
    """The day of the newest refusal, and the proofs that were known when the last one was said."""

    def own(self, use: Use, now: datetime) -> Consent:
        if use not in self.said:
            return Consent.UNKNOWN
        state, _, until = self.said[use]
        over = state is Consent.GIVEN and until is not None and until <= now
        return Consent.UNKNOWN if over else state

    def takes(self, step: Step, number: int | None) -> bool:
        """`number` is the proof's, None without one. Notes it where it is taken."""
        if step.state is Consent.GIVEN:
            if number is None or (step.days is not None and step.days <= 0):
                return False
            if step.use is Use.PAID and not step.permission:
                return False
            if step.kind is EvidenceKind.SPOKEN and step.use in (Use.MARKETING, Use.PAID):
                return False
            if any(self.own(one, step.at) is Consent.REFUSED for one in ABOVE[step.use]) and (
                self.own(step.use, step.at) is not Consent.REFUSED
            ):
                return False
        if step.state is not Consent.REFUSED and step.use in self.refused:
            day, known = self.refused[step.use]
            stands = self.said[step.use][0] is Consent.REFUSED
            if (stands or step.state is Consent.GIVEN) and (
                number is None or number in known or step.taken < day or step.at.date() < day
            ):
                return False
        until = None if step.days is None else step.at + timedelta(days=step.days)
        self.said[step.use] = (step.state, step.at.date(), until if step.state is Consent.GIVEN else None)
        if number is not None:
            self.used[step.use].add(number)
        if step.state is Consent.REFUSED:
            day, _ = self.refused.get(step.use, (step.at.date(), frozenset()))
            self.refused[step.use] = max(day, step.at.date()), frozenset(self.used[step.use])
        return True

    def at(self, now: datetime) -> Standing:
        return Standing(*(self.own(use, now) for use in Use))


def steps(chance: random.Random) -> list[Step]:
    made, at = [], NOW
    for _ in range(chance.randint(LEAST, MOST)):
        at += timedelta(days=chance.choice((0, 0, 1, 5)), hours=chance.randint(0, 5))
        said = at - timedelta(days=chance.choice((0, 0, 0, 2, 9)))
        made.append(
            Step(
                use=chance.choice(tuple(Use)),
                state=chance.choice(STATES),
                at=said,
                proof=chance.choice(("new", "new", "old", "")),
                kind=chance.choice(KINDS),
                taken=said.date() - timedelta(days=chance.choice((0, 0, 3))),
                days=chance.choice((None, None, 0, 1, 30)),
                permission=chance.random() < 0.5,
            )
        )
    return made


def played(tx: Tx, who: PersonId, told: Sequence[Step]) -> None:
    model = Model()
    kept: list[tuple[EvidenceId, EvidenceKind, date]] = []
    for step in told:
        number = None
        if step.proof == "new" or (step.proof == "old" and not kept):
            kept.append((EvidenceId(new_id()), step.kind, step.taken))
            proofs.keep(tx, Evidence(*kept[-1][:2], "0" * 64, step.at, taken_on=step.taken))
        if step.proof:
            number = len(kept) - 1
            step = Step(**{**vars(step), "kind": kept[-1][1], "taken": kept[-1][2]})
        before = len(consents.history(tx, who))
        try:
            record(tx, _saying(tx, who, step, kept[number][0] if number is not None else None))
            taken = True
        except SealwellError:
            taken = False
        assert taken is model.takes(step, number), (step, number, told)
        assert len(consents.history(tx, who)) == before + taken
        for later in (step.at, step.at + timedelta(days=1), step.at + timedelta(days=90)):
            assert consents.standing(tx, who, later) == model.at(later), told
    person = people.get(tx, who)
    assert person is not None
    assert person.consent is model.said.get(Use.CARE, (Consent.UNKNOWN,))[0]
    plain = model.said.get(Use.PLAIN)
    assert (person.plain_wish is not None) is (plain is not None and plain[0] is Consent.GIVEN)


def _saying(tx: Tx, who: PersonId, step: Step, proof: EvidenceId | None) -> Saying:
    permission = None
    if step.use is Use.PAID and step.permission:
        permission = AuthorizationId(new_id())
        words = ("letters", "us", "them", "offers", None, "end of care", step.at.date(), "Maria", "")
        one = Authorization(
            permission, who, step.use, *words, True, "Payer", True, "en-1", None, ANA.id, step.at
        )
        authorizations.add(tx, one)
    until = None if step.days is None else step.at + timedelta(days=step.days)
    return Saying(
        *(who, step.use, step.state, step.at, "paper", ANA.id),
        evidence=proof,
        expires=until,
        authorization=permission,
    )


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.soak)])
def test_random_histories_agree_with_the_model(practice: Practice, count: int) -> None:
    practice.database.write(lambda tx: users.add(tx, ANA, "SECRET"))
    chance = random.Random(f"consent-{count}")
    for start in range(0, count, 100):

        def some(tx: Tx, start: int = start) -> None:
            for _ in range(start, min(start + 100, count)):
                person = a_person()
                people.insert(tx, person)
                played(tx, person.id, steps(chance))

        practice.database.write(some)
