"""The page of one paper."""

from collections import Counter
from urllib.parse import quote

from cnnclaims.claims.bibtex import bibtex
from cnnclaims.claims.records import Edge, Record
from cnnclaims.site.architecture import accuracy_charts, architecture
from cnnclaims.site.badges import badge_html
from cnnclaims.site.claims_html import claim_html, claims_html, table_html, versions
from cnnclaims.site.controls import controls
from cnnclaims.site.escape import esc, paragraphs
from cnnclaims.site.expressions import Addresses
from cnnclaims.site.gathered import UNKNOWN, Canon, Paper
from cnnclaims.site.known_networks import Networks
from cnnclaims.site.lists import work
from cnnclaims.site.neighbourhood import neighbourhood
from cnnclaims.site.parts import Page, bullets, code, command, facts, heading, link
from cnnclaims.site.reviews import reviews
from cnnclaims.site.totals import bar, in_a_sentence
from cnnclaims.verifiers.catalogue import signatures

UP = "../"
NOWHERE = Addresses()
NO_NETWORKS: Networks = {}


def paper_page(
    canon: Canon, paper: Paper, addresses: Addresses = NOWHERE, networks: Networks = NO_NETWORKS
) -> Page:
    """Facts, ideas, lineage, how the paper counts and how we read it, then every claim."""
    record = paper.record
    body = f"# {esc(record.title)} {{#_top}}\n\n"
    body += '<nav class="crumbs" aria-label="You are here">'
    body += f'<a href="../papers.html">Papers</a> / {esc(record.id)}</nav>\n\n{_facts(paper, addresses, networks)}'
    body += f'<div class="summary">{paragraphs(record.summary)}</div>\n'
    body += (
        f'<div class="totals">{bar(paper.counts, "Claims by verdict")}<p>{esc(in_a_sentence(paper.counts))}.'
    )
    body += ' <a href="#_claims">To the claims</a>.</p></div>\n'
    body += _ideas(canon, record) + _lineage(canon, paper)
    body += architecture(paper, networks) + accuracy_charts(paper, networks)
    body += _reading(record) + _claims(paper, addresses)
    body += reviews(paper, addresses)
    description = (
        f"What {record.title} ({record.year}) prints, and whether it holds: {in_a_sentence(paper.counts)}."
    )
    return Page(
        record.title,
        description,
        body,
        scripts=("assets/claims.js",),
        styles=("assets/claims.css", "assets/charts.css", "assets/networks.css", "assets/map.css"),
    )


def _facts(paper: Paper, addresses: Addresses, networks: Networks) -> str:
    record = paper.record
    address = {
        "arXiv": record.arxiv and link(f"https://arxiv.org/abs/{esc(record.arxiv)}", record.arxiv),
        "DOI": record.doi and link(f"https://doi.org/{esc(quote(record.doi))}", record.doi),
        "Code": record.code and link(esc(record.code), record.code),
    }
    return facts(
        [
            ("Authors", esc(", ".join(record.authors))),
            ("Published", esc(_published(record))),
            *((name, html or "") for name, html in address.items()),
            ("Networks", ", ".join(_network(name, networks) for name in record.networks)),
            ("Kind", _kind(paper)),
            ("Data", _files(record)),
            ("Name here", ", ".join(map(code, (record.id, *record.aliases)))),
        ]
    ) + (
        f'<details class="fold">\n<summary>BibTeX</summary>\n{command(bibtex(record))}</details>\n'
        + badge_html(paper, addresses)
    )


def _network(name: str, networks: Networks) -> str:
    """A network's name, which leads to its page, or to the language where it has none (a block, say)."""
    address = f"{UP}networks/{esc(name)}.html" if name in networks else f"{UP}language.html#{esc(name)}"
    return link(address, name) if name in signatures() else code(name)


def _kind(paper: Paper) -> str:
    if paper.is_our_own:
        return "statements of our own; that they come out shows that our programs agree with our formulas"
    return "study notes on others&#39; work" if paper.record.kind == "notes" else ""


