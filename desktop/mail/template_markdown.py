"""The reader of Markdown behind `template_blocks.py`, loaded with the first text that is read."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

_RULES = ["heading", "list", "hr", "emphasis", "link", "image", "escape", "newline"]


class Markdown(MarkdownIt):
    """Takes every address as it stands: `template_blocks` says which may be one, and refuses the others."""

    def __init__(self) -> None:
        super().__init__("zero", {"html": False, "xhtmlOut": True, "breaks": True})
        self.enable(_RULES)
        self._page = RendererHTML()

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the parser's own name
        return bool(url)

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the parser's own name
        return url

    def html(self, tokens: Sequence[Token]) -> str:
        return self._page.render(tokens, self.options, {})

    def inline_html(self, tokens: Sequence[Token]) -> str:
        return self._page.renderInline(tokens, self.options, {})
