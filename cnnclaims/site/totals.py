"""How many claims have each verdict, as a drawn bar and as words."""

from collections import Counter

from cnnclaims.site.escape import esc
from cnnclaims.site.gathered import MEANINGS
from cnnclaims.site.kinds import KINDS
from cnnclaims.site.parts import badge, table, verdict_class

WIDTH, HEIGHT = 1000, 28


def bar(counts: Counter[str], about: str, height: int = HEIGHT) -> str:
    """A bar cut in proportion to the counts; its description has the numbers."""
    total = sum(counts.values())
    in_words = in_a_sentence(counts)
    pieces, at = [], 0.0
    for verdict in MEANINGS:
        if counts[verdict]:
            width = WIDTH * counts[verdict] / total
            pieces.append(
                f'<rect class="{verdict_class(verdict)}" x="{at:.1f}" width="{width:.1f}" height="{height}"/>'
            )
            at += width
    return (
        f'<svg class="bar" viewBox="0 0 {WIDTH} {height}" preserveAspectRatio="none" role="img">'
        f"<title>{esc(about)}</title><desc>{esc(in_words)}</desc>{''.join(pieces)}</svg>"
    )


def in_a_sentence(counts: Counter[str]) -> str:
    """The counts in words: "5 reproduced, 1 refuted"."""
    return (
        ", ".join(f"{counts[verdict]:,} {verdict}" for verdict in MEANINGS if counts[verdict]) or "no claims"
    )


def legend(counts: Counter[str]) -> str:
    """The counts as a table with what each verdict means."""
    rows = [
        [badge(verdict), f"{counts[verdict]:,}", esc(MEANINGS[verdict])]
        for verdict in MEANINGS
        if counts[verdict]
    ]
    return table(["Verdict", "Claims", "What it means"], rows, "Claims by verdict", "legend")


def meanings() -> str:
    """Every verdict and what it means, as a table."""
    rows = [[badge(verdict), esc(meaning)] for verdict, meaning in MEANINGS.items()]
    return table(["Verdict", "What it means"], rows, "Verdicts", "legend")


def kinds() -> str:
    """Every way of settling a claim and what it rests on, as a table."""
    rows = [[esc(kind.name), esc(kind.meaning)] for kind in KINDS.values()]
    return table(["Settled by", "What it rests on"], rows, "Ways of settling a claim", "legend")
