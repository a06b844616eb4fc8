"""Expressions of the measure language with a link from each name to its documentation, and where its source stands."""

import re
from typing import NamedTuple

from cnnclaims.claims.language import Signature, called
from cnnclaims.site.escape import esc
from cnnclaims.site.parts import link
from cnnclaims.verifiers.catalogue import check_doc, signatures
from cnnclaims.verifiers.checks import CHECKS

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?=\()")


class Addresses(NamedTuple):
    """Where the site and the sources stand on the web, each with a slash at its end; empty where nobody said.

    `site` is the address of the front page's folder, `source` that of the folder with the package in it, at one commit.
    """

    site: str = ""
    source: str = ""


def expression(text: str, up: str = "") -> str:
    """The expression as code; each name that the language knows leads to its documentation."""
    known = set(called(text)) & signatures().keys()
    html, at = "", 0
    for found in NAME.finditer(text):
        if found[0] in known:
            html += _breakable(text[at : found.start()]) + link(f"{up}language.html#{found[0]}", found[0])
            at = found.end()
    return f"<code>{html}{_breakable(text[at:])}</code>"


def _breakable(text: str) -> str:
    """Escaped text whose spaces at its ends stay, since a link may stand there."""
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before and ' '}{esc(text)}{after and text.strip() and ' '}"


def sources(text: str, addresses: Addresses) -> str:
    """Where the functions of an expression are written, one after the other."""
    known = [signatures()[name] for name in called(text) if name in signatures()]
    return ", ".join(source(one, addresses) for one in known)


def source(signature: Signature, addresses: Addresses) -> str:
    """File and line of a function, a link where the address of the sources is known."""
    return place(signature.source, signature.line, addresses)


def place(file: str, line: int, addresses: Addresses) -> str:
    """File and line in the package, a link where the address of the sources is known."""
    text = f"cnnclaims/{file}:{line}"
    return link(f"{esc(addresses.source)}cnnclaims/{file}#L{line}", text) if addresses.source else esc(text)


def check_place(name: str, addresses: Addresses) -> str:
    """What a check does, in the first paragraph of its own words, and where it is written; empty for an unknown one."""
    if name not in CHECKS:
        return ""
    doc, file, line = check_doc(name)
    first = doc.strip().split("\n\n")[0]
    return f"{esc(first)} {place(file, line, addresses)}"
