"""The licences of all that is in a bundle: a text of each part goes in, and what may not is refused.

Asked by the recipe about every file that PyInstaller gathered: where it came from says to which part
it belongs. A part without a licence, with one that only the GPL family without exceptions names, or
without a text ends the build.
"""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEXTS = Path(__file__).with_name("licences")
TARGET = "licenses"
_TEXT_NAMES = re.compile(r"(^|/)(licen[cs]es?|copying|notice|copyright|authors)|/licenses/", re.IGNORECASE)
_GRANTED = re.compile(
    r"\b(0BSD|Apache|BSD|BSL|CC0|HPND|ISC|LGPL|MIT|MPL|Mozilla|OFL|PSF|Python|Unicode|Unlicense|Zlib)",
    re.IGNORECASE,
)
_UNSAID = {"imapclient": "BSD-3-Clause", "sqlcipher3": "Zlib AND BSD-3-Clause"}
"""Their metadata name no licence; their texts are these."""
_EXCEPTED = {"pyinstaller": "GPL-2.0-or-later WITH Bootloader-exception"}
"""The exception lets the starter be part of any program (PyInstaller's COPYING.txt)."""
_QT = ("Qt.txt", "LGPL-3.txt", "GPL-3.txt", "ICU.txt")
_BESIDE: Mapping[str, tuple[str, ...]] = {
    "cryptography": ("OpenSSL.txt", "Apache-2.0.txt"),
    "obstore": ("obstore.txt",),
    "pyside6-essentials": _QT,
    "shiboken6": _QT,
    "sqlcipher3": ("SQLCipher.txt", "SQLite.txt", "OpenSSL.txt", "Apache-2.0.txt"),
}
"""What lies inside a part and has no text in it."""
_SYSTEM = {
    **dict.fromkeys(("libbsd0", "libmd0", "libuuid1"), "BSD-3-Clause"),
    **dict.fromkeys(("libbz2-1.0", "libffi8", "libexpat1"), "MIT"),
    **dict.fromkeys(("liblzma5",), "0BSD"),
    **dict.fromkeys(("libssl3", "libssl3t64"), "Apache-2.0"),
    **dict.fromkeys(("libzstd1",), "BSD-3-Clause"),
    **dict.fromkeys(("zlib1g",), "Zlib"),
}
"""Libraries of Debian's that may be in a bundle; X11's, which are all under MIT, by their names."""
_X11 = re.compile(
    r"lib(x11|x11-xcb|xau|xcb-[a-z0-9-]+|xcb1|xdmcp|xext|xfixes|xi|xkbcommon|xkbcommon-x11|xrandr|xrender)\d*(-\d)?$"
)
_LGPL_QT = re.compile(
    r"Qt6?(Core|DBus|Gui|PrintSupport|Svg|Widgets|WaylandClient|WlShellIntegration|XcbQpa)(?![A-Za-z])"
)
_QT_LIBRARY = re.compile(r"(?:^|/)(?:lib)?(Qt6?[A-Z]\w*)")


class NotAllowed(Exception):
    """What cannot be shipped; each line names a part and why."""


@dataclass(frozen=True)
class Part:
    """One that has its own licence; `texts` are files."""

    name: str
    version: str
    licence: str
    texts: tuple[Path, ...]


def texts_of(gathered: Iterable[tuple[str, str]], work: Path) -> list[tuple[str, str, str]]:
    """As PyInstaller lists data: a text of every part of `gathered` (place in the bundle, source).

    Raises NotAllowed.
    """
    found = parts(gathered, work)
    wrong = [line for part in found for line in problems(part)]
    if wrong:
        raise NotAllowed("\n".join(wrong))
    work.mkdir(parents=True, exist_ok=True)
    overview = work / "licences.txt"
    overview.write_text(_overview(found), "utf-8")
    placed = {f"{TARGET}/README.txt": overview}
    for part in found:
        for number, text in enumerate(part.texts):
            name = text.name if text.parent == TEXTS else f"{part.name}-{number + 1}-{text.name}"
            placed[f"{TARGET}/{name}"] = text
    return [(place, str(text), "DATA") for place, text in sorted(placed.items())]


