"""The catalogues of sentences: compile, merge and check them (run by `dev.py`).

`resources/translations/{en,es}.po` hold every sentence by its code. Work in progress
may stand in fragments, `parts/<room>.<language>.po`, which run like the rest until
`dev.py translations --merge` takes them in.
"""

from __future__ import annotations

import io
import os
import re
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

FOLDER = Path(__file__).resolve().parent / "resources" / "translations"
LANGUAGES = ("en", "es")
_HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
_MSGID = re.compile(r'^msgid "(.+)"$', re.MULTILINE)


def sources(language: str, folder: Path = FOLDER) -> list[Path]:
    """The catalogue of a language and its fragments."""
    whole = folder / f"{language}.po"
    parts = sorted((folder / "parts").glob(f"*.{language}.po"))
    return [whole, *parts] if whole.exists() else parts


def load(language: str, folder: Path = FOLDER) -> Catalog:
    """All entries of a language; where a code stands twice, the first file speaks."""
    # Fixed dates, so that the same sentences give the same bytes.
    fixed = datetime(2026, 1, 1, tzinfo=UTC)
    catalogue = Catalog(locale=language, creation_date=fixed, revision_date=fixed, fuzzy=False)
    for path in sources(language, folder):
        for message in _entries(path, language):
            catalogue.add(message.id, message.string)
    return catalogue


def compile_all(folder: Path = FOLDER) -> list[Path]:
    """Write the `.mo` files that the program reads, each whole or not at all."""
    written = []
    for language in LANGUAGES:
        buffer = io.BytesIO()
        write_mo(buffer, load(language, folder))
        target = folder / f"{language}.mo"
        temporary = target.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_bytes(buffer.getvalue())
        temporary.replace(target)
        written.append(target)
    return written


def merge(folder: Path = FOLDER) -> None:
    """Take the fragments into the catalogues, sorted by code, and remove them."""
    for language in LANGUAGES:
        buffer = io.BytesIO()
        write_po(buffer, load(language, folder), omit_header=True, sort_output=True, width=100)
        text = _HEADER.format(language=language) + buffer.getvalue().decode("utf-8").lstrip("\n")
        fragments = [path for path in sources(language, folder) if path.parent != folder]
        (folder / f"{language}.po").write_text(text, encoding="utf-8")
        for path in fragments:
            path.unlink()


def problems(folder: Path = FOLDER) -> list[str]:
    """What is wrong: missing or doubled codes, empty sentences, placeholders that disagree."""
    found = []
    words: dict[str, dict[str, Message]] = {}
    for language in LANGUAGES:
        doubled = Counter(
            code for path in sources(language, folder) for code in _MSGID.findall(path.read_text("utf-8"))
        )
        found += [f"{language}: {code} stands {n} times" for code, n in doubled.items() if n > 1]
        words[language] = {_code(message): message for message in load(language, folder) if message.id}
    first, *others = LANGUAGES
    for language in others:
        for code in sorted(words[first].keys() ^ words[language].keys()):
            missing = language if code in words[first] else first
            found.append(f"{missing}: {code} is missing")
        for code in sorted(words[first].keys() & words[language].keys()):
            found += _disagreements(code, language, words[first][code], words[language][code])
    return found


def _entries(path: Path, language: str) -> list[Message]:
    with path.open("rb") as file:
        return [message for message in read_po(file, locale=language) if message.id]


def _code(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _disagreements(code: str, language: str, here: Message, there: Message) -> list[str]:
    try:
        wanted, given = _placeholders(here), _placeholders(there)
    except ValueError as broken:
        return [f"{code}: {broken}"]
    found = []
    if not all(_sentences(here)) or not all(_sentences(there)):
        found.append(f"{code} has no words")
    if wanted != given:
        found.append(f"{language}: {code} has placeholders {sorted(given)}, not {sorted(wanted)}")
    return found


def _sentences(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def _placeholders(message: Message) -> set[str]:
    """Names in braces; ValueError where a brace is not closed."""
    return {
        name for text in _sentences(message) for _, name, _, _ in Formatter().parse(text) if name is not None
    }


def main(task: str) -> int:
    """One of `compile`, `merge`, `check`; what is wrong goes to standard error."""
    if task == "compile":
        compile_all()
    elif task == "merge":
        merge()
        compile_all()
    found = problems() if task == "check" else []
    sys.stderr.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
