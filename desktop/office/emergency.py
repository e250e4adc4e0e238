"""Emergency access: today's work read out of a practice that does not open any more.

45 CFR 164.312(a)(2)(ii). With a password and this computer's key store, or with the printed recovery
key; a wrong password counts as at the sign-in. Nothing is written into the practice but a sealed
record of the opening, which the next sound opening takes into the log (`emergency_record.py`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from desktop.access.signin import SignIn, slot_uid
from desktop.access.triesfile import DamagedTriesError, State, read_state, write_state
from desktop.clock import Clock
from desktop.crypto.keyslots import intact_copies, read_slots
from desktop.crypto.openvault import OpenVault
from desktop.crypto.vault import unlock_with_recovery
from desktop.errors import InputError, Refused, SealwellError, VaultError
from desktop.frozen import dataclass
from desktop.locks import exclusive
from desktop.models.documents import Printer, Progress
from desktop.office import emergency_record
from desktop.office.desk import Desk
from desktop.office.emergency_paper import paper
from desktop.office.emergency_read import Read, read, source
from desktop.office.emergency_record import Opening, spare_place
from desktop.office.values_backups import Damage, EmergencyRequest, EmergencyShown
from desktop.paths import PracticeFolder, make_private_folder
from desktop.texts import Texts

WayIn = Callable[[PracticeFolder], SignIn]
"""The ordinary sign-in over a folder whose files may lie elsewhere."""
_REASON = 500
_STEPS = 5
_DAYS = 7
"""A day of the week that begins today may be shown; one at a time."""


@dataclass(frozen=True)
class _Whereabouts(PracticeFolder):
    """The practice's folder, with another key file or another place to count tries."""

    key_file: Path
    tries_file: Path

    @property
    def keys(self) -> Path:
        return self.key_file

    @property
    def tries(self) -> Path:
        return self.tries_file

    @property
    def next_keys(self) -> Path:
        """An interrupted change of the key is not ended here: that writes."""
        return self.key_file.with_name(f"{self.key_file.name}.none")


class Emergency:
    """Works without a session, and while nobody has the practice open."""

    def __init__(
        self, desk: Desk, folder: PracticeFolder, clock: Clock, way_in: WayIn, printer: Printer, texts: Texts
    ) -> None:
        self._desk = desk
        self._folder = folder
        self._clock = clock
        self._way_in = way_in
        self._printer = printer
        self._texts = texts

    def open_emergency(self, request: EmergencyRequest, progress: Progress | None = None) -> EmergencyShown:
        """What one day holds, as far as it can be read; who, when and why is recorded.

        Raises Refused "reason-missing", "emergency-not-needed" (the practice is open), "cancelled",
        "not-allowed"; InputError "emergency-day", "user-unknown"; VaultError
        "emergency-nothing-left", "database-missing", "recovery-key-…"; and as the sign-in does.
        """
        why = request.reason.strip()
        if not why or len(why) > _REASON:
            raise Refused("reason-missing")
        self._refuse_far_day(request)
        with self._alone():
            where, damage = self._key_file()
            with contextlib.closing(self._opened(where, request)) as vault:
                return self._shown(vault, request, why, damage, progress)

    def _shown(
        self,
        vault: OpenVault,
        request: EmergencyRequest,
        why: str,
        damage: tuple[Damage, ...],
        progress: Progress | None,
    ) -> EmergencyShown:
        now = self._clock.now()
        user = slot_uid(vault.vault_id, request.user)
        opening = Opening(int(now.timestamp() * 1000), user, 0, why)

        def tell(done: int) -> None:
            if progress is not None and not progress(done, _STEPS):
                raise Refused("cancelled")

        try:
            tell(0)
            with source(self._folder, vault.database_key()) as (salvage, more):
                found = read(salvage, now, request.day, user, tell)
        except SealwellError as error:
            emergency_record.keep(self._folder, vault, replace(opening, why=error.code))
            raise
        found = replace(found, damage=(*damage, *more, *found.damage))
        opening = replace(opening, rows=len(found.visits) + len(found.calls))
        recorded = emergency_record.keep(self._folder, vault, opening)
        return EmergencyShown(
            practice=found.practice,
            day=found.day,
            visits=found.visits,
            calls=found.calls,
            damage=found.damage,
            recorded=recorded,
            paper=self._paper(found, request, recorded=recorded),
        )

    def _paper(self, found: Read, request: EmergencyRequest, *, recorded: bool) -> bytes:
        made = self._clock.now().astimezone(found.zone)
        language = self._texts.language
        document = paper(found, made, request.user, request.reason, recorded=recorded, language=language)
        try:
            return self._printer.print_pdf(document)
        except Refused:  # a command line without the library still shows the list
            return b""

    # --- the way in ----------------------------------------------------------------------

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Where somebody has it open it is read there; a disk that takes no lock keeps nobody out."""
        if self._desk.is_open:
            raise Refused("emergency-not-needed")
        with contextlib.ExitStack() as held:
            if self._folder.vault_lock.exists():
                with contextlib.suppress(OSError):
                    lock = exclusive(self._folder.vault_lock)
                    if lock is None:
                        raise Refused("emergency-not-needed")
                    held.enter_context(lock)
            yield

    def _key_file(self) -> tuple[Path, tuple[Damage, ...]]:
        """The key file that fits the database: its newest intact copy, or the next one after a power cut."""
        keys, damage = self._folder.keys, tuple[Damage, ...]()
        try:
            read_slots(keys)
        except VaultError:
            copies = intact_copies(keys)
            if not copies:
                raise
            damage = (Damage("file", keys.name),)
            keys = copies[0]
        with contextlib.suppress(VaultError, OSError):
            following = read_slots(self._folder.next_keys)
            with self._folder.database.open("rb") as file:
                if following.db_salt and file.read(len(following.db_salt)) == following.db_salt:
                    keys = self._folder.next_keys
        return keys, damage

    def _opened(self, keys: Path, request: EmergencyRequest) -> OpenVault:
        if request.recovery_key:
            vault = unlock_with_recovery(keys, request.recovery_key)
            if not read_slots(keys).of_user(slot_uid(vault.vault_id, request.user)):
                vault.close()
                raise InputError("user-unknown")
            return vault
        try:
            return self._by_password(keys, self._folder.tries, request)
        except VaultError as error:
            if error.code != "tries-unwritable":
                raise
        return self._by_password(keys, self._spare_tries(keys), request)

    def _by_password(self, keys: Path, tries: Path, request: EmergencyRequest) -> OpenVault:
        signin = self._way_in(_Whereabouts(self._folder.root, keys, tries))
        return signin.check_password(request.user, request.password, request.key_pin).vault

    def _spare_tries(self, keys: Path) -> Path:
        """Where the practice's disk takes nothing, wrong passwords are counted on elsewhere."""
        vault_id = read_slots(keys).vault_id
        path = spare_place(vault_id) / self._folder.tries.name
        if not path.exists():
            try:
                state = read_state(self._folder.tries)
            except (DamagedTriesError, OSError):
                state = State(box="")
            try:
                make_private_folder(path.parent)
                write_state(path, state)
            except OSError:
                raise VaultError("tries-unwritable", file=path.name) from None
        return path

    def _refuse_far_day(self, request: EmergencyRequest) -> None:
        """Today where the practice stands is at most a day from today in UTC."""
        today = self._clock.now().date()
        if request.day is not None and not -1 <= (request.day - today) / timedelta(days=1) <= _DAYS:
            raise InputError("emergency-day", days=_DAYS)
