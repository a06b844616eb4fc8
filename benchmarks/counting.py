"""How fast networks are built and counted, against torch's FlopCounterMode and fvcore, in one run.

    python benchmarks/counting.py [--rounds 3] [--json FILE]

Run by hand on a quiet machine. For every network the three ways take turns, so that a busy moment hits all of them; the median
round counts. Times are a machine's own, ratios travel. Peak memory is taken in a process of its own for each way.
"""

import argparse
import gc
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

NETWORKS = (
    "alexnet vgg11 vgg16 vgg19 googlenet inception_v3 squeezenet1_0 resnet18 resnet34 resnet50 resnet101 resnet152 mobilenet_v1"
).split()


def ours(build: Callable) -> int:
    """Built without initialisation, one forward pass over no images."""
    from cnnclaims.verifiers.measures.cost import macs
    from cnnclaims.verifiers.trace import trace, uninitialised

    with uninitialised():
        net = build()
    return macs(trace(net))


def flop_counter_on_meta(build: Callable) -> int:
    """Built on the meta device, torch's own counter; it counts two operations a multiply-add."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    with torch.device("meta"):
        net = build().eval()
        image = torch.empty(1, *net.input_shape)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net(image)
    return counter.get_total_flops() // 2


def fvcore_on_cpu(build: Callable) -> int:
    """Built as it is and run for real, fvcore's counts of products (it counts normalisation and pooling beside them)."""
    import torch
    from fvcore.nn import FlopCountAnalysis

    net = build().eval()
    counts = FlopCountAnalysis(net, torch.zeros(1, *net.input_shape))
    counts.unsupported_ops_warnings(False)
    counts.uncalled_modules_warnings(False)
    return int(sum(counts.by_operator()[op] for op in ("conv", "linear", "matmul", "addmm", "bmm")))


WAYS = {
    "cnnclaims": ours,
    "FlopCounterMode, meta": flop_counter_on_meta,
    "fvcore, CPU": fvcore_on_cpu,
}


def seconds(call: Callable[[], object]) -> tuple[float, object]:
    """How long a call takes, and what it gives."""
    gc.collect()
    before = time.perf_counter()
    result = call()
    return time.perf_counter() - before, result


def compare(rounds: int) -> dict[str, dict[str, object]]:
    """Median seconds and the count of every way on every network."""
    import torch

    from cnnclaims.verifiers.catalogue import function

    torch.set_num_threads(os.cpu_count() or 1)
    for way in WAYS.values():
        way(function("squeezenet1_1"))  # imports and first-call costs are nobody's
    table: dict[str, dict[str, object]] = {}
    for name in NETWORKS:
        times: dict[str, list[float]] = {way: [] for way in WAYS}
        counts: dict[str, object] = {}
        for _ in range(rounds):
            for way, count in WAYS.items():
                taken, counts[way] = seconds(lambda count=count, name=name: count(function(name)))
                times[way].append(taken)
        table[name] = {way: {"seconds": statistics.median(times[way]), "macs": counts[way]} for way in WAYS}
        print(f"  {name}", file=sys.stderr)
    return table


def peak_memory(way: str) -> float:
    """MiB that a way needs beyond an imported torch, over all networks one after another."""
    command = [sys.executable, __file__, "--memory-of", way]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def memory_of(way: str) -> None:
    """Print the growth of this process's peak memory in MiB."""
    from cnnclaims.verifiers.catalogue import function

    WAYS[way](function("squeezenet1_1"))
    before = peak()
    for name in NETWORKS:
        WAYS[way](function(name))
        gc.collect()
    print((peak() - before) / 1024)


def peak() -> int:
    """This process's peak memory in KiB; a child's `ru_maxrss` begins with its parent's, the kernel's own mark does not."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(
            int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")
        )
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def verify_everything() -> dict[str, object]:
    """Seconds of `cnnclaims verify --all` in a fresh process, and of importing torch, which is part of it."""
    verify = [sys.executable, "-m", "cnnclaims", "verify", "--all", "--quiet"]
    taken, done = seconds(lambda: subprocess.run(verify, capture_output=True, text=True))
    importing, _ = seconds(lambda: subprocess.run([sys.executable, "-c", "import torch"], check=True))
    return {
        "seconds": taken,
        "import torch": importing,
        "summary": done.stdout.strip().splitlines()[-1],
        **split(),
    }


def split() -> dict[str, object]:
    """CPU seconds of building, of running once, and of checking, over everything that the shipped records ask for."""
    import ast

    from cnnclaims.claims.language import NETWORK
    from cnnclaims.claims.loading import load
    from cnnclaims.verifiers.catalogue import check_function, function, signatures
    from cnnclaims.verifiers.trace import trace, uninitialised

    claims = list(load().claims())
    calls = {
        ast.unparse(node)
        for claim in claims
        for expression in filter(None, (claim.measure, claim.explained_by))
        for node in ast.walk(ast.parse(expression, mode="eval"))
        if isinstance(node, ast.Call) and signatures()[node.func.id].returns == NETWORK
    }
    names = {name: function(name) for name, known in signatures().items() if known.returns == NETWORK}
    building = counting = 0.0
    gc.collect()
    gc.freeze()  # as a worker does
    for call in sorted(calls):
        before = time.process_time()
        with uninitialised():
            net = eval(call, {"__builtins__": {}}, names)
        built = time.process_time()
        trace(net)
        building += built - before
        counting += time.process_time() - built
    before = time.process_time()
    for check in {claim.check for claim in claims if claim.check}:
        check_function(check)()
    checking = time.process_time() - before
    return {"networks": len(calls), "building": building, "counting": counting, "checking": checking}


def report(results: dict) -> None:
    """The comparison as a table."""
    ways = list(WAYS)
    print(f"{results['machine']}, torch {results['torch']}, median of {results['rounds']} rounds\n")
    print(f"{'build and count, ms':<16}" + "".join(f"{way:>24}" for way in ways) + f"{'same count':>12}")
    for name, row in results["networks"].items():
        same = len({row[way]["macs"] for way in ways}) == 1
        cells = "".join(f"{row[way]['seconds'] * 1000:>24.1f}" for way in ways)
        print(f"{name:<16}{cells}{'yes' if same else 'NO':>12}")
    total = {way: sum(row[way]["seconds"] for row in results["networks"].values()) for way in ways}
    print(f"{'all':<16}" + "".join(f"{total[way] * 1000:>24.1f}" for way in ways))
    print(f"{'against ours':<16}" + "".join(f"{total[way] / total['cnnclaims']:>23.1f}x" for way in ways))
    print(f"{'peak MiB':<16}" + "".join(f"{results['peak MiB'][way]:>24.0f}" for way in ways))
    everything = results["verify"]
    print(
        f"\nverify --all: {everything['seconds']:.1f} s, of which import torch {everything['import torch']:.1f} s"
    )
    print(everything["summary"])
    work = everything["building"] + everything["counting"]
    print(
        f"{everything['networks']} networks: {everything['building']:.1f} s building, {everything['counting']:.1f} s counting "
        f"({everything['networks'] / work:.0f} networks a second on one core); {everything['checking']:.1f} s checking"
    )


def main() -> None:
    """Measure, print, and write the figures where asked."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--memory-of", choices=WAYS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.memory_of:
        memory_of(arguments.memory_of)
        return
    import torch

    results = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "torch": torch.__version__,
        "rounds": arguments.rounds,
        "networks": compare(arguments.rounds),
        "peak MiB": {way: peak_memory(way) for way in WAYS},
        "verify": verify_everything(),
    }
    report(results)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
