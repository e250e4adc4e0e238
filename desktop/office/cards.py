"""The secret desk: password cards are printed, read out, made anew; and which form somebody wants."""

from __future__ import annotations

from datetime import timedelta

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.compliance.retention import MESSAGES, classes
from desktop.errors import Refused
from desktop.mail import phrase
from desktop.mail.cardwords import keep_card
from desktop.mail.sealing import REMINDER
from desktop.mail.states import WAITING
from desktop.models import cards, cardwords, messages, outstanding, pickups
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.documents import Document, Printer
from desktop.models.protection import Form, Pickup
from desktop.models.records import MessageId, Method, PersonId, Reason
from desktop.office.again import ON_ITS_WAY, Anew, anew, queue_anew, sealed_anew
from desktop.office.api import Progress
from desktop.office.card_paper import card_paper
from desktop.office.card_rules import card_of, kept_words, must_be_checked, new_card
from desktop.office.desk import Desk, Recorder
from desktop.office.people import found
from desktop.office.reach import forget as forget_reach
from desktop.office.values import PassphraseMade, PassphraseRequest
from desktop.office.values_protection import Paper, PhraseShown, Reissued, WordsShown

NEW_WORDS = "new-words"
_BY_PHONE = "by-phone"
_OUTSTANDING = (*ON_ITS_WAY, *WAITING)


