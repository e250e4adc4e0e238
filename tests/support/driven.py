"""A person before the real window: looks, clicks, types, and counts what they did."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.end2end.test_keyboard import Keys, screen

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "tests" / "end2end" / "driven_window.py"
PATIENCE = 120.0


def _wait(true: Callable[[], Any], what: str, seconds: float, step: float) -> Any:
    end = time.monotonic() + seconds
    while not (found := true()):
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds:.0f} s")
        time.sleep(step)
    return found


class Person:
    """`actions` counts clicks, presses of a key that does something, and what is typed in one go."""

    def __init__(self, environment: dict[str, str], asked: Path) -> None:
        self.keys = Keys(environment)
        self._environment = environment
        self._asked = asked
        self._number = 0
        self._at = (-1, -1)
        self.actions: list[str] = []

    def ask(self, what: str, **given: Any) -> Any:
        self._number += 1
        path = self._asked / f"{self._number:05d}.ask"
        made = path.with_suffix(".new")
        made.write_text(json.dumps({"ask": what, **given}), "utf-8")
        made.rename(path)
        answer = path.with_suffix(".answer")
        _wait(answer.exists, what, PATIENCE, 0.01)
        said = json.loads(answer.read_text("utf-8"))
        answer.unlink()
        return said

    def wait(self, true: Callable[[], Any], what: str, seconds: float = PATIENCE, step: float = 0.1) -> Any:
        try:
            return _wait(true, what, seconds, step)
        except AssertionError as error:
            raise AssertionError(f"{error}; seen: {self.ask('texts')}") from None

    def sees(self, words: str) -> bool:
        return any(words in text for text in self.ask("texts"))

    def look_for(self, words: str, seconds: float = PATIENCE) -> None:
        self.wait(lambda: self.sees(words), words, seconds)

    def click(self, words: str, within: str = "") -> None:
        """A control that can be pressed, once it is there; `within` names what it stands in, where several
        say the same."""
        there = self._found("where", words, within)
        self._press_at(there["x"], there["y"])
        self.actions.append(f"click {words}")

    def choose(self, words: str) -> None:
        """A row of a list."""
        there = self._found("row", words)
        self._press_at(there["x"], there["y"])
        self.actions.append(f"choose {words}")

    def type(self, text: str, *then: str) -> None:
        """Words and the key that ends them are one action."""
        self.keys.type(text, *then)
        self.actions.append(f"type {text}")

    def press(self, *keys: str) -> None:
        self.keys.press(*keys)
        self.actions += [f"press {key}" for key in keys]

    def drop(self, *paths: Path) -> None:
        self.ask("drop", paths=[str(path) for path in paths])
        self.actions.append("drop")

    def grab(self, path: Path) -> None:
        assert self.ask("grab", path=str(path))

    def sign_in(self, user: str, password: str, code: str | Callable[[], str]) -> None:
        """In; none of it counts. A code soon ends: it is looked up when it is asked for."""
        self.keys.type(user, "Tab")
        self.keys.type(password, "Return")
        self.wait(lambda: "code" in self.ask("focus"), "the field of the code")
        self.keys.type(code if isinstance(code, str) else code(), "Return")
        self.wait(lambda: self.page()[0] in ("Workspace", "ArrivalPages"), "the work")
        if self.page()[0] == "ArrivalPages":  # a saved code was used, which everybody must read
            self.keys.press("Tab", "space")
        self.wait(lambda: self.page()[0] == "Workspace", "the work")

    def page(self) -> list[str]:
        said: list[str] = self.ask("page")
        return said

    def _found(self, how: str, words: str, within: str = "") -> dict[str, Any]:
        before: list[Any] = [None]

        def ready() -> dict[str, Any] | None:
            """There, in sight, and no longer on the move: what is pressed must be what was looked for."""
            found: dict[str, Any] | None = self.ask(how, words=words, within=within)
            if found is not None and "wheel" in found:
                self._press_at(*found["wheel"])
                found = None
            stands, before[0] = found == before[0], found
            return found if stands and found is not None and found["enabled"] else None

        there: dict[str, Any] = self.wait(ready, f"something to press that says {words!r}")
        return there

    def _press_at(self, x: int, y: int, button: int = 1) -> None:
        """Buttons 4 and 5 are the wheel. Where the hand is already, nobody waits until it has moved."""
        move = ["mousemove", "--sync", str(x), str(y)] if (x, y) != self._at else []
        self._at = x, y
        pressed = ["xdotool", *move, "click", str(button)]
        subprocess.run(pressed, env=self._environment, check=True, timeout=20, capture_output=True)


@contextmanager
def person_at(folder: Path, asked: Path, first: str = "SignInPage") -> Iterator[Person]:
    """The window of the practice in `folder` on a screen of its own, its page `first` in front."""
    asked.mkdir(exist_ok=True)
    with screen() as display:
        environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, str(PROGRAM), str(folder), str(asked)]
        with subprocess.Popen(command, env=environment, cwd=ROOT) as window:
            try:
                person = Person(environment, asked)
                person.wait(person.keys.find, "the window")
                person.wait(lambda: person.page()[0] == first, "the first page")
                yield person
            finally:
                window.terminate()
                window.wait(20)
