"""How the letter goes: asked while it is written, shown beside Send, and what the sender wants more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from desktop.errors import SealwellError
from desktop.frozen import dataclass
from desktop.models.accounts import Session
from desktop.models.correspondence import ConversationId
from desktop.models.records import Label, Level, Method, PersonId, Reason
from desktop.office.values import AttachmentIn, Explained, LetterRequest
from desktop.office.values_access import DraftKept
from desktop.ui.base import Page, Ui
from desktop.ui.compose.checking import Checker
from desktop.ui.compose.findings import Findings, put_together
from desktop.ui.compose.found import FoundPanel
from desktop.ui.compose.label import LabelChoice
from desktop.ui.compose.recipient import RecipientField
from desktop.ui.decision.card import DecisionCard
from desktop.ui.decision.line import DecisionLine
from desktop.ui.decision.steps import Steps, steps_of
from desktop.ui.decision.words import mark
from desktop.ui.navigation import Navigation

_LOWER = "protection-lower"


@dataclass(frozen=True)
class Written:
    """What stands on the page."""

    subject: str = field(repr=False)
    text: str = field(repr=False)
    attachments: tuple[AttachmentIn, ...] = ()
    conversation: ConversationId | None = None
    turn: int = 0
    about: PersonId | None = None


class Deciding(QObject):
    """Owns the line, the card, the label and the findings; the page lays them out.

    `changed` when it may differ whether the letter can be sent; `looked` with the findings of
    the letter as it was looked at.
    """

    changed = Signal()
    looked = Signal(object)

    def __init__(
        self,
        page: Page,
        session: Session,
        navigation: Navigation,
        recipient: RecipientField,
        look: Callable[[], Written],
    ) -> None:
        super().__init__(page)
        ui: Ui = page.ui
        self.ui = ui
        self._recipient = recipient
        self._look = look
        self._shown: dict[PersonId, tuple[str, ...]] = {}
        self.decided: Explained | None = None
        self.wanted: Method | None = None
        self.raised = False
        self._coming: tuple[Method | None, bool] = None, False
        self.label = LabelChoice(ui)
        self.line = DecisionLine(ui, ui.say("ui.compose.choose-first"))
        self.card = DecisionCard(ui, steps_of(session), choose=True)
        self.card.hide()
        self.found = FoundPanel(ui)
        self._steps = Steps(page, ui, session, navigation)
        self.checker = Checker(page, ui, session, self._request)
        self.checker.answered.connect(self._answered)
        self.checker.failed.connect(self._failed)
        self.checker.busy.connect(self.line.show_busy)
        self._complain = page.show_error
        self.label.changed.connect(self._label_changed)
        self.found.settled.connect(self._settle)
        self.line.opened.connect(lambda: self.open_card(self.card.isHidden()))
        self.card.closed.connect(lambda: self.open_card(False))
        self.card.way_wanted.connect(self._choose)
        self.card.level_wanted.connect(self._raise)
        self.card.step_wanted.connect(self._take_step)

    # --- what the page asks ------------------------------------------------------------

    @property
    def by_phone(self) -> bool:
        return self.label.label is Label.DO_NOT_EMAIL

    @property
    def ready(self) -> bool:
        """Whether the letter may go as it stands, or become a call."""
        if self.decided is None:
            return False
        if self.by_phone:
            return True
        return self.decided.method is not Method.NONE and not self.found.blocked and not self.found.waiting

    @property
    def mark(self) -> tuple[str, ...]:
        return mark(self.decided) if self.decided is not None else ()

    def request(self) -> LetterRequest | None:
        """To be sent: with what was shown, and what somebody looked at."""
        request = self._request()
        if request is None or self.decided is None:
            return None
        seen = "" if self.found.waiting else self.decided.seen
        return replace(request, expect=self.decided.hash, seen=seen)

    def _request(self) -> LetterRequest | None:
        person = self._recipient.person
        if person is None:
            return None
        written = self._look()
        return LetterRequest(
            person.person.id,
            subject=written.subject,
            text=written.text,
            attachments=written.attachments,
            label=self.label.label,
            wanted=self.wanted,
            raise_to=Level.END_TO_END if self.raised else None,
            conversation=written.conversation,
            turn=written.turn,
            about=written.about,
        )

    # --- what the page tells -----------------------------------------------------------

    def person_chosen(self) -> None:
        """Wishes belong to one letter to one person; those of a draft come back with its person."""
        self.wanted, self.raised = self._coming
        self._coming = None, False
        self.ask_anew()

    def take_up(self, draft: DraftKept) -> None:
        """The label and the wishes of a letter that was begun before."""
        self.label.choose(draft.label)
        self._coming = draft.wanted, draft.raise_to is not None

    def nobody(self) -> None:
        self.wanted, self.raised = None, False
        self.checker.forget()
        self._show(None)
        self.found.show_findings(Findings(), ())
        self.looked.emit(Findings())
        self.open_card(False)

    def clear(self) -> None:
        self._coming = None, False
        self.label.choose(Label.SENSITIVE)
        self.found.clear()
        self.nobody()

    def ask_anew(self) -> None:
        """Something outside of the letter changed."""
        self.checker.forget()
        self.checker.now()

    # --- answers -----------------------------------------------------------------------

    def _answered(self, request: LetterRequest, decided: Explained) -> None:
        findings = Findings() if self.by_phone else put_together(request, decided)
        self.found.show_findings(findings, request.attachments)
        self.looked.emit(findings)
        if self.by_phone:
            self._show(decided)
            self.open_card(False)
            return
        before = self._shown.get(decided.person)
        self._shown[decided.person] = mark(decided)
        stuck = decided.method is Method.NONE
        self._show(decided)
        if mark(decided) != before and (stuck or before is not None):
            self.open_card(True)

    def _failed(self, error: SealwellError) -> None:
        """A wish that asks for less than the letter now needs is dropped; anything else is told."""
        if error.code == _LOWER and (self.wanted is not None or self.raised):
            self.wanted, self.raised = None, False
            self.ask_anew()
            return
        self._show(None)
        self._complain(error)

    def _show(self, decided: Explained | None) -> None:
        self.decided = decided
        self._draw_card()
        self._settle()

    def _draw_card(self) -> None:
        if self.decided is not None:
            self.card.show_decision(
                self.decided,
                self._recipient.called,
                self._recipient.person,
                chosen=self.wanted,
                raised=self.raised,
            )

    def _settle(self) -> None:
        """The line beside Send, and why the letter waits if it does."""
        self.line.show_decision(self.decided, self._recipient.called)
        if self.decided is not None and not self.by_phone and self.decided.method is not Method.NONE:
            if self.found.blocked:
                self.line.stop(self.ui.say("ui.found.blocked"))
            elif self.found.waiting:
                self.line.stop(self.ui.say("ui.found.waiting"))
        self.changed.emit()

    def open_card(self, shown: bool) -> None:
        shown = shown and self.decided is not None
        focused = QApplication.focusWidget()
        back = not shown and focused is not None and self.card.isAncestorOf(focused)
        self.card.setVisible(shown)
        if back and self.line.more.isVisible():
            self.line.more.setFocus()

    # --- what the sender wants -----------------------------------------------------------

    def _label_changed(self) -> None:
        self.wanted, self.raised = None, False
        self.changed.emit()
        self.checker.now()

    def _choose(self, method: Method | None) -> None:
        self.wanted = method
        self.checker.now()

    def _raise(self, raised: bool) -> None:
        self.raised = raised
        self.wanted = None
        self.checker.now()

    def _take_step(self, remedy: Reason) -> None:
        who = self._recipient.person
        if who is not None:
            self._steps.take(remedy, who, lambda: self._recipient.load(who.person.id))
