"""A network's roofline as text for the terminal: what it spends on each sort of operation, and every layer."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from cnnclaims.verifiers.timing.reading import figures, with_prefix

Layer = Mapping[str, Any]


def headline(found: Mapping[str, Any]) -> str:
    """The network, the machine with its ceilings, and the time of a whole pass beside the sum of the layers'."""
    ceilings, seconds = found["ceilings"], found["seconds"]
    size = " x ".join(map(str, found["input"]))
    ridge = ceilings["macs_per_second"] / ceilings["bytes_per_second"]
    total = sum(layer["seconds"] for layer in found["layers"])
    return (
        f"{found['network']}, {found['batch']} x {size}, on {found['machine']}\n"
        f"ceilings: {figures(ceilings['macs_per_second'] / 1e9)} G multiply-adds/s (product of matrices), "
        f"{figures(ceilings['bytes_per_second'] / 1e9)} GB/s (copy); they meet at {figures(ridge)} multiply-adds a byte\n"
        f"one pass: {with_prefix(seconds['median'], 's')} ({with_prefix(seconds['low'], 's')} to "
        f"{with_prefix(seconds['high'], 's')}); layer by layer {with_prefix(total, 's')}"
    )


def by_operation(layers: Iterable[Layer]) -> list[dict[str, Any]]:
    """The layers of each sort of operation together, those that take longest first."""
    sums: dict[str, dict[str, Any]] = {}
    for layer in layers:
        one = sums.setdefault(
            layer["op"], {"op": layer["op"], "layers": 0, "macs": 0, "bytes": 0, "seconds": 0.0, "least": 0.0}
        )
        one["layers"] += 1
        for key in ("macs", "bytes", "seconds"):
            one[key] += layer[key]
        one["least"] += (layer["share_of_ceiling"] or 0) * layer["seconds"]
    return sorted(sums.values(), key=lambda one: -one["seconds"])


def operations_table(found: Mapping[str, Any]) -> Table:
    """A line a sort of operation: its share of the multiply-adds beside its share of the time."""
    total_macs = sum(layer["macs"] for layer in found["layers"]) or 1
    total_seconds = sum(layer["seconds"] for layer in found["layers"])
    table = _table(
        "operation",
        ["layers", "M mult-adds", "of all", "MB", "ms", "of all", "G mult-adds/s", "GB/s", "of ceiling"],
    )
    for one in by_operation(found["layers"]):
        _row(
            table,
            one["op"],
            [
                str(one["layers"]),
                figures(one["macs"] / 1e6),
                f"{one['macs'] / total_macs:.1%}",
                figures(one["bytes"] / 1e6),
                figures(one["seconds"] * 1e3),
                f"{one['seconds'] / total_seconds:.1%}",
                figures(one["macs"] / one["seconds"] / 1e9),
                figures(one["bytes"] / one["seconds"] / 1e9),
                f"{one['least'] / one['seconds']:.0%}",
            ],
        )
    return table


def layers_table(found: Mapping[str, Any]) -> Table:
    """A line a layer, in the order in which they run."""
    table = _table(
        "layer",
        [
            "operation",
            "output",
            "M mult-adds",
            "MB",
            "mult-adds/B",
            "us",
            "G mult-adds/s",
            "GB/s",
            "bound by",
            "of ceiling",
        ],
    )
    for layer in found["layers"]:
        intensity, share = layer["macs_per_byte"], layer["share_of_ceiling"]
        _row(
            table,
            layer["path"] or found["network"],
            [
                layer["op"],
                "x".join(map(str, layer["output"])),
                figures(layer["macs"] / 1e6),
                figures(layer["bytes"] / 1e6),
                "-" if intensity is None else figures(intensity),
                figures(layer["seconds"] * 1e6),
                figures(layer["macs_per_second"] / 1e9),
                figures(layer["bytes_per_second"] / 1e9),
                layer["bound"],
                "-" if share is None else f"{share:.0%}",
            ],
        )
    return table


def _table(first: str, others: Sequence[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, overflow="fold")
    for name in others:
        left = name in ("operation", "output", "bound by")
        table.add_column(name, justify="left" if left else "right", no_wrap=True)
    return table


def _row(table: Table, first: str, others: Sequence[str]) -> None:
    table.add_row(Text(first), *map(Text, others))
