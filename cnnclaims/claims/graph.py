"""Papers, ideas, networks and claims as one networkx graph, and its texts for the command line."""

from typing import NamedTuple

import networkx as nx

from cnnclaims.claims import drawing
from cnnclaims.claims.language import called
from cnnclaims.claims.library import Defined, Library
from cnnclaims.claims.lineage import Direction, Link, between, lineage, links, paths
from cnnclaims.claims.records import Claim, Record

_FORMS = {"tree": drawing.tree, "mermaid": drawing.mermaid, "dot": drawing.dot, "json": drawing.as_json}


class IdeaStory(NamedTuple):
    """Where an idea was introduced, which papers use it, and along which links it was carried."""

    defined: Defined
    used_by: tuple[str, ...]
    carried_by: tuple[Link, ...]


def graph(library: Library) -> "nx.MultiDiGraph[str]":
    """Everything: nodes `paper:`, `idea:`, `network:` and `claim:`, each with a `kind`; edges with a `relation`."""
    found: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for stub in library.stubs.values():
        found.add_node(f"paper:{stub.id}", kind="stub", title=stub.title, year=stub.year)
    for record in library.records.values():
        found.add_node(f"paper:{record.id}", kind=record.kind, title=record.title, year=record.year)
    for name, (idea, paper) in library.ideas.items():
        found.add_node(f"idea:{name}", kind="idea", title=idea.name)
        found.add_edge(f"paper:{paper}", f"idea:{name}", relation="introduces")
    for network, paper in library.networks.items():
        found.add_node(f"network:{network}", kind="network", title=network)
        found.add_edge(f"paper:{paper}", f"network:{network}", relation="presents")
    for link in links(library):
        found.add_edge(f"paper:{link.source}", f"paper:{link.target}", **_attributes(link))
    for record in library.records.values():
        _add_uses_and_claims(found, record, library)
    return found


def _attributes(link: Link) -> dict[str, str | None]:
    return {"relation": link.relation, "idea": link.idea, "note": link.note}


def _add_uses_and_claims(found: "nx.MultiDiGraph[str]", record: Record, library: Library) -> None:
    for use in record.uses:
        found.add_edge(f"paper:{record.id}", f"idea:{use.idea}", relation="uses", note=use.note)
    for claim in record.claims_in_order():
        found.add_node(f"claim:{claim.name}", kind="claim", title=claim.says)
        found.add_edge(f"paper:{record.id}", f"claim:{claim.name}", relation="states")
        for network in networks_of(claim, library):
            found.add_edge(f"claim:{claim.name}", f"network:{network}", relation="about")


def networks_of(claim: Claim, library: Library) -> tuple[str, ...]:
    """The networks that a claim's measure calls, each once."""
    return tuple(name for name in called(claim.measure or "") if name in library.networks)


def claims_about(library: Library, network: str) -> list[Claim]:
    """Every paper's claims about a network."""
    return [claim for claim in library.claims() if network in networks_of(claim, library)]


def idea_story(library: Library, idea: str) -> IdeaStory:
    """What the records say of an idea; raises `NotFound` for an unknown one."""
    defined = library.idea(idea)
    used_by = [record.id for record in library.records.values() if idea in {use.idea for use in record.uses}]
    return IdeaStory(defined, tuple(used_by), tuple(link for link in links(library) if link.idea == idea))


def lineage_text(
    library: Library, paper: str, direction: Direction = "both", depth: int | None = None, form: str = "tree"
) -> str:
    """The lineage of a paper as `tree`, `mermaid`, `dot` or `json`."""
    return _FORMS[form](lineage(library, paper, direction, depth))


def paths_text(library: Library, a: str, b: str, form: str = "tree", longest: int | None = None) -> str:
    """The ways between two papers: one a line (`tree`), or drawn as `mermaid`, `dot` or `json`."""
    ways = paths(library, a, b, longest=longest)
    if form != "tree":
        return _FORMS[form](between(library, a, b, ways))
    return (
        drawing.path_lines(ways)
        or f"no lineage leads from {library.work(a).id} to {library.work(b).id} or back"
    )
