"""What filters and sorts the claims of a page: choices that the script `assets/claims.js` reads, and marks on each claim."""

from collections import Counter
from collections.abc import Iterable, Sequence

from cnnclaims.site.escape import esc
from cnnclaims.site.gathered import MEANINGS, Judged
from cnnclaims.site.kinds import in_order, kind

ORDERS = [("paper", "as in the paper"), ("off", "furthest off first"), ("verdict", "by verdict")]


def marks(judged: Judged) -> str:
    """The attributes of a claim's element by which it is found and sorted."""
    explained = "yes" if judged.explanation or judged.claim.note else "no"
    return (
        f'data-verdict="{esc(judged.verdict)}" data-kind="{kind(judged.claim).key}"'
        f' data-off="{off(judged):g}" data-explained="{explained}"'
    )


def off(judged: Judged) -> float:
    """How far off a number is, in per cent either way; 0 where it is no matter of distance."""
    number = judged.text("distance").split(" ")[0].lstrip("+-").replace(",", "")
    try:
        return float(number)
    except ValueError:
        return 0.0


def controls(claims: Sequence[Judged], by_explanation: bool = False) -> str:
    """A form with the choices that make a difference among these claims, hidden until the script runs."""
    counts = Counter(judged.verdict for judged in claims)
    kinds = Counter(kind(judged.claim).key for judged in claims)
    choices = [
        _choice("verdict", "Verdict", [(verdict, verdict, counts[verdict]) for verdict in MEANINGS]),
        _choice("kind", "Settled by", [(one.key, one.name, kinds[one.key]) for one in in_order(kinds)]),
    ]
    if by_explanation:
        known = sum(bool(judged.explanation or judged.claim.note) for judged in claims)
        answers = [("yes", "explained", known), ("no", "not explained", len(claims) - known)]
        choices.append(_choice("explained", "Explanation", answers))
    orders = "".join(f'<option value="{key}">{name}</option>' for key, name in ORDERS)
    choices.append(f'<label>Order <select name="order">{orders}</select></label>\n')
    return (
        '<form class="controls" id="_filter" hidden autocomplete="off" aria-label="Which claims to show">\n'
        + "".join(choices)
        + '<button type="reset">Show all</button>\n<output></output>\n</form>\n'
    )


def _choice(name: str, label: str, options: Iterable[tuple[str, str, int]]) -> str:
    present = [option for option in options if option[2]]
    listed = "".join(
        f'<option value="{esc(key)}">{esc(text)} ({count})</option>' for key, text, count in present
    )
    total = sum(count for *_, count in present)
    return f'<label>{label} <select name="{name}"><option value="">all ({total})</option>{listed}</select></label>\n'
