"""Lays out what gets installed, the same for `.deb` and `.rpm`."""

from __future__ import annotations

import gzip
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from installers.linux import manual
from installers.linux.facts import (
    BUNDLE,
    COMPONENT,
    FILES,
    HOMEPAGE,
    LICENCE,
    MAINTAINER,
    NAME,
    PROGRAMS,
    ROOT,
    VERSION,
    source_date,
)

LIBRARY = Path("usr/lib") / NAME
SHARE = Path("usr/share")
PICTURES = ROOT / "installers" / "icons" / "hicolor"
DRAWING = ROOT / "resources" / "icons" / f"{NAME}.svg"


class NoBundle(Exception):
    """There is nothing to pack: `python3 dev.py package` builds it first."""


def lay_out(root: Path, of: Path = BUNDLE) -> None:
    """Everything below `usr/`, with the rights and times that it has when installed."""
    bundle(root / LIBRARY, of)
    (root / "usr/bin").mkdir(parents=True)
    for program in PROGRAMS:
        (root / "usr/bin" / program).symlink_to(f"../lib/{NAME}/{program}")
    share(root / SHARE)
    for name, text in manual.pages().items():
        write(root / SHARE / "man/man1" / f"{name}.gz", zipped(text))
    documents = root / SHARE / "doc" / NAME
    write(documents / "copyright", filled("copyright").encode())
    write(documents / "changelog.gz", zipped(changelog()))
    settle(root)


def bundle(target: Path, of: Path = BUNDLE) -> None:
    """The program itself. Raises NoBundle."""
    if not all((of / program).exists() for program in PROGRAMS):
        raise NoBundle(str(of))
    shutil.copytree(of, target, symlinks=True)


def share(target: Path) -> None:
    """What the desktop reads: the entry of the menu, the description, the icon."""
    write(target / "applications" / f"{NAME}.desktop", (FILES / f"{NAME}.desktop").read_bytes())
    write(target / "metainfo" / f"{COMPONENT}.metainfo.xml", filled(f"{NAME}.metainfo.xml").encode())
    icons = target / "icons/hicolor"
    write(icons / "scalable/apps" / f"{NAME}.svg", DRAWING.read_bytes())
    for picture in sorted(PICTURES.glob("*.png")):
        size = picture.stem.rpartition("-")[2]
        write(icons / f"{size}x{size}/apps" / f"{NAME}.png", picture.read_bytes())


def filled(name: str) -> str:
    """A file of `files/` with today's facts in it."""
    date = datetime.fromtimestamp(source_date(), UTC)
    return (
        (FILES / name)
        .read_text("utf-8")
        .format(
            component=COMPONENT,
            licence=LICENCE,
            developer=MAINTAINER.partition(" <")[0],
            maintainer=MAINTAINER,
            homepage=HOMEPAGE,
            version=VERSION,
            date=date.strftime("%Y-%m-%d"),
            kind="stable" if VERSION[:1] != "0" else "development",
            licences=f"/{LIBRARY}/_internal/licenses",
        )
    )


def changelog() -> str:
    """In Debian's form (deb-changelog(5)): the first sentence of each line of CHANGELOG.md's newest part."""
    newest = (ROOT / "CHANGELOG.md").read_text("utf-8").split("\n## ")[1]
    lines = [line[2:] for line in newest.splitlines() if line.startswith("- ")]
    items = "\n".join(f"  * {_first_sentence(line)}" for line in lines)
    date = datetime.fromtimestamp(source_date(), UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")
    return f"{NAME} ({VERSION}) stable; urgency=medium\n\n{items}\n\n -- {MAINTAINER}  {date}\n"


def _first_sentence(line: str, width: int = 76) -> str:
    """Wrapped with the indent of a changelog's item."""
    sentence, full_stop, _ = line.partition(". ")
    words, lines = (sentence + full_stop).split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) >= width - 4:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n    ".join(lines)


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def zipped(text: str) -> bytes:
    """Without name and time, so that it is the same at each build."""
    return gzip.compress(text.encode(), 9, mtime=0)


def settle(root: Path) -> None:
    """Rights and times of everything, so that neither tells of the computer that built it."""
    date = source_date()
    for path in [root, *root.rglob("*")]:
        if not path.is_symlink():
            runs = path.name in RUNS and "share" not in path.relative_to(root).parts
            path.chmod(0o755 if path.is_dir() or runs else 0o644)
        os.utime(path, (date, date), follow_symlinks=False)


RUNS = (*PROGRAMS, "install.sh")
"""The only files that are programs; libraries need no such right."""
