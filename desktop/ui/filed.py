"""What was put to a person's record, in one line."""

from __future__ import annotations

from desktop.office.values_messages import FilingLine
from desktop.texts import clean
from desktop.ui.base import Ui
from desktop.ui.dates import moment_words

_NAME_CHARS = 80


def filing_words(ui: Ui, line: FilingLine) -> str:
    """Its name, who put it there, and when; a file without a name for this role is a file."""
    return ui.say(
        "ui.messages.filing",
        file=clean(line.name, _NAME_CHARS) or ui.say(f"ui.messages.filed-{line.form.value}"),
        name=clean(line.by),
        when=moment_words(line.at, ui.texts.language),
    )
