"""Text blocks: what stands ready for letters, one's own and the practice's, with one of them in hand."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.correspondence import SnippetId
from desktop.office.values_messages import SnippetLine, SnippetRequest, SnippetsShown
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, card, plain_label
from desktop.ui.navigation import Navigation
from desktop.ui.snippets.form import BlockForm
from desktop.ui.table import Column, Rows, table
from desktop.ui.users.dialogs import ConfirmDialog

_LIST = 270


class BlocksSection(Page):
    """A list on the left, the form of one block on the right; a press on another keeps nothing."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, ui.say("ui.settings.blocks"))
        self._session = session
        self._id: SnippetId | None = None
        self._shown = SnippetsShown(())
        self.head.addStretch()
        self.new_button = button(ui.say("ui.blocks.new"), self.begin)
        self.head.addWidget(self.new_button)
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(self._build_list())
        frame, column = card()
        self.form = BlockForm(ui)
        column.addWidget(self.form, 1)
        column.addLayout(self._build_foot())
        row.addWidget(frame, 1)
        self.outer.addLayout(row, 1)

    def _build_list(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(_LIST)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        self.rows = Rows[SnippetLine](
            [
                Column(self.ui.say("ui.blocks.block"), lambda one: clean(one.name), stretch=True),
                Column(self.ui.say("ui.blocks.kind"), self._kind, width=110),
            ]
        )
        self.list = table(self.rows, self.ui.say("ui.settings.blocks"))
        self.list.selectionModel().currentRowChanged.connect(lambda now, _: self._choose(now.row()))
        column.addWidget(self.list, 1)
        self.none = plain_label(self.ui.say("ui.blocks.begin"), "muted", wrap=True)
        column.addWidget(self.none, 1, Qt.AlignmentFlag.AlignTop)
        return side

    def _build_foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        self.save_button = button(self.ui.say("ui.save"), self.save, "primary")
        self.remove_button = button(self.ui.say("ui.blocks.remove"), self.remove)
        foot.addWidget(self.save_button)
        foot.addWidget(self.remove_button)
        foot.addStretch()
        return foot

    def _kind(self, one: SnippetLine) -> str:
        return self.ui.say(f"ui.blocks.kind-{one.kind}")

    # --- showing ----------------------------------------------------------------------

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.list_snippets(self._session), self._show)

    def _show(self, shown: SnippetsShown) -> None:
        """With what is in the form left as it is, as long as its block is still there."""
        self._shown = shown
        self.rows.show(shown.snippets)
        self.list.setVisible(bool(shown.snippets))
        self.none.setVisible(not shown.snippets)
        self.form.offer(shown)
        at = next((row for row, one in enumerate(shown.snippets) if one.id == self._id), -1)
        if at >= 0:
            self.list.selectRow(at)
        elif self._id is not None or not self.form.touched:
            self.begin()

    def _choose(self, row: int) -> None:
        if not 0 <= row < len(self.rows.rows):
            return
        one = self.rows.rows[row]
        if one.id != self._id or not self.form.touched:
            self._id = one.id
            self.form.fill(one)
        self.save_button.setEnabled(one.can_change)
        self.remove_button.setVisible(one.can_change)

    def begin(self) -> None:
        """An empty form for a new block."""
        self._id = None
        self.list.clearSelection()
        self.list.setCurrentIndex(self.rows.index(-1, -1))
        self.form.fill(None)
        self.save_button.setEnabled(True)
        self.remove_button.hide()

    # --- changing ---------------------------------------------------------------------

    def save(self) -> None:
        request = self.form.request(self._id)
        if request is None:
            return
        self.notice.clear()
        self.save_button.setEnabled(False)
        before = {one.id for one in self._shown.snippets}
        self.call(
            lambda _: self.ui.office.keep_snippet(self._session, request),
            lambda shown: self._saved(shown, before, request),
            self._refused,
        )

    def _saved(self, shown: SnippetsShown, before: set[SnippetId], request: SnippetRequest) -> None:
        made = next((one.id for one in shown.snippets if one.id not in before), None)
        self._id = request.id or made
        self.form.touched = False
        self.save_button.setEnabled(True)
        self._show(shown)
        self.notice.show_words(self.ui.say("ui.blocks.saved"), "ok")

    def _refused(self, error: SealwellError) -> None:
        self.save_button.setEnabled(True)
        self.show_error(error)

    def remove(self) -> None:
        """Asks first; what letters were written with it stays as it is."""
        block = self._id
        if block is None:
            return
        say, name = self.ui.say, clean(self.form.name.text)
        lead = say("ui.blocks.remove-lead", name=name)
        dialog = ConfirmDialog(self.ui, say("ui.blocks.remove-title"), lead, say("ui.blocks.remove"), self)
        dialog.accepted.connect(lambda: self._remove(block))
        dialog.open()

    def _remove(self, block: SnippetId) -> None:
        self.form.touched = False
        self.call(lambda _: self.ui.office.retire_snippet(self._session, block), self._show)


class BlocksPage(BlocksSection):
    """For those who have no settings: opened from a letter, to which it leads back."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, session)
        self.back = self.lead_back(ui.say("ui.compose.title"), lambda: navigation.open("compose"))
