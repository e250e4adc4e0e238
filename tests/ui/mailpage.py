"""The page of messages, as tests find their way about it."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QDialog

from desktop.models.accounts import Role, UserId
from desktop.models.correspondence import ConversationId
from desktop.ui.messages.page import MessagesPage
from desktop.ui.messages.rows import RowLook
from desktop.ui.table import LOOK
from tests.support.second_user import BEN, add_ben
from tests.ui.conftest import AtWork

D = TypeVar("D", bound=QDialog)


def open_page(at_work: AtWork) -> MessagesPage:
    return at_work.page("messages", MessagesPage)


def look_at(at_work: AtWork, page: MessagesPage, row: int) -> RowLook:
    look = page.list.rows.index(row, 0).data(LOOK)
    assert isinstance(look, RowLook)
    return look


def opened(at_work: AtWork, conversation: ConversationId) -> MessagesPage:
    page = open_page(at_work)
    page.show_conversation(conversation)
    at_work.screen.settle()
    return page


def look(at_work: AtWork, page: MessagesPage) -> None:
    page._look_if_shown()
    at_work.screen.settle()


def press(at_work: AtWork, page: MessagesPage, code: str) -> None:
    page.pane.actions_bar.press(code)
    at_work.screen.settle()


def dialog_of(page: MessagesPage, kind: type[D]) -> D:
    return next(one for one in page.findChildren(kind) if one.isVisible())


def colleague(at_work: AtWork, role: Role = Role.FRONT_DESK) -> UserId:
    add_ben(at_work.office, at_work.session, at_work.practice.clock, role)
    lines = at_work.office.list_users(at_work.session).users
    return next(one.id for one in lines if one.name == BEN)


def acts(at_work: AtWork) -> list[str]:
    return [line.act for line in at_work.office.query_log(at_work.session).lines]