def _files(record: Record) -> str:
    files = (("JSON", "json"), ("BibTeX", "bib"))
    return " · ".join(link(f"../data/papers/{esc(record.id)}.{end}", name) for name, end in files)


def _published(record: Record) -> str:
    year = str(record.year)
    return (
        record.venue
        if record.venue and year in record.venue
        else ", ".join(filter(None, (record.venue, year)))
    )


def _ideas(canon: Canon, record: Record) -> str:
    names = {thought.idea.id: thought.idea.name for thought in canon.thoughts}
    introduced = bullets(f"{_idea_link(idea.id, names)}: {esc(idea.says)}" for idea in record.ideas)
    used = bullets(
        _idea_link(use.idea, names) + (f": {esc(use.note)}" if use.note else "") for use in record.uses
    )
    html = (f"<p>Introduced here:</p>\n{introduced}" if introduced else "") + (
        f"<p>Used:</p>\n{used}" if used else ""
    )
    return heading(2, "Ideas", "_ideas") + html if html else ""


def _idea_link(id: str, names: dict[str, str]) -> str:
    return link(f"{UP}ideas/{esc(id)}.html", names[id]) if id in names else esc(id)


def _lineage(canon: Canon, paper: Paper) -> str:
    names = {thought.idea.id: thought.idea.name for thought in canon.thoughts}

    def line(relation: str, other: str, edge: Edge) -> str:
        idea = f", {_idea_link(edge.idea, names)}" if edge.idea else ""
        return f"<strong>{esc(relation)}</strong> {work(canon, other, UP)}{idea}{f': {esc(edge.note)}' if edge.note else ''}"

    earlier = bullets(line(edge.relation.replace("-", " "), edge.to, edge) for edge in paper.record.lineage)
    later = bullets(f"{work(canon, other, UP)} <strong>{esc(edge.relation.replace('-', ' '))}</strong> this"
                    + (f", {_idea_link(edge.idea, names)}" if edge.idea else "") for other, edge in paper.later)  # fmt: skip
    html = (f"<p>This paper:</p>\n{earlier}" if earlier else "") + (
        f"<p>Later works:</p>\n{later}" if later else ""
    )
    return heading(2, "Lineage", "_lineage") + neighbourhood(canon, paper.record) + html if html else ""


def _reading(record: Record) -> str:
    html = ""
    if record.conventions:
        html += heading(2, "How the paper counts", "_conventions") + paragraphs(record.conventions)
    if record.readings:
        html += heading(2, "What the paper leaves open, and how we read it", "_readings")
        html += bullets(esc(reading) for reading in record.readings)
    return html


def _claims(paper: Paper, addresses: Addresses) -> str:
    by_id = {judged.claim.id: judged for judged in paper.claims}
    single = [judged for judged in paper.claims if judged.claim.table is None]
    html = heading(2, "Claims", "_claims")
    if paper.versions:
        html += f"<p>Verdicts computed with {esc(versions(paper.versions))}"
        if not any(judged.text("device") for judged in paper.claims):
            html += "; counts come from exact shapes and are the same on every device"
        html += ". All of this paper again:</p>\n"
    else:
        html += f"<p>Verdicts: {UNKNOWN}. To compute them:</p>\n"
    html += command(f"cnnclaims verify {paper.record.id}") + controls(paper.claims)
    places = Counter(table.where for table in paper.record.tables)
    for table in paper.record.tables:
        about = f": {table.says.rstrip('.')}" if places[table.where] > 1 else ""
        html += heading(2, table.where + about, f"_{table.id}") + (
            "" if about else f"<p>{esc(table.says)}</p>\n"
        )
        html += f"<p>Counted here: {esc(table.convention)}</p>\n" if table.convention else ""
        html += table_html(table, by_id)
        of_table = [judged for judged in paper.claims if judged.claim.table == table.id]
        html += claims_html(paper, of_table, addresses)
    if single:
        html += heading(2, "Claims in the text", "_text") if paper.record.tables else ""
        html += "".join(claim_html(paper, judged, addresses) for judged in single)
    return html
