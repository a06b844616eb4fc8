"""The measures that the measure language knows, alphabetical: name -> file of this folder."""

MEASURES: dict[str, str] = {
    "blocks": "structure",
    "channels": "shapes",
    "connections": "structure",
    "count": "structure",
    "depth": "structure",
    "input_size": "shapes",
    "input_values": "shapes",
    "macs": "cost",
    "memory": "cost",
    "neurons": "structure",
    "output_size": "shapes",
    "params": "cost",
    "pruned": "pruning",
    "receptive_field": "shapes",
    "setting": "shapes",
    "share": "cost",
    "weights": "cost",
}
