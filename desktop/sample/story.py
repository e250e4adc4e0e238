"""The last week of the sample practice, lived through by its own people with the program itself.

What somebody finds who looks around was really imported, asked, approved, sent and recorded, on days
that lie behind today: every step is a use case of the office, taken by whoever may take it.
"""

from __future__ import annotations

import time as time_
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from email.header import Header
from email.utils import format_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyotp

from desktop.frozen import dataclass
from desktop.models import rules
from desktop.models.accounts import Role, Session
from desktop.models.campaigning import CampaignId, TemplateId
from desktop.models.delivery import Hours
from desktop.models.purposes import MailPurpose
from desktop.models.records import Baa, Status
from desktop.models.rules import Condition, Op
from desktop.models.safekeeping import Place, TargetKind
from desktop.models.standing import SegmentId
from desktop.office.api import Office
from desktop.office.values import AppointmentsImport, ImportRequest
from desktop.office.values_access import NewUser, PasswordChange
from desktop.office.values_backups import TargetRequest
from desktop.office.values_campaigns import CampaignRequest, CampaignVerdict
from desktop.office.values_delivery import MailboxRequest
from desktop.office.values_entry import Credentials, NewPractice, SignedIn
from desktop.office.values_practice import RelayRequest
from desktop.office.values_running import StartRequest
from desktop.office.values_segments import SegmentRequest
from desktop.office.values_templates import TemplateKeep
from desktop.sample.clock import CatchingUp
from desktop.sample.people import people_file, visits_file
from desktop.sample.wires import LocalInbox
from desktop.texts import Texts

PASSWORD = "quiet harbour seven lanterns"  # noqa: S105 - of people who do not exist
_FIRST_PASSWORD = "nine paper boats at noon"  # noqa: S105
PIN = "314926"
PEOPLE = {Role.ADMINISTRATOR: "ana", Role.MANAGER: "morgan", Role.FRONT_DESK: "dana"}
SENDER = "office@elmstreet.example.com"
_MAILBOX = "frontdesk@elmstreet.example.com"
_LIBRARY = "flu-season"
_LONG_AGO, _LONG = timedelta(days=200), timedelta(days=365)
_HOLD = timedelta(seconds=15)
"""Longer than what is queued is held for Undo."""
_PATIENCE = 1.0
"""Seconds between two looks whether a new code counts."""

Progress = Callable[[int, int], bool]


@dataclass(frozen=True)
class Setting:
    """What the story is told with. `day` is today, `zone` the practice's, `backups` an empty folder."""

    office: Office
    clock: CatchingUp
    inbox: LocalInbox
    texts: Texts
    zone: str
    today: datetime
    backups: Path


