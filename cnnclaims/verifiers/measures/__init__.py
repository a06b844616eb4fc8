"""The measures that the measure language knows, alphabetical: name -> file of this folder."""

MEASURES: dict[str, str] = {
    "blocks": "structure",
    "channels": "shapes",
    "coded": "coded",
    "connections": "structure",
    "count": "structure",
    "depth": "structure",
    "elementwise": "elementwise",
    "energy": "speed",
    "input_size": "shapes",
    "input_values": "shapes",
    "latency": "speed",
    "latency_ratio": "speed",
    "macs": "cost",
    "memory": "cost",
    "memory_access": "accesses",
    "neurons": "structure",
    "operations": "operations",
    "output_memory": "output_memory",
    "output_size": "shapes",
    "params": "cost",
    "peak_memory": "speed",
    "pruned": "pruning",
    "receptive_field": "shapes",
    "setting": "shapes",
    "share": "cost",
    "shows": "ideas",
    "statistics": "stored",
    "stored": "stored",
    "throughput": "speed",
    "weights": "cost",
}

# Those that time a network on the machine at hand.
TIMED = frozenset(name for name, file in MEASURES.items() if file == "speed")
