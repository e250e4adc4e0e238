"""May we write to this person? Each purpose with its answer, the permissions, and what was said before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.models.standing import AuthorizationId, EvidenceId, Use
from desktop.office.values import PersonShown
from desktop.office.values_consent import (
    Asked,
    AskRequest,
    AuthorizationLine,
    ConsentShown,
    EntryLine,
    UseLine,
)
from desktop.office.values_messages import FileOut
from desktop.ui.base import Ui, button, emptied, plain_label
from desktop.ui.consent.permission import EndDialog, PermissionDialog
from desktop.ui.consent.record import RecordDialog
from desktop.ui.consent.words import (
    LOOKS,
    asked_words,
    below_entry,
    below_permission,
    below_use,
    entry_words,
    permission_words,
)
from desktop.ui.dialog import ConfirmDialog
from desktop.ui.personsection import PersonSection
from desktop.ui.saving import save_paper

_FIRST = 8
"""Lines of the history before it is unfolded."""


class ConsentSection(PersonSection):
    """Every answer stands with its proof; what this role may not do is not offered."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, session)
        self.known: ConsentShown | None = None
        say = ui.say
        self._uses = self._place()
        row = QHBoxLayout()
        self.record = button(say("ui.consent.record-open"), lambda: self.record_answer(Use.CARE), "primary")
        self.permission = button(say("ui.permission.open"), self.write_permission)
        row.addWidget(self.record)
        row.addWidget(self.permission)
        row.addStretch()
        self.column.addLayout(row)
        self.ask_marketing = button(say("ui.ask.marketing"), self.ask)
        self.column.addWidget(self.ask_marketing, 0, Qt.AlignmentFlag.AlignLeft)
        self._permissions = self._place(say("ui.permission.list"))
        self._asked = self._place(say("ui.ask.list"))
        self._history = self._place(say("ui.consent.history"))
        self.more = button(say("ui.consent.more"), self._unfold, "link")
        self.column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self._set_offers(None)

    def _place(self, heading: str = "") -> QVBoxLayout:
        holder = QWidget()
        outer = QVBoxLayout(holder)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(10)
        if heading:
            outer.addWidget(plain_label(heading, "heading", wrap=True))
        inner = QVBoxLayout()
        inner.setSpacing(10)
        outer.addLayout(inner)
        self.column.addWidget(holder)
        return inner

    def show_person(self, shown: PersonShown) -> None:
        super().show_person(shown)
        self.call(lambda: self.ui.office.show_consent(self.session, shown.person.id), self.show_consent)

    def show_consent(self, known: ConsentShown) -> None:
        self.known = known
        self._set_offers(known)
        self._fill(self._uses, [self._use_row(one) for one in known.uses])
        self._fill(self._permissions, [self._permission_row(one) for one in known.authorizations])
        self._fill(self._asked, [plain_label(asked_words(self.ui, one), wrap=True) for one in known.asked])
        self._show_history(known.entries[:_FIRST])
        self.more.setVisible(len(known.entries) > _FIRST)

    def _set_offers(self, known: ConsentShown | None) -> None:
        self.record.setVisible(known is not None and known.can_record)
        self.permission.setVisible(known is not None and known.can_authorize)
        self.ask_marketing.setVisible(known is not None and known.can_ask)
        if known is None:
            self.more.hide()

    def _show_history(self, entries: tuple[EntryLine, ...]) -> None:
        self._fill(self._history, [self._entry_row(one) for one in entries])

    def _unfold(self) -> None:
        self.more.hide()
        if self.known is not None:
            self._show_history(self.known.entries)

    def _fill(self, place: QVBoxLayout, rows: Sequence[QWidget]) -> None:
        emptied(place)
        for one in rows:
            place.addWidget(one)
        holder = place.parentWidget()
        if holder is not None:
            holder.setVisible(bool(rows))

    def _row(
        self, words: str, below: str, pill: QWidget | None, acts: list[tuple[str, Callable[[], None]]]
    ) -> QWidget:
        made = QWidget()
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        grid.addWidget(plain_label(words, wrap=True), 0, 0, 1 if below else 2, 1)
        if pill is not None:
            grid.addWidget(pill, 0, 1, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        if below:
            grid.addWidget(plain_label(below, "muted", wrap=True), 1, 0)
        for place, (code, act) in enumerate(acts):
            go = button(self.ui.say(code), act, "link")
            go.setAccessibleName(f"{self.ui.say(code)}: {words}")
            grid.addWidget(go, 0, 2 + place, 2, 1)
        return made

    def _use_row(self, line: UseLine) -> QWidget:
        say = self.ui.say
        pill = plain_label(say(f"ui.answer.{line.counts.value}"), LOOKS[line.counts])
        acts: list[tuple[str, Callable[[], None]]] = []
        if self.known is not None and self.known.can_record:
            acts.append(("ui.consent.change", partial(self.record_answer, line.use)))
        return self._row(say(f"ui.use.{line.use.value}"), below_use(self.ui, line), pill, acts)

    def _permission_row(self, line: AuthorizationLine) -> QWidget:
        acts: list[tuple[str, Callable[[], None]]] = []
        if line.proof is not None and line.proof.has_file:
            acts.append(("ui.consent.show-proof", partial(self.save_proof, line.proof.id)))
        if self.known is not None and self.known.can_authorize and line.revoked_on is None:
            acts.append(("ui.permission.end", partial(self.end_permission, line.id)))
        return self._row(permission_words(self.ui, line), below_permission(self.ui, line), None, acts)

    def _entry_row(self, line: EntryLine) -> QWidget:
        acts: list[tuple[str, Callable[[], None]]] = []
        if line.proof is not None and line.proof.has_file:
            acts.append(("ui.consent.show-proof", partial(self.save_proof, line.proof.id)))
        return self._row(entry_words(self.ui, line), below_entry(self.ui, line), None, acts)

    # --- what may be done --------------------------------------------------------------

    def record_answer(self, use: Use) -> None:
        if self.shown is not None:
            dialog = RecordDialog(self.ui, self.session, self.shown.person.id, use, self)
            dialog.recorded.connect(self._changed)
            dialog.open()

    def write_permission(self) -> None:
        if self.shown is not None:
            person = self.shown.person
            dialog = PermissionDialog(self.ui, self.session, person.id, person.language, self)
            dialog.kept.connect(self._changed)
            dialog.open()

    def end_permission(self, permission: AuthorizationId) -> None:
        dialog = EndDialog(self.ui, self.session, permission, self)
        dialog.ended.connect(self._changed)
        dialog.open()

    def ask(self) -> None:
        """A letter with a code, once somebody said so."""
        dialog = ConfirmDialog(self.ui, "ui.ask.go", self)
        dialog.accepted.connect(self._ask)
        dialog.open()

    def _ask(self) -> None:
        if self.shown is None:
            return
        request = AskRequest(self.shown.person.id, Use.MARKETING)
        self.call(lambda: self.ui.office.ask_consent(self.session, request), self._asked_now)

    def _asked_now(self, asked: Asked) -> None:
        self.show_consent(asked.shown)
        self.notice.show_words(self.ui.say("ui.ask.done"), "ok")

    def save_proof(self, proof: EvidenceId) -> None:
        """The signed paper, to be looked at elsewhere."""
        if self.shown is not None:
            person = self.shown.person.id
            self.call(lambda: self.ui.office.show_proof(self.session, person, proof), self._save)

    def _save(self, file: FileOut) -> None:
        save_paper(
            self,
            self.ui,
            file.data,
            file.name,
            "ui.permission.printed",
            lambda words, kind: self.notice.show_words(words, kind),
        )

    def _changed(self, known: ConsentShown) -> None:
        """The pill at the head of the page repeats what care says."""
        self.show_consent(known)
        self.changed.emit()
