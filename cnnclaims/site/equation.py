"""Equations written as one line of text, such as `k^2 C_in C_out / g`, as HTML."""

import re

from cnnclaims.site.escape import esc

# What is lowered or raised: a word, words joined by a comma, a sign or a times, or what stands in parentheses.
WORD = r"[^\W_]+(?:[−×,][^\W_]+)*"
PART = re.compile(
    rf"(?P<low>_{WORD})|(?P<high>\^(?:\([^()]*\)|{WORD}))|(?P<letter>(?<![^\W\d_])[A-Za-zα-ω](?![^\W\d_]))"
)


def equation_html(text: str) -> str:
    """`_` lowers and `^` raises what follows; single letters are variables."""
    html, at = "", 0
    for found in PART.finditer(text):
        html += _plain(text[at : found.start()])
        if found["letter"]:
            html += f"<var>{esc(found['letter'])}</var>"
        else:
            inner = found[0][1:]
            inner = inner[1:-1] if inner.startswith("(") else inner
            tag = "sub" if found["low"] else "sup"
            html += f"<{tag}>{equation_html(inner)}</{tag}>"
        at = found.end()
    return html + _plain(text[at:])


def _plain(text: str) -> str:
    """Escaped text that keeps the spaces at its ends."""
    inner = text.strip()
    if not inner:
        return " " if text else ""
    return f"{' ' if text[0].isspace() else ''}{esc(inner)}{' ' if text[-1].isspace() else ''}"
