"""A record or a stub as a BibTeX entry."""

import re

from cnnclaims.claims.records import Record, Stub

_ARXIV = re.compile(r"^arXiv( \([^)]*\))?(, )?")
_JOURNAL = re.compile(
    r"^(?P<journal>.*\D) (?P<volume>\d+)(\((?P<number>\d+)\))?(, (?P<pages>\d+([-–]+\d+)?))?$"
)
_PAGES = re.compile("[-–]+")
_MEETING = re.compile(r"\b(19|20)\d\d\b|workshop|conference|symposium|proceedings", re.IGNORECASE)
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
}


def bibtex(work: Record | Stub) -> str:
    """The entry, with the record's id as its key (ids never change)."""
    kind, published = _published(work.venue or "")
    fields = {
        "title": f"{{{_escaped(work.title)}}}",  # doubled braces keep capitals
        "author": " and ".join(_author(name) for name in work.authors),
        "year": str(work.year),
        **{key: _escaped(text) for key, text in published.items()},
    }
    if work.arxiv:
        fields |= {"eprint": work.arxiv, "archiveprefix": "arXiv"}
    if work.doi:
        fields["doi"] = work.doi.replace("{", "%7B").replace("}", "%7D")
    lines = [f"  {key} = {{{value}}}," for key, value in fields.items()]
    return "\n".join([f"@{kind}{{{work.id},", *lines, "}"])


def _published(venue: str) -> tuple[str, dict[str, str]]:
    """The kind of entry and the fields that say where the work appeared."""
    place = _ARXIV.sub("", venue)
    if "thesis" in place.casefold():
        return "phdthesis", {"school": place.partition(", ")[2] or place}
    year = re.search(r"\b(19|20)\d\d\b", place)
    if (journal := _JOURNAL.match(place)) and not place.endswith(year.group() if year else " "):
        found = {key: text for key, text in journal.groupdict().items() if text}
        return "article", {
            key: _PAGES.sub("--", text) if key == "pages" else text for key, text in found.items()
        }
    if _MEETING.search(place):  # the year of the meeting, which may follow that of the preprint
        return "inproceedings", {"booktitle": place, **({"year": year.group()} if year else {})}
    return "misc", {"howpublished": place} if place else {}


def _author(name: str) -> str:
    """A name; in braces if BibTeX would take it apart at an "and" or a comma."""
    text = _escaped(name)
    return f"{{{text}}}" if re.search(r"\band\b|,", name) else text


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(sign, sign) for sign in " ".join(text.split()))
