"""The page of each idea, and the page that lists them all."""

import re
from collections.abc import Mapping, Sequence

from cnnclaims.claims.language import called
from cnnclaims.site.equation import equation_html
from cnnclaims.site.escape import esc, paragraphs
from cnnclaims.site.expressions import expression
from cnnclaims.site.gathered import Canon, Judged, Thought
from cnnclaims.site.idea_drawings import idea_drawing
from cnnclaims.site.known_networks import Networks
from cnnclaims.site.lists import work
from cnnclaims.site.network_pages import network_url
from cnnclaims.site.parts import (
    Page,
    badge,
    bullets,
    command,
    grouped,
    heading,
    link,
    measured,
    paper_url,
    printed,
    sentence,
    table,
    with_unit,
)

UP = "../"
STYLES = ("assets/charts.css", "assets/ideas.css")
MOST = 12  # claims that only name an idea
QUOTED = re.compile(r"""["']([^"']*)["']""")
OFTEN = 8  # records that use an idea of the first part of the list
Evidence = Mapping[str, Sequence[Judged]]  # idea -> claims


def idea_url(idea: str, up: str = "") -> str:
    """The address of an idea's page from the top folder."""
    return f"{up}ideas/{esc(idea)}.html"


def idea_pages(canon: Canon, networks: Networks) -> dict[str, Page]:
    """All pages about ideas, by file."""
    showing = _showing(canon)
    return {
        "ideas.md": ideas_page(canon),
        **{
            f"ideas/{thought.idea.id}.md": idea_page(canon, thought, networks, showing)
            for thought in canon.thoughts
        },
    }


# -- the list --------------------------------------------------------------------------------------------------------------


def ideas_page(canon: Canon) -> Page:
    """The ideas that many networks use, as cards; then all of them."""
    often = sorted(
        (t for t in canon.thoughts if len(t.users) >= OFTEN), key=lambda t: (-len(t.users), t.idea.id)
    )
    body = (
        "# Ideas {#_top}\n\n"
        f'<p class="lead">{len(canon.thoughts)} ideas, each defined once, with the work that introduced it, the networks that'
        " show it and the claims that establish it.</p>\n"
    )
    if often:
        body += heading(2, "Used most", "_often") + f'<ul class="cards">\n{"".join(map(_card, often))}</ul>\n'
    body += heading(2, "All ideas", "_all")
    rows = [
        [
            f'<span id="{esc(thought.idea.id)}"></span>{link(idea_url(thought.idea.id), thought.idea.name)}',
            esc(thought.idea.says),
            _source(canon, thought),
            str(len(thought.users)),
        ]
        for thought in canon.thoughts
    ]
    body += table(["Idea", "What it is", "Introduced by", "Used by"], rows, "Ideas", "ideas")
    description = (
        "The ideas of the canon: who introduced each, who uses it, what it costs and what establishes it."
    )
    return Page("Ideas", description, body, ("navigation", "toc"), styles=STYLES)


def _card(thought: Thought) -> str:
    return (
        f'<li><a href="{idea_url(thought.idea.id)}"><strong>{esc(thought.idea.name)}</strong></a>'
        f"<span>{esc(thought.idea.says)}</span><small>used by {len(thought.users)} works</small></li>\n"
    )


def _source(canon: Canon, thought: Thought) -> str:
    record, stub = canon.record(thought.source), canon.stub(thought.source)
    if record:
        return f"{link(paper_url(record.id), record.id)}, {record.year}"
    return f"{esc(thought.source)}{f', {stub.year}' if stub else ''}"


# -- one idea --------------------------------------------------------------------------------------------------------------


def idea_page(canon: Canon, thought: Thought, networks: Networks, showing: Evidence) -> Page:
    """Definition, equation, picture, who introduced and who uses it, what it costs, what establishes it."""
    idea = thought.idea
    body = f"# {esc(idea.name)} {{#_top}}\n\n"
    body += '<nav class="crumbs" aria-label="You are here">'
    body += f'<a href="../ideas.html">Ideas</a> / {esc(idea.id)}</nav>\n\n'
    words = f'<div class="lead">{paragraphs(idea.says)}</div>\n'
    words += f'<p class="equation">{equation_html(idea.equation)}</p>\n' if idea.equation else ""
    words += f"<p>Introduced by {work(canon, thought.source, UP)}.</p>\n"
    picture = idea_drawing(idea.id, f"{idea.name}, drawn")
    figure = f'<figure class="idea-drawing">{picture}</figure>\n' if picture else ""
    body += f'<div class="idea-top">\n<div>\n{words}</div>\n{figure}</div>\n'
    body += (
        _costs(thought)
        + _evidence(canon, thought, showing)
        + _users(canon, thought)
        + _handed_on(canon, thought)
    )
    body += _networks(thought, networks) + _named(canon, thought)
    return Page(idea.name, f"{idea.name}: {idea.says}", body, ("navigation", "toc"), styles=STYLES)


