"""Values of the door about when something is written about a visit; nothing heavy."""

from __future__ import annotations

from desktop.frozen import dataclass
from desktop.models.campaigning import TemplateId, WindowId, WindowKind


@dataclass(frozen=True)
class WindowLine:
    """One time at which something is written about a visit.

    `minutes` before its start, of `campaigning.AFTER` kinds after it. `visit_type` as the schedule
    writes it, '' for every type without times of its own. `words` names the template in the practice's
    words, '' where the program's plain ones are used; `unapproved`: nobody has approved the template
    yet, so that nothing is written with it. `waiting` counts what is queued for it.
    """

    id: WindowId
    kind: WindowKind
    minutes: int
    visit_type: str = ""
    template: TemplateId | None = None
    code: str = ""
    words: str = ""
    unapproved: bool = False
    waiting: int = 0


@dataclass(frozen=True)
class WindowsShown:
    """By type and by time, the earliest first.

    `usual`: nobody has set any before visits of every type, so that they are reminded of the day
    before. `types` are those that the schedule names, the commonest first. `codes` are templates of the
    library that fit, and `templates` the practice's own with their names.
    """

    windows: tuple[WindowLine, ...]
    usual: bool
    types: tuple[str, ...]
    codes: tuple[str, ...]
    templates: tuple[tuple[TemplateId, str], ...]
    may_set: bool
    families: bool = False
    """Whether families that said nothing themselves get one letter for the visits of a day."""


@dataclass(frozen=True)
class WindowRequest:
    """A new time, or with `id` a change of one. Of `template` and `code` at most one is given."""

    kind: WindowKind
    minutes: int
    visit_type: str = ""
    template: TemplateId | None = None
    code: str = ""
    id: WindowId | None = None


@dataclass(frozen=True)
class WindowChanged:
    """`withdrawn` counts reminders that waited for that time and were withdrawn: they are planned anew."""

    shown: WindowsShown
    id: WindowId
    withdrawn: int = 0
