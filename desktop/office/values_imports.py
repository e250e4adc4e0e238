"""Values of the door about taking files in and handing lists out: as `values.py`, nothing heavy.

Cells, titles and file names are somebody else's text: whoever shows them cleans them.
"""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime

from desktop.frozen import dataclass
from desktop.models.accounts import UserId
from desktop.models.records import AppointmentId, ImportId, Reason
from desktop.models.standing import FolderId, MappingId

PEOPLE, VISITS = "people", "appointments"
"""What a file holds, as `import_batch.kind` writes it."""
REMOVED, KEPT, GONE = "removed", "kept", "gone"
"""What became of the file in clear text, as the log writes it."""


@dataclass(frozen=True)
class FileLook:
    """A file that somebody wants to take in; its bytes are read by the caller."""

    name: str
    data: bytes = field(repr=False)
    kind: str = PEOPLE
    modified: datetime | None = None


@dataclass(frozen=True)
class ColumnSeen:
    """One column of the file. `guess` is a field's code, or '' where nothing is taken from it.

    `sure` guesses come from the column's name, others want a look; `samples` are its first values.
    """

    at: int
    title: str
    guess: str
    sure: bool
    samples: tuple[str, ...] = ()


@dataclass(frozen=True)
class FieldOffered:
    """What a column can become. `label` is empty for the program's own fields, which texts name."""

    code: str
    label: str = ""


@dataclass(frozen=True)
class QuestionSeen:
    """What a file alone cannot tell, such as which of two numbers is the day.

    `code` is the option that answers it, `choices` its values; `sample` is a value that is in doubt.
    """

    code: str
    choices: tuple[str, ...]
    sample: str = ""
    column: int | None = None


@dataclass(frozen=True)
class MappingLine:
    """A saved answer to what the columns of a file mean: one field's code or '' for each column."""

    id: MappingId
    name: str
    kind: str
    columns: tuple[str, ...]
    options: dict[str, str]
    made_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True)
class FileSeen:
    """`ready`: every column is sure or saved and nothing is asked, so that it can go straight on.

    `columns` is empty for formats whose fields name themselves.
    """

    name: str
    kind: str
    format: str
    rows: int
    columns: tuple[ColumnSeen, ...]
    fields: tuple[FieldOffered, ...]
    questions: tuple[QuestionSeen, ...]
    options: dict[str, str]
    """What the saved mapping or the file itself answers already."""
    signature: str
    ready: bool
    mapping: MappingLine | None = None
    """The saved one by which the file was known again."""


@dataclass(frozen=True)
class ImportOrder:
    """`columns` and `options` as in `MappingLine`; empty `columns` are the saved mapping or the guess.

    `keep_as` saves the mapping under this name once the file is in. `confirm` says yes to what
    `confirm-needed` asked.
    """

    file: FileLook
    columns: tuple[str, ...] = ()
    options: dict[str, str] = field(default_factory=dict)
    mapping: MappingId | None = None
    strict: bool = False
    confirm: bool = False
    keep_as: str = ""


@dataclass(frozen=True)
class ProblemGroup:
    """Rows that were left out for one reason: how many, and the first of their lines."""

    reason: Reason
    count: int
    lines: tuple[int, ...]


@dataclass(frozen=True)
class ImportReport:
    """What a file did, or would do (`id` is None). `rejected` counts duplicates too."""

    id: ImportId | None
    kind: str
    created: int
    updated: int
    unchanged: int
    duplicates: int
    rejected: int
    problems: tuple[ProblemGroup, ...] = ()
    ignored: tuple[str, ...] = ()
    """Columns that nothing was taken from."""
    cancelled: tuple[AppointmentId, ...] = ()
    days: tuple[date, ...] = ()
    mapping: MappingId | None = None


@dataclass(frozen=True)
class ImportLine:
    """One import of the history. `source_file` is '' until somebody said what became of the file."""

    id: ImportId
    kind: str
    file_name: str
    format: str
    at: datetime
    by: UserId
    by_name: str
    created: int
    updated: int
    unchanged: int
    rejected: int
    undone_at: datetime | None = None
    source_file: str = ""


@dataclass(frozen=True)
class ImportsShown:
    """Newest first; `total` counts all."""

    imports: tuple[ImportLine, ...]
    total: int


@dataclass(frozen=True)
class ImportShown:
    line: ImportLine
    problems: tuple[ProblemGroup, ...]
    mapping: str = ""
    """The name of the saved mapping it was read by."""
    undone_by: str = ""


@dataclass(frozen=True)
class RowsFile:
    """Rows that were left out, as a CSV file that no spreadsheet reads a formula from."""

    name: str
    rows: int
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class ImportUndone:
    """`refusals_kept` were brought by the import and stay; `changed_since` were changed by somebody
    after it and stay as they are."""

    line: ImportLine
    restored: int
    removed: int
    withdrawn: int
    refusals_kept: int
    changed_since: int


@dataclass(frozen=True)
class MappingRequest:
    """Saved under `name`; a file with the same `signature` is known by it again."""

    name: str
    kind: str
    signature: str
    columns: tuple[str, ...]
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FolderRequest:
    """A folder of this computer whose new files are taken in by a saved mapping."""

    path: str
    kind: str
    mapping: MappingId | None = None
    minutes: int = 15


@dataclass(frozen=True)
class FolderLine:
    """`trouble` is why the last look or file came to nothing; a task asks somebody to see to it."""

    id: FolderId
    path: str
    kind: str
    mapping: str
    minutes: int
    taken: int
    looked_at: datetime | None = None
    trouble: Reason | None = None


@dataclass(frozen=True)
class PeopleExport:
    """`format` is `csv` or `xlsx`; `approval` names the second person's yes where one is needed."""

    format: str
    to: str
    reason: str = field(repr=False)
    approval: str = ""


@dataclass(frozen=True)
class PeopleExported:
    """Written to `file`; or `pending` names the approval that somebody else must give first."""

    file: str
    people: int
    pending: str = ""
    from_: datetime | None = None
    """From when somebody who is alone may carry it out themselves."""