def _costs(thought: Thought) -> str:
    """The worked example. Its numbers stand in the record, and a test has the measures give them again."""
    steps = thought.idea.example
    if not steps:
        return ""
    rows = [
        [
            esc(step.says),
            expression(step.measure, UP),
            with_unit(grouped(step.gives.replace(",", "")), step.unit),
        ]
        for step in steps
    ]
    first = next((step for step in steps if called(step.measure)), steps[0])
    quote = '"' if "'" in first.measure else "'"
    return (
        heading(2, "Worked on an example", "_example")
        + table(["What", "Measure", "Gives"], rows, "Worked example", "example")
        + "<p>Any of these lines again:</p>\n"
        + command(f"cnnclaims measure {quote}{first.measure}{quote}")
    )


def _evidence(canon: Canon, thought: Thought, showing: Evidence) -> str:
    found = [judged for name in thought.idea.checked_by if (judged := _claim(canon, name)) is not None]
    shown = [judged for judged in showing.get(thought.idea.id, ()) if judged not in found]
    if not found and not shown:
        return ""
    return heading(2, "What establishes it", "_checks") + _claims(
        [*found, *shown], "What establishes the idea"
    )


def _claim(canon: Canon, name: str) -> Judged | None:
    paper, _, id = name.partition("/")
    claims = next((one.claims for one in canon.papers if one.record.id == paper), ())
    return next((judged for judged in claims if judged.claim.id == id), None)


def _showing(canon: Canon) -> Evidence:
    """The claims that ask whether a network shows an idea, by idea."""
    found: dict[str, list[Judged]] = {}
    for judged in canon.claims:
        measure = judged.claim.measure or ""
        if "shows" in called(measure):
            for idea in dict.fromkeys(QUOTED.findall(measure)):
                found.setdefault(idea, []).append(judged)
    return found


def _claims(claims: list[Judged], name: str) -> str:
    rows = [
        [
            link(paper_url(judged.claim.paper, judged.claim.id, UP), judged.claim.says),
            badge(judged.verdict),
            sentence(judged.text("found")) if judged.text("found") else _numbers(judged),
            f"{link(paper_url(judged.claim.paper, up=UP), judged.claim.paper)}, {esc(judged.claim.where)}",
        ]
        for judged in claims
    ]
    return table(["Claim", "Verdict", "What was found", "Where"], rows, name, "evidence")


def _numbers(judged: Judged) -> str:
    said = f"printed {printed(judged)}"
    return f"{said}, measured {measured(judged)}" if measured(judged) else said


def _users(canon: Canon, thought: Thought) -> str:
    if not thought.users:
        return ""
    listed = bullets(
        f"{link(paper_url(user, up=UP), user)}{_year(canon, user)}{f': {esc(note)}' if note else ''}"
        for user, note in thought.users
    )
    return heading(2, "Who uses it", "_users") + f'<div class="in-columns">{listed}</div>\n'


def _year(canon: Canon, id: str) -> str:
    record = canon.record(id)
    return f" ({record.year})" if record else ""


def _handed_on(canon: Canon, thought: Thought) -> str:
    lines = bullets(
        f"{link(paper_url(paper.record.id, up=UP), paper.record.id)}{_year(canon, paper.record.id)}"
        f" {esc(edge.relation.replace('-', ' '))} {_named_work(canon, edge.to)}{f': {esc(edge.note)}' if edge.note else ''}"
        for paper in canon.papers
        for edge in paper.record.lineage
        if edge.idea == thought.idea.id
    )
    if not lines:
        return ""
    address = f"{UP}lineage.html?idea={esc(thought.idea.id)}"
    picture = f'<p><a href="{address}">The lines that carry it, in the lineage picture</a></p>\n'
    return (
        heading(2, "How it was handed on", "_lineage") + f'<div class="in-columns">{lines}</div>\n{picture}'
    )


def _named_work(canon: Canon, id: str) -> str:
    return link(paper_url(id, up=UP), id) if canon.record(id) else esc(id)


def _networks(thought: Thought, networks: Networks) -> str:
    shown = [known.name for known in networks.values() if thought.idea.id in known.sheet["totals"]["ideas"]]
    if not shown:
        return ""
    names = ", ".join(link(network_url(name, UP), name) for name in sorted(shown))
    return (
        heading(2, "Networks that show it", "_networks")
        + "<p>Found in the operations of the built networks and how they are joined, never by name: "
        + f"{len(shown)} networks.</p>\n<p>{names}</p>\n"
    )


def _named(canon: Canon, thought: Thought) -> str:
    """Claims whose sentence names the idea, of the works that introduced or use it."""
    works = {thought.source, *(user for user, _ in thought.users)}
    name = re.compile(rf"\b{re.escape(thought.idea.name.removesuffix('s'))}s?\b", re.IGNORECASE)
    found = [
        judged
        for paper in canon.papers
        if paper.record.id in works
        for judged in paper.claims
        if judged.claim.name not in thought.idea.checked_by and name.search(judged.claim.says)
    ]
    if not found:
        return ""
    more = f"<p>The first {MOST} of {len(found)}.</p>\n" if len(found) > MOST else ""
    return (
        heading(2, "Claims that name it", "_named")
        + more
        + _claims(found[:MOST], "Claims that name the idea")
    )
