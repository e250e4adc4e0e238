"""Today: import the schedule, review, send. Three clicks, under a minute."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QStackedWidget

from desktop.config import LIMITS
from desktop.errors import SealwellError
from desktop.models.accounts import Role, Session
from desktop.models.records import PersonId, Reason
from desktop.office.values import (
    AppointmentsImport,
    AppointmentsImported,
    Explained,
    PersonShown,
    ReminderPlan,
)
from desktop.office.values_backups import ArrivalShown
from desktop.office.values_entry import DutyState
from desktop.office.values_imports import VISITS, FileLook, FileSeen
from desktop.office.values_messages import INBOX
from desktop.office.values_practice import TodayShown
from desktop.ui.base import Page, Ui
from desktop.ui.bridge import Task
from desktop.ui.buttonline import ButtonLine
from desktop.ui.calendar.page import CalendarPage
from desktop.ui.dates import day_words
from desktop.ui.decision.card import DecisionCard
from desktop.ui.decision.steps import Steps, steps_of
from desktop.ui.dialog import ConfirmDialog
from desktop.ui.files import choose_file, dropped_file
from desktop.ui.imports.reading import import_request
from desktop.ui.imports.wizard import ImportWizard
from desktop.ui.moving.arrival import ArrivalLine, open_items
from desktop.ui.navigation import ENTRY_ROLES, Navigation
from desktop.ui.outbox.calls import CallDialog
from desktop.ui.reach import REACH_ROLES
from desktop.ui.reminders.answers import AnswersPage
from desktop.ui.reminders.review import DROP, Line, ReviewView
from desktop.ui.reminders.start import StartView
from desktop.ui.tasks.page import ALL, TasksPage

START, ANSWERS, CALENDAR, TASKS = "start", "answers", "calendar", "tasks"
_EDIT, _CARD, _MAIL = Reason("remedy-consent"), Reason("remedy-password-card"), Reason("remedy-record-tls")
_STEP_OF = {"address": _EDIT, "complete": _EDIT, "protect": _CARD, "relay": _MAIL}
"""Where the one click leads that fixes a row (`ExcludedLine.fix`); `call` opens the call list."""


class TodayPage(Page):
    """Shows tomorrow's visits and what waits; holds the flow of the three clicks."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, ui.say("ui.today.title"))
        self._session = session
        self._navigation = navigation
        self._file: Path | None = None
        self._news = (0, 0)
        self._explained: PersonId | None = None
        self._who: PersonShown | None = None
        self.setAcceptDrops(True)
        self.choice = ButtonLine(ui.say("ui.today.title"), self._choose_view)
        self.choice.add(START, ui.say("ui.today.start"))
        self.choice.add(ANSWERS, ui.say("ui.answers.title"))
        self.choice.add(CALENDAR, ui.say("ui.calendar.title"))
        self.choice.add(TASKS, ui.say("ui.tasks.title"))
        self.choice.buttons[START].setChecked(True)
        self.head.addWidget(self.choice, 1)
        self.arrival = ArrivalLine(ui, lambda: navigation.settings("computer"))
        self.outer.addWidget(self.arrival)
        self.look_at_arrival = session.role is Role.ADMINISTRATOR
        self.views = QStackedWidget()
        self.start = StartView(
            ui,
            on_import=self.choose,
            on_review=self.review,
            on_confirm=lambda: self._import(confirm=True),
            on_decline=self._decline,
            on_open=navigation.open,
            on_desk=self.take_desk_step,
        )
        self.tasks = TasksPage(ui, session, navigation)
        self.tasks.counted.connect(self._count_tasks)
        self._steps = Steps(self, ui, session, navigation)
        self._decisions: dict[PersonId, Explained] | None = None
        card = DecisionCard(ui, steps_of(session))
        card.step_wanted.connect(self._take_step)
        self.review_view = ReviewView(
            ui,
            on_send=self.send,
            on_back=self._show_start,
            on_person=self.explain,
            on_fix=self.fix,
            card=card,
        )
        self.answers = AnswersPage(ui, session)
        self.calendar = CalendarPage(ui, session, navigation)
        self.views.addWidget(self.start)
        self.views.addWidget(self.review_view)
        for view in (self.answers, self.calendar, self.tasks):
            self.views.addWidget(view)
        self.outer.addWidget(self.views, 1)

    def refresh(self) -> None:
        """What was in front stays there, but a review: what it showed may hold no more."""
        front = self.views.currentWidget()
        if isinstance(front, Page):
            front.refresh()
        else:
            self._show_start()

    def hear(self, duty: DutyState) -> None:
        """Mail came in or was read elsewhere: what is in front counts anew, and only then."""
        news = duty.unseen, duty.urgent
        changed, self._news = news != self._news, news
        if changed and self.isVisible() and self.views.currentWidget() is self.start:
            self._look()
        elif changed and self.tasks.isVisible():
            self.tasks.look_quietly()

    def _show_start(self) -> None:
        self.views.setCurrentWidget(self.start)
        self.choice.buttons[START].setChecked(True)
        self._look()

    def _look(self) -> None:
        self.call(lambda _: self.ui.office.today(self._session), self._show)
        if self.look_at_arrival:
            self.call(lambda _: self.ui.office.show_arrival(self._session), self._arrived, lambda _: None)
        if self._session.role in REACH_ROLES:
            self.call(
                lambda task: self.ui.office.reach(self._session, task.progress), self.start.reach.show_reach
            )

    def _arrived(self, shown: ArrivalShown) -> None:
        """Asked again only while something is left: each look is a record of the log."""
        self.arrival.show_items(shown)
        self.look_at_arrival = bool(open_items(shown))

    def _show(self, shown: TodayShown) -> None:
        self.start.show_today(shown)
        self._count_tasks(shown.tasks)

    def _count_tasks(self, number: int) -> None:
        words = self.ui.say("ui.tasks.title")
        self.choice.buttons[TASKS].setText(f"{words}  {number}" if number else words)
        self.choice.place()

    # --- what waits for somebody ---------------------------------------------------

    def show_tasks(self, group: str) -> None:
        """What is still to do of one group; '' for everything."""
        self.notice.clear()
        self.choice.buttons[TASKS].setChecked(True)
        self.views.setCurrentWidget(self.tasks)
        self.tasks.open_group(group)

    def _choose_view(self, code: str) -> None:
        if code == TASKS:
            self.show_tasks(ALL)
        elif code in (ANSWERS, CALENDAR):
            self.notice.clear()
            page: Page = self.answers if code == ANSWERS else self.calendar
            self.views.setCurrentWidget(page)
            page.refresh()
        else:
            self._show_start()

    def take_desk_step(self, step: str) -> None:
        """Where a line of the overview leads (`DeskLine.step`)."""
        place, _, group = step.partition(":")
        match place:
            case "tasks":
                self.show_tasks(group)
            case "outbox":
                self._navigation.outbox(group)
            case "messages":
                self._navigation.messages(INBOX)
            case "import":
                self.choose()

    # --- import -----------------------------------------------------------------

    def choose(self) -> None:
        choose_file(self, self.ui.say("ui.today.choose"), self.ui.say("ui.files.visits"), self.take_file)

    def take_file(self, path: Path) -> None:
        """Import this schedule at once where it says itself what its columns are, else ask about them."""
        self._file = path
        self.notice.clear()
        self.start.importing()

        def look(_: Task) -> FileSeen:
            read = import_request(path, LIMITS.import_bytes)
            file = FileLook(read.name, data=read.data, kind=VISITS, modified=read.modified)
            return self.ui.office.look_at_file(self._session, file)

        task = self.call(look, self._looked, self._import_failed)
        self.start.cancel_with(task.cancel)

    def _looked(self, seen: FileSeen) -> None:
        path = self._file
        if seen.ready:
            self._import(confirm=False)
        elif path is not None:
            self.start.import_ended()
            dialog = ImportWizard(self.ui, self._session, path, self, VISITS)
            dialog.stored.connect(self.refresh)
            dialog.open()
            dialog.look()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        if dropped_file(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        path = dropped_file(event)
        if path is not None:
            event.acceptProposedAction()
            self.take_file(path)

    def _import(self, *, confirm: bool) -> None:
        path = self._file
        if path is None:
            return
        self.notice.clear()
        self.start.importing()
        mode = self.start.mode
        task = self.call(
            lambda task: self.ui.office.import_appointments(
                self._session,
                AppointmentsImport(import_request(path, LIMITS.import_bytes), mode, confirm),
                task.progress,
            ),
            self._imported,
            self._import_failed,
            self.start.show_progress,
        )
        self.start.cancel_with(task.cancel)

    def _imported(self, answer: AppointmentsImported) -> None:
        self.start.show_import(answer)
        self.refresh()

    def _import_failed(self, error: SealwellError) -> None:
        self.start.import_ended()
        if error.code == "confirm-needed":
            self.start.ask(self.ui.error(error))
        else:
            self.show_error(error)

    def _decline(self) -> None:
        self._file = None
        self.notice.show_words(self.ui.say("ui.today.kept"), "plain")

    # --- review and send ----------------------------------------------------------

    def review(self) -> None:
        self.notice.clear()
        self._decisions = None
        self.call(lambda _: self.ui.office.preview_reminders(self._session), self._reviewed)

    def _reviewed(self, plan: ReminderPlan) -> None:
        self.review_view.show_plan(plan)
        self.choice.buttons[START].setChecked(True)
        self.views.setCurrentWidget(self.review_view)
        self.review_view.focus_send()

    def explain(self, person: PersonId) -> None:
        """One person's decision; the whole day's are asked for once and kept while the review stands."""
        day, known = self.review_view.day, self._decisions
        self._explained = person

        def look(_: object) -> tuple[dict[PersonId, Explained], PersonShown]:
            office = self.ui.office
            decisions = known
            if decisions is None:
                plan = office.explain_reminders(self._session, day)
                decisions = {one.person: one for one in plan.people}
            return decisions, office.show_person(self._session, person)

        def show(found: tuple[dict[PersonId, Explained], PersonShown]) -> None:
            self._decisions, who = found
            decided = self._decisions.get(person)
            if self._explained != person:
                return
            self._who = who
            if decided is not None:
                self.review_view.show_card(decided, who)
            else:
                self.review_view.close_card()

        self.call(look, show)

    def _take_step(self, remedy: Reason) -> None:
        if self._who is not None:
            self._steps.take(remedy, self._who, self.review)

    def fix(self, line: Line) -> None:
        """The one thing that somebody can do for a row; afterwards the plan is made anew."""
        if line.fix in _STEP_OF:
            remedy = _STEP_OF[line.fix]
            self.call(
                lambda _: self.ui.office.show_person(self._session, line.person),
                lambda who: self._steps.take(remedy, who, self.review),
            )
        elif line.fix == DROP:
            self._drop(line)
        elif line.fix == "words" and self._session.role in ENTRY_ROLES["campaigns"]:
            self._navigation.campaigns("templates")
        else:
            CallDialog(self.ui, self._session, self).open()

    def _drop(self, line: Line) -> None:
        """A visit that should not stand in the schedule; asked once more, and nothing is sent about it."""
        dialog = ConfirmDialog(self.ui, "ui.visits.cancel", self)

        def drop() -> None:
            self.call(
                lambda _: self.ui.office.cancel_visit(self._session, line.visit), lambda _: self.review()
            )

        dialog.accepted.connect(drop)
        dialog.open()

    def send(self) -> None:
        day = self.review_view.day
        self.notice.clear()
        self.review_view.sending()
        task = self.call(
            lambda task: self.ui.office.send_reminders(self._session, day, task.progress),
            self._sent,
            self._send_failed,
            self.review_view.show_progress,
        )
        self.review_view.cancel_with(task.cancel)

    def _sent(self, plan: ReminderPlan) -> None:
        count = len(plan.messages)
        self._show_start()
        if not count:
            self.notice.show_words(self.ui.say("ui.today.nothing-sent"), "plain")
            return
        code = "ui.today.toast" if plan.until is None else "ui.today.toast-due"
        words = self.ui.texts.count(code, count, day=day_words(plan.day, self.ui.texts.language))
        self._navigation.queued(
            plan.messages, lambda left: self.ui.say("ui.toast.leaves", words=words, seconds=left)
        )

    def _send_failed(self, error: SealwellError) -> None:
        self.review_view.sending_ended()
        self.show_error(error)