class Story:
    """`tell` it once; who is signed in at the end is at the front desk."""

    def __init__(self, setting: Setting) -> None:
        self._set = setting
        self._office = setting.office
        self._clock = setting.clock
        self._secrets: dict[Role, str] = {}
        self._steps: dict[Role, int] = {}
        self._today: dict[Role, Session] = {}

    @property
    def steps(self) -> tuple[Callable[[], None], ...]:
        return (
            self._found_practice,
            self._hire,
            self._take_over_people,
            self._connect,
            self._plan_campaign,
            self._run_campaign,
            self._work_on_yesterday,
            self._prepare_tomorrow,
            self._hear_from_patients,
            self._keep_it,
        )

    def tell(self, progress: Progress) -> bool:
        """False where `progress` said to stop; what was made then is only good to be removed."""
        for number, step in enumerate(self.steps):
            if not progress(number, len(self.steps)):
                return False
            step()
        return progress(len(self.steps), len(self.steps))

    def sign_in(self, role: Role) -> SignedIn:
        """With password and code, and a PIN for the way back: it counts for eight hours."""
        signed = self._office.sign_in(Credentials(PEOPLE[role], PASSWORD, self._code(role)))
        self._office.set_quick_pin(signed.session, PIN)
        return signed

    def _code(self, role: Role) -> str:
        """One that was never used: where this half minute's was, the next one's, which counts already."""
        totp = pyotp.TOTP(self._secrets[role])
        step = max(totp.timecode(self._clock.now()), self._steps.get(role, 0) + 1)
        while step > totp.timecode(self._clock.now()) + 1:
            time_.sleep(_PATIENCE)
        self._steps[role] = step
        return str(totp.generate_otp(step))

    # --- nine days ago: a practice begins ---------------------------------------------

    def _found_practice(self) -> None:
        name = self._words("sample.practice")
        made = self._office.create_practice(
            NewPractice(
                name, self._set.zone, PEOPLE[Role.ADMINISTRATOR], PASSWORD, self._language, sample=True
            )
        )
        self._secrets[Role.ADMINISTRATOR] = _secret(made.totp_uri)
        session = self._as(Role.ADMINISTRATOR)
        always = Hours(time(), time(), tuple(range(7)))
        rules_ = self._office.show_sending_rules(session)
        # People look around at night and on Sundays too, and want to see something leave.
        self._office.set_sending_rules(session, replace(rules_, reminders=always, campaigns=always))

    def _hire(self) -> None:
        for role in (Role.MANAGER, Role.FRONT_DESK):
            added = self._office.add_user(
                self._as(Role.ADMINISTRATOR), NewUser(PEOPLE[role], role, _FIRST_PASSWORD)
            )
            self._secrets[role] = _secret(added.totp_uri)
            first = Credentials(PEOPLE[role], _FIRST_PASSWORD, self._code(role))
            signed = self._office.sign_in(first)
            self._office.change_password(signed.session, PasswordChange(_FIRST_PASSWORD, PASSWORD))
            self._today[role] = signed.session

    def _take_over_people(self) -> None:
        desk = self._as(Role.FRONT_DESK)
        self._office.import_people(desk, ImportRequest("people.csv", people_file()))
        self._import_visits(desk)

    def _connect(self) -> None:
        session, today = self._as(Role.ADMINISTRATOR), self._set.today.date()
        agreement = Baa(self._words("sample.service"), today - _LONG_AGO, today + _LONG, "e-mail")
        self._office.add_relay(
            session,
            RelayRequest(
                name=self._words("sample.service"),
                host="relay.sample.invalid",
                port=465,
                security="implicit",
                user="sample",
                sender=SENDER,
                baa=agreement,
                password=PASSWORD,
                required_tls="account",
            ),
        )
        mailbox = MailboxRequest(
            self._words("sample.mailbox"),
            "mail.sample.invalid",
            993,
            "implicit",
            _MAILBOX,
            PASSWORD,
            _MAILBOX,
        )
        self._office.add_mailbox(session, replace(mailbox, baa=agreement))
        place = Place(TargetKind.FOLDER, str(self._set.backups))
        self._office.add_target(session, TargetRequest(self._words("sample.disk"), place))
        self._office.create_backup(session)

    # --- a campaign -------------------------------------------------------------------

    def _plan_campaign(self) -> None:
        self._later(self._clock.now() + timedelta(days=1, hours=2))
        manager = self._as(Role.MANAGER)
        template = self._approved_letter(manager)
        adults = rules.to_text(Condition("status", Op.IS, (Status.ACTIVE.value,)))
        group = self._office.keep_segment(manager, SegmentRequest(self._words("sample.group"), adults))
        self._campaign = self._kept_campaign(manager, group.line.id, template)

    def _approved_letter(self, manager: Session) -> TemplateId:
        line = next(one for one in self._office.list_library() if one.code == _LIBRARY)
        shown = self._office.keep_template(
            manager,
            TemplateKeep(
                self._words("sample.letter"),
                line.group,
                line.purpose,
                self._office.library_words(_LIBRARY),
                code=_LIBRARY,
            ),
        )
        return self._office.approve_template(
            self._as(Role.ADMINISTRATOR), shown.line.id, shown.number
        ).line.id

    def _kept_campaign(self, manager: Session, group: SegmentId, template: TemplateId) -> CampaignId:
        asked = CampaignRequest(
            self._words("sample.campaign"), segment=group, template=template, purpose=MailPurpose.TREATMENT
        )
        return self._office.keep_campaign(manager, asked).line.id

    def _run_campaign(self) -> None:
        manager = self._as(Role.MANAGER)
        self._office.check_campaign(manager, self._campaign)
        shown = self._office.ask_campaign(manager, self._campaign)
        if shown.needs_approval:
            verdict = CampaignVerdict(self._campaign, True, shown.content, shown.audience)
            self._office.approve_campaign(self._as(Role.ADMINISTRATOR), verdict)
        manager = self._as(Role.MANAGER)
        self._office.start_campaign(manager, StartRequest(self._campaign, shown.content, shown.audience))
        self._send(manager)

    # --- yesterday and this morning ---------------------------------------------------

    def _work_on_yesterday(self) -> None:
        self._later(self._set.today - timedelta(hours=21))
        desk = self._as(Role.FRONT_DESK)
        self._import_visits(desk)
        self._office.send_reminders(desk)
        self._send(desk)

    def _prepare_tomorrow(self) -> None:
        self._later(self._set.today - timedelta(minutes=40))
        self._import_visits(self._as(Role.FRONT_DESK))

    def _hear_from_patients(self) -> None:
        """About tomorrow's visits, which are known by then at every hour of the day."""
        self._later(self._set.today - timedelta(minutes=15))
        for number in (1, 2):
            self._comes_in(number)
        desk = self._as(Role.FRONT_DESK)
        self._office.poll_mailbox(desk)

    def _comes_in(self, number: int) -> None:
        """From one of the people, to the practice's mailbox."""
        at, say = self._clock.now(), self._words
        sender = say(f"sample.mail-{number}.from")
        mail = (
            f"From: {sender}",
            f"To: {_MAILBOX}",
            f"Subject: {Header(say(f'sample.mail-{number}.subject'), 'utf-8').encode()}",
            f"Date: {format_datetime(at)}",
            f"Message-ID: <sample-{number}@{sender.rpartition('@')[2]}",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: 8bit",
            "",
            *say(f"sample.mail-{number}.text").splitlines(),
            "",
        )
        self._set.inbox.put("\r\n".join(mail).encode("utf-8"), at)

    def _keep_it(self) -> None:
        self._office.create_backup(self._as(Role.ADMINISTRATOR))
        self._clock.catch_up()

    # --- pieces -----------------------------------------------------------------------

    def _import_visits(self, desk: Session) -> None:
        """Today's export as of that day: the next days' visits."""
        now = self._clock.now()
        file = ImportRequest("appointments.csv", visits_file(self._local(now).date()), modified=now)
        self._office.import_appointments(desk, AppointmentsImport(file, "whole", confirm=True))

    def _send(self, session: Session) -> None:
        self._clock.pass_(_HOLD)
        self._office.run_outbox(session)

    def _as(self, role: Role) -> Session:
        """Who came in this day, at their first act: a sign-in proves for minutes who it is."""
        if role not in self._today:
            self._today[role] = self.sign_in(role).session
        return self._today[role]

    def _later(self, moment: datetime) -> None:
        """Another day, or hour: everybody signs in again."""
        self._clock.to(moment)
        self._today.clear()

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self._set.zone))

    @property
    def _language(self) -> str:
        return self._set.texts.language

    def _words(self, code: str) -> str:
        return self._set.texts.say(code)


def _secret(totp_uri: str) -> str:
    return str(pyotp.parse_uri(totp_uri).secret)
