"""What a command reads and prints: prompts or one JSON document in, words or JSON out."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from desktop.cli.arguments import WrongUse
from desktop.errors import SealwellError
from desktop.models.documents import Progress
from desktop.models.records import Reason
from desktop.texts import Texts

SECRET_FIELDS = frozenset({"password", "code", "passphrase", "recovery_key", "invitation", "key_pin"})
_INPUT_LIMIT = 1024 * 1024


@dataclass
class Console:
    """One command's standard streams; `as_json` and `stdin` are the two options."""

    texts: Texts
    as_json: bool = False
    stdin: bool = False
    source: TextIO = sys.stdin
    out: TextIO = sys.stdout
    err: TextIO = sys.stderr

    def ask(self, *fields: str, optional: Sequence[str] = ()) -> dict[str, Any]:
        """The named fields from the document on standard input, or prompted for at a terminal.

        An optional one may be missing from the document, or left empty at the prompt.
        """
        if self.stdin:
            return self._document(fields)
        if not self.source.isatty():
            raise WrongUse(self.texts.say("cli.needs-input"))
        return {name: self._prompt(name) for name in (*fields, *optional)}

    def progress(self) -> Progress:
        """A line on standard error for each tenth of the way; nobody stops it but by ending the command."""
        told = 0

        def tell(done: int, of: int) -> bool:
            nonlocal told
            tenth = 10 * done // max(of, 1)
            if told < tenth < 10:
                self.say(self.texts.say("cli.percent", percent=10 * tenth))
            told = max(told, tenth)
            return True

        return tell

    def document(self) -> dict[str, Any]:
        """A whole document, for commands whose input is too rich for prompts."""
        if not self.stdin:
            raise WrongUse(self.texts.say("cli.needs-stdin"))
        return self._document(())

    def lines(self) -> list[str]:
        """One value a line; never waits at a terminal."""
        if self.source.isatty():
            raise WrongUse(self.texts.say("cli.needs-input"))
        return self.source.read().splitlines()

    def _document(self, fields: Sequence[str]) -> dict[str, Any]:
        raw = self.source.read(_INPUT_LIMIT)
        try:
            document = json.loads(raw)
        except (json.JSONDecodeError, RecursionError) as error:
            raise WrongUse(self.texts.say("cli.not-json")) from error
        if not isinstance(document, dict):
            raise WrongUse(self.texts.say("cli.not-json"))
        missing = [name for name in fields if name not in document]
        if missing:
            raise WrongUse(self.texts.say("cli.missing-field", field=", ".join(missing)))
        return document

    def _prompt(self, name: str) -> str:
        words = self.texts.say(f"cli.ask.{name}")
        if name in SECRET_FIELDS:
            return getpass.getpass(f"{words}: ", stream=self.err)
        self.err.write(f"{words}: ")
        self.err.flush()
        return self.source.readline().strip()

    def reason(self, reason: Reason) -> dict[str, str]:
        """A reason as the fixed forms print it."""
        return {"code": reason.code, "words": self.texts.say(f"reason.{reason.code}", **reason.params)}

    def say(self, words: str) -> None:
        """A message for the person: standard error."""
        self.err.write(f"{words}\n")

    def emit(self, document: Mapping[str, Any], human: Sequence[str] = ()) -> None:
        """The answer: the document with `--json`, else lines for people."""
        if self.as_json or not human:
            json.dump(document, self.out, ensure_ascii=False, indent=None if self.as_json else 2)
            self.out.write("\n")
        else:
            self.out.write("\n".join(human) + "\n")

    def emit_line(self, document: Mapping[str, Any]) -> None:
        """One JSON line, for the commands that answer once per file or input line."""
        json.dump(document, self.out, ensure_ascii=False)
        self.out.write("\n")

    def fail(self, error: SealwellError) -> None:
        """A known error: its code, its sentence, and what to do."""
        message, hint = self.texts.error(error.code, error.params)
        if self.as_json:
            body = {"code": error.code, "message": message, "hint": hint}
            json.dump({"error": body}, self.out, ensure_ascii=False)
            self.out.write("\n")
        else:
            self.say(f"{message} {hint}")
