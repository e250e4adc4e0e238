"""The recovery kit is printed, and the recovery key made anew when its paper is lost or was seen."""

from __future__ import annotations

import contextlib

from desktop.access import recoverygroups
from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.crypto.keyslots import read_slots
from desktop.crypto.officer import officer_public
from desktop.crypto.openvault import OpenVault
from desktop.crypto.rotation import settle_rotation
from desktop.crypto.vault import recovery_slot, replace_recovery_key, unlock_with_recovery
from desktop.errors import SealwellError, VaultError
from desktop.models.accounts import Session
from desktop.models.database import Database, Tx
from desktop.models.documents import Document, Printer
from desktop.models.lanes import known
from desktop.office.desk import Desk, Recorder
from desktop.office.kit_paper import Kit, kit_paper
from desktop.office.logwatch import LogWatch
from desktop.office.notices import everybody, notify
from desktop.office.opening import Opener
from desktop.office.values_backups import KitRequest
from desktop.office.values_entry import Recovered
from desktop.office.values_protection import Paper
from desktop.paths import PracticeFolder

NAME = "recovery-kit.pdf"
RENEWED = "recovery-key-renewed"


class Kits:
    """A recovery key that is to stand on the paper is proven first: a wrong one would be found too late."""

    def __init__(
        self,
        desk: Desk,
        folder: PracticeFolder,
        clock: Clock,
        audit: AuditLog,
        opener: Opener,
        log_watch: LogWatch,
        printer: Printer,
    ) -> None:
        self._desk = desk
        self._folder = folder
        self._clock = clock
        self._audit = audit
        self._opener = opener
        self._log_watch = log_watch
        self._printer = printer

    def print_kit(self, session: Session, request: KitRequest) -> Paper:
        """Raises VaultError "recovery-key-mistyped", "recovery-key-wrong" and those of words that are
        wrong; Refused "printing-unavailable".
        """
        opened = self._desk.check(session, Action.PRINT_KIT)
        if request.recovery_key:
            try:
                recovery_slot(read_slots(self._folder.keys), request.recovery_key)
            except SealwellError as error:
                self._desk.note_refusal(session, Act.KIT_PRINTED, error)
                raise
        kit = Kit(opened.vault.vault_id, self._clock.now(), request.recovery_key)

        def lay_out(tx: Tx, record: Recorder) -> Document:
            record(_printed(kit))
            return kit_paper(tx, kit)

        document = self._desk.write(session, Action.PRINT_KIT, lay_out)
        return Paper(self._printer.print_pdf(document), NAME)

    def print_new_kit(self, recovery_key: str) -> Paper:
        """For whoever has just been shown the key, before they are signed in: the key itself opens.

        Raises as `print_kit`, and what opening the database raises.
        """
        opened = self._desk.opened_or_none()
        if opened is not None:
            recovery_slot(read_slots(self._folder.keys), recovery_key)
            document = self._laid_out(opened.database, opened.vault, recovery_key)
        else:
            settle_rotation(self._folder)
            with (
                contextlib.closing(unlock_with_recovery(self._folder.keys, recovery_key)) as vault,
                contextlib.closing(self._opener.database(vault)) as database,
            ):
                document = self._laid_out(database, vault, recovery_key)
        return Paper(self._printer.print_pdf(document), NAME)

    def _laid_out(self, database: Database, vault: OpenVault, recovery_key: str) -> Document:
        kit = Kit(vault.vault_id, self._clock.now(), recovery_key)

        def lay_out(tx: Tx) -> Document:
            self._audit.record(tx, _printed(kit))
            return kit_paper(tx, kit)

        return database.write(lay_out)

    def renew_recovery_key(self, session: Session) -> Recovered:
        """The new key is shown whatever fails behind it: the old one opens nothing any more.

        Backups from before still open with the old one. Raises VaultError "vault-altered",
        "disk-full" and "database-unwritable"; then the old key is still the key.
        """
        opened = self._desk.check(session, Action.RENEW_RECOVERY_KEY)
        keys, made = self._folder.keys, ""

        def renew(tx: Tx, record: Recorder) -> None:
            nonlocal made
            record(Event(Act.RECOVERY_KEY_MADE))
            notify(tx, everybody(tx), RENEWED, self._clock.now(), {"user": session.user})
            made = replace_recovery_key(keys, opened.vault)
            recoverygroups.keep(tx, made, officer_public(keys, opened.vault))

        try:
            self._desk.write(session, Action.RENEW_RECOVERY_KEY, renew)
            self._log_watch.officer_changed()
        except SealwellError:
            if not made:
                raise
        except OSError as error:
            if not made:
                raise known(error, writing=True) or VaultError("database-unwritable") from error
        return Recovered(recovery_key=made)


def _printed(kit: Kit) -> Event:
    return Event(Act.KIT_PRINTED, det={"with-key": int(bool(kit.recovery_key))})
