"""One template in hand: its words in each language beside what comes of them, and what was found.

Every save is a version; what was approved stays as it was until a later version is.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QSplitter

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.campaigning import TemplateId
from desktop.office.values_access import Purpose
from desktop.office.values_templates import (
    TemplateFinding,
    TemplateKeep,
    TemplateParts,
    TemplateShown,
    TemplateTryRequest,
    TemplateWords,
)
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.gate.gate import Work
from desktop.ui.stepup import proved
from desktop.ui.templates.conflict import ConflictDialog
from desktop.ui.templates.details import Asks, Details, DetailsDialog
from desktop.ui.templates.findings import Findings
from desktop.ui.templates.languages import Languages
from desktop.ui.templates.letter import tip
from desktop.ui.templates.oneline import OneLine
from desktop.ui.templates.preview import PreviewPane
from desktop.ui.templates.testing import TestDialog
from desktop.ui.templates.versions import VersionsDialog
from desktop.ui.users.dialogs import ConfirmDialog

CHANGED, REMOVED = "template-changed", "template-unknown"
"""Somebody else has kept a newer version since this one was opened, or taken it away."""

_TITLE = 32
"""Of a name, so that the buttons keep their room in a narrow window."""


class Editor(Page):
    """`left` leads back to the gallery."""

    left = Signal()
    pictures = Signal()

    def __init__(self, ui: Ui, session: Session, asks: Asks) -> None:
        super().__init__(ui, "")
        self._session, self._asks = session, asks
        self._base: TemplateShown | None = None
        self._code = ""
        self._details = Details()
        self._parts = TemplateParts((), (), (), (), (), ())
        self._edits = 0
        self._kept_at = 0
        self._may = False
        self.back = self.lead_back(ui.say("ui.templates.title"), self.leave)
        self._build_head()
        self.outer.setSpacing(8)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(14)
        self.languages = Languages(ui)
        self.languages.changed.connect(self._touched)
        self.languages.turned.connect(self._turned)
        self.languages.pictures.connect(self.pictures)
        self.preview = PreviewPane(ui, session, self._look)
        self.preview.found.connect(self._found)
        self.preview.failed.connect(self._not_previewed)
        split.addWidget(self.languages)
        split.addWidget(self.preview)
        split.setSizes([460, 420])
        self.outer.addWidget(split, 1)
        self.findings = Findings(ui)
        self.findings.wanted.connect(self.languages.show_place)
        self.outer.addWidget(self.findings)
        QShortcut(QKeySequence.StandardKey.Save, self).activated.connect(self.save)

    def _build_head(self) -> None:
        say = self.ui.say
        self.pill = plain_label("", "pill-plain")
        self.head.addWidget(self.pill)
        self.about = OneLine("muted")
        self.head.addWidget(self.about, 1)
        self.more = button(say("ui.templates.more"), lambda: None)
        menu = QMenu(self.more)
        acts = {
            "details": self.change_details,
            "versions": self.show_versions,
            "test": self.test,
            "remove": self.remove,
        }
        self.actions_of = {code: menu.addAction(say(f"ui.templates.{code}")) for code in acts}
        for code, action in self.actions_of.items():
            action.triggered.connect(lambda _=False, act=acts[code]: act())
        self.more.setMenu(menu)
        self.approve_button = button(say("ui.templates.approve"), self.approve)
        self.save_button = button(say("ui.save"), self.save, "primary")
        for one in (self.more, self.approve_button, self.save_button):
            self.head.addWidget(one)

    # --- what is in hand --------------------------------------------------------------------

    @property
    def touched(self) -> bool:
        return self._edits != self._kept_at

    def begin(
        self, details: Details, words: dict[str, TemplateWords], parts: TemplateParts, code: str
    ) -> None:
        """A new one; `code` names the one of the library that it is begun from."""
        self._base, self._code, self._may = None, code, True
        self._put(details, words, parts)
        self._edits += 1
        self._show_state()

    def open(self, shown: TemplateShown, parts: TemplateParts, may: bool) -> None:
        """One of the practice's own."""
        line = shown.line
        self._base, self._code = shown, line.code
        self._may = may and not line.retired
        details = Details(
            line.name, line.group, line.purpose, line.layout, line.visit, shown.payer, dict(shown.answers)
        )
        self._put(details, shown.texts, parts)
        for each in shown.findings:
            self.findings.take(each.language, each.findings)
        self._show_state()

    def _put(self, details: Details, words: dict[str, TemplateWords], parts: TemplateParts) -> None:
        self.notice.clear()
        self.findings.clear()
        self._details, self._parts = details, parts
        self.languages.offer(parts)
        self.languages.fill(words, self.ui.texts.language)
        self.findings.in_front(self.languages.form.language)
        self.languages.allow(self._may)
        self._kept_at = self._edits
        self.preview.begin()

    def offer(self, parts: TemplateParts) -> None:
        """Pictures or fields have changed meanwhile."""
        self._parts = parts
        self.languages.offer(parts)
        self.preview.forget_pictures()

    def _show_state(self) -> None:
        base, details, say = self._base, self._details, self.ui.say
        self.title.setText(clean(details.name, _TITLE))
        self.title.setToolTip(tip(clean(details.name)))
        told = [say(f"template.group.{details.group}"), say(f"ui.templates.purpose.{details.purpose}")]
        told = list(dict.fromkeys(told))
        if base is not None:
            told.append(say("ui.templates.version-of", number=base.line.version, by=clean(base.line.by)))
        self.about.show_words(" · ".join(told))
        self.languages.hint.setVisible(not self.findings.lines)
        code, look = self._state()
        self.pill.setObjectName(look)
        self.pill.setText(say(f"ui.templates.state.{code}"))
        self.pill.style().unpolish(self.pill)
        self.pill.style().polish(self.pill)
        self.save_button.setVisible(self._may)
        self.save_button.setEnabled(self.touched)
        can_approve = base is not None and base.can_approve
        self.approve_button.setVisible(can_approve)
        self.approve_button.setEnabled(can_approve and not self.touched and not self.findings.stops)
        why = "save-first" if self.touched else "stopped" if self.findings.stops else ""
        self.approve_button.setToolTip(say(f"ui.templates.{why}") if why else "")
        self.approve_button.setAccessibleDescription(self.approve_button.toolTip())
        for code in ("versions", "test"):
            self.actions_of[code].setEnabled(base is not None)
        self.actions_of["details"].setEnabled(self._may)
        self.actions_of["remove"].setEnabled(self._may and base is not None)

    def _state(self) -> tuple[str, str]:
        line = self._base.line if self._base else None
        if self.touched:
            return "unsaved", "pill-warn"
        if line is None or not line.approved:
            return "draft", "pill-warn"
        return ("approved", "pill-ok") if line.approved == line.version else ("changed", "pill-warn")

    # --- while it is written ----------------------------------------------------------------

    def _touched(self) -> None:
        self._edits += 1
        self._show_state()
        self.preview.soon()

    def _turned(self, language: str) -> None:
        self.findings.in_front(language)
        self.preview.ask()

    def _look(self) -> TemplateTryRequest | None:
        form = self.languages.form
        if form.empty:
            self.findings.drop(form.language)
            return None
        one = self._details
        return TemplateTryRequest(form.words(), form.language, one.purpose, one.layout, one.payer)

    def _found(self, found: tuple[TemplateFinding, ...], language: str) -> None:
        self.findings.take(language, found)
        self._show_state()

    def _not_previewed(self, error: SealwellError) -> None:
        self.show_error(error)

    def change_details(self) -> None:
        fixed = self._base is not None and self._base.fixed
        asks = None if self._code else self._asks
        dialog = DetailsDialog(self.ui, self._details, self._parts, self, asks, fixed=fixed)
        dialog.settled.connect(self._take_details)
        dialog.open()

    def _take_details(self, details: Details) -> None:
        if details != self._details:
            self._details = details
            self._touched()

    # --- keeping ----------------------------------------------------------------------------

    def request(self) -> TemplateKeep:
        one, base = self._details, self._base
        return TemplateKeep(
            one.name,
            one.group,
            one.purpose,
            self.languages.words(),
            base.line.id if base is not None else None,
            base.line.version if base is not None else 0,
            one.layout,
            one.visit,
            one.payer,
            self._code,
            dict(one.answers),
        )

    def save(self) -> None:
        if not (self._may and self.touched):
            return
        self._keep(self.request())

    def _keep(self, request: TemplateKeep) -> None:
        self.notice.clear()
        self.save_button.setEnabled(False)
        edits = self._edits
        self.call(
            lambda _: self.ui.office.keep_template(self._session, request),
            lambda shown: self._saved(shown, edits),
            lambda error: self._refused(error, request),
        )

    def _saved(self, shown: TemplateShown, edits: int) -> None:
        """What was typed since stays to be saved."""
        self._base, self._kept_at = shown, edits
        for each in shown.findings:
            self.findings.take(each.language, each.findings)
        self._show_state()
        words = "ui.templates.saved-stops" if shown.stops else "ui.templates.saved"
        self.notice.show_words(self.ui.say(words), "warn" if shown.stops else "ok")

    def _refused(self, error: SealwellError, request: TemplateKeep) -> None:
        self._show_state()
        template = request.id
        if template is not None and error.code == CHANGED:
            self.call(
                lambda _: self.ui.office.show_template(self._session, template),
                lambda theirs: self._ask_which(theirs, request),
            )
        elif template is not None and error.code == REMOVED:
            self._ask_anew(request)
        else:
            self.show_error(error)

    def _ask_which(self, theirs: TemplateShown, mine: TemplateKeep) -> None:
        """Two have written at once: nobody's words go, and this person says which are the newest."""
        dialog = ConflictDialog(self.ui, self._session, theirs, self)
        dialog.over.connect(lambda: self._keep(replace(mine, version=theirs.line.version)))
        dialog.beside.connect(lambda: self._keep_beside(mine))
        dialog.rejected.connect(lambda: self.show_error(SealwellError(CHANGED)))
        dialog.open()

    def _ask_anew(self, mine: TemplateKeep) -> None:
        say = self.ui.say
        title, lead = say("ui.templates.removed-title"), say("ui.templates.removed-lead")
        dialog = ConfirmDialog(self.ui, title, lead, say("ui.templates.keep-anew"), self)
        dialog.accepted.connect(lambda: self._keep(replace(mine, id=None, version=0)))
        dialog.rejected.connect(lambda: self.show_error(SealwellError(REMOVED)))
        dialog.open()

    def _keep_beside(self, mine: TemplateKeep) -> None:
        name = self.ui.say("ui.templates.copy-of", name=mine.name)
        self._details = replace(self._details, name=name)
        self._keep(replace(mine, id=None, version=0, name=name))

    def unfinished(self) -> Work | None:
        """Before a lock: a version more, that nobody has approved, whatever stands in it."""
        if not (self._may and self.touched and self.languages.words()):
            return None
        ui, session, request = self.ui, self._session, replace(self.request(), unfinished=True)

        def keep() -> None:
            ui.office.keep_template(session, request)

        return keep

    # --- approving, versions, removing ------------------------------------------------------

    def approve(self) -> None:
        base = self._base
        if base is None or self.touched:
            return
        say, one = self.ui.say, base.line
        lead = say("ui.templates.approve-lead", name=clean(one.name), number=one.version)
        dialog = ConfirmDialog(
            self.ui, say("ui.templates.approve-title"), lead, say("ui.templates.approve"), self
        )
        dialog.accepted.connect(lambda: self._approve(one.id, one.version))
        dialog.open()

    def _approve(self, template: TemplateId, version: int) -> None:
        self.notice.clear()
        proved(
            self,
            self.ui,
            self._session,
            Purpose.USERS,
            lambda _: self.ui.office.approve_template(self._session, template, version),
            self._approved,
            self.show_error,
        )

    def _approved(self, shown: TemplateShown) -> None:
        self._base = shown
        self._show_state()
        self.notice.show_words(self.ui.say("ui.templates.approved"), "ok")

    def show_versions(self) -> None:
        if self._base is None:
            return
        dialog = VersionsDialog(self.ui, self._session, self._base, self, may=self._may)
        dialog.again.connect(self._begin_again)
        dialog.open()

    def _begin_again(self, words: dict[str, TemplateWords]) -> None:
        """The words of an older version; the next save makes them the newest."""
        self.languages.fill(words, self.languages.form.language)
        self._touched()

    def test(self) -> None:
        if self._base is not None:
            dialog = TestDialog(self.ui, self._session, self._base, self, unsaved=self.touched)
            dialog.sent.connect(lambda: self.notice.show_words(self.ui.say("ui.templates.test-sent"), "ok"))
            dialog.open()

    def remove(self) -> None:
        base = self._base
        if base is None:
            return
        say, template = self.ui.say, base.line.id
        lead = say("ui.templates.remove-lead", name=clean(base.line.name))
        dialog = ConfirmDialog(
            self.ui, say("ui.templates.remove-title"), lead, say("ui.templates.remove"), self
        )
        dialog.accepted.connect(lambda: self._remove(template))
        dialog.open()

    def _remove(self, template: TemplateId) -> None:
        self.call(lambda _: self.ui.office.retire_template(self._session, template), lambda _: self._gone())

    def _gone(self) -> None:
        self._kept_at = self._edits
        self.left.emit()

    def leave(self) -> None:
        """Back to the gallery; what is not saved is asked about."""
        if not self.touched:
            self.left.emit()
            return
        say = self.ui.say
        dialog = ConfirmDialog(
            self.ui,
            say("ui.templates.leave-title"),
            say("ui.templates.leave-lead"),
            say("ui.templates.leave"),
            self,
        )
        dialog.accepted.connect(self._gone)
        dialog.open()
