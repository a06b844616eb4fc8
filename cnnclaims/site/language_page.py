"""The page on the measure language: every name in it with arguments, what it gives, its documentation and its source."""

import re
from collections import Counter
from collections.abc import Iterable

from cnnclaims.claims.language import NETWORK, Parameter, Signature, called
from cnnclaims.site.escape import esc
from cnnclaims.site.expressions import Addresses, source
from cnnclaims.site.gathered import Canon
from cnnclaims.site.parts import Page, bullets, code, command, facts, heading, link, paper_url, with_code
from cnnclaims.site.sections import beside
from cnnclaims.verifiers.catalogue import signatures
from cnnclaims.verifiers.kernels import KERNELS

OPENING = """<p>A claim that is a number is checked by one line, such as <code>macs(vgg16()) / macs(mobilenet_v1())</code>: calls of the names
below, numbers, quoted words, <code>+ - * / **</code> and parentheses, and nothing else. Whole numbers divide as fractions, so nothing is rounded
before it is held against the printed digits. The same line at the prompt:</p>
"""


def language_page(canon: Canon, addresses: Addresses) -> Page:
    """Measures, then networks, then operators; each name is its own anchor."""
    used = Counter(name for judged in canon.claims for name in called(judged.claim.measure or ""))
    origin = {network: paper.record.id for paper in canon.papers for network in paper.record.networks}
    every = signatures().values()
    parts = {
        "Measures": [one for one in every if one.returns != NETWORK],
        "Networks and blocks": [one for one in every if one.returns == NETWORK and one.name not in KERNELS],
        "Operators": [one for one in every if one.name in KERNELS],
    }
    body = (
        "# The measure language {#_top}\n\n"
        + beside("language.html")
        + OPENING
        + command("cnnclaims measure 'macs(vgg16()) / macs(mobilenet_v1())'")
    )
    for title, signatures_of_part in parts.items():
        body += heading(2, title, f"_{title.split(' ', maxsplit=1)[0].lower()}")
        body += f"<p>{_index(signatures_of_part)}</p>\n"
        body += "".join(
            _entry(one, used[one.name], origin.get(one.name), addresses) for one in signatures_of_part
        )
    description = "Every measure, network and operator of the language in which claims are checked."
    return Page("The measure language", description, body, styles=("assets/claims.css",))


def _index(entries: Iterable[Signature]) -> str:
    return " · ".join(link(f"#{one.name}", one.name) for one in entries)


def _entry(one: Signature, uses: int, origin: str | None, addresses: Addresses) -> str:
    gives = "a network" if one.returns == NETWORK else one.returns or "a pure number"
    return (
        f'<section class="entry">\n<h3 id="{one.name}">{esc(one.name)}</h3>\n'
        f"<p>{code(str(one))}</p>\n{prose(one.doc)}"
        + bullets(_parameter(parameter) for parameter in one.parameters)
        + facts(
            [
                ("Gives", esc(gives)),
                ("Presented by", link(paper_url(origin), origin) if origin else ""),
                ("Claims", f"{uses} of the canon's claims are measured with it" if uses else "none so far"),
                ("Source", source(one, addresses)),
            ]
        )
        + "</section>\n"
    )


def _parameter(parameter: Parameter) -> str:
    kinds = [*map(repr, parameter.choices)] or sorted(parameter.kinds - {"None"})
    kinds += ["None"] if "None" in parameter.kinds else []
    default = "" if parameter.default is None else f", {code(parameter.default)} unless given"
    return f"{code(parameter.name)}: {esc(' or '.join(kinds))}{default}"


def prose(doc: str) -> str:
    """A docstring as HTML: paragraphs, with code between backticks, and indented stretches as they stand."""
    html = ""
    for part in re.split(r"\n\s*\n", doc.strip()):
        lines = part.splitlines()
        if all(line.startswith("    ") for line in lines):
            html += command("\n".join(line[4:] for line in lines))
        else:
            html += "<p>" + with_code(part) + "</p>\n"
    return html
