"""Fixed limits of the program. None of them turns protection off."""

from __future__ import annotations

from desktop.frozen import dataclass


@dataclass(frozen=True)
class Limits:
    """Times in seconds unless the name says otherwise."""

    idle_lock: int = 600
    """NIST SP 800-63B-4 2.2.3 allows an hour; a front desk gets ten minutes."""
    idle_most: int = 900
    """What a practice may choose at most."""
    command_idle: int = 900
    session_total: int = 12 * 3600
    step_up: int = 300
    quick_unlock: int = 8 * 3600
    """How long after the password a PIN or a touch may open an idle lock."""
    pin_tries: int = 5
    hold: int = 10
    """Undo: nothing leaves before this has passed."""
    wait_for_hold: int = 60
    password_min: int = 15
    password_max: int = 256
    slow_after_tries: int = 5
    lock_after_tries: int = 10
    export_people: int = 50
    """An export of the log that names more people than this wants a second person."""
    sole_approver_wait: int = 1800
    """What takes the second person's place where nobody else may approve."""
    template_bytes: int = 1024 * 1024
    attachment_bytes: int = 20 * 1024 * 1024
    import_bytes: int = 256 * 1024 * 1024
    import_rows: int = 1_000_000
    import_columns: int = 1_000
    field_chars: int = 10_000
    draft_chars: int = 200_000
    locked_file_days: int = 90
    """How long a page that came by mail opens; one behind a link ends with its storage."""
    look_seconds: int = 20
    """For looking at all domains of the people who are about to be written to."""


@dataclass(frozen=True)
class ContentLimits:
    """What the content check reads at most; beyond it a file counts as not checked."""

    file_bytes: int = 25 * 1024 * 1024
    mail_bytes: int = 40 * 1024 * 1024
    text_chars: int = 2_000_000
    """Of one part, after which the rest of it is left unread and the hit `too-long` says so."""
    seconds: float = 10.0
    """For all files of a message together."""
    pdf_pages: int = 500
    zip_members: int = 5_000
    unpacked_bytes: int = 64 * 1024 * 1024
    """Of one DOCX or XLSX, whatever its directory promises."""
    xml_depth: int = 200
    mail_parts: int = 200
    hits: int = 500
    """Of one part; a list for people ends somewhere."""


@dataclass(frozen=True)
class StorageLimits:
    """What storage for locked files may take; seconds unless the name says otherwise."""

    connect: int = 10
    answer: int = 30
    """Silence of a server that is connected."""
    transfer: int = 120
    """One file up or down."""
    file_bytes: int = 40 * 1024 * 1024
    log_bytes: int = 16 * 1024 * 1024
    log_files: int = 500
    """Of one look; the rest waits for the next."""
    page_bytes: int = 1024 * 1024
    """Of the file that is fetched by its link in the test."""
    days_most: int = 365
    retry: int = 60
    """Between two tries after one that failed."""
    sweep: int = 3600


@dataclass(frozen=True)
class TargetLimits:
    """What places for backups may take; seconds unless the name says otherwise."""

    connect: int = 15
    answer: int = 60
    """Silence of a server that is connected; a full disk of a small server thinks for a while."""
    transfer: int = 300
    """One part up or down."""
    part_bytes: int = 8 * 1024 * 1024
    """What a broken line costs at most, again."""
    piece_bytes: int = 256 * 1024
    small_bytes: int = 64 * 1024
    spare_bytes: int = 16 * 1024 * 1024
    """Stays free on a target: folders and notes take room too."""
    hours_most: int = 24 * 7


@dataclass(frozen=True)
class WkdLimits:
    """What a look-up of a key may take and bring."""

    answer_bytes: int = 1024 * 1024
    seconds: float = 20.0
    """For the whole, both methods and redirects together."""
    redirects: int = 2
    addresses: int = 4
    """Of one web server, tried in turn."""


@dataclass(frozen=True)
class KeySearchLimits:
    """What a file, a pasted text or a mail with keys in it may be."""

    mail_parts: int = 200
    keys: int = 20
    certificates: int = 40
    autocrypt_bytes: int = 10 * 1024
    """Autocrypt 1.1, 2.1: a longer header may be ignored."""


@dataclass(frozen=True)
class FeedLimits:
    """What one look at a relay's events may take and bring."""

    answer_bytes: int = 4 * 1024 * 1024
    """Of one page."""
    seconds: float = 60.0
    """For all pages of one look."""
    pages: int = 20
    events: int = 5_000
    """Of one page; what goes beyond is read at the next look."""
    minutes: int = 5
    """Between two looks by itself."""


FEED_LIMITS = FeedLimits()
LIMITS = Limits()
WKD_LIMITS = WkdLimits()
KEY_SEARCH_LIMITS = KeySearchLimits()
STORAGE_LIMITS = StorageLimits()
TARGET_LIMITS = TargetLimits()
CONTENT_LIMITS = ContentLimits()
