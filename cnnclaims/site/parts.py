"""The small pieces that pages are put together from. What comes in as `html` is markup already; all else is escaped."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cnnclaims.claims.printed import with_unit as as_written
from cnnclaims.site.escape import esc, quoted
from cnnclaims.site.gathered import Judged

CODE = re.compile("&#96;(.+?)&#96;")  # escaped backticks
SPELLED = {"params": "parameters", "mult-adds": "multiply-adds"}


class Page(NamedTuple):
    """A Markdown page: its title and description for the browser, what the theme leaves away, and its body.

    `styles` and `scripts` are what this page needs beside the common ones, named from the top folder: `assets/map.js`.
    """

    title: str
    description: str
    body: str
    hide: Sequence[str] = ("navigation",)
    scripts: Sequence[str] = ()
    styles: Sequence[str] = ()

    def text(self, name: str = "") -> str:
        """The whole file; `name` is where it will stand, which says how many folders up its assets are."""
        front = f"title: {quoted(self.title)}\ndescription: {quoted(self.description)}\nhide: [{', '.join(self.hide)}]"
        up = "../" * name.count("/")
        before = "".join(f'<link rel="stylesheet" href="{up}{path}">\n' for path in self.styles)
        after = "".join(f'<script defer src="{up}{path}"></script>\n' for path in self.scripts)
        return f"---\n{front}\n---\n\n{before}\n{self.body.strip()}\n\n{after}".rstrip() + "\n"


def paper_url(paper: str, claim: str = "", up: str = "") -> str:
    """The address of a paper's page, or of a claim on it, from the top folder (`up="../"` from beside it)."""
    return f"{up}papers/{esc(paper)}.html{f'#{esc(claim)}' if claim else ''}"


def link(url: str, text: str) -> str:
    """A link; the address is used as it is, so whoever calls has escaped what came from a record."""
    return f'<a href="{url}">{esc(text)}</a>'


def heading(level: int, text: str, anchor: str) -> str:
    """A Markdown heading. Anchors of sections begin with an underscore, which no id of a record can."""
    return f"\n\n{'#' * level} {esc(text)} {{#{anchor}}}\n\n"


def badge(verdict: str) -> str:
    """The verdict as a word with a symbol; the style sheet draws the symbol."""
    return f'<span class="verdict {verdict_class(verdict)}">{esc(verdict)}</span>'


def verdict_class(verdict: str) -> str:
    """The class that colours a verdict."""
    return "is-" + verdict.replace(" ", "-")


def code(text: str) -> str:
    """Text as code, where it may break after a comma or an operator."""
    return f"<code>{esc(text)}</code>"


def with_code(text: str) -> str:
    """Text in which backticks mark code."""
    return CODE.sub(r"<code>\1</code>", esc(text))


def command(text: str) -> str:
    """Text to copy as it stands: a command line, or several lines."""
    lines = (" " * (len(line) - len(line.lstrip())) + esc(line) for line in text.splitlines())
    joined = "\n".join(lines)
    return f"<pre><code>{joined}</code></pre>\n"


def sentence(text: str) -> str:
    """A finding as a sentence: a capital in front, a full stop behind."""
    text = text.strip()
    return esc(text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else "."))


def grouped(number: str) -> str:
    """A number with commas between its thousands."""
    return re.sub(r"(?<![\d.,/])\d{4,}", lambda found: f"{int(found[0]):,}", number)


def table(head: Iterable[str], rows: Iterable[Sequence[str]], name: str, style: str = "") -> str:
    """A table in its own scroll box; cells and heads are html, the first cell of a row is its head."""
    heads = "".join(f'<th scope="col">{cell}</th>' if cell else "<td></td>" for cell in head)
    body = "\n".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{c}</td>" for c in row[1:])}</tr>' for row in rows
    )
    return (
        f'<div class="scroll {style}" role="region" aria-label="{esc(name)}" tabindex="0">\n'
        f'<table class="data">\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>\n'
    )


def tied(html: str) -> str:
    """Escaped text in which no line ends between a number and its per cent sign."""
    return re.sub(r"(?<=\d) %", "\u00a0%", html)


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """A description list of (name, html); pairs without html are left away."""
    items = "".join(f"<dt>{esc(name)}</dt>\n<dd>{html}</dd>\n" for name, html in pairs if html)
    return f'<dl class="facts">\n{items}</dl>\n'


def bullets(items: Iterable[str]) -> str:
    """A list of html items; empty if there is none."""
    listed = "".join(f"<li>{item}</li>\n" for item in items)
    return f"<ul>\n{listed}</ul>\n" if listed else ""


def spelled(unit: str) -> str:
    """A unit as readers say it: the short names of the records' closed list in full."""
    return re.sub(r"\b(params|mult-adds)\b", lambda found: SPELLED[found[0]], unit)


def written(number: str, unit: str) -> str:
    """A number and its unit as plain text: "4.2 M parameters", "1 layer"."""
    unit = spelled(unit)
    if number.strip() in ("1", "one") and len(unit) > 3 and " " not in unit:
        unit = re.sub(r"(?<=ss)es$|(?<=ch)es$|s$", "", unit)
    return as_written(number, unit)


def with_unit(number: str, unit: str) -> str:
    """A number and its unit, escaped."""
    return esc(written(number, unit))


def printed(judged: Judged) -> str:
    """What the paper prints, with the unit."""
    return with_unit(judged.claim.printed, judged.claim.unit)


def measured(judged: Judged) -> str:
    """What was measured, with the unit; empty for what was not measured."""
    text = judged.text("measured")
    return with_unit(grouped(text), judged.claim.unit) if text else ""
