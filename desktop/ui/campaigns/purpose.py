"""What a letter to many is for: two questions, and more only where these leave it unclear."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.purposes import MailPurpose
from desktop.office.values_campaigns import PurposeStep
from desktop.ui.base import Page, Ui, button, emptied, plain_label
from desktop.ui.bridge import Task
from desktop.ui.form import Field


class PurposeQuestions(QWidget):
    """One question under the other, each with its answers; at the end what it is, and which rule says so.

    `on_settled` hears the purpose, or None while a question is open.
    """

    def __init__(self, ui: Ui, page: Page, on_settled: Callable[[MailPurpose | None], None]) -> None:
        super().__init__()
        self.ui, self._page, self._on_settled = ui, page, on_settled
        self.answers: dict[str, str] = {}
        self.purpose: MailPurpose | None = None
        self._asked = 0
        self.choices: dict[str, dict[str, QRadioButton]] = {}
        self._groups: list[QButtonGroup] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self._place = QVBoxLayout()
        self._place.setSpacing(8)
        column.addLayout(self._place)
        self.result = plain_label("", "label", wrap=True)
        self.rule = plain_label("", "muted", wrap=True)
        self.payer = Field(ui.say("ui.campaigns.payer"), hint=ui.say("ui.campaigns.payer-hint"))
        self.again = button(ui.say("ui.campaigns.ask-again"), self.begin_anew, "quiet")
        for one in (self.result, self.rule, self.payer):
            column.addWidget(one)
        column.addWidget(self.again, 0, Qt.AlignmentFlag.AlignLeft)
        shown_later: tuple[QWidget, ...] = (self.result, self.rule, self.payer, self.again)
        for each in shown_later:
            each.hide()

    def show_answers(self, answers: Mapping[str, str], payer: str) -> None:
        self.answers = dict(answers)
        self.payer.input.setText(payer)
        self._ask(focus=False)

    def begin_anew(self) -> None:
        self.answers = {}
        self._ask(focus=True)

    def _answer(self, question: str, choice: str, on: bool) -> None:
        """What was asked after this question is asked anew."""
        if not on:
            return
        before = list(self.answers)
        kept = before[: before.index(question)] if question in before else before
        self.answers = {**{one: self.answers[one] for one in kept}, question: choice}
        self._ask(focus=True)

    def _ask(self, *, focus: bool) -> None:
        """The questions up to the first one open: each is worded by the answers before it."""
        self._asked += 1
        mine, answers = self._asked, dict(self.answers)

        def steps(_: Task) -> tuple[PurposeStep, ...]:
            found = [self.ui.office.ask_purpose({})]
            so_far: dict[str, str] = {}
            while found[-1].question in answers:
                so_far[found[-1].question] = answers[found[-1].question]
                found.append(self.ui.office.ask_purpose(so_far))
            return tuple(found)

        self._page.call(steps, lambda found: self._show(mine, found, focus=focus), self._failed)

    def _failed(self, error: SealwellError) -> None:
        """An answer that there is not any more: it is asked from the beginning."""
        self._page.show_error(error)
        if self.answers:
            self.begin_anew()

    def _show(self, mine: int, steps: tuple[PurposeStep, ...], *, focus: bool) -> None:
        if mine != self._asked:
            return
        emptied(self._place)
        self._groups, self.choices = [], {}
        last = steps[-1]
        self.purpose = last.purpose
        settled = last.purpose is not None
        for step in steps:
            if step.question and (not settled or focus):
                self._place.addWidget(self._question(step))
        self.result.setVisible(settled)
        self.rule.setVisible(settled)
        self.again.setVisible(settled and not focus)
        self.payer.setVisible(last.purpose is MailPurpose.PAID)
        if last.purpose is not None:
            self._say(last, last.purpose)
        if focus:
            self._focus(steps)
        self._on_settled(self.purpose)

    def _focus(self, steps: tuple[PurposeStep, ...]) -> None:
        """On the answer just given, or the first of the next question: Tab and arrows go on from there."""
        asked = [step for step in steps if step.question in self.choices]
        if asked:
            shown = self.choices[asked[-1].question]
            given = self.answers.get(asked[-1].question, asked[-1].choices[0])
            shown[given].setFocus()

    def _question(self, step: PurposeStep) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        words = self.ui.say(f"campaign.ask.{step.question}")
        holder.setAccessibleName(words)
        column.addWidget(plain_label(words, "label", wrap=True))
        group = QButtonGroup(holder)
        self.choices[step.question] = {}
        for choice in step.choices:
            made = QRadioButton(self.ui.say(f"campaign.ask.{step.question}.{choice}"))
            made.setAccessibleDescription(words)
            made.setChecked(self.answers.get(step.question) == choice)
            made.toggled.connect(partial(self._answer, step.question, choice))
            group.addButton(made)
            column.addWidget(made)
            self.choices[step.question][choice] = made
        self._groups.append(group)
        return holder

    def _say(self, step: PurposeStep, purpose: MailPurpose) -> None:
        say = self.ui.say
        self.result.setText(say("ui.campaigns.it-is", what=say(f"campaign.purpose.{purpose.value}")))
        parts = [say("ui.campaigns.by-rule", citation=step.citation)]
        if step.authorized:
            parts.append(say("ui.campaigns.needs-permission"))
        if step.commercial:
            parts.append(say("ui.campaigns.needs-address"))
        self.rule.setText(" ".join(parts))
