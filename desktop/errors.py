"""Known errors: what a person can put right, as a code and its parameters.

A *known* error carries a code that the catalogues turn into a sentence and a hint
(`error.<code>` and `error.<code>.hint` in `resources/translations/`). Everything
else that is raised is a bug and belongs to the last-resort handler in `app.py`.
Parameters never hold a stranger's raw text: clean it with `texts.clean` first.
"""

from __future__ import annotations


class SealwellError(Exception):
    """A situation that the user can mend; `code` is stable and safe to log."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params: dict[str, str | int] = params


class Refused(SealwellError):
    """The rules forbid it: no right, no session, a step-up is missing."""


class VaultError(SealwellError):
    """The practice's files cannot be opened, each reason with its own code."""


class InputError(SealwellError):
    """A file or a value from outside cannot be used."""


class DeliveryError(SealwellError):
    """The relay or the way to it does not do what protection needs."""