class Cards:
    """Words leave the program here alone, each time with a record of its own."""

    def __init__(self, desk: Desk, clock: Clock, printer: Printer) -> None:
        self._desk = desk
        self._clock = clock
        self._printer = printer

    def make_passphrase(self, session: Session, request: PassphraseRequest) -> PassphraseMade:
        """Six words, shown once here; kept sealed, for PDF files and for reading out (ADR 0014).

        Whoever has a card already gets new words as `reissue_card` gives them: by phone only after
        the check, and with what is outstanding sealed anew.
        """
        opened = self._desk.check(session, Action.MAKE_PASSPHRASE)
        if opened.database.read(lambda tx: cards.get(tx, request.person)) is not None:
            return PassphraseMade(passphrase=self.reissue_card(session, request).passphrase)
        card, words = new_card(request, self._clock.now())

        def keep(tx: Tx, record: Recorder) -> PassphraseMade:
            found(tx, request.person)
            keep_card(tx, card, words)
            forget_reach(tx)
            record(Event(Act.PASSPHRASE_MADE, obj=request.person, det={"handed": request.how}))
            return PassphraseMade(passphrase=words)

        return self._desk.write(session, Action.MAKE_PASSPHRASE, keep)

    def show_words(self, session: Session, person: PersonId) -> WordsShown:
        """To read out. Refused `check-first` without this user's identity check of today,
        `no-card`, `words-not-kept`; VaultError `card-words-damaged`."""

        def show(tx: Tx, record: Recorder) -> WordsShown:
            found(tx, person)
            must_be_checked(tx, session, person, self._clock.now())
            card = card_of(tx, person)
            words = kept_words(tx, card)
            record(Event(Act.WORDS_SHOWN, obj=person))
            return WordsShown(words, card.made_at)

        return self._desk.write(session, Action.SHOW_WORDS, show)

    def print_card(self, session: Session, person: PersonId) -> Paper:
        """One page in the person's language. Refused `phrase-first` until the practice has its phrase,
        `no-card`, `words-not-kept`, `printing-unavailable`."""

        def lay_out(tx: Tx, record: Recorder) -> Document:
            who = found(tx, person)
            card = card_of(tx, person)
            words = kept_words(tx, card)
            if not phrase.current(tx):
                raise Refused("phrase-first")
            record(Event(Act.CARD_PRINTED, obj=person))
            return card_paper(tx, who.language, words, card.made_at)

        document = self._desk.write(session, Action.PRINT_CARD, lay_out)
        return Paper(self._printer.print_pdf(document), "password-card.pdf")

    def show_phrase(self, session: Session) -> PhraseShown:
        """The phrase in use, or a suggestion where there is none yet."""
        opened = self._desk.check(session, Action.PRINT_CARD)
        used = opened.database.read(phrase.current)
        return PhraseShown(used, "" if used else phrase.suggestion())

    def set_phrase(self, session: Session, chosen: str) -> PhraseShown:
        """Whoever prints the first card chooses; later it is on people's cards, and only those who
        may change the practice's own settings may change it. InputError `phrase-length`."""

        def choose(tx: Tx, record: Recorder) -> PhraseShown:
            if phrase.current(tx):
                self._desk.guard.check(session, Action.SET_PRACTICE)
            record(Event(Act.PRACTICE_CHANGED, det={"fields": 1}))
            return PhraseShown(phrase.choose(tx, chosen))

        return self._desk.write(session, Action.PRINT_CARD, choose)

    def reissue_card(
        self, session: Session, request: PassphraseRequest, progress: Progress | None = None
    ) -> Reissued:
        """New words; what is outstanding is sealed anew under them, what cannot be is listed.

        All of it is one transaction; links to files under the old words lead nowhere from then on.
        InputError `handed-over-missing`, `handed-over-how`,
        `person-unknown`; Refused `check-first` where the words go by phone, `no-card`, `cancelled`.
        """
        opened = self._desk.check(session, Action.REISSUE_CARD)
        person, now = request.person, self._clock.now()
        card, words = new_card(request, now)
        again, lost = opened.database.read(lambda tx: self._outstanding(tx, session, request))

        def change(tx: Tx) -> None:
            keep_card(tx, card, words)

        sealed, shut = sealed_anew(opened, change, again, progress)
        lost += [old for old, _ in shut]

        def store(tx: Tx, record: Recorder) -> Reissued:
            self._must_fit(tx, session, request)
            change(tx)
            queued = queue_anew(opened, tx, record, sealed, session)
            for old in lost:  # nothing leaves under the old words
                opened.outbox.cancel(tx, old, Reason(NEW_WORDS), session)
            for link in links_under_old_words(tx, lost):
                pickups.mark(tx, link.id, revoked_at=now)
                record(Event(Act.PICKUP_REVOKED, link.id, det={"message": link.message}))
            record(Event(Act.PASSPHRASE_MADE, obj=person, det={"handed": request.how}))
            record(Event(Act.CARD_REISSUED, obj=person, det={"messages": len(queued)}))
            return Reissued(words, tuple(row.id for row in queued), tuple(lost))

        answer = self._desk.write(session, Action.REISSUE_CARD, store)
        for link in opened.database.read(lambda tx: pickups.of_messages(tx, lost)).values():
            opened.pickups.delete(link.id)
        return answer

    def set_form(self, session: Session, person: PersonId, form: Form | None) -> Form | None:
        """What locked files to this person are made as, where it is possible; None: the program chooses."""

        def keep(tx: Tx, record: Recorder) -> Form | None:
            found(tx, person)
            cardwords.wish(tx, person, form)
            record(Event(Act.FORM_CHANGED, obj=person, det={"form": form.value if form else "any"}))
            return form

        return self._desk.write(session, Action.SET_FORM, keep)

    def _outstanding(
        self, tx: Tx, session: Session, request: PassphraseRequest
    ) -> tuple[list[Anew], list[MessageId]]:
        """What can be opened with the card as it is, and what cannot."""
        self._must_fit(tx, session, request)
        now = self._clock.now()
        since = now - timedelta(days=classes(tx)[MESSAGES])
        again: list[Anew] = []
        lost: list[MessageId] = []
        for one in outstanding.locked_files(tx, request.person, _OUTSTANDING, since, now):
            message = messages.get(tx, one)
            if message is None or (message.kind == REMINDER and message.state in WAITING):
                continue  # the claim makes a reminder anew by itself
            try:
                again.append(anew(tx, message, Method.ENVELOPE))
            except Refused:
                lost.append(one)
        return again, lost

    def _must_fit(self, tx: Tx, session: Session, request: PassphraseRequest) -> None:
        found(tx, request.person)
        card_of(tx, request.person)
        if request.how == _BY_PHONE:
            must_be_checked(tx, session, request.person, self._clock.now())


def links_under_old_words(tx: Tx, lost: list[MessageId]) -> list[Pickup]:
    """Of the messages that are not sealed anew: those whose file somebody could still fetch."""
    found = pickups.of_messages(tx, lost).values()
    return [one for one in found if one.revoked_at is None and one.deleted_at is None]
