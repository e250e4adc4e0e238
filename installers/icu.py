"""Qt's copy of ICU on Linux, with the two languages that the program speaks.

Qt's wheel brings the whole data of ICU, 32 MB of locales and converters, a sixth of everything that
is installed. What stays: every property of characters, normalisation, time zones, and of the locales
English, Spanish and the root that others fall back to. Converters go, because what arrives in another
encoding is decoded by Python before Qt sees it.

ICU's own tool takes the items out (`icupkg`, package `icu-devtools`), and the compiler puts what is
left into a library of the same name with the same one symbol.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

_LANGUAGES = re.compile(r"(en|es)(_.*)?")
_PARTS = re.compile(r"(coll|curr|lang|rbnf|region|unit|zone)/")
"""Folders of the data that hold a file for each locale, as its top does."""
_GONE = re.compile(r"(brkitr|translit)/|.*\.cnv$")
"""Where words break and how scripts are rewritten, which Qt never asks ICU; converters."""
_LOCALE = re.compile(r"[a-z]{2,3}(_[A-Za-z0-9_]*)?")
_NO_LOCALE = frozenset({"root", "pool"})


def slim(bundle: Path) -> None:
    """Replace the library in this bundle; raises CalledProcessError, or ValueError where it is another."""
    (library,) = bundle.glob("_internal/PySide6/Qt/lib/libicudata.so.*")
    with tempfile.TemporaryDirectory(prefix="sealwell-icu-") as name:
        folder = Path(name)
        # The name of the file is a part of each item's; `l` is the order of bytes.
        whole = folder / f"icudt{library.suffix[1:]}l.dat"
        left = folder / "left" / whole.name
        left.parent.mkdir()
        _run("objcopy", "-O", "binary", "--only-section=.rodata", library, whole)
        items = _run("icupkg", "-l", whole).split()
        gone = [item for item in items if not stays(item)]
        if not gone or not any(item.startswith("coll/es") for item in items):
            raise ValueError(f"{library.name} is not ICU's whole data")
        (folder / "gone.txt").write_text("\n".join(gone) + "\n", "ascii")
        _run("icupkg", "-r", folder / "gone.txt", whole, left)
        _link(library, left)


def stays(item: str) -> bool:
    """Whether an item of the data is kept, by its name in the archive (`coll/es.res`)."""
    if _GONE.match(item):
        return False
    part = _PARTS.match(item)
    stem, _, kind = item[part.end() if part else 0 :].partition(".")
    if kind != "res" or stem in _NO_LOCALE or not _LOCALE.fullmatch(stem):
        return True
    return _LANGUAGES.fullmatch(stem) is not None


def _link(library: Path, data: Path) -> None:
    """The same name and symbol around other data; no date and no path gets in."""
    symbol = f"icudt{library.suffix[1:]}_dat"
    source = data.with_suffix(".S")
    source.write_text(
        '.section .note.GNU-stack,"",%progbits\n'
        ".section .rodata\n"
        f".globl {symbol}\n.type {symbol}, %object\n.balign 16\n"
        f'{symbol}:\n.incbin "{data}"\n.size {symbol}, . - {symbol}\n',
        "ascii",
    )
    options = ("-shared", "-nostdlib", f"-Wl,-soname,{library.name}", "-Wl,--build-id=none")
    _run("gcc", *options, "-o", library, source)
    _run("strip", "--strip-unneeded", library)


def _run(*command: str | Path) -> str:
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout
