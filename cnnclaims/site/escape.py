"""Text from records and verdicts, made safe for every place of a page.

All of it goes through `esc`: every ASCII character that means something to Markdown, HTML, YAML, a template or an
attribute list becomes a numeric character reference, which all of them read back as plain text.
"""

import re
from functools import lru_cache

SPECIAL = re.compile(r"[^A-Za-z0-9 ,.;%'/?()\u00a0-\U0010ffff-]")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
SPACES = re.compile(r"\s+")
LIST_MARK = re.compile(r"^-|(?<=^\d)[.)](?= )|(?<=^\d\d)[.)](?= )|(?<=^\d\d\d)[.)](?= )")


def _reference(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def esc(text: object) -> str:
    """The text on one line, for Markdown, for HTML and SVG between tags, and for a double-quoted attribute."""
    return _escaped(str(text))


@lru_cache(maxsize=1 << 16)  # pages repeat the same names some three hundred thousand times
def _escaped(text: str) -> str:
    plain = UNPRINTABLE.sub("\ufffd", SPACES.sub(" ", text)).strip()
    return LIST_MARK.sub(_reference, SPECIAL.sub(_reference, plain))


def paragraphs(text: str) -> str:
    """The text as HTML paragraphs, one for each stretch between blank lines."""
    return "".join(f"<p>{esc(part)}</p>" for part in re.split(r"\n\s*\n", text) if part.strip())


def quoted(text: str) -> str:
    """The escaped text as a double-quoted YAML string, for the front matter of a page."""
    return '"' + "".join(c if c.isascii() else f"\\U{ord(c):08X}" for c in esc(text)) + '"'
