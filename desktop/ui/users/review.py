"""The monthly access review: everybody with what to look at, and a sign-off."""

from __future__ import annotations

from PySide6.QtWidgets import QHeaderView

from desktop.errors import SealwellError
from desktop.models.accounts import Session, UserState
from desktop.office.values_access import Purpose, ReviewShown, ReviewSigned, UserLine
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.dates import date_words, moment_words
from desktop.ui.stepup import proved
from desktop.ui.table import Column, Rows, table
from desktop.ui.users.words import role_words, seen_words, short_state


class ReviewSection(Page):
    """45 CFR 164.308(a)(4)(ii)(C): who has access is looked over, and that it was is recorded."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, ui.say("ui.settings.review"))
        self._session = session
        self._remarks: dict[str, list[str]] = {}
        self.head.addStretch()
        self.sign_button = button(ui.say("ui.access-review.sign"), self.sign, "primary")
        self.sign_button.setEnabled(False)
        self.head.addWidget(self.sign_button)
        self.lead = plain_label("", "muted", wrap=True)
        self.outer.addWidget(self.lead)
        warn = ui.theme.tokens.warn
        self.rows = Rows[UserLine](
            [
                Column(ui.say("ui.users.name"), lambda one: clean(one.name), width=110),
                Column(ui.say("ui.users.role"), self._role, width=160),
                Column(ui.say("ui.users.last"), lambda one: seen_words(ui, one), width=136),
                Column(
                    ui.say("ui.access-review.remark"),
                    self._remark,
                    lambda one: warn if self._remark(one) else "",
                    stretch=True,
                ),
            ]
        )
        self.view = table(self.rows, ui.say("ui.users.list"))
        self.view.setWordWrap(True)
        rows = self.view.verticalHeader()
        rows.setMinimumSectionSize(rows.defaultSectionSize())
        rows.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.outer.addWidget(self.view, 1)

    def _role(self, line: UserLine) -> str:
        """With the state, where somebody is not simply at work."""
        role = role_words(self.ui, line.role)
        return role if line.state is UserState.ACTIVE else f"{role} · {short_state(self.ui, line)}"

    def _remark(self, line: UserLine) -> str:
        return " ".join(self._remarks.get(line.id, ()))

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.show_review(self._session), self._show)

    def _show(self, shown: ReviewShown) -> None:
        self._remarks = {}
        for user, code in shown.remarks:
            self._remarks.setdefault(user, []).append(self.ui.say(f"review.{code}"))
        self.rows.show(shown.users)
        language = self.ui.texts.language
        due = date_words(shown.due, language)
        if shown.last_signed is None:
            self.lead.setText(self.ui.say("ui.access-review.first", due=due))
        else:
            last = moment_words(shown.last_signed, language)
            self.lead.setText(
                self.ui.say("ui.access-review.last", last=last, name=clean(shown.last_by), due=due)
            )
        self.sign_button.setEnabled(True)

    def sign(self) -> None:
        self.notice.clear()
        self.sign_button.setEnabled(False)
        proved(
            self,
            self.ui,
            self._session,
            Purpose.USERS,
            lambda _: self.ui.office.sign_review(self._session),
            self._signed,
            self._refused,
        )

    def _signed(self, answer: ReviewSigned) -> None:
        due = date_words(answer.next_due, self.ui.texts.language)
        self.notice.show_words(self.ui.say("ui.access-review.signed", due=due), "ok")
        self.refresh()

    def _refused(self, error: SealwellError) -> None:
        self.sign_button.setEnabled(True)
        self.show_error(error)
