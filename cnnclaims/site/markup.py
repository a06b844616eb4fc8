"""A Markdown extension: what is markup already passes as it is.

The pages are written as HTML but for their headings. Python-Markdown would read all of that HTML twice, tag by tag, only to
put it back unchanged, which takes most of the time of a build. A stretch without a blank line that begins with a tag of
those below is set aside before it is read.
"""

import re

from markdown import Extension, Markdown
from markdown.preprocessors import Preprocessor

BEGINS = re.compile(r"<(details|div|dl|figure|footer|form|nav|ol|p|pre|script|section|table|ul)[ >]")
BEFORE_MKDOCS = 22  # whose own reading of HTML is 21


class _AsItIs(Preprocessor):  # type: ignore[misc]
    def run(self, lines: list[str]) -> list[str]:
        """Lines with each stretch of markup replaced by the mark that Python-Markdown puts it back for."""
        stretches = "\n".join(lines).split("\n\n")
        kept = [self.md.htmlStash.store(text) if BEGINS.match(text) else text for text in stretches]
        return "\n\n".join(kept).split("\n")


class AsItIs(Extension):  # type: ignore[misc]
    """The extension, as `markdown_extensions` names it."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Set it in front of all that reads HTML."""
        md.preprocessors.register(_AsItIs(md), "markup-as-it-is", BEFORE_MKDOCS)


def makeExtension(**settings: object) -> AsItIs:
    """What Python-Markdown calls."""
    return AsItIs(**settings)
