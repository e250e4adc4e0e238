"""A yes or a no of one person, with how we know."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.records import Consent, PersonId
from desktop.models.standing import Use
from desktop.office.values_access import Purpose
from desktop.office.values_consent import HOW, ConsentRequest, ConsentShown
from desktop.ui.agreement import pair
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.consent.inputs import Choice, DayField, ProofFields
from desktop.ui.dialog import FormDialog
from desktop.ui.stepup import proved

_SAID = (Use.CARE, Use.MARKETING, Use.PLAIN)
"""A yes to what others pay for stands on a written permission alone; a no may be said."""


class RecordDialog(FormDialog):
    """`recorded` with everything about the person as it stands then."""

    recorded = Signal(object)

    def __init__(self, ui: Ui, session: Session, person: PersonId, use: Use, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.consent.record-title"), parent)
        self._session = session
        self._person = person
        say = ui.say
        self.use = Choice(say("ui.consent.about"), [(one.value, say(f"ui.use.{one.value}")) for one in Use])
        self.use.choose(use.value)
        answers = (Consent.GIVEN, Consent.REFUSED)
        self.answer = Choice(
            say("ui.consent.answer"), [(one.value, say(f"ui.answer.{one.value}")) for one in answers]
        )
        self.answer.choose(Consent.REFUSED.value)
        self.how = Choice(say("ui.consent.how"), [(one, say(f"ui.came.{one}")) for one in HOW])
        self.on = DayField(ui, say("ui.consent.on"), say("ui.consent.on-hint"))
        self.until = DayField(ui, say("ui.consent.last-day"), say("ui.consent.last-day-hint"))
        self.warned = QCheckBox(say("ui.consent.warned"))
        self.proof = ProofFields(ui)
        self.consequence = plain_label("", "muted", wrap=True)
        self.content.addLayout(pair(self.use, self.answer))
        self.content.addWidget(self.consequence)
        self.content.addLayout(pair(self.how, self.on))
        self.content.addWidget(self.proof)
        self.content.addWidget(self.until)
        self.content.addWidget(self.warned)
        self.save = button(say("ui.consent.record"), self.store, "primary")
        self.save.setDefault(True)
        self.foot.addWidget(self.save)
        for box in (self.use.box, self.answer.box):
            box.currentIndexChanged.connect(lambda _: self._fit())
        self._fit()
        self.answer.box.setFocus()

    def _fit(self) -> None:
        """What a yes needs, and what a no does, before it is stored."""
        use, yes = Use(self.use.value), self.answer.value == Consent.GIVEN.value
        self.proof.setVisible(yes)
        self.until.setVisible(yes)
        self.warned.setVisible(yes and use is Use.PLAIN)
        self.proof.only_paper(use is Use.MARKETING)
        self.save.setEnabled(not yes or use in _SAID)
        code = "yes" if yes else "no"
        self.consequence.setText(self.ui.say(f"ui.consent.{code}-{use.value}"))

    def store(self) -> None:
        yes = self.answer.value == Consent.GIVEN.value
        fit_on, on = self.on.day()
        fit_until, until = self.until.day() if yes else (True, None)
        if not fit_on or not fit_until or (yes and not self.proof.fit()):
            return
        if not self.warned.isHidden() and not self.warned.isChecked():
            self.notice.show_words(self.ui.say("ui.consent.warn-first"))
            return
        self.save.setEnabled(False)
        request = ConsentRequest(
            self._person,
            Use(self.use.value),
            Consent(self.answer.value),
            how=self.how.value,
            on=on,
            until=until,
            warned=self.warned.isChecked(),
        )
        proved(
            self,
            self.ui,
            self._session,
            Purpose.PLAIN_MAIL,
            lambda _: self.ui.office.record_consent(self._session, self._with_proof(request, yes)),
            self._stored,
            self._refused,
        )

    def _with_proof(self, request: ConsentRequest, yes: bool) -> ConsentRequest:
        return replace(request, proof=self.proof.value(request.on)) if yes else request

    def _stored(self, shown: ConsentShown) -> None:
        self.recorded.emit(shown)
        self.accept()

    def _refused(self, error: SealwellError) -> None:
        self.save.setEnabled(True)
        self.failed(error)
