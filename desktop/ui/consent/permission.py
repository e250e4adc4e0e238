"""A written permission: filled in, printed to be signed, kept as it came back, taken back."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.records import PersonId
from desktop.models.standing import AuthorizationId, EvidenceKind, Use
from desktop.office.values_consent import (
    HOW,
    ConsentShown,
    PermissionEnd,
    PermissionForm,
    ProofIn,
    SignedPermission,
)
from desktop.office.values_messages import FileOut
from desktop.ui.agreement import pair
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.consent.inputs import Choice, DayField, FileField
from desktop.ui.dialog import FormDialog
from desktop.ui.form import Field, filled
from desktop.ui.saving import save_paper

_USES = (Use.MARKETING, Use.PAID)


class PermissionDialog(FormDialog):
    """First the form is printed; what came back signed is kept here too, today or weeks later."""

    kept = Signal(object)

    def __init__(self, ui: Ui, session: Session, person: PersonId, language: str, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.permission.title"), parent)
        self._session = session
        self._person = person
        say = ui.say
        self.content.addWidget(plain_label(say("ui.permission.lead"), "muted", wrap=True))
        self.use = Choice(say("ui.consent.about"), [(one.value, say(f"ui.use.{one.value}")) for one in _USES])
        self.language = Choice(
            say("ui.permission.language"), [(one, say(f"ui.language.{one}")) for one in ("en", "es")]
        )
        self.language.choose(language)
        self.what = Field(say("ui.permission.what"), hint=say("ui.permission.what-hint"))
        self.discloser = Field(say("ui.permission.discloser"), hint=say("ui.permission.discloser-hint"))
        self.recipient = Field(say("ui.permission.recipient"))
        self.aim = Field(say("ui.permission.aim"))
        self.expires_on = DayField(ui, say("ui.consent.last-day"))
        self.expires_event = Field(say("ui.permission.event"), hint=say("ui.permission.event-hint"))
        self.payer = Field(say("ui.permission.payer"))
        self.print_button = button(say("ui.permission.print"), self.print)
        self.content.addLayout(pair(self.use, self.language))
        for one in (self.what, self.discloser, self.recipient, self.aim):
            self.content.addWidget(one)
        self.content.addLayout(pair(self.expires_on, self.expires_event))
        self.content.addWidget(self.payer)
        self.content.addWidget(self.print_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.content.addWidget(plain_label(say("ui.permission.back"), "heading", wrap=True))
        self.signed_on = DayField(ui, say("ui.permission.signed-on"))
        self.signed_by = Field(say("ui.permission.who-signed"))
        self.authority = Field(say("ui.permission.authority"), hint=say("ui.permission.authority-hint"))
        self.scan = FileField(ui, say("ui.permission.scan"), "ui.files.scan")
        self.how = Choice(say("ui.consent.how"), [(one, say(f"ui.came.{one}")) for one in HOW])
        self.copy_given = QCheckBox(say("ui.permission.copy"))
        self.content.addLayout(pair(self.signed_on, self.signed_by))
        for other in (self.authority, self.scan, self.how, self.copy_given):
            self.content.addWidget(other)
        self.keep = button(say("ui.permission.keep"), self.store, "primary")
        self.foot.addWidget(self.keep)
        self.use.box.currentIndexChanged.connect(lambda _: self._fit())
        self._fit()
        self.use.box.setFocus()

    def _fit(self) -> None:
        self.payer.setVisible(self.use.value == Use.PAID.value)

    def form(self) -> PermissionForm | None:
        """What stands in the form; None where something is missing, which is said beside it."""
        needed = [self.what, self.recipient, self.aim]
        if not self.payer.isHidden():
            needed.append(self.payer)
        fit, ends = self.expires_on.day()
        if not fit or not filled(self.ui, needed):
            return None
        if ends is None and not self.expires_event.text.strip():
            self.expires_event.refuse(self.ui.say("ui.permission.end-needed"))
            return None
        paid = self.use.value == Use.PAID.value
        return PermissionForm(
            self._person,
            Use(self.use.value),
            what=self.what.text.strip(),
            recipient=self.recipient.text.strip(),
            aim=self.aim.text.strip(),
            discloser=self.discloser.text.strip(),
            expires_on=ends,
            expires_event=self.expires_event.text.strip(),
            paid=paid,
            payer=self.payer.text.strip() if paid else "",
            language=self.language.value,
        )

    def print(self) -> None:
        form = self.form()
        if form is not None:
            self.ui.bridge.run(
                self,
                lambda _: self.ui.office.print_permission(self._session, form),
                self._printed,
                self.failed,
            )

    def _printed(self, paper: FileOut) -> None:
        save_paper(
            self,
            self.ui,
            paper.data,
            paper.name,
            "ui.permission.printed",
            lambda words, kind: self.notice.show_words(words, kind),
        )

    def store(self) -> None:
        form = self.form()
        if form is None or not filled(self.ui, [self.signed_by]):
            return
        fit, signed_on = self.signed_on.day(needed=True)
        if not fit:
            return
        if not self.scan.chosen() or self.scan.path is None:
            return
        signed = SignedPermission(
            form,
            signed_on,
            signed_by=self.signed_by.text.strip(),
            authority=self.authority.text.strip(),
            copy_given=self.copy_given.isChecked(),
            how=self.how.value,
        )
        name = self.scan.path.name
        self.keep.setEnabled(False)
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.keep_permission(
                self._session,
                replace(
                    signed,
                    scan=ProofIn(EvidenceKind.FORM, name, data=self.scan.read(), taken_on=signed_on),
                ),
            ),
            self._kept,
            self._refused,
        )

    def _kept(self, shown: ConsentShown) -> None:
        self.kept.emit(shown)
        self.accept()

    def _refused(self, error: SealwellError) -> None:
        self.keep.setEnabled(True)
        self.failed(error)


class EndDialog(FormDialog):
    """A permission is taken back: nothing more is sent under it."""

    ended = Signal(object)

    def __init__(self, ui: Ui, session: Session, permission: AuthorizationId, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.permission.end-title"), parent)
        self._session = session
        self._permission = permission
        say = ui.say
        self.content.addWidget(plain_label(say("ui.permission.end-lead"), "muted", wrap=True))
        self.how = Choice(say("ui.consent.how"), [(one, say(f"ui.came.{one}")) for one in HOW])
        self.on = DayField(ui, say("ui.consent.on"), say("ui.consent.on-hint"))
        self.note = Field(say("ui.consent.note"))
        for one in (self.how, self.on, self.note):
            self.content.addWidget(one)
        self.go_button = button(say("ui.permission.end"), self.store, "primary")
        self.foot.addWidget(self.go_button)
        self.cancel.setFocus()

    def store(self) -> None:
        fit, on = self.on.day()
        if not fit:
            return
        end = PermissionEnd(self._permission, self.how.value, on, self.note.text.strip())
        self.go_button.setEnabled(False)
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.end_permission(self._session, end),
            self._done,
            self._refused,
        )

    def _done(self, shown: ConsentShown) -> None:
        self.ended.emit(shown)
        self.accept()

    def _refused(self, error: SealwellError) -> None:
        self.go_button.setEnabled(True)
        self.failed(error)
