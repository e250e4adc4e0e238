"""Which trials run, in which order; one line for each, and the count at the end."""

from __future__ import annotations

import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from installers.linux import deb, tarball
from installers.linux.facts import DIST, NAME, VERSION
from installers.linux.trial import accidents, earlier, files, first, later, own
from installers.linux.trial.bases import RELEASES
from installers.linux.trial.display import display
from installers.linux.trial.house import House, at_rest
from installers.linux.trial.practice import Practice
from installers.linux.trial.published import EARLIER, Publisher
from installers.linux.trial.system import System

_FIRST = (first.installs, first.finds_libraries, first.proves_itself, first.shows_its_window)
_LATER = (later.upgrades_closed, later.upgrades_open, later.refuses_forgeries, later.purges)
_ACCIDENTS = (
    later.refuses_newer_data,
    accidents.install_is_cut_off,
    accidents.upgrade_is_cut_off_early,
    accidents.upgrade_is_cut_off_late,
    accidents.disk_is_full,
    own.installs_by_script,
)


@dataclass
class Score:
    """What was tried, and what came of it."""

    passed: int = 0
    failed: list[str] = field(default_factory=list)

    def trial(self, release: str, what: Callable[[], object], words: str) -> bool:
        begun = time.monotonic()
        try:
            what()
        except Exception as problem:  # noqa: BLE001 - one that fails does not keep the others from running
            self.failed.append(words)
            self._line("FAILED", release, begun, words)
            traceback.print_exception(problem, limit=-4, file=sys.stdout)
            return False
        self.passed += 1
        self._line("ok", release, begun, words)
        return True

    @staticmethod
    def _line(how: str, release: str, begun: float, words: str) -> None:
        sys.stdout.write(f"{how:<7}{time.monotonic() - begun:6.1f} s  {release}: {words}\n")
        sys.stdout.flush()


def run(releases: tuple[str, ...], *, everything: bool) -> int:
    """The exit code: 1 where something failed."""
    score = Score()
    chosen = releases or (RELEASES if everything else RELEASES[:1])
    with tempfile.TemporaryDirectory(prefix="sealwell-trials-") as folder:
        place = Path(folder)
        publisher = Publisher(place)
        try:
            built = _built(place, publisher, everything=everything)
            with display() as shown:
                for release in chosen:
                    house = House(release, shown, *built, DIST / "trial")
                    _in(house, score, everything=everything)
        finally:
            publisher.end()
    if everything:
        for trial in files.TRIALS:
            score.trial("files", trial, _words(trial))
    sys.stdout.write(f"{score.passed} passed, {len(score.failed)} failed\n")
    return 1 if score.failed else 0


def _built(place: Path, publisher: Publisher, *, everything: bool) -> tuple[Path, Path, tuple[Path, ...]]:
    """The repository before and after, and both archives."""
    before = publisher.publish("earlier", deb.build(place, EARLIER, earlier.bundle(place)))
    newest = publisher.advance("earlier", "newest", DIST / f"{NAME}_{VERSION}_amd64.deb")
    if not everything:
        return before, newest, ()
    archive = DIST / f"{NAME}-{VERSION}-linux-x86_64.tar.xz"
    return before, newest, (tarball.build(place, EARLIER), archive)


def _in(house: House, score: Score, *, everything: bool) -> None:
    """All trials in one Debian; those that need a practice begin with the same one."""
    with house.empty() as at:
        for step in _FIRST:
            well = score.trial(house.release, partial(step, house, at), _words(step))
            if step is first.installs and not well:
                return
        made: list[Practice] = []
        if not score.trial(house.release, lambda: made.append(_practice(at)), _words(_practice)):
            return
        for trial in (*_LATER, *(_ACCIDENTS if everything else ())):
            score.trial(house.release, partial(trial, house, made[0]), _words(trial))


def _practice(at: System) -> Practice:
    """With a person in it, as commands make it; everything after begins with it."""
    made = Practice.set_up(at)
    at_rest(at)
    return made


def _words(step: Callable[..., object]) -> str:
    """`upgrades_open` and the first line of what it says of itself."""
    said = (step.__doc__ or "").strip().splitlines()[0]
    return f"{step.__name__.strip('_').replace('_', ' ')}. {said}"