def parts(gathered: Iterable[tuple[str, str]], work: Path) -> list[Part]:
    """Each part that some file is of, by name. Raises NotAllowed for a file of which nobody knows.

    In `work` lies what PyInstaller itself has made.
    """
    found: dict[str, Part] = {}
    unknown = []
    for place, source in gathered:
        if not Path(source).is_file() or Path(source).is_relative_to(work):
            continue  # a link to another place, a package without a file; Python's own, packed
        part = _part_of(Path(source))
        if part is None:
            unknown.append(f"{place}: of which part is {source}?")
        else:
            found[part.name] = part
        unknown += _not_lgpl(place)
    if unknown:
        raise NotAllowed("\n".join(sorted(unknown)))
    return [found[name] for name in sorted(found)]


def problems(part: Part) -> list[str]:
    """Why a part may not be shipped; empty for nearly all."""
    wrong = []
    demanded = re.split(r"\bAND\b", part.licence)  # each of them, not one of them
    if part.name not in _EXCEPTED and not all(map(_GRANTED.search, demanded)):
        wrong.append(f"{part.name}: its licence is {part.licence or 'not named'}")
    if not part.texts:
        wrong.append(f"{part.name}: it brings no text of its licence, and none lies in installers/licences")
    return wrong


def _not_lgpl(place: str) -> list[str]:
    """Of Qt only what is under the LGPL: some of its modules are under the GPL alone."""
    named = _QT_LIBRARY.search(place.replace("\\", "/"))
    if named is None or _LGPL_QT.match(named.group(1)):
        return []
    return [f"{place}: a module of Qt that is not on the list of those under the LGPL"]


def _part_of(source: Path) -> Part | None:
    """Whose file this is."""
    path = source.resolve()
    distribution = _owners().get(path) or _owners().get(source)
    if distribution is not None:
        return _distributed(distribution)
    if path.is_relative_to(Path(sys.prefix) / "lib") or "site-packages" in path.parts:
        return None
    if path.is_relative_to(ROOT):
        own = (ROOT / "resources" / "fonts" / "LICENSE.txt", ROOT / "resources" / "icons" / "LICENSE")
        return Part("sealwell", "", "Apache-2.0 AND OFL-1.1 AND ISC", (ROOT / "LICENSE", *own))
    if path.is_relative_to(sys.base_prefix):
        return Part("python", platform.python_version(), "PSF-2.0", (_python_licence(),))
    return _of_system(path) or _of_system(source)


@cache
def _owners() -> dict[Path, Distribution]:
    return {
        Path(str(one.locate_file(file))).resolve(): one for one in distributions() for file in one.files or ()
    }


@cache
def _distributed(one: Distribution) -> Part:
    name = re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower()
    said = [_said(one, "License-Expression"), _UNSAID.get(name, _EXCEPTED.get(name, ""))]
    said += [line for line in one.metadata.get_all("Classifier") or () if line.startswith("License")]
    said += _said(one, "License").splitlines()[:1]
    licence = next((words.rpartition(" :: ")[2] for words in said if words), "")
    own = [
        Path(str(one.locate_file(file)))
        for file in one.files or ()
        if ".dist-info" in str(file) and _TEXT_NAMES.search(str(file).partition("/")[2])
    ]
    return Part(name, one.version, licence, (*own, *(TEXTS / text for text in _BESIDE.get(name, ()))))


def _said(one: Distribution, field: str) -> str:
    """Of what a distribution says of itself; an index answers otherwise where a backport is loaded."""
    return next(iter(one.metadata.get_all(field) or ()), "")


def _python_licence() -> Path:
    places = (Path(sysconfig.get_path("stdlib")), Path(sys.base_prefix))
    return next(path for place in places if (path := place / "LICENSE.txt").exists())


@cache
def _of_system(path: Path) -> Part | None:
    """A library of Debian's, if it may be in a bundle."""
    if shutil.which("dpkg-query") is None:
        return None
    for spelled in (str(path), str(path).removeprefix("/usr"), f"/usr{path}"):
        asked = subprocess.run(["dpkg-query", "-S", spelled], capture_output=True, text=True, check=False)
        if asked.returncode == 0:
            name = asked.stdout.partition(":")[0]
            licence = _SYSTEM.get(name) or ("MIT" if _X11.match(name) else "unknown")
            return Part(name, "", licence, (Path("/usr/share/doc") / name / "copyright",))
    return None


def _overview(found: Iterable[Part]) -> str:
    rows = [f"{part.name} {part.version}".ljust(36) + part.licence for part in found]
    return "What Sealwell is made of, and under which licences; the texts lie in this folder.\n\n" + (
        "".join(f"{row}\n" for row in rows)
    )
