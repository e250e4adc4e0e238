"""What is asked and answered about new versions of the program."""

from __future__ import annotations

from datetime import datetime

from desktop.frozen import dataclass


@dataclass(frozen=True)
class UpdateOffer:
    """A version that is newer than the one that runs here.

    `severity` is critical, high or normal, `install_by` the last day by the schedule for it (None:
    at leisure). The notes are plain text of the signer's, cleaned. `file` is '' where the list has
    none for this computer, `after` the version that has to be installed first ('' where none has).
    """

    version: str
    severity: str
    released: datetime
    install_by: datetime | None
    notes_en: str
    notes_es: str
    file: str
    bytes: int
    after: str


@dataclass(frozen=True)
class UpdatesShown:
    """`state` is `no-key` (this copy cannot check), `forbidden`, `unknown` (never heard), `current`,
    `newer` (then `offer`) or `out-of-date` (what was heard last counts no more).

    `problem` is the code of what was wrong when it was tried last; `by_system` says that the computer's own
    updates bring new versions.
    """

    version: str
    allowed: bool
    state: str
    offer: UpdateOffer | None
    checked_at: datetime | None
    tried_at: datetime | None
    problem: str
    by_system: bool


@dataclass(frozen=True)
class UpdateCheckFile:
    """`file` and `list_file` are paths; without a list, the one beside the file or the one heard last."""

    file: str
    list_file: str = ""


@dataclass(frozen=True)
class UpdateVerified:
    """The file is as it was published; `newer` than what runs here."""

    name: str
    version: str
    system: str
    newer: bool


@dataclass(frozen=True)
class UpdateDownloaded:
    path: str
    version: str
    bytes: int
    sha256: str
