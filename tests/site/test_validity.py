"""The HTML of every kind of page: a strict parser reads it without a complaint, and what parsers do not look at holds too."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

import pytest

from cnnclaims.site.build import Summary

html5lib = pytest.importorskip("html5lib", reason="the HTML is read by html5lib")

CHILDREN = {
    "ul": {"li", "script", "template"},
    "ol": {"li", "script", "template"},
    "dl": {"dt", "dd", "div"},
    "tr": {"th", "td"},
    "select": {"option", "optgroup"},
    "tbody": {"tr"},
    "thead": {"tr"},
}
WORDS = {"p", "span", "strong", "em", "small", "code", "b", "i", "label", "button", "summary", "h1", "h2", "h3", "pre"}  # fmt: skip
BLOCKS = {
    "div",
    "p",
    "ul",
    "ol",
    "dl",
    "table",
    "section",
    "article",
    "figure",
    "details",
    "nav",
    "form",
    "pre",
}
FIELDS = {"input", "select", "textarea"}
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "headers")
# The theme's switches, which no reader meets: boxes that are never shown, and a heading of a table of contents that is hidden.
THEMES_OWN = {
    "input __search has no label",
    "input __toc has no label",
    "label for names #__toc, which is not on the page",
}


def faults(html: str) -> list[str]:
    """What is wrong with a page: the parser's complaints by line and column, then our own."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    page = parser.parse(html)
    told = [f"{line}:{column}: {fault} {about}" for (line, column), fault, about in parser.errors]
    known = {child: parent for parent in page.iter() for child in parent}
    ids = {at.get("id") for at in page.iter()}
    for at in page.iter():
        if isinstance(at.tag, str):
            told += (f"{at.tag} {fault}" for fault in _of_an_element(at, known, ids))
    return [one for one in told if one not in THEMES_OWN]


def _of_an_element(at: Element, parents: dict[Element, Element], ids: set[str | None]) -> Iterator[str]:
    above = list(_above(at, parents))
    tags = {one.tag for one in above}
    if _asks_for_a_hand(at) and any(one.tag in ("a", "button") for one in above):
        yield "stands in a link or a button"
    if at.tag in BLOCKS and tags & WORDS:
        yield f"stands in {', '.join(sorted(tags & WORDS))}, which holds words only"
    if at.tag in CHILDREN and (
        strange := {child.tag for child in at if isinstance(child.tag, str)} - CHILDREN[at.tag]
    ):
        yield f"holds {', '.join(sorted(strange))}"
    if at.tag == "img" and at.get("alt") is None:
        yield "has no alt"
    if at.tag in FIELDS and at.get("type") != "hidden" and not _is_named(at, above, parents, ids):
        yield f"{at.get('id', '')} has no label".strip()
    if at.tag == "table":
        yield from _of_a_table(at)
    for attribute in REFERENCES:
        for id in (at.get(attribute) or "").split():
            if id not in ids:
                yield f"{attribute} names #{id}, which is not on the page"


def _above(at: Element, parents: dict[Element, Element]) -> Iterator[Element]:
    while (parent := parents.get(at)) is not None:
        yield parent
        at = parent


def _asks_for_a_hand(at: Element) -> bool:
    return at.tag in {"button", "label", "details", "iframe", *FIELDS} or (
        at.tag == "a" and at.get("href") is not None
    )


def _is_named(
    at: Element, above: list[Element], parents: dict[Element, Element], ids: set[str | None]
) -> bool:
    if at.get("aria-label") or at.get("aria-labelledby") or at.get("title"):
        return True
    labels = (one for one in above[-1].iter("label") if one.get("for") == at.get("id"))
    return any(one.tag == "label" for one in above) or (at.get("id") is not None and any(labels))


def _of_a_table(table: Element) -> Iterator[str]:
    heads = table.findall("thead/tr/th")
    if not heads:
        yield "has no heads"
    for head in heads:
        if not "".join(head.itertext()).strip():
            yield "has an empty head"
    if any(head.get("scope") is None for head in table.iter("th")):
        yield "has a head without scope"
    widths = {sum(int(cell.get("colspan", 1)) for cell in row) for row in table.iter("tr")}
    if len(widths) > 1:
        yield f"has rows of {', '.join(map(str, sorted(widths)))} cells"


def test_the_html_of_every_kind_of_page_is_valid(shipped: Summary, kinds_of_page: list[str]) -> None:
    found = {
        name: faults((shipped.out / f"{name}.html").read_text(encoding="utf-8")) for name in kinds_of_page
    }
    assert {name: some for name, some in found.items() if some} == {}


def test_the_html_of_the_made_up_papers_is_valid(built: Summary) -> None:
    found = {
        page.name: faults(page.read_text(encoding="utf-8")) for page in sorted(built.out.rglob("*.html"))
    }
    assert {name: some for name, some in found.items() if some} == {}


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<p>one<div>two</div></p>", "unexpected-end-tag"),
        ("<b>one<i>two</b></i>", "adoption-agency"),
        ('<p title="a"title="b">one</p>', "duplicate-attribute"),
        ('<a href="b.html"><button>one</button></a>', "button stands in a link or a button"),
        ("<span><div>one</div></span>", "div stands in span"),
        ("<ul><p>one</p></ul>", "ul holds p"),
        ('<img src="a.svg">', "img has no alt"),
        ("<select><option>one</select>", "select has no label"),
        ('<label for="b">one</label>', "label for names #b"),
        ("<table><tbody><tr><td>one</table>", "table has no heads"),
        ('<table><thead><tr><th scope="col"></thead></table>', "table has an empty head"),
        ("<table><thead><tr><th>one</thead></table>", "table has a head without scope"),
        (
            '<table><thead><tr><th scope="col">one</thead><tbody><tr><td>1<td>2</table>',
            "table has rows of 1, 2 cells",
        ),
    ],
)
def test_a_fault_is_found(body: str, fault: str) -> None:
    found = faults(f'<!doctype html><html lang="en"><head><title>x</title></head><body>{body}</body></html>')
    assert any(fault in one for one in found), found


def test_a_page_without_a_fault_has_none() -> None:
    body = '<p>one <a href="b.html">two</a></p><label>three <input type="search"></label>'
    assert (
        faults(f'<!doctype html><html lang="en"><head><title>x</title></head><body>{body}</body></html>')
        == []
    )
