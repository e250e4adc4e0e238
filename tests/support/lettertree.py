"""The page of a letter as a browser would take it apart: elements, addresses, words."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_UNSEEN = frozenset({"title"})
_BLOCKS = frozenset({"p", "li", "div", "td"})


@dataclass
class LetterTree(HTMLParser):
    """`LetterTree.of(page)`; `shape` are elements with the names of their attributes, in order."""

    shape: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._inside = ""

    @classmethod
    def of(cls, page: str) -> LetterTree:
        tree = cls()
        tree.feed(page)
        tree.close()
        return tree

    @property
    def tags(self) -> set[str]:
        return {tag for tag, _ in self.shape}

    @property
    def attributes(self) -> set[str]:
        return {name for _, names in self.shape for name in names}

    @property
    def text(self) -> str:
        return "".join(self.words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.shape.append((tag, tuple(name for name, _ in attrs)))
        given = dict(attrs)
        self.links += [given["href"] or ""] if "href" in given else []
        self.sources += [value or "" for name, value in attrs if name in ("src", "background", "srcset")]
        self.styles += [given["style"] or ""] if "style" in given else []
        self.words += ["\n"] if tag == "br" else []

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""
        self.words += ["\n"] if tag in _BLOCKS else []

    def handle_data(self, data: str) -> None:
        if self._inside == "style":
            self.styles.append(data)
        elif self._inside not in _UNSEEN:
            self.words.append(data)
