"""Who may do what: the permission matrix, three roles at first, six where they are asked for."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QHeaderView

from desktop.frozen import dataclass
from desktop.models.accounts import Role, Session
from desktop.office.values_access import MatrixShown
from desktop.ui.base import Page, Ui, plain_label
from desktop.ui.table import Column, Rows, table
from desktop.ui.users.words import MORE, READY, role_words

_THREE, _SIX = QHeaderView.ResizeMode.Stretch, QHeaderView.ResizeMode.Interactive
_WHAT = 240
"""Pixels that the first column keeps; where six roles do not fit beside it, the table scrolls."""
_LEAST = 84
"""Pixels of a role's column: never so narrow that "Yes" looks lost."""


@dataclass(frozen=True)
class MatrixLine:
    """One line of the table: what, and who may."""

    words: str
    roles: tuple[Role, ...]


class MatrixSection(Page):
    """The same table as in the docs, from the program's own data."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, ui.say("ui.settings.roles"))
        self._session = session
        self.head.addStretch()
        self.more = QCheckBox(ui.say("ui.matrix.more"))
        self.more.toggled.connect(self._fold)
        self.head.addWidget(self.more)
        self.outer.addWidget(plain_label(ui.say("ui.matrix.lead"), "muted", wrap=True))
        self.rows = Rows[MatrixLine](
            [
                Column(ui.say("ui.matrix.what"), lambda line: line.words, stretch=True),
                *(self._column(role) for role in (*READY, *MORE)),
            ]
        )
        self.view = table(self.rows, ui.say("ui.matrix.list"))
        self.outer.addWidget(self.view, 1)
        self._fold(False)

    def _column(self, role: Role) -> Column[MatrixLine]:
        yes, tokens = self.ui.say("ui.matrix.yes"), self.ui.theme.tokens
        return Column(
            role_words(self.ui, role),
            lambda line: yes if role in line.roles else "–",
            lambda line: tokens.ok if role in line.roles else tokens.muted,
            width=_LEAST,
        )

    def _fold(self, more: bool) -> None:
        for at in range(1 + len(READY), 1 + len(READY) + len(MORE)):
            self.view.setColumnHidden(at, not more)
        header = self.view.horizontalHeader()
        header.setSectionResizeMode(0, _SIX if more else _THREE)
        for at in range(1, 1 + len(READY) + len(MORE)):
            self.view.setColumnWidth(at, max(_LEAST, header.sectionSizeHint(at)))
        if more:
            roles = sum(self.view.columnWidth(at) for at in range(1, 1 + len(READY) + len(MORE)))
            self.view.setColumnWidth(0, max(_WHAT, self.view.viewport().width() - roles))

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.show_matrix(self._session), self._show)

    def _show(self, shown: MatrixShown) -> None:
        say = self.ui.say
        lines = [MatrixLine(say(f"ui.field-group.{row.group}"), row.roles) for row in shown.groups]
        for row in shown.actions:
            words = say(f"ui.action.{row.action}")
            if row.step_up is not None:
                words = say("ui.matrix.again", what=words)
            lines.append(MatrixLine(words, row.roles))
        self.rows.show(lines)
