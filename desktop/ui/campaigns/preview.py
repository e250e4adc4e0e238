"""Letters looked at person by person: next, the one before, and those who are worth a look."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QStackedWidget, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.campaigning import CampaignId
from desktop.models.records import PersonId
from desktop.office.values_campaigns import CampaignPreview, PreviewRequest
from desktop.texts import clean, clean_lines
from desktop.ui.base import Ui, button, emptied, plain_label
from desktop.ui.campaigns.words import method_words
from desktop.ui.decision.words import reason_words
from desktop.ui.dialog import FormDialog
from desktop.ui.templates.letter import DESKTOP, LetterView

_TEXT = 40_000
_WIDTH, _HEIGHT = 900, 470
_CASES = 8


class PreviewDialog(FormDialog):
    """One letter at a time, as it would be written now; nothing is sent."""

    def __init__(
        self, ui: Ui, session: Session, campaign: CampaignId, person: PersonId | None, parent: QWidget
    ) -> None:
        super().__init__(ui, ui.say("ui.campaigns.letters"), parent)
        self._session, self._campaign = session, campaign
        self._person = person
        self._asking = False
        self.shown: CampaignPreview | None = None
        self.setMinimumWidth(min(_WIDTH, parent.window().width() - 40))
        self.who = plain_label("", "label", wrap=True)
        self.how = plain_label("", "muted", wrap=True)
        self.subject = plain_label("", wrap=True)
        for one in (self.who, self.how, self.subject):
            self.content.addWidget(one)
        row = QHBoxLayout()
        row.setSpacing(14)
        self.views = QStackedWidget()
        self.views.setMinimumHeight(min(_HEIGHT, max(240, parent.window().height() - 330)))
        self.letter = LetterView(ui.say("ui.campaigns.letter"))
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(ui.say("ui.campaigns.letter"))
        self.views.addWidget(self.letter)
        self.views.addWidget(self.text)
        row.addWidget(self.views, 1)
        side = QVBoxLayout()
        side.addWidget(plain_label(ui.say("ui.campaigns.worst"), "label", wrap=True))
        self._cases = QVBoxLayout()
        self._cases.setSpacing(2)
        side.addLayout(self._cases)
        side.addStretch()
        self.side = QWidget()
        self.side.setLayout(side)
        self.side.setFixedWidth(230)
        row.addWidget(self.side)
        self.content.addLayout(row, 1)
        self.before = button(ui.say("ui.campaigns.person-before"), partial(self.look, -1))
        self.next = button(ui.say("ui.campaigns.person-next"), partial(self.look, 1), "primary")
        self.foot.insertWidget(0, self.before)
        self.foot.addWidget(self.next)
        self.cancel.setText(ui.say("ui.close"))
        for key, step in ((Qt.Key.Key_PageUp, -1), (Qt.Key.Key_PageDown, 1)):
            QShortcut(QKeySequence(key), self).activated.connect(partial(self.look, step))
        self.next.setFocus()
        self.look(0)

    def look(self, step: int, person: PersonId | None = None) -> None:
        if self._asking:
            return
        self._asking = True
        whose = person if person is not None else self._person
        request = PreviewRequest(self._campaign, whose, step)
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.preview_campaign(self._session, request),
            self._show,
            self._refused,
        )

    def _refused(self, error: SealwellError) -> None:
        self._asking = False
        self.failed(error)

    def _show(self, shown: CampaignPreview) -> None:
        self._asking = False
        self.notice.clear()
        self.shown, self._person = shown, shown.person
        say = self.ui.say
        place = say("ui.campaigns.place", place=f"{shown.place:,}", total=f"{shown.total:,}")
        self.who.setText(f"{clean(shown.name)} · {place}")
        said = f"{method_words(self.ui, shown.method)}."
        why = " ".join(one for one in (reason_words(self.ui, each) for each in shown.reasons) if one != said)
        wording = say("ui.campaigns.wording", name=clean(shown.variant, 20)) if shown.variant else ""
        self.how.setText(" ".join(part for part in (said, wording, why) if part))
        self.subject.setText(say("ui.campaigns.subject", subject=clean(shown.subject, 200)))
        self.subject.setVisible(bool(shown.subject))
        if shown.missing:
            names = ", ".join(clean(one, 60) for one in shown.missing)
            self.notice.show_words(say("ui.campaigns.missing", fields=names), "warn")
        elif shown.reason is not None:
            self.notice.show_words(reason_words(self.ui, shown.reason), "warn")
        self.views.setCurrentWidget(self.letter if shown.letter is not None else self.text)
        self.letter.show_letter(shown.letter, shown.pictures, DESKTOP)
        self.text.setPlainText(clean_lines(shown.text, _TEXT))
        for made, there in ((self.before, shown.place > 1), (self.next, shown.place < shown.total)):
            had = made.hasFocus()
            made.setEnabled(there)
            if had and not there:
                self.cancel.setFocus()
        self._show_worst(shown)

    def _show_worst(self, shown: CampaignPreview) -> None:
        emptied(self._cases)
        self.side.setVisible(bool(shown.worst))
        for case in shown.worst[:_CASES]:
            why = self.ui.say(f"campaign.worst.{case.why}")
            made = button(clean(case.name, 26), partial(self.look, 0, case.person), "quiet")
            made.setAccessibleName(f"{clean(case.name)}: {why}")
            self._cases.addWidget(made)
            self._cases.addWidget(plain_label(why, "muted", wrap=True))
