"""The ideas that a record says its networks use, held against what the built networks show, in both directions."""

import ast
import functools

import pytest

from cnnclaims.claims.loading import load
from cnnclaims.verifiers.catalogue import function, signatures
from cnnclaims.verifiers.measures.ideas import DETECTORS
from cnnclaims.verifiers.measures.wiring import Graph
from cnnclaims.verifiers.trace import trace, uninitialised

LIBRARY = load()
RECORDS = [record for record in LIBRARY.records.values() if record.networks]
# (record, idea) that no network of the record shows, and why. An entry that is no longer needed fails.
NOT_SHOWN: dict[tuple[str, str], str] = {
    ("densenet", "dropout"): "only in training without augmentation; the networks are built without it",
    ("network-pruning", "dropout"): "in AlexNet and VGG-16, which are other records' networks",
    ("network-pruning", "grouped-convolution"): "in AlexNet, which is another record's network",
    ("network-pruning", "overlapping-pooling"): "in AlexNet, which is another record's network",
    ("shufflenet-v1", "squeeze-and-excitation"): "with se=True, of open claims: where it stands is not said",
}


def calls_of(record):
    """The record's own networks as its claims call them, and as they are by default."""
    found = set()
    for claim in record.claims_in_order():
        for expression in filter(None, (claim.measure, claim.explained_by)):
            for node in ast.walk(ast.parse(expression, mode="eval")):
                if isinstance(node, ast.Call) and node.func.id in record.networks:
                    found.add(ast.unparse(node))
    for name in record.networks:
        if all(parameter.default is not None for parameter in signatures()[name].parameters):
            found.add(f"{name}()")
    return sorted(found)


@functools.cache
def shown_by(call):
    name = call.partition("(")[0]
    with uninitialised():
        net = eval(call, {"__builtins__": {}}, {name: function(name)})
    graph = Graph(trace(net))
    return {idea for idea, detect in DETECTORS.items() if detect(graph)}


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.id)
def test_a_record_names_the_ideas_that_its_networks_show_and_no_others(record):
    shown = set().union(*(shown_by(call) for call in calls_of(record)))
    named = ({use.idea for use in record.uses} | {idea.id for idea in record.ideas}) & DETECTORS.keys()
    excused = {idea for paper, idea in NOT_SHOWN if paper == record.id}
    assert shown - named == set(), "shown by a network, not under `uses`"
    assert named - shown == excused, "under `uses` or `ideas`, shown by no network"
